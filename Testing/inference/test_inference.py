"""Tiles, batches, devices, cancel, and running out of memory."""

import numpy as np
import pytest
import torch
from models_for_tests import small_model, unet_model

from DGMSegmentationLib.errors import Cancelled, DGMError, InputError, Remark
from DGMSegmentationLib.inference import devices, placement
from DGMSegmentationLib.inference import predictor as inference
from DGMSegmentationLib.inference.memory import is_out_of_memory
from DGMSegmentationLib.inference.placement import Placement, merge_members
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.inference.tiling import split_evenly, tiles
from DGMSegmentationLib.models.networks.flops import activation_values, count_macs


@pytest.fixture(scope="module")
def volume():
    rng = np.random.default_rng(0)
    return rng.normal(size=(1, 30, 34, 16)).astype(np.float32)


@pytest.mark.parametrize("network", ["dolz", "anisotropic"])
def test_dense_tiles_of_any_size_equal_the_patches_of_the_original(network, volume):
    model = small_model(network)
    where = np.random.default_rng(1).normal(size=(3, *volume.shape[1:])).astype(np.float32)
    where = where if network == "anisotropic" else None
    patches = Predictor(model, "cpu", patchwise=True).predict(volume, where)
    assert patches.shape == (11, 30, 34, 16), "the whole volume is predicted, borders too"
    np.testing.assert_allclose(patches.sum(axis=0), 1.0, atol=1e-5)
    for tile in ((48, 56, 24), (13, 7, 5), (30, 1, 16)):
        dense = Predictor(model, "cpu", tile=tile).predict(volume, where)
        np.testing.assert_allclose(dense, patches, atol=1e-5)


def test_a_box_gives_the_same_values_as_the_whole(volume):
    predictor = Predictor(small_model(), "cpu")
    box = (slice(3, 20), slice(0, 11), slice(9, 16))
    np.testing.assert_allclose(
        predictor.predict(volume, box=box), predictor.predict(volume)[(slice(None), *box)], atol=1e-6
    )


def test_tiles_cover_everything_once():
    count = np.zeros((11, 7, 5), int)
    for part in tiles(count.shape, (4, 7, 2)):
        count[part] += 1
    assert (count == 1).all()
    assert [s.stop - s.start for s in split_evenly(10, 4)] in ([3, 4, 3], [3, 3, 4], [4, 3, 3])


def test_a_network_that_normalises_over_its_tile_is_given_the_box_in_one_piece(volume):
    """As in training, and at a part of the work of tiles that each bring their whole surroundings."""
    predictor = Predictor(unet_model(), "cpu", backend="torch", log=(said := []).append)
    box = (slice(5, 25), slice(4, 32), slice(2, 14))
    found = predictor.predict(volume, box=box, progress=lambda done, total: said.append(total))
    with torch.inference_mode():
        piece = torch.from_numpy(np.ascontiguousarray(volume[(slice(None), *box)]))[None]
        expected = torch.softmax(predictor.networks[0](piece), dim=1)[0].numpy()
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert said == [1]
    one_piece = predictor.work((20, 28, 12))
    predictor.tile = (12, 12, 12)
    assert predictor.work((20, 28, 12)) > 2 * one_piece


def test_a_padding_network_with_fixed_normalisation_sees_what_surrounds_its_box(volume):
    predictor = Predictor(unet_model("batch"), "cpu", backend="torch")
    box = (slice(6, 24), slice(8, 26), slice(4, 12))
    boxed, whole = predictor.predict(volume, box=box), predictor.predict(volume)
    np.testing.assert_allclose(boxed, whole[(slice(None), *box)], atol=1e-5)


def test_large_regions_of_padding_networks_are_tiled(monkeypatch):
    predictor = Predictor(unet_model(), "cpu")
    assert predictor.tile_for((100, 100, 100)) == (100, 100, 100)
    assert predictor.tile_for((100, 100, 101)) == inference.DENSE_TILE["cpu"]


def test_the_work_of_a_run_is_that_of_the_network_inputs(volume):
    """One rule for the choice of the backend and for the benchmark: halos, padding and unfinished patches included."""
    network = (predictor := Predictor(small_model(), "cpu", tile=(15, 17, 16))).networks[0]
    assert predictor.work((30, 34, 16)) == 4 * count_macs(network, (15 + 18, 17 + 18, 16 + 18))
    patches = Predictor(small_model(), "cpu", patchwise=True)
    assert patches.work((10, 9, 4)) == 4 * count_macs(network, (27, 27, 21))


