"""Hints as voxels: where a structure might go on beyond its first and last slice, and where only its other side lies."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of
from .lost_slabs import both_sides
from .roi import Box, structure_boxes
from .slice_hints import slice_axis

BEYOND_END, OTHER_SIDE = 2, 3
_LACKING = 0.35
"""Share of the other side's section from which on a slice is shown: less is the outline's chance."""


def hints_in_place(
    labels: Image, image_ppb: Image, boxes: Mapping[int, Box] | None = None
) -> NDArray[np.uint8]:
    """Unlabelled voxels (i, j, k): :data:`BEYOND_END`, the section of an end slice in the slice beyond it;
    :data:`OTHER_SIDE`, what the other side, laid over along the head's middle plane, has more than this one; 0 elsewhere.

    Args:
        labels: label values of its label set (i, j, k).
        image_ppb: the map in ppb on the same grid.
        boxes: the smallest box around each structure, where they are known.
    """
    label_set, axis = label_set_of(labels), slice_axis(labels)
    array = np.asarray(labels.data, label_set.dtype)
    if boxes is None:
        boxes = structure_boxes(array, label_set)
    found = np.zeros(array.shape, np.uint8)
    for label, box in boxes.items():
        inside = np.moveaxis(array[box] == label, axis, 0)
        for section, beyond in ((inside[0], box[axis].start - 1), (inside[-1], box[axis].stop)):
            if 0 <= beyond < array.shape[axis]:
                slab = list(box)
                slab[axis] = slice(beyond, beyond + 1)
                part, there = (np.moveaxis(one[tuple(slab)], axis, 0)[0] for one in (found, array))
                part[section & (there == 0)] = BEYOND_END
    others = tuple(a for a in range(3) if a != axis)
    for sides in both_sides(labels, image_ppb, boxes):
        over = sides.overlay()
        if over is None:
            continue
        more = over.expected & ~over.mine & over.free
        lacking = more.sum(axis=others) >= _LACKING * np.maximum(1, over.expected.sum(axis=others))
        np.moveaxis(more, axis, 0)[~lacking] = False
        x, y, z = (slice(int(a), int(a) + n) for a, n in zip(sides.low, more.shape, strict=True))
        found[x, y, z][more] = OTHER_SIDE
    return found
