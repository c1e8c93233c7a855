"""What goes wrong on the way: one plain sentence, nothing changed, and the next click works."""

# Fixtures are imported by name.
# ruff: noqa: F811

import ctypes
import math
import os
import signal
import subprocess
import tempfile
import time

import numpy as np
import pytest
from host import gui
from host.fixtures import MODULE, head, host  # noqa: F401
from models_for_tests import PHANTOM_MODEL
from panel_actions import (  # noqa: F401
    all_ids,
    choose_model,
    choose_volume,
    idle,
    message,
    nodes,
    opened,
    panel,
    qsm_file,
    run,
    temporary_folders,
    until_running,
)
from processes import alive
from scene_actions import erase

MEAN, SD, VOLUME, FLAGS = 2, 3, 4, 5


def test_cancel_answers_at_once_and_changes_nothing(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    panel.widget.ui.flipAverageBox.checked = True
    before = all_ids(host.scene)
    until_running(panel)
    assert panel.widget.ui.progressBox.visible
    assert not panel.widget.ui.segmentButton.enabled
    gui.click(panel.widget.ui.cancelButton)
    gui.wait_until(lambda: idle(panel))
    assert "Cancelled" in message(panel)
    assert all_ids(host.scene) == before
    assert temporary_folders() == set()
    assert not panel.widget.ui.progressBox.visible
    assert panel.widget.logic.runner.worker_pid is not None  # it loads its engine for the next click


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_dead_worker_is_one_sentence_and_the_next_click_works(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    os.kill(panel.widget.logic.runner.worker_pid, signal.SIGKILL)
    gui.wait_until(lambda: idle(panel))
    assert "memory" in message(panel) and "\n" not in message(panel)
    assert nodes(host.scene) == []
    run(panel)
    assert message(panel) == "" and len(nodes(host.scene)) == 1

    # One that dies while it waits is not worth a word.
    os.kill(panel.widget.logic.runner.worker_pid, signal.SIGKILL)
    gui.wait_until(lambda: panel.widget.logic.runner.worker_pid is None)
    gui.wait(0.2)
    assert message(panel) == ""
    run(panel)
    assert message(panel) == "" and len(nodes(host.scene)) == 2


def test_no_process_can_be_started(panel, host, monkeypatch):
    """The worker dies right after the click and the system starts no other one: one sentence, and the panel is idle."""
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    runner = panel.widget.logic.runner
    gui.click(panel.widget.ui.segmentButton)
    runner._client.stop()
    monkeypatch.setattr(runner._client, "_command", ["/no/such/python"])
    gui.wait_until(lambda: idle(panel))
    assert "/no/such/python" in message(panel) and "\n" not in message(panel)
    assert temporary_folders() == set()
    monkeypatch.undo()
    run(panel)
    assert message(panel) == "" and len(nodes(host.scene)) == 1


@pytest.mark.skipif(os.name == "nt", reason="uses a function of the C library")
def test_threads_go_on_although_slicer_keeps_pythons_lock(panel, host, monkeypatch):
    """Slicer's main thread holds the lock while it waits for events, which the host's does not: only a poll lets go."""
    from DGMSegmentationScene.runner import Runner

    from DGMSegmentationLib.options import SegmentOptions

    volume, _labels = head(host.scene)
    wait_with_lock = ctypes.PyDLL(None).usleep  # a PyDLL keeps the lock, a CDLL would let go
    save, steps = np.save, 1000

    def save_in_steps(*arguments):
        for _step in range(steps):
            os.stat(".")  # each step lets the lock go and needs it back, as reading and writing does
        save(*arguments)

    monkeypatch.setattr(np, "save", save_in_steps)
    runner = Runner()
    try:
        runner.start(volume, SegmentOptions(model=str(PHANTOM_MODEL), device="cpu"))
        polls = 0
        while runner._saver is not None:
            wait_with_lock(2_000)
            runner.poll()
            polls += 1
        assert polls < steps / 2  # one step a poll where nothing else lets the lock go
    finally:
        runner.stop()


def test_scene_closed_while_the_volume_is_written(panel, host, monkeypatch):
    """No temporary file stays, and the next run knows nothing of it."""
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    save = np.save

    def slow_save(*arguments):
        time.sleep(0.3)
        save(*arguments)

    monkeypatch.setattr(np, "save", slow_save)
    gui.click(panel.widget.ui.segmentButton)
    host.scene.Clear(0)
    assert idle(panel) and temporary_folders() == set()
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    choose_model(panel, PHANTOM_MODEL)
    run(panel)
    assert message(panel) == "" and len(nodes(host.scene)) == 1


def test_what_a_run_warns_of_is_said(panel, host):
    import slicer

    volume, _labels = head(host.scene)
    array = slicer.util.arrayFromVolume(volume)
    array += np.random.default_rng(3).normal(0, 0.002, array.shape).astype(array.dtype)
    slicer.util.arrayFromVolumeModified(volume)
    choose_volume(panel, volume)
    run(panel)
    assert len(nodes(host.scene)) == 1
    assert message(panel).startswith("The image is not masked") and "--" not in message(panel)


def test_reasons_stand_in_the_tooltip(panel, host, tmp_path):
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
def test_no_qsm_is_one_sentence(panel, host, what):
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
    gui.click(panel.widget.ui.detailsButton)
    assert panel.widget.ui.detailsText.visible
    assert all_ids(host.scene) == before


def test_volume_removed_during_the_run(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    host.scene.RemoveNode(volume)
    gui.wait_until(lambda: idle(panel))
    assert "was removed during the run" in message(panel)
    assert nodes(host.scene) == []


def test_volume_or_result_removed_after_the_run(panel, host):
    """The panel says what is gone, and shows nothing of it any more."""
    ui = panel.widget.ui
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    gui.wait_until(lambda: ui.unitsDetected.text == "ppm, detected")
    ui.opacitySlider.value = 30
    host.scene.RemoveNode(volume)
    gui.wait_until(lambda: "The volume of this segmentation, Head, is not in the scene" in ui.resultNote.text)
    assert gui.read_table(ui.table)[0][MEAN] == ""
    assert not ui.saveTableButton.enabled and ui.opacitySlider.value == 30
    host.scene.RemoveNode(nodes(host.scene)[0])
    gui.wait_until(lambda: ui.resultNote.text == "")
    assert ui.unitsDetected.text == "" and ui.opacitySlider.value == 100
    assert not ui.editButton.enabled


def test_adding_a_scene_changes_no_choice(panel, host, tmp_path):
    """File > Add Data with a scene: Slicer's selectors lose their nodes while their lists are made anew."""
    import slicer

    ui = panel.widget.ui
    head(host.scene, "First")
    volume, _labels = head(host.scene, "Second")
    chosen, other = (host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name) for name in "ab")
    choose_volume(panel, volume)
    ui.outputSelector.setCurrentNode(chosen)
    ui.resultSelector.setCurrentNode(other)
    elsewhere = slicer.vtkMRMLScene()
    elsewhere.AddNewNodeByClass("vtkMRMLTextNode", "note")
    elsewhere.SetURL(str(tmp_path / "other.mrml"))
    assert elsewhere.Commit()
    host.scene.SetURL(str(tmp_path / "other.mrml"))
    assert host.scene.Import()
    assert len(nodes(host.scene, "vtkMRMLTextNode")) == 1
    assert ui.volumeSelector.currentNode() is volume
    assert ui.outputSelector.currentNode() is chosen
    assert ui.resultSelector.currentNode() is other
    gui.wait_until(lambda: ui.segmentButton.enabled)


def test_no_other_segmentation_becomes_the_output_when_it_is_removed(panel, host):
    """Slicer's selector takes the next node of its list; the next run would replace labels that nobody chose."""
    ui = panel.widget.ui
    chosen, other = (host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name) for name in "ab")
    ui.outputSelector.setCurrentNode(chosen)
    ui.resultSelector.setCurrentNode(chosen)
    host.scene.RemoveNode(chosen)
    assert ui.outputSelector.currentNode() is None
    assert panel.widget.logic.getParameterNode().outputSegmentation is None
    assert ui.resultSelector.currentNode() is None and other in nodes(host.scene)


def test_scene_closed_during_the_run(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    pid = panel.widget.logic.runner.worker_pid
    host.scene.Clear(0)
    assert idle(panel)
    assert not alive(pid)
    gui.wait(0.3)
    assert message(panel) == "" and nodes(host.scene) == []
    assert temporary_folders() == set()


def test_output_removed_during_the_run_becomes_a_new_node(panel, host):
    volume, _labels = head(host.scene)
    output = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "mine")
    choose_volume(panel, volume)
    panel.widget.ui.outputSelector.setCurrentNode(output)
    until_running(panel)
    host.scene.RemoveNode(output)
    gui.wait_until(lambda: idle(panel))
    assert [node.GetName() for node in nodes(host.scene)] == ["Head DGM"]


def test_edited_labels_are_replaced_only_after_yes(panel, host):
    from DGMSegmentationScene.labels import labels_on_volume

    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    erase(node, volume, 7, 25)
    edited = labels_on_volume(node, volume).image.data.copy()
    node.SetName("<script>ä</script>")
    panel.widget.ui.outputSelector.setCurrentNode(node)
    with gui.Dialogs("No") as dialogs:
        gui.click(panel.widget.ui.segmentButton)
        gui.wait_until(lambda: dialogs.texts)
    assert idle(panel) and len(dialogs.texts) == 1 and "edited by hand" in dialogs.texts[0]
    assert "&lt;script&gt;ä&lt;/script&gt; holds" in dialogs.texts[0]
    assert np.array_equal(labels_on_volume(node, volume).image.data, edited)
    with gui.Dialogs("Yes"):
        gui.click(panel.widget.ui.segmentButton)
        gui.wait_until(lambda: idle(panel))
    copy = next(n for n in nodes(host.scene) if n is not node)
    assert np.array_equal(labels_on_volume(copy, volume).image.data, edited)
    assert np.count_nonzero(labels_on_volume(node, volume).image.data) == np.count_nonzero(edited) + 25


def test_labels_edited_during_the_run_are_not_replaced(panel, host):
    from DGMSegmentationScene.labels import labels_on_volume

    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    panel.widget.ui.outputSelector.setCurrentNode(node)
    until_running(panel)
    erase(node, volume, 7, 25)
    edited = labels_on_volume(node, volume).image.data.copy()
    gui.wait_until(lambda: idle(panel))
    assert np.array_equal(labels_on_volume(node, volume).image.data, edited)
    assert len(nodes(host.scene)) == 2
    new = nodes(host.scene)[1]
    assert node.GetName() in message(panel) and new.GetName() in message(panel)
    # What the user is editing stays in sight and in the table.
    gui.wait(0.05)
    assert [node.GetDisplayVisibility(), new.GetDisplayVisibility()] == [1, 0]
    assert panel.widget.ui.resultSelector.currentNode() is node


def test_no_room_for_temporary_files(panel, host, monkeypatch, tmp_path):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    before = all_ids(host.scene)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    gui.click(panel.widget.ui.segmentButton)
    gui.wait_until(lambda: "temporary folder" in message(panel))
    assert idle(panel)
    monkeypatch.undo()
    monkeypatch.setattr(
        np, "save", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device", "x.npy"))
    )
    run(panel)
    assert "No space left on device" in message(panel)
    assert all_ids(host.scene) == before
    assert temporary_folders() == set()


@pytest.mark.parametrize("then", ["next run", "quit"])
def test_what_cannot_be_removed_at_once_is_removed_later(panel, host, monkeypatch, then):
    """As on Windows, where a worker that was ended keeps its files for a moment."""
    import shutil

    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    rmtree, refusals = shutil.rmtree, math.inf

    def refusing(*arguments, **options):
        nonlocal refusals
        refusals -= 1
        if refusals < 0:
            rmtree(*arguments, **options)

    monkeypatch.setattr(shutil, "rmtree", refusing)
    gui.click(panel.widget.ui.cancelButton)
    gui.wait_until(lambda: idle(panel))
    assert len(temporary_folders()) == 1
    if then == "quit":
        refusals = 1
        panel.widget.logic.runner.stop()
    else:
        refusals = 0
        run(panel)
    assert temporary_folders() == set()


def test_temporary_files_go_where_the_application_settings_say(panel, host, monkeypatch, tmp_path):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    monkeypatch.setattr(host.app, "temporaryPath", str(tmp_path))
    gui.click(panel.widget.ui.segmentButton)
    assert len(list(tmp_path.glob("DGMSegmentation-*"))) == 1
    assert temporary_folders() == set()
    gui.wait_until(lambda: idle(panel))
    assert list(tmp_path.iterdir()) == [] and len(nodes(host.scene)) == 1


def test_missing_package_shows_one_line_and_installs_nothing_unasked(panel, host, monkeypatch, tmp_path):
    from slicer import packaging

    installed = []
    monkeypatch.setattr(packaging, "pip_install", lambda reqs, **_: installed.append([str(r) for r in reqs]))
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("nibabel\nno-such-package-of-anyone>=3\n")
    dependencies = panel.widget.running._dependencies
    monkeypatch.setattr(dependencies, "_requirements", str(requirements))
    panel.widget.logic.runner.stop()
    panel.widget.enter()
    assert panel.widget.logic.runner.worker_pid is None
    ui = panel.widget.ui
    assert ui.dependencyBox.visible and "no-such-package-of-anyone>=3" in ui.dependencyLabel.text
    assert not ui.segmentButton.enabled and "Install" in ui.segmentButton.toolTip
    assert installed == []

    # The user says no to Slicer's question: what is needed stays to be read, and the button to be clicked.
    needed = ui.dependencyLabel.text
    with gui.Dialogs("Cancel") as dialogs:
        gui.click(ui.installButton)
    assert len(dialogs.texts) == 1 and installed == []
    assert ui.dependencyBox.visible and ui.dependencyLabel.text == needed
    assert panel.parent.visible

    # No network: pip fails as Slicer's pip_ensure lets it fail.
    def failing(*_arguments, **_options):
        raise subprocess.CalledProcessError(1, ["PythonSlicer", "-m", "pip", "install"])

    with monkeypatch.context() as offline, gui.Dialogs("OK"):
        offline.setattr(packaging, "pip_install", failing)
        gui.click(ui.installButton)
    assert ui.dependencyBox.visible and "installation failed" in ui.dependencyLabel.text
    with gui.Dialogs("OK"):
        gui.click(ui.installButton)
    assert installed == [["no-such-package-of-anyone>=3"]]
    requirements.write_text("nibabel\n")
    panel.widget.enter()
    assert not ui.dependencyBox.visible
    assert panel.widget.logic.runner.worker_pid is not None
