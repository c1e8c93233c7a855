"""Where a reader goes on: on the right side of the head, with every window's strokes, whatever clocks and disks did."""

import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from make_images import save_nifti
from small_study import Reader, label, labelled, study_of

from DGMSegmentationLib.image import Image
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.study import journal_writer
from DGMSegmentationLib.study.journal import read_sessions
from DGMSegmentationLib.study.journal_writer import Journal, Origin
from DGMSegmentationLib.study.merge import merged
from DGMSegmentationLib.study.order import heads
from DGMSegmentationLib.study.resume import Resume, parents_of
from DGMSegmentationLib.study.work import Job, bring_up
from DGMSegmentationLib.study.worklist import item_of

LABELS = arrays.arrays(np.uint8, (3, 3, 2), elements=st.integers(0, 4))


@pytest.fixture
def folder(tmp_path):
    return labelled(tmp_path)


def state_of(folder, reader="anna"):
    return item_of(study_of(folder, reader), "sub-01").state


def rewritten(journal, change):
    """Change the lines of a journal, as objects."""
    lines = [json.loads(line) for line in journal.path.read_text().splitlines()]
    change(lines)
    journal.path.write_text("".join(json.dumps(line) + "\n" for line in lines))


# --- the image lies otherwise than it did


def stored_anew(folder, turn, labels_too=True):
    """The image, and the model's labels of it, with other axes; nothing has moved in space."""
    path = next((folder / "sub-01/anat").glob("*.nii.gz"))
    image, automatic = read_image(path), study_of(folder).open("sub-01").automatic
    step = np.eye(4)
    if turn == "flipped":
        step[0, 0], step[0, 3] = -1, image.shape[0] - 1
        turned = [data[::-1].copy() for data in (image.data, automatic.data)]
    elif turn == "swapped":
        step[:2, :2] = [[0, 1], [1, 0]]
        turned = [data.transpose(1, 0, 2).copy() for data in (image.data, automatic.data)]
    else:
        step[0, 3] = 4
        turned = [data[4:].copy() for data in (image.data, automatic.data)]
    affine = image.affine @ step
    save_nifti(path, turned[0], affine)
    if labels_too:
        label(folder, "sub-01", turned[1], affine)


def centre(labels, number):
    return (labels.affine @ [*np.argwhere(labels.data == number).mean(0), 1])[:3]


@pytest.mark.parametrize("turn", ["flipped", "swapped", "cropped"])
def test_labels_turn_with_an_image_that_is_stored_anew(folder, turn):
    left = Reader(study_of(folder)).stroke()
    stored_anew(folder, turn)
    again = Reader(study_of(folder))
    assert again.said == ["reading_turned", "reading_resumed"]
    assert again.size(7) == left.size(7) < int((again.opened.automatic.data == 7).sum())
    for number in (7, 8):
        assert centre(again.labels, number) == pytest.approx(centre(left.labels, number), abs=0.01)


def test_the_models_labels_turn_too(folder):
    """Signed before the case was segmented anew: one structure alone is edited."""
    left = Reader(study_of(folder)).stroke()
    stored_anew(folder, "flipped", labels_too=False)
    again = Reader(study_of(folder))
    assert again.said == ["reading_turned", "reading_resumed"] and again.size(7) == left.size(7)
    assert sidecar(again.sign())[1] == {"PU_L": "anna"}
    assert bring_up(Job.of(again.study), "sub-01") == ""
    rows = item_of(again.study, "sub-01").rows
    assert [row.abbreviation for row in rows if row.edited] == ["PU_L"] and rows[6].n_voxels == left.size(7)


def test_a_journal_without_a_place_is_taken_only_where_its_labels_lie_as_the_models(folder):
    """Journals of the first versions."""
    reader = Reader(study_of(folder)).stroke()
    without(reader.journal, "affine", "parents")
    assert Reader(study_of(folder)).size(7) == reader.size(7)
    stored_anew(folder, "flipped")
    again = Reader(study_of(folder))
    assert "reading_grid_unknown" in again.said
    assert np.array_equal(again.labels.data, again.opened.automatic.data)


def test_a_journal_without_a_place_is_left_out_where_nothing_tells_it(folder):
    reader = Reader(study_of(folder)).stroke()
    without(reader.journal, "affine", "parents")
    stored_anew(folder, "flipped", labels_too=False)
    reader.study.paths("sub-01").labels.unlink()
    opened = study_of(folder).open("sub-01")
    assert opened.labels is None and [one.code for one in opened.remarks] == ["reading_grid_unknown"]


