"""``dgmseg cohort`` on real files and processes: derivatives, resume, broken subjects, corrections, interruptions."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from cohorts import MODEL, REPOSITORY, add_subject, break_subjects, start
from patience import PATIENCE_S, until
from processes import alive

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.cohort.layout import write_frame
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.tables import COLUMN_DESCRIPTIONS, read_long
from DGMSegmentationLib.structures import STANDARD

GROUP = ("rois_long.tsv", "rois_wide.tsv", "cases.tsv", "cohort.html")


class Run:
    """A finished cohort and what its first run said."""

    def __init__(self, folder: Path) -> None:
        self.bids, self.output = folder / "bids", folder / "out"
        add_subject(self.bids, "sub-01_ses-1", 1)
        add_subject(self.bids, "sub-01_ses-2", 2)
        self.broken = break_subjects(self.bids)
        self.code = self.again()

    def again(self, *options: str) -> int:
        return main(["cohort", str(self.bids), "--output", str(self.output), *MODEL, *options])

    def cases(self) -> dict[str, dict[str, str]]:
        return {line["name"]: line for line in read_table(self.output / "cases.tsv")}

    def record(self, name: str) -> dict:
        return json.loads((self.output / ".dgmseg" / f"{name}.json").read_text())

    def times(self) -> dict[str, int]:
        """When each result was written; the lock's holder changes in every run."""
        files = [p for p in self.output.rglob("*") if p.is_file() and not p.name.startswith("lock")]
        return {str(p.relative_to(self.output)): p.stat().st_mtime_ns for p in files}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("cohort with space"))


def test_good_subjects_are_measured_and_broken_ones_have_a_reason(run, capsys):
    """The first test of the file: the fixture has just run."""
    assert run.code == 1
    cases = run.cases()
    assert {name for name, line in cases.items() if line["status"] == "done"} == {
        "sub-01_ses-1",
        "sub-01_ses-2",
    }
    failed = {name: line["reason"] for name, line in cases.items() if line["status"] == "failed"}
    assert set(failed) == set(run.broken)
    for name, word in run.broken.items():
        assert word in failed[name], failed
    rows = read_long(run.output / "rois_long.tsv")
    assert len(rows) == 20 and {row.subject for row in rows} == {"sub-01"}
    assert len(read_table(run.output / "rois_wide.tsv")) == 2
    labels = read_labels(run.output / "sub-01/ses-1/anat/sub-01_ses-1_seg-DGM_dseg.nii.gz")
    assert [row.n_voxels for row in rows[:10]] == [int((labels.data == s.label).sum()) for s in STANDARD]
    page = (run.output / "cohort.html").read_text(encoding="utf-8")
    assert "sub-01/ses-1/anat/sub-01_ses-1_seg-DGM_report.html" in page and "sub-phase" in page
    # Two workers at most, each with one model; the model was loaded by none for the broken ones.
    assert len({run.record(name)["process"] for name in cases if name != "sub-twice"}) <= 2
    assert not list((run.output / ".dgmseg").glob("tmp-*"))


def test_it_is_a_bids_derivative(run):
    description = json.loads((run.output / "dataset_description.json").read_text())
    assert description["DatasetType"] == "derivative"
    assert description["GeneratedBy"][0]["Name"] == "DGMSegmentation"
    assert (run.output / description["DatasetLinks"]["raw"]).resolve() == run.bids.resolve()
    sidecar = json.loads((run.output / "sub-01/ses-2/anat/sub-01_ses-2_seg-DGM_dseg.json").read_text())
    assert sidecar["Sources"] == ["bids:raw:sub-01/ses-2/anat/sub-01_ses-2_Chimap.nii.gz"]
    lookup = read_table(run.output / "seg-DGM_dseg.tsv")
    assert [line["abbreviation"] for line in lookup] == [s.abbreviation for s in STANDARD]
    columns = json.loads((run.output / "seg-DGM_stats.json").read_text())
    stats = read_table(run.output / "sub-01/ses-1/anat/sub-01_ses-1_seg-DGM_stats.tsv")
    assert set(stats[0]) <= set(columns) and columns["p95"]["Units"] == "ppb"


def test_a_column_says_its_unit_by_its_name(run, tmp_path, monkeypatch):
    for unit in ("ppb", "mm3", "percent"):
        monkeypatch.setitem(COLUMN_DESCRIPTIONS, f"new_{unit}", "A further statistic")
    write_frame(tmp_path, run.bids)
    columns = json.loads((tmp_path / "seg-DGM_stats.json").read_text())
    assert all(columns[f"new_{unit}"]["Units"] == unit for unit in ("ppb", "mm3", "percent"))
    assert columns["asymmetry_percent"]["Units"] == "percent" and "Units" not in columns["n_voxels"]


