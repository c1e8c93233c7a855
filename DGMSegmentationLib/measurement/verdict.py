"""The verdict on a run: ok, doubtful or failed, with reasons. What a single structure's flags cannot say.

A map may be read in a wrong orientation or unit, or be no susceptibility map at all, and still give plausible numbers.
The evidence: how sure the network was, how far the nuclei stand out, where they lie against each other, the middle of
the brain's values. The thresholds were set on twenty real volumes, as they are and altered (Docs/quality.md).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import DGMError, Remark, remark_of
from ..image import Image, label_set_of
from ..language import marked
from ..preprocessing.units import OWN_UNIT
from ..structures import LabelSet
from .brain import BrainValues
from .doubts import doubts_of_values, doubts_of_voids
from .notes import NetworkNotes
from .places import Arrangement
from .quality import ENTROPY_SHARE
from .roi import Box

OK, DOUBTFUL, FAILED = marked("ok"), marked("doubtful"), marked("failed")
SURE_SHARE = 0.65
"""Of the structures that the network must be sure of."""
CONFIDENT = 0.7
"""Least confidence in all structures: .76 to .86 in good maps, at most .66 in fields of them and turned ones."""
ABSENT_SHARE = 0.3
"""From this share of structures without a voxel on the case is doubtful."""
RESIDUAL_MM = 6.0
TILT_DEGREES = 45.0
_OF_HEAD = (
    "brain_unmasked", "brain_size_unusual", "brain_proportions", "size_doubted", "brain_cut", "brain_in_parts", "brain_porous",
    "slices_moved",
)  # fmt: skip
_OF_CHANNELS = ("channel_blank", "channel_disagrees", "channel_partial")


@dataclass(frozen=True)
class Verdict:
    """Whether the numbers of a run can be used as they are; ``reasons`` are codes with facts, in order of weight."""

    status: str = OK
    reasons: tuple[Remark, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons."""
        return tuple(reason.code for reason in self.reasons)

    def doubting(self, reasons: Sequence[Remark]) -> "Verdict":
        """With further reasons for doubt; the same where there is none, or all are known."""
        more = [reason for reason in reasons if reason.code not in self.codes]
        return replace(self, status=DOUBTFUL, reasons=(*self.reasons, *more)) if more else self

    @property
    def doubtful(self) -> bool:
        """True when somebody must look before the numbers are used."""
        return self.status == DOUBTFUL

    def sentences(self, face: str | None = None) -> tuple[str, ...]:
        """The reasons in words for the user of a face."""
        return tuple(reason.sentence(face) for reason in self.reasons)

    def to_dict(self) -> dict[str, object]:
        """As plain values for provenance: {"status", "reasons": [{"code", "facts", "sentence"}]}."""
        return {
            "status": self.status,
            "reasons": [{**reason.to_dict(), "sentence": reason.sentence()} for reason in self.reasons],
        }

    def headline(self, face: str | None = None) -> str:
        """The status in one sentence."""
        if self.status == FAILED:
            return Remark("verdict_failed").sentence(face)
        return (Remark("verdict_doubtful") if self.doubtful else Remark("verdict_ok")).sentence(face)

    def line(self, face: str | None = None, said: Collection[str] = ()) -> str:
        """Headline and reasons, for one line of a terminal or a log; without the sentences of codes that were ``said``."""
        fresh = [reason.sentence(face) for reason in self.reasons if reason.code not in said]
        return " ".join([self.headline(face), *fresh])

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "Verdict":
        """Read back what :meth:`to_dict` wrote."""
        found = values.get("reasons")
        reasons = found if isinstance(found, list | tuple) else ()
        return cls(str(values["status"]), tuple(remark_of(reason) for reason in reasons))

    @classmethod
    def of_failure(cls, error: DGMError) -> "Verdict":
        """The verdict on a run that ended with an error."""
        return cls(FAILED, (error.as_remark(),))


