"""The two published networks: sizes, parameter counts, dense evaluation equal to patch-wise evaluation."""

import itertools

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.models.networks import NETWORKS, build_network, count_parameters
from DGMSegmentationLib.models.networks.flops import count_macs, macs_per_output
from DGMSegmentationLib.models.networks.layers import VoxelPReLU

TINY = {"widths": (3, 4, 5), "head_widths": (8, 6)}


def randomise(network, seed=0):
    """Random weights, slopes and running statistics, so that no layer is the identity by accident."""
    generator = torch.Generator().manual_seed(seed)
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv3d):
            layer.bias.data.uniform_(-0.2, 0.2, generator=generator)
        elif isinstance(layer, torch.nn.PReLU | VoxelPReLU):
            layer.weight.data.uniform_(-0.3, 0.6, generator=generator)
        elif isinstance(layer, torch.nn.BatchNorm3d):
            layer.weight.data.uniform_(0.5, 1.5, generator=generator)
            layer.bias.data.uniform_(-0.3, 0.3, generator=generator)
            layer.running_mean.uniform_(-0.3, 0.3, generator=generator)
            layer.running_var.uniform_(0.5, 1.5, generator=generator)
    return network.eval()


def run(network, x, coordinates=None):
    with torch.inference_mode():
        return network(x, coordinates if network.uses_coordinates else None)


@pytest.mark.parametrize(
    ("name", "voxel_slopes", "count"),
    [
        ("dolz", False, 782_247),
        ("dolz", True, 2_300_209),
        ("anisotropic", False, 916_947),
        ("anisotropic", True, 1_252_609),
    ],
)
def test_parameter_counts_are_the_originals(name, voxel_slopes, count):
    assert count_parameters(build_network(name, voxel_slopes=voxel_slopes)) == count


def test_slopes_make_the_difference():
    slopes = [m for m in build_network("dolz", voxel_slopes=True).modules() if isinstance(m, VoxelPReLU)]
    assert sum(m.weight.numel() for m in slopes) == 1_519_173
    slopes = [
        m for m in build_network("anisotropic", voxel_slopes=True).modules() if isinstance(m, VoxelPReLU)
    ]
    assert sum(m.weight.numel() for m in slopes) == 336_573
    assert count_parameters(build_network("anisotropic"), trainable_only=True) == 915_147


@pytest.mark.parametrize(
    ("name", "patch", "halo"), [("dolz", (27, 27, 21), (9, 9, 9)), ("anisotropic", (27, 27, 9), (9, 9, 3))]
)
@pytest.mark.parametrize("voxel_slopes", [False, True])
def test_patch_sizes(name, patch, halo, voxel_slopes):
    network = build_network(name, voxel_slopes=voxel_slopes).eval()
    assert (network.patch_input, network.patch_output, network.halo) == (patch, (9, 9, 3), halo)
    assert network.context == halo
    assert network.multiple == (1, 1, 1)
    assert network.dense is not voxel_slopes
    out = run(network, torch.zeros(2, 1, *patch), torch.zeros(2, 3, 9, 9, 3))
    assert out.shape == (2, 11, 9, 9, 3)


def test_initialisation_is_keras():
    network = build_network("anisotropic")
    first = network.stages[0][0]
    bound = (6 / (147 * 1 + 147 * 25)) ** 0.5  # Glorot uniform: sqrt(6 / (fan in + fan out))
    assert 0.9 * bound < first.conv.weight.abs().max() <= bound
    assert not first.conv.bias.any()
    assert not first.act.weight.any()
    assert first.norm.eps == 1e-3
    assert first.norm.momentum == 0.01
    assert torch.all(build_network("dolz", slope=0.25).stages[0][0].act.weight == 0.25)
    assert network.head[0].drop.p == 0.2
    assert network.head[-1].drop is None
    assert network.head[-1].norm is None


def test_logits_have_a_prelu():
    network = build_network("dolz", **TINY).eval()  # slopes 0: a PReLU on the logits leaves no negative one
    out = run(network, torch.randn(1, 1, 27, 27, 21))
    assert out.min() == 0
    assert out.max() > 0


@pytest.mark.parametrize("name", ["dolz", "anisotropic"])
@pytest.mark.parametrize("channels_last", [False, True])
def test_dense_equals_patch_wise(name, channels_last):
    """Every core of a tile, predicted patch by patch, equals the tile predicted at once, to 1e-5."""
    network = randomise(build_network(name))
    h = network.halo
    core = (18, 9, 6)
    x = torch.randn(1, 1, *(c + 2 * k for c, k in zip(core, h, strict=True)))
    coordinates = torch.rand(1, 3, *core) * 2 - 1
    patch_wise = torch.empty(1, 11, *core)
    px, py, pz = network.patch_input
    for i, j, k in itertools.product(range(0, 18, 9), range(0, 9, 9), range(0, 6, 3)):
        patch = x[:, :, i : i + px, j : j + py, k : k + pz]
        patch_wise[:, :, i : i + 9, j : j + 9, k : k + 3] = run(
            network, patch, coordinates[:, :, i : i + 9, j : j + 9, k : k + 3]
        )
    assert patch_wise.std() > 0.01
    if channels_last:
        network = network.to(memory_format=torch.channels_last_3d)
        x = x.to(memory_format=torch.channels_last_3d)
    assert (run(network, x, coordinates) - patch_wise).abs().max() < 1e-5


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(["dolz", "anisotropic"]),
    offset=st.tuples(*[st.integers(0, 5)] * 3),
    size=st.tuples(*[st.integers(1, 6)] * 3),
    seed=st.integers(0, 1000),
)
def test_any_tile_at_any_offset(name, offset, size, seed):
    """A tile cut anywhere out of a volume gives the values of the whole volume there."""
    network = randomise(build_network(name, **TINY), seed)
    h = network.halo
    core = tuple(o + s for o, s in zip(offset, size, strict=True))
    x = torch.randn(1, 1, *(c + 2 * k for c, k in zip(core, h, strict=True)))
    coordinates = torch.randn(1, 3, *core)
    whole = run(network, x, coordinates)
    cut = (slice(None), slice(None), *(slice(o, None) for o in offset))
    assert (run(network, x[cut], coordinates[cut]) - whole[cut]).abs().max() < 1e-5


