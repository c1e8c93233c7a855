"""Where corrected cases are: in studies, cohorts and data sets, in tables, and as files."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..cohort.find import CohortCase, find_cohort
from ..cohort.record import read_record
from ..errors import InputError, Remark
from ..io.bids.derivatives import case_paths
from ..io.bids.maps import channel_files
from ..io.files import stem
from ..study.journal import read_sessions
from ..study.places import find_study, is_study
from ..study.same_image import checksum_now
from ..study.state import DONE, IN_REVIEW, REJECTED, Reading, newest_of, readings_of
from ..training.data import Subject, find_subjects

Say = Callable[[Remark], object]
_EDITED, _AUTOMATIC = "_desc-edited_dseg.nii.gz", "_dseg.nii.gz"
_BESIDE = (_EDITED, "_desc-edited.seg.nrrd", ".seg.nrrd", _AUTOMATIC)
"""What the labels beside a map may end with, corrections first."""
_TOLD = ("adapt_changed_since", "adapt_other_reader")
"""Remarks on cases that count all the same."""
_PERSON = re.compile(r"(sub-[A-Za-z0-9]+)_")


def find_corrected(
    places: Sequence[str | Path], channels: Sequence[str] = ("qsm",), say: Say = lambda _: None
) -> list[Subject]:
    """The corrected cases of studies, tables and files, each once.

    Args:
        places: BIDS or cohort folders (labels corrected by hand, never automatic ones), training tables, maps with their
            labels as ``QSM=LABELS``, or maps whose labels lie beside them.
        channels: of the model.
        say: hears of labels that may be automatic, and of corrected cases that are left out.

    Raises InputError for what is none of these, for a map that is named with two label files, and where no case is found.
    """
    found: dict[Path, Subject] = {}
    for place in places:
        for subject in _subjects(str(place), channels, say):
            first = found.setdefault(subject.images[0].resolve(), subject)
            if first.label.resolve() != subject.label.resolve():
                raise InputError(
                    "adapt_two_labels", image=subject.images[0], one=first.label, other=subject.label
                )
    if not found:
        raise InputError("fit_no_cases")
    return list(found.values())


def _subjects(text: str, channels: Sequence[str], say: Say) -> list[Subject]:
    path, labels = _taken_apart(text)
    if path.is_dir() or path.suffix in (".tsv", ".csv"):
        corrected, refused = _of_study(path, channels, say)
        if corrected:
            return corrected
        try:
            subjects = find_subjects(path, channels)
        except InputError:
            if not refused:
                raise
            return []
        return [s for s in subjects if s.split == "train" and s.name not in refused]
    if not path.is_file():
        raise InputError("fit_no_map", path=path)
    if labels is None:
        labels = _beside(path, say)
    name = stem(path)
    person = _PERSON.match(name)
    images = (path, *(_channel(path, channel) for channel in channels[1:]))
    return [Subject(name, images, labels, person=person[1] if person else "")]


def _beside(path: Path, say: Say) -> Path:
    """The labels beside a map."""
    for ending in _BESIDE:
        labels = path.with_name(f"{stem(path)}{ending}")
        if labels.is_file():
            if ending == _AUTOMATIC:
                say(Remark("fit_perhaps_automatic", path=labels, tail=_EDITED))
            return labels
    raise InputError("fit_no_labels", path=path, stem=stem(path), tail=_AUTOMATIC)


def _channel(path: Path, channel: str) -> Path:
    """The file of a further channel beside a map."""
    name = stem(path).removesuffix("_Chimap")
    files = channel_files(path, name, channel)
    if len(files) != 1:
        raise InputError("channel_files", person=path, stem=name, channel=channel, count=len(files))
    return files[0]


def _of_study(path: Path, channels: Sequence[str], say: Say) -> tuple[list[Subject], set[str]]:
    """The corrected cases of a cohort or of a study that is read, none of another folder or table; and the names of those
    that are left out.
    """
    try:
        if not is_study(path):
            return [], set()
        place = find_study([path])
        cases = find_cohort(place.source, channels).cases
    except InputError:  # a training table, or a folder that is told better as one
        return [], set()
    refused: set[str] = set()

    def left_out(remark: Remark) -> None:
        if "case" in remark.facts and remark.code not in _TOLD:
            refused.add(str(remark.facts["case"]))
        say(remark)

    return corrected_of(cases, place.output, channels, left_out), refused


def corrected_of(
    cases: Sequence[CohortCase],
    results: Path,
    channels: Sequence[str] = ("qsm",),
    say: Say = lambda _: None,
) -> list[Subject]:
    """Of a study's cases those with one file of corrected labels, in its folder of results or named by its table; not those
    that a reader rejected, or is not done with.

    ``say``: hears of each that is left out although it is corrected, and why.
    """
    found = []
    for case in cases:
        labels = [case.edited] if case.edited else case_paths(results, case.name).edited_labels()
        if not labels:
            continue
        remarks = list(_reasons(case, labels, results))
        for remark in remarks:
            say(remark)
        if all(remark.code in _TOLD for remark in remarks):
            images = (case.image, *(case.channels[name] for name in channels[1:]))
            found.append(Subject(case.name, images, labels[0], person=case.subject))
    return found


def _reasons(case: CohortCase, labels: Sequence[Path], results: Path) -> Iterator[Remark]:
    """What speaks against the corrected labels of a case, or should be known of them."""
    if case.problem:
        yield Remark("adapt_unusable", case=case.name, why=case.problem)
        return
    if len(labels) > 1:
        yield Remark("adapt_many_labels", case=case.name, names=[path.name for path in labels])
        return
    readings = _readings(case, results)
    newest = newest_of(readings)
    if newest is not None and newest.state == REJECTED:
        yield Remark("adapt_rejected", case=case.name, reader=newest.reader)
        return
    name = labels[0].name
    for reading in readings:
        signed = Path(reading.signature.labels).name if reading.signature is not None else ""
        if signed not in ("", name) and reading.state == DONE:
            yield Remark("adapt_other_reader", case=case.name, reader=reading.reader, name=signed)
        if signed != name or reading.gone:
            continue
        if reading.state == IN_REVIEW:
            yield Remark("adapt_in_review", case=case.name, reader=reading.reader)
        elif reading.state == DONE and reading.changed:
            yield Remark("adapt_changed_since", case=case.name, name=name, reader=reading.reader)


def _readings(case: CohortCase, results: Path) -> tuple[Reading, ...]:
    """Who read a case, and how far, as it counts for the image that is there now."""
    paths = case_paths(results, case.name)
    found = readings_of(read_sessions(results, case.name), paths.folder)
    image = checksum_now(case.image, read_record(paths.record)) if found else ""
    return tuple(reading.as_of(image, "") for reading in found)


def _taken_apart(text: str) -> tuple[Path, Path | None]:
    """QSM=LABELS, or a place alone; names may hold the sign themselves."""
    if Path(text).exists():
        return Path(text), None
    signs = [n for n, letter in enumerate(text) if letter == "="]
    pairs = [(Path(text[:n]), Path(text[n + 1 :])) for n in signs]
    there = [(image, labels) for image, labels in pairs if image.exists()]
    return next(iter([*there, *pairs]), (Path(text), None))
