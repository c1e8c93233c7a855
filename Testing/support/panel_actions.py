"""The panel for tests: fixtures and the moves that several tests make."""

# Fixtures are imported by name.
# ruff: noqa: F811

import tempfile
from pathlib import Path

import numpy as np
import pytest
from host import gui
from host.fixtures import MODULE, host  # noqa: F401
from models_for_tests import PHANTOM_MODEL
from scene_actions import segmented


@pytest.fixture(scope="module")
def opened(host, tmp_path_factory):
    """One panel for all tests of this file, so that its worker is warm most of the time; a temporary folder of its own."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("temporary"))
    host.scene.Clear(0)
    panel = host.open_module(MODULE)
    panel.show()
    yield panel
    panel.close()
    tempfile.tempdir = before


@pytest.fixture
def panel(host, opened):
    """The panel on an empty scene with the test model; no exception may have left a slot."""
    host.scene.Clear(0)
    host.add_views()
    host.forget()
    choose_model(opened, PHANTOM_MODEL)
    host.forget()
    yield opened
    if opened.widget.logic.runner.state != "idle":
        opened.widget.running.abort()
    host.check()
    # What shows through from below makes an eraser seem to do nothing.
    assert len([node for node in ours(host.scene) if node.GetDisplayVisibility()]) <= 1


def ours(scene):
    """The segmentations that runs made."""
    from DGMSegmentationScene.provenance import is_ours

    return [node for node in nodes(scene) if is_ours(node)]


def show_result(panel, **options):
    """A segmented head (without a run) as the panel's result: (segmentation, volume, labels)."""
    node, volume, labels = segmented(panel.host.scene, **options)
    panel.widget.ui.volumeSelector.setCurrentNode(volume)
    panel.widget.ui.resultSelector.setCurrentNode(node)
    until_measured(panel)
    return node, volume, labels


def until_measured(panel):
    """Wait until no measurement is due any more; what came by the loop's next turn is counted."""
    gui.wait(0.02)
    gui.wait_until(lambda: not panel.widget.results.pending)


def choose_model(panel, path):
    gui.choose_file(path)
    gui.choose(panel.widget.ui.modelSelector, "From a file")


def choose_volume(panel, volume):
    panel.widget.ui.volumeSelector.setCurrentNode(volume)
    gui.wait(0.02)


def idle(panel):
    return panel.widget.logic.runner.state == "idle"


def run(panel):
    """Click Segment and wait for the end and its table."""
    assert panel.widget.ui.segmentButton.enabled, panel.widget.ui.segmentButton.toolTip
    gui.click(panel.widget.ui.segmentButton)
    gui.wait_until(lambda: idle(panel))
    settle(panel)


def settle(panel):
    """Until nothing is left to be done: what comes in the loop's next turns, and the table that is measured after a pause."""
    gui.wait(0.02)
    gui.wait_until(lambda: not panel.widget.results.pending)


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
    """Click and wait until the network works. A starved test may see a run end first: then it is undone and repeated."""
    scene = slicer_scene()
    before = all_ids(scene)
    for _again in range(100):
        gui.click(panel.widget.ui.segmentButton)
        gui.wait_until(lambda: panel.widget.ui.progressBar.value >= 10 or idle(panel))
        if not idle(panel):
            return
        assert message(panel) == ""
        settle(panel)
        for node in (scene.GetNodeByID(name) for name in all_ids(scene) - before):
            if node is not None:
                scene.RemoveNode(node)
    raise AssertionError("every run had ended before it was seen at work")


def slicer_scene():
    import slicer

    return slicer.mrmlScene


def qsm_file(folder, test_files=()):
    """A real QSM when test data are given, else the procedural head, as a NIfTI file."""
    from DGMSegmentationLib.io.files import write_nifti
    from DGMSegmentationLib.simulation.phantom import phantom

    image, _labels = phantom((80, 96, 76), (2.0, 2.0, 2.0))
    path = folder / "sub-01 ä_Chimap.nii.gz"
    write_nifti(path, image.data.astype(np.float32), image.affine)
    return path
