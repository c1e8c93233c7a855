"""What the values of the whole brain tell of a map, looked at when it is first asked for and kept with the opened image."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..image import Image
from .contrast import Level, brain_level
from .field_map import Spectrum, spectrum
from .halves import Halves, halves
from .reference import measurable

_PLAIN = 3.0  # times as many zeros as voxels of any other value are no accident of rounding


class BrainValues:
    """What is known of a map in its brain mask; nothing is without a mask."""

    def __init__(self, image_ppb: Image, mask: NDArray[np.bool_] | None) -> None:
        self._image, self._mask = image_ppb, mask

    @cached_property
    def level(self) -> Level | None:
        """Middle and spread of the values."""
        return None if self._mask is None else brain_level(self._image, self._mask)

    @cached_property
    def waves(self) -> Spectrum | None:
        """The spectrum; also None when there is too little to tell."""
        return None if self._mask is None else spectrum(self._image, self._mask)

    @property
    def is_field(self) -> bool:
        """Whether the spectrum is that of a field."""
        return self.waves is not None and self.waves.is_field

    @cached_property
    def uneven(self) -> Halves | None:
        """The first two halves of the brain whose values differ as those of no good map do; None where all are alike."""
        if self._mask is None:
            return None
        return next((pair for pair in halves(self._image, self._mask) if pair.uneven), None)

    @cached_property
    def bounds(self) -> tuple[float, float] | None:
        """Smallest and largest value; None without a mask or values."""
        values = self._values
        return None if values is None or not values.size else (float(values.min()), float(values.max()))

    @cached_property
    def share_at_bounds(self) -> float:
        """Share of the brain's voxels that have the smallest or the largest value of all, whichever are more."""
        values = self._values
        if values is None or self.bounds is None:
            return 0.0
        return max(float(np.count_nonzero(values == bound)) / values.size for bound in self.bounds)

    @cached_property
    def different_values(self) -> int:
        """How many different values the middle 98 % have, from every seventh voxel."""
        values = self._values
        if values is None or not values.size:
            return 0
        few = values[::7]
        low, high = np.percentile(few, (1, 99))
        return int(np.unique(few[(few >= low) & (few <= high)]).size)

    @cached_property
    def middle_mm(self) -> NDArray[np.float64] | None:
        """The mask's centroid in the world (RAS+); None without a mask."""
        if self._mask is None or not self._mask.any():
            return None
        inside = np.argwhere(self._mask[::2, ::2, ::2]) * 2.0
        return np.asarray(self._image.affine[:3, :3] @ inside.mean(axis=0) + self._image.affine[:3, 3])

    @cached_property
    def zero_share(self) -> float:
        """Share of the brain's voxels that are exactly 0; 0 where rounding makes other values as frequent."""
        values = self._values
        if values is None or not values.size:
            return 0.0
        found, counts = np.unique(values[::7], return_counts=True)
        zeros, others = counts[found == 0].sum(), counts[found != 0].max(initial=0)
        return float(zeros / counts.sum()) if zeros > _PLAIN * others else 0.0

    @cached_property
    def _values(self) -> NDArray[np.floating] | None:
        if self._mask is None:
            return None
        values = self._image.data[self._mask]
        return values[measurable(values)]
