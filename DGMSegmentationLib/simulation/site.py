"""What is known of one site's scans: simulated ones are drawn from it instead of from everything that there is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import Grid
from .anatomy import GRID
from .brain_mask import SMALLEST_MASK_ML
from .deform import Pose, pose_of
from .tissues import code

Triple = tuple[float, float, float]
Range = tuple[float, float]

TISSUES_OF = {
    "RN": ("rn",),
    "SN": ("sn", "stn"),
    "GP": ("gpe", "gpi"),
    "PU": ("putamen",),
    "CN": ("caudate", "accumbens"),
}
"""The tissues of the table whose iron is that of a nucleus."""
_VIEW_MARGIN_MM = 3.0
"""Of the slices that a simulated view holds beyond the lowest and highest labels."""


@dataclass(frozen=True)
class Site:
    """A site's scans. The defaults change nothing of what a simulation draws otherwise."""

    voxels_mm: tuple[Triple, ...] = ()
    """Voxel sizes along right, anterior, superior, one of which is drawn; () is any."""
    snr: Range = (12.0, 70.0)
    """Between them (log-uniformly) lies the signal-to-noise ratio in white matter."""
    blur_mm: Range = (0.0, 0.0)
    """SD of a Gaussian along the plane and along the slices that blurs the map beyond its voxels, times .5 to 1.5."""
    pose_deg: tuple[Range, Range, Range] | None = None
    """Mean and SD of pitch, roll and yaw in the anatomical frame."""
    reach_mm: tuple[Range, ...] = ()
    """How far below and above the middle between the pallida a volume reaches, one of which is drawn; () is any."""
    iron: tuple[tuple[str, float], ...] = ()
    """By nucleus the factor on the susceptibility of its tissues."""
    scatter: float = 1.0
    """Factor on the scatter of iron between heads."""

    def pose(self, rng: np.random.Generator) -> Pose | None:
        """A head position as at the site; None where nothing is known."""
        if self.pose_deg is None:
            return None
        pitch, roll, yaw = (rng.normal(mean, sd) for mean, sd in self.pose_deg)
        return pose_of(pitch, roll, yaw, rng)

    def voxel(self, rng: np.random.Generator) -> Triple | None:
        """The voxel size of a scan; None for any."""
        return self.voxels_mm[int(rng.integers(len(self.voxels_mm)))] if self.voxels_mm else None

    def draw_snr(self, rng: np.random.Generator) -> float:
        """Of a scan, in white matter."""
        low, high = np.log(self.snr)
        return float(np.exp(rng.uniform(low, high)))

    def blurred(self, chi: NDArray[np.float32], grid: Grid, rng: np.random.Generator) -> NDArray[np.float32]:
        """A map as the site's point spread shows it."""
        plane, slices = (sd * rng.uniform(0.5, 1.5) for sd in self.blur_mm)
        if plane <= 0 and slices <= 0:
            return chi
        x, y, z = grid.spacing
        return np.asarray(ndimage.gaussian_filter(chi, (plane / x, plane / y, slices / z)), np.float32)

    def view(
        self, mask: NDArray[np.bool_], labels: NDArray[np.uint8], grid: Grid, rng: np.random.Generator
    ) -> NDArray[np.bool_]:
        """The slices that the site's field of view holds, as a mask on the scan's grid; the labelled nuclei stay inside.

        ``labels`` lie on the simulation's own grid, which shares its first voxel with ``grid``.
        """
        view = np.ones(mask.shape, bool)
        if not self.reach_mm:
            return view
        below, above = self.reach_mm[int(rng.integers(len(self.reach_mm)))]
        mm = GRID.spacing[2]
        pallida = np.flatnonzero(np.isin(labels, (5, 6)).any(axis=(0, 1))) * mm
        all_labels = np.flatnonzero(labels.any(axis=(0, 1))) * mm
        middle = float(pallida.mean())
        low = min(middle - below + rng.normal(0.0, 3.0), float(all_labels[0]) - _VIEW_MARGIN_MM)
        high = max(middle + above + rng.normal(0.0, 3.0), float(all_labels[-1]) + _VIEW_MARGIN_MM)
        z = np.arange(mask.shape[2]) * grid.spacing[2]
        view &= ((z >= low) & (z <= high))[None, None, :]
        large = (mask & view).sum() * grid.voxel_volume_mm3 > 1000 * SMALLEST_MASK_ML
        return view if large else np.ones_like(view)

    def factors(self) -> dict[int, float]:
        """The factor on the susceptibility of each tissue whose iron is known, by its number."""
        return {code(tissue): factor for nucleus, factor in self.iron for tissue in TISSUES_OF[nucleus]}
