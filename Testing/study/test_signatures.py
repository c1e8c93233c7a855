"""What a signature holds for: its image, its label file, its model, its reader; and what blind readers see of others."""

import numpy as np
import pytest
from make_images import head, save_nifti
from small_study import Reader, label, labelled, study_of

from DGMSegmentationLib.cohort.subject import process, task_of
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.study.same_image import are_alike, imprint
from DGMSegmentationLib.study.state import rejected_cases
from DGMSegmentationLib.study.work import Job, bring_up
from DGMSegmentationLib.study.worklist import item_of


@pytest.fixture
def folder(tmp_path):
    return labelled(tmp_path)


def state_of(folder, reader="anna"):
    return item_of(study_of(folder, reader), "sub-01").state


def put_another_head(folder):
    data, _, affine = head(seed=7)
    save_nifti(next((folder / "sub-01/anat").glob("*.nii.gz")), data, affine)


# --- the image


def test_an_image_is_known_again_however_it_is_stored():
    first, other = head(seed=1)[0], head(seed=7)[0]
    known = imprint(Image(first, np.eye(4)))
    for turned in (first[::-1], first.transpose(1, 0, 2), first[4:], np.pad(first, ((0, 0), (3, 2), (0, 0)))):
        assert are_alike(known, imprint(Image(turned.copy(), np.eye(4))))
    for foreign in (other, first * np.float32(1.1), np.zeros_like(first)):
        assert not are_alike(known, imprint(Image(foreign, np.eye(4))))
    assert not are_alike("", "")


def test_the_labels_of_another_head_do_not_count(folder):
    put_another_head(folder)
    item, opened = item_of(study_of(folder), "sub-01"), study_of(folder).open("sub-01")
    assert item.state == "to do" and item.image_changed
    assert opened.automatic is None and opened.labels is None
    assert [remark.code for remark in opened.remarks] == ["study_image_changed"]


@pytest.mark.parametrize("edited", [True, False])
def test_a_signature_does_not_hold_for_another_head(folder, edited):
    reader = Reader(study_of(folder))
    (reader.stroke() if edited else reader).sign()
    assert state_of(folder) == "done"
    put_another_head(folder)
    assert state_of(folder) == "in review"
    again = Reader(study_of(folder))
    assert again.said == ["reading_other_image", "study_image_changed"] and again.opened.automatic is None
    again.sign()  # as it is: all of it is the reader's now
    assert state_of(folder) == "done"
    assert {one["status"] for one in again.study.readings("sub-01")[0].signed.review} == {"edited"}


# --- the label file


def remove(file):
    file.unlink()
    record_beside(file).unlink()


def record_beside(file):
    return file.with_name(file.name.replace(".nii.gz", ".json"))


def test_a_file_of_another_reader_in_the_signed_ones_place_is_not_taken_for_ones_own(folder):
    anna = Reader(study_of(folder)).stroke(7).stroke(7)
    remove(anna.sign())
    shared = Reader(study_of(folder, "bert")).stroke(5).sign()
    content = shared.read_bytes()
    assert state_of(folder) == "in review" and state_of(folder, "bert") == "done"
    again = Reader(study_of(folder))
    assert "reading_file_gone" in again.said and again.size(7) == anna.size(7)
    assert again.sign() != shared and shared.read_bytes() == content and state_of(folder) == "done"


def test_a_signed_file_stays_its_readers_without_the_record_beside_it(folder):
    file = Reader(study_of(folder)).stroke().sign()
    record_beside(file).unlink()
    again = Reader(study_of(folder))
    assert again.said == [] and again.stroke(5).sign() == file


def test_a_changed_file_is_said_of_a_reopened_case(folder):
    reader = Reader(study_of(folder)).stroke()
    file = reader.sign()
    reader.journal.reopen()
    labels = reader.labels
    save_nifti(file, np.where(labels.data == 9, 0, labels.data).astype(np.uint8), labels.affine)
    again = Reader(study_of(folder))
    assert "reading_file_differs" in again.said and again.size(9)
    assert again.sign() != file


def test_a_changed_file_of_ones_own_stays_and_the_next_goes_beside_it(folder):
    Reader(study_of(folder, "bert")).stroke(7).sign()  # the cohort's correction
    anna = Reader(study_of(folder)).stroke(5)
    hers, name = anna.sign(), "sub-01_seg-DGM_desc-anna{}_dseg.nii.gz".format
    assert hers.name == name("")
    save_nifti(
        hers, np.where(anna.labels.data == 9, 0, anna.labels.data).astype(np.uint8), anna.labels.affine
    )
    changed = hers.read_bytes()
    for _ in range(2):  # signed again, her second file is hers to replace
        second = Reader(study_of(folder)).stroke(6).sign()
        assert second.name == name(2) and hers.read_bytes() == changed and state_of(folder) == "done"
    assert not Reader(study_of(folder)).size(9)  # she went on from the changed one


