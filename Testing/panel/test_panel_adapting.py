"""The model list's entry "From my corrections": a window with name, progress, before and after."""

import numpy as np
import pytest
from host import gui
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.io.bids.derivatives import STATE, case_paths, described
from DGMSegmentationLib.io.files import write_json, write_nifti
from DGMSegmentationLib.io.labels import write_labels
from DGMSegmentationLib.simulation.phantom import phantom


@pytest.fixture
def study(tmp_path):
    """One case, corrected."""
    qsm, labels = phantom((54, 66, 28), (3.0, 3.0, 6.0), seed=20)
    path = tmp_path / "sub-01" / "anat" / "sub-01_Chimap.nii.gz"
    path.parent.mkdir(parents=True)
    write_nifti(path, qsm.data.astype(np.float32), qsm.affine)
    results = tmp_path / "derivatives" / "dgmseg"  # as the cohort begins it
    corrected = case_paths(results, "sub-01").of("_dseg.nii.gz", edited=True)
    corrected.parent.mkdir(parents=True)
    (results / STATE).mkdir()
    write_json(results / "dataset_description.json", described(results, tmp_path, "0"))
    write_labels(corrected, labels.replace(data=np.roll(labels.data, 1, axis=1)))
    return tmp_path


def button(window, name):
    import qt

    return window.findChild(qt.QPushButton, f"{name}Button")


def test_corrections_become_the_chosen_model(panel, host, study, tmp_path):
    adapting, parameters = panel.widget.adapting, panel.widget.logic.getParameterNode()
    gui.choose_file(study)
    gui.choose(panel.widget.ui.modelSelector, "From my corrections")
    assert parameters.model == str(PHANTOM_MODEL) and "1 corrected" in adapting._text.text
    adapting._name.text = "a/b"
    button(adapting.window, "adapt").click()
    assert "no name for a model" in adapting._text.text
    adapting._name.text = "Ours"
    button(adapting.window, "adapt").click()
    gui.wait_until(lambda: button(adapting.window, "use").visible)
    assert "PU" in adapting._text.text and not adapting._picture.pixmap.isNull()
    button(adapting.window, "use").click()
    made = study / "derivatives" / "dgmseg" / "models" / "Ours.safetensors"
    assert parameters.model == str(made) and made.exists()
    assert panel.widget.ui.modelSelector.currentText.startswith("Ours")
    assert panel.widget.inputs.header.protocol == "Ours"


def test_a_folder_without_corrections_is_said(panel, host, tmp_path):
    adapting = panel.widget.adapting
    adapting.open(tmp_path)
    assert (
        "holds no susceptibility map" in adapting._text.text and not button(adapting.window, "adapt").visible
    )
    adapting.stop()
