"""Tables as files: UTF-8, a decimal dot, the suffix decides the separator (.csv comma, anything else tab).

Numbers carry six decimals, so that a table read back equals the values to 1e-6. Text that a spreadsheet would take for a
formula is written with a leading apostrophe, which the reader takes off again. The first field of a line is never empty
("n/a" as in BIDS, which the reader takes back): some programs, 3D Slicer among them, drop the separator that such a line
begins with, and every column shifts by one.
"""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from .fetched import check_fetched
from .files import write_text

NOT_AVAILABLE = "n/a"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def check_table_name(*paths: Path | str | None) -> None:
    """Raise InputError for the name of a table that other programs would take for something else (.xlsx)."""
    for path in paths:
        if path is not None and not str(path).lower().endswith((".tsv", ".csv", ".txt")):
            raise InputError("table_target_unknown", name=Path(path).name)


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
    """A table as text, the header first; columns that a row lacks are ``missing``, in the first column "n/a"."""
    lines = [columns, *([cell(row.get(column), missing) for column in columns] for row in rows)]
    return "".join(_line(line, sep) for line in lines)


def _line(texts: Sequence[str], sep: str) -> str:
    first, *others = texts
    return sep.join(_quoted(text, sep) for text in (first or NOT_AVAILABLE, *others)) + "\n"


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
    check_fetched(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator(path)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        if isinstance(error, UnicodeDecodeError):
            reason = "it is no text"
        raise InputError("table_unreadable", path=path, reason=reason) from error
    if not rows:
        raise InputError("table_empty", path=path)
    header = rows[0]
    if len(header) == 1 and any(other in header[0] for other in ";,\t"):
        raise InputError("table_separator", path=path)
    body = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(text.strip() for text in row)]
    for number, row in body:
        if len(row) != len(header):
            raise InputError(
                "table_row_length", path=path, cells=len(row), number=number, columns=len(header)
            )
    return [dict(zip(header, _fields(row), strict=True)) for _, row in body]


def _fields(row: Sequence[str]) -> list[str]:
    first, *others = map(unguard, row)
    return ["" if first == NOT_AVAILABLE else first, *others]
