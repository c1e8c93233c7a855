"""Corrected cases: where they are, and whether each can be learnt from."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..cohort.find import CohortCase, find_cohort
from ..errors import InputError, Remark
from ..image import Image, label_set_of
from ..io.bids.derivatives import case_paths
from ..io.files import sha256, stem
from ..measurement.contrast import contrasts
from ..measurement.places import sides_exchanged
from ..preprocessing.case import Case
from ..study.places import find_study, is_study
from ..study.state import rejected_cases
from ..training.data import Subject, find_subjects

_EDITED, _AUTOMATIC = "_desc-edited_dseg.nii.gz", "_dseg.nii.gz"
_BESIDE = (_EDITED, "_desc-edited.seg.nrrd", ".seg.nrrd", _AUTOMATIC)
"""What the labels beside a map may end with, corrections first."""
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
        return {"case": pseudonym(self.name, image), "image": image, "labels": labels}


def pseudonym(name: str, checksum: str) -> str:
    """A name that cannot be turned back into the subject's: the image's content is part of it."""
    return "case-" + hashlib.sha256(f"{name}\n{checksum}".encode()).hexdigest()[:12]


def find_corrected(
    places: Sequence[str | Path],
    channels: Sequence[str] = ("qsm",),
    say: Callable[[Remark], object] = lambda _: None,
) -> list[Subject]:
    """The corrected cases of studies, tables and files, each once.

    Args:
        places: BIDS or cohort folders (labels corrected by hand, never automatic ones), training tables, maps with their
            labels as ``QSM=LABELS``, or maps whose labels lie beside them.
        channels: of the model.
        say: hears of labels that may be automatic.

    Raises InputError for what is none of these, and where no case is found.
    """
    found: dict[Path, Subject] = {}
    for place in places:
        for subject in _subjects(str(place), channels, say):
            found.setdefault(subject.images[0].resolve(), subject)
    if not found:
        raise InputError("fit_no_cases")
    return list(found.values())


def _subjects(text: str, channels: Sequence[str], say: Callable[[Remark], object]) -> list[Subject]:
    path, labels = _taken_apart(text)
    if path.is_dir() or path.suffix in (".tsv", ".csv"):
        return _of_study(path, channels) or [s for s in find_subjects(path, channels) if s.split == "train"]
    if not path.is_file():
        raise InputError("fit_no_map", path=path)
    if labels is not None:
        return [Subject(stem(path), (path,), labels)]
    for ending in _BESIDE:
        labels = path.with_name(f"{stem(path)}{ending}")
        if labels.is_file():
            if ending == _AUTOMATIC:
                say(Remark("fit_perhaps_automatic", path=labels, tail=_EDITED))
            return [Subject(stem(path), (path,), labels)]
    raise InputError("fit_no_labels", path=path, stem=stem(path), tail=_AUTOMATIC)


def _of_study(path: Path, channels: Sequence[str]) -> list[Subject]:
    """The corrected cases of a cohort or of a study that is read; none of another folder or table."""
    try:
        if not is_study(path):
            return []
        place = find_study([path])
        cases = find_cohort(place.source, channels).cases
    except InputError:  # a training table, or a folder that is told better as one
        return []
    return corrected_of(cases, place.output, channels)


def corrected_of(
    cases: Sequence[CohortCase], results: Path, channels: Sequence[str] = ("qsm",)
) -> list[Subject]:
    """Of a study's cases those with one file of corrected labels, in its folder of results or named by its table; not those
    that a reader rejected.
    """
    found, rejected = [], rejected_cases(results, [case.name for case in cases])
    for case in cases:
        labels = [case.edited] if case.edited else case_paths(results, case.name).edited_labels()
        if len(labels) == 1 and not case.problem and case.name not in rejected:
            images = (case.image, *(case.channels[name] for name in channels[1:]))
            found.append(Subject(case.name, images, labels[0], person=case.subject))
    return found


def _taken_apart(text: str) -> tuple[Path, Path | None]:
    """QSM=LABELS, or a place alone; names may hold the sign themselves."""
    if Path(text).exists():
        return Path(text), None
    signs = [n for n, letter in enumerate(text) if letter == "="]
    pairs = [(Path(text[:n]), Path(text[n + 1 :])) for n in signs]
    there = [(image, labels) for image, labels in pairs if image.exists()]
    return next(iter([*there, *pairs]), (Path(text), None))


def reason_against(case: CorrectedCase, automatic: Image) -> Remark | None:
    """Why nothing should be learnt from a case; None where nothing speaks against it.

    ``automatic``: the model's own labels of the same map, on its grid.
    """
    labels, name = case.labels, case.name
    if sides_exchanged(labels):
        return Remark("adapt_sides", case=name)
    voxel = float(np.prod(labels.spacing))
    sizes = {s.abbreviation: voxel * int((labels.data == s.label).sum()) for s in label_set_of(labels)}
    lacking = [name for name, mm3 in sizes.items() if mm3 < _LEAST_MM3]
    if lacking:
        return Remark("adapt_empty", case=name, structures=lacking)
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


def _contrast(labels: Image, case: CorrectedCase) -> float:
    """Mean contrast of the structures in ppb; 0 where nothing is labelled."""
    found = contrasts(labels, case.opened.image, case.opened.mask)
    return max(0.0, float(np.mean(list(found.values())))) if found else 0.0
