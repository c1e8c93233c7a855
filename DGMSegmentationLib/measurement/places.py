"""Where the nuclei lie against each other: the fit of their centres to an atlas, whatever way the head lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ..errors import Remark
from ..image import Image, label_set_of
from .roi import Box, structure_boxes, structures_in
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
# A structure lies from another one in the atlas' own direction, by .67 to 1.3 of its way in twenty heads, by less than none where
# their names are exchanged. Red nucleus and substantia nigra are one slice apart: there the larger one tells, too.
_LEAST_WAY, _LEAST_WAY_CLOSE = 0.25, 0.0
_CLOSE_MM = 8.0
_LARGER = ("SN", "RN")
# A structure without others lies on its own side of the brain's middle: 3.5 to 8.7 mm (RN), 4.7 to 13.4 (SN), 6.6 to 28 (others).
_ASIDE_MM = {"RN": 2.5, "SN": 3.5}
_ASIDE_OTHERS_MM = 5.0
# From the brain's centroid outwards and to the front, mm: where the nuclei of these heads lie, and how far beyond is too far.
_REGION_MM = {
    "RN": ((3.5, 9.0), (-3.1, 7.1)),
    "SN": ((6.4, 13.2), (1.1, 10.8)),
    "GP": ((13.9, 23.4), (12.6, 23.3)),
    "PU": ((20.5, 28.9), (16.3, 27.2)),
    "CN": ((6.4, 17.8), (29.3, 38.1)),
}
_BEYOND_MM = 7.0
_SIDE = {"L": (-1.0, 1.0, 1.0), "R": (1.0, 1.0, 1.0)}


@dataclass(frozen=True, eq=False)
class Fit:
    """How the centres of a case lie against the atlas."""

    residual_mm: float
    """Root mean square distance after the best turn, shift and scale."""
    tilt_degrees: float
    """How far the head is turned against the world's axes."""
    exchanged: bool
    """Whether the left structures lie on the right of the head: the mirrored atlas lies less turned."""
    expected: NDArray[np.float64] = field(repr=False)
    """Where the atlas' centres come to lie, in the order of the structures (n, 3)."""


class Arrangement:
    """The structures of a case by their centres; each thing is looked for when it is first asked for, and once.

    Args:
        labels: label values of its label set (i, j, k).
        boxes: the smallest box around each structure, where they are known.
    """

    def __init__(self, labels: Image, boxes: Mapping[int, Box] | None = None) -> None:
        self._labels, self._label_set = labels, label_set_of(labels)
        if boxes is None:
            boxes = structure_boxes(np.asarray(labels.data, self._label_set.dtype), self._label_set)
        self.boxes = boxes

    @cached_property
    def _voxels(self) -> dict[str, NDArray[np.intp]]:
        """Abbreviation -> voxels (n, 3), of the structures that have some."""
        return {
            structure.abbreviation: np.argwhere(inside) + [s.start for s in box]
            for structure, box, inside in structures_in(self._labels, self.boxes)
        }

    @cached_property
    def centres(self) -> dict[str, NDArray[np.float64]]:
        """World positions (mm, RAS+) of the structures by abbreviation; those without a voxel are left out."""
        affine = self._labels.affine
        return {
            name: np.median(voxels, axis=0) @ affine[:3, :3].T + affine[:3, 3]
            for name, voxels in self._voxels.items()
        }

    @cached_property
    def _known(self) -> dict[str, NDArray[np.float64]]:
        """Those of the atlas' structures."""
        return {
            s.abbreviation: self.centres[s.abbreviation]
            for s in self._label_set
            if s.side and s.nucleus in ATLAS_MM and s.abbreviation in self.centres
        }

    @cached_property
    def fit(self) -> Fit | None:
        """The atlas fitted to the centres; None when fewer than five of the atlas' structures are there."""
        places = self._known
        if len(places) < _FEWEST:
            return None
        return min(_fits(list(places), np.array([*places.values()])), key=lambda fit: fit.tilt_degrees)

    @cached_property
    def sides_exchanged(self) -> bool:
        """Whether the left structures lie on the right of the head.

        Where enough structures are there for a fit to the atlas it tells, whatever way the head lies; else whether most left
        structures lie right of their partners (in RAS).
        """
        if self.fit is not None and self.fit.residual_mm <= _GOOD_FIT_MM:
            return self.fit.exchanged
        places = self.centres
        pairs = [
            (places[left.abbreviation], places[right.abbreviation])
            for left, right in self._label_set.pairs
            if {left.abbreviation, right.abbreviation} <= set(places)
        ]
        return 2 * sum(bool(left[0] > right[0]) for left, right in pairs) > len(pairs)

    @cached_property
    def exchanged_names(self) -> tuple[str, str] | None:
        """Two structures (or nuclei, on both sides) that carry each other's name, by their places against all others; or None.

        Where a structure lies from another one as the atlas has it the other way round, all exchanges of two names are tried;
        the one that fits the atlas best is told.
        """
        fit, places = self.fit, self._known
        if fit is None:
            return None
        names, found = list(places), np.array([*places.values()])
        sizes = [len(self._voxels[name]) for name in names]
        if all(_way(fit, found, sizes, names, a, b) >= 0 for a, b in combinations(range(len(names)), 2)):
            return None
        tried = []
        for one, other in (*combinations(names, 2), *combinations(dict.fromkeys(n[:-2] for n in names), 2)):
            anew = [_renamed(name, one, other) for name in names]
            if set(anew) == set(names):
                closest = min(_fits(anew, found), key=lambda fit: fit.tilt_degrees)
                tried.append((closest.residual_mm, one, other))
        residual, one, other = min(tried)
        return (one, other) if residual <= _GOOD_FIT_MM else None

    def _from_middle(self, middle_mm: NDArray[np.float64]) -> dict[str, tuple[float, float]]:
        """How far the atlas' structures lie outwards and in front of the brain's centroid, mm."""
        return {
            name: (_SIDE[name[-1]][0] * float(place[0] - middle_mm[0]), float(place[1] - middle_mm[1]))
            for name, place in self._known.items()
        }

    def on_the_wrong_side(self, middle_mm: NDArray[np.float64]) -> list[str]:
        """Structures that lie clearly on the other side of the brain's middle than their names say.

        ``middle_mm``: the brain's centroid in the world (RAS+).
        """
        return [
            name
            for name, (outwards, _) in self._from_middle(middle_mm).items()
            if outwards < -_ASIDE_MM.get(name[:-2], _ASIDE_OTHERS_MM)
        ]

    def far_from_their_places(self, middle_mm: NDArray[np.float64]) -> list[str]:
        """Structures that lie, seen from above, where that nucleus lies in no head; ``middle_mm`` as above."""
        found = []
        for name, place in self._from_middle(middle_mm).items():
            outwards, forwards = (
                max(low - at, at - high, 0.0)
                for at, (low, high) in zip(place, _REGION_MM[name[:-2]], strict=True)
            )
            if float(np.hypot(outwards, forwards)) > _BEYOND_MM:
                found.append(name)
        return found

    def side_doubts(self, middle_mm: NDArray[np.float64] | None = None) -> tuple[Remark, ...]:
        """Remarks where sides or names are exchanged; see :func:`side_doubts`."""
        if self.sides_exchanged:
            return (Remark("labels_sides_exchanged"),)
        if names := self.exchanged_names:
            return (Remark("labels_names_exchanged", one=names[0], other=names[1]),)
        if middle_mm is not None and self.fit is None:
            if wrong := self.on_the_wrong_side(middle_mm):
                return (Remark("labels_on_wrong_side", names=wrong),)
            if far := self.far_from_their_places(middle_mm):
                return (Remark("labels_far_from_place", names=far),)
        return ()


