"""Finding the susceptibility maps of a cohort: a BIDS folder, or a TSV table that names them.

BIDS: ``sub-*/[ses-*/]anat/*_Chimap.nii[.gz]``; ``participants.tsv`` may give age and sex. Table: columns ``subject`` and
``image``; optional ``session``, ``segmentation`` (labels corrected by hand), ``age``, ``sex`` and one column per further
channel of the model; relative paths count from the table's folder.
"""

import math
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import InputError
from ..io.tables import read_table
from .names import entities, is_separated_part, longer_names, natural_order
from .sessions import BY_LINE, BY_NAME, session_order
from .twins import mark_twins

_CHIMAP = re.compile(r"(?P<stem>.+)_Chimap\.nii(\.gz)?")
_LABEL = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class CohortCase:
    """One susceptibility map of the cohort."""

    name: str
    """Its BIDS entities without the suffix, e.g. "sub-01_ses-1_run-2": unique in the cohort."""
    subject: str
    """The name of the subject in every table."""
    session: str
    """ "ses-1", or empty."""
    image: Path
    shown: str
    """What tables call the image: its file name, or the table's own words."""
    source: str
    """Where the image lies, from the cohort's folder."""
    channels: dict[str, Path] = field(default_factory=dict)
    edited: Path | None = None
    """Labels corrected by hand that the table names."""
    age: float | None = None
    sex: str = ""
    trouble: str = ""
    """Why this case cannot be used; empty when it can."""
    visit: int = 0
    """The place of its session among those of its subject."""
    ordered_by: str = BY_NAME
    """What that place follows."""


@dataclass(frozen=True)
class Cohort:
    """What was found, and in which folder."""

    root: Path
    cases: tuple[CohortCase, ...]
    left_out: int = 0
    """Paramagnetic and diamagnetic parts that were not asked for."""
    no_ages: str = ""
    """Why ages and sexes are unknown although there is a table of participants; empty when they are not."""


def find_cohort(source: Path | str, channels: Sequence[str] = ("qsm",), parts: bool = False) -> Cohort:
    """List the maps of a BIDS folder or a TSV table: subjects by name, the sessions of each in their order.

    ``channels`` are those of the model; ``parts`` keeps para- and diamagnetic maps too. A case that cannot be used
    (no permission, two files of one name, a missing channel) is listed with its ``trouble``.

    Raises InputError when there is no such folder or table, no map at all, or a table without the needed columns.
    """
    source = Path(source)
    if source.is_dir():
        cohort = _from_bids(source, channels, parts)
    elif source.is_file():
        cohort = _from_table(source, channels)
    else:
        raise InputError(f"{source}: there is no such folder or table; give a BIDS folder or a TSV table.")

    def place(case: CohortCase) -> tuple[object, ...]:
        return natural_order(case.name.split("_")[0]), case.visit, natural_order(case.name)

    return replace(cohort, cases=tuple(sorted(mark_twins(cohort.cases), key=place)))


def _from_bids(root: Path, channels: Sequence[str], parts: bool) -> Cohort:
    no_ages, people = "", {}
    try:
        people = _participants(root / "participants.tsv")
    except InputError as error:
        no_ages = str(error)
    cases: list[CohortCase] = []
    left_out = 0
    try:
        persons = list(_folders(root, "sub-"))
    except OSError as error:
        raise InputError(_closed(error, root)) from error
    for person in persons:
        age, sex = people.get(person.name, (None, ""))
        files, closed = _files(person)
        first = len(cases)
        cases += closed
        for session, file in files:
            match = _CHIMAP.fullmatch(file.name)
            if match is None or file.name.startswith("."):  # "._sub-01_Chimap.nii.gz" is macOS' own
                continue
            if is_separated_part(match["stem"]) and not parts:
                left_out += 1
                continue
            case = CohortCase(
                name=match["stem"],
                subject=person.name,
                session=session,
                image=file,
                shown=file.name,
                source=file.relative_to(root).as_posix(),
                age=age,
                sex=sex,
                trouble=_misplaced(match["stem"], person.name, session, file),
            )
            cases.append(_with_channels(case, channels, match["stem"]))
        order, followed = session_order(person, (case.session for case in cases[first:]))
        cases[first:] = [replace(c, visit=order[c.session], ordered_by=followed) for c in cases[first:]]
    if not cases:
        raise InputError(
            f"{root} holds no sub-*/anat/*_Chimap.nii.gz: give a BIDS folder, or a TSV table with subject and image."
            if not left_out
            else f"{root} holds {left_out} para- and diamagnetic parts and no other map: add --parts to take them."
        )
    return Cohort(root, tuple(cases), left_out, no_ages)


def _files(person: Path) -> tuple[list[tuple[str, Path]], list[CohortCase]]:
    """(session, file) of all that lies in a subject's anat folders; folders that cannot be opened as cases with trouble."""
    files: list[tuple[str, Path]] = []
    closed = []
    folders = [("", person)]
    try:
        folders += [(folder.name, folder) for folder in _folders(person, "ses-")]
    except OSError as error:
        closed.append(_troubled(person, "", error))
        folders = []
    for session, folder in folders:
        try:
            files += [(session, file) for file in sorted(_listed(folder / "anat"))]
        except OSError as error:
            closed.append(_troubled(person, session, error))
    return files, closed


