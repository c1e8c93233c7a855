"""The network grid, the coordinates and the way of labels onto it and back, against plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import (
    Grid,
    Image,
    apply_weights,
    axis_weights,
    grid_weights,
    resample_separable,
    resample_to,
)
from DGMSegmentationLib.preprocessing.grid import (
    MAX_GRID_VOXELS,
    Preprocessing,
    coordinate_channels,
    labels_to_grid,
    mask_box,
    mirrored_coordinates,
    network_grid,
    prepare,
    window_to_network,
)
from DGMSegmentationLib.segmentation.postprocess import labels_from_probabilities, largest_components


def test_the_defaults_that_model_files_rely_on():
    """A field that a file leaves out means this, for ever."""
    assert Preprocessing.from_dict({}).to_dict() == {
        "axes": "RAS", "spacing_mm": (1.0, 1.0, 3.0), "shape": (160, 220, 48), "crop_centre": "mask-box",
        "windows": ((-200.0, 200.0),), "levels": 256, "subtract": 127.0, "divide": 128.0, "antialias": True,
        "coordinates": False, "coordinate_window_mm": 50.0, "back": "linear",
    }  # fmt: skip
    assert MAX_GRID_VOXELS == 2**28


@pytest.mark.parametrize(
    "good, bad",
    [
        ({"spacing_mm": [0.05, 50.0, 1]}, {"spacing_mm": [0.049, 1, 1]}),
        ({"spacing_mm": [1, 1, 50.0]}, {"spacing_mm": [1, 1, 50.1]}),
        ({"shape": [1, 1, 4096]}, {"shape": [1, 1, 4097]}),
        ({"shape": [1024, 1024, 256]}, {"shape": [1024, 1024, 257]}),
        ({"shape": [1, 1, 1]}, {"shape": [0, 1, 1]}),
        ({"windows": [[-1e9, 1e9]]}, {"windows": [[-1.001e9, 0]]}),
        ({"windows": [[0, 1e9]]}, {"windows": [[0, 1.001e9]]}),
        ({"windows": [[0, 1e-6]]}, {"windows": [[0, 0.9e-6]]}),
        ({"windows": [[0, 1]] * 16}, {"windows": [[0, 1]] * 17}),
        ({"levels": 2}, {"levels": 1}),
        ({"levels": 65536}, {"levels": 65537}),
        ({"subtract": -1e6}, {"subtract": -1.001e6}),
        ({"subtract": 1e6}, {"subtract": 1.001e6}),
        ({"divide": 1e-6}, {"divide": 0.9e-6}),
        ({"divide": 1e6}, {"divide": 1.001e6}),
        ({"coordinate_window_mm": 0.1}, {"coordinate_window_mm": 0.09}),
        ({"coordinate_window_mm": 1e4}, {"coordinate_window_mm": 1.001e4}),
        ({"axes": "LAI"}, {"axes": "LRI"}),
        ({"axes": "SPL"}, {"axes": "RA"}),
    ],
)
def test_bounds_of_the_settings(good, bad):
    Preprocessing.from_dict(good)
    with pytest.raises(InputError):
        Preprocessing.from_dict(bad)


def test_grey_levels():
    """256 levels from -200 to 200 ppb, then (v - 127) / 128; beyond the window its ends."""
    pre = Preprocessing()
    ppb = np.array([-500.0, -200, -199.4, 0, 0.5, 199.9, 200, 500])
    grey = np.rint(np.clip((ppb + 200) * 255 / 400, 0, 255))
    np.testing.assert_allclose(window_to_network(ppb, pre), (grey - 127) / 128, rtol=1e-6)
    four = Preprocessing(levels=4, subtract=0.0, divide=1.0, windows=((0.0, 3.0), (10.0, 20.0)))
    np.testing.assert_allclose(window_to_network([0.4, 0.6, 1.4, 1.6, 2.6], four), [0, 85, 85, 170, 255])
    np.testing.assert_allclose(window_to_network([10, 15.1, 20], four, 1), [0, 170, 255])
    free = Preprocessing(levels=None, subtract=0.0, divide=255.0)
    np.testing.assert_allclose(window_to_network([-100.0, 50], free), [0.25, 0.625])
    assert free.background() == pytest.approx(0.5) and pre.background() == pytest.approx((128 - 127) / 128)


@pytest.mark.parametrize(
    "centre, spacing, origin",
    [
        ("volume", 1.0, 2.0),  # (11 - 1) / 2 - (7 - 1) / 2
        ("mask-box", 1.0, 1.0),  # (2 + 6) / 2 - 3
        ("mask-centroid", 1.0, 0.0),  # 2.8 - 3 = -0.2, to the nearest voxel
        ("mask-box", 2.0, -2.0),
        ("mask-box", 1.0009, 1.0),  # within a thousandth: on the image's own voxels
        ("mask-box", 1.0011, 4 - 3 * 1.0011),
        ("mask-box", 0.9989, 4 - 3 * 0.9989),
    ],
)
def test_where_the_grid_begins(centre, spacing, origin):
    mask = np.zeros((11, 11, 11), bool)
    mask[2:4, 2:4, 2:4] = True
    mask[6, 6, 6] = mask[2, 2, 2]
    mask[2:4, 2:4, 2:4] = True
    middle = np.argwhere(mask).mean(axis=0)
    pre = Preprocessing(spacing_mm=(spacing,) * 3, shape=(7, 7, 7), crop_centre=centre)
    grid = network_grid(Grid(mask.shape, np.eye(4)), mask, pre)
    if centre == "mask-centroid":
        origin = np.floor(middle[0] - 3 + 0.5)
    np.testing.assert_allclose(grid.affine[:3, 3], origin, atol=1e-9)
    exact = 1.0 if abs(spacing - 1) < 1e-3 else spacing
    np.testing.assert_allclose(np.diag(grid.affine)[:3], exact)


@pytest.mark.parametrize("noise", [0.0, 3e-7, -3e-7])
def test_half_a_voxel_rounds_up_whatever_noise_the_affine_has(noise):
    """A centre on half a voxel must not fall one way on one computer and another way on the next."""
    mask = np.zeros((12, 12, 12), bool)
    mask[3:9, 3:9, 3:9] = True  # its middle is 5.5
    native = Grid(mask.shape, np.diag([1 + noise, 1, 1, 1]))
    pre = Preprocessing(spacing_mm=(1.0,) * 3, shape=(7, 7, 7))
    np.testing.assert_allclose(network_grid(native, mask, pre).affine[:3, 3], 3.0, atol=1e-5)


def test_the_grid_of_the_masks_box():
    mask = np.zeros((20, 20, 20), bool)
    mask[5:15, 5:15, 5:15] = True
    grid = network_grid(
        Grid(mask.shape, np.eye(4)), mask, Preprocessing(spacing_mm=(1.0, 3.0, 2.5), shape=None)
    )
    assert grid.shape == (12, 6, 6)  # 10 / 1, 10 / 3, 10 / 2.5 rounded up, and one voxel to each side
    low, high = mask_box(mask)
    assert (low.tolist(), high.tolist()) == ([5] * 3, [14] * 3)
    with pytest.raises(InputError):
        mask_box(np.zeros((3, 3, 3), bool))


@given(seed=st.integers(0, 999), axes=st.sampled_from(["RAS", "LAI", "ASL", "SPR"]))
def test_coordinates_of_the_mirrored_head(seed, axes):
    """Mirroring the channels gives the channels of the mirrored mask."""
    rng = np.random.default_rng(seed)
    mask = rng.random((9, 8, 7)) < 0.5
    grid = Grid(mask.shape, np.diag([20.0, 15.0, 30.0, 1.0]))
    pre = Preprocessing(axes=axes, coordinates=True, subtract=100.0, divide=50.0)
    mirrored = coordinate_channels(np.flip(mask, pre.lateral_axis), grid, pre)
    found = mirrored_coordinates(coordinate_channels(mask, grid, pre), pre)
    np.testing.assert_allclose(found, mirrored, atol=1e-5)


def test_coordinates_in_mm():
    mask = np.zeros((5, 5, 5), bool)
    mask[1:4, 1:4, 1:4] = True  # its middle is voxel 2
    pre = Preprocessing(coordinates=True, subtract=0.0, divide=1.0)
    channels = coordinate_channels(mask, Grid(mask.shape, np.diag([10.0, 20.0, 40.0, 1.0])), pre)
    np.testing.assert_allclose(channels[0][:, 0, 0], (np.array([-20, -10, 0, 10, 20]) + 50) * 2.55, rtol=1e-6)
    np.testing.assert_allclose(channels[2][0, 0, :], (np.array([-50, -40, 0, 40, 50]) + 50) * 2.55, rtol=1e-6)


def nearest_by_a_loop(labels, source, target):
    """The label of the source voxel in which each target voxel's centre lies; 0 outside."""
    found = np.zeros(target.shape, labels.dtype)
    to_source = np.linalg.inv(source.affine) @ target.affine
    for index in np.ndindex(target.shape):
        place = np.floor((to_source @ [*index, 1])[:3] + 0.5).astype(int)
        if all(0 <= p < n for p, n in zip(place, source.shape, strict=True)):
            found[index] = labels[tuple(place)]
    return found


