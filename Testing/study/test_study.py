"""A study of three small heads: read, corrected, signed, rejected; the cohort finds what the readers did."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from cohorts import MODEL, add_subject
from make_images import save_nifti
from models_for_tests import PHANTOM_MODEL
from patience import until
from tutorials import blocks

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.cohort.request import Request
from DGMSegmentationLib.cohort.run import run_cohort
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.study.background import Background
from DGMSegmentationLib.study.lookout import Lookout
from DGMSegmentationLib.study.names import reader_label
from DGMSegmentationLib.study.places import find_study, is_study
from DGMSegmentationLib.study.study import Study
from DGMSegmentationLib.study.work import Job, bring_up, write_tables
from DGMSegmentationLib.study.worklist import counts, item_of, worklist

SETTINGS = CaseSettings(SegmentOptions(model=str(PHANTOM_MODEL), device="cpu"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("study")
    for number in (1, 2, 3):
        add_subject(root, f"sub-{number:02}", number)
    return root


@pytest.fixture(scope="module")
def segmented(folder):
    """The first two cases, as the background makes them."""
    background = Background(Job.of(study_of(folder)), threads=1)
    try:
        background.want("sub-02")
        background.want("sub-01", urgency=0)
        assert background.wait(300)
        assert [(one.name, one.problem) for one in background.poll() if one.problem] == []
    finally:
        background.stop()
    return folder


def study_of(folder, reader="anna", blind=False):
    return Study(find_study([folder]), reader, SETTINGS, blind)


def states(study):
    return {item.name: item.state for item in worklist(study)}


class Reader:
    """Opens a case and edits it as an app does."""

    def __init__(self, study, name):
        self.study, self.opened = study, study.open(name)
        self.labels = self.opened.labels
        self.journal = study.journal(self.opened, self.labels)

    def stroke(self, label=7, slab=0):
        data = self.labels.data.copy()
        lowest = np.argwhere(data == label)[:, 2].min() + slab
        data[:, :, lowest][data[:, :, lowest] == label] = 0
        self.labels = self.labels.replace(data=data)
        assert self.journal.record(data)

    def sign(self):
        in_ppb = open_case(self.opened.image).image
        return self.study.sign(self.opened, self.labels, in_ppb, self.journal)


def test_the_reading_of_a_study(segmented, capsys, repository, tmp_path, monkeypatch):
    """One after the other, as an afternoon goes; in the end the cohort's tables say what the readers signed."""
    study = study_of(segmented)
    assert states(study) == {"sub-01": "segmented", "sub-02": "segmented", "sub-03": "to do"}
    # an edit is in review, also for another session, which goes on where this one ended
    reader = Reader(study, "sub-01")
    reader.stroke()
    left = reader.labels.data
    assert states(study_of(segmented))["sub-01"] == "in review"
    reader = Reader(study_of(segmented), "sub-01")
    assert np.array_equal(reader.labels.data, left)
    assert [r.code for r in reader.opened.remarks] == ["reading_resumed"]
    # signed: a label file for the cohort, in which one structure alone is edited
    reader.stroke(slab=0)
    review, file = reader.sign()
    assert file == study.paths("sub-01").of("_dseg.nii.gz", edited=True)
    assert np.array_equal(read_labels(file).data, reader.labels.data)
    by_name = {one.abbreviation: one for one in review}
    touched = by_name.pop("PU_L")
    assert (
        touched.status == "edited" and touched.removed > 0 and touched.added == 0 and 0.5 < touched.dice < 1
    )
    assert {one.status for one in by_name.values()} == {"accepted"} and {
        one.dice for one in by_name.values()
    } <= {1.0, None}
    # accepted as it is: no label file; rejected: a reason
    review, file = Reader(study, "sub-02").sign()
    assert file is None and {one.status for one in review} == {"accepted"}
    assert not study.paths("sub-02").edited_labels()
    assert states(study_of(segmented)) == {"sub-01": "done", "sub-02": "done", "sub-03": "to do"}
    assert bring_up(Job.of(study), "sub-01") == ""
    assert write_tables(Job.of(study)) == ""
    before = [vars(row) for row in rows_of(study)]
    # the cohort has the third case to do, and nothing else
    assert main(["cohort", str(segmented), "-o", str(study.output), *MODEL]) == 0
    assert "1 new" in capsys.readouterr().out
    after = rows_of(study)
    assert [vars(row) for row in after if row.subject != "sub-03"] == before
    assert [row.abbreviation for row in after if row.edited] == ["PU_L"] and all(row.model for row in after)
    expected = next(row for row in after if row.edited)
    assert expected.mean_ppb == pytest.approx(touched.mean_ppb, abs=1e-3)
    third = study_of(segmented)
    opened = third.open("sub-03")
    third.journal(opened, opened.labels).reject("moved")
    assert write_tables(Job.of(third)) == ""
    lines = {line["name"]: line for line in read_table(study.output / "worklist.tsv")}
    assert lines["sub-03"]["state"] == "rejected" and lines["sub-03"]["reason"] == "moved"
    assert lines["sub-01"]["edited_structures"] == "PU_L" and lines["sub-01"]["reader"] == "anna"
    signed = [line for line in read_table(study.output / "readings.tsv") if line["name"] == "sub-01"]
    assert len(signed) == 10 and {line["status"] for line in signed} == {"edited", "accepted"}
    assert counts(worklist(third)) == {"to do": 0, "segmented": 0, "in review": 0, "done": 2, "rejected": 1}
    second_reader(segmented, left)
    # the block of Docs/reading-room.md
    (tmp_path / "my_study").symlink_to(segmented, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    (text,) = [text for kind, text in blocks(repository, "reading-room.md") if kind == "python"]
    names = {}
    exec(compile(text, "reading-room.md", "exec"), names)
    assert names["labels"].shape == left.shape and not np.array_equal(names["labels"], left)


def rows_of(study):
    return read_long(study.output / "rois_long.tsv")


def second_reader(folder, left):
    """Sees what the first one signed, and writes a file of their own; blind, they begin with the automatic labels."""
    study = study_of(folder, "bert")
    first = Reader(study, "sub-01")
    assert {"reading_done_by", "reading_of_file"} == {remark.code for remark in first.opened.remarks}
    shared = study.paths("sub-01").of("_dseg.nii.gz", edited=True)
    content = shared.read_bytes()
    first.stroke(label=5)
    _, file = first.sign()
    assert file.name == "sub-01_seg-DGM_desc-bert_dseg.nii.gz" and shared.read_bytes() == content
    blind = study_of(folder, "carl", blind=True)
    assert states(blind)["sub-01"] == "segmented" and states(blind)["sub-03"] == "segmented"
    third = Reader(blind, "sub-01")
    assert np.array_equal(third.labels.data, third.opened.automatic.data) and third.opened.remarks == ()
    third.stroke(label=6)
    assert third.sign()[1].name == "sub-01_seg-DGM_desc-carl_dseg.nii.gz"
    assert shared.read_bytes() == content
    # a hand changed the signed file since: it is shown as it is now, and never replaced
    data = read_labels(shared).data.copy()
    data[data == 9] = 0
    save_nifti(shared, data, read_labels(shared).affine)
    content = shared.read_bytes()
    again = Reader(study_of(folder), "sub-01")
    assert "reading_file_changed" in {remark.code for remark in again.opened.remarks}
    assert not (again.labels.data == 9).any()
    again.stroke(label=5)
    assert again.sign()[1].name == "sub-01_seg-DGM_desc-anna_dseg.nii.gz" and shared.read_bytes() == content


def test_loose_images_are_a_study_that_the_cohort_takes(tmp_path):
    for name in ("one map.nii.gz", "two.nii.gz"):
        add_subject(tmp_path / "bids", "sub-01", 1).rename(tmp_path / name)
    (tmp_path / "two_dseg.nii.gz").write_bytes(b"labels are no images")
    (tmp_path / "bids/sub-01/anat").rmdir()
    assert is_study(tmp_path)
    place = find_study([tmp_path])
    assert [line["subject"] for line in read_table(place.source)] == ["onemap", "two"]
    assert find_study([tmp_path]) == place and find_study([place.source.parent]) == place
    study = Study(place, "anna", SETTINGS)
    assert bring_up(Job.of(study), "sub-two") == "" and states(study) == {
        "sub-onemap": "to do",
        "sub-two": "segmented",
    }
    assert run_cohort(Request(place.source, place.output, SETTINGS, dry_run=True)).reasons == {"new": 1}
    assert find_study([place.output]) == place


def test_what_is_no_study_is_said(tmp_path):
    with pytest.raises(InputError, match="no susceptibility map"):
        find_study([tmp_path])
    with pytest.raises(InputError):
        reader_label("edited")
    assert reader_label("Anna B.") == "AnnaB" and reader_label()


def test_two_readers_at_once_corrupt_nothing(segmented):
    """Two programs on one study, each with its process in the background: every stroke, signature and table is whole."""
    left = {}

    def read(name, label):
        study = study_of(segmented, name)
        background = Background(Job.of(study), threads=1)
        try:
            for case in ("sub-02", "sub-01"):
                reader = Reader(study, case)
                for _ in range(2):
                    reader.stroke(label)
                _, file = reader.sign()
                left[name, case] = reader.labels.data, file
                background.want(case)
                background.want_tables()
            assert background.wait(300) and not [one for one in background.poll() if one.problem]
        finally:
            background.stop()

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(read, *who) for who in (("bert", 7), ("cleo", 8))]:
            done.result()
    study = study_of(segmented)
    for (name, case), (labels, file) in left.items():
        session = next(s for s in reversed(study.sessions(case)) if s.reader == name)
        assert np.array_equal(session.replay(), labels) and not session.remarks
        assert np.array_equal(read_labels(file).data, labels)
    assert len({file for _, file in left.values()}) == 4
    lines = read_table(study.output / "readings.tsv")
    found = {(line["reader"], line["name"], line["state"]) for line in lines}
    assert {(name, case, "done") for name, case in left} <= found
    nobody_read = {} if study.record("sub-03") else {"new": 1}  # an earlier test of this file may have
    summary = run_cohort(Request(study.place.source, study.output, SETTINGS))
    assert summary.reasons == nobody_read


