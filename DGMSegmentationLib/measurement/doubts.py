"""What the values of a map tell against it: its level, contrast and spectrum, its halves, values that are cut off or not there.

The thresholds were set on twenty real volumes, as they are and altered (Docs/quality.md).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..errors import Remark
from ..image import Image, bounding_box, label_set_of
from .brain import BrainValues
from .contrast import contrasts, guesses
from .places import ATLAS_MM
from .roi import Box, structures_in

VOID_SHARE = 0.1
"""From this share of a structure's voxels outside the brain, or masked to 0, on the case is doubtful; less is a flag."""
CONTRAST_PPB = (45.0, 400.0)
"""Of the globus pallidus against its surroundings: 61 to 129 in the twenty real volumes, to 250 in the literature."""
DOUBTED_TOGETHER = ((70.0, 12.0), (250.0, 80.0))
"""Contrast and distance of the quartiles of the brain's values that are both too low, or both too high: 23 to 31 ppb in the
twenty; noise alone makes the second large, and smoothing makes it small."""
CONTRAST_IN_SPREADS, NOISY_IN_SPREADS = 1.5, 1.0
"""A contrast that is too low, and below so many quartile distances, is none of a susceptibility map: 2.3 to 5.3 there. Below
the second number it is drowned in noise, however high it is."""
ZERO_SHARE = 0.1
"""Of the brain's voxels that are exactly 0: part of it is masked away."""
OTHERS_IN_SPREADS = 0.4
"""The same of the other nuclei on average, where the globus pallidus is not labelled: .9 to 4 there."""
SIDE_SHARE = 0.5
"""The contrast of one side against that of the other: .86 and more there."""
OFFSET_PPB = 80.0
"""A map referenced to CSF, or to a part of the brain, lies within 60 ppb of one referenced to the whole brain."""
BOUND_SHARE, BRAIN_BOUND_SHARE = 0.05, 0.01
"""Of a structure's voxels, and of the brain's, that have the largest or the smallest value of all: one voxel in the twenty."""
FEWEST_VALUES = 8
"""Different values among the middle 98 % of the brain's."""
_BRIGHTEST = "GP"
_AT_BOUND = 3  # voxels: one of them is the largest in any map
_FLAT = 0.25  # of the brain's largest slice: one that ends by itself ends in smaller ones
_PLAIN = 3.0  # times as many zeros as voxels of any other value are no accident of rounding


def doubts_of_voids(
    labels: Image, image_ppb: Image, mask: NDArray[np.bool_] | None, boxes: Mapping[int, Box]
) -> list[Remark]:
    """Structures that lie, in part, where the map holds nothing: what is averaged there is no susceptibility.

    Args:
        labels: label values of its label set (i, j, k).
        image_ppb: the map on the same grid.
        mask: the brain on that grid; without it nothing is said.
        boxes: the smallest box around each structure.
    """
    if mask is None:
        return []
    named = []
    for structure, box, inside in structures_in(labels, boxes):
        values, within = image_ppb.data[box][inside], mask[box][inside]
        void = ~within | (values == 0)
        _, counts = np.unique(values[~void], return_counts=True)
        rounding = (within & (values == 0)).sum() <= _PLAIN * counts.max(initial=0)
        share = (~within).mean() if rounding else void.mean()
        if share >= VOID_SHARE:
            named.append(structure.abbreviation)
    outside = [Remark("structures_outside", names=named)] if named else []
    return outside + _cut_through(labels, mask, boxes)


def _cut_through(labels: Image, mask: NDArray[np.bool_], boxes: Mapping[int, Box]) -> list[Remark]:
    """Structures that reach a plane in which the brain ends at its full breadth: the rest of them is not in the image."""
    brain = bounding_box(mask)
    if brain is None:
        return []
    named = set()
    for axis, span in enumerate(brain):
        others = tuple(a for a in range(3) if a != axis)
        for end in (span.start, span.stop - 1):
            there = [label for label, box in boxes.items() if box[axis].start <= end < box[axis].stop]
            if not there or np.take(mask, end, axis).sum() < _FLAT * mask[brain].sum(axis=others).max():
                continue
            plane = np.take(np.asarray(labels.data), end, axis)
            named |= {label for label in there if (plane == label).sum() >= _AT_BOUND}
    names = [s.abbreviation for s in label_set_of(labels) if s.label in named]
    return [Remark("structures_cut", names=names)] if names else []


