"""The U-Net: sizes, anisotropic pooling, deep supervision, receptive field, cost, and that it learns."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.models.networks import build_network, count_parameters
from DGMSegmentationLib.models.networks.blocks import depth_to_space, make_norm, space_to_depth
from DGMSegmentationLib.models.networks.flops import count_macs

ISOTROPIC = {"pooling": [(2, 2, 2)] * 3}
TINY = {"widths": (4, 6, 8), "pooling": [(2, 2, 1), (2, 2, 2)]}
VARIANTS = {
    "plain": {},
    "residual": {"residual": True, "convolutions": (1, 3, 3)},
    "stem": {"stem": (2, 2, 1)},
    "flat first kernel": {"kernels": [(3, 3, 1), (3, 3, 3), (3, 3, 3)]},
    "two decoder convolutions": {"decoder_convolutions": 2},
    "batch": {"norm": "batch"},
    "group": {"norm": "group"},
    "no norm": {"norm": "none"},
    "coordinates": {"coordinates": 3},
    "dropout": {"dropout": 0.5},
}


def tile_of(network, times=(2, 2, 2)):
    return [m * t for m, t in zip(network.multiple, times, strict=True)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_outputs_in_both_modes(variant):
    torch.manual_seed(0)
    network = build_network("unet", in_channels=2, n_classes=5, **{**TINY, **VARIANTS[variant]})
    tile = tile_of(network, (2, 3, 4))
    x = torch.randn(2, 2, *tile)
    coordinates = torch.randn(2, 3, *tile) if network.uses_coordinates else None
    assert network.halo == (0, 0, 0)
    assert network.dense
    outputs = network.train()(x, coordinates)
    assert len(outputs) == len(network.output_strides) == 3
    for output, stride in zip(outputs, network.output_strides, strict=True):
        assert output.shape == (2, 5, *(n // s for n, s in zip(tile, stride, strict=True)))
    sum(o.square().sum() for o in outputs).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    with torch.inference_mode():
        assert network.eval()(x, coordinates).shape == (2, 5, *tile)


@pytest.mark.parametrize("variant", VARIANTS)
def test_options_rebuild_the_network(variant):
    network = build_network("unet", n_classes=3, **{**TINY, **VARIANTS[variant]}).eval()
    again = build_network("unet", **network.options()).eval()
    again.load_state_dict(network.state_dict())
    x = torch.randn(1, 1, *tile_of(network))
    coordinates = torch.randn(1, 3, *x.shape[2:]) if network.uses_coordinates else None
    with torch.inference_mode():
        assert torch.equal(network(x, coordinates), again(x, coordinates))


def test_multiple_follows_the_pooling():
    assert build_network("unet").multiple == (8, 8, 4)
    assert build_network("unet", **ISOTROPIC).multiple == (8, 8, 8)
    assert build_network("unet", stem=(2, 2, 1)).multiple == (16, 16, 4)
    network = build_network("unet", **TINY)
    assert network.output_strides == [(1, 1, 1), (2, 2, 1), (4, 4, 2)]
    assert network.patch_input == network.patch_output == (16, 16, 8)
    assert build_network("unet", patch=(64, 64, 16), **TINY).patch_input == (64, 64, 16)
    with pytest.raises(ValueError, match="multiples of \\(4, 4, 2\\)"):
        network(torch.zeros(1, 1, 16, 15, 16))


@pytest.mark.parametrize("options", [{}, {"stem": (2, 2, 1)}, {"kernels": [(3, 3, 1), (3, 3, 3), (3, 3, 3)]}])
def test_context_bounds_the_receptive_field(options):
    """The gradient of one output voxel reaches no further than ``context``, and nearly as far."""
    torch.manual_seed(1)
    network = build_network("unet", norm="none", n_classes=2, **{**TINY, **options}).eval()
    tile = [2 * c + 2 * m - (2 * c) % m for c, m in zip(network.context, network.multiple, strict=True)]
    reach = [0, 0, 0]
    for shift in range(max(network.multiple)):  # the position within the coarsest voxel matters
        x = torch.randn(1, 1, *tile, requires_grad=True)
        centre = [n // 2 + shift % m for n, m in zip(tile, network.multiple, strict=True)]
        network(x)[0, 0, centre[0], centre[1], centre[2]].backward()
        touched = x.grad[0, 0].nonzero()
        for axis in range(3):
            reach[axis] = max(reach[axis], int((touched[:, axis] - centre[axis]).abs().max()))
    for found, bound, multiple in zip(reach, network.context, network.multiple, strict=True):
        assert bound - 2 * multiple <= found <= bound


def test_batch_norm_does_not_depend_on_the_tile_but_instance_norm_does():
    torch.manual_seed(2)
    x = torch.randn(1, 1, 96, 16, 16)
    x[:, :, 80:] += 5.0
    differences = {}
    for norm in ("batch", "instance"):
        network = build_network("unet", n_classes=2, widths=(4, 6), pooling=[(2, 2, 2)], norm=norm).eval()
        assert network.context[0] < 40
        with torch.inference_mode():
            differences[norm] = (network(x)[:, :, :16] - network(x[:, :, :64])[:, :, :16]).abs().max()
    assert differences["batch"] < 1e-5
    assert differences["instance"] > 1e-3


def test_instance_norm_is_instance_norm():
    x = torch.randn(2, 6, 5, 4, 3)
    assert (make_norm("instance", 6)(x) - torch.nn.InstanceNorm3d(6, affine=True)(x)).abs().max() < 1e-5
    assert make_norm("group", 24).num_groups == 3
    assert make_norm("group", 12).num_groups == 3


@settings(max_examples=20, deadline=None)
@given(factors=st.tuples(*[st.integers(1, 3)] * 3), blocks=st.tuples(*[st.integers(1, 3)] * 3))
def test_space_to_depth_is_undone(factors, blocks):
    x = torch.randn(2, 3, *(f * b for f, b in zip(factors, blocks, strict=True)))
    deep = space_to_depth(x, factors)
    assert deep.shape[2:] == blocks
    assert torch.equal(depth_to_space(deep, factors), x)
    assert set(deep[0, :, 0, 0, 0].tolist()) == set(
        x[0, :, : factors[0], : factors[1], : factors[2]].flatten().tolist()
    )


def test_default_is_light():
    """0.3 to 1.5 million parameters, and less than 60 GMAC on a box of 112 x 128 x 80 voxels at 1 mm."""
    network = build_network("unet", **ISOTROPIC)
    assert 0.3e6 < count_parameters(network) < 1.5e6
    assert count_macs(network, (112, 128, 80)) < 60e9


def test_coordinates_matter():
    network = build_network("unet", coordinates=3, **TINY).eval()
    x = torch.randn(1, 1, *tile_of(network))
    with torch.inference_mode():
        a, b = (network(x, torch.full((1, 3, *x.shape[2:]), v)) for v in (0.0, 1.0))
        assert (a - b).abs().max() > 0
    with pytest.raises(ValueError, match="coordinates"):
        network(x)


@pytest.mark.parametrize(
    "options",
    [
        {"pooling": [(2, 2, 2)]},
        {"pooling": [(2, 2, 0)] * 3},
        {"kernels": [(2, 3, 3)] * 4},
        {"convolutions": (1, 2)},
        {"deep_supervision": 0},
        {"norm": "layer"},
        {"halo": 3},
    ],
)
def test_options_that_make_no_network(options):
    with pytest.raises(InputError, match="cannot be built"):
        build_network("unet", **options)


def test_it_learns_small_bright_balls():
    """Two classes of equal balls, told apart by a dark slab beside one of them: Dice over .85 after 80 steps."""
    torch.manual_seed(3)
    grid = torch.stack(torch.meshgrid(*[torch.arange(16.0)] * 3, indexing="ij"))

    def case():
        labels = torch.zeros(16, 16, 16, dtype=torch.long)
        for label, x in ((1, 4.0), (2, 11.0)):
            centre = torch.tensor([x, 7.5, 7.5]) + torch.randn(3)
            labels[(grid - centre.reshape(3, 1, 1, 1)).square().sum(0) < 9] = label
        return (labels > 0).float() - (grid[0] < 2).float() + 0.3 * torch.randn(16, 16, 16), labels

    network = build_network(
        "unet", n_classes=3, widths=(8, 12, 16), pooling=[(2, 2, 2)] * 2, deep_supervision=2
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    network.train()
    for _ in range(80):
        images, labels = zip(*(case() for _ in range(4)), strict=True)
        full, half = network(torch.stack(images)[:, None])
        target = torch.stack(labels)
        loss = torch.nn.functional.cross_entropy(full, target)
        loss = loss + 0.5 * torch.nn.functional.cross_entropy(half, target[:, ::2, ::2, ::2])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    image, labels = case()
    with torch.inference_mode():
        found = network.eval()(image[None, None]).argmax(1)[0]
    for label in (1, 2):
        a, b = found == label, labels == label
        assert 2 * (a & b).sum() / (a.sum() + b.sum()) > 0.85
