"""The panel by hand movements: load, choose, click, wait, read, edit, export; and what goes wrong on the way."""

import os
import signal
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from host import hand
from host.fixtures import MODULE, head, host  # noqa: F401
from models_for_tests import PHANTOM_MODEL
from test_scene import erase
from test_worker import alive

from DGMSegmentationLib.segment import segment
from DGMSegmentationLib.tables import read_long

MEAN, SD, VOLUME, FLAGS = 2, 3, 4, 5


@pytest.fixture(scope="module")
def opened(host, tmp_path_factory):  # noqa: F811
    """One panel for all tests of this file, so that its worker is warm most of the time; a temporary folder of its own."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("temporary"))
    host.scene.Clear(0)
    panel = host.open_module(MODULE)
    panel.parent.resize(460, 900)
    panel.parent.show()
    yield panel
    panel.close()
    tempfile.tempdir = before


@pytest.fixture
def panel(host, opened):  # noqa: F811
    """The panel on an empty scene with the test model; no exception may have left a slot."""
    host.scene.Clear(0)
    host.add_views()
    host.uncaught.clear()
    choose_model(opened, PHANTOM_MODEL)
    yield opened
    if opened.widget.logic.runner.state != "idle":
        opened.widget.running.abort()
    assert host.uncaught == []


def choose_model(panel, path):
    hand.choose_file(path)
    hand.choose(panel.widget.ui.modelSelector, "From a file")


def choose_volume(panel, volume):
    panel.widget.ui.volumeSelector.setCurrentNode(volume)
    hand.wait(0.02)


def idle(panel):
    return panel.widget.logic.runner.state == "idle"


def run(panel, timeout=240):
    """Click Segment and wait for the end; returns the seconds from click to result."""
    assert panel.widget.ui.segmentButton.enabled, panel.widget.ui.segmentButton.toolTip
    start = time.monotonic()
    hand.click(panel.widget.ui.segmentButton)
    hand.wait_until(lambda: idle(panel), timeout)
    return time.monotonic() - start


def message(panel):
    """The sentence below the button, empty when none is shown."""
    return panel.widget.ui.messageLabel.text if panel.widget.ui.messageBox.visible else ""


def nodes(scene, kind="vtkMRMLSegmentationNode"):
    return [scene.GetNthNodeByClass(i, kind) for i in range(scene.GetNumberOfNodesByClass(kind))]


def all_ids(scene):
    return {scene.GetNthNode(i).GetID() for i in range(scene.GetNumberOfNodes())}


def temporary_folders():
    return set(Path(tempfile.gettempdir()).glob("DGMSegmentation-*"))


def until_running(panel):
    """Click and wait until the network works."""
    hand.click(panel.widget.ui.segmentButton)
    hand.wait_until(lambda: panel.widget.ui.progressBar.value >= 10 or idle(panel), 120)
    assert not idle(panel), message(panel)


def qsm_file(folder, test_files=()):
    """A real QSM when test data are given, else the procedural head, as a NIfTI file."""
    from DGMSegmentationLib.files import write_nifti
    from DGMSegmentationLib.simulation.phantom import phantom

    image, _labels = phantom((80, 96, 76), (2.0, 2.0, 2.0))
    path = folder / "sub-01 ä_Chimap.nii.gz"
    write_nifti(path, image.data.astype(np.float32), image.affine)
    return path


def test_from_file_to_table_to_export_and_back(panel, host, tmp_path):  # noqa: F811
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
    hand.wait_until(lambda: hand.read_table(ui.table)[0][MEAN] not in ("", "-"), 10)

    # The numbers are those of the library on the same file.
    expected = segment(tmp_path / "sub-01 ä_Chimap.nii.gz", PHANTOM_MODEL, device="cpu")
    from DGMSegmentationScene.labels import labels_on_volume

    assert np.array_equal(labels_on_volume(node, volume).image.data, expected.labels.data)
    table = hand.read_table(ui.table)
    for line, row in zip(table, expected.rows, strict=True):
        assert line[:2] == [row.structure.split(" ", 1)[1].capitalize(), row.side]
        assert float(line[MEAN]) == pytest.approx(row.mean_ppb, abs=0.051)
        assert float(line[SD]) == pytest.approx(row.sd_ppb, abs=0.051)
        assert float(line[VOLUME]) == pytest.approx(row.volume_mm3, abs=0.51)
    assert ui.unitsDetected.text == "ppm, detected"

    # An edit with Slicer's own array functions: the table follows by itself.
    erase(node, volume, 5, 40)
    hand.wait_until(lambda: hand.read_table(ui.table)[4] != table[4], 10)
    after = hand.read_table(ui.table)
    assert float(after[4][VOLUME]) == pytest.approx(float(table[4][VOLUME]) - 40 * 8, abs=1)
    assert [line for i, line in enumerate(after) if i != 4][:3] == [line for i, line in enumerate(table) if i != 4][:3]
    assert "edited by hand" in ui.resultNote.text

    hand.choose_file(tmp_path / "out.csv")
    hand.click(ui.saveTableButton) if ui.saveTableButton.visible else ui.saveTableButton.click()
    rows = read_long(tmp_path / "out.csv")
    assert len(rows) == 10 and all(row.edited for row in rows)
    assert f"{rows[4].mean_ppb:.1f}" == after[4][MEAN]
    hand.choose_file(tmp_path / "labels.nii.gz")
    ui.saveLabelsButton.click()
    from DGMSegmentationLib.files import read_labels

    saved = read_labels(tmp_path / "labels.nii.gz")
    assert np.count_nonzero(saved.data != expected.labels.data) == 40

    # Save the scene, close it, load it: the same table.
    assert scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    scene.Clear(0)
    hand.wait(0.4)
    assert hand.read_table(ui.table)[0][MEAN] == ""
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    ui.resultSelector.setCurrentNode(nodes(scene)[0])
    hand.wait_until(lambda: hand.read_table(ui.table)[4][MEAN] == after[4][MEAN], 10)
    assert "edited by hand" in ui.resultNote.text


def test_second_click_is_warm_and_makes_a_new_node(panel, host):  # noqa: F811
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    pid = panel.widget.logic.runner.worker_pid
    run(panel)
    assert panel.widget.logic.runner.worker_pid == pid
    names = [node.GetName() for node in nodes(host.scene)]
    assert len(names) == 2 and len(set(names)) == 2
    assert panel.widget.ui.outputSelector.currentNode() is None


def test_the_window_is_never_blocked_during_a_run(panel, host):  # noqa: F811
    """From the click to the table no step holds the main thread for more than 100 ms of work."""
    volume, _labels = head(host.scene, spacing=(1.0, 1.0, 2.0))
    choose_volume(panel, volume)
    run(panel)  # imports and the first paint are paid here
    with hand.LoopWatch() as watch:
        run(panel)
        hand.wait(0.5)
    assert watch.longest_work < 0.1
    if os.getloadavg()[0] < (os.cpu_count() or 1) * 0.8:
        assert watch.longest < 0.1


def test_cancel_answers_at_once_and_changes_nothing(panel, host):  # noqa: F811
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    panel.widget.ui.flipAverageBox.checked = True
    before = all_ids(host.scene)
    until_running(panel)
    assert panel.widget.ui.progressBox.visible
    assert not panel.widget.ui.segmentButton.enabled
    start = time.monotonic()
    hand.click(panel.widget.ui.cancelButton)
    hand.wait_until(lambda: idle(panel), 5)
    assert time.monotonic() - start < 1.0
    assert "Cancelled" in message(panel)
    assert all_ids(host.scene) == before
    assert temporary_folders() == set()
    assert not panel.widget.ui.progressBox.visible


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_dead_worker_is_one_sentence_and_the_next_click_works(panel, host):  # noqa: F811
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    os.kill(panel.widget.logic.runner.worker_pid, signal.SIGKILL)
    hand.wait_until(lambda: idle(panel), 10)
    assert "memory" in message(panel) and "\n" not in message(panel)
    assert nodes(host.scene) == []
    run(panel)
    assert message(panel) == "" and len(nodes(host.scene)) == 1


def test_two_quick_clicks_are_one_run(panel, host):  # noqa: F811
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    hand.click(panel.widget.ui.segmentButton)
    hand.click(panel.widget.ui.segmentButton)
    hand.wait_until(lambda: idle(panel), 240)
    assert len(nodes(host.scene)) == 1


def test_reasons_stand_in_the_tooltip(panel, host, tmp_path):  # noqa: F811
    import slicer

    button = panel.widget.ui.segmentButton
    assert not button.enabled and "Choose a QSM volume" in button.toolTip
    label_map = host.scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "map")
    slicer.util.updateVolumeFromArray(label_map, np.zeros((20, 20, 20), np.int16))
    assert label_map not in panel.widget.ui.volumeSelector.nodes()
    empty = host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "<script>alert(1)</script>/ü")
    choose_volume(panel, empty)
    assert not button.enabled and "is empty" in button.toolTip
    assert "<script>" not in button.toolTip
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    assert button.enabled
    (tmp_path / "bad.safetensors").write_bytes(b"not a model")
    choose_model(panel, tmp_path / "bad.safetensors")
    assert not button.enabled and "damaged" in button.toolTip
    choose_model(panel, tmp_path / "gone.safetensors")
    assert not button.enabled and "no such model" in button.toolTip
    choose_model(panel, PHANTOM_MODEL)
    assert button.enabled


@pytest.mark.parametrize("what", ["CT", "phase", "constant"])
def test_no_qsm_is_one_sentence(panel, host, what):  # noqa: F811
    import slicer

    volume, _labels = head(host.scene)
    array = slicer.util.arrayFromVolume(volume)
    inside = array != 0
    values = {
        "CT": np.where(inside, np.where(array > 0.02, 60, -1000), -1000),
        "phase": np.where(inside, np.round(4096 * np.sin(400 * array)), 0),
        "constant": np.full(array.shape, 7),
    }[what].astype(np.float32)
    slicer.util.updateVolumeFromArray(volume, values)
    choose_volume(panel, volume)
    before = all_ids(host.scene)
    run(panel)
    sentence = message(panel)
    assert sentence and "\n" not in sentence and "Traceback" not in sentence
    assert "Traceback" in panel.widget.ui.detailsText.plainText
    assert not panel.widget.ui.detailsText.visible
    hand.click(panel.widget.ui.detailsButton)
    assert panel.widget.ui.detailsText.visible
    assert all_ids(host.scene) == before


def test_volume_removed_during_the_run(panel, host):  # noqa: F811
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    host.scene.RemoveNode(volume)
    hand.wait_until(lambda: idle(panel), 240)
    assert "was removed during the run" in message(panel)
    assert nodes(host.scene) == []


def test_scene_closed_during_the_run(panel, host):  # noqa: F811
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    pid = panel.widget.logic.runner.worker_pid
    host.scene.Clear(0)
    assert idle(panel)
    assert not alive(pid)
    hand.wait(0.3)
    assert message(panel) == "" and nodes(host.scene) == []
    assert temporary_folders() == set()


def test_output_removed_during_the_run_becomes_a_new_node(panel, host):  # noqa: F811
    volume, _labels = head(host.scene)
    output = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "mine")
    choose_volume(panel, volume)
    panel.widget.ui.outputSelector.setCurrentNode(output)
    until_running(panel)
    host.scene.RemoveNode(output)
    hand.wait_until(lambda: idle(panel), 240)
    assert [node.GetName() for node in nodes(host.scene)] == ["Head DGM"]


def test_edited_labels_are_replaced_only_after_yes(panel, host):  # noqa: F811
    from DGMSegmentationScene.labels import labels_on_volume

    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    erase(node, volume, 7, 25)
    edited = labels_on_volume(node, volume).image.data.copy()
    panel.widget.ui.outputSelector.setCurrentNode(node)
    with hand.Dialogs("No") as dialogs:
        hand.click(panel.widget.ui.segmentButton)
        hand.wait(0.2)
    assert idle(panel) and len(dialogs.texts) == 1 and "edited by hand" in dialogs.texts[0]
    assert np.array_equal(labels_on_volume(node, volume).image.data, edited)
    with hand.Dialogs("Yes"):
        hand.click(panel.widget.ui.segmentButton)
        hand.wait_until(lambda: idle(panel), 240)
    copy = next(n for n in nodes(host.scene) if n is not node)
    assert np.array_equal(labels_on_volume(copy, volume).image.data, edited)
    assert np.count_nonzero(labels_on_volume(node, volume).image.data) == np.count_nonzero(edited) + 25


def test_labels_edited_during_the_run_are_not_replaced(panel, host):  # noqa: F811
    from DGMSegmentationScene.labels import labels_on_volume

    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    panel.widget.ui.outputSelector.setCurrentNode(node)
    until_running(panel)
    erase(node, volume, 7, 25)
    edited = labels_on_volume(node, volume).image.data.copy()
    hand.wait_until(lambda: idle(panel), 240)
    assert np.array_equal(labels_on_volume(node, volume).image.data, edited)
    assert len(nodes(host.scene)) == 2


def test_no_room_for_temporary_files(panel, host, monkeypatch, tmp_path):  # noqa: F811
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    before = all_ids(host.scene)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    hand.click(panel.widget.ui.segmentButton)
    hand.wait(0.1)
    assert idle(panel) and "temporary folder" in message(panel)
    monkeypatch.undo()
    monkeypatch.setattr(np, "save", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device", "x.npy")))
    run(panel)
    assert "No space left on device" in message(panel)
    assert all_ids(host.scene) == before
    assert temporary_folders() == set()


def test_rotated_volume_is_segmented_as_it_is_seen(panel, host):  # noqa: F811
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


def test_further_volumes_in_one_table(panel, host, tmp_path):  # noqa: F811
    ui = panel.widget.ui
    volume, _labels = head(host.scene, "QSM a")
    other, _ = head(host.scene, "QSM b", unit="ppb")
    choose_volume(panel, volume)
    run(panel)
    assert not ui.shownSelector.visible
    ui.furtherSelector.setCheckState(other, 2)
    hand.wait_until(lambda: ui.shownSelector.count == 2, 10)
    assert ui.shownSelector.visible
    first = hand.read_table(ui.table)
    hand.choose(ui.shownSelector, "QSM b")
    second = hand.read_table(ui.table)
    assert float(second[4][MEAN]) == pytest.approx(float(first[4][MEAN]), abs=0.11)
    hand.choose_file(tmp_path / "both.tsv")
    ui.saveTableButton.click()
    assert {row.image for row in read_long(tmp_path / "both.tsv")} == {"QSM a", "QSM b"}
    hand.choose_file(tmp_path / "no" / "such" / "folder" / "x.tsv")
    ui.saveTableButton.click()
    hand.choose_file("")  # the user closes the file dialog
    ui.saveTableButton.click()
    ui.tableNodeButton.click()
    (table,) = nodes(host.scene, "vtkMRMLTableNode")
    assert table.GetNumberOfRows() == 20


def test_views_and_editor(panel, host):  # noqa: F811
    import slicer
    from DGMSegmentationScene.navigation import centre_of

    ui = panel.widget.ui
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    hand.wait(0.4)
    hand.double_click_cell(ui.table, 4, 0)
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
    assert host.scene.GetSingletonNode("SegmentEditor", "vtkMRMLSegmentEditorNode").GetSegmentationNode() is node


def test_missing_package_shows_one_line_and_installs_nothing_unasked(panel, host, monkeypatch, tmp_path):  # noqa: F811
    from slicer import packaging

    installed = []
    monkeypatch.setattr(packaging, "pip_ensure", lambda reqs, **_: installed.append([str(r) for r in reqs]))
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("nibabel\nno-such-package-of-anyone>=3\n")
    dependencies = panel.widget.running._dependencies
    monkeypatch.setattr(dependencies, "_requirements", str(requirements))
    panel.widget.enter()
    ui = panel.widget.ui
    assert ui.dependencyBox.visible and "no-such-package-of-anyone>=3" in ui.dependencyLabel.text
    assert not ui.segmentButton.enabled and "Install" in ui.segmentButton.toolTip
    assert installed == []
    hand.click(ui.installButton)
    assert installed == [["nibabel", "no-such-package-of-anyone>=3"]]
    requirements.write_text("nibabel\n")
    panel.widget.enter()
    assert not ui.dependencyBox.visible


def test_script_interface_waits_and_raises_sentences(panel, host):  # noqa: F811
    from DGMSegmentation import DGMSegmentationLogic

    from DGMSegmentationLib.errors import DGMError

    logic = DGMSegmentationLogic()
    try:
        volume, _labels = head(host.scene)
        node = logic.process(volume, model=str(PHANTOM_MODEL), device="cpu")
        assert len(logic.measure(node, [volume])) == 10
        with pytest.raises(DGMError, match="no such model"):
            logic.process(volume, model="/no/such/model.safetensors")
        with pytest.raises(DGMError, match="Choose a QSM"):
            logic.process(None, model=str(PHANTOM_MODEL))
    finally:
        logic.runner.stop()


def test_reload_and_quit_during_a_run_leave_no_process(host):  # noqa: F811
    import slicer

    host.scene.Clear(0)
    panel = host.open_module(MODULE)
    panel.parent.show()
    volume, _labels = head(host.scene)
    choose_model(panel, PHANTOM_MODEL)
    choose_volume(panel, volume)
    until_running(panel)
    first = panel.widget.logic.runner.worker_pid
    panel.widget.onReload()
    assert not alive(first)
    assert panel.widget.ui.volumeSelector.currentNode() is volume  # the parameters stayed
    until_running(panel)
    second = panel.widget.logic.runner.worker_pid
    panel.close()
    hand.wait(0.05)
    assert not alive(second)
    assert host.uncaught == []
    assert slicer


def test_the_modules_own_test_runs(panel, host, monkeypatch):  # noqa: F811
    """DGMSegmentationTest as Slicer's Reload and Test runs it, with the test model as the bundled one."""
    import slicer

    import DGMSegmentationLib.model as model

    monkeypatch.setattr(model, "bundled_models", lambda: {"phantom": PHANTOM_MODEL})
    host.app.testing = True
    try:
        slicer.selfTests["DGMSegmentation"]()
    finally:
        host.app.testing = False