def test_progress_counts_every_tile(volume):
    seen = []
    Predictor(small_model(), "cpu", tile=(15, 17, 16)).predict(
        volume, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_cancel_stops_between_tiles(volume):
    seen = []
    with pytest.raises(Cancelled):
        Predictor(small_model(), "cpu", tile=(10, 10, 10)).predict(
            volume, progress=lambda done, total: seen.append(done), cancel=lambda: len(seen) == 2
        )
    assert seen == [1, 2]


def test_out_of_memory_takes_smaller_tiles_and_says_so(volume, monkeypatch):
    predictor = Predictor(small_model(), "cpu", log=(said := []).append)
    expected = predictor.predict(volume)
    true_forward = Predictor._forward

    def forward(self, x, where):
        if x[0, 0].size > 48 * 48 * 34:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return true_forward(self, x, where)

    monkeypatch.setattr(Predictor, "_forward", forward)
    np.testing.assert_allclose(predictor.predict(volume), expected, atol=1e-5)
    assert predictor.tile == (30, 17, 16), "the longest edge of what was computed is halved"
    assert said == [Remark("tiles_smaller", device="cpu", tile=[30, 17, 16])]


def test_labels_that_depend_on_the_tile_survive_a_lack_of_memory(volume, monkeypatch):
    """A network that normalises over its tile keeps it: a GPU hands over to the CPU, which says what it lacks."""
    predictor = Predictor(unet_model(), "cpu", backend="torch", log=(said := []).append)
    expected = predictor.predict(volume)
    predictor.device = torch.device("meta")
    only_the_cpu_has_memory(monkeypatch)
    np.testing.assert_array_equal(predictor.predict(volume), expected)
    assert said == [Remark("memory_of_device", device="meta")]
    monkeypatch.setattr(Predictor, "_forward", raising(RuntimeError("CUDNN_STATUS_ALLOC_FAILED")))
    predictor._asked = None
    with pytest.raises(DGMError, match="too little free memory"):
        predictor.predict(volume)


def test_the_next_case_begins_as_the_first_did(volume, monkeypatch):
    """Memory that was short for one case is no reason to go on with small tiles, or without the GPU, for all others."""
    predictor = Predictor(small_model(), "cpu", log=(said := []).append)
    expected, true_forward = predictor.predict(volume), Predictor._forward
    monkeypatch.setattr(Predictor, "_forward", raising(MemoryError(), times=2))
    np.testing.assert_allclose(predictor.predict(volume), expected, atol=1e-5)
    assert predictor.tile is not None and len(said) == 2
    monkeypatch.setattr(Predictor, "_forward", true_forward)
    np.testing.assert_array_equal(predictor.predict(volume), expected)
    assert predictor.tile is None and len(said) == 2


def raising(error, times=10**9):
    """A forward pass that fails so many times, then computes."""
    left, true_forward = [times], Predictor._forward

    def forward(self, x, where):
        left[0] -= 1
        if left[0] >= 0:
            raise error
        return true_forward(self, x, where)

    return forward


@pytest.mark.parametrize(
    "words, lacking",
    [
        ("CUDA out of memory. Tried to allocate 2 GiB", True),
        ("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", True),
        ("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)", True),
        ("GET was unable to find an engine to execute this computation", True),
        ("Invalid buffer size: 24.00 GB", True),
        ("CUDA error: an illegal memory access was encountered", False),
    ],
)
def test_what_libraries_say_when_memory_is_short(words, lacking):
    assert is_out_of_memory(RuntimeError(words)) is lacking


def test_memory_that_never_suffices_is_one_plain_sentence(volume, monkeypatch):
    def forward(self, x, where):
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory: you tried ..."
        )

    monkeypatch.setattr(Predictor, "_forward", forward)
    with pytest.raises(DGMError, match="too little free memory"):
        Predictor(small_model(), "cpu", log=lambda text: None).predict(volume)


def test_other_errors_are_not_swallowed(volume, monkeypatch):
    def forward(self, x, where):
        raise RuntimeError("a bug")

    monkeypatch.setattr(Predictor, "_forward", forward)
    with pytest.raises(RuntimeError, match="a bug"):
        Predictor(small_model(), "cpu").predict(volume)


def only_the_cpu_has_memory(monkeypatch):
    true_forward = Predictor._forward

    def forward(self, x, where):
        if self.device.type == "meta":
            raise torch.OutOfMemoryError("out of memory")
        return true_forward(self, x, where)

    monkeypatch.setattr(Predictor, "_forward", forward)


