"""What comes from outside (a JSON file, a message, a table of settings) as the typed object that it has to be.

One library checks all of it: msgspec. Here its findings become sentences that name the wrong field.
"""

import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Literal, NoReturn, TypeVar, get_args, get_origin, get_type_hints

from ..errors import InputError

T = TypeVar("T")

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
_PLACE = re.compile(r"(?P<what>.*) - at `(?:key in )?\$\.?(?P<place>.*)`", re.DOTALL)
_EXPECTED = re.compile(
    r"Expected `(?P<type>[^`]*)`(?: of length(?: (?P<length_sign>[<>]=))? ?(?P<length>\d+))?"
    r"(?: (?P<sign>[<>]=?) (?P<bound>\S+?))?(?:, got (?P<got>.+))?"
)
_SIGNS = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}


def typed(kind: type[T], values: object, what: str, *, known_only: bool = False) -> T:
    """The values as an object of a type that msgspec knows: a dataclass, a TypedDict, a container of these.

    Args:
        kind: the type; ``Annotated[int, msgspec.Meta(ge=1)]`` and the like bound its fields. NaN is within no bounds.
        values: nested dicts and lists, as JSON and TOML give them.
        what: what the sentence begins with, for example the file's name.
        known_only: refuse keys that are no fields of a dataclass, instead of leaving them out.

    Raises InputError with one sentence that names the first wrong field.
    """
    import msgspec

    if known_only:
        _refuse_unknown(kind, values, what, "")
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), kind, values, what) from error
    except (RecursionError, OverflowError) as error:
        raise InputError("value_too_deep", what=what) from error


def parsed(text: str | bytes, what: str, *, nan: bool = False) -> object:
    """The value of a JSON text. Raises InputError for what is no JSON, is nested too deeply, or holds NaN or infinity
    (unless ``nan``: Python writes them, and JSON knows neither).
    """
    try:
        return json.loads(text, parse_constant=float if nan else _no_number)
    except RecursionError as error:
        raise InputError("value_too_deep", what=what) from error
    except ValueError as error:
        raise InputError("json_unreadable", what=what, reason=error) from error


def read_typed(path: Path, kind: type[T]) -> T:
    """A JSON file as an object of a type; raises InputError when it is not that, OSError when it cannot be read."""
    return typed(kind, parsed(path.read_bytes(), str(path)), str(path))


def plain(value: object) -> object:
    """A copy that JSON can hold: NaN and infinity become None, paths text, numpy's arrays and numbers lists and numbers."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return str(value) if isinstance(value, os.PathLike) else value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _refuse_unknown(kind: object, values: object, what: str, prefix: str) -> None:
    if not (isinstance(kind, type) and is_dataclass(kind) and isinstance(values, Mapping)):
        return
    names, hints = [f.name for f in fields(kind)], get_type_hints(kind)
    for key, value in values.items():
        if key not in names:
            raise InputError("setting_unknown", what=what, place=f"{prefix}{key}", choices=names)
        _refuse_unknown(hints[key], value, what, f"{prefix}{key}.")


def _refusal(complaint: str, kind: object, values: object, what: str) -> InputError:
    """What msgspec said of a field, as an error with a code of ours."""
    found = _PLACE.fullmatch(complaint)
    text, place = (found["what"], found["place"]) if found else (complaint, "")
    if missing := re.fullmatch(r"Object missing required field `(.+)`", text):
        return InputError("value_missing", what=what, place=".".join(filter(None, (place, missing[1]))))
    place = place.replace("[...]", "")
    name = f"{what}: '{place}'" if place else what
    given = _shown(_value_at(values, place))
    if text.startswith("Invalid enum value"):
        return InputError("value_choice", name=name, choices=list(_choices(kind, place)), given=given)
    expected = _EXPECTED.fullmatch(text)
    if expected is None:
        return InputError("value_refused", name=name, reason=text)
    wanted = " or ".join(_WORDS.get(word, word) for word in expected["type"].split(" | "))
    if expected["length"]:
        sign = _SIGNS.get(expected["length_sign"] or "", "")
        wanted = " ".join(filter(None, (wanted, "of length", sign, expected["length"])))
    elif expected["sign"]:
        wanted = f"{wanted} {_SIGNS[expected['sign']]} {_number(expected['bound'])}"
    return InputError("value_wrong", name=name, wanted=wanted, given=given)


def _shown(value: object) -> str:
    """A wrong value, for a sentence: as it is when it is short, else what it is."""
    if isinstance(value, (str, int, float)):
        return repr(value) if len(repr(value)) < 60 else f"{repr(value)[:40]}..."
    return "nothing" if value is None else _WORDS.get("object" if isinstance(value, Mapping) else "array", "")


def _number(text: str) -> str:
    return f"{float(text):g}"


def _steps(place: str) -> list[str | int]:
    """`a.b[2]` as ["a", "b", 2]."""
    return [int(part[1:-1]) if part[0] == "[" else part for part in re.findall(r"\[\d+\]|[^.\[\]]+", place)]


def _value_at(values: object, place: str) -> object:
    for step in _steps(place):
        if isinstance(step, int):
            values = values[step] if isinstance(values, list | tuple) and step < len(values) else None
        else:
            values = values.get(step) if isinstance(values, Mapping) else None
    return values


def _choices(kind: object, place: str) -> tuple[object, ...]:
    """The words that a field may be."""
    for step in _steps(place):
        if isinstance(step, str) and isinstance(kind, type):
            kind = get_type_hints(kind).get(step)
    found: list[object] = []
    for one in (kind, *get_args(kind)):
        if get_origin(one) is Literal:
            found += get_args(one)
    return tuple(found)
