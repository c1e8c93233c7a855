"""The brain mask for every kind of background, and heads of impossible size."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_images import head
from scipy import ndimage

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.preprocessing.mask import brain_mask, check_head_size
from DGMSegmentationLib.simulation.phantom import phantom

CHI, LABELS, AFFINE = head()
BRAIN = CHI != 0
SPACING = (3.2, 3.2, 3.2)


@pytest.mark.parametrize("background", [0.0, np.nan, np.inf, -np.inf, -32768.0, -1e6, 0.25, -1.0])
def test_every_background(background):
    data = np.where(BRAIN, CHI, np.float32(background))
    np.testing.assert_array_equal(brain_mask(data), ndimage.binary_fill_holes(BRAIN))


def test_background_of_both_zero_and_sentinel():
    data = np.where(BRAIN, CHI, np.float32(-20000))
    data[:10] = 0
    np.testing.assert_array_equal(
        brain_mask(data), ndimage.binary_fill_holes(BRAIN & (np.arange(50) >= 10)[:, None, None])
    )


@given(number=st.integers(0, 40), seed=st.integers(0, 99))
def test_holes_are_filled_and_islands_dropped(number, seed):
    rng = np.random.default_rng(seed)
    core = ndimage.binary_erosion(BRAIN, iterations=2)
    inside = np.argwhere(core)
    holes = inside[rng.integers(0, len(inside), number)]
    data = CHI.copy()
    data[tuple(holes.T)] = rng.choice([0.0, np.nan], len(holes))
    data[0, 0, 0] = data[-1, -1, :2] = 0.1
    np.testing.assert_array_equal(brain_mask(data), ndimage.binary_fill_holes(BRAIN))


def test_a_diagonal_touch_is_no_connection():
    data = np.zeros((8, 8, 8))
    data[1:5, 1:5, 1:5] = 1.0
    data[5, 5, 5] = 1.0
    assert brain_mask(data).sum() == 64


def test_integer_map_with_zeros_inside():
    data = np.rint(CHI * 100)  # coarse steps: many voxels of the brain are exactly zero
    assert (data[BRAIN] == 0).sum() > 100
    assert brain_mask(data)[BRAIN].mean() > 0.99


@pytest.mark.parametrize("value", [0.0, np.nan, -32768.0, 3.0, np.inf])
def test_nothing_there(value):
    with pytest.raises(InputError, match="no brain"):
        brain_mask(np.full((8, 9, 10), value))


def test_unmasked_image_is_taken_whole_with_a_warning():
    data = np.random.default_rng(0).normal(0, 0.05, CHI.shape).astype(np.float32)
    mask = brain_mask(data)
    assert mask.all()
    (warning,) = check_head_size(mask, SPACING)
    assert "not masked" in str(warning)


def test_fast_enough_at_the_size_of_a_scan():
    image, _ = phantom((256, 256, 52), (0.9375, 0.9375, 3.0))
    best = np.inf
    for _ in range(3):
        start = time.process_time()
        brain_mask(image.data)
        best = min(best, time.process_time() - start)
    assert best < 0.6  # about 0.15 s on the developer's machine


# --- size of the head


def test_a_human_head_gives_no_warning():
    assert check_head_size(brain_mask(CHI), SPACING) == []


@pytest.mark.parametrize("shape", [(256, 256, 52)])
def test_lost_voxel_size(shape):
    """A header of 1 x 1 x 1 mm for 0.94 x 0.94 x 3 mm squeezes a whole brain to 48 mm."""
    image, _ = phantom(shape, (0.9375, 0.9375, 3.0))
    mask = brain_mask(image.data)
    assert check_head_size(mask, (0.9375, 0.9375, 3.0)) == []
    with pytest.raises(InputError, match=r"mm up-down with voxels of 1 x 1 x 1 mm.*voxel_size"):
        check_head_size(mask, (1.0, 1.0, 1.0))


def test_directions_come_from_the_axis_codes():
    mask = brain_mask(CHI)
    turned = mask.transpose(2, 0, 1)
    with pytest.raises(InputError, match="up-down"):
        check_head_size(turned, (1.2, 3.2, 3.2), "SRA")
    assert check_head_size(turned, SPACING, "IRA") == []


@pytest.mark.parametrize("slices", [10, 14, 20])
def test_a_slab_through_the_deep_gray_matter_is_fine(slices):
    data = CHI[:, :, 20 : 20 + slices]  # 32 to 64 mm, cut flat above and below
    assert check_head_size(brain_mask(data), SPACING) == []


@pytest.mark.parametrize("factor", [0.1, 0.5, 1.5, 10])
def test_impossible_sizes(factor):
    with pytest.raises(InputError, match="voxel_size"):
        check_head_size(brain_mask(CHI), tuple(factor * s for s in SPACING))


def test_unusual_size_is_a_warning():
    (warning,) = check_head_size(brain_mask(CHI), (3.2, 3.2, 4.2))
    assert "unusual" in str(warning)


def test_empty_mask():
    with pytest.raises(InputError, match="no brain"):
        check_head_size(np.zeros((4, 4, 4), bool), SPACING)


def test_real_volumes(qsm_files):
    for path in qsm_files[::4]:
        image = read_image(path)
        mask = brain_mask(image.data)
        assert (mask & (image.data != 0)).sum() > 0.999 * (image.data != 0).sum()
        assert check_head_size(mask, image.spacing, image.grid.axis_codes) == []
        with pytest.raises(
            InputError, match="up-down"
        ):  # as in the source of these data, which lost the size
            check_head_size(mask, (1, 1, 1), image.grid.axis_codes)
