"""Module reload, quitting, and the first opening on a computer that has not all packages yet."""

import sys

from host import gui
from host.fixtures import MODULE, head
from models_for_tests import PHANTOM_MODEL
from panel_actions import choose_model, choose_volume, until_running
from processes import alive

MEAN, SD, VOLUME, FLAGS = 2, 3, 4, 5


def test_reload_and_quit_during_a_run_leave_no_process(host):
    import slicer

    host.scene.Clear(0)
    panel = host.open_module(MODULE)
    panel.show()
    waiting = panel.widget.logic.runner.worker_pid
    panel.widget.onReload()
    assert not alive(waiting)  # the worker that loaded its engine, too
    assert panel.widget.logic.runner.worker_pid is not None
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
    gui.wait(0.05)
    assert not alive(second)
    assert host.uncaught == []
    assert slicer


def test_quitting_at_once_leaves_no_process(host):
    """The panel is opened and closed again while its worker still starts."""
    host.scene.Clear(0)
    panel = host.open_module(MODULE)
    pid = panel.widget.logic.runner.worker_pid
    assert alive(pid)
    panel.close()
    assert not alive(pid)
    assert host.uncaught == []


def test_packages_are_missing_and_the_scene_names_a_model(host, monkeypatch, tmp_path):
    """A scene from another computer is opened first: the panel opens and says what is needed."""
    from DGMSegmentation import DGMSegmentationLogic

    host.scene.Clear(0)
    parameters = DGMSegmentationLogic().getParameterNode()
    parameters.model = "default"
    for name in [n for n in sys.modules if n == "nibabel" or n.startswith("DGMSegmentationLib.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nibabel", None)
    from slicer import packaging

    monkeypatch.setattr(packaging, "pip_check", lambda requirement: "nibabel" not in str(requirement))
    panel = host.open_module(MODULE)
    panel.show()
    try:
        ui = panel.widget.ui
        assert host.uncaught == []
        assert ui.dependencyBox.visible and "nibabel" in ui.dependencyLabel.text
        assert not ui.segmentButton.enabled
        assert panel.widget.logic.runner.worker_pid is None
    finally:
        panel.close()