def doubts_of_values(
    labels: Image,
    image_ppb: Image,
    mask: NDArray[np.bool_] | None,
    unit: str,
    boxes: Mapping[int, Box],
    brain: BrainValues,
    *,
    confident: bool = False,
) -> list[Remark]:
    """What speaks against a map in ppb.

    Args:
        labels: label values of its label set (i, j, k).
        image_ppb: the map in ppb on the same grid.
        mask: the brain on that grid, if it is known.
        unit: what the file's values were taken for, "ppm" or "ppb": for guesses at what they are instead.
        boxes: the smallest box around each structure.
        brain: what is known of this map and mask.
        confident: whether a network was as sure of it as of good maps; else its spectrum is looked at, too.
    """
    reasons, level = [], brain.level
    if level is not None and abs(level.middle) > max(OFFSET_PPB, 1.5 * level.spread):  # a gain moves both
        stored = level.middle / 1000 if unit == "ppm" else level.middle
        reasons.append(Remark("offset_doubted", middle=level.middle, stored=stored))
    reasons += _uneven(brain) + _cut_off(labels, image_ppb, boxes, brain)
    return reasons + _of_contrast(labels, image_ppb, mask, unit, boxes, brain, confident)


def _uneven(brain: BrainValues) -> list[Remark]:
    pair = brain.uneven
    if pair is None:
        return []
    (one, other), (middle, other_middle), (spread, other_spread) = pair.names, pair.middles, pair.spreads
    return [
        Remark(
            "values_uneven",
            one=one,
            other=other,
            middle=middle,
            other_middle=other_middle,
            spread=spread,
            other_spread=other_spread,
        )
    ]


def _cut_off(labels: Image, image_ppb: Image, boxes: Mapping[int, Box], brain: BrainValues) -> list[Remark]:
    """Values that end at a bound, or come in few steps."""
    if brain.bounds is None:
        return []
    reasons, named = [], []
    for structure, box, inside in structures_in(labels, boxes):
        values = image_ppb.data[box][inside]
        at = max(int((values == bound).sum()) for bound in brain.bounds)
        if at >= max(_AT_BOUND, BOUND_SHARE * values.size):
            named.append(structure.abbreviation)
    if named or brain.share_at_bounds >= BRAIN_BOUND_SHARE:
        reasons.append(Remark("values_clipped", low=brain.bounds[0], high=brain.bounds[1], names=named))
    if brain.zero_share >= ZERO_SHARE:
        reasons.append(Remark("brain_holed", share=100 * brain.zero_share))
    if brain.different_values < FEWEST_VALUES:
        reasons.append(Remark("values_coarse", count=brain.different_values))
    return reasons


def _of_contrast(
    labels: Image,
    image_ppb: Image,
    mask: NDArray[np.bool_] | None,
    unit: str,
    boxes: Mapping[int, Box],
    brain: BrainValues,
    confident: bool,
) -> list[Remark]:
    """How far the brightest nucleus stands out, on each side, and the spectrum of the map."""
    label_set = label_set_of(labels)
    spread = brain.level.spread if brain.level is not None else float("nan")
    brightest = [s for s in label_set if s.nucleus == _BRIGHTEST]
    found = contrasts(labels, image_ppb, mask, [s.label for s in brightest], boxes)
    if not found:
        if any(s.label in boxes for s in brightest):
            return [Remark("contrast_unknown", nucleus=brightest[0].nucleus_name.lower())]
        others = [s.label for s in label_set if s.nucleus in ATLAS_MM]
        contrast = float(
            np.mean(list(contrasts(labels, image_ppb, mask, others, boxes).values()) or [np.nan])
        )
        if contrast < OTHERS_IN_SPREADS * spread:
            return [Remark("structures_not_bright", contrast=contrast)]
        return []
    contrast, name = float(np.mean(list(found.values()))), brightest[0].nucleus_name.lower()
    share = contrast / spread if spread > 0 else float("nan")
    if (contrast < CONTRAST_PPB[0] or not confident) and brain.is_field:
        return [Remark("map_of_field", nucleus=name, contrast=contrast)]
    if (contrast < CONTRAST_PPB[0] and not share >= CONTRAST_IN_SPREADS) or share < NOISY_IN_SPREADS:
        return [Remark("contrast_missing", nucleus=name, contrast=contrast, share=share)]
    if _other_scale(contrast, spread):
        rounded = float(f"{contrast:.3g}")
        return [Remark("contrast_of_scale", nucleus=name, contrast=rounded, guesses=guesses(contrast, unit))]
    low, high = min(found.values()), max(found.values())
    if low < SIDE_SHARE * high:
        return [Remark("contrast_of_side", nucleus=name, low=low, high=high)]
    return []


def _other_scale(contrast: float, spread: float) -> bool:
    """Whether values are no ppb: far off in the contrast, or off in contrast and spread."""
    low, high = DOUBTED_TOGETHER
    together = (contrast < low[0] and spread < low[1]) or (contrast > high[0] and spread > high[1])
    return together or not CONTRAST_PPB[0] <= contrast <= CONTRAST_PPB[1]
