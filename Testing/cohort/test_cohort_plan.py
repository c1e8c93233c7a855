"""What the next run believes of the last one: stamps, labels on the disk, probabilities, and what it says it would do."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cohorts import MODEL, add_subject

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.cohort.find import CohortCase
from DGMSegmentationLib.cohort.plan import CaseSettings, Rerun, Step, decide, refreshed
from DGMSegmentationLib.cohort.record import Automatic, Inputs, Record, full_stamp, read_record, write_record
from DGMSegmentationLib.io.bids.derivatives import case_paths
from DGMSegmentationLib.options import SegmentOptions


def finished(folder: Path):
    """A case with an image, labels and the record that a run leaves."""
    image = folder / "sub-1_Chimap.nii.gz"
    image.write_bytes(b"first")
    case = CohortCase("sub-1", "sub-1", "", image, image.name, image.name)
    paths, settings = case_paths(folder / "out", case.name), CaseSettings()
    paths.folder.mkdir(parents=True)
    paths.labels.write_bytes(b"labels")
    inputs = Inputs(full_stamp(image))
    automatic = Automatic(inputs.checksums, settings.of_labels(), full_stamp(paths.labels))
    record = Record(
        status="done",
        inputs=inputs,
        automatic=automatic,
        rows_of=settings.of_rows(case),
        outputs={paths.labels.name: len(b"labels")},
    )
    return case, paths, settings, record


def test_a_changed_image_of_a_subject_that_was_not_asked_for_stays_changed(tmp_path):
    """A run over other subjects must not make the record believe the new content."""
    case, paths, settings, record = finished(tmp_path)
    assert decide(case, paths, settings, record, Rerun()).do == "nothing"
    case.image.write_bytes(b"other")
    left_out = Step(case, paths, "nothing", "not selected", record)
    record = refreshed(left_out) or record
    step = decide(case, paths, settings, record, Rerun())
    assert (step.do, step.why) == ("segment", "image changed")


def test_a_touched_file_is_noted_once(tmp_path):
    case, paths, settings, record = finished(tmp_path)
    os.utime(case.image, ns=(5, 5))
    record = refreshed(decide(case, paths, settings, record, Rerun()))
    assert record.inputs.image.mtime_ns == 5
    assert refreshed(decide(case, paths, settings, record, Rerun())) is None


def test_labels_of_a_killed_run_are_known_and_painted_ones_are_not(tmp_path):
    case, paths, settings, record = finished(tmp_path)
    before = record.automatic.labels
    coming = replace(before, sha256="0" * 64, mtime_ns=1)
    record.status = "writing"
    record.automatic = replace(record.automatic, labels=coming, labels_before=before)
    assert decide(case, paths, settings, record, Rerun()).do == "segment"
    paths.labels.write_bytes(b"painted")
    assert decide(case, paths, settings, record, Rerun()).do == "refuse"
    assert decide(case, paths, settings, record, Rerun(overwrite=True)).do == "segment"


def test_a_failed_correction_that_is_removed_fails_no_longer(tmp_path):
    case, paths, settings, record = finished(tmp_path)
    failed = replace(record, status="failed", kind="input", corrected=True, outputs={})
    step = decide(case, paths, settings, failed, Rerun())
    assert (step.do, step.why) == ("measure", "correction removed")
    never = replace(failed, automatic=None, labels_of=settings.of_labels())  # it was there from the start
    paths.labels.unlink()
    step = decide(case, paths, settings, never, Rerun())
    assert (step.do, step.why) == ("segment", "correction removed")
    assert decide(case, paths, settings, replace(never, corrected=False), Rerun()).do == "nothing"


def test_labels_without_a_record_have_a_sentence_of_their_own(tmp_path):
    case, paths, settings, record = finished(tmp_path)
    step = decide(case, paths, settings, None, Rerun())
    assert step.do == "refuse" and "lost or damaged" in step.why and "was changed" not in step.why
    paths.labels.write_bytes(b"painted")
    assert "was changed after" in decide(case, paths, settings, record, Rerun()).why


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    add_subject(folder / "bids", "sub-1", 1)
    add_subject(folder / "bids", "sub-2", 2).write_bytes(b"")
    command = ["cohort", str(folder / "bids"), "-o", str(folder / "out"), *MODEL, "--workers", "1"]
    assert main([*command, "--save-probabilities"]) == 1
    return folder / "out", command


def test_probabilities_of_other_labels_do_not_stay(run):
    output, command = run
    probabilities = output / "sub-1/anat/sub-1_seg-DGM_probseg.nii.gz"
    assert probabilities.exists()
    assert main([*command, "--connectivity", "26"]) == 1  # segments again, without probabilities
    assert not probabilities.exists()


def test_labels_painted_over_during_a_run_stay(run, monkeypatch):
    """Looked at when the run was planned, changed while the network was at work."""
    from DGMSegmentationLib.cohort import subject
    from DGMSegmentationLib.cohort.find import find_cohort
    from DGMSegmentationLib.cohort.subject import process, task_of
    from DGMSegmentationLib.models.model import read_header

    output, command = run
    case = find_cohort(command[1]).cases[0]
    labels = case_paths(output, case.name).labels
    before = {path: path.read_bytes() for path in labels.parent.iterdir()}
    record = read_record(output / ".dgmseg/sub-1.json")
    settings = CaseSettings(SegmentOptions(MODEL[1], device="cpu"), read_header(MODEL[1])[1])
    segmented = subject._segmented

    def meanwhile(*arguments):
        labels.write_bytes(b"painted")
        return segmented(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(subject, "_segmented", meanwhile)
        done = process(task_of(case, output, settings, do="segment", run="x"))
        assert done.status == "failed" and "was changed after it was made" in done.reason
        assert labels.read_bytes() == b"painted"
        assert decide(case, case_paths(output, case.name), settings, done, Rerun()).do == "refuse"
        asked = process(task_of(case, output, settings, do="segment", run="x", overwrite=True))
        assert asked.status == "done" and labels.read_bytes() != b"painted"
    for path, content in before.items():
        path.write_bytes(content)
    write_record(output / ".dgmseg/sub-1.json", record)


def test_table_and_page_of_a_correction_go_with_it(run):
    output, command = run
    folder = output / "sub-1/anat"
    correction = folder / "sub-1_seg-DGM_desc-edited_dseg.nii.gz"
    correction.write_bytes((folder / "sub-1_seg-DGM_dseg.nii.gz").read_bytes())
    made = [folder / f"sub-1_seg-DGM_desc-edited_{name}" for name in ("stats.tsv", "report.html")]
    assert main([*command, "--connectivity", "26"]) == 1
    assert all(path.exists() for path in made)
    correction.write_bytes(b"")
    assert main([*command, "--connectivity", "26"]) == 1
    assert read_record(output / ".dgmseg/sub-1.json").status == "failed"
    correction.unlink()
    mine = made[1].read_text() + "<!-- my note -->"
    made[1].write_text(mine)
    assert main([*command, "--connectivity", "26"]) == 1
    record = read_record(output / ".dgmseg/sub-1.json")
    assert (record.status, record.why) == ("done", "correction removed")
    assert not made[0].exists() and made[1].read_text() == mine
    made[1].unlink()


def test_the_plan_counts_each_case_once(run, capsys):
    output, command = run
    record = output / ".dgmseg/sub-2.json"
    assert json.loads(record.read_text())["kind"] == "input"
    write_record(record, replace(read_record(record), kind="failure"))  # as after a full disk: tried again
    assert main([*command, "--connectivity", "26", "--dry-run"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == ["sub-2\tsegment\tfailed before"]
    assert "1 to do, 1 up to date." in said.err
    write_record(record, replace(read_record(record), kind="input"))
    assert main([*command, "--connectivity", "26", "--participant", "1", "--dry-run"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("sub-2\tnothing\t") and "1 up to date, 1 failed and unchanged." in said.err


def test_tables_of_a_run_that_was_killed_between_two_files_are_made_again(tmp_path, monkeypatch):
    """The state goes back to what it was before: only the mark of finished tables tells that one of them is newer."""
    from DGMSegmentationLib.cohort import group
    from DGMSegmentationLib.cohort.find import Cohort

    case, paths, _, _ = finished(tmp_path)
    output = tmp_path / "out"
    (output / ".dgmseg").mkdir()
    cohort = Cohort(tmp_path, (case,))
    first, other = ([group.Entry(case, paths, None, reason)] for reason in ("reason 1", "reason 2"))
    assert group.write_group(output, cohort, first) and not group.write_group(output, cohort, first)

    replace = os.replace

    def killed(source, target):
        if Path(target) == output / "cohort.html":  # cases.tsv is in place by then
            raise KeyboardInterrupt
        replace(source, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", killed)
        group.write_group(output, cohort, other)
    assert "reason 2" in (output / "cases.tsv").read_text()
    assert group.write_group(output, cohort, first)
    assert "reason 1" in (output / "cases.tsv").read_text()


def test_a_protocol_that_is_edited_between_two_runs_of_a_process_gives_its_new_structures(tmp_path):
    protocol = tmp_path / "ours.toml"
    text = 'name = "ours"\n[structures.{name}]\n[[structures.{name}.parts]]\natoms = ["{name}"]\n'
    protocol.write_text(text.format(name="RN"))
    settings = CaseSettings(SegmentOptions(model="default", protocol=str(protocol)))
    assert [s.abbreviation for s in settings.label_set()] == ["RN_L", "RN_R"]
    protocol.write_text(text.format(name="SN"))
    assert [s.abbreviation for s in settings.label_set()] == ["SN_L", "SN_R"]
