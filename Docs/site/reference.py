"""The pages of the reference that are made from the code: commands, names of Python, files, sentences."""

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

HERE = Path(__file__).parent
LIBRARY = "DGMSegmentationLib"


def cell(text: object) -> str:
    """Text as it may stand in a table's cell."""
    return str(text).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").strip()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines) + "\n"


# -- the command line


def _plain(annotation: Any) -> Any:
    """The type without None."""
    if get_origin(annotation) in (Union, UnionType):
        return next((one for one in get_args(annotation) if one is not type(None)), str)
    return annotation


def _plain_text(text: str | None) -> str:
    """A help text as Markdown: a star stays a star."""
    return (text or "").replace("*", "\\*")


def _kind(annotation: Any, info: Any) -> str:
    kind = _plain(annotation)
    if getattr(info, "metavar", None):
        return str(info.metavar)
    if get_origin(kind) is list:
        return f"{_kind(get_args(kind)[0], None)} ..."
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "one of " + ", ".join(str(member.value) for member in kind)
    words = {bool: "", int: "whole number", float: "number", str: "text", Path: "path"}
    return words.get(kind, getattr(kind, "__name__", "text"))


def _parameters(function: Callable[..., Any]) -> Iterable[tuple[bool, str, str, str, str]]:
    """(argument?, names, kind, default, help) of every parameter of a command."""
    for parameter in inspect.signature(function).parameters.values():
        annotation, info = parameter.annotation, parameter.default
        if get_origin(annotation) is Annotated:
            annotation, info = get_args(annotation)[:2]
            default = parameter.default
            first = getattr(info, "default", None)  # within Annotated, typer keeps the first name here
            declared = [first] if isinstance(first, str) and first.startswith("-") else []
        else:
            default, declared = getattr(info, "default", parameter.empty), []
        if not hasattr(info, "help") or getattr(info, "hidden", False):
            continue
        if default in (parameter.empty, ...):
            default = "needed"
        elif isinstance(default, Enum):
            default = str(default.value)
        elif default in (None, False, "", []):
            default = ""
        elif default is True:
            default = "on"
        argument = type(info).__name__ == "ArgumentInfo"
        declared += getattr(info, "param_decls", None) or ()
        declared = [one for names in declared for one in names.split("/")]  # "--on/--off"
        word = parameter.name.replace("_", "-")
        if argument:
            names = f"`{info.metavar or parameter.name.upper()}`"
        else:
            names = ", ".join(f"`{one}`" for one in declared) or f"`--{word}`"
            if not declared and _plain(annotation) is bool:
                names = f"`--{word}`, `--no-{word}`"
        yield (
            argument,
            names,
            "" if argument else _kind(annotation, info),
            str(default),
            _plain_text(info.help),
        )


def _command(name: str, function: Callable[..., Any]) -> str:
    rows = [(*found[1:],) for found in sorted(_parameters(function), key=lambda found: not found[0])]
    text = inspect.cleandoc(function.__doc__ or "").replace("\b\n", "")
    return f"## dgmseg {name}\n\n{text}\n\n{table(('', 'takes', 'default', ''), rows)}\n"


def commands() -> str:
    """Every command with its arguments and options."""
    cli = import_module(f"{LIBRARY}.cli")
    parts = [
        "# Command line\n\n*Made from the code.* `dgmseg COMMAND --help` says the same. For every command: `--debug` shows the "
        "traceback of a failure; `dgmseg --version` says the version. [Exit codes](sentences.md).\n"
    ]
    for name, (module, function) in cli.COMMANDS.items():
        found = getattr(import_module(f"{LIBRARY}.cli.{module}"), function)
        if callable(found) and not hasattr(found, "registered_commands"):
            parts.append(_command(name, found))
            continue
        for command in found.registered_commands:
            word = command.name or command.callback.__name__.replace("_", "-")
            parts.append(_command(f"{name} {word}", command.callback))
    return "\n".join([*parts, _bids_app()])


