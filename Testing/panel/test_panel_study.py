"""A study in the panel: opened, corrected, signed; the journal is the one that the browser app reads."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from cohorts import add_subject
from DGMSegmentationScene.case_reading import CaseReading
from host import gui
from models_for_tests import PHANTOM_MODEL
from scene_actions import erase
from small_study import labelled, study_of

from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.measurement.case import measure_case
from DGMSegmentationLib.measurement.options import MeasureOptions
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.study.journal import read_sessions
from DGMSegmentationLib.study.places import find_study
from DGMSegmentationLib.study.study import Study


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("study")
    for number in (1, 2, 3):
        path = add_subject(root, f"sub-{number:02}", number)
    path.write_bytes(path.read_bytes()[:20_000])
    return root


def test_two_cases_from_the_folder_to_the_signature(panel, scene, folder):
    ui, study, results = panel.widget.ui, panel.widget.study, panel.widget.results
    output = find_study([folder]).output
    try:
        study.open([folder], reader="anna", model=str(PHANTOM_MODEL))
        gui.wait_until(lambda: study.case == "sub-01" and not results.pending)
        rows = results.measurement.of_volume(0)
        assert any(row.n_voxels for row in rows) and not any(row.edited for row in rows)
        assert ui.studyTable.item(0, 1).text() == "segmented" and read_sessions(output, "sub-01") == ()
        ui.editorSection.collapsed = False
        panel.widget.editor._collapsed(False)
        assert panel.widget.editor.widget.segmentationNode() is results.node
        erase(results.node, results.volume, 7)
        gui.wait_until(lambda: read_sessions(output, "sub-01"))
        (session,) = read_sessions(output, "sub-01")
        left = int((session.replay() == 7).sum())
        assert session.reader == "anna" and 0 < left < rows[6].n_voxels
        gui.wait_until(lambda: ui.studyTable.item(0, 1).text() == "in review")
        assert [row.label for row in results.measurement.of_volume(0) if row.edited] == [7]
        gui.wait_until(lambda: ui.studyTable.item(1, 1).text() == "segmented")
        ui.doneCaseButton.click()
        gui.wait_until(lambda: study.case == "sub-02" and not results.pending)
        assert ui.studyTable.item(0, 1).text() == "done"
        assert panel.widget.editor.widget.segmentationNode() is results.node
        assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 1
        ui.previousCaseButton.click()
        gui.wait_until(lambda: study.case == "sub-01" and not results.pending)
        assert results.measurement.of_volume(0)[6].n_voxels == left
        labels = output / "sub-01/anat/sub-01_seg-DGM_desc-edited_dseg.nii.gz"
        assert labels.is_file()
    finally:
        study.stop()
        ui.editorSection.collapsed = True
    panel.widget.exit()
    assert not panel.widget.editor.widget.shortcuts


def test_what_the_app_wrote_is_gone_on_with_and_the_other_way_round(panel, folder):
    """Both keep the same journals: the library's own reader stands for the app, which uses nothing else."""
    ui, study, results = panel.widget.ui, panel.widget.study, panel.widget.results
    elsewhere = Study(find_study([folder]), "anna", CaseSettings(SegmentOptions(str(PHANTOM_MODEL))))
    opened = elsewhere.open("sub-02")
    cut = opened.labels.data.copy()
    top = np.argwhere(cut == 7)[:, 2].max()
    cut[:, :, top - 3 :][cut[:, :, top - 3 :] == 7] = 0  # the upper third of the left putamen
    elsewhere.journal(opened, opened.labels).record(cut)
    try:
        study.open([folder], reader="anna", model=str(PHANTOM_MODEL))
        gui.wait_until(lambda: study.case == "sub-02" and not results.pending)
        assert results.measurement.of_volume(0)[6].n_voxels == (cut == 7).sum()
        assert (
            "goes on as you left it" in ui.studyNote.text and ui.studyTable.item(1, 1).text() == "in review"
        )
        gui.wait_until(lambda: bool(ui.doubtButton.enabled))
        assert not ui.studyTable.item(0, 0).icon().isNull()
        ui.doubtButton.click()
        assert results.label_of(ui.table.currentRow()) in (5, 7)  # the cut moves the middle plane a little
        erase(results.node, results.volume, 5)
        gui.wait_until(lambda: len(read_sessions(elsewhere.output, "sub-02")) == 2)
        again = elsewhere.open("sub-02").labels.data
        assert (again == 7).sum() == (cut == 7).sum() and (again == 5).sum() == (cut == 5).sum() - 1
        ui.doubtfulFirstBox.checked = True
        assert study.walk.items[0].doubt <= study.walk.items[1].doubt
    finally:
        ui.doubtfulFirstBox.checked = False
        study.stop()


