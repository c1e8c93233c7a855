"""The panel by hand movements: load, choose, click, wait, read, edit, export."""

import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from host import gui
from host.fixtures import head
from models_for_tests import PHANTOM_MODEL
from panel_actions import (
    choose_volume,
    idle,
    message,
    nodes,
    qsm_file,
    run,
    settle,
    temporary_folders,
    until_measured,
)
from scene_actions import erase

from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.segmentation.pipeline import segment

MEAN, SD, VOLUME, FLAGS = 2, 3, 4, 5


def test_from_file_to_table_to_export_and_back(panel, host, tmp_path):
    """The main job in one go: load, segment, read, edit, see the table follow, export, save, load again."""
    import slicer

    ui, scene = panel.widget.ui, host.scene
    volume = slicer.util.loadVolume(str(qsm_file(tmp_path)))
    choose_volume(panel, volume)
    before = temporary_folders()
    run(panel)
    assert message(panel) == ""
    assert temporary_folders() == before
    (node,) = nodes(scene)
    assert ui.resultSelector.currentNode() is node
    gui.wait_until(lambda: gui.read_table(ui.table)[0][MEAN] not in ("", "-"))

    # The numbers are those of the library on the same file.
    expected = segment(tmp_path / "sub-01 ä_Chimap.nii.gz", PHANTOM_MODEL, device="cpu")
    from DGMSegmentationScene.labels import labels_on_volume

    assert np.array_equal(labels_on_volume(node, volume).image.data, expected.labels.data)
    table = gui.read_table(ui.table)
    for line, row in zip(table, expected.rows, strict=True):
        assert line[:2] == [row.structure.split(" ", 1)[1].capitalize(), row.side]
        assert float(line[MEAN]) == pytest.approx(row.mean_ppb, abs=0.051)
        assert float(line[SD]) == pytest.approx(row.sd_ppb, abs=0.051)
        assert float(line[VOLUME]) == pytest.approx(row.volume_mm3, abs=0.51)
    assert ui.unitsDetected.text == "ppm, detected"

    # An edit with Slicer's own array functions: the table follows by itself.
    history = slicer.vtkSegmentationHistory()
    history.SetSegmentation(node.GetSegmentation())
    history.SaveState()
    erase(node, volume, 5, 40)
    gui.wait_until(lambda: gui.read_table(ui.table)[4] != table[4])
    after = gui.read_table(ui.table)
    assert float(after[4][VOLUME]) == pytest.approx(float(table[4][VOLUME]) - 40 * 8, abs=1)
    # The flags that only the run could give are gone after an edit; the numbers of the others stay.
    assert [line[:5] for line in after[:4]] == [line[:5] for line in table[:4]]
    assert "edited by hand" in ui.resultNote.text

    # Undo with the Segment Editor's own history, and redo: the table follows both.
    history.RestorePreviousState()
    gui.wait_until(lambda: gui.read_table(ui.table) == table)
    assert "edited by hand" not in ui.resultNote.text
    history.RestoreNextState()
    gui.wait_until(lambda: gui.read_table(ui.table) == after)
    assert "edited by hand" in ui.resultNote.text

    gui.choose_file(tmp_path / "out.csv")
    gui.click(ui.saveTableButton) if ui.saveTableButton.visible else ui.saveTableButton.click()
    rows = read_long(tmp_path / "out.csv")
    assert len(rows) == 10 and [row.label for row in rows if row.edited] == [5]
    assert f"{rows[4].mean_ppb:.1f}" == after[4][MEAN]
    gui.choose_file(tmp_path / "labels.nii.gz")
    ui.saveLabelsButton.click()
    from DGMSegmentationLib.io.labels import read_labels

    saved = read_labels(tmp_path / "labels.nii.gz")
    assert np.count_nonzero(saved.data != expected.labels.data) == 40

    # Save the scene, close it, load it: the same table.
    assert scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    scene.Clear(0)
    settle(panel)
    assert gui.read_table(ui.table)[0][MEAN] == ""
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    ui.resultSelector.setCurrentNode(nodes(scene)[0])
    gui.wait_until(lambda: gui.read_table(ui.table)[4][MEAN] == after[4][MEAN])
    assert "edited by hand" in ui.resultNote.text


