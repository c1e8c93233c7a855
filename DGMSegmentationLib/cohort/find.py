"""Finding the susceptibility maps of a cohort: a BIDS folder, or a TSV table that names them.

BIDS: ``sub-*/[ses-*/]anat/*_Chimap.nii[.gz]``; ``participants.tsv`` may give age and sex. Table: columns ``subject`` and
``image``; optional ``session``, ``segmentation`` (labels corrected by hand), ``age``, ``sex`` and one column per further
channel of the model; relative paths count from the table's folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from ..errors import InputError, Remark
from ..io.bids.identifiers import without_fraction
from ..io.bids.maps import Maps, channel_files, find_maps, maps_elsewhere
from ..io.bids.names import as_label, map_stem, natural_order, series_of
from ..io.bids.participants import Participants, age_remarks, age_text, read_age, read_participants, sex_of
from ..io.bids.sessions import BY_LINE, BY_NAME, session_order
from ..io.files import check_text
from ..io.tables import read_table
from .name_conflicts import mark_name_conflicts


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
    problem: str = ""
    """Why this case cannot be used; empty when it can."""
    closed: bool = False
    """Whether it stands for a folder that cannot be opened, with maps that are not known."""
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
    no_ages: InputError | None = None
    """Why ages and sexes are unknown although there is a table of participants; None when they are not."""
    remarks: tuple[Remark, ...] = ()
    """On what the tables say that could not be read or matched."""


def find_cohort(source: Path | str, channels: Sequence[str] = ("qsm",), parts: bool = False) -> Cohort:
    """List the maps of a BIDS folder or a TSV table: subjects by name, the sessions of each in their order.

    ``channels`` are those of the model; ``parts`` keeps para- and diamagnetic maps too. A case that cannot be used
    (no permission, two files of one name, a missing channel) is listed with its ``problem``.

    Raises InputError when there is no such folder or table, no map at all, or a table without the needed columns.
    """
    source = Path(source)
    if source.is_dir():
        cohort = _from_bids(source, channels, parts)
    elif source.is_file():
        cohort = _from_table(source, channels)
    else:
        raise InputError("cohort_missing", path=source)

    cases = [_writable_name(case) for case in cohort.cases]

    def place(case: CohortCase) -> tuple[object, ...]:
        return natural_order(case.name.split("_")[0]), case.visit, natural_order(case.name)

    return replace(cohort, cases=tuple(sorted(mark_name_conflicts(cases), key=place)))


def _writable_name(case: CohortCase) -> CohortCase:
    """With a problem where tables could not tell the image's name."""
    try:
        check_text(case.image)
    except InputError as error:
        shown = ascii(case.shown)[1:-1]
        return replace(case, shown=shown, source=shown, problem=case.problem or str(error))
    return case


def _from_bids(root: Path, channels: Sequence[str], parts: bool) -> Cohort:
    maps = find_maps(root, parts)
    if not maps.found:
        raise _no_maps(root, maps)
    no_ages: InputError | None = None
    people = Participants()
    try:
        people = read_participants(root, {found.subject for found in maps.found})
    except InputError as error:
        no_ages = error
    cases: list[CohortCase] = []
    for subject, group in groupby(maps.found, key=lambda found: found.subject):
        listed = list(group)
        person = people.of(subject)
        order, followed = session_order(root, subject, ((found.session, found.path) for found in listed))
        for found in listed:
            is_map = map_stem(found.path.name) is not None  # else a folder that cannot be opened
            case = CohortCase(
                name=found.name,
                subject=subject,
                session=found.session,
                image=found.path,
                shown=found.path.name if is_map else found.name,
                source=found.path.relative_to(root).as_posix() if is_map else found.name,
                age=person.age,
                sex=person.sex,
                problem="" if found.problem is None else str(found.problem),
                closed=not is_map,
                visit=order[found.session],
                ordered_by=followed,
            )
            cases.append(_with_channels(case, channels) if is_map else case)
    return Cohort(root, tuple(cases), maps.parts, no_ages, people.remarks)


def _no_maps(root: Path, maps: Maps) -> InputError:
    if maps.parts:
        return InputError("maps_only_parts", path=root, count=maps.parts)
    if elsewhere := maps_elsewhere(root):
        return InputError("maps_elsewhere", path=root, elsewhere=elsewhere[0])
    return InputError("maps_none", path=root)


def _with_channels(case: CohortCase, channels: Sequence[str]) -> CohortCase:
    found = {}
    for channel in channels[1:]:
        files = channel_files(case.image, case.name, channel)
        if len(files) != 1:
            name = f"{case.name}_{channel}.nii.gz"
            lacking = Remark("case_channel_files", name=name, image=case.image.name, count=len(files))
            return replace(case, problem=case.problem or str(lacking))
        found[channel] = files[0]
    return replace(case, channels=found)


def _from_table(path: Path, channels: Sequence[str]) -> Cohort:
    lines = read_table(path)
    for column in ("subject", "image", *channels[1:]):
        if not lines or column not in lines[0]:
            raise InputError("cohort_no_column", path=path, column=column)
    root = path.absolute().parent
    cases = []
    visits: dict[str, dict[str, int]] = {}
    written: dict[str, str] = {}  # folder -> its subject, as the table writes it
    for number, line in enumerate(lines, start=2):
        subject, image = line["subject"].strip(), line["image"].strip()
        if not subject or not image:
            raise InputError("cohort_no_subject", path=path, number=number)
        name = "sub-" + as_label(
            without_fraction(subject.removeprefix("sub-")), f"{path}, line {number}: subject {subject}"
        )
        problem = ""
        if (other := written.setdefault(name.lower(), subject)) != subject:
            alike = Remark(
                "case_two_subjects", path=path, number=number, subject=subject, other=other, name=name
            )
            problem = str(alike)
        session = line.get("session", "").strip().removeprefix("ses-")
        sessions = visits.setdefault(name, {})
        if session:
            session = (
                f"ses-{as_label(without_fraction(session), f'{path}, line {number}: session {session}')}"
            )
            name = f"{name}_{session}"
        further = series_of(map_stem(Path(image).name) or "")
        name = "_".join(filter(None, (name, further)))
        extra = {channel: root / line[channel] for channel in channels[1:] if line[channel]}
        lacking = [channel for channel in channels[1:] if channel not in extra]
        if lacking and not problem:
            problem = str(Remark("case_empty_column", path=path, number=number, column=lacking[0]))
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
                age=read_age(age_text(line)),
                sex=sex_of(line),
                problem=problem,
                visit=sessions.setdefault(session, len(sessions)),
                ordered_by=BY_LINE,
            )
        )
    ages = [(case.subject, age_text(line)) for case, line in zip(cases, lines, strict=True)]
    return Cohort(root, tuple(cases), remarks=tuple(age_remarks(ages, path)))
