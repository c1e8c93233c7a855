"""Finding the training data: a BIDS folder or a TSV table of subject, image, label and split.

BIDS: ``sub-*/[ses-*/]anat/*_Chimap.nii.gz`` with ``derivatives/*/sub-*/[ses-*/]anat/*_dseg.nii.gz`` (which of them:
:mod:`..io.bids.label_files`) and an optional ``participants.tsv`` with a column ``split``. TSV: columns ``subject``, ``image``,
``label``, optional ``split``, and one column per extra channel; relative paths count from the table's folder. Splits:
train, val, test.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError, Remark, few
from ..io.bids.label_files import ATOMS, find_atoms, find_labels
from ..io.bids.maps import Map, channel_files, find_maps, maps_elsewhere
from ..io.bids.participants import Participants, read_participants
from ..io.fetched import check_fetched
from ..io.labels import label_set_of_file
from ..io.tables import read_table
from ..models.header import ModelHeader
from ..structures import STANDARD, LabelSet
from ..structures.atoms import atoms as atom_set
from .settings import DataSettings

_log = logging.getLogger(__name__)
SPLITS = {
    "train": "train",
    "training": "train",
    "": "train",
    "n/a": "train",
    "val": "val",
    "validation": "val",
}
SPLITS |= {"test": "test", "ignore": "ignore", "none": "ignore"}


@dataclass(frozen=True)
class Subject:
    """One labelled volume: its files and its part in the experiment."""

    name: str
    images: tuple[Path, ...]
    """One file per input channel, QSM first."""
    label: Path
    split: str = "train"
    person: str = ""
    """Whose brain it is: sessions of one person never stand on both sides of a split."""

    @property
    def group(self) -> str:
        """The unit of every split."""
        return self.person or self.name


def find_subjects(data: Path | str, channels: Sequence[str] = ("qsm",), atoms: bool = False) -> list[Subject]:
    """List the labelled volumes of a BIDS folder or a TSV table, sorted by name; with ``atoms`` those of ``dgmseg simulate``
    with their maps of atoms as labels.

    Raises InputError for a missing folder, table, column, image or label file, for an unknown split, for a subject
    that is listed twice, and for a person whose volumes are given different splits.
    """
    data = Path(data)
    if data.is_file():
        subjects = _from_table(data, channels)
    elif data.is_dir():
        subjects = _from_bids(data, channels, atoms)
    else:
        raise InputError("training_data_missing", path=data)
    names = [s.name for s in subjects]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise InputError("training_twice", path=data, name=twice[0])
    subjects = [s for s in subjects if s.split != "ignore"]
    _check_one_side(data, subjects)
    if not any(s.split == "train" for s in subjects):
        raise InputError("training_no_volume", path=data)
    return sorted(subjects, key=lambda s: s.name)


def _check_one_side(data: Path, subjects: Sequence[Subject]) -> None:
    """A model that trained on one session of a person would be tested on what it knows; one image is one person's."""
    first: dict[str | Path, Subject] = {}
    for subject, key in ((s, key) for s in subjects for key in (s.group, s.images[0].resolve())):
        other = first.setdefault(key, subject)
        if other.split != subject.split:
            raise InputError(
                "training_split_person",
                path=data,
                first=other.name,
                first_split=other.split,
                second=subject.name,
                second_split=subject.split,
            )


def _split(text: str | None, where: str) -> str:
    key = (text or "").strip().lower()
    if key not in SPLITS:
        raise InputError("training_split_word", where=where, split=text)
    return SPLITS[key]


def _from_table(path: Path, channels: Sequence[str]) -> list[Subject]:
    rows = read_table(path)
    columns = set(rows[0]) if rows else set()
    for column in ("subject", "image", "label", *channels[1:]):
        if column not in columns:
            raise InputError("training_no_column", path=path, column=column)
    subjects = []
    for number, row in enumerate(rows, start=2):
        where = f"{path}, line {number}"
        if not (row["subject"] or "").strip():
            raise InputError("training_no_subject", where=where)
        files = []
        for column in ("image", *channels[1:], "label"):
            if not row.get(column):
                raise InputError("training_no_file", where=where, column=column)
            file = path.parent / row[column]
            check_fetched(file)
            if not file.exists():
                raise InputError("training_file_missing", where=where, path=file)
            files.append(file)
        name = row["subject"]
        # A BIDS name ("sub-01_run-2") begins with the person; of other names only a session is known to be no part.
        person = row.get("participant") or re.sub(r"^(sub-[^_]+)_[a-z]+-.*|_ses-.*", r"\1", name)
        subjects.append(Subject(name, tuple(files[:-1]), files[-1], _split(row.get("split"), where), person))
    return subjects