@given(
    seed=st.integers(0, 999),
    scale=st.sampled_from([0.7, 1.0, 1.3, 2.1]),
    shift=st.lists(st.sampled_from([-3.417, -1.233, 0.319, 2.741, 5.127]), min_size=3, max_size=3),
)
def test_labels_by_nearest_also_where_the_grid_reaches_beyond_them(seed, scale, shift):
    rng = np.random.default_rng(seed)
    data = rng.integers(0, 4, (6, 7, 5)).astype(np.uint8)
    source = Grid(data.shape, np.diag([1.0, 1.5, 2.0, 1.0]))
    affine = np.diag([scale, 1.5 * scale, 2.0 * scale, 1.0])
    affine[:3, 3] = shift
    target = Grid((8, 6, 9), affine)
    expected = nearest_by_a_loop(data, source, target)
    found = labels_to_grid(Image(data, source.affine), target, Preprocessing(axes="RAS"), "nearest")
    np.testing.assert_array_equal(found, expected)
    moved = resample_to(data, source, target, order=0)
    np.testing.assert_array_equal(moved, expected)
    one_hot = (np.arange(4)[:, None, None, None] == data).astype(np.float32)
    back = labels_from_probabilities(one_hot, (0, 1, 2, 3), source, target, "nearest")
    np.testing.assert_array_equal(back, expected)


