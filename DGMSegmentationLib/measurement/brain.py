"""What the values of the whole brain tell of a map, looked at when it is first asked for and kept with the opened image."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..image import Image
from .contrast import Level, brain_level
from .field_map import Spectrum, spectrum


class BrainValues:
    """The level and the spectrum of a map; both are None without a brain mask."""

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