def test_of_a_damaged_journal_the_file_that_was_signed_last_counts(folder):
    shared = Reader(study_of(folder, "bert")).stroke(5).sign()
    older = Reader(study_of(folder)).stroke(7).sign()
    remove(shared)
    reader = Reader(study_of(folder)).stroke(7)
    assert reader.sign() == shared and not older.exists()
    save_nifti(older, np.zeros_like(reader.labels.data), reader.labels.affine)
    path = reader.journal.path
    path.write_bytes(b"\0" * 20 + path.read_bytes()[20:])
    again = Reader(study_of(folder))
    assert "journal_begin_damaged" in again.said and again.size(7) == reader.size(7)


# --- other windows, other readers


def test_a_window_that_knows_nothing_of_a_signature_does_not_sign_over_it(folder):
    one, stale = Reader(study_of(folder)), Reader(study_of(folder))
    file = one.stroke().sign()
    content = file.read_bytes()
    with pytest.raises(InputError, match="another window"):
        stale.sign()
    assert file.read_bytes() == content and state_of(folder) == "done"
    assert one.stroke().sign() == file  # its own signature it knows
    assert Reader(study_of(folder)).stroke().sign() == file and state_of(folder) == "done"


def test_a_stroke_that_did_not_know_of_a_rejection_does_not_lift_it(folder):
    one, other = Reader(study_of(folder)), Reader(study_of(folder))
    one.journal.reject("motion")
    other.stroke()
    assert state_of(folder) == "rejected"
    assert rejected_cases(one.study.output, ["sub-01"]) == {"sub-01": "motion"}
    Reader(study_of(folder)).stroke(5)
    assert state_of(folder) == "in review"


def test_a_blind_reader_does_not_lift_a_rejection(folder):
    anna = Reader(study_of(folder))
    anna.journal.reject("motion")
    blind = Reader(study_of(folder, "bert", blind=True)).stroke(5)
    assert state_of(folder, "zoe") == "rejected" and state_of(folder, "bert") == "in review"
    assert rejected_cases(anna.study.output, ["sub-01"]) == {"sub-01": "motion"}
    blind.sign()
    assert rejected_cases(anna.study.output, ["sub-01"]) == {"sub-01": "motion"}
    Reader(study_of(folder, "carl")).stroke()  # sees it
    assert rejected_cases(anna.study.output, ["sub-01"]) == {}


# --- the model


def other_model(folder):
    data, affine = head(seed=1)[1], study_of(folder).open("sub-01").image.affine
    label(folder, "sub-01", np.roll(data, 1, axis=2), affine, model="m 2")


def test_what_was_accepted_does_not_stand_for_another_models_labels(folder):
    Reader(study_of(folder)).sign()
    other_model(folder)
    assert state_of(folder) == "in review"
    again = Reader(study_of(folder))
    assert again.said == ["reading_other_labels"]
    again.sign()
    signed = again.study.readings("sub-01")[0].signed
    assert {(one["status"], one["edited_by"]) for one in signed.review} == {("edited", "")}
    assert state_of(folder) == "done"


def test_who_made_one_stroke_is_no_editor_of_what_another_model_changed(folder):
    Reader(study_of(folder)).stroke()
    other_model(folder)
    again = Reader(study_of(folder))
    assert again.said == ["reading_other_labels", "reading_resumed"]
    again.sign()
    review = again.study.readings("sub-01")[0].signed.review
    assert {one["abbreviation"] for one in review if one["edited_by"]} == {"PU_L"}


def test_labels_that_were_made_anew_while_the_case_was_open_are_not_signed(folder):
    reader = Reader(study_of(folder)).stroke()
    other_model(folder)
    with pytest.raises(InputError, match="made anew"):
        reader.sign()
    assert state_of(folder) == "in review" and not reader.study.paths("sub-01").edited_labels()


def test_a_blind_reader_sees_of_a_corrected_case_what_was_measured_before(folder):
    study, job = study_of(folder), Job.of(study_of(folder))
    task = task_of(
        study.case("sub-01"), study.output, study.settings, do="measure", run="0", edited=None, why=""
    )
    assert process(task).status == "done"
    before = item_of(study_of(folder, "bert", blind=True), "sub-01")
    assert before.verdict and len(before.rows) == 10
    reader = Reader(study_of(folder)).stroke()
    file = reader.sign()
    assert bring_up(job, "sub-01") == "" and any(row.edited for row in item_of(reader.study, "sub-01").rows)
    blind = item_of(study_of(folder, "bert", blind=True), "sub-01")
    assert str(blind) == str(before)  # rows hold NaN
    file.write_bytes(b"rubbish")
    assert bring_up(job, "sub-01")
    assert str(item_of(study_of(folder, "bert", blind=True), "sub-01")) == str(before)
