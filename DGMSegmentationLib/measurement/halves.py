"""Is a map the same on both sides? Half a head that is scaled, shifted or noise gives means that look plausible together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..image import Image
from .reference import measurable
from .thinned import every

# Largest differences between the halves of a good map, by world axis (from side to side, front to back, up and down): of the
# logarithm of the quartile distances, and of the medians in ppb. In twenty real volumes up to .09 and 1.2 from side to side,
# .12 and 1.3 front to back, .20 and 2.3 up and down.
_SPREADS = (0.25, 0.5, 0.8)
_MIDDLES_PPB = (12.0, 20.0, 25.0)
_WORDS = (("left", "right"), ("back", "front"), ("lower", "upper"))
_EVERY_MM = 2.0  # enough voxels for the quartiles of half a brain
_GAP_MM = 3.0
_FEWEST = 200


@dataclass(frozen=True)
class Halves:
    """The values of the two halves of a brain along one axis of the world, in ppb."""

    axis: int
    middles: tuple[float, float]
    """Medians, that of the lower coordinates (left, back, below) first."""
    spreads: tuple[float, float]
    """Distances of the quartiles."""

    @property
    def names(self) -> tuple[str, str]:
        """What the halves are called, in the same order."""
        return _WORDS[self.axis]

    @property
    def uneven(self) -> bool:
        """Whether they differ as those of no good map do."""
        low, high = sorted(self.spreads)
        spread = np.log(high / low) if low > 0 else np.inf * (high > 0)
        apart = abs(self.middles[0] - self.middles[1])
        return bool(spread > _SPREADS[self.axis] or apart > _MIDDLES_PPB[self.axis])


def halves(image_ppb: Image, mask: NDArray[np.bool_]) -> Iterator[Halves]:
    """The halves of a brain on both sides of its centre along x, y and z of the world; none where there is too little.

    Args:
        image_ppb: the map (i, j, k) in ppb.
        mask: the brain on the same grid.
    """
    step = every(image_ppb.spacing, _EVERY_MM)
    few = tuple(slice(None, None, s) for s in step)
    values = image_ppb.data[few]
    inside = np.asarray(mask[few], bool) & measurable(values)
    values = values[inside]
    if values.size < _FEWEST:
        return
    places = np.argwhere(inside) * step @ image_ppb.affine[:3, :3].T
    places -= places.mean(axis=0)
    for axis in range(3):
        sides = values[places[:, axis] < -_GAP_MM], values[places[:, axis] > _GAP_MM]
        if min(side.size for side in sides) < _FEWEST:
            continue
        (low, middle, high), (low2, middle2, high2) = (np.percentile(side, (25, 50, 75)) for side in sides)
        yield Halves(axis, (float(middle), float(middle2)), (float(high - low), float(high2 - low2)))
