"""The tables of ROI measurements as files: long (one row a structure) and wide (one row an image)."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..io.tables import number, read_table, table_text, whole_number, write_table
from ..structures import LabelSet, nucleus_of
from .roi import RoiRow
from .row_structures import label_set_of_rows

COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(RoiRow))
REQUIRED: tuple[str, ...] = tuple(field.name for field in fields(RoiRow) if field.default is MISSING)
"""The columns that every table holds; others are written where a row has a value, and a table is read without them."""

WIDE_STATISTICS = ("mean_ppb", "sd_ppb", "median_ppb", "volume_mm3", "n_voxels", "mean_referenced_ppb")
_WIDE_SHARED = ("reference", "edited", "model", "software")

_TYPES: dict[str, object] = {field.name: field.type for field in fields(RoiRow)}
_MISSING = ("", "n/a", "nan", "NaN", "NA")

COLUMN_DESCRIPTIONS: dict[str, str] = {
    "subject": "Name of the subject",
    "image": "Name of the measured image",
    "structure": "Name of the structure",
    "abbreviation": "Nucleus and side, as in the label set",
    "side": "L left, R right (of the patient); empty for an unpaired structure",
    "label": "Value of the structure in the segmentation",
    "n_voxels": "Voxels of the structure on the grid of the measured image",
    "volume_mm3": "n_voxels times the volume of one voxel, mm3",
    "mean_ppb": "Mean susceptibility, ppb, as in the image (no reference subtracted)",
    "sd_ppb": "Sample standard deviation (n - 1), ppb",
    "median_ppb": "Median, ppb",
    "p05": "5th percentile, ppb (linear interpolation)",
    "p25": "25th percentile, ppb",
    "p75": "75th percentile, ppb",
    "p95": "95th percentile, ppb",
    "min": "Minimum, ppb",
    "max": "Maximum, ppb",
    "n_excluded": "Voxels without a value (not finite, or background sentinel), left out of the statistics",
    "reference": "What mean_referenced_ppb is relative to; none when nothing was subtracted",
    "mean_referenced_ppb": "mean_ppb minus the reference, ppb; empty without a reference",
    "asymmetry_percent": "100 (L - R) / |(L + R) / 2| of mean_ppb, the same on both sides' rows",
    "flags": "Quality flags, separated by semicolons",
    "edited": "true when the structure was corrected by hand",
    "model": "Model that made the segmentation",
    "software": "Software and version that measured",
    "mean_weighted_ppb": "Mean weighted by the network's probability of the structure, ppb; empty for corrected labels",
}


def columns_of(rows: Sequence[RoiRow]) -> list[str]:
    """The columns of the long table of these rows, in their order."""
    return [*REQUIRED, *_further(rows)]


def _further(rows: Sequence[RoiRow]) -> list[str]:
    """The optional statistics that have a value in some row."""
    optional = [column for column in COLUMNS if column not in REQUIRED]
    return [column for column in optional if any(not math.isnan(getattr(row, column)) for row in rows)]


def long_text(rows: Iterable[RoiRow], sep: str = "\t", missing: str = "") -> str:
    """The long table as text."""
    rows = list(rows)
    return table_text(columns_of(rows), map(_as_dict, rows), sep, missing)


def write_long(rows: Iterable[RoiRow], path: Path | str, missing: str = "") -> None:
    """Write the long table: the columns of :class:`RoiRow`, one row a structure and image."""
    rows = list(rows)
    write_table(path, columns_of(rows), map(_as_dict, rows), missing)


def read_long(path: Path | str) -> list[RoiRow]:
    """Read a long table that :func:`write_long` wrote, also one of an earlier version or one with further columns; raises
    InputError when columns or values are not those.
    """
    table = read_table(path)
    if table:
        lacking = [column for column in REQUIRED if column not in table[0]]
        if lacking:
            raise InputError("roi_table_no_column", path=path, column=lacking[0])
    found = [column for column in COLUMNS if table and column in table[0]]
    try:
        rows = [_row({column: row[column] for column in found}) for row in table]
    except ValueError as error:
        raise InputError("roi_table_value", path=path, reason=error) from error
    try:
        label_set_of_rows(rows)
    except InputError as error:
        raise InputError("roi_table_contradiction", path=path, problem=error) from error
    return rows


def merge(*tables: Iterable[RoiRow]) -> list[RoiRow]:
    """Join tables; a later row replaces an earlier one of the same subject, image and label, in its place."""
    joined: dict[tuple[str, str, int], RoiRow] = {}
    for table in tables:
        for row in table:
            joined[row.subject, row.image, row.label] = row
    return list(joined.values())


def append_long(rows: Iterable[RoiRow], path: Path | str) -> list[RoiRow]:
    """Merge rows into the long table at ``path`` (created when missing) and return all of its rows."""
    everything = merge(read_long(path) if Path(path).exists() else [], rows)
    write_long(everything, path)
    return everything


def wide_columns(label_set: LabelSet, rows: Sequence[RoiRow] = ()) -> list[str]:
    """The columns of the wide table: CN_L_mean_ppb, ..., then CN_asymmetry_percent, ... per nucleus with two sides.

    Statistics that not every table holds are among them where one of ``rows`` has a value.
    """
    statistics = (*WIDE_STATISTICS, *_further(rows))
    columns = ["subject", "image", *_WIDE_SHARED]
    for structure in label_set:
        columns += [f"{structure.abbreviation}_{name}" for name in statistics]
        columns.append(f"{structure.abbreviation}_flags")
    return columns + [f"{left.nucleus}_asymmetry_percent" for left, _ in label_set.pairs]


def wide_rows(rows: Iterable[RoiRow]) -> list[dict[str, object]]:
    """One dict per subject and image, in the order of their first appearance.

    A structure that comes again under the same names was measured in another image: it begins a line of its own.
    """
    rows = list(rows)
    statistics = (*WIDE_STATISTICS, *_further(rows))
    lines: list[dict[str, object]] = []
    current: dict[tuple[str, str], dict[str, object]] = {}
    for row in rows:
        line = current.get((row.subject, row.image))
        if line is None or f"{row.abbreviation}_flags" in line:
            line = current[row.subject, row.image] = {"subject": row.subject, "image": row.image}
            lines.append(line)
        edited = bool(line.get("edited")) or row.edited  # of any structure
        line.update({**{name: getattr(row, name) for name in _WIDE_SHARED}, "edited": edited})
        line.update({f"{row.abbreviation}_{name}": getattr(row, name) for name in statistics})
        line[f"{row.abbreviation}_flags"] = row.flags
        if row.side:
            line[f"{nucleus_of(row.abbreviation)}_asymmetry_percent"] = row.asymmetry_percent
    return lines


def write_wide(rows: Iterable[RoiRow], path: Path | str, missing: str = "") -> None:
    """Write the wide table: one row a subject and image."""
    rows = list(rows)
    write_table(path, wide_columns(label_set_of_rows(rows), rows), wide_rows(rows), missing)


def _as_dict(row: RoiRow) -> dict[str, object]:
    return {column: getattr(row, column) for column in COLUMNS}


def _row(cells: Mapping[str, str]) -> RoiRow:
    values: dict[str, Any] = {column: _parse(text, _TYPES[column]) for column, text in cells.items()}
    return RoiRow(**values)


def _parse(text: str, kind: object) -> str | bool | float:
    if kind is str:
        return text
    if kind is bool:
        return text.strip().lower() in ("true", "1", "yes")
    if kind is float:
        return math.nan if text.strip() in _MISSING else number(text)
    return whole_number(text)
