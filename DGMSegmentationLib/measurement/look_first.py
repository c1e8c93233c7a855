"""Look here first: for each structure and slice how much there is to doubt, so that a reader begins where errors are likely.

A doubt of 1 or more asks for a look; what is below only orders the slices. Two kinds of evidence reach 1, both calibrated on
slabs cut from real labels (Docs/quality.md): tissue that the other side, laid over this one along the head's own middle
plane, lets expect and that is bright and unlabelled, much of it in the slice and enough in all; and a slice in which the other
side has the structure, this one has not, and bright unlabelled tissue lies beside it (a rolled head, whose middle plane the
loss itself has moved). A structure without a voxel asks for a look where it should lie. Hints stay below 1: where the
network was undecided (.1 < p < .9), predicted end slices, disagreement with the mirrored run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of
from ..language import marked
from ..structures import Structure
from .lost_slabs import SMOOTHING_MM, Sides, both_sides, bright
from .missing import missing_structures
from .notes import NetworkNotes
from .roi import Box, structure_boxes
from .slice_hints import SMALL_SLICE, axis_along, hints_on, slice_axis

LOST_IN_SLICE = 0.45
"""Bright unlabelled share of what is expected in a slice, with half of the lack in area: a doubt of 1."""
LOST_IN_ALL = 0.13
"""Bright unlabelled share of the whole structure in neighbouring slices: less weakens their doubt. Where labels end in the last
slice of a caudate is convention."""
ONE_SIDED = 0.7
"""Lack of a slice's area against the other side's in the same slice, as shares of the largest ones: a doubt of 1."""
BESIDE, BESIDE_ROLLED = 0.45, 0.72
"""Bright unlabelled tissue beside, as a share of the largest area, that supports the second in full; more of it where the other
side is in this slice only because the slices see the head rolled."""
MISSING, MISSING_BESIDE = 1.0, 0.6
"""The slice in which most of a structure without a voxel should lie, and the others: one of them asks for a look."""
LEAST_DOUBT = 0.4
"""Smaller ones are not told."""
_WEIGHT_OF_AREA = 0.5
_OF_ONE_LOSS = 0.5  # slices of this doubt or more that follow each other are one loss
_SLAB_MM = 3.0  # the slices of the calibration: thinner ones are judged together with their neighbours
_BESIDE_MM, _MARGIN_MM = 6.0, 10.0
_OPENED_MM = 1.2  # thinner than twice this is a vein or a rim
_END_HINT = 0.5


@dataclass(frozen=True)
class Doubt:
    """One slice of one structure that deserves a look."""

    structure: Structure
    axis: int
    """Array axis across the slices."""
    index: int
    """The slice along that axis, counted from 0."""
    score: float
    """From 1 on: look here."""
    reason: str
    """ "missing", "lost", "one_sided", "undecided", "mirrored" or "end": the strongest evidence."""

    @property
    def flagged(self) -> bool:
        """Whether somebody should look."""
        return self.score >= 1.0

    @property
    def words(self) -> str:
        """The evidence in a few words."""
        return f"{self.structure.name}: {WORDS[self.reason]}"


WORDS = {
    "missing": marked("it has no voxel; this is where it should lie"),
    "lost": marked("the other side goes on here, and so does the map"),
    "one_sided": marked("only the other side is labelled in this slice, and bright tissue lies beside"),
    "undecided": marked("the network was undecided about much of its border"),
    "mirrored": marked("the network outlines it otherwise in the mirrored head"),
    "end": marked("its first or last slice"),
}


@dataclass(frozen=True, eq=False)
class Doubts:
    """Where to look first in a case."""

    slices: list[Doubt]
    """By slice, then by structure; those of :data:`LEAST_DOUBT` or more."""
    tissue: NDArray[np.bool_]
    """The bright unlabelled voxels (i, j, k) that speak for the flagged ones; where a missing structure should lie."""

    @property
    def flagged(self) -> list[Doubt]:
        """Those that ask for a look."""
        return [doubt for doubt in self.slices if doubt.flagged]


def look_first(
    labels: Image,
    image_ppb: Image,
    *,
    network: NetworkNotes | None = None,
    boxes: Mapping[int, Box] | None = None,
) -> Doubts:
    """The doubts of a case.

    Args:
        labels: label values of its label set (i, j, k), automatic or corrected by hand.
        image_ppb: the susceptibility map in ppb on the same grid.
        network: notes of the run that made the labels, for its hints.
        boxes: the smallest box around each structure, where they are known.
    """
    label_set, axis = label_set_of(labels), slice_axis(labels)
    array = np.asarray(labels.data, label_set.dtype)
    if boxes is None:
        boxes = structure_boxes(array, label_set)
    size = array.shape[axis]
    areas = {s: _areas(array[box] == s, axis, box[axis].start, size) for s, box in boxes.items()}
    slabs = max(1, round(_SLAB_MM / labels.spacing[axis]))
    shares = {s: _share(_together(one, slabs)) for s, one in areas.items()}
    scores: dict[int, dict[str, NDArray[np.float64]]] = {s: {"end": _ends(areas[s])} for s in boxes}
    tissue: dict[tuple[int, str], Tissue] = {}
    notes = network or NetworkNotes()
    hinted = {"undecided": notes.get("undecided_slices", {}), "mirrored": notes.get("mirrored_slices", {})}
    for kind, noted in hinted.items():
        for label, hints in hints_on(noted, label_set, labels).items():
            if label in boxes:
                scores[label][kind] = hints
    for sides in both_sides(labels, image_ppb, boxes):
        label = sides.here.label
        scores[label]["lost"], tissue[label, "lost"] = _lost(sides, axis, size, slabs)
    pairs = [
        (one.label, other.label) for one, other in label_set.pairs if {one.label, other.label} <= set(boxes)
    ]
    places = {s: _middle(array[box] == s, box, labels, axis) for s, box in boxes.items()}
    for pair in pairs:
        roll = _roll(places, [p for p in pairs if p != pair])
        for label, there in (pair, pair[::-1]):
            higher = roll * (places[label][0] - places[there][0]) / labels.spacing[axis]
            gaps = _moved(shares[there], higher) - shares[label], shares[there] - shares[label]
            scores[label]["one_sided"], tissue[label, "one_sided"] = _one_sided(
                labels, image_ppb, label, boxes[label], axis, gaps
            )
    found, where = [], np.zeros(array.shape, bool)
    for label, kinds in scores.items():
        names, table = list(kinds), np.array(list(kinds.values()))
        best = table.max(axis=0)
        for index in np.flatnonzero(best >= LEAST_DOUBT).tolist():
            reason = names[int(table[:, index].argmax())]
            doubt = Doubt(label_set.by_label(label), axis, index, float(best[index]), reason)
            found.append(doubt)
            if doubt.flagged and (label, reason) in tissue:
                window, inside = tissue[label, reason]
                place = index - window[axis].start
                np.moveaxis(where[window], axis, 0)[place] |= np.moveaxis(inside, axis, 0)[place]
    for gone in missing_structures(labels, boxes, axis):
        for index in gone.slices:
            score = MISSING if index == gone.middle else MISSING_BESIDE
            found.append(Doubt(gone.structure, axis, index, score, "missing"))
        where[gone.box] |= gone.expected
    return Doubts(sorted(found, key=lambda doubt: (doubt.index, doubt.structure.label)), where)


Tissue = tuple[tuple[slice, ...], NDArray[np.bool_]]
"""A part of the grid, and voxels in it."""


def _areas(inside: NDArray[np.bool_], axis: int, start: int, size: int) -> NDArray[np.float64]:
    """Voxels in each slice of the whole grid."""
    whole = np.zeros(size)
    counts = inside.sum(axis=tuple(a for a in range(3) if a != axis))
    whole[start : start + len(counts)] = counts
    return whole


def _middle(inside: NDArray[np.bool_], box: Box, labels: Image, axis: int) -> tuple[float, float]:
    """Of a structure: its place from side to side, and along the axis of slices (mm)."""
    lateral = axis_along(labels, 0)
    index = [m + s.start for m, s in zip(np.argwhere(inside).mean(axis=0), box, strict=True)]
    return index[lateral] * labels.spacing[lateral], index[axis] * labels.spacing[axis]


def _roll(places: Mapping[int, tuple[float, float]], pairs: Sequence[tuple[int, int]]) -> float:
    """By how much the slices see one side higher than the other: mm along their axis for each mm from side to side.

    From pairs of structures, by least squares; a loss moves the middle of its own structure, so its pair is not among them.
    """
    apart = np.array([np.subtract(places[one], places[other]) for one, other in pairs]).reshape(-1, 2)
    return float(apart[:, 0] @ apart[:, 1] / max(1e-6, apart[:, 0] @ apart[:, 0]))


def _moved(profile: NDArray[np.float64], slices: float) -> NDArray[np.float64]:
    """A profile moved along its axis by so many slices."""
    index = np.arange(len(profile))
    return np.interp(index - slices, index, profile, left=0.0, right=0.0)


def _together(areas: NDArray[Any], slices: int) -> NDArray[np.float64]:
    """The mean of so many neighbouring slices, about each of them; of an even number the outermost two count half."""
    from scipy import ndimage

    weights = np.ones(slices + 1 - slices % 2)
    if slices % 2 == 0:
        weights[[0, -1]] = 0.5
    return np.asarray(ndimage.convolve1d(np.asarray(areas, float), weights / slices, mode="constant"))


def _share(areas: NDArray[np.float64]) -> NDArray[np.float64]:
    return areas / max(1.0, float(areas.max()))


def _ends(areas: NDArray[np.float64]) -> NDArray[np.float64]:
    """A hint for the first and the last slice: 41 % of the wrong voxels lie in these 23 % of a structure."""
    used = np.flatnonzero(areas)
    hint = np.zeros(len(areas))
    hint[[used[0], used[-1]]] = _END_HINT
    return hint


def _lost(sides: Sides, axis: int, size: int, slabs: int) -> tuple[NDArray[np.float64], Tissue]:
    """What is expected in each slice, bright and unlabelled; with half of the lack in area, and as far as it is much in all."""
    from scipy import ndimage

    over, whole = sides.overlay(), np.zeros(size)
    window = tuple(slice(int(a), int(a) + n) for a, n in zip(sides.low, sides.labels.shape, strict=True))
    if over is None:
        return whole, (window, np.zeros(sides.labels.shape, bool))
    others = tuple(a for a in range(3) if a != axis)
    expected, own, lost = (
        _together(m.sum(axis=others), slabs) for m in (over.expected, over.mine, over.lost)
    )
    usual = np.maximum(expected, SMALL_SLICE * expected.max())
    lack = np.clip((expected - own) / usual, 0, 1) * (lost > 0)
    doubt = (lost / usual + _WEIGHT_OF_AREA * lack) / LOST_IN_SLICE
    losses, _count = ndimage.label(doubt >= _OF_ONE_LOSS)
    sizes = np.bincount(losses, over.lost.sum(axis=others)) / over.expected.sum()
    sizes[0] = 0.0
    start = int(sides.low[axis])
    whole[start : start + len(doubt)] = doubt * np.minimum(1.0, sizes[losses] / LOST_IN_ALL)
    return whole, (window, over.lost)


def _one_sided(
    labels: Image,
    image_ppb: Image,
    label: int,
    box: Box,
    axis: int,
    gaps: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[NDArray[np.float64], Tissue]:
    """The gap to the other side's area in each slice, as far as bright unlabelled tissue beside supports it.

    ``gaps``: with the other side where the head's roll puts it, and where it is.
    """
    from scipy import ndimage

    spacing = np.array(labels.spacing)
    margin = np.ceil(_MARGIN_MM / spacing).astype(int)
    wide = tuple(
        slice(max(0, s.start - m), min(n, s.stop + m))
        for s, m, n in zip(box, margin, labels.shape, strict=True)
    )
    level, rolled = gaps
    doubt, tissue = np.zeros(len(level)), np.zeros([s.stop - s.start for s in wide], bool)
    suspected = np.flatnonzero(np.maximum(level, rolled) >= LEAST_DOUBT * ONE_SIDED)
    suspected = suspected[(suspected >= wide[axis].start) & (suspected < wide[axis].stop)]
    if not len(suspected):
        return doubt, (wide, tissue)
    inside, free = labels.data[wide] == label, labels.data[wide] == 0
    values = np.nan_to_num(np.asarray(image_ppb.data[wide], np.float32))
    shining = bright(ndimage.gaussian_filter(values, SMOOTHING_MM / spacing), inside, inside, free, spacing)
    mine, found = np.moveaxis(inside, axis, 0), np.moveaxis(shining & free, axis, 0)
    flat = np.delete(spacing, axis)
    largest, disk = float(mine.sum(axis=(1, 2)).max()), _disk(flat)
    for index in suspected - wide[axis].start:
        foot = mine[max(0, index - 1) : index + 2].any(axis=0)
        if not foot.any():
            continue
        near = ndimage.distance_transform_edt(~foot, sampling=flat) <= _BESIDE_MM
        parts, _count = ndimage.label(ndimage.binary_opening(found[index] & near, disk))
        touching = np.unique(parts[ndimage.binary_dilation(foot) & (parts > 0)])
        beside = np.isin(parts, touching) & (parts > 0)
        np.moveaxis(tissue, axis, 0)[index] = beside
        place = index + wide[axis].start
        share = float(beside.sum()) / largest
        kinds = (level, BESIDE), (rolled, BESIDE_ROLLED)
        doubt[place] = max(gap[place] * min(1.0, share / enough) for gap, enough in kinds) / ONE_SIDED
    return doubt, (wide, tissue)


def _disk(spacing: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Of the radius below which bright tissue counts as thin."""
    reach = [max(1, round(_OPENED_MM / s)) for s in spacing]
    x, y = np.ogrid[-reach[0] : reach[0] + 1, -reach[1] : reach[1] + 1]
    inside: NDArray[np.bool_] = (x * spacing[0]) ** 2 + (y * spacing[1]) ** 2 <= max(
        _OPENED_MM, 1.01 * spacing.max()
    ) ** 2
    return inside
