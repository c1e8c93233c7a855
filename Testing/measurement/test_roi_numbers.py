"""What a row counts and averages at the edges: of the grid, of the values, of the two sides."""

import numpy as np
import pytest
from rows import blocks

from DGMSegmentationLib.image import Grid, Image
from DGMSegmentationLib.measurement.reference import Reference, measurable
from DGMSegmentationLib.measurement.roi import asymmetry_percent, measure


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, 1), (-1, -1, 1), (-1, -1, -1)])
def test_a_volume_is_positive_on_left_handed_grids_too(signs):
    labels, image = blocks()
    affine = np.diag([*signs, 1]) @ labels.affine
    assert Grid(labels.shape, affine).voxel_volume_mm3 == pytest.approx(4.5)
    rows = measure(labels.replace(affine=affine), image.replace(affine=affine))
    assert {round(row.volume_mm3, 6) for row in rows} == {64 * 4.5}


@pytest.mark.parametrize(
    "start, size", [((0, 0, 0), (3, 3, 3)), ((0, 5, 0), (1, 2, 1)), ((17, 17, 17), (3, 3, 3))]
)
def test_a_structure_at_the_first_and_at_the_last_voxel(start, size):
    data = np.zeros((20, 20, 20), np.uint8)
    box = tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))
    data[box] = 1
    values = np.random.default_rng(0).normal(50, 10, data.shape).astype(np.float32)
    row = measure(Image(data, np.eye(4)), Image(values, np.eye(4)))[0]
    inside = values[box].astype(float)
    assert row.n_voxels == inside.size
    assert (row.mean_ppb, row.min, row.max) == pytest.approx((inside.mean(), inside.min(), inside.max()))
    assert row.sd_ppb == pytest.approx(inside.std(ddof=1))
    found = (row.p05, row.p25, row.median_ppb, row.p75, row.p95)
    assert found == pytest.approx(np.percentile(inside, [5, 25, 50, 75, 95]))
    eroded = measure(Image(data, np.eye(4)), Image(values, np.eye(4)), erode_voxels=1)[0]
    assert eroded.n_voxels == (1 if size == (3, 3, 3) else 0)


@pytest.mark.parametrize("steps, side", [(0, 7), (1, 5), (2, 3), (3, 1), (4, 0)])
def test_layers_are_peeled_off_by_faces(steps, side):
    data = np.zeros((11, 11, 11), np.uint8)
    data[2:9, 2:9, 2:9] = 3
    image = Image(np.ones(data.shape, np.float32), np.eye(4))
    row = measure(Image(data, np.eye(4)), image, erode_voxels=steps)[2]
    assert row.n_voxels == side**3 and ("eroded" in row.flag_list) is (steps > 0)


def test_one_voxel_has_a_mean_and_no_spread_and_none_has_nothing():
    data = np.zeros((4, 4, 4), np.uint8)
    data[1, 1, 1] = 1
    values = np.full(data.shape, 7.0, np.float32)
    rows = measure(Image(data, np.eye(4)), Image(values, np.eye(4)))
    assert rows[0].mean_ppb == 7 and np.isnan(rows[0].sd_ppb) and rows[0].flags == ""
    assert rows[1].n_voxels == 0 and rows[1].volume_mm3 == 0 and np.isnan(rows[1].mean_ppb)
    assert rows[1].flags == "empty"


def test_what_counts_as_a_value():
    values = np.array([np.nan, np.inf, -np.inf, -10_000.0, -10_000.5, -9_999.5, 0.0, -3.0, 1e6])
    assert measurable(values).tolist() == [False, False, False, False, False, True, True, True, True]
    data = np.ones((9, 1, 1), np.uint8)
    row = measure(Image(data, np.eye(4)), Image(values.reshape(9, 1, 1), np.eye(4)))[0]
    assert (row.n_voxels, row.n_excluded, row.volume_mm3) == (9, 5, 9.0)
    assert row.mean_ppb == pytest.approx(np.mean([-9_999.5, 0, -3, 1e6]))


@pytest.mark.parametrize(
    "left, right, percent",
    [
        (0.9, 0.5, 100 * 0.4 / 0.7), (0.01, 0.02, -200 / 3), (-0.9, -0.5, -100 * 0.4 / 0.7), (50.0, 50.0, 0.0),
        (1.0, -1.0, None), (0.0, 0.0, None), (np.nan, 1.0, None), (np.inf, 1.0, None), (3.0, -1.0, 400.0),
    ],
)  # fmt: skip
def test_asymmetry_also_near_zero(left, right, percent):
    found = asymmetry_percent(left, right)
    assert np.isnan(found) if percent is None else found == pytest.approx(percent)


def test_a_reference_mask_on_another_grid_goes_by_nearest_voxels():
    """Each voxel of the image whose centre lies in a voxel of the mask, and no other."""
    values = np.arange(1, 1 + 10 * 6 * 4, dtype=np.float32).reshape(10, 6, 4)
    image = Image(values, np.eye(4))
    affine = np.eye(4)
    affine[:3, 3] = 0.4, 0.3, -0.2
    mask = np.zeros((10, 6, 4), np.uint8)
    mask[3:6, 2:4, 1:3] = 1
    moved = Reference.region("m", image, Image(mask, affine))
    assert moved.value_ppb == pytest.approx(values[3:6, 2:4, 1:3].mean())
    coarse = np.zeros((5, 3, 2), np.uint8)
    coarse[1, 1, 1] = 1
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = 0.5
    found = Reference.region("m", image, Image(coarse, affine))
    assert found.value_ppb == pytest.approx(values[2:4, 2:4, 2:4].mean())
    rows = measure(Image(np.full(values.shape, 1, np.uint8), np.eye(4)), image, reference=found)
    assert rows[0].mean_referenced_ppb == pytest.approx(values.mean() - found.value_ppb)
