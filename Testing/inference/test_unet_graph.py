"""The U-Net without torch: the same weights by name, the same arithmetic, the same labels."""

import subprocess
import sys

import numpy as np
import pytest
from models_for_tests import PHANTOM_MODEL, unet_model

from DGMSegmentationLib.errors import Cancelled
from DGMSegmentationLib.inference.blas import blas_has_one_thread
from DGMSegmentationLib.inference.case_predictor import may_have_accelerator, open_predictor
from DGMSegmentationLib.inference.devices import threads_asked_for
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.inference.unet_arrays import UNetOfArrays
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.models.network_options import UNetOptions
from DGMSegmentationLib.models.unet_shape import UNetShape
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.sample import bundled_sample

NETWORKS = [
    {},
    {"norm": "batch", "stem": (2, 2, 1), "convolutions": (1, 3, 2, 4), "deep_supervision": 2},
    {"norm": "none", "in_channels": 2, "widths": (8, 12), "pooling": ((1, 2, 3),)},
    {"norm": "group", "decoder_convolutions": 2, "kernels": ((3, 3, 1), (3, 3, 3), (1, 3, 3), (5, 3, 3))},
    {"residual": True, "coordinates": 3, "stem": (1, 2, 2)},
]


def built(options):
    import torch

    from DGMSegmentationLib.models.networks import build_network

    torch.manual_seed(0)
    network = build_network("unet", **options).eval()
    for value in network.buffers():  # running statistics as after a training
        if value.is_floating_point():
            value.uniform_(0.5, 1.5)
    return network, UNetShape.of(UNetOptions(**options))


@pytest.mark.parametrize("options", NETWORKS)
def test_options_tell_what_torch_builds(options):
    from DGMSegmentationLib.models.networks.flops import count_macs

    network, shape = built(options)
    state = network.state_dict()
    assert shape.weights() == {k: (tuple(v.shape), v.is_floating_point()) for k, v in state.items()}
    assert (shape.context, shape.multiple) == (network.context, network.multiple)
    tile = tuple(4 * m for m in shape.multiple)
    assert shape.multiply_adds(tile) == count_macs(network, tile)


ENGINES = ["openvino", "numpy"]


@pytest.fixture
def engine(request, monkeypatch):
    """One of two installations: with OpenVINO, or without."""
    if request.param == "openvino":
        pytest.importorskip("openvino")
    else:
        for module in ("case_predictor", "graph_predictor"):
            monkeypatch.setattr(f"DGMSegmentationLib.inference.{module}.installed", lambda: False)
    return request.param


def computed(engine, shape, arrays, images):
    """Probabilities of images (C, x, y, z) without torch."""
    if engine == "numpy":
        return UNetOfArrays(shape, arrays, images.shape[1:], 2)(images)
    from DGMSegmentationLib.inference.openvino_package import openvino_package, settings
    from DGMSegmentationLib.inference.unet_graph import unet_graph

    graph = unet_graph(shape, arrays, images.shape[1:])
    return openvino_package().Core().compile_model(graph, "CPU", settings(1))([images[None]])[0][0]


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
@pytest.mark.parametrize("options", NETWORKS[:4])
def test_without_torch_it_computes_what_torch_computes(options, engine):
    import torch

    from DGMSegmentationLib.inference.unet_graph import has_graph

    network, shape = built(options)
    assert has_graph(shape.options)
    arrays = {name: value.numpy() for name, value in network.state_dict().items()}
    tile = tuple(2 * m for m in shape.multiple)
    images = np.random.default_rng(0).normal(size=(shape.options.in_channels, *tile)).astype(np.float32)
    with torch.inference_mode():
        wanted = torch.softmax(network(torch.from_numpy(images[None])), dim=1)[0].numpy()
    np.testing.assert_allclose(computed(engine, shape, arrays, images), wanted, atol=2e-5)


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
@pytest.mark.parametrize("model", ["default", str(PHANTOM_MODEL)])
def test_labels_are_those_of_torch(model, engine):
    from DGMSegmentationLib.inference.graph_predictor import GraphPredictor

    loaded = load_model(model)
    ours = open_predictor(loaded, "cpu")
    if loaded.header.network != "unet":
        assert isinstance(ours, Predictor)
        return
    assert isinstance(ours, GraphPredictor)
    torch_only = Predictor(loaded, "cpu", backend="torch")
    image = bundled_sample().image
    without, with_torch = (segment(image, predictor=p, log=lambda remark: None) for p in (ours, torch_only))
    assert without.provenance["options"]["backend"] == engine
    assert with_torch.provenance["options"]["backend"] == "torch"
    differ = np.count_nonzero(without.labels.data != with_torch.labels.data)
    assert differ <= 1e-4 * np.count_nonzero(with_torch.labels.data)
    for size in ((96, 112, 56), (50, 60, 30)):
        assert ours.work(size) == torch_only.work(size)
        assert ours.in_one_piece(size) == torch_only.in_one_piece(size)


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_regions_at_the_border_and_whole_small_volumes(engine):
    loaded = load_model()
    ours, other = open_predictor(loaded, "cpu"), Predictor(loaded, "cpu", backend="torch")
    inputs = np.random.default_rng(1).normal(size=(1, 44, 52, 30)).astype(np.float32)
    for box in (None, (slice(0, 25), slice(20, 52), slice(3, 30))):
        np.testing.assert_allclose(
            ours.predict(inputs, None, box), other.predict(inputs, None, box), atol=1e-4
        )
    assert ours.engine == engine


