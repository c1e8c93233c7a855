"""Hints that a run leaves, slice by slice: where the network was undecided, and where it outlines the mirrored head otherwise.

They go by height in mm along the axis of the slices, so that they hold on any parallel grid.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from ..image import Box, Grid, Image, bounding_box
from ..structures import LabelSet

LARGEST_HINT = 0.9
"""Where a whole slice is undecided, or in no part the same: below 1, so that a hint alone asks nobody to look."""
SMALL_SLICE = 0.35
"""Of the largest area: below it an end slice of a few voxels would look half lost."""
_UNDECIDED = (0.1, 0.9)


class SliceHint(TypedDict):
    """Of one structure: hints of 0 to :data:`LARGEST_HINT` for slices that follow each other upwards."""

    lowest_mm: float
    """Height of the middle of the first one."""
    step_mm: float
    hints: list[float]


def slice_axis(grid: Grid | Image) -> int:
    """The array axis that runs from below to above."""
    return axis_along(grid, 2)


def axis_along(grid: Grid | Image, world: int) -> int:
    """The array axis that runs most along right (0), anterior (1) or superior (2), or against it."""
    return int(np.argmax(np.abs(grid.affine[world, :3]) / np.array(grid.spacing)))


def undecided_hints(
    probabilities: NDArray[np.floating[Any]], labels: Sequence[int], label_set: LabelSet, grid: Grid
) -> dict[str, SliceHint]:
    """The share of each slice's possible voxels about which the network was undecided, by abbreviation.

    ``probabilities`` (K, x, y, z) on ``grid``; ``labels[k]`` is the label of class k, background first.
    """
    low, high = _UNDECIDED
    found = {}
    for one, label in zip(probabilities, labels, strict=True):
        possible = one > low if label else np.zeros(0, bool)
        box = bounding_box(possible) if label else None
        if box is not None:
            inside, possible = one[box], possible[box]
            hints = _shares(possible & (inside < high), possible, slice_axis(grid))
            found[label_set.by_label(label).abbreviation] = _hint(hints, box, grid)
    return found


def mirrored_hints(
    straight: NDArray[np.integer[Any]],
    mirrored: NDArray[np.integer[Any]],
    labels: Sequence[int],
    label_set: LabelSet,
    grid: Grid,
) -> dict[str, SliceHint]:
    """1 - Dice in each slice between the classes (x, y, z) of the head and of its mirror image, by abbreviation."""
    found = {}
    for index, label in enumerate(labels):
        one, other = straight == index, mirrored == index
        box = bounding_box(one | other) if label else None
        if box is not None:
            one, other = one[box], other[box]
            # Voxels of one alone, as a share of those of both: 1 - Dice.
            counts = one.astype(np.uint8) + other
            hints = _shares(one ^ other, counts, slice_axis(grid))
            found[label_set.by_label(label).abbreviation] = _hint(hints, box, grid)
    return found


def hints_on(
    notes: Mapping[str, SliceHint], label_set: LabelSet, grid: Grid | Image
) -> dict[int, NDArray[Any]]:
    """Label -> a hint for each slice of a grid, from what a run noted; structures that the set does not have are left out."""
    heights = _heights(grid)
    found = {}
    for structure in label_set:
        hint = notes.get(structure.abbreviation)
        if hint is not None:
            known = hint["lowest_mm"] + hint["step_mm"] * np.arange(len(hint["hints"]))
            found[structure.label] = np.interp(heights, known, hint["hints"], left=0.0, right=0.0)
    return found


def _shares(some: NDArray[Any], of: NDArray[Any], axis: int) -> NDArray[np.float64]:
    others = tuple(a for a in range(3) if a != axis)
    part, whole = some.sum(axis=others), of.sum(axis=others, dtype=int)
    return np.where(whole < SMALL_SLICE * whole.max(), 0.0, LARGEST_HINT * part / np.maximum(whole, 1))


def _hint(hints: NDArray[np.float64], box: Box, grid: Grid) -> SliceHint:
    """With the heights of the box's slices, upwards."""
    axis = slice_axis(grid)
    heights = _heights(grid)[box[axis]]
    if len(heights) > 1 and heights[0] > heights[-1]:
        heights, hints = heights[::-1], hints[::-1]
    return {
        "lowest_mm": round(float(heights[0]), 3),
        "step_mm": round(grid.spacing[axis], 4),
        "hints": [round(float(value), 2) for value in hints],
    }


def _heights(grid: Grid | Image) -> NDArray[np.float64]:
    """Of the middle of each slice, along the axis of the slices (mm)."""
    axis = slice_axis(grid)
    step = grid.affine[:3, axis]
    up = step / np.linalg.norm(step) * np.sign(step[2])
    return np.asarray((grid.affine[:3, 3] + np.arange(grid.shape[axis])[:, None] * step) @ up)
