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

from ..errors import InputError, few
from ..io.bids.label_files import ATOMS, HOW_TO_CORRECT, find_atoms, find_labels
from ..io.bids.maps import Map, channel_files, find_maps, maps_elsewhere
from ..io.bids.participants import Participants, read_participants
from ..io.fetched import check_fetched
from ..io.tables import read_table
from ..structures import LABEL_SCHEMES, N_CLASSES
from ..structures.atoms import atoms as atom_set

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
        raise InputError(f"{data}: there is no such folder or table; give a BIDS folder or a TSV file.")
    names = [s.name for s in subjects]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise InputError(f"{data}: {twice[0]} is there more than once; give each volume a name of its own.")
    subjects = [s for s in subjects if s.split != "ignore"]
    _check_one_side(data, subjects)
    if not any(s.split == "train" for s in subjects):
        raise InputError(
            f"{data} holds no labelled training volume; check the layout and the column 'split'."
        )
    return sorted(subjects, key=lambda s: s.name)


def _check_one_side(data: Path, subjects: Sequence[Subject]) -> None:
    """A model that trained on one session of a person would be tested on what it knows; one image is one person's."""
    first: dict[str | Path, Subject] = {}
    for subject, key in ((s, key) for s in subjects for key in (s.group, s.images[0].resolve())):
        other = first.setdefault(key, subject)
        if other.split != subject.split:
            raise InputError(
                f"{data}: {other.name} ({other.split}) and {subject.name} ({subject.split}) are one person's; "
                "give all volumes of a person the same split."
            )


def _split(text: str | None, where: str) -> str:
    key = (text or "").strip().lower()
    if key not in SPLITS:
        raise InputError(f"{where}: split {text!r} is none of train, val, test; correct the table.")
    return SPLITS[key]


def _from_table(path: Path, channels: Sequence[str]) -> list[Subject]:
    rows = read_table(path)
    columns = set(rows[0]) if rows else set()
    for column in ("subject", "image", "label", *channels[1:]):
        if column not in columns:
            raise InputError(
                f"{path} has no column '{column}'; give tab-separated subject, image, label, split."
            )
    subjects = []
    for number, row in enumerate(rows, start=2):
        where = f"{path}, line {number}"
        if not (row["subject"] or "").strip():
            raise InputError(f"{where}: the column 'subject' is empty; give each volume a name.")
        files = []
        for column in ("image", *channels[1:], "label"):
            if not row.get(column):
                raise InputError(f"{where}: the column '{column}' is empty; name a file there.")
            file = path.parent / row[column]
            check_fetched(file)
            if not file.exists():
                raise InputError(f"{where}: {file} does not exist; correct the path.")
            files.append(file)
        name = row["subject"]
        # A BIDS name ("sub-01_run-2") begins with the person; of other names only a session is known to be no part.
        person = row.get("participant") or re.sub(r"^(sub-[^_]+)_[a-z]+-.*|_ses-.*", r"\1", name)
        subjects.append(Subject(name, tuple(files[:-1]), files[-1], _split(row.get("split"), where), person))
    return subjects


def _from_bids(folder: Path, channels: Sequence[str], atoms: bool = False) -> list[Subject]:
    maps = find_maps(folder).found
    if not maps:
        elsewhere = [f"{place} does: give that folder" for place in maps_elsewhere(folder)]
        raise InputError(
            f"{folder} holds no sub-*/anat/*_Chimap.nii.gz; "
            f"{elsewhere[0] if elsewhere else 'give a BIDS folder or a TSV table'}."
        )
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
            raise InputError(found.problem)
        if atoms:
            labels, automatic = find_atoms(folder, found.path, found.name), False
        else:
            labels, automatic = find_labels(folder, found.path, found.name, names)
        if labels is None:
            if split == "ignore":
                continue
            if people.tell_splits:
                place = found.path.parent.relative_to(folder)
                raise InputError(
                    f"{found.subject}: no label file derivatives/*/{place}/{found.name}_*dseg.nii.gz"
                    f"{' (' + HOW_TO_CORRECT + ')' if automatic else ''}; add it or the split 'ignore'."
                )
            unlabelled.append(found.subject)  # a study of which some are labelled
            passed_over = passed_over or automatic
            continue
        images = (found.path, *(_channel(found, channel) for channel in channels[1:]))
        name = found.name if len(found.name) > len(found.subject) else found.subject
        subjects.append(Subject(name, images, labels, split, found.subject))
    if unlabelled and not subjects:
        raise InputError(
            f"{folder}: none of the {len(maps)} volumes has a label file derivatives/*/sub-*/anat/sub-*_dseg.nii.gz"
            f"{' (' + HOW_TO_CORRECT + ')' if passed_over else ''}; add them, or give a TSV table."
        )
    if unlabelled:
        _log.warning(
            "%d of %d volumes have no labels and are left out (%s).",
            len(unlabelled),
            len(maps),
            few(unlabelled),
        )
    return subjects


def _split_of(person: str, people: Participants) -> str:
    """The part of a person in the experiment: "train" without a table that tells it.

    Raises InputError when it tells others' but not this person's, or two different ones.
    """
    if not people.tell_splits:
        return "train"
    if person not in people.by_subject:
        raise InputError(
            f"{people.path} has no row for {person}; add it with its split (train, val, test or ignore)."
        )
    splits = {_split(text, f"{people.path}, {person}") for text in people.of(person).splits}
    if len(splits) > 1:
        raise InputError(
            f"{people.path} gives {person} the splits {' and '.join(sorted(splits))}; keep one row."
        )
    return splits.pop()


def _channel(found: Map, channel: str) -> Path:
    files = channel_files(found.path, found.name, channel)
    if len(files) != 1:
        raise InputError(
            f"{found.subject}: expected one file {found.name}_{channel}.nii.gz beside the QSM, found {len(files)}."
        )
    return files[0]


def label_mapping(name_or_file: str) -> str | dict[int, int]:
    """What ``files.read_labels`` takes: a scheme's name, or the table [labels] (theirs = ours) of a TOML file."""
    if name_or_file == ATOMS:
        return {number: number for number in (0, *atom_set().values)}
    if name_or_file in LABEL_SCHEMES:
        return name_or_file
    path = Path(name_or_file)
    if not path.is_file():
        names = ", ".join(LABEL_SCHEMES)
        raise InputError(
            f"{name_or_file}: no such label scheme; use {names}, or a TOML file with a table [labels]."
        )
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
    ) as error:
        raise InputError(
            f"{path} needs a table [labels] with lines such as 11 = 9 (theirs = ours)."
        ) from error
    if any(not 0 <= v < N_CLASSES for v in mapping.values()):
        raise InputError(f"{path}: our labels run from 0 to {N_CLASSES - 1}; correct the table [labels].")
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
