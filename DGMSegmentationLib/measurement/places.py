"""Where the nuclei lie against each other: the fit of their centres to an atlas, whatever way the head lies."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import Remark
from ..image import Image, label_set_of
from .roi import Box, structure_boxes
from .symmetry import rigid_motion

# Centres in mm of MNI space (RAS+), right side, means of both sides of CIT168 (Pauli et al. 2018, Sci Data 5:180063).
ATLAS_MM = {
    "RN": (5.1, -19.3, -9.4),
    "SN": (8.9, -17.5, -13.6),
    "GP": (18.6, -2.1, -1.9),
    "PU": (25.8, 1.7, 0.3),
    "CN": (14.6, 7.6, 9.1),
}
_GOOD_FIT_MM = 6.0  # beyond it the atlas tells nothing
_FEWEST = 5  # centres: fewer fit almost anything


@dataclass(frozen=True)
class Fit:
    """How the centres of a case lie against the atlas."""

    residual_mm: float
    """Root mean square distance after the best turn, shift and scale."""
    tilt_degrees: float
    """How far the head is turned against the world's axes."""
    exchanged: bool
    """Whether the left structures lie on the right of the head: the mirrored atlas lies less turned."""


def centres(labels: Image, boxes: Mapping[int, Box] | None = None) -> dict[str, NDArray[np.float64]]:
    """World positions (mm, RAS+) of the structures by abbreviation; those without a voxel are left out.

    ``boxes``: the smallest box around each structure, where they are known.
    """
    label_set, array = label_set_of(labels), np.asarray(labels.data)
    if boxes is None:
        boxes = structure_boxes(np.asarray(array, label_set.dtype), label_set)
    found = {}
    for structure in label_set:
        if structure.label in boxes:
            box = boxes[structure.label]
            here = np.argwhere(array[box] == structure.label) + [s.start for s in box]
            middle = np.median(here, axis=0)
            found[structure.abbreviation] = middle @ labels.affine[:3, :3].T + labels.affine[:3, 3]
    return found


def fit_to_atlas(labels: Image, boxes: Mapping[int, Box] | None = None) -> Fit | None:
    """Fit the atlas to the centres of the structures; None when fewer than five of the atlas' structures are there."""
    places = centres(labels, boxes)
    names = [
        s.abbreviation
        for s in label_set_of(labels)
        if s.side and s.nucleus in ATLAS_MM and s.abbreviation in places
    ]
    if len(names) < _FEWEST:
        return None
    found = np.array([places[name] for name in names])
    side = {"L": (-1.0, 1.0, 1.0), "R": (1.0, 1.0, 1.0)}
    atlas = np.array([np.multiply(ATLAS_MM[name[:-2]], side[name[-1]]) for name in names])
    fits = [Fit(*_residual(atlas * [sign, 1.0, 1.0], found), exchanged=sign < 0) for sign in (1.0, -1.0)]
    # The nuclei lie almost in a plane, whose mirror image is itself turned over: the way that turns the head less is meant.
    return min(fits, key=lambda fit: fit.tilt_degrees)


def sides_exchanged(labels: Image, boxes: Mapping[int, Box] | None = None) -> bool:
    """Whether the left structures lie on the right of the head.

    Where enough structures are there for a fit to the atlas it tells, whatever way the head lies; else whether most left
    structures lie right of their partners (in RAS).
    """
    fit = fit_to_atlas(labels, boxes)
    if fit is not None and fit.residual_mm <= _GOOD_FIT_MM:
        return fit.exchanged
    places = centres(labels, boxes)
    pairs = [
        (places[left.abbreviation], places[right.abbreviation])
        for left, right in label_set_of(labels).pairs
        if {left.abbreviation, right.abbreviation} <= set(places)
    ]
    return 2 * sum(bool(left[0] > right[0]) for left, right in pairs) > len(pairs)


def side_doubts(labels: Image, boxes: Mapping[int, Box] | None = None) -> tuple[Remark, ...]:
    """A remark where the sides are exchanged: for every command that makes numbers of labels or writes them anew."""
    return (Remark("labels_sides_exchanged"),) if sides_exchanged(labels, boxes) else ()


def _residual(atlas: NDArray[np.float64], found: NDArray[np.float64]) -> tuple[float, float]:
    """Root mean square distance in mm of the case after turn, shift and scale of the atlas; and the turn in degrees."""
    turn, _ = rigid_motion(atlas, found)
    a, b = (atlas - atlas.mean(axis=0)) @ turn.T, found - found.mean(axis=0)
    scale = float((a * b).sum() / (a * a).sum())
    tilt = float(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1.0, 1.0))))
    return float(np.sqrt(((scale * a - b) ** 2).sum(axis=1).mean())), tilt