def _troubled(person: Path, session: str, error: OSError) -> CohortCase:
    name = "_".join(filter(None, (person.name, session)))
    return CohortCase(name, person.name, session, person, name, name, trouble=_closed(error, person))


def _closed(error: OSError, place: Path) -> str:
    return f"{error.filename or place} cannot be opened ({error.strerror}): change its permissions."


def _folders(folder: Path, prefix: str) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.name.startswith(prefix) and entry.is_dir())
    return (folder / name for name in names)


def _listed(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [folder / entry.name for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _misplaced(stem: str, person: str, session: str, file: Path) -> str:
    """A sentence when name and folder contradict each other."""
    found = entities(stem)
    if f"sub-{found.get('sub', '')}" != person or found.get("ses", "") != session.removeprefix("ses-"):
        return f"{file} names another subject or session than its folder: rename or move it."
    return ""


def channel_files(image: Path, stem: str, channel: str) -> list[Path]:
    """What may be a further channel of a map: the file of its very name, else those with more entities.

    Not those of another map beside it: "sub-01_run-2_R2starmap" is none of "sub-01" where "sub-01_run-2_Chimap" is.
    """
    files = sorted(
        p for p in image.parent.glob(f"{stem}_*.nii*") if re.search(rf"_{re.escape(channel)}\.nii", p.name)
    )
    exact = [p for p in files if p.name.partition(".")[0] == f"{stem}_{channel}"]
    maps = (match["stem"] for p in image.parent.iterdir() if (match := _CHIMAP.fullmatch(p.name)))
    others = longer_names(stem, maps)
    return exact or [p for p in files if not p.name.startswith(others)]


def _with_channels(case: CohortCase, channels: Sequence[str], stem: str) -> CohortCase:
    found = {}
    for channel in channels[1:]:
        files = channel_files(case.image, stem, channel)
        if len(files) != 1:
            sentence = (
                f"The model needs one file {stem}_{channel}.nii.gz beside {case.image.name}, "
                f"and there are {len(files)}: add it."
            )
            return replace(case, trouble=case.trouble or sentence)
        found[channel] = files[0]
    return replace(case, channels=found)


def _from_table(path: Path, channels: Sequence[str]) -> Cohort:
    lines = read_table(path)
    for column in ("subject", "image", *channels[1:]):
        if not lines or column not in lines[0]:
            raise InputError(
                f"The table {path} lacks the column {column}: give subject and image in each line."
            )
    root = path.absolute().parent
    cases = []
    visits: dict[str, dict[str, int]] = {}
    written: dict[str, str] = {}  # folder -> its subject, as the table writes it
    for number, line in enumerate(lines, start=2):
        subject, image = line["subject"].strip(), line["image"].strip()
        if not subject or not image:
            raise InputError(f"{path}, line {number}: subject or image is empty; fill it in.")
        name = "sub-" + _as_label(subject.removeprefix("sub-"), f"{path}, line {number}: subject {subject}")
        trouble = ""
        if (other := written.setdefault(name.lower(), subject)) != subject:
            trouble = (
                f"{path}, line {number}: {subject} and {other} would both be {name}: write a subject alike in all "
                "lines, or name two subjects so that letters and digits tell them apart."
            )
        session = line.get("session", "").strip().removeprefix("ses-")
        sessions = visits.setdefault(name, {})
        if session:
            session = f"ses-{_as_label(session, f'{path}, line {number}: session {session}')}"
            name = f"{name}_{session}"
        named = _CHIMAP.fullmatch(Path(image).name)
        further = entities(named["stem"]) if named else {}
        name += "".join(f"_{key}-{value}" for key, value in further.items() if key not in ("sub", "ses"))
        extra = {channel: root / line[channel] for channel in channels[1:] if line[channel]}
        lacking = [channel for channel in channels[1:] if channel not in extra]
        if lacking and not trouble:
            trouble = f"{path}, line {number}: the column {lacking[0]} is empty; name a file there."
        edited = line.get("segmentation", "").strip()
        cases.append(
            CohortCase(
                name=name,
                subject=subject,
                session=session,
                image=root / image,
                shown=image,
                source=image,
                channels=extra,
                edited=root / edited if edited else None,
                age=_age(line.get("age", "")),
                sex=_sex(line.get("sex", "")),
                trouble=trouble,
                visit=sessions.setdefault(session, len(sessions)),
                ordered_by=BY_LINE,
            )
        )
    return Cohort(root, tuple(cases))


def _as_label(text: str, where: str) -> str:
    """A BIDS label: letters and digits; separators are dropped ("HC_01" -> "HC01")."""
    label = re.sub(r"[-_. ]", "", text)
    if not _LABEL.fullmatch(label):
        raise InputError(f"{where} can make no file name; use the letters a to z and digits.")
    return label


def _participants(path: Path) -> dict[str, tuple[float | None, str]]:
    """Age and sex by subject, none without a table; raises InputError when it cannot be read."""
    if not path.is_file():
        return {}
    people = {}
    for line in read_table(path):
        person = line.get("participant_id", "").strip()
        if person:
            name = person if person.startswith("sub-") else f"sub-{person}"
            people[name] = (_age(line.get("age", "")), _sex(line.get("sex", "")))
    return people


def _age(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None  # "n/a" and the like
    return value if math.isfinite(value) and value >= 0 else None


def _sex(text: str) -> str:
    """F or M; BIDS also allows words and lower case."""
    first = text.strip().upper()[:1]
    return first if first in ("F", "M") else ""
