"""What changes a whole structure at once: margin, fill between slices, grow to the edge, mirror from the other side.

The filters are those of 3D Slicer's own Segment Editor. Arrays are indexed (k, j, i), as VTK keeps them; each function takes
the structure as a mask and returns the mask that it is to become, or to gain.
"""

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from DGMSegmentationLib.image import bounding_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from DGMSegmentationLib.image import Image

GROWS_MM = 4.0  # at most, to the edge: the next nucleus is not far
_FAR_MM = 1e6
THICK = 2.0  # slices so many times thicker than the pixel are edited one by one
_INSIDE, _OUTSIDE, _OTHERS = 1, 2, 3


def thick_axis(spacing: "tuple[float, float, float]") -> int | None:
    """The array axis along which the slices are thicker than twice the pixel; None when they are not.

    ``spacing`` in the order of the axes.
    """
    axis = int(np.argmax(spacing))
    return axis if spacing[axis] > THICK * min(spacing) else None


def with_margin(
    mask: "NDArray[np.bool_]", spacing: "tuple[float, float, float]", steps: int
) -> "NDArray[np.bool_]":
    """The mask wider (``steps`` 1) or narrower (-1) by a voxel; in thick slices each slice for itself."""
    import slicer

    mm = 1.01 * min(spacing)
    box = _around(mask, spacing, 2 * mm)
    if box is None:
        return mask
    # What the mask loses is what its surroundings win.
    part = mask[box] if steps > 0 else ~mask[box]
    margin = slicer.vtkITKImageMargin()
    margin.SetInputData(_image(part.astype(np.uint8), spacing))
    margin.CalculateMarginInMMOn()
    margin.SetInnerMarginMM(-_FAR_MM)  # all that is inside
    margin.SetOuterMarginMM(mm)
    margin.Update()
    won = _array(margin.GetOutput()) > 0
    changed = np.zeros_like(mask)
    changed[box] = won if steps > 0 else ~won
    return changed


def filled_between(mask: "NDArray[np.bool_]", axis: int) -> "NDArray[np.bool_]":
    """The mask with the empty slices between its slices filled by shapes in between (Slicer's contour interpolation).

    ``axis``: of the array, across its slices.
    """
    import slicer

    box = bounding_box(mask)
    if box is None:
        return mask
    filled = mask.copy()
    stack = np.moveaxis(filled[box], axis, 0)  # a view
    used = np.flatnonzero(stack.any(axis=(1, 2)))
    for first, last in itertools.pairwise(used):
        if last - first > 1:
            # The filter takes only slices that have no neighbour for drawn ones, and looks one voxel beyond.
            gap = np.zeros((last - first + 1, *stack.shape[1:]), np.uint8)
            gap[0], gap[-1] = stack[first], stack[last]
            between = slicer.vtkITKMorphologicalContourInterpolator()
            between.SetInputData(_image(np.pad(gap, 1), (1.0, 1.0, 1.0)))
            between.SetAxis(2)  # VTK counts (i, j, k)
            between.SetLabel(1)
            between.SetHeuristicAlignment(True)
            between.SetUseDistanceTransform(False)
            between.SetUseBallStructuringElement(False)
            between.Update()
            stack[first : last + 1] |= _array(between.GetOutput())[1:-1, 1:-1, 1:-1] > 0
    return filled


def grown_to_edge(
    mask: "NDArray[np.bool_]",
    others: "NDArray[np.bool_]",
    values: "NDArray[Any]",
    spacing: "tuple[float, float, float]",
) -> "NDArray[np.bool_]":
    """The mask with what belongs to it by the values around it (GrowCut, Vezhnevets and Konouchine 2005).

    It wins at most 4 mm, in the slices that it has, and nothing of ``others``.
    """
    import slicer
    from scipy import ndimage

    box = _around(mask, spacing, 2 * GROWS_MM)
    if box is None:
        return mask
    inside, other = mask[box], others[box]
    away = ndimage.distance_transform_edt(~inside, sampling=spacing)
    axis = thick_axis(spacing)
    reached = away <= GROWS_MM
    if axis is not None:
        across = tuple(a for a in range(3) if a != axis)
        reached &= inside.any(axis=across, keepdims=True)
    seeds = np.zeros(inside.shape, np.uint8)
    seeds[~reached] = _OUTSIDE
    seeds[other] = _OTHERS
    seeds[inside] = _INSIDE
    # A whole number a thirtieth of the range of values here: the filter takes no fractions of them.
    here = values[box].astype(np.float64)
    low, high = np.percentile(here, (0.5, 99.5))
    scaled = np.clip((here - low) / max(high - low, 1e-12), 0, 1) * 1000
    cut = slicer.vtkImageGrowCutSegment()
    cut.SetIntensityVolume(_image(scaled.astype(np.int16), spacing))
    cut.SetSeedLabelVolume(_image(seeds, spacing))
    cut.SetDistancePenalty(0.0)
    cut.Update()
    grown = mask.copy()
    grown[box] |= (_array(cut.GetOutput()) == _INSIDE) & reached & ~other
    return grown


def mirrored(labels: "Image", label: int) -> "NDArray[np.bool_] | None":
    """Where the structure would lie if it were the other side's, along the head's own middle plane (i, j, k).

    None when it has no other side, the other side has no voxel, or there are too few pairs to find the plane.
    """
    from DGMSegmentationLib.image import label_set_of
    from DGMSegmentationLib.measurement.symmetry import partner_laid_over

    structure = label_set_of(labels).by_label(label)
    carried = partner_laid_over(labels, structure)
    return None if carried is None else carried >= 0.5


def neighbour_of(labels: "NDArray[Any]", label: int) -> int | None:
    """The structure that touches this one most (26 neighbours), else the nearest one; None when there is no other."""
    from scipy import ndimage

    inside = labels == label
    box = bounding_box(inside)
    if box is None:
        return None
    wide = tuple(slice(max(0, s.start - 12), s.stop + 12) for s in box)
    near, here = labels[wide], inside[wide]
    for steps in (1, 12):
        ring = ndimage.binary_dilation(here, np.ones((3, 3, 3)), iterations=steps) & ~here
        found = near[ring & (near > 0)]
        if len(found):
            return int(np.bincount(found).argmax())
    return None


def _around(mask: "NDArray[np.bool_]", spacing: "tuple[float, float, float]", mm: float) -> Any:
    box = bounding_box(mask)
    if box is None:
        return None
    reach = [int(np.ceil(mm / s)) + 1 for s in spacing]
    return tuple(slice(max(0, s.start - r), s.stop + r) for s, r in zip(box, reach, strict=True))


def _image(array: "NDArray[Any]", spacing: "tuple[float, float, float]") -> Any:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    image = vtkImageData()
    image.SetDimensions(*array.shape[::-1])
    image.SetSpacing(*spacing[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(array).ravel(), deep=True))
    return image


def _array(image: Any) -> "NDArray[Any]":
    from vtkmodules.util.numpy_support import vtk_to_numpy

    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
