"""Steps of undo: only those that changed a voxel or a name."""

from typing import Any

import numpy as np
from trame_slicer.segmentation.segmentation_undo_command import SegmentationLabelMapUndoCommand
from undo_stack import UndoStack

BINARY_LABELMAP = "Binary labelmap"


class Steps(UndoStack):
    """A stack that a stroke without effect leaves as it is."""

    def push(self, command: Any) -> None:
        """Add a step, unless it changed nothing."""
        if isinstance(command, SegmentationLabelMapUndoCommand):
            states = command._segmentation_stack._segmentation_states
            if len(states) == 2 and same_voxels(*states):
                return
        super().push(command)


def same_voxels(one: Any, other: Any) -> bool:
    """Whether two segmentations (vtkSegmentation) hold the same voxels, whatever their labelmaps' extents."""
    ids = list(one.GetSegmentIDs())
    if ids != list(other.GetSegmentIDs()):
        return False
    seen: set[tuple[str, str]] = set()
    for segment_id in ids:
        pair = [s.GetSegment(segment_id) for s in (one, other)]
        if pair[0].GetLabelValue() != pair[1].GetLabelValue():
            return False
        images = [segment.GetRepresentation(BINARY_LABELMAP) for segment in pair]
        if None in images:
            if images[0] is not images[1]:
                return False
            continue
        key = images[0].__this__, images[1].__this__
        if key not in seen:
            seen.add(key)
            if not _same(*images):
                return False
    return True


def _same(one: Any, other: Any) -> bool:
    """Compared where both lie; beyond that there must be nothing."""
    if one.IsEmpty() or other.IsEmpty():
        return bool(one.IsEmpty() == other.IsEmpty())
    arrays, lows = zip(*(_voxels(image) for image in (one, other)), strict=True)
    if lows[0] == lows[1] and arrays[0].shape == arrays[1].shape:
        return bool(np.array_equal(*arrays))
    found = [np.argwhere(array) + low for array, low in zip(arrays, lows, strict=True)]
    values = [array[array != 0] for array in arrays]
    return bool(np.array_equal(*found) and np.array_equal(*values))


def _voxels(image: Any) -> tuple[Any, list[int]]:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    extent = image.GetExtent()
    shape = [extent[2 * a + 1] - extent[2 * a] + 1 for a in (2, 1, 0)]
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(shape), [extent[2 * a] for a in (2, 1, 0)]
