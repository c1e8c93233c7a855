"""Three patients read in real Chromium: corrected, killed, signed, rejected; in the end the cohort has nothing to do."""

import shlex
import signal
import urllib.request

import pytest
from app_user import MARKS, Program
from cohorts import add_subject
from models_for_tests import PHANTOM_MODEL
from reading import Reader, cohort_agrees, rows_of
from tutorials import blocks

from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.study.journal import read_sessions
from DGMSegmentationLib.study.places import find_study

pytest_plugins = ["app_fixtures"]
pytestmark = MARKS


@pytest.fixture
def page_of(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


def test_three_patients_from_the_first_look_to_the_table(page_of, tmp_path):
    for number in (1, 2, 3):
        add_subject(tmp_path, f"sub-{number:02}", number)
    output = find_study([tmp_path]).output
    program = Program(str(tmp_path), "--reader", "anna")
    reader = Reader(page_of)
    try:
        assert reader.begin(program) == "sub-01"
        corrected = reader.correct("PU_L")
        reader.until(lambda: read_sessions(output, "sub-01"), "no journal was written")
        reader.until(lambda: reader.state_of("sub-01") == "in review", "the list did not follow")
        program.stop(signal.SIGKILL)
        program.clean()
        # as it was, and that is said
        program = Program(str(tmp_path), "--reader", "anna")
        assert reader.begin(program) == "sub-01"
        reader.until(lambda: reader.row("PU_L") == corrected, "the case did not open as it was")
        reader.wait_for("dgm_message", lambda text: "goes on as you left it" in text)
        page_of.keyboard.press("Control+s")
        reader.wait_for("dgm_message", lambda text: "saved in its journal" in text)
        shown = {"sub-01": reader.rows()}
        reader.ready("sub-02")
        assert reader.done()[0] == "sub-02"
        shown["sub-02"] = reader.rows()
        reader.ready("sub-03")
        page_of.keyboard.press("n")
        reader.case_shown(lambda name: name == "sub-03")
        page_of.keyboard.press("b")
        reader.case_shown(lambda name: name == "sub-02")
        assert reader.done()[0] == "sub-03"
        reader.reject("moved")
        states = {"sub-01": "done", "sub-02": "done", "sub-03": "rejected"}
        reader.wait_for("dgm_cases", lambda cases: {c["name"]: c["state"] for c in cases} == states)
        reader.tables_written(tmp_path, states)
        page_of.click("#dgm-show-all")
        page_of.wait_for_selector("#dgm-all-cases .dgm-edited")
    finally:
        program.clean()
    cohort_agrees(tmp_path, CaseSettings(SegmentOptions(str(PHANTOM_MODEL), device="auto")))
    rows = rows_of(tmp_path)
    for name, table in shown.items():
        for row in table:
            mean = rows[name, row["id"]].mean_ppb
            assert row["mean"] == (f"{mean:.1f}" if mean == mean else "")
    assert [key for key, row in rows.items() if row.edited] == [("sub-01", "PU_L")]
    readings = read_table(output / "readings.tsv")
    assert {line["status"] for line in readings if line["name"] == "sub-02"} == {"accepted"}
    assert [line["reason"] for line in readings if line["name"] == "sub-03"] == ["moved"]


def test_the_pages_commands_start_the_app(repository, tmp_path, monkeypatch):
    """Each line of the first block of Docs/reading-room.md, on a study and images of these names."""
    add_subject(tmp_path / "my_study", "sub-01", 1)
    for name in "abc":
        add_subject(tmp_path / "loose", f"sub-{name}", 1).rename(tmp_path / f"{name}.nii.gz")
    monkeypatch.chdir(tmp_path)
    text = next(text for kind, text in blocks(repository, "reading-room.md") if kind == "sh")
    lines = [shlex.split(line, comments=True) for line in text.splitlines()]
    assert len(lines) >= 4
    for tool, command, *arguments in lines:
        assert (tool, command) == ("dgmseg", "app")
        program = Program(*arguments, folder=tmp_path)
        try:
            with urllib.request.urlopen(program.url) as answer:
                assert answer.status == 200
            assert program.stop() == 0
        finally:
            program.clean()


def test_images_from_the_browser_become_a_study_after_a_question(page_of, tmp_path):
    """Labels that were edited are not lost by it: Cancel, Save and go on; another study is opened by its folder's name."""
    images = [add_subject(tmp_path / "there", f"sub-{number:02}", number) for number in (1, 2)]
    started = tmp_path / "started"
    started.mkdir()
    program = Program(str(images[0]), "--reader", "anna", folder=started)
    reader = Reader(page_of)

    def send():
        page_of.click("#dgm-open")
        with page_of.expect_file_chooser() as chooser:
            page_of.click("#dgm-open-volume")
        chooser.value.set_files(images)
        reader.wait_for("dgm_question", lambda question: question.get("title"))

    try:
        reader.open_page(program.url)
        page_of.click("#dgm-segment")
        reader.wait_for("dgm_has_labels", bool)
        reader.wait_for("dgm_phase", lambda phase: phase == "idle")
        edited = reader.correct("PU_L")
        send()
        page_of.click("#dgm-no")
        reader.wait_for("dgm_question", lambda question: not question)
        assert reader.state("dgm_study") == "" and reader.row("PU_L") == edited
        send()
        with page_of.expect_download() as download:
            page_of.click("#dgm-save-and-go-on")
        download.value.save_as(tmp_path / "kept.nii.gz")
        assert reader.case_shown(bool) == "sub-01Chimap"
        (folder,) = started.iterdir()
        reader.wait_for("dgm_message", lambda text: f"2 images were copied to {folder}" in text)
        assert sorted(p.name for p in folder.iterdir()) == ["dgmseg", *(p.name for p in images)]
        (study,) = folder.glob("dgmseg/results")
        reader.correct("PU_L")
        reader.until(lambda: read_sessions(study, "sub-01Chimap"), "no journal was written")
        add_subject(started / "other", "sub-07", 3)
        page_of.click("#dgm-open")
        page_of.click("#dgm-open-study")
        page_of.fill("#dgm-folder", str(tmp_path / "there"))
        page_of.keyboard.press("Enter")
        reader.wait_for("dgm_message", lambda text: "does not lie below" in text)
        page_of.click("#dgm-open")
        page_of.click("#dgm-open-study")
        page_of.fill("#dgm-folder", str(started / "other"))
        page_of.keyboard.press("Enter")
        reader.case_shown(lambda name: name == "sub-07")
    finally:
        program.clean()
    assert read_labels(tmp_path / "kept.nii.gz").data.any()
