"""What the panel says: one plain sentence, nothing changed."""

import subprocess

import numpy as np
import pytest
from host import gui
from host.fixtures import head
from models_for_tests import PHANTOM_MODEL
from panel_actions import all_ids, choose_model, choose_volume, message, nodes, run


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
