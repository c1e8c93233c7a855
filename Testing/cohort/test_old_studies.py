"""Study folders, tables and provenance that version 0.1 wrote open in this one, and a further statistic breaks none.

The files in Testing/data/v0.1 were written by 0.1: two measured cases, one of them corrected by hand, and a broken one.
"""

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cohorts import MODEL

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.cohort.record import FORMAT, read_record, write_record
from DGMSegmentationLib.cohort.results import _remove_stale
from DGMSegmentationLib.io.bids.derivatives import case_paths
from DGMSegmentationLib.io.files import sha256
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.tables import read_long

OLD = Path(__file__).resolve().parents[1] / "data" / "v0.1"
REPOSITORY = Path(__file__).resolve().parents[2]


def stamped(stamp, path, content):
    """Put content of the right length there, and its checksum and time into the stamp."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    stat = path.stat()
    return {**stamp, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": sha256(path)}


@pytest.fixture
def study(tmp_path):
    """The folder of images and the study of 0.1. Images and labels are no images: nothing may ask for their content."""
    images, output = tmp_path / "bids", tmp_path / "out"
    (output / ".dgmseg").mkdir(parents=True)
    shutil.copy(OLD / "group.json", output / ".dgmseg")
    for name in ("sub-1", "sub-2", "sub-3"):
        record = json.loads((OLD / f"{name}.json").read_text())
        folder = output / name / "anat"
        image = images / name / "anat" / f"{name}_Chimap.nii.gz"
        record["inputs"]["image"] = stamped(record["inputs"]["image"], image, f"image of {name}".encode())
        for file, size in record["outputs"].items():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(b"x" * size)
        if record["automatic"]:
            record["automatic"]["made_of"]["image"] = record["inputs"]["image"]["sha256"]
            labels = folder / f"{name}_seg-DGM_dseg.nii.gz"
            record["automatic"]["labels"] = stamped(
                record["automatic"]["labels"], labels, labels.read_bytes()
            )
        if record["edited"]:
            corrected = folder / f"{name}_seg-DGM_desc-edited_dseg.nii.gz"
            record["edited"] = stamped(record["edited"], corrected, b"painted")
        (output / ".dgmseg" / f"{name}.json").write_text(json.dumps(record, indent=2))
    return images, output


def command(study):
    return ["cohort", str(study[0]), "-o", str(study[1]), *MODEL]


def test_a_study_of_0_1_is_up_to_date_and_its_tables_are_made_again(study, capsys):
    assert main([*command(study), "--dry-run"]) == 0
    plan = dict(line.split("\t")[:2] for line in capsys.readouterr().out.splitlines())
    assert plan == {"sub-2": "nothing"}  # failed before, for what its image is
    assert main(command(study)) == 1
    rows, before = read_long(study[1] / "rois_long.tsv"), read_long(OLD / "rois_long.tsv")
    assert len(rows) == len(before) == 20
    for row, old in zip(rows, before, strict=True):
        assert row.abbreviation == old.abbreviation and row.flags == old.flags
        assert row.mean_ppb == pytest.approx(old.mean_ppb, abs=1e-5, nan_ok=True)
    cases = {line["name"]: line for line in read_table(study[1] / "cases.tsv")}
    assert {name: line["status"] for name, line in cases.items()} == {
        "sub-1": "done", "sub-2": "failed", "sub-3": "done",
    }  # fmt: skip
    assert cases["sub-3"]["edited"] == "true" and cases["sub-1"]["edited"] == "false"


def test_a_record_is_written_in_todays_format_and_read_again(tmp_path):
    for name in ("sub-1", "sub-2", "sub-3"):
        record = read_record(OLD / f"{name}.json")
        assert record is not None and record.name == name
        write_record(tmp_path / "r.json", record)
        assert json.loads((tmp_path / "r.json").read_text())["format"] == FORMAT
        again = read_record(tmp_path / "r.json")
        assert str(again) == str(record)  # NaN equals nothing
    assert math.isnan(read_record(OLD / "sub-1.json").rows[0].mean_ppb)
    assert set(read_record(OLD / "sub-3.json").edited_outputs) == {
        "sub-3_seg-DGM_desc-edited_stats.tsv", "sub-3_seg-DGM_desc-edited_report.html",
    }  # fmt: skip


def test_a_table_of_0_1_is_read(tmp_path):
    assert len(read_long(OLD / "sub-1_Chimap_rois.tsv")) == 10


def test_a_damaged_record_is_none_and_is_remarked(study, capsys):
    """Every field of every record altered: a remark or a record, never a traceback."""
    values = (
        None,
        3,
        -1,
        "x",
        [],
        {},
        [[]],
        {"a": 1},
        "../../victim.txt",
        True,
        1e400,
        {"../../x": 3},
        {"..": 1},
    )
    path = study[1] / ".dgmseg" / "altered.json"
    original = json.loads((study[1] / ".dgmseg/sub-3.json").read_text())
    refused = 0
    for key in original:
        for value in values:
            path.write_text(json.dumps({**original, key: value}))
            said = []
            if read_record(path, said.append) is None:
                refused += 1
                assert len(said) == 1 and "counts as not done" in str(said[0]) and "\n" not in str(said[0])
            else:
                assert said == []
    assert refused > 0.6 * len(original) * len(values)
    for text in (
        "",
        "{",
        "[" * 100_000,
        "\x00",
        "null",
        '{"format": NaN}',
        '{"format": 3}',
        '{"format": [1]}',
    ):
        path.write_text(text)
        said = []
        assert read_record(path, said.append) is None and len(said) == 1
    (study[1] / ".dgmseg/sub-1.json").write_text("[" * 100_000)
    assert main([*command(study), "--dry-run"]) == 0
    assert "counts as not done" in capsys.readouterr().err


def test_no_record_makes_a_run_delete_or_write_outside_the_study(study, tmp_path):
    """A record, and what lies beside it, may come from anybody."""
    victim = tmp_path / "victim.txt"
    victim.write_text("12345")
    path = study[1] / ".dgmseg/sub-3.json"
    record = json.loads(path.read_text())
    (study[1] / ".dgmseg/lock").symlink_to(victim)
    (study[1] / ".dgmseg/lock-holder").symlink_to(victim)
    for name in ("edited_outputs", "outputs"):
        path.write_text(json.dumps({**record, name: {"../../../victim.txt": 5}}))
        assert main(command(study)) == 1
        assert victim.read_text() == "12345"
    assert not (study[1] / ".dgmseg/lock-holder").is_symlink()


def test_only_table_and_page_of_a_correction_are_deleted(tmp_path):
    """And these only inside the study, unchanged, and not what a link leads to."""
    paths = case_paths(tmp_path / "out", "sub-1")
    paths.folder.mkdir(parents=True)
    table, page = (paths.of(suffix, edited=True) for suffix in ("_stats.tsv", "_report.html"))
    others = [paths.labels, paths.folder / "notes.txt", tmp_path / "victim.txt"]
    for file in (table, *others):
        file.write_text("12345")
    page.symlink_to(others[2])
    named = {file.name: 5 for file in (table, page, *others)} | {"../../../victim.txt": 5}
    _remove_stale(tmp_path / "out", paths, {**named, table.name: 4})
    assert table.exists()  # someone wrote into it
    _remove_stale(tmp_path / "out", paths, named)
    assert not table.exists() and page.is_symlink() and all(file.exists() for file in others)
    (tmp_path / "elsewhere/anat").mkdir(parents=True)
    (tmp_path / "out/sub-2").symlink_to(tmp_path / "elsewhere")
    beyond = case_paths(tmp_path / "out", "sub-2")
    outside = beyond.of("_stats.tsv", edited=True)
    outside.write_text("12345")
    _remove_stale(tmp_path / "out", beyond, {outside.name: 5})
    assert outside.exists()


_STATISTIC = (
    ("roi.py", "    software: str\n", "    mad_ppb: float = NAN\n"),
    (
        "roi.py",
        '        "sd_ppb": float(good.std(ddof=1)) if good.size > 1 else NAN,\n',
        '        "mad_ppb": float(np.median(abs(good - np.median(good)))) if good.size else NAN,\n',
    ),
    (
        "tables.py",
        '    "software": "Software and version that measured",\n',
        '    "mad_ppb": "Median absolute deviation, ppb",\n',
    ),
)
"""File, the line that the new one follows, the new line."""

_USE_IT = """
import sys
from pathlib import Path
from rows import blocks
import DGMSegmentationLib
from DGMSegmentationLib.cohort.record import read_record
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.measurement.tables import COLUMNS, COLUMN_DESCRIPTIONS, append_long, read_long, write_long

