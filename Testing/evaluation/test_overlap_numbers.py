"""Scores of overlap and surface on shapes that can be counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from DGMSegmentationLib.evaluation.overlap import evaluate_case, summarise
from DGMSegmentationLib.evaluation.surface import SurfaceDistances, surface_distances, surface_voxels
from DGMSegmentationLib.image import Image


def masks(seed):
    rng = np.random.default_rng(seed)
    one, two = np.zeros((2, 9, 8, 7), bool)
    one[2:6, 2:6, 2:5] = rng.random((4, 4, 3)) < 0.9
    two[3:7, 2:7, 2:6] = rng.random((4, 5, 4)) < 0.9
    return one, two


@given(seed=st.integers(0, 999), tolerance=st.sampled_from([0.9, 1.0, 1.5, 2.3]))
def test_distances_by_a_loop(seed, tolerance):
    one, two = masks(seed)
    spacing = (0.9, 1.0, 2.3)
    found = surface_distances(one, two, spacing)
    places = [np.argwhere(surface_voxels(m)) * spacing for m in (one, two)]
    expected = []
    for here, there in (places, places[::-1]):
        expected.append(np.array([np.sqrt(((there - p) ** 2).sum(axis=1)).min() for p in here]))
    np.testing.assert_allclose(np.sort(found.first_to_second), np.sort(expected[0]))
    np.testing.assert_allclose(np.sort(found.second_to_first), np.sort(expected[1]))
    both = np.concatenate(expected)
    assert found.dice(tolerance) == pytest.approx((both <= tolerance + 1e-6).mean())
    assert found.dice() == found.dice(1.0)
    assert found.hausdorff() == pytest.approx(max(np.percentile(e, 95) for e in expected))
    assert found.hausdorff(100) == pytest.approx(both.max())


def test_surfaces_when_one_or_both_are_empty():
    full = np.ones((3, 3, 3), bool)
    none = surface_distances(full, ~full, (1, 1, 1))
    assert none.dice() == 0 and np.isnan(none.hausdorff())
    assert (
        np.isinf(none.first_to_second).all()
        and none.first_to_second.size == 26
        and none.second_to_first.size == 0
    )
    nothing = surface_distances(~full, ~full, (1, 1, 1))
    assert np.isnan(nothing.dice()) and np.isnan(nothing.hausdorff())
    one = SurfaceDistances(np.array([0.0]), np.empty(0))
    assert one.dice() == 1 and np.isnan(one.hausdorff())
    assert np.isnan(SurfaceDistances(np.empty(0), np.array([0.0])).hausdorff())
    exactly = SurfaceDistances(np.array([1.0 + 0.9e-6]), np.array([1.0 + 2e-6]))
    assert exactly.dice() == 0.5


def scored(predicted, reference, values=None, spacing=(1.0, 2.0, 3.0)):
    affine = np.diag([*spacing, 1.0])
    image = None if values is None else Image(values, affine)
    return evaluate_case(Image(predicted, affine), Image(reference, affine), image, subject="c")


def test_scores_of_counted_blocks():
    predicted, reference = np.zeros((2, 8, 8, 8), np.uint8)
    reference[1:5, 1:5, 1:5] = 1  # 64 voxels
    predicted[2:6, 1:5, 1:5] = 1  # 64, of which 48 in both
    predicted[6, 6, 6] = 3  # the reference has none
    reference[7, 7, 7] = 4  # the prediction has none
    values = np.arange(512, dtype=np.float32).reshape(8, 8, 8)
    rows = {row.abbreviation: row for row in scored(predicted, reference, values)}
    rn = rows["RN_L"]
    assert (rn.n_predicted, rn.n_reference) == (64, 64)
    assert rn.dice == pytest.approx(96 / 128)
    assert (rn.volume_predicted_mm3, rn.volume_reference_mm3) == (384.0, 384.0)
    assert rn.mean_error_ppb == pytest.approx(values[predicted == 1].mean() - values[reference == 1].mean())
    assert rn.hd95_mm == pytest.approx(1.0)
    assert rows["SN_L"].dice == 0 and rows["SN_R"].dice == 0
    assert np.isnan(rows["SN_L"].hd95_mm) and np.isnan(rows["SN_R"].hd95_mm)
    assert rows["SN_L"].volume_predicted_mm3 == 6.0 and rows["SN_R"].volume_reference_mm3 == 6.0
    summary = {row["structure"]: row for row in summarise(list(rows.values()))}
    assert (
        summary["SN_R"]["n_empty"] == 1
        and summary["SN_L"]["n_empty"] == 0
        and summary["RN_L"]["n_empty"] == 0
    )
    assert summary["all"]["n_empty"] == 1
    assert summary["RN_L"]["dice_mean"] == pytest.approx(0.75) and np.isnan(summary["RN_L"]["dice_sd"])
