"""Lost slabs: a structure that lacks slices or an end on one side, though the map goes on there.

A network can lose the part of a nucleus that lies in a few slices (a rolled head), and so can a hand. Volumes alone do not
show it. Here the other side, laid over this one along the head's own middle plane, says where tissue of the nucleus is
expected; what is expected, unlabelled and as bright as the nucleus is lost. How the two thresholds were set is in
Docs/quality.md.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of
from ..language import marked
from ..structures import Structure
from .quality import Flag
from .roi import Box, structure_boxes
from .symmetry import laid_over, mirror_map
from .thinned import thinned

LOST_SCORE = 0.2
"""From this sum on a slab counts as lost: bright unlabelled share of what is expected, and a share of the smaller volume."""
LOST_SHARE = 0.07
"""The least of the first of the two: a smaller nucleus alone is none that lost something."""
SUSPECTED_SHARE = 0.07
"""Only from this share of bright unlabelled voxels on, noise and border included, is a structure compared."""
SMALLER_BY = 0.95
"""A structure with a larger share of the other side's voxels has lost nothing: in one of 200 cut ones it has."""
_WEIGHT_OF_VOLUME = 0.5
_BRIGHT = 0.5  # of the way from the surroundings to the nucleus: its border, where partial volume is half
SMOOTHING_MM = 0.6
_GAP_MM, _RING_MM = 2.0, 4.0
_SLICE_SHARE = 0.4  # of what is expected in a slice
_END_WORDS = {
    "R": marked("right"),
    "L": marked("left"),
    "A": marked("front"),
    "P": marked("back"),
    "S": marked("upper"),
    "I": marked("lower"),
}


@dataclass(frozen=True)
class LostSlab:
    """A part of a structure that is missing on one side."""

    structure: Structure
    share: float
    """Of the voxels that the other side lets expect, how many are bright and unlabelled."""
    axis: int
    """Array axis along which the loss is told."""
    first: int
    last: int
    """Slices along that axis, counted from 0."""
    end: str
    """ "lower", "front", ..., or "middle"."""
    voxels: int
    """Bright unlabelled voxels in these slices."""

    def on_grid(self, every: tuple[int, int, int], shape: tuple[int, int, int]) -> "LostSlab":
        """The same on a grid of which only every n-th voxel was looked at."""
        n = every[self.axis]
        last = min(shape[self.axis], (self.last + 1) * n) - 1
        return replace(self, first=self.first * n, last=last, voxels=self.voxels * math.prod(every))


def lost_slabs(labels: Image, image_ppb: Image, boxes: Mapping[int, Box] | None = None) -> list[LostSlab]:
    """What each paired structure lacks against the other side.

    Args:
        labels: label values of its label set (i, j, k); automatic or corrected by hand.
        image_ppb: the susceptibility map in ppb on the same grid.
        boxes: the smallest box around each structure, where they are known.

    Fine voxels are thinned first (:func:`.thinned.thinned`).
    """
    found = []
    few, values, places, every = thinned(labels, image_ppb, boxes)
    for sides in both_sides(few, values, places, SMALLER_BY):
        slab = sides.compared(few, labels.spacing) if sides.suspected() else None
        if slab is not None:
            found.append(slab.on_grid(every, labels.shape))
    return sorted(found, key=lambda slab: slab.structure.label)


def both_sides(
    labels: Image, image_ppb: Image, boxes: Mapping[int, Box] | None = None, smaller_by: float = math.inf
) -> "Iterator[Sides]":
    """Each paired structure with the other side's laid over it; none when the head's middle plane cannot be found.

    ``smaller_by``: only structures that have no larger share of the other side's voxels.
    """
    label_set = label_set_of(labels)
    if boxes is None:
        boxes = structure_boxes(np.asarray(labels.data, label_set.dtype), label_set)
    mapping = mirror_map(labels, boxes)
    if mapping is None:
        return
    inverse = np.linalg.inv(labels.affine)
    straight = inverse @ mapping @ labels.affine  # voxel to voxel
    for left, right in label_set.pairs:
        if left.label not in boxes or right.label not in boxes:
            continue
        voxels = [int((labels.data[boxes[s.label]] == s.label).sum()) for s in (left, right)]
        for here, there, onto in ((right, left, straight), (left, right, np.linalg.inv(straight))):
            own, other = (voxels[s is right] for s in (here, there))
            if own <= smaller_by * other:
                yield Sides.of(
                    labels, image_ppb, (here, boxes[here.label]), (there, boxes[there.label]), onto
                )