@pytest.mark.skipif(sys.platform != "linux", reason="reads what a process has loaded from /proc")
def test_the_engine_is_loaded_before_the_first_click(panel):
    """The worker starts with the panel and has torch in memory while the user still chooses."""
    pid = panel.widget.logic.runner.worker_pid
    assert pid is not None
    gui.wait_until(lambda: "libtorch" in Path(f"/proc/{pid}/maps").read_text())
    assert panel.widget.logic.runner.state == "idle"


def test_second_click_is_warm_and_makes_a_new_node(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    pid = panel.widget.logic.runner.worker_pid
    run(panel)
    assert panel.widget.logic.runner.worker_pid == pid
    names = [node.GetName() for node in nodes(host.scene)]
    assert len(names) == 2 and len(set(names)) == 2
    # The first one does not show through where the second is erased; it is hidden, not gone.
    assert [node.GetDisplayVisibility() for node in nodes(host.scene)] == [0, 1]
    assert panel.widget.ui.outputSelector.currentNode() is None

    # Back to the first result: the table shows it and follows its edits, not those of the second.
    first = nodes(host.scene)[0]
    ui = panel.widget.ui
    ui.resultSelector.setCurrentNode(first)
    settle(panel)
    before = gui.read_table(ui.table)
    erase(first, volume, 5, 20)
    gui.wait_until(lambda: gui.read_table(ui.table)[4] != before[4])


def test_the_window_never_waits_for_a_file(panel, host, monkeypatch):
    """The volume is written for the worker by a thread of its own (Testing/experiments/time_panel.py measures the window)."""
    writers, save = [], np.save

    def noted(*arguments):
        writers.append(threading.current_thread())
        save(*arguments)

    monkeypatch.setattr(np, "save", noted)
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    assert writers and threading.main_thread() not in writers


def test_the_first_usable_volume_is_chosen(panel, host):
    import slicer

    label_map = host.scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "map")
    slicer.util.updateVolumeFromArray(label_map, np.zeros((20, 20, 20), np.int16))
    host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
    volume, _labels = head(host.scene)
    panel.widget.enter()
    assert panel.widget.ui.volumeSelector.currentNode() is volume
    assert panel.widget.ui.segmentButton.enabled


def test_two_quick_clicks_are_one_run(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    gui.click(panel.widget.ui.segmentButton)
    gui.click(panel.widget.ui.segmentButton)
    gui.wait_until(lambda: idle(panel))
    assert len(nodes(host.scene)) == 1


def test_rotated_volume_is_segmented_as_it_is_seen(panel, host):
    """Turned by half a turn around the vertical axis by a transform: left and right follow what the views show."""
    import slicer
    import vtk
    from DGMSegmentationScene.labels import labels_on_volume
    from DGMSegmentationScene.volumes import image_of

    volume, _labels = head(host.scene)
    transform = host.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "turn")
    turn = vtk.vtkTransform()
    turn.RotateZ(8)
    turn.Translate(5, 6, 7)
    transform.SetMatrixTransformToParent(turn.GetMatrix())
    volume.SetAndObserveTransformNodeID(transform.GetID())
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    assert node.GetTransformNodeID() == transform.GetID()
    expected = segment(image_of(volume, as_seen=True), PHANTOM_MODEL, device="cpu").labels.data
    assert np.array_equal(labels_on_volume(node, volume).image.data, expected)
    assert slicer


def test_further_volumes_in_one_table(panel, host, tmp_path):
    ui = panel.widget.ui
    volume, _labels = head(host.scene, "QSM a")
    other, _ = head(host.scene, "QSM b", unit="ppb")
    choose_volume(panel, volume)
    run(panel)
    assert not ui.shownSelector.visible
    ui.furtherSelector.setCheckState(other, 2)
    until_measured(panel)
    assert ui.shownSelector.count == 2
    assert ui.shownSelector.visible
    first = gui.read_table(ui.table)
    gui.choose(ui.shownSelector, "QSM b")
    second = gui.read_table(ui.table)
    assert float(second[4][MEAN]) == pytest.approx(float(first[4][MEAN]), abs=0.11)
    gui.choose_file(tmp_path / "both.tsv")
    ui.saveTableButton.click()
    assert {row.image for row in read_long(tmp_path / "both.tsv")} == {"QSM a", "QSM b"}
    gui.choose_file(tmp_path / "no" / "such" / "folder" / "x.tsv")
    ui.saveTableButton.click()
    gui.choose_file("")  # the user closes the file dialog
    ui.saveTableButton.click()
    for said in ("Added", "Replaced"):  # the same subject again replaces its rows
        gui.choose_file(tmp_path / "cohort.tsv")
        ui.cohortButton.click()
        assert ui.exportNote.text == f"{said} 20 rows {'to' if said == 'Added' else 'in'} cohort.tsv."
    assert len(read_long(tmp_path / "cohort.tsv")) == 20
    ui.tableNodeButton.click()
    (table,) = nodes(host.scene, "vtkMRMLTableNode")
    assert table.GetNumberOfRows() == 20


