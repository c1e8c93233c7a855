"""The segments back as one array of our labels, and label images of any grid on a volume's grid."""

from typing import TYPE_CHECKING, Any

from .reading import LabelsOnGrid, labels_on_volume
from .volumes import affine_of

if TYPE_CHECKING:
    from DGMSegmentationLib.image import Image

__all__ = ["LabelsOnGrid", "labels_for_volume", "labels_on_volume"]


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
