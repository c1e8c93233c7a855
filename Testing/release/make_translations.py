"""Bring Resources/Translations up to the code: its texts are collected, known translations stay, those that left go.

    python Testing/release/make_translations.py [--list] [--fill FILE.json]

Contexts of the panel are those that Slicer looks for: a .ui file's class, a module's file name, or PACKAGE.FILE. The app's are
made alike; the library has one (DGMSegmentationLib/language.py). ``--list`` prints what is not translated, as JSON; ``--fill``
takes it back with translations. Qt's lrelease (pyside6-lrelease) makes .qm files; Slicer's LanguagePacks does it by itself.
"""

import argparse
import ast
import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from DGMSegmentationLib.language import CONTEXT, translations  # noqa: E402

MODULE, LIBRARY = ROOT / "DGMSegmentation", ROOT / "DGMSegmentationLib"
FOLDER = ROOT / "Resources" / "Translations"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
_NO_TEXT = ("objectName", "SlicerParameterName", "currentSegmentID", "nodeTypes", "nameFilters")
# Met on the command line alone, or by who trains.
SHELL_ALONE = ("commands", "cohorts", "evaluating", "training", "simulating")
SHOWN = ("wrong", "remedy", "panel", "app")
"""The parts of a sentence that windows show."""
SAYS = re.compile(r'\bsay\("((?:[^"\\]|\\.)*)"\)')
PLAIN = re.compile(r"\{\{ (.+?) \}\}", re.DOTALL)


def called(path: Path, *names: str) -> Iterator[ast.Call]:
    """The calls of these functions in a file, in its order."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
            yield node


def texts_of_python(path: Path, *names: str) -> list[str]:
    """What stands in ``_("...")``, in its order."""
    return [
        text for call in called(path, *(names or ("_",))) if call.args and (text := template(call.args[0]))
    ]


def template(node: ast.expr) -> str:
    """A text of the code; of an f-string with {1}, {2} for its values; empty for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    text, number = "", 0
    for part in node.values:
        number += isinstance(part, ast.FormattedValue)
        text += str(part.value) if isinstance(part, ast.Constant) else f"{{{number}}}"
    return text


