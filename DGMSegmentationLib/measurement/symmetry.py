"""The map that brings the left structures of a head onto its right ones: its own middle plane, whatever way the head lies."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of
from ..structures import Structure
from .roi import Box, structure_boxes

_POINTS = 120  # of a structure's surface; more change the map by tenths of a millimetre
_TRIMMED = 0.7  # share of the nearest points that count: what one side lacks must not move the map
_STEPS = 20
_FEWEST_PAIRS = 3  # that fix a plane and are not yet moved by one damaged structure


def mirror_map(labels: Image, boxes: Mapping[int, Box] | None = None) -> NDArray[np.float64] | None:
    """The 4x4 map of world millimetres (RAS+) that lays the left structures onto the right ones.

    It is a reflection and a rigid motion, fitted to the surfaces of all pairs by iterated closest points of which the worst
    third is left out (Chetverikov et al. 2002, trimmed ICP). None when fewer than three pairs are there on both sides.

    Args:
        labels: label values of its label set (i, j, k).
        boxes: the smallest box around each structure, where they are known.
    """
    label_set = label_set_of(labels)
    if boxes is None:
        boxes = structure_boxes(np.asarray(labels.data, label_set.dtype), label_set)
    pairs = []
    for left, right in label_set.pairs:
        if left.label in boxes and right.label in boxes:
            one, other = (surface_points(labels, s.label, boxes[s.label]) for s in (left, right))
            pairs.append((one * [-1.0, 1.0, 1.0], other))
    if len(pairs) < _FEWEST_PAIRS:
        return None
    middles = [np.array([side.mean(axis=0) for side in sides]) for sides in zip(*pairs, strict=True)]
    turn, shift = rigid_motion(middles[0], middles[1])
    for _ in range(_STEPS):
        sources, targets = [], []
        for a, b in pairs:
            near, index = _nearest(b, a @ turn.T + shift)
            sources.append(a[near])
            targets.append(b[index])
            near, index = _nearest(a, (b - shift) @ turn)
            sources.append(a[index])
            targets.append(b[near])
        before = turn, shift
        turn, shift = rigid_motion(np.concatenate(sources), np.concatenate(targets))
        if np.abs(turn - before[0]).max() < 2e-3 and np.abs(shift - before[1]).max() < 0.1:
            break
    found = np.eye(4)
    found[:3, :3] = turn @ np.diag([-1.0, 1.0, 1.0])
    found[:3, 3] = shift
    return found


def laid_over(
    inside: NDArray[np.bool_], low: NDArray[Any], onto: NDArray[Any], box: Box
) -> NDArray[np.floating[Any]]:
    """A mask that is moved by a map of voxels to voxels, in a box of the grid, by linear interpolation.

    Args:
        inside: the mask in a part of the grid.
        low: where that part begins, (3,).
        onto: 4x4, lays voxels of the grid over others, as :func:`mirror_map` between two affines.
        box: of the grid, for the result.
    """
    from scipy import ndimage

    inverse = np.linalg.inv(onto)
    start = np.array([s.start for s in box])
    return ndimage.affine_transform(
        inside.astype(np.float32),
        inverse[:3, :3],
        offset=inverse[:3, :3] @ start + inverse[:3, 3] - low,
        output_shape=tuple(s.stop - s.start for s in box),
        order=1,
    )


def partner_laid_over(labels: Image, structure: Structure) -> NDArray[np.floating[Any]] | None:
    """The other side's structure laid over this one along the head's own middle plane, 0 to 1 on the labels' grid.

    None when there is no other side, it has no voxel, or fewer than three pairs say where the plane lies.
    """
    label_set = label_set_of(labels)
    pair = next((pair for pair in label_set.pairs if structure in pair), None)
    boxes = structure_boxes(np.asarray(labels.data, label_set.dtype), label_set)
    mapping = mirror_map(labels, boxes)
    if pair is None or mapping is None:
        return None
    there = pair[structure == pair[0]]
    if there.label not in boxes:
        return None
    onto: NDArray[Any] = np.linalg.inv(labels.affine) @ mapping @ labels.affine
    if structure == pair[0]:
        onto = np.linalg.inv(onto)
    box = boxes[there.label]
    x, y, z = (slice(0, n) for n in labels.shape)
    return laid_over(labels.data[box] == there.label, np.array([s.start for s in box]), onto, (x, y, z))


def _nearest(
    others: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of the points that lie nearest to others: which they are, and their partners among those."""
    # So few points need no tree, whose package would take longer to import than all of this.
    squares = (points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * points @ others.T
    index = squares.argmin(axis=1)
    near = np.argsort(squares.min(axis=1), kind="stable")[: max(1, round(_TRIMMED * len(points)))]
    return near, index[near]


def surface_points(labels: Image, label: int, box: Box) -> NDArray[np.float64]:
    """World positions (n, 3) of at most 120 voxels of a structure's surface, the same ones every time.

    ``box``: the smallest that holds the structure.
    """
    inside = np.pad(np.asarray(labels.data[box]) == label, 1)
    inner = inside.copy()
    for axis in range(3):
        inner &= np.roll(inside, 1, axis) & np.roll(inside, -1, axis)
    found = np.argwhere(inside & ~inner) - 1 + [s.start for s in box]
    if len(found) > _POINTS:
        found = found[np.linspace(0, len(found) - 1, _POINTS).round().astype(int)]
    return found @ labels.affine[:3, :3].T + labels.affine[:3, 3]


def rigid_motion(source: NDArray[Any], target: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rotation (3, 3) and shift (3,) that bring points (n, 3) nearest to others in least squares (Kabsch 1976)."""
    middle_source, middle_target = source.mean(axis=0), target.mean(axis=0)
    u, _, vt = np.linalg.svd((source - middle_source).T @ (target - middle_target))
    turn = vt.T @ np.diag([1.0, 1.0, np.sign(np.linalg.det(vt.T @ u.T))]) @ u.T
    return turn, middle_target - turn @ middle_source
