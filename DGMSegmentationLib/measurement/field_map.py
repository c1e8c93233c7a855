"""Is it the field instead of the susceptibility? Seen in the map's spectrum.

The field of a head is its susceptibility times the unit dipole, which in the space of frequencies is 1/3 - cos^2 of the angle
to B0 (Marques and Bowtell 2005): nothing on the cone of 54.7 degrees, four times the power along B0 that there is across it.
Maps of susceptibility, regularised on the cone, keep some power there. B0 is taken to run along the world's z axis.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image import Image, bounding_box
from .reference import measurable

CONE_POWER = 0.13
AXIS_POWER = 0.85
_COARSE_MM = 3.0
_BAND = (0.03, 0.1)  # cycles per mm: above the shape of the head, below what 4 mm slices hold
_CONE, _AXIS, _ACROSS = (0.5, 0.65), (0.88, 1.01), (0.0, 0.25)  # ranges of |cos| of the angle to B0
_TAPER_MM = 12.0


@dataclass(frozen=True)
class Spectrum:
    """Mean power at middle frequencies: on the dipole's cone as a share of all, and along B0 as a share of that across it."""

    cone: float
    axis: float

    @property
    def is_field(self) -> bool:
        """Whether this is the spectrum of a field. Real volumes: cone .21 to .38 and axis .3 to .8, their fields .04 to .07
        and .9 to 2.6.
        """
        return self.cone < CONE_POWER and self.axis > AXIS_POWER


def spectrum(image_ppb: Image, mask: NDArray[np.bool_]) -> Spectrum | None:
    """The spectrum of a map in the brain mask; None when there is too little to tell.

    Args:
        image_ppb: any map (i, j, k); its scale does not matter.
        mask: the brain on the same grid.
    """
    from scipy import fft, ndimage

    box = bounding_box(np.asarray(mask, bool))
    if box is None:
        return None
    values = np.asarray(image_ppb.data[box], np.float32)
    inside = np.asarray(mask[box], bool) & measurable(values)
    step = [max(1, round(_COARSE_MM / s)) for s in image_ppb.spacing]
    values, share = _blocks(np.where(inside, values, 0), step), _blocks(inside, step)
    spacing = np.array(image_ppb.spacing) * step
    if min(values.shape) < 8 or not (share > 0.5).any():
        return None
    low, high = np.percentile(values[share > 0.5], (1, 99))  # veins and the rim would drown the rest
    values = np.clip(values, low, high) - share * (values.sum() / share.sum())
    depth = ndimage.distance_transform_edt(np.pad(share > 0.5, 1), sampling=spacing)[1:-1, 1:-1, 1:-1]
    values = values * np.clip(depth / _TAPER_MM, 0.0, 1.0).astype(np.float32)
    shape = [fft.next_fast_len(n, real=True) for n in values.shape]
    power = np.abs(fft.rfftn(values, shape)) ** 2
    axes = [np.fft.fftfreq(n, s) for n, s in zip(shape[:2], spacing[:2], strict=True)]
    axes.append(np.fft.rfftfreq(shape[2], spacing[2]))
    grid = np.stack(np.meshgrid(*axes, indexing="ij"))
    radius = np.sqrt(np.square(grid).sum(axis=0))
    band = (radius >= _BAND[0]) & (radius < _BAND[1])
    towards_b0 = image_ppb.affine[2, :3] / np.array(image_ppb.spacing)
    cosine = np.abs(towards_b0 @ grid[:, band]) / radius[band]
    power = power[band]

    def mean(span: tuple[float, float]) -> float:
        chosen = power[(cosine >= span[0]) & (cosine < span[1])]
        return float(chosen.mean()) if chosen.size else float("nan")

    total, across = float(power.mean()) if power.size else 0.0, mean(_ACROSS)
    if not total > 0 or not across > 0:
        return None
    return Spectrum(mean(_CONE) / total, mean(_AXIS) / across)


def _blocks(values: NDArray[Any], step: list[int]) -> NDArray[Any]:
    """Means over blocks of ``step`` voxels; an incomplete last block is filled with zeros."""
    padded = np.pad(values, [(0, -n % s) for n, s in zip(values.shape, step, strict=True)])
    i, j, k = (n // s for n, s in zip(padded.shape, step, strict=True))
    blocks = padded.reshape(i, step[0], j, step[1], k, step[2])
    return np.asarray(blocks.mean(axis=(1, 3, 5), dtype=np.float32))