old = Path(sys.argv[1])
assert str(Path(DGMSegmentationLib.__file__).parent.parent) == sys.argv[2], DGMSegmentationLib.__file__
assert "mad_ppb" in COLUMNS and set(COLUMNS) == set(COLUMN_DESCRIPTIONS)
before = read_long(old / "rois_long.tsv")
assert len(before) == 20 and before[4].mad_ppb != before[4].mad_ppb and before[4].mean_ppb > 100
assert read_record(old / "sub-1.json").rows[4].mean_ppb > 100
rows = measure(*blocks(), subject="new", image_name="new")
assert any(row.mad_ppb > 0 for row in rows)
write_long(before, "table.tsv")
assert len(append_long(rows, "table.tsv")) == 20 + len(rows)
assert [row.mad_ppb for row in read_long("table.tsv")[20:]] == [round(row.mad_ppb, 6) for row in rows]
"""


def test_a_further_statistic_is_three_lines_and_breaks_no_old_file(tmp_path):
    """The thought walk of a statistic, walked: three lines in a copy of the package."""
    for name in ("DGMSegmentationLib", "Resources"):
        shutil.copytree(
            REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.safetensors")
        )
    for file, before, line in _STATISTIC:
        path = tmp_path / "DGMSegmentationLib" / "measurement" / file
        text = path.read_text(encoding="utf-8")
        assert text.count("\n" + before) == 1, (file, before)
        path.write_text(text.replace("\n" + before, "\n" + before + line), encoding="utf-8")
    folders = [tmp_path, REPOSITORY / "Testing" / "support"]
    run = subprocess.run(
        [sys.executable, "-c", _USE_IT, str(OLD), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
