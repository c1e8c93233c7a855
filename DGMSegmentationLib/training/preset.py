"""Reads a preset, which is every choice of a training run (:mod:`.settings`), from a TOML file and checks it.

The shipped presets lie in ``presets/``; ``part1.toml`` documents every key. A preset may build on another one
(``base = "part1"``) and then states only what differs.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import InputError
from ..io.typed import typed
from .settings import Preset

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover - the standard library has it from 3.11 on
    import tomli as tomllib

FOLDER = Path(__file__).resolve().parent / "presets"


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


def preset_from_table(table: Mapping[str, object], where: str = "preset") -> Preset:
    """Build and check a preset from nested tables, as TOML gives them."""
    try:
        preset = typed(Preset, _without_null(table), where, known_only=True)
    except InputError as error:
        if str(error.facts.get("what") or error.facts.get("name", "")).startswith(where):
            raise
        raise InputError("preset_wrong", where=where, problem=error) from error
    _check_together(preset, where)
    return preset


def _read(name_or_path: str | Path, seen: tuple[str, ...]) -> dict[str, object]:
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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
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


def _merge(into: dict[str, object], changes: Mapping[str, object]) -> None:
    """Overwrite values in place, table by table; a network of another name starts with no options of the old one."""
    renamed = "name" in changes and "options" in into and changes["name"] != into.get("name")
    if renamed:
        into["options"] = {}
    for key, value in changes.items():
        known = into.get(key)
        if isinstance(value, Mapping) and isinstance(known, dict):
            _merge(known, value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value


def _parse_override(text: str) -> dict[str, object]:
    key, equals, value = text.partition("=")
    parts = key.strip().split(".")
    if not equals or not all(parts):
        raise InputError("set_bad", text=text)
    try:
        parsed: object = tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    *tables, last = parts
    nested = {last: parsed}
    for part in reversed(tables):
        nested = {part: nested}
    return nested


def _without_null(table: Mapping[str, object]) -> dict[str, object]:
    """TOML knows no null: ``levels = 0`` means continuous values, ``shape = []`` the mask's own box."""
    ready, preprocessing = dict(table), table.get("preprocessing")
    if isinstance(preprocessing, Mapping):
        null = {key: None for key, value in (("levels", 0), ("shape", [])) if preprocessing.get(key) == value}
        ready["preprocessing"] = {**preprocessing, **null}
    return ready


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
    channels = preset.data.channels
    if channels[:1] != ("qsm",) or len(set(channels)) < len(channels):
        raise InputError("preset_channels", where=where)
