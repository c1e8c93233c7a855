"""The corrected cases opened one after the other: what the network finds in each, and which can be learnt from."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError, Remark
from ..image import Image, restore_orientation
from ..inference.case_predictor import CasePredictor
from ..io.files import sha256
from ..models.header import ModelHeader
from ..segmentation.convention import Convention
from ..segmentation.postprocess import labels_from_probabilities, largest_components
from ..segmentation.protocol_fit import FitCase, fit_case
from ..segmentation.run import Watch
from ..study.same_image import are_alike, imprint
from ..training.cases import open_subject
from ..training.data import Subject, training_label_set
from ..training.settings import DataSettings
from .cases import CorrectedCase, reason_against
from .find import find_corrected
from .header import known_cases
from .state import OPENED


@dataclass(frozen=True, eq=False)
class Opened:
    """The cases that can be learnt from, and why others cannot."""

    cases: list[CorrectedCase]
    """Each with the person whose head it is."""
    fits: list[FitCase]
    """What the network finds in each."""
    drawn: list[Image]
    """The labels that the model gives each."""
    left_out: list[Remark]
    records: list[dict[str, str]]
    """What a model's header says of the cases: of the files as they were read, for they may change while the network learns."""


def open_corrected(
    places: Sequence[str | Path],
    convention: Convention,
    predictor: CasePredictor,
    watch: Watch,
    say: Callable[[Remark], object],
) -> Opened:
    """Find the corrected cases, open them, and leave out those that nothing should be learnt from.

    Raises InputError where none is left, for files that cannot be used, and for cases that the model has learnt from already.
    """
    header = convention.model.header
    subjects = find_corrected(places, header.channels, say)
    _check_new(subjects, header)
    settings = DataSettings(channels=header.channels)
    label_set = training_label_set(settings, subjects, header)
    found = Opened([], [], [], [], [])
    imprints: dict[str, str] = {}
    for number, subject in enumerate(subjects):
        watch.stop_if_cancelled()
        watch.report(f"Looking at {subject.name}", OPENED * number / len(subjects))
        # Nobody else's, where a file does not say whose it is.
        subject = replace(subject, person=subject.person or f"person of case {number}")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            case = CorrectedCase(subject, *open_subject(subject, settings, label_set))
        for one in caught:
            if issubclass(one.category, UserWarning):
                say(Remark("adapt_doubt", doubt=str(one.message)))
        record = case.record()
        fit = fit_case(subject.name, case.opened, case.labels, predictor, subject.person)
        automatic = labels_of(fit, case, convention)
        mark = imprint(case.opened.image)
        twin = next((name for name, known in imprints.items() if are_alike(known, mark)), None)
        problem = reason_against(case, automatic)
        if problem is None and twin is not None:
            problem = Remark("adapt_twice", case=subject.name, other=twin)
        if problem is None:
            imprints[subject.name] = mark
            found.cases.append(case)
            found.fits.append(fit)
            found.drawn.append(automatic)
            found.records.append(record)
        else:
            found.left_out.append(problem)
            watch.log(problem)
    if not found.cases:
        raise InputError("adapt_no_case", count=len(subjects), why=str(found.left_out[0]))
    return found


def _check_new(subjects: Sequence[Subject], header: ModelHeader) -> None:
    """Raise InputError where the model has learnt from a case already: on that it cannot be judged."""
    known = {case.get("image") for case in known_cases(header)}
    seen = [s.name for s in subjects if known and sha256(s.images[0]) in known]
    if seen:
        parent = header.training.get("adapted_from")
        first = f"{parent.get('name')} {parent.get('version')}" if isinstance(parent, dict) else "its parent"
        raise InputError("adapt_seen", model=header.name, cases=seen, parent=first)


def labels_of(found: FitCase, case: CorrectedCase, convention: Convention) -> Image:
    """The labels that a run would give, on the image's own grid."""
    header = convention.model.header
    probabilities = convention.structures(found.atoms.probabilities, found.grid)
    labels = labels_from_probabilities(
        probabilities,
        convention.labels,
        found.grid,
        found.native,
        header.preprocessing.back,
        convention.thresholds,
    )
    labels = largest_components(labels, 6)[0]
    native = restore_orientation(labels, case.opened.image.grid, header.preprocessing.axes)
    return replace(case.labels, data=native.astype(case.labels.data.dtype))
