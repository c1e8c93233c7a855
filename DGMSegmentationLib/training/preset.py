"""Reads a preset, which is every choice of a training run (:mod:`.settings`), from a TOML file and checks it.

The shipped presets lie in ``presets/``; ``part1.toml`` documents every key. A preset may build on another one
(``base = "part1"``) and then states only what differs.
"""

import sys
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..preprocessing.grid import Preprocessing
from .settings import CHOICES, Preset

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover - the standard library has it from 3.11 on
    import tomli as tomllib

FOLDER = Path(__file__).resolve().parent / "presets"
_POSITIVE = (
    "batch",
    "epochs",
    "steps_per_epoch",
    "validation_tiles",
    "core",
    "step",
    "tile",
    "learning_rates",
)
_FRACTIONS = (
    "validation_fraction",
    "prior_share",
    "balanced",
    "anywhere",
    "false_positive_fraction",
    "ema",
    "batch_norm_momentum",
    "mirror",
    "spatial",
)


def preset_names() -> list[str]:
    """The names of the shipped presets."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_preset(name_or_path: str | Path, overrides: Sequence[str] = ()) -> Preset:
    """Read a shipped preset by name or a TOML file by path, with overrides such as ``stage1.epochs=10``.

    Raises InputError for a missing or unreadable file, an unknown key, a wrong type, and a value out of range.
    """
    table = _read(name_or_path, seen=())
    for override in overrides:
        _merge(table, _parse_override(override))
    return preset_from_table(table, str(name_or_path))


def preset_from_table(table: Mapping[str, Any], where: str = "preset") -> Preset:
    """Build and check a preset from nested tables, as TOML gives them."""
    preset = _build(Preset, table, where, "")
    _check_together(preset, where)
    return preset


def _read(name_or_path: str | Path, seen: tuple[str, ...]) -> dict[str, Any]:
    path = FOLDER / f"{name_or_path}.toml"
    if not path.exists():
        path = Path(name_or_path)
    if not path.is_file():
        names = ", ".join(preset_names())
        raise InputError("preset_unknown", name=name_or_path, presets=names)
    if str(path) in seen:
        raise InputError("preset_own_base", path=path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("preset_unreadable", path=path, reason=error) from error
    if not table:
        raise InputError("preset_empty", path=path)
    base = table.pop("base", None)
    if base is None:
        return table
    if not isinstance(base, str):
        raise InputError("preset_base", path=path)
    beside = path.parent / base
    merged = _read(beside if beside.is_file() else base, (*seen, str(path)))
    _merge(merged, table)
    return merged


def _merge(into: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Overwrite values in place, table by table; a network of another name starts with no options of the old one."""
    renamed = "name" in changes and "options" in into and changes["name"] != into.get("name")
    if renamed:
        into["options"] = {}
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value


def _parse_override(text: str) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    parts = key.strip().split(".")
    if not equals or not all(parts):
        raise InputError("set_bad", text=text)
    try:
        parsed: Any = tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    for part in reversed(parts):
        parsed = {part: parsed}
    return typing.cast(dict[str, Any], parsed)


def _build(cls: type, table: Any, where: str, prefix: str) -> Any:
    if not isinstance(table, Mapping):
        raise InputError("preset_no_table", where=where, key=prefix.rstrip("."))
    hints = typing.get_type_hints(cls)
    names = [f.name for f in fields(cls)]
    for key in table:
        if key not in names:
            raise InputError("preset_key", where=where, key=f"{prefix}{key}", choices=names)
    if cls is Preprocessing:
        return _preprocessing(table, where)
    values = {}
    for key, value in table.items():
        full = prefix + key
        hint = hints[key]
        values[key] = (
            _build(hint, value, where, full + ".")
            if isinstance(hint, type) and is_dataclass(hint)
            else _typed(value, hint, where, full)
        )
        _check_value(values[key], key, where, full)
    return cls(**values)


def _preprocessing(table: Mapping[str, Any], where: str) -> Preprocessing:
    """TOML knows no null: ``levels = 0`` means continuous values, ``shape = []`` the mask's own box."""
    ready = dict(table)
    if ready.get("levels") == 0:
        ready["levels"] = None
    if ready.get("shape") == []:
        ready["shape"] = None
    hints = typing.get_type_hints(Preprocessing)
    for key, value in ready.items():
        if hints[key] in (str, bool, float):
            ready[key] = _typed(value, hints[key], where, f"preprocessing.{key}")
    try:
        return Preprocessing.from_dict(ready)
    except InputError as error:
        raise InputError("preset_wrong", where=where, problem=error) from error


def _typed(value: Any, hint: Any, where: str, key: str) -> Any:
    """Return the value as the type of the field, or say which key is wrong."""

    def wrong(wanted: str) -> InputError:
        return InputError("preset_value", where=where, key=key, wanted=wanted, value=value)

    origin = typing.get_origin(hint)
    if origin is tuple:
        inner = typing.get_args(hint)
        if not isinstance(value, list | tuple):
            raise wrong("a list")
        if inner[-1] is Ellipsis:
            return tuple(_typed(v, inner[0], where, key) for v in value)
        if len(value) != len(inner):
            raise wrong(f"a list of {len(inner)} numbers")
        return tuple(_typed(v, one, where, key) for v, one in zip(value, inner, strict=True))
    if origin is dict or isinstance(hint, types.GenericAlias):
        if not isinstance(value, Mapping):
            raise wrong("a table")
        return dict(value)
    if hint is bool:
        if not isinstance(value, bool):
            raise wrong("true or false")
        return value
    if hint is int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong("a whole number")
        return value
    if hint is float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong("a number")
        return float(value)
    if not isinstance(value, str):
        raise wrong("text in quotes")
    return value


def _check_value(value: Any, key: str, where: str, full: str) -> None:
    if full in CHOICES and value not in CHOICES[full]:
        raise InputError("preset_choice", where=where, key=full, choices=list(CHOICES[full]), value=value)
    numbers = [v for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, int | float)]
    if key in _POSITIVE and not all(v > 0 for v in numbers):
        raise InputError("preset_above_zero", where=where, key=full, value=value)
    if key in _FRACTIONS and not all(0 <= v <= 1 for v in numbers):
        raise InputError("preset_share", where=where, key=full, value=value)
    if any(v < 0 for v in numbers):
        raise InputError("preset_negative", where=where, key=full, value=value)


def _check_together(preset: Preset, where: str) -> None:
    """Settings that contradict each other."""
    if not preset.stage1.learning_rates or (preset.stage2.enabled and not preset.stage2.learning_rates):
        raise InputError("preset_learning_rates", where=where)
    if not preset.stage1.enabled:
        raise InputError("preset_stage1", where=where)
    if preset.stage1.false_positives:
        raise InputError("preset_false_positives", where=where)
    if preset.sampling.mode == "dense" and preset.data.validation in ("last-quarter", "random-patches"):
        raise InputError("preset_validation", where=where, validation=preset.data.validation)
    if len(preset.data.channels) != len(preset.preprocessing.windows):
        raise InputError("preset_windows", where=where)
    if preset.binary and preset.loss.class_weights and len(preset.loss.class_weights) != 2:
        raise InputError("preset_class_weights", where=where)
    if preset.data.channels[:1] != ("qsm",):
        raise InputError("preset_channels", where=where)
