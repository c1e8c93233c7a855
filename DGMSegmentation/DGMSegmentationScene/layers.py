"""The labelmaps of a segmentation, and where their voxels lie on the grid of a volume."""

from dataclasses import dataclass, field
from typing import Any

from .segments import BINARY_LABELMAP, structure_segments
from .volumes import affine_of, array_of

GEOMETRY_TOLERANCE_MM = 1e-4
Window = tuple[slice, ...]
"""Of an array (i, j, k)."""


@dataclass(eq=False)
class Layer:
    """One labelmap, which several structures may share."""

    labels: dict[int, int]
    """Label -> value of its voxels."""
    voxels: Any
    """(i, j, k): a view, or after :meth:`kept` a copy."""
    start: Any
    """Index of the first voxel: the labelmap is cut to what it holds."""
    to_ras: Any
    """(i, j, k) -> mm in the segmentation's coordinates, 4 x 4."""
    _boxes: dict[int, Window] | None = field(default=None, repr=False)

    def kept(self) -> "Layer":
        """With voxels of its own, which later edits do not change."""
        return Layer(self.labels, self.voxels.copy(order="K"), self.start, self.to_ras, self._boxes)

    def comparable(self, other: "Layer") -> bool:
        """True when voxels of the same index lie at the same place and mean the same."""
        import numpy as np

        return self.labels == other.labels and np.array_equal(self.to_ras, other.to_ras)

    def difference(self, other: "Layer") -> Window | None:
        """The box of indices in which the voxels differ; None when they are all the same."""
        import numpy as np

        from DGMSegmentationLib.image import bounding_box

        if np.array_equal(self.start, other.start) and self.voxels.shape == other.voxels.shape:
            low, a, b = self.start, self.voxels, other.voxels
        else:
            low = np.minimum(self.start, other.start)
            shape = np.maximum(self.start + self.voxels.shape, other.start + other.voxels.shape) - low
            a, b = (np.zeros(shape, np.result_type(self.voxels, other.voxels)) for _ in range(2))
            for whole, part in ((a, self), (b, other)):
                whole[_window(part.start - low, part.start - low + part.voxels.shape)] = part.voxels
        box = bounding_box(a != b)
        return None if box is None else _shifted(box, low)

    def boxes(self) -> dict[int, Window]:
        """Value -> the box of indices that holds its voxels; empty values are not in it."""
        from DGMSegmentationLib.measurement.roi import label_boxes

        if self._boxes is None:
            self._boxes = {v: _shifted(box, self.start) for v, box in label_boxes(self.voxels).items()}
        return self._boxes

    def cut(self, box: Window, value: int) -> Any:
        """True where the voxels in a box of indices have a value."""
        return self.voxels[_shifted(box, -self.start)] == value


def layers_of(node: Any) -> list[Layer]:
    """The labelmaps of our structures, each once."""
    import numpy as np
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    segmentation = node.GetSegmentation()
    if segmentation.GetNumberOfSegments() and not segmentation.ContainsRepresentation(BINARY_LABELMAP):
        node.CreateBinaryLabelmapRepresentation()
    found: dict[str, Layer] = {}
    for label, segment_id in sorted(structure_segments(node).items()):
        segment = segmentation.GetSegment(segment_id)
        image = segment.GetRepresentation(BINARY_LABELMAP)
        if image is None or image.IsEmpty():
            continue
        address = image.__this__
        if address not in found:
            extent = np.array(image.GetExtent()).reshape(3, 2)
            size = extent[:, 1] - extent[:, 0] + 1
            voxels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(*size[::-1]).transpose(2, 1, 0)
            matrix = vtk.vtkMatrix4x4()
            image.GetImageToWorldMatrix(matrix)
            found[address] = Layer({}, voxels, extent[:, 0], array_of(matrix))
        found[address].labels[label] = segment.GetLabelValue()
    return list(found.values())


