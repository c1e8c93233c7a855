"""What stands in the tables of a study: the same whoever writes them, and what was signed, not what came later."""

from dataclasses import replace

import pytest
from patience import until
from small_study import Reader, label, labelled, study_of

from DGMSegmentationLib.adaptation.find import corrected_of
from DGMSegmentationLib.cli import main
from DGMSegmentationLib.cohort.record import full_stamp, write_record
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.study.walk import Walk
from DGMSegmentationLib.study.work import Job, write_tables
from DGMSegmentationLib.study.worklist import item_of


@pytest.fixture
def folder(tmp_path):
    return labelled(tmp_path)


def tables(folder, reader="anna", blind=False):
    study = study_of(folder, reader, blind)
    assert write_tables(Job.of(study)) == ""
    return {name: read_table(study.output / f"{name}.tsv") for name in ("worklist", "readings", "cases")}


def test_the_worklist_is_the_same_whoever_writes_it(folder):
    Reader(study_of(folder)).stroke().sign()
    Reader(study_of(folder, "bert")).stroke(5)
    lines = [tables(folder, *who)["worklist"] for who in (("anna",), ("bert",), ("carl", True))]
    assert lines[0] == lines[1] == lines[2]
    (line,) = lines[0]
    assert (line["state"], line["reader"], line["others"]) == ("in review", "bert", "anna: done")
    assert item_of(study_of(folder), "sub-01").state == "done"  # anna's own window


def test_readings_tell_what_was_signed(folder):
    reader = Reader(study_of(folder)).stroke()
    (line,) = tables(folder)["readings"]
    assert (line["state"], line["signed"]) == ("in review", "") and line["changed"]
    shared = reader.sign()
    label(folder, "sub-01", reader.opened.automatic.data, reader.labels.affine, model="m 2")
    Reader(study_of(folder, "bert")).stroke(5).sign()
    lines = {(one["reader"], one["abbreviation"]): one for one in tables(folder)["readings"]}
    hers, his = lines["anna", "PU_L"], lines["bert", "PU_L"]
    assert (hers["model"], hers["automatic_model"], his["automatic_model"]) == ("m 1", "m 1", "m 2")
    assert (hers["begun_from"], his["begun_from"]) == ("", shared.name)
    assert (hers["edited_by"], his["edited_by"], lines["bert", "GP_L"]["edited_by"]) == (
        "anna",
        "anna",
        "bert",
    )
    assert hers["signed"] == hers["changed"]


def test_a_rejected_case_counts_nowhere_until_it_is_read_again(folder, capsys):
    reader = Reader(study_of(folder)).stroke()
    reader.sign()
    study = reader.study
    assert len(corrected_of(study.cohort.cases, study.output)) == 1
    reader.journal.reject("the head moved")
    assert tables(folder)["cases"][0]["rejected"] == "the head moved"
    assert corrected_of(study.cohort.cases, study.output) == []
    command = ["cohort", str(folder), "-o", str(study.output), "--level", "group"]
    assert main(command) == 0
    assert "1 rejected by readers and left out of the means" in capsys.readouterr().out
    assert read_table(study.output / "cases.tsv")[0]["rejected"] == "the head moved"
    reader.journal.reopen()
    assert main(command) == 0
    assert read_table(study.output / "cases.tsv")[0]["rejected"] == ""


def test_what_was_signed_again_is_measured_at_the_next_start(folder):
    """Signed, measured, signed again, and the program ended before the second measurement; then the file went."""
    study = study_of(folder)
    assert not study.is_stale("sub-01")
    file = Reader(study).stroke().sign()
    assert study.is_stale("sub-01")
    record = study.record("sub-01")
    write_record(study.paths("sub-01").record, replace(record, edited=full_stamp(file), corrected=True))
    assert not study.is_stale("sub-01")
    second = Reader(study).stroke()
    second.sign()
    assert study.is_stale("sub-01")
    walk = Walk(study_of(folder))
    try:
        walk.catch_up()
        rows = until(lambda: (walk.poll(), walk["sub-01"].rows)[1])
    finally:
        walk.stop()
    assert [row.n_voxels for row in rows if row.edited] == [second.size(7)]
    assert not study.is_stale("sub-01")
    file.unlink()
    assert study.is_stale("sub-01")
