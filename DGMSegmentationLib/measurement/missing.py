"""Structures without a voxel, and where they should lie: what a hand erased, or the network never found, marks no slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of
from ..structures import LabelSet, Structure
from .places import ATLAS_MM, Arrangement
from .roi import Box
from .symmetry import laid_over, mirror_map, rigid_motion

_FEWEST = 3  # centres that turn an atlas
_APART_MM = (
    10.0  # from where the atlas has it: few pairs that lie in a row can lay one side wrongly over the other
)
_SLICE_SHARE = 0.35  # of the largest expected area: thinner ends lead nobody anywhere
_NOWHERE = (slice(0, 0), slice(0, 0), slice(0, 0))


@dataclass(frozen=True, eq=False)
class Missing:
    """A structure that has no voxel."""

    structure: Structure
    middle: int
    """The slice in which most of it should lie."""
    slices: tuple[int, ...]
    """All in which it should, as far as the other side tells."""
    box: Box
    """A part of the grid, and where the other side lands in it."""
    expected: NDArray[np.bool_]


def missing_structures(labels: Image, boxes: Mapping[int, Box], axis: int) -> list[Missing]:
    """What has no voxel though most structures have some; one who has just begun to draw lacks nothing yet.

    Args:
        labels: label values of its label set (i, j, k).
        boxes: the smallest box around each structure that is there.
        axis: the array axis across the slices.
    """
    label_set = label_set_of(labels)
    gone = [structure for structure in label_set if structure.label not in boxes]
    if not gone or 2 * len(boxes) < len(tuple(label_set)):
        return []
    mapping = mirror_map(labels, boxes)
    onto = None if mapping is None else np.linalg.inv(labels.affine) @ mapping @ labels.affine
    found = []
    for structure in gone:
        point = _by_neighbours(labels, structure, boxes)
        from_side = None if onto is None else _from_other_side(labels, structure, boxes, axis, onto)
        if from_side is not None and np.linalg.norm(_centre(labels, from_side) - point) <= _APART_MM:
            found.append(from_side)
            continue
        index = np.rint(np.linalg.inv(labels.affine) @ [*point, 1.0])[axis]
        middle = int(np.clip(index, 0, labels.shape[axis] - 1))
        found.append(Missing(structure, middle, (middle,), _NOWHERE, np.zeros((0, 0, 0), bool)))
    return found


def _centre(labels: Image, missing: Missing) -> NDArray[np.float64]:
    """In mm (RAS+)."""
    voxel = np.argwhere(missing.expected).mean(axis=0) + [s.start for s in missing.box]
    return np.asarray(labels.affine[:3, :3] @ voxel + labels.affine[:3, 3])


def _partner(label_set: LabelSet, structure: Structure) -> tuple[Structure, bool] | None:
    """The other side's structure, and whether that is the left one."""
    pair = next((pair for pair in label_set.pairs if structure in pair), None)
    if pair is None:
        return None
    return (pair[1], False) if structure == pair[0] else (pair[0], True)


def _from_other_side(
    labels: Image, structure: Structure, boxes: Mapping[int, Box], axis: int, onto: NDArray[Any]
) -> Missing | None:
    """Where the other side lands; ``onto`` lays left voxels over right ones."""
    other = _partner(label_set_of(labels), structure)
    if other is None or other[0].label not in boxes:
        return None
    there, is_left = other
    box, onto = boxes[there.label], onto if is_left else np.linalg.inv(onto)
    inside, low = np.asarray(labels.data[box]) == there.label, np.array([s.start for s in box])
    landed = (np.argwhere(inside) + low) @ onto[:3, :3].T + onto[:3, 3]
    first = np.clip(np.floor(landed.min(axis=0)) - 1, 0, labels.shape).astype(int)
    last = np.clip(np.ceil(landed.max(axis=0)) + 2, 0, labels.shape).astype(int)
    x, y, z = (slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
    if min(s.stop - s.start for s in (x, y, z)) < 1:
        return None
    expected = np.asarray(laid_over(inside, low, onto, (x, y, z)) >= 0.5)
    expected &= np.asarray(labels.data[x, y, z]) == 0
    areas = expected.sum(axis=tuple(a for a in range(3) if a != axis))
    if not areas.any():
        return None
    slices = np.flatnonzero(areas >= _SLICE_SHARE * areas.max()) + first[axis]
    return Missing(
        structure,
        int(areas.argmax() + first[axis]),
        tuple(slices.tolist()),
        (x, y, z),
        expected,
    )


def _by_neighbours(labels: Image, structure: Structure, boxes: Mapping[int, Box]) -> NDArray[np.float64]:
    """The middle of a structure (mm, RAS+): by the atlas, turned to the centres that are there; else that of its other side, or
    of all.
    """
    label_set, centres = label_set_of(labels), Arrangement(labels, boxes).centres
    known = [s for s in label_set if s.side and s.nucleus in ATLAS_MM and s.abbreviation in centres]
    if structure.side and structure.nucleus in ATLAS_MM and len(known) >= _FEWEST:
        turn, shift = rigid_motion(
            np.array([_atlas(s) for s in known]), np.array([centres[s.abbreviation] for s in known])
        )
        return np.asarray(turn @ _atlas(structure) + shift)
    other = _partner(label_set, structure)
    names = [other[0].abbreviation] if other is not None and other[0].label in boxes else list(centres)
    return np.asarray(np.mean([centres[name] for name in names], axis=0))


def _atlas(structure: Structure) -> NDArray[np.float64]:
    return np.array(ATLAS_MM[structure.nucleus]) * ([-1.0, 1.0, 1.0] if structure.side == "L" else 1.0)
