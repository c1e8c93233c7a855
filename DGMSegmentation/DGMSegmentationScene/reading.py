"""The segments as labels on a volume's grid, read again after an edit: only where something has changed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .layers import Layer, Place, Window, intersection, layers_of
from .segments import label_set_of_node

if TYPE_CHECKING:
    from DGMSegmentationLib.image import Image
    from DGMSegmentationLib.structures import LabelSet


@dataclass(frozen=True)
class LabelsOnGrid:
    """Our labels on a volume's grid."""

    image: "Image"
    """With their label set."""
    shared_voxels: int
    """Voxels that belong to two structures at once; the later label counts."""
    resampled: bool
    """True when the segmentation's own grid is another one (nearest neighbour, as Segment Statistics does)."""


class LabelReader:
    """Reads the structures of one segmentation on the grid of one volume, and remembers what it read."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._label_set: LabelSet | None = None
        self._layers: list[Layer] = []
        self._labels: Any = None
        self._shared: Any = None  # in how many structures beside the one that counts; None: nowhere yet

    def read(self, node: Any, volume: Any) -> LabelsOnGrid:
        """The labels as they are now: what a new reader would read, in the time that the change takes."""
        import numpy as np

        from DGMSegmentationLib.image import Image

        place, layers, label_set = Place.of(node, volume), layers_of(node), label_set_of_node(node)
        window = self._changed(place, layers) if label_set == self._label_set else None
        self._label_set = label_set
        if window is None:
            self._labels, self._shared = np.zeros(place.shape, label_set.dtype), None
            window = tuple(slice(0, n) for n in place.shape)
        if _size(window):
            self._paint(place, layers, window)
        self._place, self._layers = place, [layer.kept() for layer in layers]
        shared = int(self._shared.sum()) if self._shared is not None else 0
        resampled = any(layer.boxes() and place.offset(layer) is None for layer in layers)
        return LabelsOnGrid(Image(self._labels.copy(), place.affine, label_set=label_set), shared, resampled)

    def _changed(self, place: Place, layers: list[Layer]) -> Window | None:
        """The window of the grid in which the labels may be others than before; None: everywhere."""
        if not place.same_as(self._place) or len(layers) != len(self._layers):
            return None
        from DGMSegmentationLib.image import union

        window: Window = (slice(0, 0),) * 3
        for now, before in zip(layers, self._layers, strict=True):
            if not now.comparable(before):
                return None
            box = now.difference(before)
            if box is not None:
                window = union(window, place.window(now, box))
        return window

    def _paint(self, place: Place, layers: list[Layer], window: Window) -> None:
        """Write all structures into a window of the grid, the later label over the earlier."""
        import numpy as np

        self._labels[window] = 0
        if self._shared is not None:
            self._shared[window] = 0
        found = sorted((label, value, n) for n, la in enumerate(layers) for label, value in la.labels.items())
        for label, value, n in found:
            layer = layers[n]
            if value not in layer.boxes():
                continue
            part = intersection(place.window(layer, layer.boxes()[value]), window)
            if not _size(part):
                continue
            inside, there = place.inside(layer, value, part), self._labels[part]
            taken = inside & (there != 0)
            if taken.any():
                if self._shared is None:
                    self._shared = np.zeros(place.shape, np.uint8)
                self._shared[part][taken] += 1
            there[inside] = label


def labels_on_volume(node: Any, volume: Any) -> LabelsOnGrid:
    """Read the structures of a segmentation node on the grid of a volume node, whatever is visible."""
    return LabelReader().read(node, volume)


def _size(window: Window) -> int:
    size = 1
    for s in window:
        size *= max(0, s.stop - s.start)
    return size
