"""The benchmark measures real runs; its figures are not judged here, only that they are there and fit together."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from models_for_tests import PHANTOM_MODEL, unet_model
from places import REPOSITORY

from DGMSegmentationLib.benchmark import machine, peers
from DGMSegmentationLib.benchmark.machine import gemm_gflops
from DGMSegmentationLib.benchmark.methods import (
    BLOCK,
    Job,
    Row,
    compare_labels,
    measure_methods,
    open_network,
    pays_from,
    run_job,
)
from DGMSegmentationLib.benchmark.steps import AROUND, around_the_network
from DGMSegmentationLib.cli import main
from DGMSegmentationLib.cli.benchmark import _jobs, parse_tile
from DGMSegmentationLib.inference.memory import peak_memory_mb
from DGMSegmentationLib.inference.openvino_package import installed
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.models.model import save_model
from DGMSegmentationLib.models.networks.flops import count_macs
from DGMSegmentationLib.preprocessing.grid import Preprocessing
from DGMSegmentationLib.simulation.phantom import phantom


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    image, _ = phantom(seed=3)
    path = tmp_path_factory.mktemp("benchmark") / "sub-phantom_Chimap.nii.gz"
    write_nifti(path, image.data, image.affine)
    return path


def test_the_table_of_a_model_and_the_steps_of_segment(volume, tmp_path, capsys, monkeypatch):
    # Rows in processes of their own are another test's; each imports torch anew.
    monkeypatch.setattr(machine, "in_new_process", lambda function, *words: function(*words))
    target = tmp_path / "speed.json"
    words = ["--model", str(PHANTOM_MODEL), "--network", str(PHANTOM_MODEL), "--device", "cpu"]
    parts = ["--part", "networks", "--part", "segment"]
    assert main(["benchmark", str(volume), *words, *parts, "--json", str(target)]) == 0
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["machine"]["sgemm_gflops"] > 0
    rows = {(r["method"], r["backend"]): r for r in found["networks"]}
    first = found["networks"][0]
    assert first["differing_voxels"] == 0 and first["compared_voxels"] > 0
    for row in rows.values():
        assert row["seconds"] > 0 and row["gflops"] > 0 and row["voxels"] > 0
        assert row["compared_voxels"] > 0, "nothing was compared with the reference"
    assert {"read", "network", *AROUND} <= set(found["segment_cold"]["steps"])
    warm = found["segment_warm"]
    assert {"read", "network", "write", *AROUND} <= set(warm["steps"]) and warm["steps"]["write"] > 0
    assert sum(warm["steps"].values()) - warm["steps"]["write"] <= warm["seconds"] + 0.01
    assert 0 < warm["around_the_network_percent"] < 100
    assert found["segment_cold"]["memory_mb"] > 50, "torch alone takes more"
    assert found["segment_cold"]["seconds"] > found["segment_warm"]["seconds"] > 0
    page = capsys.readouterr().out
    assert "% of sgemm" in page and "pays from" in page
    compiled = [row for row in found["networks"] if row["backend"] == "openvino"]
    if installed():
        assert compiled and all(row["compile_seconds"] > 0 for row in compiled)
        assert all(row["differing_voxels"] == 0 for row in compiled if row["method"] == first["method"])


def test_patch_wise_and_dense_give_the_same_labels(volume):
    """The articles' network as a row of its own process each; the patch-wise time is scaled up from one block."""
    prior = {"low_mm": [-8.0, -8.0, -8.0], "high_mm": [8.0, 8.0, 8.0]}
    jobs = [Job("anisotropic", "patch-wise"), Job("anisotropic", "dense in the prior box")]
    patches, dense = measure_methods(jobs, volume, "auto", {"cpu": 100.0}, prior)
    assert patches.extrapolated and not dense.extrapolated
    assert dense.compared_voxels > 0 and dense.differing_voxels <= 1e-4 * dense.compared_voxels
    assert dense.faster == pytest.approx(patches.seconds / dense.seconds)


def test_monai_is_measured_by_the_windows_that_it_runs(volume, tmp_path):
    pytest.importorskip("monai", reason="the extra dev (MONAI) is not installed")
    model = unet_model()
    preprocessing = Preprocessing(spacing_mm=(6.0, 6.0, 6.0), shape=(28, 32, 24))
    header = replace(model.header, preprocessing=preprocessing)
    path = save_model(tmp_path / "unet.safetensors", header, model.states)
    prior = {"low_mm": [-48.0] * 3, "high_mm": [48.0] * 3}
    found = run_job(Job(str(path), "MONAI sliding window"), volume, "auto", prior, tmp_path / "labels.npz")
    network = model.build()[0]
    windows = found.gflops * found.seconds / 2 * 1e9 / count_macs(network, network.patch_input)
    assert windows == pytest.approx(round(windows), abs=1e-3)
    assert windows > found.voxels / np.prod(network.patch_input), "its windows overlap"


def test_other_tiles_are_rows_of_their_own_with_the_same_labels(volume):
    prior = {"low_mm": [-20.0] * 3, "high_mm": [20.0] * 3}
    method = "dense in the prior box"
    jobs = [Job(str(PHANTOM_MODEL), method), Job(str(PHANTOM_MODEL), method, tile=(8, 9, 5))]
    usual, small = measure_methods(jobs, volume, "auto", {"cpu": 100.0}, prior)
    assert small.method == f"{method}, tiles of 8x9x5" and small.differing_voxels == 0
    assert small.gflops * small.seconds > usual.gflops * usual.seconds, "more halos"