def linear_by_a_loop(probabilities, classes, source, target):
    """Interpolated probabilities, outside of which all is background; the largest wins, background where it is as large."""
    found = np.zeros(target.shape, np.uint8)
    to_source = np.linalg.inv(source.affine) @ target.affine
    for index in np.ndindex(target.shape):
        place = (to_source @ [*index, 1])[:3]
        low = np.floor(place).astype(int)
        sums = np.zeros(len(classes))
        for corner in np.ndindex(2, 2, 2):
            at = low + corner
            weight = np.prod(1 - np.abs(at - place))
            if all(0 <= a < n for a, n in zip(at, source.shape, strict=True)):
                sums += weight * probabilities[(slice(None), *at)]
        sums[0] = 1 - sums[1:].sum()
        best = 1 + int(sums[1:].argmax())
        found[index] = classes[best] if sums[best] > sums[0] + 1e-6 else 0
        if abs(sums[best] - sums[0]) < 1e-5 or (np.sort(sums)[-1] - np.sort(sums)[-2]) < 1e-5:
            found[index] = 255  # a tie: either is right
    return found


@given(
    seed=st.integers(0, 999), scale=st.sampled_from([0.6, 1.0, 1.7]), shift=st.sampled_from([-1.3, 0.2, 2.6])
)
def test_labels_from_probabilities_on_finer_and_coarser_grids(seed, scale, shift):
    """Nothing is averaged on the way back, however coarse the native grid is: the kernel stays as wide as a voxel."""
    rng = np.random.default_rng(seed)
    raw = rng.random((4, 6, 5, 7)) ** 4
    raw[0, :2] += 5
    probabilities = (raw / raw.sum(axis=0)).astype(np.float32)
    source = Grid((6, 5, 7), np.diag([2.0, 2.0, 3.0, 1.0]))
    affine = np.diag([2 * scale, 2 * scale, 3 * scale, 1.0])
    affine[:3, 3] = shift
    target = Grid((5, 8, 6), affine)
    expected = linear_by_a_loop(probabilities, (0, 3, 1, 7), source, target)
    found = labels_from_probabilities(probabilities, (0, 3, 1, 7), source, target)
    sure = expected != 255
    assert sure.mean() > 0.9
    np.testing.assert_array_equal(found[sure], expected[sure])