def test_a_blind_reader_sees_nothing_of_others(panel, folder):
    ui, study = panel.widget.ui, panel.widget.study
    try:
        study.open([folder], reader="carl", model=str(PHANTOM_MODEL), blind=True)
        gui.wait_until(lambda: study.case == "sub-01" and not panel.widget.results.pending)
        lines = [[ui.studyTable.item(row, column).text() for column in (1, 3)] for row in (0, 1)]
        assert lines == [["segmented", ""], ["segmented", ""]]
        assert not any(row.edited for row in panel.widget.results.measurement.of_volume(0))
        panel.widget.enter()
        assert all(key.enabled for key in study._keys)
        ui.allCasesButton.click()
        window = study.list._all_cases
        assert window.window.visible and not window.page.visible and "blind reading" in window.words.text
        assert window.table.rowCount == 2  # sub-01 as it was measured before somebody signed it otherwise
        cells = [window.table.item(0, column) for column in range(window.table.columnCount)]
        assert not any(cell.font().bold() for cell in cells)
        panel.widget.adapting.choose()
        assert "blind reading" in panel.widget.adapting._text.text
    finally:
        study.stop()
        panel.widget.adapting.stop()
    assert not window.window.visible


def test_an_image_that_cannot_be_read_is_passed_and_rejected(panel, scene, folder):
    ui, study, results = panel.widget.ui, panel.widget.study, panel.widget.results
    output = find_study([folder]).output
    try:
        study.open([folder], reader="dora", model=str(PHANTOM_MODEL))
        gui.wait_until(lambda: study.case == "sub-02" and not results.pending)  # the first one is done
        ui.previousCaseButton.click()
        gui.wait_until(lambda: study.case == "sub-01")
        ui.previousCaseButton.click()
        assert "the first case" in ui.studyNote.text
        study.step(1)
        gui.wait_until(lambda: study.case == "sub-02")
        ui.nextCaseButton.click()
        gui.wait_until(lambda: study.blocked == "sub-03")
        # nothing of the patient before is left, and why is said
        assert study.case == "" and results.node is None and "sub-03" in ui.studyNote.text
        assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0
        assert ui.studyTable.currentRow() == 2 and ui.rejectCaseButton.enabled
        ui.doneCaseButton.click()
        assert "sub-03 cannot be shown" in ui.studyNote.text
        ui.nextCaseButton.click()
        assert "the last case" in ui.studyNote.text
        ui.previousCaseButton.click()
        gui.wait_until(lambda: study.case == "sub-02" and study.blocked == "")
        ui.nextCaseButton.click()
        gui.wait_until(lambda: study.blocked == "sub-03")
        ui.studySection.collapsed = False
        study.signing.ask_why()
        assert not ui.rejectBox.isHidden()
        ui.rejectReason.text = " "
        ui.rejectNowButton.click()
        assert "few words" in ui.studyNote.text and read_sessions(output, "sub-03") == ()
        ui.rejectReason.text = "cut while it was copied"
        ui.rejectReason.returnPressed.emit()
        gui.wait_until(lambda: ui.studyTable.item(2, 1).text() == "rejected")
        assert ui.rejectBox.isHidden()
        (session,) = read_sessions(output, "sub-03")
        assert session.last.reason == "cut while it was copied" and not session.holds_labels
    finally:
        ui.studySection.collapsed = True
        study.stop()