@pytest.mark.parametrize("text", ["80x110", "axbxc", "0x1x1", "-1x2x3", ""])
def test_a_tile_that_is_none_is_said(volume, text, capsys):
    assert main(["benchmark", str(volume), "--tile", text]) == 2
    assert "--tile" in capsys.readouterr().err
    assert parse_tile("80x110x24") == parse_tile("80,110,24") == (80, 110, 24)


def row(backend, seconds, gflops, compiling=0.0, networks=1):
    return Row(
        "n", "dense", backend, "cpu", seconds, compiling, 1, 1.0, gflops, 0.0, None, False, networks=networks
    )  # fmt: skip


def test_compiling_pays_where_what_it_saves_makes_up_for_it():
    torch_row = row("torch", 10.0, 60.0)  # 300 GMAC in 10 s
    fast = row("openvino", 6.0, 100.0, compiling=2.0)
    assert pays_from(fast, [torch_row, fast]) == pytest.approx(150.0), (
        "300 GMAC save 4 s, so 150 save the 2 s"
    )
    ten = row("openvino", 6.0, 100.0, compiling=2.0, networks=10)
    assert pays_from(ten, [torch_row, ten]) == pytest.approx(15.0)
    slow = row("openvino", 11.0, 55.0, compiling=2.0)
    assert pays_from(slow, [torch_row, slow]) is None
    assert pays_from(torch_row, [torch_row]) is None


def test_the_share_around_the_network():
    steps = {
        "read": 1.0,
        "units and mask": 0.5,
        "resample": 0.25,
        "network": 3.0,
        "measure": 0.25,
        "write": 2.0,
    }
    assert around_the_network({"seconds": 5.0, "steps": steps}) == pytest.approx(20.0)


def test_peak_memory_is_that_of_the_process_itself():
    """A small process started by a large one must not report the large one's memory."""
    ballast = np.ones(25_000_000)  # 200 MB
    here = peak_memory_mb()
    if here is None:
        pytest.skip("this system does not tell the peak memory")
    code = "from DGMSegmentationLib.inference.memory import peak_memory_mb as p; print(p())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY)
    assert run.returncode == 0, run.stderr
    assert here > 200 and float(run.stdout) < here - 100
    assert ballast[0] == 1


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
    assert BLOCK >= 2 and gemm_gflops(seconds=0.05) > 0


def test_a_gpu_is_measured_beside_the_cpu():
    """One table: the articles' method where the networks run, then every method on the GPU and on the CPU."""
    jobs = _jobs(["dolz", str(PHANTOM_MODEL)], "cuda", False, [(80, 80, 24)])
    rows = {(j.network, j.title, j.backend, j.device) for j in jobs}
    assert len(rows) == len(jobs)
    assert (jobs[0].network, jobs[0].title, jobs[0].backend, jobs[0].device) == (
        "dolz",
        "patch-wise",
        "torch",
        "cuda",
    )
    for place in ("cuda", "cpu"):
        assert ("dolz", "dense in the prior box", "torch", place) in rows
        assert ("dolz", "dense in the prior box, tiles of 80x80x24", "torch", place) in rows
    assert {place for _, _, backend, place in rows if backend == "openvino"} <= {"cpu"}
    assert {
        place
        for _, _, _, place in {
            (j.network, j.title, j.backend, j.device) for j in _jobs(["dolz"], "cpu", False, [])
        }
    } == {"cpu"}


def test_bad_input_is_one_sentence_before_anything_is_measured(tmp_path, capsys):
    write_nifti(tmp_path / "zero.nii.gz", np.zeros((40, 40, 20), np.float32), np.diag([2.0, 2.0, 3.0, 1.0]))
    volume = str(tmp_path / "zero.nii.gz")
    assert main(["benchmark", volume, "--part", "segment", "--model", str(PHANTOM_MODEL)]) == 2
    said = capsys.readouterr()
    assert len(said.err.strip().splitlines()) == 1 and "Command" not in said.err and said.out == ""


def test_a_missing_volume_is_said_before_anything_is_measured(tmp_path, capsys):
    assert main(["benchmark", str(tmp_path / "none.nii.gz"), "--model", str(PHANTOM_MODEL)]) == 2
    assert "none.nii.gz" in capsys.readouterr().err


def test_peers_are_named_where_they_are_not_installed(volume, monkeypatch, capsys):
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    assert main(["benchmark", str(volume), "--part", "peers"]) == 2
    said = capsys.readouterr().err
    assert "nnunetv2" in said and "monai" in said and "extra peers" in said


def test_a_peer_s_work_is_counted_as_ours(volume):
    network = unet_model().build()[0]
    counted = peers._Counted(network)
    with torch.inference_mode():
        network(torch.zeros((2, network.in_channels, *network.patch_input)), None)
    assert counted.macs == 2 * count_macs(network, network.patch_input)
    ours = peers.run_peer("ours, torch", volume, "auto", str(PHANTOM_MODEL), volume.parent)
    assert ours.seconds > ours.network_seconds > 0 and ours.macs > 0 and ours.cpu_seconds > 0