def test_a_journal_without_a_place_lies_where_its_signed_file_does(folder):
    reader = Reader(study_of(folder)).stroke()
    file = reader.sign()
    without(reader.journal, "affine", "parents")
    stored_anew(folder, "flipped", labels_too=False)
    reader.study.paths("sub-01").labels.unlink()
    again = Reader(study_of(folder))
    assert "reading_turned" in again.said and again.size(7) == reader.size(7)
    assert centre(again.labels, 7) == pytest.approx(centre(reader.labels, 7), abs=0.01)
    assert centre(read_labels(again.sign()), 7) == pytest.approx(centre(reader.labels, 7), abs=0.01)
    assert file.is_file()


def test_a_journal_without_a_place_is_left_out_where_it_would_lie_better_a_voxel_aside(folder):
    reader = Reader(study_of(folder)).stroke()
    without(reader.journal, "affine", "parents")
    path = next((folder / "sub-01/anat").glob("*.nii.gz"))
    image, automatic = read_image(path), reader.opened.automatic
    save_nifti(path, np.roll(image.data, -1, axis=0), image.affine)
    label(folder, "sub-01", np.roll(automatic.data, -1, axis=0), image.affine)
    again = Reader(study_of(folder))
    assert again.said[0] == "reading_grid_unknown"
    assert np.array_equal(again.labels.data, again.opened.automatic.data)


def test_a_grid_between_the_voxels_is_said(folder):
    left = Reader(study_of(folder)).stroke()
    path = next((folder / "sub-01/anat").glob("*.nii.gz"))
    image = read_image(path)
    affine = image.affine.copy()
    affine[:3, :3] *= 1.1
    save_nifti(path, image.data, affine)
    again = Reader(study_of(folder))
    assert "reading_resampled" in again.said and 0 < again.size(7) < left.size(7)
    assert centre(again.labels, 7) == pytest.approx(centre(left.labels, 7), abs=1.5)


def test_labels_go_with_the_voxels_where_only_the_header_moved(folder):
    """The model's labels of the moved image tell it; the head itself may have moved, too."""
    left = Reader(study_of(folder)).stroke()
    path = next((folder / "sub-01/anat").glob("*.nii.gz"))
    image, automatic = read_image(path), left.opened.automatic
    affine = image.affine.copy()
    affine[:3, 3] += 12
    save_nifti(path, image.data, affine)
    label(folder, "sub-01", automatic.data, affine)
    again = Reader(study_of(folder))
    assert again.said[0] == "reading_moved" and np.array_equal(again.labels.data, left.labels.data)
    affine[:3, 3] = image.affine[:3, 3]
    affine[0, 3] += 4 * affine[0, 0]
    save_nifti(path, np.roll(image.data, -4, axis=0), affine)
    label(folder, "sub-01", np.roll(automatic.data, -4, axis=0), affine)
    again = Reader(study_of(folder))
    assert again.said[0] == "reading_turned" and again.size(7) == left.size(7)
    assert centre(again.labels, 7) == pytest.approx(centre(left.labels, 7), abs=0.01)


def test_another_image_in_the_old_ones_place_is_said(folder):
    Reader(study_of(folder)).stroke()
    path = next((folder / "sub-01/anat").glob("*.nii.gz"))
    image, automatic = read_image(path), study_of(folder).open("sub-01").automatic
    save_nifti(path, image.data * 1.1, image.affine)
    label(folder, "sub-01", automatic.data, image.affine)
    assert "reading_other_image" in Reader(study_of(folder)).said


# --- clocks and windows


def test_a_clock_that_is_ahead_hides_no_stroke(folder, monkeypatch):
    """The first session was at a computer ten minutes ahead; the second goes on from it and signs."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(minutes=10)

    with monkeypatch.context() as patch:
        patch.setattr(journal_writer, "datetime", Ahead)
        Reader(study_of(folder)).stroke()
    second = Reader(study_of(folder)).stroke().stroke()
    assert state_of(folder) == "in review"
    second.sign()
    assert state_of(folder) == "done"
    again = Reader(study_of(folder))
    assert again.size(7) == second.size(7) and again.said == []


def without(journal, *keys):
    """As the first versions wrote it."""
    rewritten(journal, lambda lines: [lines[0].pop(key) for key in keys])


@pytest.mark.parametrize("both", [False, True])
def test_journals_that_name_no_parents_are_ordered_by_what_they_hold(folder, monkeypatch, both):
    """The first one was written at a computer ten minutes ahead, the second one goes on from it."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(minutes=10)

    with monkeypatch.context() as patch:
        patch.setattr(journal_writer, "datetime", Ahead)
        first = Reader(study_of(folder)).stroke(7)
    without(first.journal, "parents")
    second = Reader(study_of(folder)).stroke(5)
    if both:
        without(second.journal, "parents")
    again = Reader(study_of(folder))
    assert again.said == ["reading_resumed"]
    assert (again.size(7), again.size(5)) == (first.size(7), second.size(5))
    (head,) = heads(read_sessions(again.study.output, "sub-01"))
    assert head.path == second.journal.path


