"""Probabilities to labels, and components."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Grid
from DGMSegmentationLib.segmentation.postprocess import (
    labels_from_probabilities,
    largest_components,
    probabilities_to_native,
)

small = arrays(np.uint8, (5, 6, 4), elements=st.integers(0, 3))


def neighbours(voxel, connectivity):
    most = {6: 1, 18: 2, 26: 3}[connectivity]
    for step in np.ndindex(3, 3, 3):
        delta = np.array(step) - 1
        if 0 < np.abs(delta).sum() <= most:
            yield tuple(np.array(voxel) + delta)


def components(labels, label, connectivity):
    """Flood fill, written without scipy: the slow truth."""
    left, found = {tuple(v) for v in np.argwhere(labels == label)}, []
    while left:
        stack, part = [left.pop()], set()
        while stack:
            voxel = stack.pop()
            part.add(voxel)
            for other in neighbours(voxel, connectivity):
                if other in left:
                    left.remove(other)
                    stack.append(other)
        found.append(part)
    return found


@given(labels=small, connectivity=st.sampled_from([6, 18, 26]))
@settings(max_examples=60, deadline=None)
def test_exactly_one_largest_component_of_each_label_is_kept(labels, connectivity):
    kept, removed = largest_components(labels, connectivity)
    for label in (1, 2, 3):
        parts = components(labels, label, connectivity)
        rest = {tuple(v) for v in np.argwhere(kept == label)}
        if not parts:
            assert not rest
            continue
        assert rest in parts and len(rest) == max(len(p) for p in parts)
        assert removed.get(label, 0) == sum(len(p) for p in parts) - len(rest)
    assert (kept[kept > 0] == labels[kept > 0]).all()


def test_other_connectivities_are_refused():
    with pytest.raises(InputError):
        largest_components(np.zeros((3, 3, 3), np.uint8), 8)


def soft_case(seed=0):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(4, 10, 9, 8)).astype(np.float32) * 3
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=0)
    grid = Grid((10, 9, 8), np.diag([1.0, 1, 3, 1]))
    affine = np.diag([0.6, 0.6, 1.5, 1.0])
    affine[:3, 3] = (0.7, 0.7, 1.0)
    return probabilities, grid, Grid((12, 11, 13), affine)


def test_labels_are_the_largest_of_the_interpolated_probabilities():
    probabilities, grid, native = soft_case()
    labels = labels_from_probabilities(probabilities, (0, 2, 4, 7), grid, native)
    full = probabilities_to_native(probabilities, grid, native)
    np.testing.assert_allclose(full.sum(axis=0), 1.0, atol=1e-5)
    np.testing.assert_array_equal(labels, np.array([0, 2, 4, 7])[full.argmax(axis=0)])


def test_slabs_do_not_show(monkeypatch):
    probabilities, grid, native = soft_case()
    whole = labels_from_probabilities(probabilities, (0, 1, 2, 3), grid, native)
    monkeypatch.setattr("DGMSegmentationLib.segmentation.postprocess._SLAB_VALUES", 1)
    np.testing.assert_array_equal(labels_from_probabilities(probabilities, (0, 1, 2, 3), grid, native), whole)


def test_nearest_copies_the_network_grid():
    probabilities, grid, native = soft_case()
    labels = labels_from_probabilities(probabilities, (0, 1, 2, 3), grid, native, interpolation="nearest")
    winner = probabilities.argmax(axis=0)
    position = np.argwhere(np.ones(native.shape)) @ native.affine[:3, :3].T + native.affine[:3, 3]
    index = np.linalg.solve(grid.affine[:3, :3], position.T).T
    clear = (np.abs(index - np.floor(index) - 0.5) > 0.01).all(axis=1)
    i, j, k = np.round(index).astype(int).T
    inside = (i < 10) & (j < 9) & (k < 8) & clear
    np.testing.assert_array_equal(labels.ravel()[inside], winner[i[inside], j[inside], k[inside]])


def test_all_background_stays_background():
    probabilities = np.zeros((3, 5, 5, 5), np.float32)
    probabilities[0] = 1
    grid = Grid((5, 5, 5), np.eye(4))
    assert not labels_from_probabilities(probabilities, (0, 1, 2), grid, grid).any()


def test_a_structure_cut_by_the_grids_border_does_not_grow_there():
    """Near the border of a cropped result there is no neighbour to interpolate with: that share is background."""
    probabilities = np.zeros((2, 4, 4, 4), np.float32)
    probabilities[1, 3] = 1.0
    probabilities[0] = 1 - probabilities[1]
    grid = Grid((4, 4, 4), np.eye(4))
    native = Grid((12, 4, 4), np.diag([0.5, 1, 1, 1]))
    labels = labels_from_probabilities(probabilities, (0, 1), grid, native)
    np.testing.assert_array_equal(
        np.flatnonzero(labels[:, 1, 1]), [6]
    )  # at 3.0 mm; 2.5 and 3.5 mm hold one half