def test_what_others_do_is_seen_without_asking(segmented):
    """By the times of the files, in a thread; a stroke and a signature alike."""
    study = study_of(segmented, "carl")
    other = Reader(study_of(segmented, "dora"), "sub-02")
    lookout = Lookout(study, every_s=0.01)
    try:
        assert lookout.poll() == set()
        for act in (other.stroke, other.sign):
            act()
            assert until(lookout.poll) == {"sub-02"}
            assert item_of(study, "sub-02").reader == "dora"
        assert item_of(study, "sub-02").state == "done"
    finally:
        lookout.stop()


def test_images_that_come_are_told_when_they_no_longer_grow(tmp_path):
    """In a BIDS folder and in one of loose images, whose table names them then."""
    add_subject(tmp_path / "bids", "sub-01", 1)
    (tmp_path / "loose").mkdir()
    image = add_subject(tmp_path / "spare", "sub-02", 1)
    (tmp_path / "loose/a.nii.gz").write_bytes(image.read_bytes())
    for root, new in (("bids", "sub-02/anat/sub-02_Chimap.nii.gz"), ("loose", "b.nii.gz")):
        study = study_of(tmp_path / root)
        (first,) = study.names
        lookout = Lookout(study, every_s=0.01)
        try:
            file = tmp_path / root / new
            file.parent.mkdir(parents=True, exist_ok=True)
            stamps = {study.folders_stamp()}
            with file.open("wb") as growing:
                for part in np.array_split(np.frombuffer(image.read_bytes(), np.uint8), 4):
                    growing.write(part.tobytes())
                    growing.flush()
                    stamps.add(study.folders_stamp())
            assert len(stamps) == 5
            until(lookout.grown)
        finally:
            lookout.stop()
        study.look_again()
        assert len(study.names) == 2 and first in study.names
        (tmp_path / root / new).unlink()
        study.look_again(kept=study.names[1])
        assert len(study.names) == 2
        study.look_again()
        assert study.names == (
            (first,) if root == "bids" else ("sub-a", "sub-b")
        )  # a table keeps what it names
