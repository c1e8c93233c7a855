"""Two servers on one study, a reader in Chromium at each: both edit and sign the same case at the same time."""

import numpy as np
import pytest
from app_user import MARKS, PATIENCE_S, Program
from cohorts import add_subject
from models_for_tests import PHANTOM_MODEL
from reading import Reader, cohort_agrees, rows_of

from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.study.files import owner_of
from DGMSegmentationLib.study.journal import read_sessions
from DGMSegmentationLib.study.places import find_study

pytest_plugins = ["app_fixtures"]
pytestmark = MARKS
STROKES = {"anna": 6, "bert": -9}
"""Pixels to the right, in the same structure."""
EDITED = "PU_L"


@pytest.fixture
def readers(chromium, tmp_path):
    """The page of each at a server of their own."""
    for number in (1, 2):
        add_subject(tmp_path, f"sub-{number:02}", number)
    programs, contexts, found = [], [], {}
    try:
        for name in STROKES:
            programs.append(Program(str(tmp_path), "--reader", name))
            contexts.append(chromium.new_context(viewport={"width": 1280, "height": 720}))
            contexts[-1].set_default_timeout(1000 * PATIENCE_S)
            found[name] = Reader(contexts[-1].new_page())
            assert found[name].begin(programs[-1]) == "sub-01"
        yield found
    finally:
        for context in contexts:
            context.close()
        for program in programs:
            program.clean()


def lines(reader):
    return {
        case["name"]: (case["state"], case["reader"], case["others"]) for case in reader.state("dgm_cases")
    }


def test_both_readings_are_whole_and_each_sees_the_other(readers, tmp_path):
    shown = {name: reader.rows() for name, reader in readers.items()}
    assert shown["anna"] == shown["bert"]
    for reader in readers.values():
        reader.choose(EDITED)
        reader.tool("erase")
    before = readers["anna"].row(EDITED)
    for name, reader in readers.items():
        reader.stroke(*reader.view("axial"), STROKES[name], 4)
    for reader in readers.values():
        reader.changed(EDITED, before)
    shown = {name: reader.rows() for name, reader in readers.items()}
    for (name, reader), other in zip(readers.items(), ("bert", "anna"), strict=True):
        expected = ("in review", name, f"{other}: in review")
        reader.until(lambda r=reader, e=expected: lines(r)["sub-01"] == e, f"{name} does not see {other}")
    for reader in readers.values():
        reader.page.keyboard.press("Control+Enter")
    for (name, reader), other in zip(readers.items(), ("bert", "anna"), strict=True):
        reader.case_shown(lambda case: case == "sub-02")
        expected = ("done", name, f"{other}: done")
        reader.until(lambda r=reader, e=expected: lines(r)["sub-01"] == e, f"{name} does not see {other}")
    readers["anna"].page.keyboard.press("Control+Enter")
    readers["bert"].until(
        lambda: lines(readers["bert"])["sub-02"][:2] == ("done", "anna"), "bert does not see anna"
    )
    readers["anna"].tables_written(tmp_path, {"sub-01": "done", "sub-02": "done"})
    _files_are_whole(tmp_path, shown)


def _files_are_whole(folder, shown):
    output = find_study([folder]).output
    sessions = {session.reader: session for session in read_sessions(output, "sub-01")}
    assert set(sessions) == set(STROKES)
    files = {owner_of(path): path for path in output.glob("sub-01/anat/*desc-*_dseg.nii.gz")}
    assert set(files) == set(STROKES)
    for name, session in sessions.items():
        assert session.remarks == () and session.last.event == "done"
        assert session.last.labels == files[name].name
        labels = read_labels(files[name])
        assert np.array_equal(session.replay(), labels.data)
        volumes = {s.abbreviation: (labels.data == s.label).sum() * np.prod(labels.spacing) for s in STANDARD}
        assert {row["id"]: row["volume"] for row in shown[name]} == {
            structure: f"{volume:.0f}" if volume else "" for structure, volume in volumes.items()
        }
    # the cohort's table is that of the reader who signed first; readings.tsv holds both
    cohort_agrees(folder, CaseSettings(SegmentOptions(str(PHANTOM_MODEL), device="auto")))
    shared = next(name for name, path in files.items() if "desc-edited" in path.name)
    rows = {key[1]: row for key, row in rows_of(folder).items() if key[0] == "sub-01"}
    assert [name for name, row in rows.items() if row.edited] == [EDITED]
    means = {row["id"]: row["mean"] for row in shown[shared] if row["mean"]}
    assert means == {name: f"{row.mean_ppb:.1f}" for name, row in rows.items() if row.n_voxels}
    signed = [line for line in read_table(output / "readings.tsv") if line["name"] == "sub-01"]
    status = {(line["reader"], line["abbreviation"]): line["status"] for line in signed}
    assert {key for key, word in status.items() if word == "edited"} == {(name, EDITED) for name in STROKES}
    assert len(status) == len(signed) == 2 * len(STANDARD)