def test_sessions_that_name_each_other_in_a_circle_are_all_shown(folder):
    one, other = Reader(study_of(folder)).stroke(7), Reader(study_of(folder)).stroke(5)
    for journal, parent in ((one.journal, other.journal), (other.journal, one.journal)):
        named = {"file": parent.path.name, "lines": 2}
        rewritten(journal, lambda lines, named=named: lines[0].update(parents=[named]))
    assert len(heads(read_sessions(one.study.output, "sub-01"))) == 2


def test_two_windows_of_one_reader_lose_nothing(folder):
    one, other = Reader(study_of(folder)), Reader(study_of(folder))
    one.stroke(7).stroke(7).stroke(7)
    other.stroke(5)
    again = Reader(study_of(folder))
    assert (again.size(7), again.size(5)) == (one.size(7), other.size(5))
    assert again.said == ["reading_window_joined", "reading_resumed"]
    joined = again.opened.remarks[0]
    assert joined.facts["structures"] == ["PU_L"] and joined.facts["strokes"] == 3
    again.stroke(6)  # goes on from both
    assert len(heads(read_sessions(again.study.output, "sub-01"))) == 1
    assert Reader(study_of(folder)).said == ["reading_resumed"]


def test_what_two_windows_did_to_one_structure_is_said(folder):
    one, other = Reader(study_of(folder)), Reader(study_of(folder))
    one.stroke(7, last=True).stroke(5)
    other.stroke(7).stroke(7)
    again = Reader(study_of(folder))
    assert (again.size(7), again.size(5)) == (other.size(7), one.size(5))
    assert again.said[:2] == ["reading_window_joined", "reading_windows_differ"]
    differ = again.opened.remarks[1]
    assert differ.facts["structures"] == ["PU_L"] and differ.facts["file"] == one.journal.path.name


def test_a_signature_does_not_cover_what_another_window_did(folder):
    one, other = Reader(study_of(folder)), Reader(study_of(folder))
    one.stroke(5)
    other.stroke(7).sign()
    assert state_of(folder) == "in review"
    again = Reader(study_of(folder))
    assert again.size(5) == one.size(5)
    again.sign()
    assert state_of(folder) == "done"


def test_what_one_of_two_windows_took_back_that_both_had_seen_stays_taken_back(folder):
    """Each of them goes on from the same two sessions."""
    one, other = Reader(study_of(folder)), Reader(study_of(folder))
    before = one.labels.data
    one.stroke(7)
    other.stroke(5)
    back, on = Reader(study_of(folder)), Reader(study_of(folder))
    assert back.journal.record(np.where(before == 7, 7, back.labels.data))
    on.stroke(9)
    again = Reader(study_of(folder))
    assert again.size(7) == int((before == 7).sum())
    assert (again.size(5), again.size(9)) == (other.size(5), on.size(9))


WINDOWS = 4


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, WINDOWS - 1), st.booleans(), st.booleans()), min_size=1, max_size=16),
    st.lists(st.integers(-30, 30), min_size=WINDOWS, max_size=WINDOWS),
)
def test_whatever_windows_and_clocks_do_every_stroke_is_there(tmp_path_factory, strokes, clocks):
    """Each window paints a row of its own, or takes back what is painted there; before a stroke it may be opened anew, from
    what is on the disk then."""
    output, shape = tmp_path_factory.mktemp("study"), (WINDOWS, 20, 1)
    image, windows, expected = Image(np.zeros(shape, np.float32), np.eye(4)), {}, np.zeros(shape, np.uint8)

    def now():
        sessions = read_sessions(output, "sub-01")
        found = Resume(sessions, image, None, lambda _: None).resumed()
        return np.zeros(shape, np.uint8) if found is None else found.labels.data, parents_of(sessions)

    for number, (window, anew, back) in enumerate(strokes):

        class Clock(datetime):
            ahead = timedelta(minutes=clocks[window], seconds=number)

            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + cls.ahead

        if anew or window not in windows:
            labels, parents = now()
            windows[window] = (
                labels,
                Journal(output, "sub-01", "anna", labels, Origin(affine=np.eye(4), parents=parents)),
            )
        labels, journal = windows[window]
        labels = labels.copy()
        if back:
            labels[window] = expected[window] = 0
        labels[window, number] = expected[window, number] = window + 1
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(journal_writer, "datetime", Clock)
            journal.record(labels)
        windows[window] = labels, journal
    assert np.array_equal(now()[0], expected)