def _bids_app() -> str:
    """``dgmseg-bids``, a program of its own with another parser."""
    made = import_module(f"{LIBRARY}.cli.bids_app").parser()
    rows = []
    for action in made._actions:
        names = ", ".join(f"`{one}`" for one in action.option_strings) or f"`{action.dest}`"
        takes = action.metavar or (f"one of {', '.join(action.choices)}" if action.choices else "")
        rows.append(
            (
                names,
                f"{takes} ..." if action.nargs == "+" else takes,
                "needed" if action.required else "",
                _plain_text(action.help),
            )
        )
    return (
        f"## {made.prog}\n\nThe same as `dgmseg cohort`, with the words of a BIDS app.\n\n{made.description}\n\n"
        f"{table(('', 'takes', 'default', ''), rows)}\n"
        "Any other option goes to [`dgmseg cohort`](#dgmseg-cohort) as it is, but for what the words above say already "
        "(`--output`, `--level`, `--participant`, `--workers`). `-v` says the version here: write "
        "`--verbose` for a line per case.\n"
    )


# -- Python


GROUPS = {
    "What one calls": ("segment", "measure", "evaluate", "agreement"),
    "Files": ("read_image", "read_labels", "write_nifti", "write_labels", "bundled_sample"),
    "Results": ("Segmentation", "MeasuredCase", "RoiRow", "Flag", "CaseScore", "Table"),
    "Images, structures, models, options": (
        "Image", "Grid", "LabelSet", "Structure", "Model", "load_model", "SegmentOptions",
    ),
    "Errors": ("DGMError", "InputError", "Cancelled", "Remark"),
}  # fmt: skip


def python_names() -> str:
    """What ``import DGMSegmentationLib as dgm`` offers, from the docstrings."""
    homes = dict(import_module(LIBRARY)._HOMES)
    parts = [
        "# Python\n\n*Made from the docstrings.* All these are names of `import DGMSegmentationLib as dgm`. "
        "How they are used together: [Use it from Python](../python.md).\n"
    ]
    listed = [name for names in GROUPS.values() for name in names]
    groups = {**GROUPS, "Further names": tuple(n for n in homes if n not in listed and n != "STANDARD")}
    for title, names in groups.items():
        if names:
            parts.append(f"## {title}\n")
        parts += [f"::: {LIBRARY}.{homes[name]}.{name}\n" for name in names]
    return "\n".join(parts)


# -- files


def formats() -> dict[str, Any]:
    """The words about files that the code does not hold: Docs/site/formats.toml."""
    return tomllib.loads((HERE / "formats.toml").read_text(encoding="utf-8"))


def names_in_code(where: str) -> tuple[str, ...]:
    """The columns or keys that a table of formats.toml is about: "measurement.tables:COLUMNS", or the fields of a class."""
    module, _, name = where.partition(":")
    found = getattr(import_module(f"{LIBRARY}.{module}"), name)
    if isinstance(found, type):
        fields = getattr(found, "__dataclass_fields__", None)
        return tuple(fields) if fields else tuple(_annotations(found))
    return tuple(found)


def _annotations(kind: type) -> dict[str, object]:
    """The keys of a TypedDict, those of its bases first."""
    found: dict[str, object] = {}
    for base in (*reversed(getattr(kind, "__orig_bases__", ())), kind):
        found |= getattr(base, "__annotations__", {})
    return found


def said_in_code(where: str) -> dict[str, str]:
    """Field -> the docstring below it, of a class and the classes of ours that it extends."""
    module, _, name = where.partition(":")
    return _said(import_module(f"{LIBRARY}.{module}"), name)


