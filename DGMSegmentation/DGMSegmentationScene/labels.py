"""The segments back as one array of our labels, and label images of any grid on a volume's grid."""

from typing import TYPE_CHECKING, Any

from .reading import LabelsOnGrid, labels_on_volume
from .volumes import affine_of

if TYPE_CHECKING:
    from DGMSegmentationLib.errors import Remark
    from DGMSegmentationLib.image import Image

__all__ = ["LabelsOnGrid", "labels_for_volume", "labels_on_volume"]


def labels_for_volume(
    labels: "Image", volume: Any, image: "Image | None" = None
) -> tuple[Any, bool, "tuple[Remark, ...]"]:
    """A label image of any grid as an array on the volume's grid, whether it had to be resampled (nearest neighbour), and
    what is doubtful about its place.

    ``image``: the volume as its file was read, which knows the header's other form. Raises InputError when none of its labels
    lies in the volume.
    """
    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.image import Grid, resample_to
    from DGMSegmentationLib.preprocessing.alignment import aligned

    said: tuple[Remark, ...] = labels.warnings
    if image is not None:
        labels, moved = aligned(labels, image)
        said = (*labels.warnings, *moved)
    grid = Grid(tuple(volume.GetImageData().GetDimensions()), affine_of(volume))
    if labels.grid.same_as(grid):
        return labels.data, False, said
    placed = resample_to(labels.data, labels.grid, grid, order=0)
    if labels.data.any() and not placed.any():
        raise InputError("labels_outside", name=volume.GetName())
    return placed, True, said