@given(LABELS, LABELS, LABELS)
def test_a_structure_is_taken_from_the_other_window_whole_or_not_at_all(before, here, there):
    found = merged(before, here, there)
    assert set(found.taken) & set(found.refused) == set()
    for number in found.taken:
        assert np.array_equal(found.labels == number, there == number)
    for number in found.refused:
        assert np.array_equal(found.labels == number, here == number)
    if np.array_equal(before, here):
        assert np.array_equal(found.labels, there)
    if not found.refused:
        assert np.array_equal(merged(before, there, here).labels, found.labels)


# --- disks


def first_line_gone(reader):
    content = reader.journal.path.read_bytes()
    reader.journal.path.write_bytes(b"\0" * 20 + content[20:])


def test_a_damaged_first_line_is_said_and_its_changes_are_found_again(folder):
    left = Reader(study_of(folder)).stroke().stroke()
    first_line_gone(left)
    assert state_of(folder) == "in review"
    again = Reader(study_of(folder))
    assert again.said[:2] == ["journal_begin_damaged", "reading_rebuilt"]
    assert np.array_equal(again.labels.data, left.labels.data)
    again.stroke()
    assert Reader(study_of(folder)).said == ["reading_resumed"]


def flipped(reader, line):
    """One character of a change is another one; the line is JSON still."""

    def change(lines):
        text = lines[line]["change"]
        half = len(text) // 2
        lines[line]["change"] = text[:half] + ("B" if text[half] == "A" else "A") + text[half + 1 :]

    rewritten(reader.journal, change)


def test_a_change_that_cannot_be_unpacked_costs_what_follows_and_no_more(folder):
    first = Reader(study_of(folder)).stroke(7)
    second = Reader(study_of(folder)).stroke(5)
    kept = second.size(5)
    flipped(second.stroke(5), 2)
    again = Reader(study_of(folder))
    assert again.said == ["journal_line_damaged", "reading_resumed"]
    assert again.opened.remarks[0].facts["number"] == 3
    assert (again.size(7), again.size(5)) == (first.size(7), kept)


def test_first_labels_that_cannot_be_unpacked_are_found_again(folder):
    Reader(study_of(folder)).stroke(7)
    left = Reader(study_of(folder)).stroke(5)
    flipped(left, 0)
    again = Reader(study_of(folder))
    assert again.said == ["journal_begin_damaged", "reading_rebuilt", "reading_resumed"]
    assert np.array_equal(again.labels.data, left.labels.data)


def test_a_session_that_cannot_be_used_gives_way_to_the_ones_before(folder):
    first = Reader(study_of(folder)).stroke(7)
    second = Reader(study_of(folder)).stroke(5)
    flipped(second, 0)
    flipped(second, 1)
    again = Reader(study_of(folder))
    assert again.said == ["journal_begin_damaged", "reading_not_rebuilt", "reading_resumed"]
    assert np.array_equal(again.labels.data, first.labels.data)


def test_a_damaged_first_line_whose_labels_are_not_known_is_said(folder):
    left = Reader(study_of(folder)).stroke()
    first_line_gone(left)
    label(folder, "sub-01", np.roll(left.opened.automatic.data, 1, axis=2), left.labels.affine, model="m 2")
    again = Reader(study_of(folder))
    assert again.said[:2] == ["journal_begin_damaged", "reading_not_rebuilt"]
    assert state_of(folder) == "in review"


def test_of_a_damaged_signed_reading_the_label_file_counts(folder):
    left = Reader(study_of(folder)).stroke().stroke()
    left.sign()
    first_line_gone(left)
    assert state_of(folder) == "done"
    again = Reader(study_of(folder))
    assert "journal_begin_damaged" in again.said and again.size(7) == left.size(7)