def test_strokes_without_a_pause_and_under_another_table_are_kept(panel, scene, folder):
    """A reader who never rests is in the journal all the same; Done signs nothing but the case's own labels."""
    from DGMSegmentationScene.segments import create_segmentation, show_labels

    ui, study, results = panel.widget.ui, panel.widget.study, panel.widget.results
    output = find_study([folder]).output

    def edits():
        sessions = [one for one in read_sessions(output, "sub-02") if one.reader == "emil"]
        return [event for one in sessions for event in one.events if event.event != "open"]

    try:
        study.open([folder], reader="emil", model=str(PHANTOM_MODEL))
        gui.wait_until(lambda: study.case == "sub-02" and not results.pending)
        node, volume = study.nodes
        for _dab in range(100):
            erase(node, volume, 7)
            gui.wait(0.05)
            if edits():
                break
        assert edits()
        gui.wait_until(lambda: not results.pending)
        # another segmentation comes into the table right after a stroke
        before = len(edits())
        erase(node, volume, 7)
        other = create_segmentation(scene, volume, "another one")
        show_labels(other, volume, np.zeros(volume.GetImageData().GetDimensions(), np.uint8))
        results.parameters.resultSegmentation = other
        gui.wait_until(lambda: not results.pending)
        assert len(edits()) == before and not study.in_table
        ui.doneCaseButton.click()
        assert "another segmentation than that of sub-02" in ui.studyNote.text
        assert [event.event for event in edits()].count("done") == 0
        ui.previousCaseButton.click()
        gui.wait_until(lambda: study.case == "sub-01" and not results.pending)
        assert len(edits()) == before + 1
        ui.allCasesButton.click()
        window = study.list._all_cases
        assert window.page.visible and window.table.rowCount == 2
        window.page.click()
        assert window.words.text
        add_subject(folder, "sub-00", 4)
        ui.newCasesButton.click()
        assert "sub-00" in ui.studyNote.text and ui.studyTable.rowCount == 4
        assert study.case == "sub-01" and ui.studyTable.currentRow() == 1
        ui.newCasesButton.click()
        assert "No case came" in ui.studyNote.text
    finally:
        study.stop()
        shutil.rmtree(folder / "sub-00", ignore_errors=True)


def test_a_run_of_another_model_stands_in_the_journal(tmp_path):
    """Labels of the standard set, and those of another one, which take a session of their own that goes on from the first."""
    study = study_of(labelled(tmp_path))
    opened = study.open("sub-01")
    reading = CaseReading(study, opened)

    def measured(labels, model):
        return measure_case(labels, open_case(opened.image), MeasureOptions(model=model))

    reading.record(measured(opened.labels, "m 1"))
    moved = opened.labels.replace(data=np.roll(opened.labels.data, 1, axis=2))
    assert reading.record(measured(moved, "other 2"))
    fewer = replace(STANDARD, name="fewer", structures=STANDARD.structures[:-2])
    data = np.where(moved.data > 8, 0, moved.data)
    assert reading.record(measured(moved.replace(data=data, label_set=fewer), "third 3"))
    first, second = read_sessions(study.output, "sub-01")
    assert [event.model for event in first.events] == ["m 1", "other 2"]
    assert second.opening.model == "third 3" and second.label_set == fewer
    assert [(parent.file, parent.lines) for parent in second.opening.parents] == [(first.path.name, 2)]
    assert study.open("sub-01").model == "third 3"


def test_what_is_done_while_the_next_case_is_read(panel, scene, tmp_path, monkeypatch):
    """A stroke made meanwhile is in its own journal, a second Done signs nothing and passes nobody; one that fails is said."""
    ui, study, results = panel.widget.ui, panel.widget.study, panel.widget.results
    folder = labelled(labelled(labelled(tmp_path), "sub-02", seed=2), "sub-03", seed=3)
    output = find_study([folder]).output

    def events(name):
        return [event.event for one in read_sessions(output, name) for event in one.events]

    def broken(*_given):
        raise RuntimeError("nobody foresaw it")

    try:
        study.open([folder], reader="anna", model=str(PHANTOM_MODEL))
        gui.wait_until(lambda: study.case == "sub-01" and not results.pending)
        study.step(1)
        erase(results.node, results.volume, 7)
        assert study.case == "sub-01" and study.is_leaving
        gui.wait_until(lambda: study.case == "sub-02" and not results.pending)
        assert events("sub-01") == ["open", "edit"]
        ui.doneCaseButton.click()
        ui.doneCaseButton.click()
        gui.wait_until(lambda: study.case == "sub-03" and not results.pending)
        assert events("sub-02").count("done") == 1 and events("sub-03") == []
        with monkeypatch.context() as patched:
            patched.setattr(CaseReading, "sign", broken)
            ui.doneCaseButton.click()
        assert "Signing failed (RuntimeError)" in study.note.label.text and study.case == "sub-03"
        erase(results.node, results.volume, 7)
    finally:
        study.stop()
    assert events("sub-03") == ["open", "edit"]
