"""Distances between the surfaces of two segmentations of one structure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..image import bounding_box

# Two voxel centres exactly at the tolerance count as within it in spite of rounding.
_ROUNDING_MM = 1e-6


@dataclass(frozen=True)
class SurfaceDistances:
    """Distance in mm from every surface voxel of one segmentation to the nearest surface voxel of the
    other.
    """

    first_to_second: NDArray[np.float64]
    second_to_first: NDArray[np.float64]

    def hausdorff(self, percent: float = 95.0) -> float:
        """Symmetric percentile Hausdorff distance in mm: the larger of the two directed percentiles; NaN when
        one is empty.
        """
        if not (self.first_to_second.size and self.second_to_first.size):
            return float("nan")
        return float(
            max(np.percentile(self.first_to_second, percent), np.percentile(self.second_to_first, percent))
        )

    def dice(self, tolerance_mm: float = 1.0) -> float:
        """Surface Dice (Nikolov et al. 2018) by surface voxels: the share of both surfaces within the
        tolerance.

        0 when one segmentation is empty, NaN when both are.
        """
        total = self.first_to_second.size + self.second_to_first.size
        if total == 0:
            return float("nan")
        within = sum(
            np.count_nonzero(distances <= tolerance_mm + _ROUNDING_MM)
            for distances in (self.first_to_second, self.second_to_first)
        )
        return float(within / total)


def surface_voxels(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Voxels with a face neighbour outside the structure; beyond the array's border is outside."""
    from scipy import ndimage

    surface: NDArray[np.bool_] = inside & ~ndimage.binary_erosion(inside)
    return surface


def surface_distances(
    first: NDArray[np.bool_], second: NDArray[np.bool_], spacing: tuple[float, float, float]
) -> SurfaceDistances:
    """Distances between the surface voxels of two masks on one grid, in mm, cropped to the box around both.

    The axes are taken as perpendicular, with ``spacing`` mm between voxels. When one mask is empty, the
    other's distances are infinite.
    """
    from scipy import ndimage

    box = bounding_box(first | second)
    if box is None:
        return SurfaceDistances(np.empty(0), np.empty(0))
    surfaces = [surface_voxels(mask[box]) for mask in (first, second)]
    distances = []
    for here, there in (surfaces, surfaces[::-1]):
        if there.any():
            to_there = ndimage.distance_transform_edt(~there, sampling=spacing)
            distances.append(np.asarray(to_there[here], dtype=np.float64))
        else:
            distances.append(np.full(np.count_nonzero(here), np.inf))
    return SurfaceDistances(*distances)
