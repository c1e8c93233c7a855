"""The tables of ROI measurements as files: long (one row a structure) and wide (one row an image).

Files are UTF-8 with a decimal dot; the suffix decides the separator (.csv comma, anything else tab). Numbers
carry six decimals, so that a table read back equals the rows to 1e-6 ppb. Text that a spreadsheet would take
for a formula is written with a leading apostrophe, which the reader takes off again.
"""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from .errors import InputError
from .files import write_text
from .measure import RoiRow
from .structures import STRUCTURES, by_label

COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(RoiRow))

WIDE_STATISTICS = ("mean_ppb", "sd_ppb", "median_ppb", "volume_mm3", "n_voxels", "mean_referenced_ppb")
_WIDE_SHARED = ("reference", "edited", "model", "software")

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
_TYPES: dict[str, Any] = {field.name: field.type for field in fields(RoiRow)}
_MISSING = ("", "n/a", "nan", "NaN", "NA")

COLUMN_DESCRIPTIONS: dict[str, str] = {
    "subject": "Name of the subject",
    "image": "Name of the measured image",
    "structure": "Name of the structure",
    "abbreviation": "Nucleus (RN, SN, GP globus pallidus, PU putamen, CN caudate) and side",
    "side": "L left, R right (of the patient)",
    "label": "Value of the structure in the segmentation, 1..10",
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
    "edited": "true when the segmentation was corrected by hand",
    "model": "Model that made the segmentation",
    "software": "Software and version that measured",
}


def check_table_name(*paths: Path | str | None) -> None:
    """Raise InputError for the name of a table that other programs would take for something else (.xlsx)."""
    for path in paths:
        if path is not None and not str(path).lower().endswith((".tsv", ".csv", ".txt")):
            raise InputError(f"A table cannot become {Path(path).name}: choose a name with .tsv or .csv.")


def separator(path: Path | str) -> str:
    """The separator that a table's suffix stands for."""
    return "," if str(path).lower().endswith(".csv") else "\t"


def guard(text: str) -> str:
    """Text that no spreadsheet runs as a formula (a leading apostrophe where needed)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def unguard(text: str) -> str:
    """Undo :func:`guard`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def cell(value: Any, missing: str = "") -> str:
    """One value as text: numbers with up to six decimals, booleans as true/false, NaN and None as
    ``missing``.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return missing
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = f"{value:.6f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return guard(value) if isinstance(value, str) else str(value)


def table_text(
    columns: Sequence[str], rows: Iterable[dict[str, Any]], sep: str = "\t", missing: str = ""
) -> str:
    """A table as text, the header first; columns that a row lacks are ``missing``."""
    lines = [columns, *([cell(row.get(column), missing) for column in columns] for row in rows)]
    return "".join(sep.join(_quoted(text, sep) for text in line) + "\n" for line in lines)


def _quoted(text: str, sep: str) -> str:
    """RFC 4180 quotes where needed; Python's csv leaves a lone carriage return bare, and then cannot read
    it.
    """
    return (
        f'"{text.replace(chr(34), chr(34) * 2)}"' if any(c in text for c in (sep, '"', "\n", "\r")) else text
    )


def write_table(
    path: Path | str, columns: Sequence[str], rows: Iterable[dict[str, Any]], missing: str = ""
) -> None:
    """Write any table atomically; the suffix decides the separator."""
    write_text(Path(path), table_text(columns, rows, separator(path), missing))


def read_table(path: Path | str) -> list[dict[str, str]]:
    """Read a table with a header into one dict a row; lines without any text are left out.

    Raises InputError when it cannot be read as such.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator(path)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        if isinstance(error, UnicodeDecodeError):
            reason = "it is no text"
        raise InputError(
            f"The table {path} cannot be read ({reason}): give a UTF-8 .tsv or .csv file."
        ) from error
    if not rows:
        raise InputError(f"The table {path} is empty: give one with a header line.")
    header = rows[0]
    if len(header) == 1 and any(other in header[0] for other in ";,\t"):
        raise InputError(
            f"The columns of the table {path} are separated by another sign than its name says: save it with commas as "
            ".csv, or with tabs as .tsv (and numbers with a decimal dot)."
        )
    body = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(text.strip() for text in row)]
    for number, row in body:
        if len(row) != len(header):
            raise InputError(
                f"The table {path} has {len(row)} cells in line {number} and {len(header)} columns: "
                "check its separator (.csv comma, .tsv tab)."
            )
    return [dict(zip(header, map(unguard, row), strict=True)) for _, row in body]


