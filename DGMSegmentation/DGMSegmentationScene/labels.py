"""The segments back as one array of our labels, on the grid of any volume, whatever is visible."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .segments import BINARY_LABELMAP, label_set_of_node, structure_segments
from .volumes import affine_of, array_of

if TYPE_CHECKING:
    from DGMSegmentationLib.image import Image

GEOMETRY_TOLERANCE_MM = 1e-4


@dataclass(frozen=True)
class LabelsOnGrid:
    """Our labels on a volume's grid."""

    image: "Image"
    """With their label set."""
    shared_voxels: int
    """Voxels that belong to two structures at once; the later label counts."""
    resampled: bool
    """True when the segmentation's own grid is another one (nearest neighbour, as Segment Statistics does)."""


def labels_on_volume(node: Any, volume: Any) -> LabelsOnGrid:
    """Read the structures of a segmentation node on the grid of a volume node."""
    import numpy as np

    from DGMSegmentationLib.image import Image

    segmentation = node.GetSegmentation()
    if segmentation.GetNumberOfSegments() and not segmentation.ContainsRepresentation(BINARY_LABELMAP):
        node.CreateBinaryLabelmapRepresentation()
    affine = affine_of(volume)
    shape = tuple(volume.GetImageData().GetDimensions())
    label_set = label_set_of_node(node)
    labels = np.zeros(shape, dtype=label_set.dtype)
    shared, resampled = 0, False
    for label, segment_id in sorted(structure_segments(node).items()):
        segment = segmentation.GetSegment(segment_id)
        image = segment.GetRepresentation(BINARY_LABELMAP)
        if image is None or image.IsEmpty():
            continue
        placed = _on_grid(image, affine, shape, node, volume)
        if placed is None:
            image = _resampled(image, segment.GetLabelValue(), node, volume)
            placed, value, resampled = _on_grid(image, affine, shape, None, None), 1, True
        else:
            value = segment.GetLabelValue()
        if placed is None:
            continue
        window, part = placed
        inside = part == value
        target = labels[window]
        shared += int(np.count_nonzero(target[inside]))
        target[inside] = label
    return LabelsOnGrid(Image(labels, affine, label_set=label_set), shared, resampled)


def labels_for_volume(labels: "Image", volume: Any) -> tuple[Any, bool]:
    """A label image of any grid as an array on the volume's grid, and whether it had to be resampled (nearest neighbour).

    Raises InputError when none of its labels lies in the volume.
    """
    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.image import Grid, resample_to

    grid = Grid(tuple(volume.GetImageData().GetDimensions()), affine_of(volume))
    if labels.grid.same_as(grid):
        return labels.data, False
    placed = resample_to(labels.data, labels.grid, grid, order=0)
    if labels.data.any() and not placed.any():
        raise InputError("labels_outside", name=volume.GetName())
    return placed, True


def _on_grid(image: Any, affine: Any, shape: tuple[int, ...], node: Any, volume: Any) -> Any:
    """(window of the grid, voxels in it) when the labelmap lies on the volume's lattice; None otherwise."""
    import numpy as np
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    if node is not None and node.GetTransformNodeID() != volume.GetTransformNodeID():
        return None
    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    to_grid = np.linalg.inv(affine) @ array_of(matrix)
    offset = np.rint(to_grid[:3, 3]).astype(int)
    exact = np.eye(4)
    exact[:3, 3] = offset
    corner = np.array([*shape, 1.0])
    if (
        np.abs((to_grid - exact) @ corner).max() > GEOMETRY_TOLERANCE_MM
        or np.abs(to_grid - exact).max() > GEOMETRY_TOLERANCE_MM
    ):
        return None
    extent = np.array(image.GetExtent()).reshape(3, 2)
    size = extent[:, 1] - extent[:, 0] + 1
    voxels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(*size[::-1]).transpose(2, 1, 0)
    start = extent[:, 0] + offset
    low, high = np.maximum(start, 0), np.minimum(start + size, shape)
    if (high <= low).any():
        return (slice(0, 0),) * 3, voxels[:0, :0, :0]
    window = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    part = tuple(slice(int(a - s), int(b - s)) for a, b, s in zip(low, high, start, strict=True))
    return window, voxels[part]


def _resampled(image: Any, value: int, node: Any, volume: Any) -> Any:
    """One segment (0 and 1) on the volume's grid, by the same function as Slicer's Segment Statistics uses."""
    import slicer
    import vtk

    reference = slicer.vtkOrientedImageData()
    reference.SetExtent(volume.GetImageData().GetExtent())
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    reference.SetGeometryFromImageToWorldMatrix(matrix)
    transform = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(
        node.GetParentTransformNode(), volume.GetParentTransformNode(), transform
    )
    threshold = vtk.vtkImageThreshold()
    threshold.SetInputData(image)
    threshold.ThresholdBetween(value, value)
    threshold.SetInValue(1)
    threshold.SetOutValue(0)
    threshold.SetOutputScalarTypeToUnsignedChar()
    threshold.Update()
    single = slicer.vtkOrientedImageData()
    single.ShallowCopy(threshold.GetOutput())
    single.CopyDirections(image)
    moved = slicer.vtkOrientedImageData()
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
        single, reference, moved, False, False, transform
    )
    return moved
