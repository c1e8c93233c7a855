"""Tables as files: loss-free, safe in spreadsheets, merged without duplicates."""

import csv
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import blocks

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.tables import guard, read_table, unguard, write_table
from DGMSegmentationLib.measurement.roi import RoiRow, measure
from DGMSegmentationLib.measurement.tables import (
    COLUMN_DESCRIPTIONS,
    COLUMNS,
    append_long,
    merge,
    read_long,
    write_long,
    write_wide,
)


def rows(subject="sub-01", image="a.nii.gz"):
    labels, qsm = blocks()
    return [replace(row, model="m 1") for row in measure(labels, qsm, subject=subject, image_name=image)]


def same(one: RoiRow, other: RoiRow) -> bool:
    for name in COLUMNS:
        a, b = getattr(one, name), getattr(other, name)
        if isinstance(a, float):
            if not (math.isnan(a) and math.isnan(b)) and abs(a - b) > 1e-6:
                return False
        elif a != b or type(a) is not type(b):
            return False
    return True


@pytest.mark.parametrize("name", ["t.tsv", "t.csv"])
def test_long_table_is_read_back_as_it_was(tmp_path, name):
    before = [*rows(), *rows(image="b.nii.gz")]
    before[0] = replace(before[0], edited=True, flags="empty;volume_low", mean_ppb=math.nan)
    write_long(before, tmp_path / name)
    after = read_long(tmp_path / name)
    assert len(after) == 20
    assert all(same(a, b) for a, b in zip(before, after, strict=True))


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12),
    st.floats(-1e6, 1e6),
    st.sampled_from(["t.tsv", "t.csv"]),
)
def test_any_name_and_number_survive(tmp_path_factory, text, number, name):
    path = tmp_path_factory.getbasetemp() / name
    row = replace(rows()[3], subject=text, image=text, mean_ppb=number)
    write_long([row], path)
    assert same(read_long(path)[0], row)


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "'=x", "\t=1"])
def test_no_cell_starts_a_formula(tmp_path, name):
    assert guard(name).startswith("'")
    assert unguard(guard(name)) == name
    write_long([replace(rows()[0], subject=name)], tmp_path / "t.csv")
    with open(tmp_path / "t.csv", newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file))["subject"][0] == "'"
    assert read_long(tmp_path / "t.csv")[0].subject == name


def test_negative_numbers_stay_numbers(tmp_path):
    write_long([replace(rows()[0], mean_ppb=-12.25)], tmp_path / "t.csv")
    with open(tmp_path / "t.csv", newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file))["mean_ppb"] == "-12.25"


def test_missing_values_are_empty_cells_or_what_is_asked_for(tmp_path):
    write_long(rows()[:1], tmp_path / "t.tsv")
    header, line = (tmp_path / "t.tsv").read_text(encoding="utf-8").splitlines()
    assert dict(zip(header.split("\t"), line.split("\t"), strict=True))["mean_referenced_ppb"] == ""
    write_long(rows()[:1], tmp_path / "t.tsv", missing="n/a")
    assert "n/a" in (tmp_path / "t.tsv").read_text(encoding="utf-8")
    assert math.isnan(read_long(tmp_path / "t.tsv")[0].mean_referenced_ppb)


@pytest.mark.parametrize("name", ["x.tsv", "x.csv"])
@pytest.mark.parametrize("missing", ["", "n/a"])
def test_no_line_begins_with_a_separator(tmp_path, name, missing):
    """BIDS' n/a stands for an empty first field, and comes back as empty; the other fields stay as they are."""
    rows = [{"a": "", "b": ""}, {"a": None, "b": "n/a"}, {"a": "c", "b": None}]
    write_table(tmp_path / name, ["a", "b"], rows, missing)
    lines = (tmp_path / name).read_text().splitlines()
    assert all(line[0] not in "\t," for line in lines)
    assert read_table(tmp_path / name) == [
        {"a": "", "b": ""}, {"a": "", "b": "n/a"}, {"a": "c", "b": missing}
    ]  # fmt: skip