def test_a_gpu_that_runs_out_with_the_smallest_tile_hands_over_to_the_cpu(volume, monkeypatch):
    """A fake device: the meta device holds shapes only, so every real result must come from the CPU."""
    predictor = Predictor(small_model(), "cpu", log=(said := []).append)
    expected = predictor.predict(volume)
    predictor.device, predictor.tile = torch.device("meta"), (12, 12, 12)
    only_the_cpu_has_memory(monkeypatch)
    np.testing.assert_allclose(predictor.predict(volume), expected, atol=1e-5)
    assert predictor.device.type == "cpu" and "CPU" in str(said[-1])


def test_a_visible_gpu_that_cannot_compute_is_not_trusted(monkeypatch, caplog):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(
        devices, "probe", lambda device: "no kernel image is available for execution on the device"
    )
    assert devices.pick_device("auto").type == "cpu"
    assert "no kernel image" in caplog.text
    with pytest.raises(InputError, match="no kernel image"):
        devices.pick_device("cuda")


def test_a_device_that_computes_this_network_wrongly_is_not_trusted(volume, monkeypatch):
    """The small probe may pass where the network's own layers come out wrong, as on some releases for MPS."""
    monkeypatch.setattr(inference, "pick_device", lambda name: torch.device("meta"))
    monkeypatch.setattr(Placement, "_place", lambda self, network: network.eval())
    true_forward = Predictor._forward

    def forward(self, x, where):
        result = true_forward(self, x, where) if self.device.type == "cpu" else None
        return result if result is not None else torch.full((1, 11, 12, 12, 12), np.nan)

    monkeypatch.setattr(Predictor, "_forward", forward)
    monkeypatch.setattr(placement, "_CHECK_TILE", (12, 12, 12))
    predictor = Predictor(small_model(), "auto", log=(said := []).append)
    assert predictor.device.type == "cpu" and "wrong values" in str(said[0])
    assert np.isfinite(predictor.predict(volume)).all()
    with pytest.raises(InputError, match="wrong values"):
        Predictor(small_model(), "mps")


def test_a_device_that_cannot_run_the_network_is_not_trusted(monkeypatch):
    monkeypatch.setattr(inference, "pick_device", lambda name: torch.device("meta"))
    predictor = Predictor(small_model(), "auto", log=(said := []).append)
    assert predictor.device.type == "cpu" and "cannot be used" in str(said[0])
    assert all(p.device.type == "cpu" for n in predictor.networks for p in n.parameters())


def test_a_gpu_takes_tiles_as_large_as_its_free_memory_allows(monkeypatch):
    predictor = Predictor(small_model(), "cpu")
    predictor.device = torch.device("cuda")
    region, sizes = (160, 220, 48), []
    for free in (80e9, 0.2e9, 0.02e9, 0):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device, free=free: (int(free), int(80e9)))
        predictor._fitting.clear()
        tile = predictor.tile_for(region)
        needed = 2 * activation_values(predictor.networks[0], [n + 18 for n in tile])
        assert needed <= inference.CUDA_SHARE * free or max(tile) <= 12
        sizes.append(int(np.prod(tile)))
    assert sizes == sorted(sizes, reverse=True) and sizes[0] == np.prod(region) and sizes[1] < sizes[0]
    unet = Predictor(unet_model(), "cpu")
    unet.device = torch.device("cuda")
    assert unet.tile_for((200, 200, 100)) == inference.DENSE_TILE["cpu"], "the same tiles on every device"


def test_the_probe_is_a_real_operation():
    assert devices.probe(torch.device("cpu")) is None
    assert devices.probe(torch.device("meta")) is not None


def test_unknown_device():
    with pytest.raises(InputError, match="none of auto, cuda, mps, cpu"):
        devices.pick_device("tpu")


def test_binary_members_become_one_partition(volume):
    model = small_model(members=10)
    assert model.labels == tuple(range(11))
    probabilities = Predictor(model, "cpu").predict(volume)
    assert probabilities.shape[0] == 11
    np.testing.assert_allclose(probabilities.sum(axis=0), 1.0, atol=1e-5)


def test_a_binary_network_wins_with_more_than_half_and_the_largest_share():
    def pair(p):
        return torch.tensor([[1 - p, p]]).reshape(1, 2, 1, 1, 1)

    def winner(*shares):
        return int(merge_members([pair(p) for p in shares]).argmax(dim=1))

    assert winner(0.4, 0.45) == 0
    assert winner(0.6, 0.2) == 1
    assert winner(0.6, 0.7) == 2


def test_default_tiles_exist_for_every_device():
    assert set(inference.DENSE_TILE) == set(devices.DEVICES) - {"auto", "cuda"}, "CUDA's follows its memory"


def test_unknown_backend():
    with pytest.raises(InputError, match="none of auto, torch, openvino"):
        Predictor(small_model(), "cpu", backend="tensorrt")
