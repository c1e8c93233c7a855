"""The table of participants: age and sex of each subject, and who trains. What cannot be read or matched is counted and named."""

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import Remark, few
from ..tables import read_table
from .derivatives import raw_dataset
from .identifiers import Matches, match_identifiers

TABLE = "participants.tsv"
_UNKNOWN = ("", "n/a", "na", "nan", "none", "unknown", "-")
# "34", "34.5", "34,5", "34 y", "034Y" (DICOM); "89+" and ">89" are how ages are hidden that few people reach.
_AGE = re.compile(
    r"(?P<above>>=?|≥)?\s*(?P<years>\d+([.,]\d+)?)\s*(?P<more>\+)?\s*(y|yrs?|years?)?\.?", re.IGNORECASE
)
_OLDEST = 130.0
_IDENTIFIERS = ("participant_id", "subject_id", "subject")
_AGE_COLUMNS = ("age", "age_years", "age_in_years", "age_at_scan")
_SEX_COLUMNS = ("sex", "gender")


@dataclass(frozen=True)
class Participant:
    """What the table says of a subject."""

    age: float | None = None
    """Years; None when unknown."""
    sex: str = ""
    """F, M or empty."""
    splits: tuple[str, ...] = ()
    """What its rows say in the column ``split``, each once."""


@dataclass(frozen=True)
class Participants:
    """The table of participants, by subject."""

    by_subject: Mapping[str, Participant] = field(default_factory=dict)
    """ "sub-001" -> its rows."""
    remarks: tuple[Remark, ...] = ()
    """On what could not be read or matched."""
    path: Path | None = None
    """The table; None when there is none."""
    has_splits: bool = False
    """Whether any row, matched or not, says who trains and who tests."""

    def of(self, subject: str) -> Participant:
        """What is known of a subject, e.g. "sub-001"."""
        return self.by_subject.get(subject, Participant())


def read_participants(root: Path, subjects: Collection[str]) -> Participants:
    """The rows of ``participants.tsv`` of the BIDS folder ``root`` (of a derivative folder: else its raw data set's).

    ``subjects`` are those with images ("sub-001"); a row may write "1" for it where no other folder is so called.
    Raises InputError when the table cannot be read.
    """
    places = [folder for folder in (root, raw_dataset(root)) if folder]
    path = next((place / TABLE for place in places if os.path.lexists(place / TABLE)), None)
    if path is None:
        return Participants()
    lines = read_table(path)
    if not lines:
        return Participants(path=path)
    identifiers = [_cell(line, _IDENTIFIERS) for line in lines]
    folders = {p.name for place in places for p in place.glob("sub-*") if p.is_dir()}
    matches = match_identifiers(identifiers, folders | set(subjects))
    rows: dict[str, list[Mapping[str, str]]] = {}
    for text, line in zip(identifiers, lines, strict=True):
        if text in matches.meant:
            rows.setdefault(matches.meant[text], []).append(line)
    people = {subject: _participant(found) for subject, found in rows.items()}
    has_splits = any(_cell(line, ("split",)) for line in lines)
    return Participants(people, tuple(_remarks(path, matches, rows, subjects)), path, has_splits)


def _participant(lines: Sequence[Mapping[str, str]]) -> Participant:
    """What the rows of one subject agree in."""
    ages = {age for line in lines if (age := read_age(age_text(line))) is not None}
    sexes = {sex for line in lines if (sex := sex_of(line))}
    return Participant(
        ages.pop() if len(ages) == 1 else None,
        sexes.pop() if len(sexes) == 1 else "",
        tuple(dict.fromkeys(_cell(line, ("split",)) for line in lines)),
    )


def _remarks(
    path: Path, matches: Matches, rows: Mapping[str, Sequence[Mapping[str, str]]], subjects: Collection[str]
) -> list[Remark]:
    remarks = [
        Remark("participant_ambiguous", path=path, text=text, names=names)
        for text, names in matches.ambiguous.items()
    ]
    if matches.unknown:
        remarks.append(Remark("participants_unmatched", path=path, rows=counted(matches.unknown, "row")))
    if lacking := sorted(set(subjects) - set(rows)):
        remarks.append(Remark("participants_lacking", path=path, subjects=counted(lacking, "subject")))
    if twice := sorted(subject for subject, lines in rows.items() if len(lines) > 1):
        remarks.append(Remark("participants_twice", path=path, subjects=counted(twice, "subject")))
    written = {who: sorted({age_text(line) for line in lines} - {""}) for who, lines in rows.items()}
    # Of rows with different ages none counts, so that nothing need be said of them.
    clear = {who: texts for who, texts in written.items() if len({*map(read_age, texts)} - {None}) < 2}
    return remarks + age_remarks([(who, text) for who, texts in clear.items() for text in texts], path)


def age_text(line: Mapping[str, str]) -> str:
    """The age in a line of a table, whatever the column's case; empty when it says none."""
    text = _cell(line, _AGE_COLUMNS)
    return "" if text.lower() in _UNKNOWN else text


def read_age(text: str) -> float | None:
    """Years of "34", "34,5", "34 y"; of "89+" and ">89" that bound. None for "n/a" and what is no age."""
    match = _AGE.fullmatch(text.strip())
    years = float(match["years"].replace(",", ".")) if match else -1.0
    return years if 0 <= years <= _OLDEST else None


def age_remarks(ages: Sequence[tuple[str, str]], path: Path) -> list[Remark]:
    """Remarks on the ages, given as (whose, text), that are bounds or no ages."""
    odd = [f"{who}: {text}" for who, text in ages if text and read_age(text) is None]
    bounds = [
        f"{who}: {text}" for who, text in ages if (m := _AGE.fullmatch(text)) and (m["above"] or m["more"])
    ]
    remarks = [Remark("ages_unreadable", path=path, ages=counted(odd, "age"))] if odd else []
    return remarks + ([Remark("ages_bounded", path=path, ages=counted(bounds, "age"))] if bounds else [])


def sex_of(line: Mapping[str, str]) -> str:
    """F or M, else empty; BIDS also allows words and lower case."""
    first = _cell(line, _SEX_COLUMNS).upper()[:1]
    return first if first in ("F", "M") else ""


def counted(names: Sequence[str], thing: str) -> str:
    """ "2 rows (HC7, HC9)"."""
    return f"{len(names)} {thing}{'' if len(names) == 1 else 's'} ({few(names)})"


def _cell(line: Mapping[str, str], columns: Sequence[str]) -> str:
    """The text below the first of these columns that the table has, in any case: "Age (years)" counts as "age_years"."""
    by_name = {
        re.sub(r"\W+", "_", name.strip().lower()).strip("_"): text
        for name, text in reversed(list(line.items()))
    }
    return next((by_name[column].strip() for column in columns if column in by_name), "")