def test_two_sessions_stand_side_by_side(run):
    lines = read_table(run.output / "changes.tsv")
    rows = {(row.image, row.abbreviation): row.mean_ppb for row in read_long(run.output / "rois_long.tsv")}
    assert len(lines) == 10 and {line["detectable_change_ppb"] for line in lines} == {"15", "30"}
    for line in lines:
        first, second = (rows[f"sub-01_ses-{k}_Chimap.nii.gz", line["abbreviation"]] for k in (1, 2))
        if np.isfinite(first) and np.isfinite(second):
            assert float(line["change_ppb"]) == pytest.approx(second - first, abs=1e-5)
    page = (run.output / "changes.html").read_text(encoding="utf-8")
    assert "ses-1 to ses-2" in page and "Left putamen" in page
    assert 'href="changes.html"' in (run.output / "cohort.html").read_text(encoding="utf-8")


def test_a_second_run_does_nothing_and_says_so(run, capsys):
    before = run.times()
    for path in run.bids.glob("sub-01/ses-1/anat/*"):
        os.utime(path)  # copied again: another time, the same content
    record = run.output / ".dgmseg" / "sub-01_ses-1.json"
    assert run.again() == 1  # broken ones are still broken
    said = capsys.readouterr()
    assert (
        "failed (see cases.tsv); nothing to do, the rest is up to date" in said.out
        and "sub-cut: " in said.err
    )
    after = run.times()
    assert {name for name in after if after[name] != before[name]} == {str(record.relative_to(run.output))}
    assert run.again("--dry-run") == 0
    assert "0 to do, 2 up to date" in capsys.readouterr().err
    assert run.times() == after