def verdict_on(
    labels: Image,
    image_ppb: Image,
    mask: NDArray[np.bool_] | None = None,
    *,
    network: NetworkNotes | None = None,
    unit: str = "ppb",
    brain: BrainValues | None = None,
    places: Arrangement | None = None,
    said: Sequence[Remark] = (),
) -> Verdict:
    """The verdict on labels of a map.

    Args:
        labels: label values of its label set (i, j, k), automatic or corrected.
        image_ppb: the map in ppb on the same grid.
        mask: the brain on that grid; without it what concerns the whole brain is not judged.
        network: notes of the network's run ("undecided", "sign_flip", "orientation"), if there was one.
        unit: what the file's values were taken for, "ppm" or "ppb": for guesses at what they are instead. Of values in a
            unit of their own ("own") nothing is asked.
        brain: what is known of this map and mask already.
        places: what is known of these labels' places already.
        said: remarks on the image when it was opened; those on the size of the head and on further channels are reasons.
    """
    label_set, notes = label_set_of(labels), network or NetworkNotes()
    places = places or Arrangement(labels)
    boxes = places.boxes
    reasons = [remark for remark in said if remark.code in _OF_HEAD and unit != OWN_UNIT]
    reasons += [remark for remark in said if remark.code in _OF_CHANNELS]
    reasons += _of_network(notes, label_set)
    reasons += _of_places(label_set, boxes, places)
    reasons += doubts_of_voids(labels, image_ppb, mask, boxes)
    if unit != OWN_UNIT and not notes.get("sign_flip"):
        brain = brain or BrainValues(image_ppb, mask)
        reasons += doubts_of_values(
            labels, image_ppb, mask, unit, boxes, brain, confident=_confident(notes, label_set)
        )
    return Verdict(DOUBTFUL if reasons else OK, tuple(reasons))


def _of_network(notes: NetworkNotes, label_set: LabelSet) -> list[Remark]:
    if notes.get("sign_flip"):
        return [Remark("sign_flipped")]
    if turned := notes.get("orientation"):
        codes = turned["codes"]
        return [
            Remark(
                "orientation_doubted",
                sure=turned["sure"],
                structures=turned["structures"],
                sure_turned=turned["sure_turned"],
                change=turned["change"],
                codes=codes,
                mirrored=codes.translate(str.maketrans("LR", "RL")),
            )
        ]
    if "undecided" not in notes or notes.get("uncalibrated"):
        return []
    of = len(label_set)
    sure = sum(share <= ENTROPY_SHARE for share in notes["undecided"].values())
    if _confident(notes, label_set) and sure >= SURE_SHARE * of:
        return []
    return [
        Remark("head_unknown", confidence=100 * confidence(notes["undecided"], of), sure=sure, structures=of)
    ]


def confidence(entropies: Mapping[str, float], structures: int) -> float:
    """Mean over all structures of how decided the network was, 0 to 1; a structure that it did not find counts 0.

    ``entropies``: mean entropy inside each structure as a share of ln 2, by abbreviation.
    """
    return sum(max(0.0, 1.0 - share) for share in entropies.values()) / max(1, structures)


def _confident(notes: NetworkNotes, label_set: LabelSet) -> bool:
    """Whether a network ran and was as sure as it is of good maps."""
    calibrated = "undecided" in notes and not notes.get("uncalibrated")
    return calibrated and confidence(notes["undecided"], len(label_set)) >= CONFIDENT


def _of_places(label_set: LabelSet, boxes: Mapping[int, Box], places: Arrangement) -> list[Remark]:
    """Structures that are not there, and where the others lie."""
    absent = [s.abbreviation for s in label_set if s.label not in boxes]
    reasons = []
    if len(absent) >= max(2.0, ABSENT_SHARE * len(label_set)):
        reasons.append(
            Remark("structures_absent", absent=len(absent), structures=len(label_set), names=absent)
        )
    fit = places.fit
    if fit is not None and fit.residual_mm > RESIDUAL_MM:
        return [*reasons, Remark("places_odd", residual=fit.residual_mm, limit=RESIDUAL_MM)]
    if exchanged := places.side_doubts():
        reasons += exchanged
    elif fit is not None and fit.tilt_degrees > TILT_DEGREES:
        reasons.append(Remark("head_turned", degrees=fit.tilt_degrees))
    return reasons