def texts_of_library() -> list[str]:
    """Sentences that windows show, reasons of flags, names of structures, and what is marked."""
    found: list[str] = []
    for path in sorted((LIBRARY / "sentences").glob("*.py")):
        if path.stem not in SHELL_ALONE:
            for call in called(path, "Sentence"):
                parts = dict(zip(SHOWN[:2], call.args, strict=False))
                parts |= {word.arg: word.value for word in call.keywords if word.arg in SHOWN}
                found += [template(parts[name]) for name in SHOWN if name in parts]
            found += shared_remedies(path)
    for path in (LIBRARY / "measurement" / "quality.py", LIBRARY / "measurement" / "lost_slabs.py"):
        for call in called(path, "flag", "Flag"):
            found.append(template(call.args[-1]))
            codes = [part.value for part in ast.walk(call.args[0]) if isinstance(part, ast.Constant)]
            found += [code.replace("_", " ") for code in codes if isinstance(code, str)]
    for room in ("segmentation", "worker", "adaptation"):
        for path in sorted((LIBRARY / room).glob("*.py")):
            found += texts_of_python(path, "report", "step")
    found += offered_options()
    for path in sorted([*LIBRARY.rglob("*.py"), *(MODULE / "DGMSegmentationScene").glob("*.py")]):
        found += texts_of_python(path, "marked")
    for name in ("standard", "extended"):
        with open(ROOT / "Resources" / "Labels" / f"{name}.tsv", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                nucleus = row["name"].partition(" ")[2] if row["side"] else ""
                found += [row["name"], nucleus[:1].upper() + nucleus[1:], nucleus.lower()]
    return [text for text in found if re.search(r"[a-z]{2}", re.sub(r"\{.*?\}", "", text))]


def offered_options() -> Iterator[str]:
    """Names and words of the options that windows ask for."""
    for node in ast.walk(ast.parse((LIBRARY / "options.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
            for about in (k.value for k in node.value.keywords if k.arg == "metadata"):
                if isinstance(about, ast.Call) and any(k.arg == "offered" for k in about.keywords):
                    yield ast.unparse(node.target).replace("_", " ").capitalize()
                    yield template(about.args[0])


def shared_remedies(path: Path) -> Iterator[str]:
    """Remedies that several sentences of a file share: a text, or one a face."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            yield template(node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            for face, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(face, ast.Constant) and face.value in SHOWN:
                    yield template(value)


def texts_of_ui(path: Path) -> tuple[str, list[str]]:
    """The class of a .ui file, and the texts that its loader translates."""
    root = ElementTree.parse(path).getroot()
    found = []
    for owner in root.iter():
        name = owner.get("name", "")
        for string in owner.findall("string"):
            text = (string.text or "").strip()
            if text and name not in _NO_TEXT and string.get("notr") != "true" and not text.startswith("vtk"):
                found.append(string.text or "")
    return root.findtext("class") or path.stem, found


def texts_of_static(path: Path) -> list[str]:
    """Of a script what it says, of a plain page what stands in double braces."""
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        return [json.loads(f'"{text}"') for text in SAYS.findall(content)]
    return [" ".join(text.split()) for text in PLAIN.findall(content)] if path.suffix == ".html" else []


def texts() -> dict[str, list[str]]:
    """Context -> its texts, each once."""
    found: dict[str, list[str]] = {}
    for ui in sorted((MODULE / "Resources" / "UI").glob("*.ui")):
        context, these = texts_of_ui(ui)
        found.setdefault(context, []).extend(these)
    rooms = [MODULE / "DGMSegmentationPanel", MODULE / "DGMSegmentationApp"]
    for file in [
        MODULE / "DGMSegmentation.py",
        *(path for room in rooms for path in sorted(room.glob("*.py"))),
    ]:
        context = file.stem if file.parent == MODULE else f"{file.parent.name}.{file.stem}"
        found.setdefault(context, []).extend(texts_of_python(file, "_", "marked"))
    for file in sorted((MODULE / "DGMSegmentationApp" / "static").iterdir()):
        found.setdefault("DGMSegmentationApp.static", []).extend(texts_of_static(file))
    found[CONTEXT] = texts_of_library()
    return {context: list(dict.fromkeys(these)) for context, these in found.items() if these}


def write(path: Path, language: str, known: dict[tuple[str, str], str]) -> dict[str, list[str]]:
    """Write the .ts file; returns the texts without a translation, by their contexts."""
    root, lacking = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en"), {}
    for name, these in texts().items():
        context = ElementTree.SubElement(root, "context")
        ElementTree.SubElement(context, "name").text = name
        for text in these:
            message = ElementTree.SubElement(context, "message")
            ElementTree.SubElement(message, "source").text = text
            translation = ElementTree.SubElement(message, "translation")
            translation.text = known.get((name, text), "")
            if not translation.text:
                translation.set("type", "unfinished")
                lacking.setdefault(name, []).append(text)
    ElementTree.indent(root, " ")
    path.write_text(HEAD + ElementTree.tostring(root, encoding="unicode") + "\n", encoding="utf-8")
    return lacking


def main() -> int:
    """Renew every .ts file of the folder."""
    parser = argparse.ArgumentParser(description="Bring the translations up to the code.")
    parser.add_argument(
        "--list", action="store_true", help="print the texts that are not translated, as JSON"
    )
    parser.add_argument(
        "--fill", type=Path, help="take translations from a JSON file: context -> text -> translation"
    )
    options = parser.parse_args()
    given = json.loads(options.fill.read_text(encoding="utf-8")) if options.fill else {}
    for path in sorted(FOLDER.glob("DGMSegmentation_*.ts")):
        known = translations(path)
        known |= {(context, text): said for context, these in given.items() for text, said in these.items()}
        lacking = write(path, path.stem.partition("_")[2].replace("-", "_"), known)
        count = sum(map(len, lacking.values()))
        print(f"{path.name}: {count} texts without a translation", file=sys.stderr)
        if options.list:
            print(
                json.dumps(
                    {c: dict.fromkeys(these, "") for c, these in lacking.items()},
                    indent=1,
                    ensure_ascii=False,
                )
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
