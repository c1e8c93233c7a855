"""The map that brings the left structures of a head onto its right ones: its own middle plane, whatever way the head lies."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image import Image, bounding_box, label_set_of

_POINTS = 300  # of a structure's surface; more change the map by hundredths of a millimetre
_TRIMMED = 0.7  # share of the nearest points that count: what one side lacks must not move the map
_STEPS = 30
_FEWEST_PAIRS = 3  # that fix a plane and are not yet moved by one damaged structure


def mirror_map(labels: Image) -> NDArray[np.float64] | None:
    """The 4x4 map of world millimetres (RAS+) that lays the left structures onto the right ones.

    It is a reflection and a rigid motion, fitted to the surfaces of all pairs by iterated closest points of which the worst
    third is left out (Chetverikov et al. 2002, trimmed ICP). None when fewer than three pairs are there on both sides.

    Args:
        labels: label values of its label set (i, j, k).
    """
    from scipy.spatial import cKDTree

    pairs = []
    for left, right in label_set_of(labels).pairs:
        one, other = (surface_points(labels, s.label) for s in (left, right))
        if len(one) and len(other):
            pairs.append((one * [-1.0, 1.0, 1.0], other))
    if len(pairs) < _FEWEST_PAIRS:
        return None
    turn, shift = np.eye(3), np.mean([b.mean(axis=0) - a.mean(axis=0) for a, b in pairs], axis=0)
    trees = [(cKDTree(a), cKDTree(b)) for a, b in pairs]
    for _ in range(_STEPS):
        sources, targets = [], []
        for (a, b), (tree_a, tree_b) in zip(pairs, trees, strict=True):
            distance, index = tree_b.query(a @ turn.T + shift)
            near = distance <= np.quantile(distance, _TRIMMED)
            sources.append(a[near])
            targets.append(b[index[near]])
            distance, index = tree_a.query((b - shift) @ turn)
            near = distance <= np.quantile(distance, _TRIMMED)
            sources.append(a[index[near]])
            targets.append(b[near])
        before = turn, shift
        turn, shift = rigid_motion(np.concatenate(sources), np.concatenate(targets))
        if np.abs(turn - before[0]).max() < 1e-4 and np.abs(shift - before[1]).max() < 0.02:
            break
    found = np.eye(4)
    found[:3, :3] = turn @ np.diag([-1.0, 1.0, 1.0])
    found[:3, 3] = shift
    return found


def surface_points(labels: Image, label: int) -> NDArray[np.float64]:
    """World positions (n, 3) of at most 300 voxels of a structure's surface, the same ones every time."""
    from scipy import ndimage

    inside = np.asarray(labels.data) == label
    box = bounding_box(inside)
    if box is None:
        return np.empty((0, 3))
    part = np.pad(inside[box], 1)
    found = np.argwhere(part & ~ndimage.binary_erosion(part)) - 1 + [s.start for s in box]
    if len(found) > _POINTS:
        found = found[np.random.default_rng(0).permutation(len(found))[:_POINTS]]
    return found @ labels.affine[:3, :3].T + labels.affine[:3, 3]


def rigid_motion(source: NDArray[Any], target: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rotation (3, 3) and shift (3,) that bring points (n, 3) nearest to others in least squares (Kabsch 1976)."""
    middle_source, middle_target = source.mean(axis=0), target.mean(axis=0)
    u, _, vt = np.linalg.svd((source - middle_source).T @ (target - middle_target))
    turn = vt.T @ np.diag([1.0, 1.0, np.sign(np.linalg.det(vt.T @ u.T))]) @ u.T
    return turn, middle_target - turn @ middle_source