@dataclass(frozen=True, eq=False)
class Overlay:
    """A structure, and where it is expected, in the part of the grid of its :class:`Sides`."""

    mine: NDArray[np.bool_]
    expected: NDArray[np.bool_]
    """Where the other side lies, laid over this one."""
    free: NDArray[np.bool_]
    """Unlabelled."""
    bright: NDArray[np.bool_]
    """Nearer to the nucleus than to its surroundings."""

    @property
    def lost(self) -> NDArray[np.bool_]:
        """What is expected, unlabelled and bright."""
        return self.expected & ~self.mine & self.free & self.bright


@dataclass(frozen=True, eq=False)
class Sides:
    """A structure in a part of the grid that holds it and where the other side's lands."""

    here: Structure
    onto: NDArray[Any]
    """Lays voxels of the other side over this one, in the whole grid."""
    low: NDArray[np.intp]
    """The part's first voxel in the whole grid."""
    labels: NDArray[Any]
    values: NDArray[Any]
    spacing: NDArray[np.float64]
    there: NDArray[np.bool_]
    """The other side's structure in its own box, and where that begins."""
    there_low: NDArray[np.intp]
    landed: NDArray[np.float64]
    """Its voxels, laid over this side."""

    @classmethod
    def of(
        cls,
        labels: Image,
        image_ppb: Image,
        here: tuple[Structure, Box],
        there: tuple[Structure, Box],
        onto: NDArray[Any],
    ) -> "Sides":
        """A structure with its box, the other side's with its own, and what lays that over this one."""
        array, spacing = np.asarray(labels.data), np.array(labels.spacing)
        other = array[there[1]] == there[0].label
        there_low = np.array([s.start for s in there[1]])
        landed = (np.argwhere(other) + there_low) @ onto[:3, :3].T + onto[:3, 3]
        margin = np.ceil((_GAP_MM + _RING_MM) / spacing) + 1
        first, last = [s.start for s in here[1]], [s.stop - 1 for s in here[1]]
        low = np.floor(np.minimum(landed.min(axis=0), first) - margin)
        high = np.ceil(np.maximum(landed.max(axis=0), last) + margin) + 1
        low = np.clip(low, 0, array.shape).astype(int)
        box = tuple(slice(int(a), int(b)) for a, b in zip(low, np.minimum(high, array.shape), strict=True))
        values = np.asarray(image_ppb.data[box], np.float32)
        values = np.where(np.isfinite(values), values, 0)
        return cls(here[0], onto, low, array[box], values, spacing, other, there_low, landed)

    def suspected(self) -> bool:
        """Whether enough of the other side lands on bright unlabelled voxels: cheap, and true of all that is lost."""
        mine = self.labels == self.here.label
        around, inside = float(np.median(self.values[self.labels == 0])), float(self.values[mine].mean())
        index = np.rint(self.landed).astype(int) - self.low
        index = index[((index >= 0) & (index < self.labels.shape)).all(axis=1)]
        at = tuple(index.T)
        shining = self.values[at] > around + _BRIGHT * (inside - around)
        return bool((shining & (self.labels[at] == 0)).sum() >= SUSPECTED_SHARE * len(self.landed))

    def overlay(self) -> Overlay | None:
        """The other side laid over this one; None when nothing of it falls here."""
        from scipy import ndimage

        x, y, z = (slice(int(a), int(a) + n) for a, n in zip(self.low, self.labels.shape, strict=True))
        carried = laid_over(main_part(self.there), self.there_low, self.onto, (x, y, z))
        mine, free, expected = self.labels == self.here.label, self.labels == 0, carried >= 0.5
        if not expected.any():
            return None
        values = ndimage.gaussian_filter(self.values, SMOOTHING_MM / self.spacing)
        return Overlay(mine, expected, free, bright(values, mine, expected, free, self.spacing))

    def compared(self, labels: Image, thickness: Sequence[float]) -> LostSlab | None:
        """What is lost here, if it is enough; ``thickness``: of the slices that the user sees, in mm along each axis."""
        over = self.overlay()
        if over is None:
            return None
        lost = main_part(over.lost)
        total, own = int(over.expected.sum()), int(over.mine.sum())
        share = float(lost.sum()) / total
        score = share + _WEIGHT_OF_VOLUME * max(0.0, (total - own) / total)
        if share < LOST_SHARE or score < LOST_SCORE:
            return None
        return _slab(labels, thickness, self.here, lost, over.expected, over.mine, self.low, share)


