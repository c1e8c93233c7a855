"""Fewer voxels of a fine grid, for comparisons that need no finer ones."""

from collections.abc import Mapping, Sequence

from ..image import Image
from .roi import Box

COMPARED_MM = 0.8
"""Edges as fine as a comparison needs: of sides, which are laid over and smoothed by more than that, or with surroundings
millimetres away.
"""


def every(spacing: Sequence[float], mm: float = COMPARED_MM) -> tuple[int, int, int]:
    """Which voxels along each axis are needed: every n-th of edges in mm, as long as n of them are no longer than ``mm``."""
    i, j, k = (max(1, int(mm / edge)) for edge in spacing)
    return i, j, k


def thinned(
    labels: Image, image_ppb: Image, boxes: Mapping[int, Box] | None
) -> tuple[Image, Image, Mapping[int, Box] | None, tuple[int, int, int]]:
    """The voxels of labels and map that :func:`every` names, the boxes in them, and n along each axis.

    Args:
        labels: label values of its label set (i, j, k).
        image_ppb: the map on the same grid.
        boxes: the smallest box around each structure, where they are known; those of structures without a voxel left are not
            in the result.
    """
    i, j, k = every(labels.spacing)
    if (i, j, k) == (1, 1, 1):
        return labels, image_ppb, boxes, (1, 1, 1)
    affine = labels.affine.copy()
    affine[:3, :3] *= (i, j, k)
    few = [image.replace(data=image.data[::i, ::j, ::k], affine=affine) for image in (labels, image_ppb)]
    if boxes is None:
        return few[0], few[1], None, (i, j, k)
    left: dict[int, Box] = {}
    for label, box in boxes.items():
        x, y, z = (slice(-(-s.start // n), -(-s.stop // n)) for s, n in zip(box, (i, j, k), strict=True))
        if (few[0].data[x, y, z] == label).any():
            left[label] = (x, y, z)
    return few[0], few[1], left, (i, j, k)
