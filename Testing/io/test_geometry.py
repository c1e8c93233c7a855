"""Orientation, resampling, crop and way back: results lie where the image lies."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models_for_tests import PHANTOM_MODEL
from nibabel import orientations

from DGMSegmentationLib.image import (
    Grid,
    Image,
    axis_weights,
    reorient,
    resample_separable,
    resample_to,
    restore_orientation,
)
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.preprocessing.grid import Preprocessing, labels_to_grid, prepare
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.postprocess import labels_from_probabilities
from DGMSegmentationLib.simulation.phantom import phantom

CODES = [
    "".join(code[side] for code, side in zip(order, sides, strict=True))
    for order in permutations(["LR", "PA", "IS"])
    for sides in product((0, 1), repeat=3)
]
codes = st.sampled_from(CODES)


def oblique(degrees: float, shear: float = 0.0) -> np.ndarray:
    """A rotation about the left-right axis with a little shear, as a 4x4 matrix."""
    angle = np.deg2rad(degrees)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    turn[0, 1] = shear
    return turn


def world(image: Image) -> np.ndarray:
    """RAS position of every voxel, in the order of the array."""
    return np.argwhere(np.ones(image.shape)) @ image.affine[:3, :3].T + image.affine[:3, 3]


def test_there_are_48_orientations():
    assert len(set(CODES)) == 48


@pytest.fixture(scope="module")
def head() -> tuple[Image, Image]:
    return phantom((56, 64, 20), (3.0, 3.0, 7.5), seed=3)


class Remembering(Predictor):
    """Runs the network once for each input: what 48 orientations have in common is that they give it the same."""

    def __init__(self) -> None:
        super().__init__(load_model(PHANTOM_MODEL), "cpu")
        self.known = {}

    def predict(self, inputs, coordinates=None, box=None, progress=None, cancel=None):
        key = (inputs.shape, inputs.tobytes(), str(box))
        if key not in self.known:
            self.known[key] = super().predict(inputs, coordinates, box, progress, cancel)
        return self.known[key]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Remembering()


def test_all_48_orientations_give_the_same_labels_in_the_same_places(head, predictor):
    """On an oblique, slightly sheared grid, with a network that has learnt to tell left from right."""
    image = head[0].replace(affine=oblique(12.0, 0.03) @ head[0].affine)
    base = segment(image, predictor=predictor, units="ppm", log=lambda text: None)
    assert len(np.unique(base.labels.data)) > 3, "the test needs a busy label map"
    for code in CODES:
        turned = reorient(image, code)
        result = segment(turned, predictor=predictor, units="ppm", log=lambda text: None)
        assert result.labels.shape == turned.shape
        np.testing.assert_array_equal(result.labels.affine, turned.affine)
        restored = reorient(result.labels, image.grid.axis_codes)
        np.testing.assert_array_equal(restored.data, base.labels.data, err_msg=code)
        np.testing.assert_allclose(restored.affine, image.affine, atol=1e-9)
    assert len(predictor.known) < 48 / 2, "the network saw other inputs"


@given(code=codes, tilt=st.floats(-30, 30))
@settings(max_examples=60, deadline=None)
def test_reorient_keeps_values_and_world_positions(code, tilt):
    rng = np.random.default_rng(1)
    affine = oblique(tilt, 0.02) @ np.diag([0.9, 1.1, 3.0, 1.0])
    image = Image(rng.normal(size=(4, 5, 6)), affine)
    turned = reorient(image, code)
    first, second = (
        {tuple(np.round(p, 4) + 0.0): v for p, v in zip(world(one), one.data.ravel(), strict=True)}
        for one in (image, turned)
    )
    assert first == second
    np.testing.assert_array_equal(restore_orientation(turned.data, image.grid, code), image.data)


@given(n=st.integers(2, 40), m=st.integers(1, 40), scale=st.floats(0.2, 5), offset=st.floats(-3, 3))
@settings(max_examples=80, deadline=None)
def test_interpolation_weights_are_shares(n, m, scale, offset):
    weights = axis_weights(n, 1.0, m, scale, offset, antialias=True)
    assert (weights >= 0).all()
    assert (weights.sum(axis=1) <= 1 + 1e-5).all()
    positions = offset + scale * np.arange(m)
    reach = max(1.0, scale)
    inner = (positions >= reach) & (positions <= n - 1 - reach)
    np.testing.assert_allclose(weights.sum(axis=1)[inner], 1.0, atol=1e-5)


def test_downsampling_averages_instead_of_picking():
    stripes = np.zeros((40, 4, 4))
    stripes[::2] = 1.0
    source = Grid((40, 4, 4), np.eye(4))
    target = Grid((10, 4, 4), np.diag([4.0, 1, 1, 1]) + np.array([[0, 0, 0, 1.5], [0] * 4, [0] * 4, [0] * 4]))
    result = resample_separable(stripes, source, target)
    np.testing.assert_allclose(result[1:-1], 0.5, atol=1e-6)


def test_upsampling_is_exact_on_a_linear_ramp():
    i, j, k = np.meshgrid(np.arange(10), np.arange(9), np.arange(8), indexing="ij")
    ramp = 2.0 * i - j + 0.5 * k
    source = Grid(ramp.shape, np.diag([2.0, 2, 2, 1]))
    target = Grid((17, 15, 13), np.diag([1.0, 1, 1, 1]) + np.eye(4, k=3) * 1.0)
    result = resample_separable(ramp, source, target)
    x, y, z = np.meshgrid(*[np.arange(n) for n in target.shape], indexing="ij")
    np.testing.assert_allclose(result, 2.0 * (x + 1) / 2 - y / 2 + 0.5 * z / 2, atol=1e-5)


def test_separable_and_general_resampling_agree():
    image, _ = phantom((40, 48, 20), (4.0, 4.0, 7.5), seed=1)
    target = Grid((70, 80, 36), image.affine @ np.diag([0.55, 0.6, 0.5, 1.0]))
    one = resample_separable(image.data, image.grid, target, antialias=False)
    two = resample_to(image.data, image.grid, target)
    inner = (slice(1, -3), slice(1, -3), slice(1, -3))
    np.testing.assert_allclose(one[inner], two[inner], atol=1e-5)


def test_an_axis_that_fits_is_not_interpolated(head):
    image, _ = phantom((80, 90, 24), (2.0, 2.0, 6.0), seed=5)
    mask = image.data != 0
    pre = Preprocessing(spacing_mm=(2.0, 2.0, 6.0), shape=(64, 80, 20), levels=None, windows=((-1, 1),))
    prepared = prepare([image], mask, pre)
    values = prepared.inputs[0] * pre.divide + pre.subtract
    values = values / 127.5 - 1.0
    start = np.linalg.solve(image.affine, prepared.grid.affine[:, 3])[:3]
    np.testing.assert_allclose(start, np.round(start), atol=1e-6)
    i, j, k = np.round(start).astype(int)
    np.testing.assert_allclose(
        values, np.where(mask, image.data, 0)[i : i + 64, j : j + 80, k : k + 20], atol=1e-4
    )


@pytest.mark.parametrize("spacing", [(0.5, 0.5, 2.0), (1.0, 1.0, 1.0), (0.8, 0.8, 3.0)])
def test_labels_survive_the_round_trip_through_the_network_grid(spacing):
    """A perfect network must not lose its labels on the way back: the figures of the nearest round trip are .82-.90."""
    shape = tuple(int(n / s) for n, s in zip((150, 190, 150), spacing, strict=True))
    image, labels = phantom(shape, spacing, seed=2)
    pre = Preprocessing(axes="LAI", spacing_mm=(1.0, 1.0, 1.0) if spacing[2] == 1 else (1.0, 1.0, 3.0))
    prepared = prepare([image.replace(data=image.data * 1000)], image.data != 0, pre)
    on_grid = labels_to_grid(labels, prepared.grid, pre)
    perfect = (np.arange(11)[:, None, None, None] == on_grid).astype(np.float32)
    native = labels_from_probabilities(perfect, range(11), prepared.grid, prepared.native)
    native = restore_orientation(native, labels.grid, pre.axes)
    for label in range(1, 11):
        ours, truth = native == label, labels.data == label
        dice = 2 * (ours & truth).sum() / (ours.sum() + truth.sum())
        assert dice > 0.80, (label, dice)


@given(code=codes)
@settings(max_examples=10, deadline=None)
def test_the_network_sees_the_same_head_whatever_the_file_order(code):
    image, _ = phantom((40, 48, 20), (4.0, 4.0, 7.5), seed=1)
    image = image.replace(data=image.data * 1000)
    pre = Preprocessing(axes="LAI", spacing_mm=(4.0, 4.0, 8.0), shape=(36, 46, 18), coordinates=True)
    base = prepare([image], image.data != 0, pre)
    turned = reorient(image, code)
    same = prepare([turned], turned.data != 0, pre)
    np.testing.assert_array_equal(base.inputs, same.inputs)
    np.testing.assert_array_equal(base.coordinates, same.coordinates)
    assert base.grid.axis_codes == "LAI" and base.grid.same_as(same.grid)


def test_axis_codes_mean_where_the_axes_run():
    image = Image(np.zeros((3, 4, 5)), np.diag([-1.0, 1, -1, 1]))
    assert image.grid.axis_codes == "LAI"
    assert orientations.aff2axcodes(image.affine) == ("L", "A", "I")
