"""Corrected cases, opened: what a model's header says of each, and whether it can be learnt from."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import Remark
from ..image import Image, label_set_of
from ..io.files import sha256
from ..io.labels import write_labels
from ..io.lookup import write_lookup_beside
from ..measurement.contrast import contrasts
from ..measurement.places import Arrangement
from ..preprocessing.case import Case
from ..structures import STANDARD
from ..training.data import Subject

STRANGE_DICE = 0.65
"""Mean Dice with the model's labels below which labels may be another head's: .73 to .84 for the twenty of qsm20, at most .59
for labels of one of them on another."""
_STRANGE_CONTRAST = 0.8
"""Contrast as a share of that of the model's labels below which they are: .91 to 1.08, against at most .67. A head that the
model itself missed shows more contrast where it was corrected, not less."""
_LEAST_MM3 = 10.0
"""Of a structure that counts as drawn: a stray stroke is none."""


@dataclass(frozen=True, eq=False)
class CorrectedCase:
    """One corrected volume, opened: the map in ppb with its brain mask, and the labels on its grid."""

    subject: Subject
    opened: Case
    labels: Image

    @property
    def name(self) -> str:
        """What it is called where it lies; no file of a model says that."""
        return self.subject.name

    def record(self) -> dict[str, str]:
        """What a model's header says of it: a pseudonym, and checksums by which its owner knows it again."""
        image, labels = (sha256(path) for path in (self.subject.images[0], self.subject.label))
        return {"case": pseudonym(image), "image": image, "labels": labels}


def pseudonym(checksum: str) -> str:
    """A name made of the image's checksum alone: beside that, a subject's name in it could be found by trying names."""
    return "case-" + hashlib.sha256(f"case {checksum}".encode()).hexdigest()[:12]


def reason_against(case: CorrectedCase, automatic: Image) -> Remark | None:
    """Why nothing should be learnt from a case; None where nothing speaks against it.

    ``automatic``: the model's own labels of the same map, on its grid.
    """
    labels, name = case.labels, case.name
    lie = Arrangement(labels)
    if lie.sides_exchanged:
        return Remark("adapt_sides", case=name)
    voxel = float(np.prod(labels.spacing))
    sizes = {s.abbreviation: voxel * int((labels.data == s.label).sum()) for s in label_set_of(labels)}
    lacking = [name for name, mm3 in sizes.items() if mm3 < _LEAST_MM3]
    if lacking:
        return Remark("adapt_empty", case=name, structures=lacking)
    if names := lie.exchanged_names:
        return Remark("adapt_names", case=name, one=names[0], other=names[1])
    overlap = mean_dice(labels, automatic)
    if overlap < STRANGE_DICE:
        drawn, found = (_contrast(x, case) for x in (labels, automatic))
        if drawn < _STRANGE_CONTRAST * found:
            return Remark("adapt_other_head", case=name, dice=overlap)
    return None


def mean_dice(labels: Image, other: Image) -> float:
    """Mean Dice over the structures of two label maps of one grid."""
    overlaps = []
    for structure in label_set_of(labels):
        one: NDArray[np.bool_] = labels.data == structure.label
        two: NDArray[np.bool_] = other.data == structure.label
        total = int(one.sum() + two.sum())
        overlaps.append(2.0 * int((one & two).sum()) / total if total else 1.0)
    return float(np.mean(overlaps))


def keep_labels(path: Path, labels: Image) -> None:
    """Write a copy of labels that says by itself which set they are of."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_labels(path, labels)
    known = label_set_of(labels)
    if known != STANDARD:
        write_lookup_beside(path, known)


def _contrast(labels: Image, case: CorrectedCase) -> float:
    """Mean contrast of the structures in ppb; 0 where nothing is labelled."""
    found = contrasts(labels, case.opened.image, case.opened.mask)
    return max(0.0, float(np.mean(list(found.values())))) if found else 0.0
