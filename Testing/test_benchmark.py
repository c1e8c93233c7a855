"""The benchmark measures real runs; its figures are not judged here, only that they are there and fit together."""

import json

import numpy as np
import pytest
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.benchmark.machine import sgemm_gflops
from DGMSegmentationLib.benchmark.methods import BLOCK, Job, compare_labels, measure_methods, open_network
from DGMSegmentationLib.cli import main
from DGMSegmentationLib.files import write_nifti
from DGMSegmentationLib.simulation.phantom import phantom


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    image, _ = phantom(seed=3)
    path = tmp_path_factory.mktemp("benchmark") / "sub-phantom_Chimap.nii.gz"
    write_nifti(path, image.data, image.affine)
    return path


def test_the_table_of_a_model_and_the_steps_of_segment(volume, tmp_path, capsys):
    target = tmp_path / "speed.json"
    words = ["--model", str(PHANTOM_MODEL), "--network", str(PHANTOM_MODEL), "--device", "cpu"]
    assert (
        main(
            [
                "benchmark",
                str(volume),
                *words,
                "--part",
                "networks",
                "--part",
                "segment",
                "--json",
                str(target),
            ]
        )
        == 0
    )
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["machine"]["sgemm_gflops"] > 0
    rows = {(r["method"], r["backend"]): r for r in found["networks"]}
    first = found["networks"][0]
    assert first["differing_voxels"] == 0 and first["compared_voxels"] > 0
    for row in rows.values():
        assert row["seconds"] > 0 and row["gflops"] > 0 and row["voxels"] > 0
        assert row["compared_voxels"] > 0, "nothing was compared with the reference"
    assert {"network", "resample", "measure"} <= set(found["segment_cold"]["steps"])
    assert found["segment_cold"]["seconds"] > found["segment_warm"]["seconds"] > 0
    assert "% of sgemm" in capsys.readouterr().out


def test_patch_wise_and_dense_give_the_same_labels(volume):
    """The articles' network as a row of its own process each; the patch-wise time is scaled up from one block."""
    prior = {"low_mm": [-8.0, -8.0, -8.0], "high_mm": [8.0, 8.0, 8.0]}
    jobs = [Job("anisotropic", "patch-wise"), Job("anisotropic", "dense in the prior box")]
    patches, dense = measure_methods(jobs, volume, "auto", 100.0, prior)
    assert patches["extrapolated"] and not dense["extrapolated"]
    assert dense["compared_voxels"] > 0 and dense["differing_voxels"] <= 1e-4 * dense["compared_voxels"]
    assert dense["faster"] == pytest.approx(patches["seconds"] / dense["seconds"])


def test_labels_are_compared_where_both_were_computed(tmp_path):
    one, other = np.zeros((4, 4, 4), np.uint8), np.ones((2, 2, 2), np.uint8)
    other[0, 0, 0] = 0
    np.savez(tmp_path / "a.npz", labels=one, low=[0, 0, 0])
    np.savez(tmp_path / "b.npz", labels=other, low=[3, 3, 2])
    assert compare_labels(tmp_path / "a.npz", tmp_path / "b.npz") == (1, 2)
    np.savez(tmp_path / "c.npz", labels=other, low=[9, 9, 9])
    assert compare_labels(tmp_path / "a.npz", tmp_path / "c.npz") == (0, 0)


def test_the_articles_networks_have_the_articles_sizes():
    assert sum(p.numel() for p in open_network("dolz").build()[0].parameters()) == 782_247
    assert BLOCK >= 2 and sgemm_gflops(seconds=0.05) > 0


def test_a_missing_volume_is_said_before_anything_is_measured(tmp_path, capsys):
    assert main(["benchmark", str(tmp_path / "none.nii.gz"), "--model", str(PHANTOM_MODEL)]) == 2
    assert "none.nii.gz" in capsys.readouterr().err