@pytest.mark.parametrize("name", ["dolz", "anisotropic"])
def test_lean_evaluation_equals_training_graph(name, monkeypatch):
    """Without gradients the head runs slab by slab on gathered taps; with gradients not. Same values."""
    monkeypatch.setitem(VoxelPReLU.forward.__globals__, "HEAD_VOXELS", 100)
    network = randomise(build_network(name, **TINY))
    x = torch.randn(2, 1, *(n + 4 for n in network.patch_input))
    coordinates = torch.randn(2, 3, 13, 13, 7)
    args = (x, coordinates if network.uses_coordinates else None)
    with torch.no_grad():
        lean = network(*args)
    graph = network(*args)
    assert graph.requires_grad
    assert not lean.requires_grad
    assert (graph - lean).abs().max() < 1e-5


def test_coordinates_join_unconvolved():
    """A change of the coordinates at one voxel changes the logits at that voxel only."""
    network = randomise(build_network("anisotropic", **TINY))
    x, coordinates = torch.randn(1, 1, 27, 27, 9), torch.zeros(1, 3, 9, 9, 3)
    before = run(network, x, coordinates)
    coordinates[0, :, 4, 5, 1] = 1.0
    changed = (run(network, x, coordinates) - before).abs().amax(dim=1)[0] > 0
    assert changed[4, 5, 1]
    assert changed.sum() == 1


@pytest.mark.parametrize("name", ["dolz", "anisotropic"])
def test_receptive_field_is_the_halo(name):
    network = randomise(build_network(name, **TINY))
    x = torch.randn(1, 1, *(2 * h + 1 for h in network.halo)).requires_grad_()
    network(x, torch.zeros(1, 3, 1, 1, 1)).sum().backward()
    touched = x.grad[0, 0].abs() > 0
    for axis in range(3):
        others = [a for a in range(3) if a != axis]
        assert touched.any(dim=others[1]).any(dim=others[0]).all(), (
            "the field reaches the tile's edge on every axis"
        )


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_options_rebuild_the_network(name):
    network = build_network(name, in_channels=2, n_classes=4)
    again = build_network(name, **network.options())
    assert again.options() == network.options()
    again.load_state_dict(network.state_dict())


@pytest.mark.parametrize("name", ["dolz", "anisotropic"])
def test_training_reaches_every_parameter(name):
    network = build_network(name, slope=0.25, voxel_slopes=True, **TINY).train()
    out = network(torch.randn(4, 1, *network.patch_input), torch.randn(4, 3, *network.patch_output))
    torch.nn.functional.cross_entropy(out, torch.randint(0, 11, (4, *network.patch_output))).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    assert all(p.grad.any() for n, p in network.named_parameters() if "act" not in n)


def test_bad_tiles_and_options():
    network = build_network("dolz", voxel_slopes=True, **TINY)
    with pytest.raises(ValueError, match="tie this network"):
        network(torch.zeros(1, 1, 30, 27, 21))
    with pytest.raises(ValueError, match="smaller than"):
        build_network("dolz", **TINY)(torch.zeros(1, 1, 18, 27, 21))
    with pytest.raises(ValueError, match="coordinates"):
        build_network("anisotropic", **TINY)(torch.zeros(1, 1, 27, 27, 9))
    with pytest.raises(InputError, match="no network 'resnet'"):
        build_network("resnet")
    with pytest.raises(InputError, match="cannot be built"):
        build_network("dolz", pooling=3)


def test_multiply_adds_by_hand():
    network = build_network("dolz", **TINY, n_classes=2)
    # one 27x27x21 patch: nine valid 3x3x3 convolutions, then three pointwise layers on 9x9x3 voxels
    voxels = [(27 - 2 * i) ** 2 * (21 - 2 * i) for i in range(1, 10)]
    channels = [(1, 3), (3, 3), (3, 3), (3, 4), (4, 4), (4, 4), (4, 5), (5, 5), (5, 5)]
    expected = sum(27 * a * b * n for (a, b), n in zip(channels, voxels, strict=True))
    expected += 243 * (12 * 8 + 8 * 6 + 6 * 2)
    assert count_macs(network, (27, 27, 21)) == expected
    assert macs_per_output(network, (27, 27, 21)) == expected / 243
    # Larger tiles share the halo: the price of a voxel falls.
    assert macs_per_output(network, (60, 60, 30)) < expected / 243 / 2