def _said(module: ModuleType, name: str) -> dict[str, str]:
    """Read from the source: a TypedDict does not know its bases before Python 3.12."""
    classes = (n for n in ast.parse(inspect.getsource(module)).body if isinstance(n, ast.ClassDef))
    found = next((node for node in classes if node.name == name), None)
    said: dict[str, str] = {}
    for base in found.bases if found else ():
        kind = getattr(module, getattr(base, "id", ""), None)
        if getattr(kind, "__module__", "").startswith(LIBRARY):
            said |= _said(import_module(kind.__module__), kind.__name__)
    for field, after in pairwise(found.body if found else ()):
        if isinstance(field, ast.AnnAssign) and isinstance(after, ast.Expr):
            value = getattr(after.value, "value", None)
            if isinstance(value, str) and isinstance(field.target, ast.Name):
                said[field.target.id] = re.sub(r":\w+:`~?\.*([^`]+)`", r"`\1`", inspect.cleandoc(value))
    return said


def described(entry: dict[str, Any]) -> list[tuple[str, str]]:
    """(column, meaning) of one file; raises ValueError where the words and the code name different columns."""
    where = entry["code"]
    words = {**said_in_code(where), **entry.get("columns", {})}
    if "words" in entry:
        module, _, name = entry["words"].partition(":")
        words |= getattr(import_module(f"{LIBRARY}.{module}"), name)
    names = names_in_code(where)
    lacking, idle = (
        [n for n in names if n not in words],
        [n for n in entry.get("columns", {}) if n not in names],
    )
    if lacking or idle:
        raise ValueError(f"formats.toml, {entry['title']}: without a word {lacking}, not in the code {idle}")
    return [(name, words[name]) for name in names]


def files() -> str:
    """Every file that is read or written, with its columns or keys and their units."""
    parts = [
        "# Files, columns and keys\n\n*Made from the code.* Tables are UTF-8 with a tab (`.tsv`) or a comma (`.csv`) between the "
        "columns and a dot in numbers (`--decimal-comma` writes semicolons and commas). What is missing is empty, in BIDS "
        "derivatives `n/a`. Lengths are mm, volumes mm3, susceptibilities ppb. A later version may add columns and keys at the "
        "end and reads files without them.\n"
    ]
    for entry in formats()["file"]:
        parts.append(f"## {entry['title']}\n\n{entry['about'].strip()}\n")
        if "code" in entry:
            rows = [(f"`{name}`", text) for name, text in described(entry)]
            parts.append(table((entry.get("what", "column"), ""), rows))
    return "\n".join(parts)


# -- sentences


_CODES = """# Exit codes and sentences

*Made from the code.* Every failure is one plain sentence on stderr (command line), in a message (panel, app), or as
`str(error)` (Python): what is wrong, where, what to do. `error.code` is the code below, `error.facts` what stands in braces.

| exit code | means | Python |
| --- | --- | --- |
| 0 | done; a doubtful verdict is a sentence, not a failure | |
| 1 | the run failed or was stopped (Ctrl-C, SIGTERM, SIGHUP); of a cohort: a subject failed | `dgm.DGMError`, `dgm.Cancelled` |
| 2 | bad input or options | `dgm.InputError` |

No other code is given on purpose; `--debug` shows the traceback behind a sentence. Warnings have codes and sentences, too.
"""
_FACES = {"shell": "Command line", "panel": "Panel", "app": "App", "python": "Python"}


def sentences() -> str:
    """Every sentence with what to do on each face."""
    wording = import_module(f"{LIBRARY}.sentences.wording")
    parts = [_CODES]
    for theme in wording.THEMES:
        module = import_module(f"{LIBRARY}.sentences.{theme}")
        rows = []
        for code, sentence in module.SENTENCES.items():
            own = [
                f"*{label}:* {getattr(sentence, face)}"
                for face, label in _FACES.items()
                if getattr(sentence, face)
            ]
            rows.append((f"`{code}`", sentence.wrong, " ".join([sentence.remedy, *own])))
        about = (module.__doc__ or "").strip().splitlines()[0]
        parts.append(
            f"## {theme.capitalize()}\n\n{about}\n\n{table(('code', 'what is wrong', 'what to do'), rows)}"
        )
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/python-names.md": python_names,
    "reference/files.md": files,
    "reference/sentences.md": sentences,
}