def test_antialiasing_is_on_unless_switched_off():
    """Every second voxel is 1: a coarse grid sees the half of it, not one or the other."""
    stripes = np.zeros((40, 4, 4))
    stripes[::2] = 1
    source = Grid((40, 4, 4), np.eye(4))
    affine = np.diag([4.0, 1.0, 1.0, 1.0])
    target = Grid((10, 4, 4), affine)
    np.testing.assert_allclose(resample_separable(stripes, source, target)[1:-1], 0.5)
    np.testing.assert_allclose(resample_separable(stripes, source, target, antialias=False), 1)
    assert Preprocessing().antialias
    image = Image(stripes, np.eye(4))
    pre = Preprocessing(
        spacing_mm=(4.0, 1.0, 1.0),
        shape=(8, 4, 4),
        levels=None,
        windows=((0.0, 1.0),),
        subtract=0.0,
        divide=255.0,
    )
    inner = prepare([image], np.ones(stripes.shape, bool), pre).inputs[0][2:-2]
    np.testing.assert_allclose(inner, 0.5, atol=1e-5)


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.5, 3.0])
@pytest.mark.parametrize("antialias", [True, False])
def test_weights_by_their_definition(scale, antialias):
    """A triangle as wide as the larger of both voxels, over its whole sum, what falls outside included."""
    width = max(1.0, scale) if antialias else 1.0
    found = axis_weights(9, 1.0, 7, scale, 0.3, antialias)
    for row in range(7):
        place = 0.3 + scale * row
        kernel = {n: max(0.0, 1 - abs(n - place) / width) for n in range(-20, 60)}
        expected = [kernel[n] / sum(kernel.values()) for n in range(9)]
        np.testing.assert_allclose(found[row], expected, atol=1e-6)


def test_weights_of_rotated_grids_are_refused():
    turned = np.eye(4)
    turned[0, 1] = 0.02
    with pytest.raises(ValueError, match="resample_to"):
        grid_weights(Grid((5, 5, 5), np.eye(4)), Grid((5, 5, 5), turned), True)
    turned[0, 1] = 0.009
    assert len(grid_weights(Grid((5, 5, 5), np.eye(4)), Grid((5, 5, 5), turned), True)) == 3


def test_weights_act_on_the_last_three_axes():
    rng = np.random.default_rng(0)
    data = rng.random((2, 4, 5, 6)).astype(np.float32)
    weights = [rng.random((3, 4)), rng.random((7, 5)), rng.random((2, 6))]
    found = apply_weights(data, [w.astype(np.float32) for w in weights])
    np.testing.assert_allclose(found, np.einsum("ai,bj,ck,nijk->nabc", *weights, data), rtol=1e-4)


@pytest.mark.parametrize("connectivity, kept", [(6, 8), (18, 9), (26, 10)])
def test_what_holds_together(connectivity, kept):
    """A cube, a voxel at its edge, one at its corner, and one far away."""
    labels = np.zeros((8, 8, 8), np.uint8)
    labels[1:3, 1:3, 1:3] = 2
    labels[3, 3, 2] = labels[3, 0, 0] = labels[6, 6, 6] = 2
    found, removed = largest_components(labels, connectivity)
    assert np.count_nonzero(found == 2) == kept and removed == {2: 11 - kept}
    assert np.count_nonzero(labels) == 11, "the input stays as it is"
    whole = np.where(found > 0, found, 0)
    assert largest_components(whole, connectivity)[1] == {}
    with pytest.raises(InputError):
        largest_components(labels, 7)