def _from_bids(folder: Path, channels: Sequence[str], atoms: bool = False) -> list[Subject]:
    maps = find_maps(folder).found
    if not maps:
        if elsewhere := maps_elsewhere(folder):
            raise InputError("maps_elsewhere", path=folder, elsewhere=elsewhere[0])
        raise InputError("training_no_maps", path=folder)
    people = read_participants(folder, {found.subject for found in maps})
    for remark in people.remarks:
        _log.warning("%s", remark)
    subjects = []
    unlabelled: list[str] = []
    passed_over = False
    names = [found.name for found in maps]
    for found in maps:
        split = _split_of(found.subject, people)
        if found.problem and split != "ignore":
            raise found.problem
        if atoms:
            labels, automatic = find_atoms(folder, found.path, found.name), False
        else:
            labels, automatic = find_labels(folder, found.path, found.name, names)
        if labels is None:
            if split == "ignore":
                continue
            if people.has_splits:
                place = found.path.parent.relative_to(folder)
                name = f"derivatives/*/{place}/{found.name}_*dseg.nii.gz"
                if automatic:
                    raise InputError("label_file_automatic", person=found.subject, name=name)
                raise InputError("label_file_missing", person=found.subject, name=name)
            unlabelled.append(found.subject)  # a study of which some are labelled
            passed_over = passed_over or automatic
            continue
        images = (found.path, *(_channel(found, channel) for channel in channels[1:]))
        name = found.name if len(found.name) > len(found.subject) else found.subject
        subjects.append(Subject(name, images, labels, split, found.subject))
    if unlabelled and not subjects:
        if passed_over:
            raise InputError("label_files_automatic", path=folder, count=len(maps))
        raise InputError("label_files_missing", path=folder, count=len(maps))
    if unlabelled:
        left_out = Remark("volumes_unlabelled", count=len(unlabelled), all=len(maps), names=few(unlabelled))
        _log.warning("%s", left_out)
    return subjects


def _split_of(person: str, people: Participants) -> str:
    """The part of a person in the experiment: "train" without a table that tells it.

    Raises InputError when it tells others' but not this person's, or two different ones.
    """
    if not people.has_splits:
        return "train"
    if person not in people.by_subject:
        raise InputError("person_without_row", path=people.path, person=person)
    splits = {_split(text, f"{people.path}, {person}") for text in people.of(person).splits}
    if len(splits) > 1:
        raise InputError("person_splits", path=people.path, person=person, splits=sorted(splits))
    return splits.pop()


def _channel(found: Map, channel: str) -> Path:
    files = channel_files(found.path, found.name, channel)
    if len(files) != 1:
        raise InputError(
            "channel_files", person=found.subject, stem=found.name, channel=channel, count=len(files)
        )
    return files[0]


def training_label_set(
    settings: DataSettings, subjects: Sequence[Subject], initial: ModelHeader | None = None
) -> LabelSet:
    """The label set of a training: as the settings say, or the label files, or the model that it goes on from.

    Raises InputError for a set of an unknown name and for a lookup table that cannot be used.
    """
    if settings.labels == ATOMS:
        return atom_set()
    if settings.label_set:
        return LabelSet.read(settings.label_set)
    if settings.labels == "dgm":
        for subject in subjects:
            found = label_set_of_file(subject.label)
            if found is not None:
                return found
    return initial.whole_set if initial is not None and not initial.atoms else STANDARD


def label_mapping(name_or_file: str, label_set: LabelSet = STANDARD) -> str | dict[int, int]:
    """What ``files.read_labels`` takes: a scheme's name, or the table [labels] (theirs = ours) of a TOML file."""
    if name_or_file == ATOMS:
        return {number: number for number in (0, *atom_set().values)}
    if name_or_file in label_set.schemes:
        return name_or_file
    path = Path(name_or_file)
    if not path.is_file():
        names = ", ".join(label_set.schemes)
        raise InputError("training_scheme_unknown", name=name_or_file, names=names)
    from .preset import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["labels"]
        mapping = {int(k): int(v) for k, v in table.items()}
    except (
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise InputError("scheme_no_table", path=path) from error
    if any(v != 0 and v not in label_set for v in mapping.values()):
        raise InputError("scheme_labels", path=path, labels=label_set.values)
    return mapping


def choose_validation(subjects: Sequence[Subject], fraction: float, seed: int) -> list[str]:
    """Names of the validation volumes: those with the split "val", or else a random part of the training persons.

    At least one person is held out when the fraction is above zero and two or more persons are there.
    """
    given = [s.name for s in subjects if s.split == "val"]
    if given:
        return given
    persons = sorted({s.group for s in subjects if s.split == "train"})
    if fraction <= 0 or len(persons) < 2:
        return []
    count = min(len(persons) - 1, max(1, round(len(persons) * fraction)))
    order = np.random.default_rng([seed, 1]).permutation(len(persons))
    held = {persons[i] for i in order[:count]}
    return [s.name for s in subjects if s.split == "train" and s.group in held]


def describe(subjects: Sequence[Subject], validation: Sequence[str]) -> dict[str, list[str]]:
    """Which volumes trained, validated and tested, for the model's header."""
    held = set(validation)
    return {
        "train": [s.name for s in subjects if s.split == "train" and s.name not in held],
        "validation": sorted(held),
        "test": [s.name for s in subjects if s.split == "test"],
    }
