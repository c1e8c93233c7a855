"""Tables as spreadsheets of other countries write them, and as they want them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from DGMSegmentationLib.io.tables import (
    decimal_commas,
    guard,
    number,
    read_table,
    unguard,
    whole_number,
    write_table,
)

COLUMNS = ("name", "n", "mean", "empty")
ROWS = [
    {"name": "a;=1+1", "n": 307, "mean": -1234.5, "empty": None},
    {"name": "b, c", "n": 2, "mean": 0.25, "empty": float("nan")},
]


@pytest.mark.parametrize(("name", "sep"), [("t.csv", ";"), ("t.tsv", "\t")])
def test_decimal_commas_there_and_back(tmp_path, name, sep):
    with decimal_commas():
        write_table(tmp_path / name, COLUMNS, ROWS)
    raw = (tmp_path / name).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    first = raw.decode("utf-8-sig").splitlines()
    assert first[0] == sep.join(COLUMNS) and f"-1234,5{sep}" in first[1]
    back = read_table(tmp_path / name)
    assert [row["name"] for row in back] == ["a;=1+1", "b, c"]
    assert [number(row["mean"]) for row in back] == [-1234.5, 0.25]
    write_table(tmp_path / "plain.csv", COLUMNS, ROWS)
    assert b"-1234.5" in (tmp_path / "plain.csv").read_bytes()[:60]


def test_a_table_that_excel_wrote_with_its_separator_line(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfsep=;\r\nname;mean\r\nx;12,5\r\n")
    assert read_table(tmp_path / "t.csv") == [{"name": "x", "mean": "12,5"}]


@pytest.mark.parametrize(("text", "value"), [("307.0", 307), ("307,0", 307), (" 12 ", 12), ("-3", -3)])
def test_whole_numbers(text, value):
    assert whole_number(text) == value


@pytest.mark.parametrize("text", ["1.234,5", "1,234,567", "12,5", "x", ""])
def test_what_is_no_whole_number(text):
    with pytest.raises(ValueError):
        whole_number(text)


@pytest.mark.parametrize(
    "text", ["=1+1", "\n=1", "\uff1d1+1", "\uff0b1", "a;=cmd()", "a\t=1", "a,@x", "'=1", "x\r\n-2", "\uff20a"]
)
def test_no_cell_is_a_formula_whatever_parts_the_cells(text):
    safe = guard(text)
    assert unguard(safe) == text
    for sep in ";,\t":
        for line in csv.reader(io.StringIO(safe, newline=""), delimiter=sep):
            assert not any(cell.startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")) for cell in line)


@given(st.text(alphabet="=+-@\t\r\n';,ab \uff1d", max_size=12))
def test_guarding_loses_nothing(text):
    assert unguard(guard(text)) == text
