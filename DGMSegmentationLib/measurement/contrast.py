"""How far the nuclei stand out from their surroundings: what a susceptibility map shows whatever its reference is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of
from ..language import marked
from ..preprocessing.units import HERTZ
from .reference import measurable
from .roi import Box, structure_boxes
from .thinned import every

_EVERY_MM = 2.0  # enough voxels for three percentiles of a brain
_GAP_MM, _RING_MM = 2.0, 4.0  # partial volume ends within a voxel; white matter and its like lie in the ring

# What a contrast is taken to be in ppb of true susceptibility: the globus pallidus of most adults.
_TRUE_PPB = (60.0, 220.0)
# How many times the ppb that we read: for values in another quantity, and by which number to divide those of the file.
_ANY_UNIT = (
    (marked("ten times too large (divide them by 10)"), 10.0),
    (marked("4 pi times too large (divide them by 12.57)"), 4 * np.pi),
    (marked("ten times too small (multiply them by 10)"), 0.1),
    (marked("4 pi times too small (multiply them by 12.57)"), 1 / (4 * np.pi)),
)
_BY_UNIT = {
    "ppm": (
        (marked("Hz at 3 T (divide them by 127.7)"), 3 * HERTZ),
        (marked("Hz at 7 T (divide them by 298)"), 7 * HERTZ),
        (
            marked(
                "radians (divide them by 2 pi, the echo time and the frequency, about 16 for 20 ms at 3 T)"
            ),
            16.0,
        ),
        ("ppb", 1000.0),
    ),
    "ppb": (
        (marked("Hz at 3 T (multiply them by 7.83)"), 3 * HERTZ / 1000),
        (marked("Hz at 7 T (multiply them by 3.36)"), 7 * HERTZ / 1000),
        (
            marked("radians (multiply them by 1000 and divide by 2 pi, the echo time and the frequency)"),
            0.016,
        ),
        ("ppm", 0.001),
    ),
}


def guesses(contrast_ppb: float, unit: str) -> list[str]:
    """What the values of a file may be, whose globus pallidus stands out by ``contrast_ppb`` when they are read in ``unit``."""
    low, high = _TRUE_PPB
    found = [
        words
        for words, factor in (*_BY_UNIT.get(unit, ()), *_ANY_UNIT)
        if low <= contrast_ppb / factor <= high
    ]
    return found or [marked(f"{contrast_ppb / np.sqrt(low * high):.2g} times those of a QSM")]


@dataclass(frozen=True)
class Level:
    """The values of the whole brain, in ppb."""

    middle: float
    """Median."""
    spread: float
    """Distance of the quartiles."""


def brain_level(image_ppb: Image, mask: NDArray[np.bool_]) -> Level:
    """Median and quartile distance of the map in the brain mask, from a voxel every two millimetres."""
    few = tuple(slice(None, None, n) for n in every(image_ppb.spacing, _EVERY_MM))
    values = image_ppb.data[few][np.asarray(mask[few], bool)]
    values = values[measurable(values)]
    if not values.size:
        return Level(float("nan"), float("nan"))
    low, middle, high = np.percentile(values, (25, 50, 75))
    return Level(float(middle), float(high - low))


def contrasts(
    labels: Image,
    image_ppb: Image,
    mask: NDArray[Any] | None = None,
    values: Collection[int] | None = None,
    boxes: Mapping[int, Box] | None = None,
) -> dict[str, float]:
    """Mean of each structure minus the median of a ring around it (2 to 6 mm away, unlabelled, in the mask), in ppb.

    By abbreviation; structures without a voxel or without surroundings are left out. Of fine grids every n-th voxel counts
    (:func:`.thinned.every`).

    Args:
        labels: label values of its label set (i, j, k).
        image_ppb: the map in ppb on the same grid.
        mask: the brain on that grid; without it, where the map is not 0.
        values: label values of the structures that are wanted; by default all.
        boxes: the smallest box around each structure, where they are known.
    """
    from scipy import ndimage

    label_set = label_set_of(labels)
    array = np.asarray(labels.data, label_set.dtype)
    spacing = np.array(labels.spacing)
    margin, few = np.ceil((_GAP_MM + _RING_MM) / spacing).astype(int), every(labels.spacing)
    if boxes is None:
        boxes = structure_boxes(array, label_set)
    found = {}
    for structure in label_set:
        box = boxes.get(structure.label)
        if box is None or (values is not None and structure.label not in values):
            continue
        wide = tuple(
            slice(max(0, s.start - m), s.stop + m, n) for s, m, n in zip(box, margin, few, strict=True)
        )
        here = image_ppb.data[wide]
        usable = measurable(here) & (np.asarray(mask[wide], bool) if mask is not None else here != 0)
        inside = array[wide] == structure.label
        away = ndimage.distance_transform_edt(~inside, sampling=spacing * few)
        ring = (array[wide] == 0) & (away > _GAP_MM) & (away <= _GAP_MM + _RING_MM) & usable
        inside &= usable
        if inside.any() and ring.any():
            found[structure.abbreviation] = float(here[inside].mean(dtype=float) - np.median(here[ring]))
    return found
