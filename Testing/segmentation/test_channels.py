"""Models of several channels: both matter, the further one may have another geometry, and what is wrong is said."""

import json

import numpy as np
import pytest
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Grid, Image, resample_to
from DGMSegmentationLib.inference.case_predictor import open_predictor
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.models.header import ModelHeader
from DGMSegmentationLib.models.model import load_model, save_model
from DGMSegmentationLib.preprocessing.grid import Preprocessing
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.protocol_fit import open_fit_case
from DGMSegmentationLib.simulation.phantom import phantom


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A model of QSM and magnitude, untrained."""
    import torch

    from DGMSegmentationLib.models.networks import build_network

    torch.manual_seed(0)
    network = build_network("dolz", in_channels=2, n_classes=11, widths=(3, 3, 4), head_widths=(6,))
    pre = Preprocessing(
        spacing_mm=(3, 3, 6),
        shape=(52, 64, 26),
        windows=((-200, 200), (0, 3)),
        window_units=("own", "median"),
    )
    header = ModelHeader("two", "dolz", network.options(), pre, channels=("qsm", "magnitude"))
    return save_model(tmp_path_factory.mktemp("model") / "two.safetensors", header, [network.state_dict()])


@pytest.fixture(scope="module")
def head():
    """QSM and magnitude of one head."""
    image, _ = phantom((60, 70, 30), (3.0, 3.0, 5.0), seed=1)
    return image, image.replace(data=np.abs(image.data) * 4000, unit=None)


def flips(shape: tuple[int, int, int]) -> np.ndarray:
    """What turns the first two array axes round and leaves each voxel where it is."""
    found = np.diag([-1.0, -1.0, 1.0, 1.0])
    found[:2, 3] = np.array(shape[:2]) - 1
    return found


def test_several_channels_run_end_to_end(two, head):
    image, magnitude = head
    with pytest.raises(InputError, match="magnitude"):
        segment(image, two, device="cpu")

    def run(channel: Image):
        given = {"magnitude": channel}
        return segment(image, two, device="cpu", extra_channels=given, save_probabilities=True)

    other, blank = run(magnitude), run(magnitude.replace(data=magnitude.data * 0))
    assert np.abs(other.probabilities - blank.probabilities).max() > 1e-4, "the second channel must matter"
    assert "channel_blank" in {remark.code for remark in blank.warnings}
    assert "channel_blank" in blank.measured.verdict.codes, "a cohort must not take its numbers as they are"
    assert other.provenance["channels"] == {"magnitude": {"file": None}}
    turned = Image(magnitude.data[::-1, ::-1].copy(), magnitude.affine @ flips(magnitude.shape), kind="nifti")
    assert {remark.code for remark in run(turned).warnings} == {remark.code for remark in other.warnings}
    back = run(magnitude.replace(affine=magnitude.affine + np.eye(4, k=3) * 9))
    assert np.allclose(back.provenance["channels"]["magnitude"]["shift_mm"], (-9, 0, 0), atol=1)
    assert "channel_moved" in {remark.code for remark in back.warnings}


def test_the_command_takes_a_channel_of_another_geometry(two, head, tmp_path, capsys):
    image, magnitude = head
    affine = np.array([[-2.5, 0, 0, 90], [0, 2.5, 0, -110], [0, 0, 4.0, -74], [0, 0, 0, 1]])
    grid = Grid((76, 80, 40), affine)
    qsm, channel = tmp_path / "sub-1_Chimap.nii.gz", tmp_path / "sub-1_magnitude.nii.gz"
    write_nifti(qsm, image.data, image.affine)
    off = affine + np.array([[0, 0, 0, 0], [0, 0, 0, 4.0], [0, 0, 0, 0], [0, 0, 0, 0]])
    write_nifti(channel, resample_to(magnitude.data, magnitude.grid, grid).astype(np.float32), off)
    given = ["segment", str(qsm), "--model", str(two), "--channel", f"magnitude={channel}"]
    assert main([*given, "--device", "cpu"]) == 0
    said = json.loads((tmp_path / "sub-1_Chimap_provenance.json").read_text())
    assert "sub-1_magnitude.nii.gz was off, and was moved by" in " ".join(said["warnings"])
    assert np.allclose(said["channels"]["magnitude"]["shift_mm"], (0, -4, 0), atol=1.5)
    assert said["channels"]["magnitude"]["file"] == "sub-1_magnitude.nii.gz"
    capsys.readouterr()
    off[1, 3] += 100
    write_nifti(channel, np.ones(grid.shape, np.float32), off)
    assert main([*given, "--device", "cpu", "--overwrite"]) == 2
    assert "of the brain in the QSM" in capsys.readouterr().err


def test_a_channel_that_the_model_does_not_take_is_refused(head, tmp_path, capsys):
    path = tmp_path / "qsm.nii.gz"
    write_nifti(path, head[0].data, head[0].affine)
    assert main(["segment", str(path), "--model", str(PHANTOM_MODEL), "--channel", "magnitude=x.nii.gz"]) == 2
    assert "magnitude" in capsys.readouterr().err


def test_a_channel_that_is_named_twice_is_refused(two, head, tmp_path, capsys):
    path = tmp_path / "qsm.nii.gz"
    write_nifti(path, head[0].data, head[0].affine)
    twice = ["--channel", "magnitude=a.nii.gz", "--channel", "magnitude=b.nii.gz"]
    assert main(["segment", str(path), "--model", str(two), *twice]) == 2
    assert "given twice, as a.nii.gz and as b.nii.gz" in capsys.readouterr().err


def test_a_protocol_is_fitted_with_all_channels_of_the_model(two, head, tmp_path, capsys):
    image, magnitude = head
    qsm, labels = tmp_path / "sub-1_Chimap.nii.gz", tmp_path / "sub-1_desc-edited_dseg.nii.gz"
    write_nifti(qsm, image.data, image.affine)
    write_nifti(labels, phantom((60, 70, 30), (3.0, 3.0, 5.0), seed=1)[1].data, image.affine, intent="label")
    fit = ["protocol", "fit", f"{qsm}={labels}", "--model", str(two), "--device", "cpu"]
    fit += ["--protocol", "iron", "--output", str(tmp_path / "site.toml")]
    assert main(fit) == 2
    assert "sub-1_magnitude.nii.gz" in capsys.readouterr().err, "the file that is missing is named"
    other = tmp_path / "other.nii.gz"
    for path, factor in ((tmp_path / "sub-1_magnitude.nii.gz", 1), (other, 0)):
        write_nifti(path, magnitude.data * factor, magnitude.affine)
    predictor = open_predictor(load_model(two), "cpu")
    seen, blank = (
        open_fit_case((qsm, channel), labels, predictor).atoms.probabilities
        for channel in (tmp_path / "sub-1_magnitude.nii.gz", other)
    )
    assert np.abs(np.asarray(seen, float) - blank).max() > 1e-4, "the second channel must matter"
    assert main(fit) in (0, 2)
    assert "channel" not in capsys.readouterr().err


def test_commands_that_take_a_qsm_alone_say_so(two, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in (["demo"], ["benchmark", str(tmp_path / "qsm.nii.gz")]):
        assert main([*command, "--model", str(two)]) == 2
        said = capsys.readouterr().err
        assert f"also needs magnitude, and dgmseg {command[0]} takes a QSM alone" in " ".join(said.split())
