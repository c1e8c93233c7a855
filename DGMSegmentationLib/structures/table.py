"""Label sets as tables: one line a structure, the columns of :class:`Structure`; those behind name may be absent.

``index`` is another name of ``label``, as in the lookup of a BIDS label file. What ships lies in Resources/Labels.
"""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..resources import resource_path
from .label_set import LabelSet
from .structure import COLUMNS, KINDS, Structure, derived_structure

_NEEDED = ("label", "abbreviation", "name", "color", "side")
_MISSING = ("", "n/a")


def shipped_label_sets() -> dict[str, Path]:
    """The tables of Resources/Labels by name."""
    return {path.stem: path for path in sorted(resource_path("Labels").glob("*.tsv"))}


def read_label_set(table: Path | str) -> LabelSet:
    """A set by the name of one that ships, or from a .tsv or .csv file; raises InputError when it is none."""
    shipped = shipped_label_sets()
    if str(table) in shipped:
        return _read(shipped[str(table)], ())
    path = Path(table)
    if not path.is_file():
        raise InputError("label_set_unknown", name=table, shipped=list(shipped))
    return _read(path, read_label_set("standard").structures)


def _read(path: Path, known: Sequence[Structure]) -> LabelSet:
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
        usual = "," if path.suffix.lower() == ".csv" else "\t"
        signs = [sign for sign in (usual, "\t", ";", ",") if lines and sign in lines[0]]
        rows = list(csv.DictReader(lines, delimiter=signs[0] if signs else usual))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("label_set_unreadable", label_set=path) from error
    if any(None in row or None in row.values() for row in rows):
        raise InputError("label_set_cells", label_set=path)
    return label_set_from_rows(path.name.partition(".")[0], rows, known)


def label_set_from_rows(
    name: str, rows: Iterable[Mapping[str, str]], known: Sequence[Structure] = ()
) -> LabelSet:
    """A set from the text of a table's rows; a row of background (label 0) is passed over.

    Where columns are absent, a structure takes them from the one in ``known`` with its label and its name or
    abbreviation; else its side is read from its name, and it gets a colour. Raises InputError for a row that is none.
    """
    structures: list[Structure] = []
    for row in rows:
        cells = {str(key).strip().lower(): (value or "").strip() for key, value in row.items()}
        cells["label"] = cells.get("label") or cells.get("index") or ""
        if not cells["label"] or not (cells.get("name") or cells.get("abbreviation")):
            raise InputError("label_set_line", label_set=name)
        values = {column: _parsed(cells[column], column, name) for column in COLUMNS if column in cells}
        if values["label"] != 0:
            structures.append(_completed(values, known, len(structures)))
    return LabelSet(name, tuple(structures))


def rows_of_label_set(label_set: LabelSet) -> list[dict[str, int | float | str | None]]:
    """The rows of a set's table, every column in each."""
    return [{column: getattr(s, column) for column in COLUMNS} for s in label_set]


def structure_from_dict(row: object, label_set: str) -> Structure:
    """A structure from plain JSON values; unknown keys are passed over. Raises InputError when it is none."""
    if not isinstance(row, Mapping) or not all(row.get(key) for key in _NEEDED[:3]):
        raise InputError("label_set_lacks", label_set=label_set)
    given = {column: row[column] for column in COLUMNS if row.get(column) is not None}
    return Structure(**{column: _typed(value, column, label_set) for column, value in given.items()})


def _completed(values: Mapping[str, Any], known: Sequence[Structure], index: int) -> Structure:
    """A structure from the columns that are there."""
    label, name, abbreviation = values["label"], values.get("name", ""), values.get("abbreviation", "")
    names = {name.lower(), abbreviation.lower()} - {""}
    base = next(
        (s for s in known if s.label == label and names & {s.abbreviation.lower(), s.name.lower()}),
        derived_structure(label, name, abbreviation, index),
    )
    return replace(base, **{key: value for key, value in values.items() if value or key not in _NEEDED})


def _typed(value: object, column: str, label_set: str) -> Any:
    """A value as the type of its column; raises InputError when it is none."""
    kind = KINDS[column]
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
        raise InputError("label_set_value", label_set=label_set, column=column, value=value)
    return value


def _parsed(text: str, column: str, label_set: str) -> Any:
    """A cell of a table as the type of its column."""
    kind = KINDS[column]
    if text in _MISSING:
        return "" if kind is str else None
    try:
        if kind is str:
            return text
        value = float(text.replace(",", ".") if "." not in text else text)  # as spreadsheets write 307
        return _typed(int(value) if kind is int and value.is_integer() else value, column, label_set)
    except ValueError as error:
        raise InputError("label_set_number", label_set=label_set, column=column, value=text) from error