@dataclass(eq=False)
class Place:
    """Where a segmentation lies in a volume."""

    shape: tuple[int, ...]
    affine: Any
    same_transform: bool
    to_volume: Any
    """mm of the segmentation -> mm of the volume, 4 x 4; None when a transform is not linear."""
    node: Any = field(repr=False)
    volume: Any = field(repr=False)

    @classmethod
    def of(cls, node: Any, volume: Any) -> "Place":
        """As it is now."""
        import slicer
        import vtk

        matrix = vtk.vtkMatrix4x4()
        parents = node.GetParentTransformNode(), volume.GetParentTransformNode()
        known = all(parent is None or parent.IsTransformToWorldLinear() for parent in parents)
        if known:
            slicer.vtkMRMLTransformNode.GetMatrixTransformBetweenNodes(*parents, matrix)
        return cls(
            tuple(volume.GetImageData().GetDimensions()),
            affine_of(volume),
            parents[0] is parents[1],
            array_of(matrix) if known else None,
            node,
            volume,
        )

    def same_as(self, other: "Place | None") -> bool:
        """True when every voxel lies where it lay; a transform that is not linear may always have changed."""
        import numpy as np

        return (
            other is not None
            and self.to_volume is not None
            and other.to_volume is not None
            and (self.shape, self.same_transform) == (other.shape, other.same_transform)
            and np.array_equal(self.affine, other.affine)
            and np.array_equal(self.to_volume, other.to_volume)
        )

    def offset(self, layer: Layer) -> Any:
        """What to add to the layer's indices for those of the grid; None when it lies on another lattice."""
        import numpy as np

        if not self.same_transform:
            return None
        to_grid = np.linalg.inv(self.affine) @ layer.to_ras
        exact = np.eye(4)
        exact[:3, 3] = np.rint(to_grid[:3, 3])
        corner = np.array([*self.shape, 1.0])
        off = max(np.abs((to_grid - exact) @ corner).max(), np.abs(to_grid - exact).max())
        return exact[:3, 3].astype(int) if off <= GEOMETRY_TOLERANCE_MM else None

    def window(self, layer: Layer, box: Window) -> Window:
        """The part of the grid that a box of the layer's indices can reach."""
        import numpy as np

        offset = self.offset(layer)
        if offset is not None:
            return _clipped(_shifted(box, offset), self.shape)
        if self.to_volume is None:
            return tuple(slice(0, n) for n in self.shape)
        to_grid = np.linalg.inv(self.affine) @ self.to_volume @ layer.to_ras
        edges = [(s.start - 0.5, s.stop - 0.5) for s in box]
        corners = np.array(np.meshgrid(*edges)).reshape(3, -1)
        reached = to_grid[:3, :3] @ corners + to_grid[:3, 3:]
        low = np.floor(reached.min(axis=1)).astype(int) - 1
        high = np.ceil(reached.max(axis=1)).astype(int) + 2
        return _clipped(_window(low, high), self.shape)

    def inside(self, layer: Layer, value: int, window: Window) -> Any:
        """True in a window of the grid where the layer has a value (nearest neighbour)."""
        import numpy as np

        box, offset = layer.boxes()[value], self.offset(layer)
        found = np.zeros([s.stop - s.start for s in window], bool)
        if offset is None:
            return self._resampled(layer, value, window) != 0
        here = intersection(_shifted(box, offset), window)
        if all(s.start < s.stop for s in here):
            lows = np.array([s.start for s in window])
            found[_shifted(here, -lows)] = layer.cut(_shifted(here, -offset), value)
        return found

    def _resampled(self, layer: Layer, value: int, window: Window) -> Any:
        """By the same function as Slicer's Segment Statistics uses."""
        import numpy as np
        import slicer
        import vtk
        from vtk.util.numpy_support import vtk_to_numpy

        # One voxel of background around the structure, as the whole labelmap has it; none where it ends.
        end = layer.start + layer.voxels.shape
        low = [max(s.start - 1, a) for s, a in zip(layer.boxes()[value], layer.start, strict=True)]
        high = [min(s.stop + 1, b) for s, b in zip(layer.boxes()[value], end, strict=True)]
        box = _window(low, high)
        single = _oriented(layer.cut(box, value).astype(np.uint8), low, layer.to_ras)
        reference = slicer.vtkOrientedImageData()
        reference.SetExtent(*[edge for s in window for edge in (s.start, s.stop - 1)])
        reference.SetGeometryFromImageToWorldMatrix(_matrix(self.affine))
        transform = vtk.vtkGeneralTransform()
        slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(
            self.node.GetParentTransformNode(), self.volume.GetParentTransformNode(), transform
        )
        moved = slicer.vtkOrientedImageData()
        slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
            single, reference, moved, False, False, transform
        )
        size = [s.stop - s.start for s in window]
        return vtk_to_numpy(moved.GetPointData().GetScalars()).reshape(size[::-1]).transpose(2, 1, 0)


def intersection(one: Window, other: Window) -> Window:
    """What lies in both; it may be empty."""
    return tuple(slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(one, other, strict=True))


def _window(low: Any, high: Any) -> Window:
    return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))


def _shifted(window: Window, by: Any) -> Window:
    return tuple(slice(s.start + int(d), s.stop + int(d)) for s, d in zip(window, by, strict=True))


def _clipped(window: Window, shape: Any) -> Window:
    return intersection(window, tuple(slice(0, n) for n in shape))


def _matrix(values: Any) -> Any:
    import vtk

    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(values.ravel().tolist())
    return matrix


def _oriented(voxels: Any, start: Any, to_ras: Any) -> Any:
    import numpy as np
    import slicer
    from vtk.util.numpy_support import numpy_to_vtk

    image = slicer.vtkOrientedImageData()
    image.SetExtent(*[edge for a, n in zip(start, voxels.shape, strict=True) for edge in (a, a + n - 1)])
    scalars = numpy_to_vtk(np.ascontiguousarray(voxels.transpose(2, 1, 0)).ravel(), deep=True)
    image.GetPointData().SetScalars(scalars)
    image.SetGeometryFromImageToWorldMatrix(_matrix(to_ras))
    return image
