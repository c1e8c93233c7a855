"""OpenVINO as the backend on the CPU: torch's labels, one log line when it fails, threads, and no word to the internet."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from models_for_tests import PHANTOM_MODEL, small_model, unet_model

from DGMSegmentationLib.errors import Cancelled
from DGMSegmentationLib.inference import placement
from DGMSegmentationLib.inference import predictor as inference
from DGMSegmentationLib.inference.openvino_cpu import OpenvinoNetworks
from DGMSegmentationLib.inference.openvino_package import installed
from DGMSegmentationLib.inference.predictor import PATCH_BATCH, Predictor
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.simulation.phantom import phantom

pytestmark = pytest.mark.skipif(not installed(), reason="the extra fast-cpu (OpenVINO) is not installed")


@pytest.fixture(scope="module")
def volume():
    rng = np.random.default_rng(0)
    return rng.normal(size=(1, 30, 34, 16)).astype(np.float32)


@pytest.mark.parametrize("network", ["dolz", "anisotropic", "unet"])
def test_openvino_gives_what_torch_gives(network, volume):
    model = unet_model() if network == "unet" else small_model(network)
    where = None
    if model.build()[0].uses_coordinates:
        where = np.random.default_rng(3).uniform(0, 1, (3, *volume.shape[1:])).astype(np.float32)
    tile = None if network == "unet" else (16, 16, 12)
    expected = Predictor(model, "cpu", tile=tile, backend="torch").predict(volume, where)
    predictor = Predictor(model, "cpu", tile=tile, backend="openvino")
    found = predictor.predict(volume, where)
    assert predictor.compiled is not None, "it ran on torch"
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_array_equal(found.argmax(0), expected.argmax(0))


def test_openvino_compiles_once_for_tiles_and_once_for_patches(volume):
    dense = Predictor(small_model(), "cpu", tile=(16, 16, 12), backend="openvino")
    dense.predict(volume)
    assert len(dense.compiled._compiled) == 1, "uneven tiles are computed at one size"
    patches = Predictor(small_model(), "cpu", patchwise=True, backend="openvino")
    part = volume[:, :28, :28, :13]  # 4 x 4 x 5 patches are no multiple of the batch
    expected = Predictor(small_model(), "cpu", backend="torch").predict(part)
    np.testing.assert_allclose(patches.predict(part), expected, atol=1e-5)
    assert [shape[0] for shape in patches.compiled._compiled] == [PATCH_BATCH]


def test_openvino_takes_the_threads_that_torch_takes(volume):
    before = torch.get_num_threads()
    try:
        predictor = Predictor(small_model(), "cpu", backend="openvino")
        torch.set_num_threads(1)
        predictor.predict(volume)
    finally:
        torch.set_num_threads(before)
    compiled = next(iter(predictor.compiled._compiled.values()))[0]
    assert compiled.get_property("INFERENCE_NUM_THREADS") == 1
    assert compiled.get_property("ENABLE_CPU_PINNING") is False


def test_openvino_does_not_report_over_the_internet(repository):
    code = (
        "import sys; from DGMSegmentationLib.inference.openvino_package import openvino_package; openvino_package();"
        "print(sorted(m for m in sys.modules if m.startswith('openvino_telemetry') and sys.modules[m]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=repository)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("error", [RuntimeError, TypeError, Exception])
def test_openvino_that_fails_hands_over_to_torch(volume, monkeypatch, caplog, error):
    """Its frontend raises classes of its own that are no RuntimeError, as OpConversionFailure."""

    def broken(self, network, inputs):
        raise error("no kernel")

    monkeypatch.setattr(OpenvinoNetworks, "_compile", broken)
    caplog.set_level("INFO", logger="DGMSegmentationLib")
    expected = Predictor(small_model(), "cpu", backend="torch", tile=(16, 16, 12)).predict(volume)
    predictor = Predictor(small_model(), "cpu", backend="openvino", tile=(16, 16, 12))
    for _ in range(2):
        np.testing.assert_allclose(predictor.predict(volume), expected, atol=1e-6)
    assert predictor.compiled is None
    assert [r.getMessage() for r in caplog.records] == ["OpenVINO failed (no kernel); going on with torch."]


def test_openvino_that_cannot_be_opened_leaves_torch(volume, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "openvino", None)  # as an installation whose import fails
    caplog.set_level("INFO", logger="DGMSegmentationLib")
    for module in (inference, placement):
        monkeypatch.setattr(module, "installed", lambda: True)
    predictor = Predictor(small_model(), "cpu", backend="openvino")
    assert predictor.predict(volume).shape == (11, *volume.shape[1:])
    assert predictor.compiled is None and len(caplog.records) == 1


def test_the_region_alone_decides_whether_compiling_pays(volume, monkeypatch):
    predictor = Predictor(small_model(), "cpu", backend="auto")
    large, small = volume, (slice(0, 10), slice(0, 10), slice(0, 8))
    limit = (predictor.work(volume.shape[1:]) + predictor.work((10, 10, 8))) / 2e9
    monkeypatch.setattr(inference, "WORTHWHILE_GMAC", limit)
    for _ in range(2):
        predictor.predict(volume, box=small)
        assert predictor.compiled is None
        predictor.predict(large)
        assert predictor.compiled is not None
    assert len(predictor.compiled._compiled) == 1, "kept for the next large run"


def test_the_record_names_the_backend():
    image, _ = phantom((90, 110, 50), (2.0, 2.0, 3.0), seed=14)
    found = {}
    for backend in ("torch", "openvino"):
        predictor = Predictor(load_model(PHANTOM_MODEL), "cpu", backend=backend)
        found[backend] = segment(image, predictor=predictor, units="ppm", log=lambda text: None)
        assert found[backend].provenance["options"]["backend"] == backend
    np.testing.assert_array_equal(found["torch"].labels.data, found["openvino"].labels.data)
    assert len(np.unique(found["torch"].labels.data)) == 11


def test_cancel_stops_between_tiles(volume):
    seen = []
    with pytest.raises(Cancelled):
        Predictor(small_model(), "cpu", tile=(15, 17, 16), backend="openvino").predict(
            volume, progress=lambda done, total: seen.append(done), cancel=lambda: len(seen) == 2
        )
    assert seen == [1, 2]