def fit_to_atlas(labels: Image, boxes: Mapping[int, Box] | None = None) -> Fit | None:
    """Fit the atlas to the centres of the structures; None when fewer than five of the atlas' structures are there."""
    return Arrangement(labels, boxes).fit


def sides_exchanged(labels: Image, boxes: Mapping[int, Box] | None = None) -> bool:
    """Whether the left structures lie on the right of the head; see :attr:`Arrangement.sides_exchanged`."""
    return Arrangement(labels, boxes).sides_exchanged


def exchanged_names(labels: Image, boxes: Mapping[int, Box] | None = None) -> tuple[str, str] | None:
    """Two structures that carry each other's name, or None; see :attr:`Arrangement.exchanged_names`."""
    return Arrangement(labels, boxes).exchanged_names


def side_doubts(
    labels: Image,
    boxes: Mapping[int, Box] | None = None,
    middle_mm: NDArray[np.float64] | None = None,
) -> tuple[Remark, ...]:
    """Remarks where sides or names are exchanged: for every command that makes numbers of labels or writes them anew.

    ``middle_mm``: the brain's centroid in the world, where it is known; it tells the side and the rough place of structures
    that are too few for a fit to the atlas.
    """
    return Arrangement(labels, boxes).side_doubts(middle_mm)


def _fits(names: Sequence[str], found: NDArray[np.float64]) -> list[Fit]:
    """The atlas as it is and mirrored. The nuclei lie almost in a plane, whose mirror image is itself turned over: the fit
    that turns the head less is meant.
    """
    atlas = np.array([np.multiply(ATLAS_MM[name[:-2]], _SIDE[name[-1]]) for name in names])
    fits = []
    for sign in (1.0, -1.0):
        expected, tilt = _laid_over(atlas * [sign, 1.0, 1.0], found)
        rest = float(np.sqrt(((expected - found) ** 2).sum(axis=1).mean()))
        fits.append(Fit(rest, tilt, sign < 0, expected))
    return fits


def _way(
    fit: Fit, found: NDArray[np.float64], sizes: Sequence[int], names: Sequence[str], a: int, b: int
) -> float:
    """How far structure ``b`` lies from ``a`` in the atlas' direction, as a share of its way; beyond the least that must be."""
    meant, real = fit.expected[b] - fit.expected[a], found[b] - found[a]
    share = float(meant @ real / (meant @ meant))
    if float(np.linalg.norm(meant)) > _CLOSE_MM:
        return share - _LEAST_WAY
    nuclei = (names[a][:-2], names[b][:-2])
    sign = {_LARGER: 1.0, _LARGER[::-1]: -1.0}.get(nuclei, 0.0)
    return share - _LEAST_WAY_CLOSE + sign * float(np.log(sizes[a] / sizes[b]))


def _renamed(name: str, one: str, other: str) -> str:
    """A structure's name where two structures, or two nuclei on both sides, exchange theirs."""
    if name in (one, other):
        return other if name == one else one
    swap = {one: other, other: one}
    return swap.get(name[:-2], name[:-2]) + name[-2:]


def _laid_over(atlas: NDArray[np.float64], found: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The atlas after the best turn, shift and scale onto the centres found; and the turn in degrees."""
    turn, _ = rigid_motion(atlas, found)
    a, b = (atlas - atlas.mean(axis=0)) @ turn.T, found - found.mean(axis=0)
    scale = float((a * b).sum() / (a * a).sum())
    tilt = float(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1.0, 1.0))))
    return scale * a + found.mean(axis=0), tilt