def long_text(rows: Iterable[RoiRow], sep: str = "\t", missing: str = "") -> str:
    """The long table as text."""
    return table_text(COLUMNS, map(_as_dict, rows), sep, missing)


def write_long(rows: Iterable[RoiRow], path: Path | str, missing: str = "") -> None:
    """Write the long table: the columns of :class:`RoiRow`, one row a structure and image."""
    write_table(path, COLUMNS, map(_as_dict, rows), missing)


def read_long(path: Path | str) -> list[RoiRow]:
    """Read a long table that :func:`write_long` wrote; raises InputError when columns or values are not
    those.
    """
    table = read_table(path)
    if table:
        lacking = [column for column in COLUMNS if column not in table[0]]
        if lacking:
            raise InputError(
                f"The table {path} lacks the column {lacking[0]}: give a long ROI table of DGMSegmentation."
            )
    try:
        rows = [
            RoiRow(**{column: _parse(row[column], _TYPES[column]) for column in COLUMNS}) for row in table
        ]
    except ValueError as error:
        raise InputError(
            f"The table {path} holds a value of the wrong kind ({error}): check its numbers."
        ) from error
    for row in rows:
        if not 1 <= row.label <= len(STRUCTURES) or by_label(row.label).abbreviation != row.abbreviation:
            raise InputError(
                f"The table {path} calls label {row.label} {row.abbreviation}, which is none of the ten structures: "
                "correct the column label or abbreviation."
            )
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


def wide_columns() -> list[str]:
    """The columns of the wide table: CN_L_mean_ppb, ..., then CN_asymmetry_percent, ... per nucleus."""
    columns = ["subject", "image", *_WIDE_SHARED]
    for structure in STRUCTURES:
        columns += [f"{structure.abbreviation}_{name}" for name in WIDE_STATISTICS]
        columns.append(f"{structure.abbreviation}_flags")
    return columns + [
        f"{nucleus}_asymmetry_percent" for nucleus in dict.fromkeys(s.nucleus for s in STRUCTURES)
    ]


def wide_rows(rows: Iterable[RoiRow]) -> list[dict[str, Any]]:
    """One dict per subject and image, in the order of their first appearance.

    A structure that comes again under the same names was measured in another image: it begins a line of its own.
    """
    lines: list[dict[str, Any]] = []
    current: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        line = current.get((row.subject, row.image))
        if line is None or f"{row.abbreviation}_flags" in line:
            line = current[row.subject, row.image] = {"subject": row.subject, "image": row.image}
            lines.append(line)
        line.update({name: getattr(row, name) for name in _WIDE_SHARED})
        line.update({f"{row.abbreviation}_{name}": getattr(row, name) for name in WIDE_STATISTICS})
        line[f"{row.abbreviation}_flags"] = row.flags
        line[f"{row.abbreviation.split('_')[0]}_asymmetry_percent"] = row.asymmetry_percent
    return lines


def write_wide(rows: Iterable[RoiRow], path: Path | str, missing: str = "") -> None:
    """Write the wide table: one row a subject and image."""
    write_table(path, wide_columns(), wide_rows(rows), missing)


def _as_dict(row: RoiRow) -> dict[str, Any]:
    return {column: getattr(row, column) for column in COLUMNS}


def _parse(text: str, kind: Any) -> Any:
    if kind is str:
        return text
    if kind is bool:
        return text.strip().lower() in ("true", "1", "yes")
    if kind is float:
        return math.nan if text.strip() in _MISSING else float(text)
    return int(text)
