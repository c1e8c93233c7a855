"""Is the header's orientation right? When a map looks odd, its turned versions are shown to the network, the judge.

A head that lies in the array otherwise than its header says is segmented without an error, and wrongly. The network is
sure of most structures only in the head as it learnt it: a version of which it is much surer is probably the true one.
Left and right of a head are alike to it: which of two mirror images is true stays open, and nothing is turned unasked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from ..image import Image
from ..measurement.brain import BrainValues
from ..measurement.notes import OrientationNotes
from ..measurement.verdict import confidence
from ..models.model import Model
from ..preprocessing.case import Case, with_axes
from ..preprocessing.grid import Prepared, Preprocessing, mask_box, prepare
from .convention import Convention
from .region import entropy_shares_of_run, prior_box, sure_structures

if TYPE_CHECKING:
    from ..inference.case_predictor import CasePredictor
    from ..inference.tiling import Box

ODD_CONFIDENCE = 0.68
"""With so little confidence a map is odd: .76 to .86 in good maps, at most .65 in turned ones."""
BETTER_BY = 0.1
"""By so much a version must be surer than the map as it is, and be sure of most structures."""
CLEAR = 0.78
"""A version that is so sure, on half a head, ends the search; false ones reach .72."""
LARGEST_GMAC = 160.0
"""Multiply-adds that the search may cost, in thousands of millions: some 25 runs of the bundled model on half a head."""
_OVER_MIDDLE_MM = 10.0
_RIM_MM = 6.0  # of the 12 mm by which the region where structures are expected is larger than theirs
_COARSE_MM = 4.0
_CLIP_PPB = 100.0


@dataclass(frozen=True)
class Orientation:
    """A version of the map of which the network is surer than of the one that the header says."""

    codes: str
    """Axis codes of the image's array in that version, e.g. "RPS"; left and right may be exchanged in it."""
    change: str
    """In words: what was done to the image."""
    sure: int
    """Structures of which the network is sure as the header has it, and in that version; of how many."""
    sure_turned: int
    structures: int
    confidence: float
    confidence_turned: float

    def to_notes(self) -> OrientationNotes:
        """As plain values, for the notes of a run."""
        return cast(OrientationNotes, asdict(self))


def looks_odd(entropies: Mapping[str, float], structures: int) -> bool:
    """Whether the network is so little sure that the head may lie otherwise; no good map is odd."""
    return confidence(entropies, structures) < ODD_CONFIDENCE


def better_orientation(
    predictor: "CasePredictor",
    case: Case,
    entropies: Mapping[str, float],
    convention: Convention,
    cancel: Callable[[], bool] | None = None,
) -> Orientation | None:
    """The version of an odd map of which the network is much surer, or None.

    Args:
        case: the opened case, as its header says.
        entropies: of the run on it, by abbreviation.
    """
    of = len(convention.label_set)
    here = confidence(entropies, of)
    if BrainValues(case.image, case.mask).is_field:
        return None  # no version of it is a map of susceptibility
    pre = _narrow(predictor.model)
    codes = case.image.grid.axis_codes
    side = [
        s.abbreviation
        for s in convention.label_set
        if s.side in ("", _SIDE_OF_LOW[pre.axes[pre.lateral_axis]])
    ]
    half = confidence({name: entropies[name] for name in side if name in entropies}, len(side))
    best, surest, spent = None, half, 0.0

    def judged(version: str, names: Sequence[str] | None) -> dict[str, float] | None:
        nonlocal spent
        turned = [with_axes(channel, version) for channel in case.channels]
        prepared = prepare(turned, case.mask, pre)
        box = prior_box(predictor.model, prepared)
        if names is not None:
            box = one_half(prepared, box, pre.lateral_axis)
        size = prepared.grid.shape if box is None else [s.stop - s.start for s in box]
        spent += predictor.work(size) / 1e9
        if spent > LARGEST_GMAC:
            return None
        found = entropy_shares_of_run(predictor, prepared, box, convention, cancel)
        return found if names is None else {name: found[name] for name in names if name in found}

    for candidate in candidates(codes, lateral_axis(case.image, case.mask)):
        shares = judged(candidate, side)
        if shares is None:
            break
        found = confidence(shares, len(side))
        if found > surest and 2 * sure_structures(shares) > len(side):
            best, surest = candidate, found
        if surest > max(CLEAR, half + BETTER_BY):
            break
    shares = judged(best, None) if best is not None and surest >= half + BETTER_BY else None
    if best is None or shares is None:
        return None
    turned, sure = confidence(shares, of), sure_structures(shares)
    if turned < here + BETTER_BY or 2 * sure <= of:
        return None
    return Orientation(best, described(codes, best), sure_structures(entropies), sure, of, here, turned)