def test_a_signed_file_that_is_gone_is_said_and_written_again(folder):
    left = Reader(study_of(folder)).stroke()
    file = left.sign()
    before = left.study.stamp("sub-01")
    file.unlink()
    assert left.study.stamp("sub-01") != before  # an open window sees it, too
    assert state_of(folder) == "in review"
    again = Reader(study_of(folder))
    assert again.said == ["reading_file_gone"] and again.size(7) == left.size(7)
    assert again.sign() == file and np.array_equal(read_labels(file).data, left.labels.data)
    assert state_of(folder) == "done"


def test_a_case_that_was_rejected_without_labels_goes_on_with_those_it_got_since(folder):
    study = study_of(folder)
    opened = study.open("sub-01")
    study.journal(opened, opened.labels.replace(data=np.zeros_like(opened.labels.data))).reject("no labels")
    assert state_of(folder) == "rejected"
    again = Reader(study_of(folder))
    assert np.array_equal(again.labels.data, opened.automatic.data)
    again.stroke()
    assert state_of(folder) == "in review" and Reader(study_of(folder)).size(7) == again.size(7)
    # erased by hand is something else
    nothing = again.labels.replace(data=np.zeros_like(again.labels.data))
    assert again.journal.record(nothing.data)
    assert not Reader(study_of(folder)).labels.data.any()


@pytest.mark.parametrize("left", [None, 0, -1, -30])
def test_a_journal_that_is_cut_or_taken_away_while_its_window_is_open_loses_nothing(folder, left):
    """It goes on in a file of its own, which holds all labels."""
    Reader(study_of(folder)).stroke(9)
    reader = Reader(study_of(folder)).stroke(7).stroke(7)
    path = reader.journal.path
    whole = path.read_bytes()
    if left is None:
        path.unlink()
    else:
        path.write_bytes(whole[: whole.rstrip(b"\n").rindex(b"\n") + 1] if left == -1 else whole[:left])
    reader.stroke(5).stroke(7)
    assert reader.journal.path != path
    again = Reader(study_of(folder))
    assert again.said == ["reading_resumed"] and np.array_equal(again.labels.data, reader.labels.data)


def test_damage_behind_a_damaged_first_line_is_not_called_rebuilt(folder):
    left = Reader(study_of(folder)).stroke(7)
    kept = left.size(7)
    left.stroke(7).stroke(5)
    first_line_gone(left)
    lines = left.journal.path.read_bytes().split(b"\n")
    for damaged, said, size in (
        (2, "journal_line_damaged", kept),
        (1, "reading_not_rebuilt", int((left.opened.automatic.data == 7).sum())),
    ):
        lines[damaged] = b"x" * len(lines[damaged])
        left.journal.path.write_bytes(b"\n".join(lines))
        again = Reader(study_of(folder))
        assert again.said[:2] == ["journal_begin_damaged", said] and again.size(7) == size


# --- who did what


def sidecar(file):
    record = json.loads(file.with_name(file.name.replace(".nii.gz", ".json")).read_text())["DGMSegmentation"]
    return record, {one["abbreviation"]: one["edited_by"] for one in record["structures"] if one["edited_by"]}


def test_a_second_reader_is_no_editor_of_what_the_first_one_edited(folder):
    shared = Reader(study_of(folder)).stroke(7).sign()
    assert sidecar(shared)[1] == {"PU_L": "anna"}
    second = Reader(study_of(folder, "bert"))
    second.stroke(5)
    second = Reader(study_of(folder, "bert"))  # another session of the same reading
    own = second.stroke(6).sign()
    record, editors = sidecar(own)
    assert editors == {"PU_L": "anna", "GP_L": "bert", "GP_R": "bert"}
    assert record["reader"] == "bert" and record["begun_from"] == shared.name
    signed = next(r for r in second.study.readings("sub-01") if r.reader == "bert").signed
    assert signed.begun_from == shared.name
    assert {one["abbreviation"]: one["edited_by"] for one in signed.review if one["edited_by"]} == editors


def test_labels_of_another_model_are_not_said_to_be_the_cohorts(folder):
    reader = Reader(study_of(folder))
    data = np.roll(reader.labels.data, 1, axis=2)
    reader.labels = reader.labels.replace(data=data)
    reader.journal.record(data, model="other 2")
    again = Reader(study_of(folder))
    assert again.opened.model == "other 2"
    record, _ = sidecar(again.stroke().sign())
    assert (record["model"], record["automatic_model"]) == ("other 2", "m 1")
    assert again.study.readings("sub-01")[0].signed.model == "other 2"