def test_the_first_of_two_equal_pieces_is_kept_and_other_labels_are_left_alone():
    labels = np.zeros((9, 5, 5), np.uint8)
    labels[1:3, 1, 1], labels[5:7, 1, 1], labels[4, 3, 3] = 1, 1, 3
    found, removed = largest_components(labels)
    assert removed == {1: 2} and found[1, 1, 1] == 1 and found[5, 1, 1] == 0 and found[4, 3, 3] == 3


def test_what_the_network_gets_inside_and_outside_the_mask():
    """Outside the mask and without a value: 0 ppb. The second channel has its own window, and must lie on the same grid."""
    rng = np.random.default_rng(3)
    data = rng.uniform(-150, 150, (8, 7, 6)).astype(np.float32)
    other = rng.uniform(0, 50, data.shape).astype(np.float32)
    mask = np.zeros(data.shape, bool)
    mask[1:7, 2:6, 1:5] = True
    mask[3, 3, 3] = False
    data[4, 4, 2], data[5, 5, 4] = np.nan, np.inf
    affine = np.diag([-2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = 7, -3, 2
    pre = Preprocessing(
        axes="LAS",
        spacing_mm=(2.0, 2.0, 2.0),
        shape=(8, 8, 8),
        levels=None,
        windows=((-200.0, 200.0), (0.0, 50.0)),
    )
    images = [Image(data, affine), Image(other, affine)]
    prepared = prepare(images, mask, pre)
    origin = np.rint(np.linalg.solve(affine, prepared.grid.affine)[:3, 3]).astype(int)
    for channel, values in enumerate((data, other)):
        shown = np.where(mask & np.isfinite(values), values, 0)
        expected = np.zeros((8, 8, 8), np.float32)
        for index in np.ndindex(8, 8, 8):
            place = origin + index
            if all(0 <= p < n for p, n in zip(place, data.shape, strict=True)):
                expected[index] = shown[tuple(place)]
        np.testing.assert_allclose(
            prepared.inputs[channel], window_to_network(expected, pre, channel), atol=1e-5
        )
    middle = np.array([3.5, 3.5, 2.5]) - origin  # of the mask's box, 1 to 6, 2 to 5, 1 to 4
    np.testing.assert_allclose(prepared.mask_centre, middle, atol=1e-9)
    assert prepared.coordinates is None and prepared.mask.sum() == mask.sum()
    moved = affine.copy()
    moved[0, 3] += 1
    with pytest.raises(InputError):
        prepare([images[0], Image(other, moved)], mask, pre)
    with pytest.raises(InputError):
        prepare(images[:1], mask, pre)


@given(st.integers(0, 10_000), st.booleans())
def test_what_is_looked_at_is_prepared_as_in_the_whole(seed, antialias):
    """In the box that is looked at, inputs and mask are those of the whole; grid and middle are the same."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(8, 20, 3).tolist())
    mask = rng.random(shape) < 0.7
    mask[4, 4, 4] = True
    image = Image(rng.uniform(-150, 150, shape).astype(np.float32), np.diag([*rng.uniform(0.7, 2.5, 3), 1.0]))
    pre = Preprocessing(
        spacing_mm=(1.1, 1.0, 1.7), shape=(22, 17, 14), windows=((-200.0, 200.0),), antialias=antialias
    )
    whole = prepare([image], mask, pre)
    asked = []

    def looked_at(grid, centre):
        asked.append(np.allclose(centre, whole.mask_centre) and grid.same_as(whole.grid))
        low = [int(rng.integers(0, n)) for n in grid.shape]
        return tuple(slice(a, int(rng.integers(a + 1, n + 1))) for a, n in zip(low, grid.shape, strict=True))

    state = rng.bit_generator.state
    part = prepare([image], mask, pre, looked_at)
    rng.bit_generator.state = state
    box = looked_at(whole.grid, whole.mask_centre)
    assert all(asked)
    np.testing.assert_allclose(part.inputs[0][box], whole.inputs[0][box], atol=1e-5)
    assert np.array_equal(part.mask[box], whole.mask[box])


def test_coordinates_of_a_grid_with_three_different_edges():
    mask = np.zeros((3, 4, 5), bool)
    mask[1, 1:3, 1:4] = True
    pre = Preprocessing(coordinates=True, subtract=0.0, divide=1.0)
    channels = coordinate_channels(mask, Grid(mask.shape, np.eye(4)), pre)
    for axis, middle in enumerate((1.0, 1.5, 2.0)):
        along = np.moveaxis(channels[axis], axis, 0)
        expected = (np.arange(mask.shape[axis]) - middle + 50) * 2.55
        np.testing.assert_allclose(along, np.broadcast_to(expected[:, None, None], along.shape), rtol=1e-6)


def shares_by_a_loop(data, source, target, antialias):
    """The label with the largest share of each target voxel, 0 while all labels together have less than half."""
    wide = [
        max(1.0, t / s) if antialias else 1.0 for s, t in zip(source.spacing, target.spacing, strict=True)
    ]
    to_source = np.linalg.inv(source.affine) @ target.affine
    found = np.zeros(target.shape, np.uint8)
    for index in np.ndindex(target.shape):
        place = (to_source @ [*index, 1])[:3]
        kernels = []
        for axis, n in enumerate(source.shape):
            near = np.arange(-10, n + 10)
            kernel = np.clip(1 - np.abs(near - place[axis]) / wide[axis], 0, None)
            kernels.append((kernel / kernel.sum() if kernel.sum() else kernel)[10 : 10 + n])
        weights = np.einsum("i,j,k->ijk", *kernels)
        shares = np.array([weights[data == label].sum() for label in (1, 2, 3)])
        total = shares.sum()
        top = np.sort(shares)[-2:]
        if abs(shares.max() - (1 - total)) < 1e-4 or (top[1] - top[0] < 1e-4 and top[1] > 0):
            found[index] = 255
        elif shares.max() > 1 - total:
            found[index] = 1 + shares.argmax()
    return found


@given(seed=st.integers(0, 999), scale=st.sampled_from([0.7, 1.0, 1.9]), antialias=st.booleans())
def test_labels_by_their_shares(seed, scale, antialias):
    rng = np.random.default_rng(seed)
    data = np.zeros((7, 6, 8), np.uint8)
    data[0:4, 1:5, 1:7] = 1
    data[3:6, 2:6, 2:5] = 2
    data[rng.random(data.shape) < 0.1] = 3
    source = Grid(data.shape, np.diag([1.0, 1.5, 2.0, 1.0]))
    affine = np.diag([scale, 1.5 * scale, 2.0 * scale, 1.0])
    affine[:3, 3] = -0.613, 0.417, 0.331
    target = Grid((6, 5, 6), affine)
    expected = shares_by_a_loop(data, source, target, antialias)
    found = labels_to_grid(Image(data, source.affine), target, Preprocessing(antialias=antialias))
    sure = expected != 255
    assert sure.mean() > 0.6
    np.testing.assert_array_equal(found[sure], expected[sure])


def test_labels_that_lie_beyond_the_grid_are_none_of_it():
    data = np.zeros((5, 5, 5), np.uint8)
    data[0, 0, 0] = 3
    far = np.eye(4)
    far[:3, 3] = 20
    for method in ("linear", "nearest"):
        found = labels_to_grid(Image(data, np.eye(4)), Grid((3, 3, 3), far), Preprocessing(), method)
        assert found.shape == (3, 3, 3) and not found.any()
        empty = labels_to_grid(
            Image(0 * data, np.eye(4)), Grid((3, 3, 3), np.eye(4)), Preprocessing(), method
        )
        assert not empty.any()


def test_the_edges_of_turned_voxels():
    """Edges belong to the array's axes, whatever way these run."""
    turn = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([0.5, 2.0, 3.0])
    grid = Grid((4, 5, 6), affine)
    assert grid.spacing == pytest.approx((0.5, 2.0, 3.0)) and grid.voxel_volume_mm3 == pytest.approx(3.0)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_grids_are_the_same_when_their_last_voxels_are(axis):
    """A thousandth of a millimetre, at the farthest corner."""
    for stretch, same in ((0.99e-3, True), (1.01e-3, False)):
        affine = np.eye(4)
        affine[axis, axis] += stretch / 9
        assert Grid((10, 10, 10), np.eye(4)).same_as(Grid((10, 10, 10), affine)) is same
    assert not Grid((10, 10, 10), np.eye(4)).same_as(Grid((10, 10, 9), np.eye(4)))