def main_part(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest connected part (26 neighbours): stray islands are no evidence."""
    from scipy import ndimage

    parts, count = ndimage.label(inside, np.ones((3, 3, 3)))
    if count < 2:
        return inside
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray(parts == sizes.argmax())


def bright(
    values: NDArray[Any],
    mine: NDArray[np.bool_],
    expected: NDArray[np.bool_],
    free: NDArray[np.bool_],
    spacing: NDArray[Any],
) -> NDArray[np.bool_]:
    """Where the map is nearer to the nucleus than to its surroundings."""
    from scipy import ndimage

    away = ndimage.distance_transform_edt(~(mine | expected), sampling=spacing)
    ring = free & (away > _GAP_MM) & (away <= _GAP_MM + _RING_MM)
    sure = mine & expected if (mine & expected).any() else mine
    if not ring.any():
        return np.zeros_like(mine)
    around, inside = float(np.median(values[ring])), float(values[sure].mean())
    return np.asarray(values > around + _BRIGHT * max(inside - around, 0.0))


def _slab(
    labels: Image,
    thickness: Sequence[float],
    here: Structure,
    lost: NDArray[np.bool_],
    expected: NDArray[np.bool_],
    mine: NDArray[np.bool_],
    low: NDArray[Any],
    share: float,
) -> LostSlab:
    """Along which array axis, and in which slices, most of the loss lies."""
    best = (-1.0, 0, np.array([0]), np.zeros(1))
    for axis in np.argsort(np.round(thickness, 3), kind="stable"):  # the thickest slices win a draw
        others = tuple(a for a in range(3) if a != axis)
        here_lost, here_expected = lost.sum(axis=others), expected.sum(axis=others)
        slices = np.flatnonzero(here_lost >= _SLICE_SHARE * np.maximum(here_expected, 1))
        if not len(slices):
            slices = np.array([int(np.argmax(here_lost))])
        explained = float(here_lost[slices].sum() / here_lost.sum())
        if explained >= best[0]:
            best = explained, int(axis), slices, here_lost
    _, axis, slices, profile = best
    others = tuple(a for a in range(3) if a != axis)
    used = np.flatnonzero((mine | expected).any(axis=others))
    place = (np.average(slices, weights=profile[slices]) - used[0]) / max(1, used[-1] - used[0])
    code = labels.grid.axis_codes[axis]
    opposite = {"R": "L", "L": "R", "A": "P", "P": "A", "S": "I", "I": "S"}
    end = "middle" if 1 / 3 < place < 2 / 3 else _END_WORDS[code if place >= 2 / 3 else opposite[code]]
    return LostSlab(
        structure=here,
        share=share,
        axis=axis,
        first=int(slices[0] + low[axis]),
        last=int(slices[-1] + low[axis]),
        end=end,
        voxels=int(profile[slices].sum()),
    )


def flags_from_sides(labels: Image, image_ppb: Image, boxes: Mapping[int, Box] | None = None) -> list[Flag]:
    """A flag ``lost_slab`` for each structure that lacks a part which its other side has and the map shows."""
    flags = []
    for slab in lost_slabs(labels, image_ppb, boxes):
        slices = (
            marked(f"slice {slab.first}")
            if slab.first == slab.last
            else marked(f"slices {slab.first} to {slab.last}")
        )
        reason = (
            marked(f"about {100 * slab.share:.0f} % of it seems to be missing at its {slab.end} end")
            if slab.end != "middle"
            else marked(f"about {100 * slab.share:.0f} % of it seems to be missing")
        )
        where = marked(f"{slices} of array axis {'ijk'[slab.axis]}, counted from 0")
        text = marked(
            f"{slab.structure.name}: {reason}, in {where}; the other side goes on there, and so does the map."
        )
        flags.append(Flag("lost_slab", slab.structure.abbreviation, text))
    return flags