def test_views_and_editor(panel, host):
    import slicer
    from DGMSegmentationScene.navigation import centre_of

    ui = panel.widget.ui
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    settle(panel)
    gui.double_click_cell(ui.table, 4, 0)
    matrix = host.scene.GetNodeByID("vtkMRMLSliceNodeRed").GetSliceToRAS()
    assert [matrix.GetElement(i, 3) for i in range(3)] == pytest.approx(centre_of(node, 5), abs=1e-6)
    composite = host.scene.GetNodeByID("vtkMRMLSliceCompositeNodeRed")
    assert composite.GetBackgroundVolumeID() == volume.GetID()
    ui.opacitySlider.value = 30
    assert node.GetDisplayNode().GetOpacity() == pytest.approx(0.3)
    ui.show3DButton.checked = True
    assert node.GetSegmentation().ContainsRepresentation("Closed surface")
    ui.show3DButton.checked = False
    assert not node.GetSegmentation().ContainsRepresentation("Closed surface")
    ui.editButton.click()
    assert slicer.util.moduleSelector().selected[-1] == "SegmentEditor"
    assert (
        host.scene.GetSingletonNode("SegmentEditor", "vtkMRMLSegmentEditorNode").GetSegmentationNode() is node
    )


def test_script_interface_waits_and_raises_sentences(panel, host):
    from DGMSegmentation import DGMSegmentationLogic
    from DGMSegmentationLib.errors import DGMError

    logic = DGMSegmentationLogic()
    try:
        volume, _labels = head(host.scene)
        node = logic.process(volume, model=str(PHANTOM_MODEL), device="cpu")
        assert len(logic.measure(node, [volume])) == 10
        with pytest.raises(DGMError, match=r"no.such.model"):
            logic.process(volume, model="/no/such/model.safetensors")
        with pytest.raises(DGMError, match="Choose a QSM"):
            logic.process(None, model=str(PHANTOM_MODEL))
        for wrong in (
            {"device": "gpu"},
            {"devise": "cpu"},
            {"units": "mT"},
        ):  # refused before anything begins
            with pytest.raises(DGMError) as refused:
                logic.process(volume, model=str(PHANTOM_MODEL), **wrong)
            assert "--" not in str(refused.value) and next(iter(wrong)) in str(refused.value)
            assert logic.runner.state == "idle"
        logic.start(volume, model=str(PHANTOM_MODEL), device="cpu")
        other, _labels = head(host.scene, "Other")
        with pytest.raises(
            DGMError, match="is running"
        ):  # its answer would be the first volume's segmentation
            logic.process(other, model=str(PHANTOM_MODEL), device="cpu")
        assert logic.runner.run_to_end().kind == "finished"
    finally:
        logic.runner.stop()


def test_the_modules_own_test_runs(panel, host, monkeypatch):
    """DGMSegmentationTest as Slicer's Reload and Test runs it, with the test model as the bundled one."""
    import slicer

    import DGMSegmentationLib.models.model as model

    monkeypatch.setattr(model, "bundled_models", lambda: {"phantom": PHANTOM_MODEL})
    host.app.testing = True
    try:
        slicer.selfTests["DGMSegmentation"]()
    finally:
        host.app.testing = False


def test_the_modules_own_test_needs_the_packages(panel, monkeypatch):
    """On the machines that build Slicer's extensions nothing is installed: the test says so, and does not fail."""
    import slicer
    from slicer import packaging

    import DGMSegmentation

    said = []
    monkeypatch.setattr(packaging, "pip_check", lambda requirement: "nibabel" not in str(requirement))
    monkeypatch.setattr(
        DGMSegmentation.DGMSegmentationTest, "delayDisplay", lambda _case, text, *_: said.append(text)
    )
    slicer.selfTests["DGMSegmentation"]()
    assert len(said) == 1 and "nibabel" in said[0]