def test_nothing_to_do_for_100_subjects_is_quick_and_needs_no_torch(run, tmp_path):
    """Copies of one finished subject; the time is the process's own, so that a busy machine changes nothing."""
    bids, output = tmp_path / "bids", tmp_path / "out"
    image = next((run.bids / "sub-01/ses-1/anat").iterdir())
    results = run.output / "sub-01/ses-1/anat"
    record = (run.output / ".dgmseg/sub-01_ses-1.json").read_text()
    (output / ".dgmseg").mkdir(parents=True)
    for number in range(100):
        name = f"sub-{number:03d}"
        for source, target in ((image.parent, bids), (results, output)):
            (target / name / "anat").mkdir(parents=True)
            for file in source.iterdir():
                if not file.name.endswith("_report.html"):
                    new = target / name / "anat" / file.name.replace("sub-01_ses-1", name)
                    os.link(file, new)
        report = output / name / "anat" / f"{name}_seg-DGM_report.html"
        os.link(next(results.glob("*_report.html")), report)
        text = record.replace("sub-01_ses-1", name).replace('"subject": "sub-01"', f'"subject": "{name}"')
        (output / ".dgmseg" / f"{name}.json").write_text(text)
    code = (
        "import sys, time; from DGMSegmentationLib.cli import main; code = main(sys.argv[1:]);"
        "assert 'torch' not in sys.modules; print(f'{code} {time.process_time():.2f}')"
    )
    for number in range(2):  # the first writes the tables
        done = subprocess.run(
            [sys.executable, "-c", code, "cohort", str(bids), "-o", str(output), *MODEL],
            cwd=REPOSITORY, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        *_, last = done.stdout.splitlines()
        assert "nothing to do" in done.stdout
        if number:
            assert float(last.split()[1]) < 2.0
    assert len(read_table(output / "cases.tsv")) == 100
    assert "and 95 more hold the same image" in done.stderr


def test_corrections_by_hand_win_and_are_never_written(run, capsys):
    automatic = run.output / "sub-01/ses-1/anat/sub-01_ses-1_seg-DGM_dseg.nii.gz"
    labels = nib.load(automatic)
    data = np.asarray(labels.dataobj).copy()
    data[data == 9] = 0
    data[20:23, 30:33, 26:28] = 9
    edited = automatic.with_name("sub-01_ses-1_seg-DGM_desc-edited_dseg.nii.gz")
    nib.save(nib.Nifti1Image(data, labels.affine), edited)
    before, content = run.times(), edited.read_bytes()
    assert run.again() == 1
    assert "1 corrected by hand" in capsys.readouterr().out
    rows = [r for r in read_long(run.output / "rois_long.tsv") if r.image.startswith("sub-01_ses-1")]
    moved = np.asarray(labels.dataobj) != data
    touched = {*np.asarray(labels.dataobj)[moved].tolist(), 9} - {0}
    assert {row.label for row in rows if row.edited} == touched and rows[8].n_voxels == 18
    assert len({row.model for row in rows}) == 1 and rows[0].model
    assert run.cases()["sub-01_ses-1"]["edited"] == "true"
    assert run.cases()["sub-01_ses-2"]["edited"] == "false"
    after = run.times()
    name = str(automatic.relative_to(run.output))
    assert after[name] == before[name] and edited.read_bytes() == content
    page = (run.output / "cohort.html").read_text(encoding="utf-8")
    assert "sub-01_ses-1_seg-DGM_desc-edited_report.html" in page and "(corrected by hand)" in page
    edited.unlink()
    assert run.again() == 1
    assert "1 correction removed" in capsys.readouterr().out
    assert run.times()[name] == before[name]  # the network did not run again
    assert run.cases()["sub-01_ses-1"]["edited"] == "false"


def test_an_automatic_segmentation_that_was_painted_over_is_kept(run, capsys):
    labels = run.output / "sub-01/ses-2/anat/sub-01_ses-2_seg-DGM_dseg.nii.gz"
    original, times = labels.read_bytes(), labels.stat()
    image = nib.load(labels)
    data = np.asarray(image.dataobj).copy()
    data[20:23, 30:33, 26:28] = 9
    nib.save(nib.Nifti1Image(data, image.affine), labels)
    painted = labels.read_bytes()
    assert run.again("--redo", "--participant", "01") == 1
    assert "desc-edited" in run.cases()["sub-01_ses-2"]["reason"]
    assert labels.read_bytes() == painted
    labels.write_bytes(original)
    os.utime(labels, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert run.again() == 1
    assert run.cases()["sub-01_ses-2"]["status"] == "done"


def test_other_table_options_do_not_run_the_network_again(run, tmp_path, capsys):
    name = "sub-01/ses-2/anat/sub-01_ses-2_seg-DGM_dseg.nii.gz"
    before = run.times()[name]
    (run.bids / "participants.tsv").write_text("participant_id\tage\tsex\nsub-01\t40\tF\n")
    norms = tmp_path / "norms.tsv"
    norms.write_text("structure\tage\tsex\tmean_ppb\tsd_ppb\nPU\t20\tF\t40\t10\nPU\t60\tF\t80\t10\n")
    assert run.again("--reference", "brain", "--norms", str(norms)) == 1
    assert "2 options changed" in capsys.readouterr().out
    assert run.times()[name] == before
    rows = read_long(run.output / "rois_long.tsv")
    assert all(row.reference == "brain" for row in rows)
    lines = read_table(run.output / "norms.tsv")
    assert {line["abbreviation"] for line in lines} == {"PU_L", "PU_R"}
    for line in lines:
        assert float(line["expected_ppb"]) == 60
        assert float(line["z"]) == pytest.approx((float(line["mean_ppb"]) - 60) / 10, abs=1e-5)
    page = (run.output / "sub-01/ses-2/anat/sub-01_ses-2_seg-DGM_report.html").read_text(encoding="utf-8")
    assert "Age 40" in page
    (norms.parent / "bad.tsv").write_text("structure\tmean_ppb\nPU\t40\n")
    assert run.again("--norms", str(norms.parent / "bad.tsv")) == 2
    assert "lacks the column sd_ppb" in capsys.readouterr().err


def test_bad_requests_are_refused_with_one_sentence(run, tmp_path, capsys):
    before = run.times()
    capsys.readouterr()
    for arguments, word in (
        ([str(tmp_path / "nowhere"), "-o", str(run.output), *MODEL], "no such folder"),
        ([str(run.bids), "-o", str(run.bids), *MODEL], "folder of the images"),
        ([str(run.bids), "-o", str(run.output), "--model", "nowhere"], "no model"),
        ([str(run.bids), "-o", str(run.output), *MODEL, "--participant", "99"], "subject 99"),
        ([str(run.bids), "-o", str(run.output), *MODEL, "--reference", "csf.nii"], "one mask file"),
    ):
        assert main(["cohort", *arguments]) == 2
        said = capsys.readouterr().err
        assert word in said and said.count("\n") == 1
    assert run.times() == before


def test_two_runs_to_one_output_refuse_each_other(run, capsys):
    code = (
        "import sys; from pathlib import Path; from DGMSegmentationLib.cohort.lock import only_run\n"
        "with only_run(Path(sys.argv[1]), print): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(run.output / ".dgmseg")],
        cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout.readline() == "held\n"
    before = run.times()
    assert run.again("--redo") == 2
    said = capsys.readouterr().err
    assert f"process {holder.pid}" in said and "wait until it ends" in said
    assert run.times() == before
    holder.kill()  # nothing of a lock is left, however the run ended
    holder.wait()
    assert run.again("--dry-run") == 0
    assert run.again("--participant", "01") in (0, 1)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_killed_and_interrupted_runs_leave_whole_files_and_go_on(tmp_path):
    """Hand-made labels, so that no network is needed: kill -9 after the first case, Ctrl-C after another, then all."""
    count = 16  # enough that none of the runs ends before it is stopped
    bids, output = tmp_path / "bids", tmp_path / "out"
    for number in range(count):
        add_subject(bids, f"sub-{number}", 60 + number, labels=output)
    (output / ".dgmseg").mkdir()
    command = ["cohort", str(bids), "-o", str(output), *MODEL, "--workers", "1", "-v"]

    def finished():
        records = [json.loads(p.read_text()) for p in (output / ".dgmseg").glob("sub-*.json")]
        return {record["name"]: record["process"] for record in records if record["status"] == "done"}

    first = start(command)
    until(lambda: len(finished()) >= 1 or first.poll() is not None)
    first.kill()
    first.wait()
    (worker,) = set(finished().values())
    until(lambda: not alive(worker))  # it may finish a case yet
    done = finished()
    assert 1 <= len(done) < count
    check_whole(output, done)
    assert not (output / "rois_long.tsv").exists()  # none half-written: it was not yet its time

    second = start(command)
    until(lambda: len(finished()) > len(done) or second.poll() is not None)
    second.send_signal(signal.SIGINT)
    _, said = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 1 and "run the same command to go on" in said
    assert "Traceback" not in said
    until(lambda: not any(alive(pid) for pid in finished().values()))
    now = finished()
    assert len(done) < len(now) < count and set(done.items()) <= set(now.items())
    check_whole(output, now)
    lines = {line["name"]: line["status"] for line in read_table(output / "cases.tsv")}
    assert {name for name, status in lines.items() if status == "done"} == set(now)
    assert {row.subject for row in read_long(output / "rois_long.tsv")} == set(now)

    assert main(command) == 0
    final = finished()
    assert set(now.items()) <= set(final.items()) and len(final) == count
    assert len(read_table(output / "rois_wide.tsv")) == count
    assert not list((output / ".dgmseg").glob("tmp-*"))


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="of POSIX")
@pytest.mark.parametrize("how", ["SIGHUP", "SIGTERM"])
def test_a_closed_terminal_ends_a_run_with_its_tables_written(tmp_path, how):
    bids, output = tmp_path / "bids", tmp_path / "out"
    for number in range(3):
        add_subject(bids, f"sub-{number}", 60 + number, labels=output)
    (output / ".dgmseg").mkdir()
    process = start(["cohort", str(bids), "-o", str(output), *MODEL, "--workers", "1", "-v"])
    records = output / ".dgmseg"

    def done():
        found = [json.loads(p.read_text()) for p in records.glob("sub-*.json")]
        return {record["name"] for record in found if record["status"] == "done"}

    until(lambda: done() or process.poll() is not None)
    process.send_signal(getattr(signal, how))
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1 and "run the same command to go on" in said and "Traceback" not in said
    assert {row.subject for row in read_long(output / "rois_long.tsv")} == done()


def check_whole(output, done) -> None:
    """Every finished case has all of its files, and each file that is there can be read."""
    for name in done:
        record = json.loads((output / ".dgmseg" / f"{name}.json").read_text())
        for file, size in record["outputs"].items():
            assert (output / name / "anat" / file).stat().st_size == size
    for path in output.rglob("*_stats.tsv"):
        assert len(read_long(path)) == 10
    for path in output.rglob("*.json"):
        json.loads(path.read_text())
    for path in output.rglob("*.html"):
        assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_case_whose_worker_dies_goes_to_a_fresh_one(tmp_path):
    bids, output, count = tmp_path / "bids", tmp_path / "out", 6
    for number in range(count):
        add_subject(bids, f"sub-{number}", 70 + number, labels=output)
    (output / ".dgmseg").mkdir()
    process = start(["cohort", str(bids), "-o", str(output), *MODEL, "--workers", "1"])
    record = output / ".dgmseg/sub-0.json"
    until(lambda: record.exists() or process.poll() is not None)
    victim = json.loads(record.read_text())["process"]
    os.kill(victim, signal.SIGKILL)
    said, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    assert f"{count} measured" in said
    assert json.loads((output / f".dgmseg/sub-{count - 1}.json").read_text())["process"] != victim