def _narrow(model: Model) -> Preprocessing:
    """The model's preprocessing on a grid that ends where no structure is expected: the same voxels, fewer of them."""
    pre, prior = model.header.preprocessing, model.header.prior_box
    if not prior or pre.shape is None or pre.crop_centre != "mask-box":
        return pre
    shape = []
    for length, step, low, high in zip(
        pre.shape, pre.spacing_mm, prior["low_mm"], prior["high_mm"], strict=True
    ):
        half = int(max(-low, high) / step) + 2
        shape.append(min(length, 2 * half + length % 2))
    return replace(pre, shape=(shape[0], shape[1], shape[2]))


_SIDE_OF_LOW = {"R": "L", "L": "R"}
"""On which side of the head an axis begins that runs to the right, or to the left."""


def one_half(prepared: Prepared, box: "Box | None", axis: int) -> "Box":
    """The lower half of a box along an axis, and a little more, without its rims: enough to tell whether the head is one, at a
    third of the cost.
    """
    x, y, z = (
        slice(span.start + rim, max(span.start + rim + 1, span.stop - rim))
        for span, rim in zip(
            (slice(0, n) for n in prepared.grid.shape) if box is None else box,
            (round(_RIM_MM / step) for step in prepared.grid.spacing),
            strict=True,
        )
    )
    spans = [x, y, z]
    over = round(_OVER_MIDDLE_MM / prepared.grid.spacing[axis])
    middle = round(float(prepared.mask_centre[axis])) + over
    spans[axis] = slice(spans[axis].start, max(spans[axis].start + 1, min(spans[axis].stop, middle)))
    return spans[0], spans[1], spans[2]


def candidates(codes: str, lateral: int) -> list[str]:
    """Axis codes of an array whose axis ``lateral`` runs from side to side, without ``codes`` itself.

    The direction of that axis stays where it can: a head and its mirror image are alike. The likely ones are first: one or
    both of the other axes flipped.
    """
    side = codes[lateral] if codes[lateral] in "LR" else "R"
    others = [axis for axis in range(3) if axis != lateral]
    found = []
    for first, second in product("AP", "SI"):
        for letters in ((first, second), (second, first)):
            made = [side] * 3
            for axis, letter in zip(others, letters, strict=True):
                made[axis] = letter
            found.append("".join(made))
    apart = [sum(a != b for a, b in zip(codes, made, strict=True)) for made in found]
    exchanged = [_axes(codes) != _axes(made) for made in found]
    order = sorted(range(len(found)), key=lambda n: (exchanged[n], apart[n]))
    return [found[n] for n in order if found[n] != codes]


def lateral_axis(image_ppb: Image, mask: NDArray[np.bool_]) -> int:
    """The array axis along which the head is most like its mirror image: values and outline, at 4 mm."""
    from scipy import ndimage

    low, high = mask_box(mask)
    box = tuple(slice(int(a), int(b) + 1) for a, b in zip(low, high, strict=True))
    zoom = [min(1.0, s / _COARSE_MM) for s in image_ppb.spacing]
    width = [0.5 * (1 / z - 1) for z in zoom]

    def coarse(values: NDArray[Any]) -> NDArray[Any]:
        smooth = ndimage.gaussian_filter(values.astype(np.float32), width)
        return np.asarray(ndimage.zoom(smooth, zoom, order=1))

    inside = mask[box]
    finite = np.nan_to_num(image_ppb.data[box], nan=0.0, posinf=0.0, neginf=0.0)
    values = coarse(np.where(inside, np.clip(finite, -_CLIP_PPB, _CLIP_PPB), 0.0))
    head = coarse(inside) > 0.5
    likeness = []
    for axis in range(3):
        both = head & np.flip(head, axis)
        overlap = both.sum() / max(1, head.sum())
        a, b = values[both], np.flip(values, axis)[both]
        alike = float(np.corrcoef(a, b)[0, 1]) if len(a) > 1 and a.std() and b.std() else 0.0
        likeness.append(2 * overlap + alike)
    return int(np.argmax(likeness))


def described(codes: str, other: str) -> str:
    """What was done to an image of axis codes ``codes`` when it is read as ``other``, in words."""
    if _axes(codes) != _axes(other):
        return "read with its axes exchanged"
    words = {"LR": "left to right", "AP": "front to back", "SI": "upside down"}
    flips = [words[pair] for pair in words for a, b in zip(codes, other, strict=True) if a in pair and a != b]
    return f"flipped {' and '.join(flips)}"


def _axes(codes: str) -> list[int]:
    """Which anatomical axis each array axis is."""
    return ["LRAPSI".index(code) // 2 for code in codes]
