"""The journal gives the labels back exactly, whatever was done, and a torn end costs the last line alone."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from DGMSegmentationLib.errors import DGMError, InputError
from DGMSegmentationLib.study.change import applied, change_between, unpacked
from DGMSegmentationLib.study.journal import read_session, read_sessions
from DGMSegmentationLib.study.journal_writer import Journal

SHAPE = (4, 5, 3)
LABELS = arrays.arrays(np.uint8, SHAPE, elements=st.integers(0, 10))


@given(LABELS, LABELS)
def test_a_change_leads_from_one_map_to_the_other_and_back_from_text(before, after):
    change = unpacked(change_between(before, after).packed(), before.size)
    assert np.array_equal(applied(change, before), after)
    for label in range(1, 11):
        now, then = after == label, before == label
        assert change.added(label) == (now & ~then).sum() and change.removed(label) == (then & ~now).sum()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(LABELS, min_size=2, max_size=6))
def test_replay_gives_the_labels_back(tmp_path_factory, steps):
    output = tmp_path_factory.mktemp("study")
    journal = Journal(output, "sub-01", "anna", steps[0])
    changed = [journal.record(np.asfortranarray(labels)) for labels in steps[1:]]
    assert changed == [not np.array_equal(a, b) for a, b in itertools.pairwise(steps)]
    if any(changed):
        (session,) = read_sessions(output, "sub-01")
        assert np.array_equal(session.replay(), steps[-1]) and session.remarks == ()


def some_strokes(output, reader="anna", strokes=3):
    labels = np.zeros(SHAPE, np.uint8)
    journal = Journal(output, "sub-01", reader, labels)
    kept = [labels.copy()]
    for number in range(strokes):
        labels[number, :, 0] = number + 1
        assert journal.record(labels, {"RN_L": (1.0, 2.0)})
        kept.append(labels.copy())
    return journal, kept


def test_a_line_can_be_read_by_a_person(tmp_path):
    journal, _ = some_strokes(tmp_path)
    lines = [json.loads(line) for line in journal.path.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["open", "edit", "edit", "edit"]
    assert lines[1]["structures"] == {
        "RN_L": {"added": 5, "removed": 0, "mean_before_ppb": 1.0, "mean_after_ppb": 2.0}
    }
    assert lines[1]["reader"] == "anna" and lines[1]["case"] == "sub-01" and lines[1]["time"]


def test_a_torn_end_costs_the_last_line_alone(tmp_path):
    journal, kept = some_strokes(tmp_path)
    whole = journal.path.read_bytes()
    last = whole.rstrip(b"\n").rindex(b"\n") + 1
    for cut in (last + 1, (last + len(whole)) // 2, len(whole) - 1):
        journal.path.write_bytes(whole[:cut])
        (session,) = read_sessions(tmp_path, "sub-01")
        assert np.array_equal(session.replay(), kept[-2])
        assert [remark.code for remark in session.remarks] == ["journal_line_torn"]
    journal.path.write_bytes(whole[: whole.index(b"\n") - 3])
    (session,) = read_sessions(tmp_path, "sub-01")
    assert session.events == () and [remark.code for remark in session.remarks] == ["journal_begin_damaged"]


def test_damage_in_the_middle_is_said_and_nothing_is_guessed(tmp_path):
    journal, kept = some_strokes(tmp_path)
    lines = journal.path.read_bytes().split(b"\n")
    lines[2] = b"x" * len(lines[2])
    journal.path.write_bytes(b"\n".join(lines))
    session = read_session(journal.path)
    assert np.array_equal(session.replay(), kept[1])
    assert [(r.code, r.facts["number"]) for r in session.remarks] == [("journal_line_damaged", 3)]


@pytest.mark.parametrize(
    "text", ["", "no base64!", "AAAA", change_between(np.zeros(9, int), np.arange(9)).packed()]
)
def test_what_is_no_change_of_this_map_is_refused(text):
    with pytest.raises(InputError):
        unpacked(text, 8)


def test_a_change_of_other_labels_is_refused():
    change = change_between(np.array([0, 0, 3]), np.array([0, 1, 3]))
    with pytest.raises(InputError):
        applied(change, np.array([0, 2, 3]))


def test_readers_and_sessions_have_files_of_their_own(tmp_path):
    for reader in ("anna", "bert", "anna"):
        some_strokes(tmp_path, reader)
    files = list((tmp_path / ".dgmseg/journal/sub-01").iterdir())
    assert sorted(file.name.split("_")[0] for file in files) == ["anna", "anna", "bert"]


def test_no_journal_beyond_the_study(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "study/.dgmseg").mkdir(parents=True)
    (tmp_path / "study/.dgmseg/journal").symlink_to(tmp_path / "elsewhere")
    for case in ("sub-01", "../sub-01"):
        with pytest.raises(InputError):
            Journal(tmp_path / "study", case, "anna", np.zeros(SHAPE, np.uint8))


def test_a_journal_that_cannot_be_written_says_so_and_loses_nothing(tmp_path):
    journal, kept = some_strokes(tmp_path / "a", strokes=1)
    folder = journal.path.parent
    other = Journal(tmp_path / "b", "sub-01", "anna", kept[0])
    (tmp_path / "b").write_text("a file where a folder is needed")
    with pytest.raises(DGMError):
        other.record(kept[1])
    (tmp_path / "b").unlink()
    assert other.record(kept[1])
    assert np.array_equal(read_sessions(tmp_path / "b", "sub-01")[0].replay(), kept[1])
    assert folder.is_dir()
