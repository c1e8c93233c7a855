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
from ..training.data import Subject
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

    Raises InputError where none is left, and for cases that the model has learnt from already.
    """
    header = convention.model.header
    subjects = find_corrected(places, header.channels, say)
    _check_new(subjects, header)
    found = Opened([], [], [], [], [])
    imprints: dict[str, str] = {}
    for number, subject in enumerate(subjects):
        watch.stop_if_cancelled()
        watch.report(f"Looking at {subject.name}", OPENED * number / len(subjects))
        # Nobody else's, where a file does not say whose it is.
        subject = replace(subject, person=subject.person or f"person of case {number}")
        try:
            case = _opened(subject, convention, say)
        except InputError as error:
            _leave_out(found, Remark("adapt_unusable", case=subject.name, why=error), watch)
            continue
        record = case.record()
        fit = fit_case(subject.name, case.opened, case.labels, predictor, subject.person)
        automatic = labels_of(fit, case, convention)
        mark = imprint(case.opened.image)
        twin = next((name for name, known in imprints.items() if are_alike(known, mark)), None)
        problem = reason_against(case, automatic)
        if problem is None and twin is not None:
            problem = Remark("adapt_twice", case=subject.name, other=twin)
        if problem is not None:
            _leave_out(found, problem, watch)
            continue
        imprints[subject.name] = mark
        found.cases.append(case)
        found.fits.append(fit)
        found.drawn.append(automatic)
        found.records.append(record)
    if not found.cases:
        raise InputError("adapt_no_case", count=len(subjects), why=found.left_out[0])
    return found


def _leave_out(found: Opened, why: Remark, watch: Watch) -> None:
    found.left_out.append(why)
    watch.log(why)


def _opened(subject: Subject, convention: Convention, say: Callable[[Remark], object]) -> CorrectedCase:
    """The images and labels of a case; what is doubtful about them is said.

    Raises InputError for files that cannot be read, do not belong together, or hold structures that the model does not give.
    """
    settings = DataSettings(channels=convention.model.header.channels)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            case = CorrectedCase(subject, *open_subject(subject, settings, convention.label_set))
        except InputError as error:
            if error.code != "training_labels_unlisted":  # whose remedy is an option of the training
                raise
            known = error.facts
            raise InputError(
                "adapt_labels_unlisted",
                path=known["path"],
                values=known["values"],
                label_set=known["label_set"],
            ) from error
    for one in caught:
        if issubclass(one.category, UserWarning):
            say(Remark("adapt_doubt", doubt=str(one.message)))
    return case


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
