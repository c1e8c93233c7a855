"""Tables as files: UTF-8, a decimal dot, the suffix decides the separator (.csv comma, anything else tab).

Numbers carry six decimals, so that a table read back equals the values to 1e-6. Text that a spreadsheet would take for a
formula is written with a leading apostrophe, which the reader takes off again. The first field of a line is never empty
("n/a" as in BIDS, which the reader takes back): some programs, 3D Slicer among them, drop the separator that such a line
begins with, and every column shifts by one.
"""

import codecs
import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from ..errors import InputError
from .fetched import check_fetched
from .files import write_text

NOT_AVAILABLE = "n/a"
_STARTS = "=+\\-@\t\r\n'\uff1d\uff0b\uff0d\uff20"  # the last four are the wide signs of East Asian keyboards
_FORMULA = re.compile(f"(^|[;,\t\r\n])(?=[{_STARTS}])")
_GUARDED = re.compile(f"(^|[;,\t\r\n])'(?=[{_STARTS}])")
_SEPARATORS = ("\t", ";", ",")
_QUOTED = re.compile('["\n\r]')
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")  # control characters, which no table holds
_commas: ContextVar[bool] = ContextVar("_commas", default=False)


def check_table_name(*paths: Path | str | None) -> None:
    """Raise InputError for the name of a table that other programs would take for something else (.xlsx)."""
    for path in paths:
        if path is not None and not str(path).lower().endswith((".tsv", ".csv", ".txt")):
            raise InputError("table_target_unknown", name=Path(path).name)


def separator(path: Path | str) -> str:
    """The separator that a table's suffix stands for."""
    return "," if str(path).lower().endswith(".csv") else "\t"


@contextmanager
def decimal_commas(on: bool = True) -> Iterator[None]:
    """Files that are written inside the block are for spreadsheets of countries that write 3,14: with decimal commas, .csv
    parted by semicolons, and the mark (BOM) by which Excel knows UTF-8.
    """
    token = _commas.set(on)
    try:
        yield
    finally:
        _commas.reset(token)


def write_decimal_commas(on: bool) -> bool:
    """Write all files from here on as inside :func:`decimal_commas`, or not: for an option of the command line."""
    _commas.set(on)
    return on


@lru_cache(maxsize=4096)  # the names of subjects and structures come again and again
def guard(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe before what could start one, also behind a sign that some
    spreadsheet parts cells by.
    """
    return _FORMULA.sub(r"\1'", text)


def unguard(text: str) -> str:
    """Undo :func:`guard`."""
    return _GUARDED.sub(r"\1", text)


def number(text: str) -> float:
    """A number as spreadsheets write it: 12.5 or 12,5. Raises ValueError for anything else, 1.234,5 among it."""
    plain = text.strip()
    return float(plain.replace(",", ".") if "." not in plain and plain.count(",") == 1 else plain)


def whole_number(text: str) -> int:
    """A whole number, also one that a spreadsheet wrote as 307.0 or 307,0. Raises ValueError for anything else."""
    value = number(text)
    if not value.is_integer():
        raise ValueError(f"{text} is no whole number")
    return int(value)


def cell(value: object, missing: str = "") -> str:
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
    return guard(value) if isinstance(value, str) and not isinstance(value, _Number) else str(value)


def table_text(
    columns: Sequence[str], rows: Iterable[Mapping[str, object]], sep: str = "\t", missing: str = ""
) -> str:
    """A table as text, the header first; columns that a row lacks are ``missing``, in the first column "n/a"."""
    lines = ([cell(row.get(column), missing) for column in columns] for row in rows)
    return _line(columns, sep) + "".join(_line(line, sep) for line in lines)


def _line(texts: Sequence[str], sep: str) -> str:
    first, *others = texts
    line = sep.join((first or NOT_AVAILABLE, *others))
    if _QUOTED.search(line) or line.count(sep) > len(others):
        line = sep.join(_quoted(text, sep) for text in (first or NOT_AVAILABLE, *others))
    return line + "\n"


def _quoted(text: str, sep: str) -> str:
    """RFC 4180 quotes where needed; Python's csv leaves a lone carriage return bare, and then cannot read
    it.
    """
    return (
        f'"{text.replace(chr(34), chr(34) * 2)}"' if any(c in text for c in (sep, '"', "\n", "\r")) else text
    )


def write_table(
    path: Path | str, columns: Sequence[str], rows: Iterable[Mapping[str, object]], missing: str = ""
) -> None:
    """Write any table atomically; the suffix decides the separator, :func:`decimal_commas` the look of numbers."""
    if not _commas.get():
        write_text(Path(path), table_text(columns, rows, separator(path), missing))
        return
    shown = [
        {
            key: _with_comma(value, missing) if isinstance(value, float) else value
            for key, value in row.items()
        }
        for row in rows
    ]
    sep = ";" if separator(path) == "," else separator(path)
    write_text(Path(path), "\ufeff" + table_text(columns, shown, sep, missing))


class _Number(str):
    """The text of a number, which needs no guard."""


def _with_comma(value: float, missing: str) -> str:
    return _Number(cell(value, missing).replace(".", ","))


def decoded(raw: bytes) -> str:
    """Text of a table as programs write it: UTF-8, UTF-16 with its mark, or the code page of Western Windows (cp1252).

    Raises UnicodeDecodeError for what is no text.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _NO_TEXT.search(raw):
            raise
        return raw.decode("cp1252")


def read_table(path: Path | str) -> list[dict[str, str]]:
    """Read a table with a header into one dict a row; lines without any text are left out.

    Its separator is that of its suffix, or the one that its header shows: spreadsheets write semicolons and tabs into .csv.
    Raises InputError when it cannot be read as such.
    """
    path = Path(path)
    check_fetched(path)
    try:
        text, sep = _told_separator(decoded(path.read_bytes()), separator(path))
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=sep))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        if isinstance(error, UnicodeDecodeError):
            reason = "it is no text"
        raise InputError("table_unreadable", path=path, reason=reason) from error
    if not rows:
        raise InputError("table_empty", path=path)
    header = rows[0]
    body = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(text.strip() for text in row)]
    for at, row in body:
        if len(row) != len(header):
            raise InputError("table_row_length", path=path, cells=len(row), number=at, columns=len(header))
    return [dict(zip(header, _fields(row), strict=True)) for _, row in body]


def _told_separator(text: str, usual: str) -> tuple[str, str]:
    """The text and its separator: Excel's line "sep=;" tells it, or else the header does."""
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=[;,\t]\r?", first.lower()):
        return rest, first[4]
    for sep in (usual, *(s for s in _SEPARATORS if s != usual)):
        if len(next(csv.reader([first], delimiter=sep), [])) > 1:
            return text, sep
    return text, usual


def _fields(row: Sequence[str]) -> list[str]:
    first, *others = map(unguard, row)
    return ["" if first == NOT_AVAILABLE else first, *others]