def test_wide_table_has_one_row_an_image(tmp_path):
    table = [*rows(), *rows("sub-02"), *rows("sub-02", "b.nii.gz")]
    write_wide(table, tmp_path / "w.csv")
    with open(tmp_path / "w.csv", newline="", encoding="utf-8") as file:
        wide = list(csv.DictReader(file))
    assert [(row["subject"], row["image"]) for row in wide] == [
        ("sub-01", "a.nii.gz"),
        ("sub-02", "a.nii.gz"),
        ("sub-02", "b.nii.gz"),
    ]
    for row in table[:10]:
        assert float(wide[0][f"{row.abbreviation}_mean_ppb"]) == pytest.approx(row.mean_ppb, abs=1e-6)
        assert float(wide[0][f"{row.abbreviation}_volume_mm3"]) == pytest.approx(row.volume_mm3)
        assert float(wide[0][f"{row.abbreviation[:2]}_asymmetry_percent"]) == pytest.approx(
            row.asymmetry_percent, abs=1e-6
        )


@pytest.mark.parametrize(
    "change", [{"label": 0}, {"label": 2}, {"label": 11}, {"abbreviation": "RN"}, {"abbreviation": "RN_R"}]
)
def test_rows_that_contradict_each_other_are_refused(tmp_path, change):
    write_long([*rows(), replace(rows()[0], **change)], tmp_path / "t.tsv")
    with pytest.raises(InputError, match="contradicts itself"):
        read_long(tmp_path / "t.tsv")


def test_rows_of_another_label_set_are_read(tmp_path):
    new = {"label": 11, "abbreviation": "STN_L", "structure": "Left subthalamic nucleus"}
    unpaired = {"label": 300, "abbreviation": "PIN", "structure": "Pineal gland", "side": ""}
    mixed = [*rows(), replace(rows()[0], **new), replace(rows()[0], **unpaired)]
    write_long(mixed, tmp_path / "t.tsv")
    assert len(read_long(tmp_path / "t.tsv")) == len(mixed)
    write_wide(mixed, tmp_path / "w.tsv")
    line = read_table(tmp_path / "w.tsv")[0]
    assert {"STN_L_mean_ppb", "PIN_mean_ppb"} <= set(line)
    assert "PIN_asymmetry_percent" not in line


@pytest.mark.parametrize(
    ("name", "header"), [("t.csv", "a;b"), ("t.tsv", "a,b"), ("t.tsv", "a;b"), ("t.csv", "a\tb")]
)
def test_a_table_with_another_separator_is_read_by_its_header(tmp_path, name, header):
    """European spreadsheets write .csv with semicolons."""
    (tmp_path / name).write_text(f"{header}\n1{header[1]}2\n")
    assert read_table(tmp_path / name) == [{"a": "1", "b": "2"}]


def test_wide_table_loses_no_image_of_the_same_name(tmp_path):
    """Two reconstructions of one name, as older long tables hold them, are two rows."""
    other = [replace(row, mean_ppb=-row.mean_ppb) for row in rows()]
    write_wide([*rows(), *other], tmp_path / "w.tsv")
    with open(tmp_path / "w.tsv", newline="", encoding="utf-8") as file:
        wide = list(csv.DictReader(file, delimiter="\t"))
    assert [row["image"] for row in wide] == ["a.nii.gz", "a.nii.gz"]
    assert float(wide[0]["PU_R_mean_ppb"]) == -float(wide[1]["PU_R_mean_ppb"]) != 0


def test_merging_replaces_a_measurement_in_its_place(tmp_path):
    first, again = rows(), [replace(row, mean_ppb=row.mean_ppb + 1) for row in rows()]
    joined = merge(first, rows("sub-02"), again)
    assert len(joined) == 20
    assert [row.mean_ppb for row in joined[:10]] == [row.mean_ppb for row in again]
    path = tmp_path / "all.tsv"
    append_long(first, path)
    assert len(append_long(rows("sub-02"), path)) == 20
    assert len(append_long(again, path)) == 20
    assert np.allclose([r.mean_ppb for r in read_long(path)[:10]], [r.mean_ppb for r in again], atol=1e-6)


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "is empty"),
        (b"a\tb\n1\t2\n", "lacks the column"),
        (b"a\tb\n1\n", "1 cells in line 2"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_one_plain_sentence(tmp_path, content, message):
    path = tmp_path / "bad.tsv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        read_long(path)
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match=r"cannot be read \(No such file") as error:
        read_long(tmp_path / "missing.tsv")
    assert "Errno" not in str(error.value)


def test_a_word_in_a_number_column_is_named(tmp_path):
    write_long(rows(), tmp_path / "t.tsv")
    text = (tmp_path / "t.tsv").read_text(encoding="utf-8").replace("\t64\t", "\tmany\t", 1)
    (tmp_path / "t.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="many"):
        read_long(tmp_path / "t.tsv")


def test_every_column_is_described():
    assert tuple(COLUMN_DESCRIPTIONS) == COLUMNS