@pytest.mark.parametrize("without_torch", [True, False])
def test_threads_that_share_a_predictor_get_their_own_results(without_torch):
    pytest.importorskip("openvino")
    from concurrent.futures import ThreadPoolExecutor

    if without_torch:
        shared = open_predictor(load_model(), "cpu")
    else:
        shared = Predictor(unet_model(), "cpu", backend="openvino")
    volumes = np.random.default_rng(0).normal(size=(2, 1, 32, 32, 16)).astype(np.float32)
    wanted = [shared.predict(volume) for volume in volumes]
    order = [0, 1] * 12
    with ThreadPoolExecutor(2) as pool:
        for n, found in zip(order, pool.map(lambda n: shared.predict(volumes[n]), order), strict=True):
            np.testing.assert_allclose(found, wanted[n], atol=1e-4)
    assert shared.engine == "openvino"


def test_a_broken_openvino_leaves_the_work_to_numpy(monkeypatch):
    pytest.importorskip("openvino")
    from DGMSegmentationLib.inference import graph_predictor

    def broken(*_args):
        raise RuntimeError("no such operation")

    monkeypatch.setattr(graph_predictor, "unet_graph", broken)
    ours = open_predictor(load_model(), "cpu")
    inputs = np.random.default_rng(1).normal(size=(1, 32, 32, 16)).astype(np.float32)
    assert np.isfinite(ours.predict(inputs)).all() and ours.engine == "numpy"


def test_the_region_of_a_head_is_compiled_before_it_is_asked_for():
    pytest.importorskip("openvino")
    from DGMSegmentationLib.inference.graph_predictor import usual_region

    model = load_model()
    ours = open_predictor(model, "cpu")
    size = usual_region(model)
    assert size is not None
    outer, thread = ours._making
    thread.join()
    made = ours._networks[outer]
    found = ours.predict(np.zeros((1, *size), np.float32))
    assert ours._networks == {outer: made} and found.shape[1:] == size


@pytest.mark.parametrize("openvino", ["", "sys.modules['openvino'] = None; "])
def test_a_run_without_torch(tmp_path, openvino):
    script = (
        f"import sys; {openvino}from DGMSegmentationLib.cli import main; main(['segment', sys.argv[1], '-o', sys.argv[2], "
        "'--device', 'cpu']); print('loaded:', [name for name in ('torch', 'openvino_telemetry') if sys.modules.get(name)])"
    )
    words = [sys.executable, "-c", script, str(bundled_sample().image), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded: []"


def test_a_run_in_numpy_ends_between_layers_and_blas_is_asked_for_threads():
    _, shape = built({})
    arrays = {name: np.zeros(form, np.float32) for name, (form, _) in shape.weights().items()}
    asked = iter([None, None, Cancelled()])

    def stop():
        if error := next(asked):
            raise error

    with pytest.raises(Cancelled):
        UNetOfArrays(shape, arrays, shape.multiple, 1)(np.zeros((1, *shape.multiple), np.float32), stop)
    assert blas_has_one_thread({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "4"})
    assert blas_has_one_thread({"OMP_NUM_THREADS": "1"})
    assert not blas_has_one_thread({}) and not blas_has_one_thread({"OPENBLAS_NUM_THREADS": "2"})


@pytest.mark.parametrize(("name", "there"), [("nvidiactl", True), ("kfd", True), ("null", False)])
def test_graphics_cards_are_seen_without_torch(tmp_path, monkeypatch, name, there):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    (tmp_path / name).touch()
    assert may_have_accelerator(tmp_path) is there


def test_threads_as_torch_reads_them():
    assert threads_asked_for({}) is None and threads_asked_for({"OMP_NUM_THREADS": ""}) is None
    assert (
        threads_asked_for({"OMP_NUM_THREADS": "3,2"}) == 3
        and threads_asked_for({"MKL_NUM_THREADS": "2"}) == 2
    )
    assert threads_asked_for({"OMP_NUM_THREADS": "many"}) == 1
