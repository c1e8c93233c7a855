"""Two sessions of one subject side by side, with the change that a repeated scan alone could give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ..evaluation.agreement import CHANGE_COLUMNS, changes
from ..measurement.roi import RoiRow
from ..structures import STANDARD, LabelSet

COLUMNS: tuple[str, ...] = (*CHANGE_COLUMNS, "first_mm3", "second_mm3", "first_flags", "second_flags")


@dataclass(frozen=True)
class Visit:
    """The rows of one session; ``series`` tells apart the images of a session (acquisition, run, ...)."""

    subject: str
    session: str
    series: str
    rows: Sequence[RoiRow]
    order: str = ""
    """What the order of the sessions follows, in words."""


@dataclass(frozen=True)
class Change:
    """Two following sessions of one subject."""

    subject: str
    first: str
    second: str
    series: str
    rows: tuple[Mapping[str, object], ...]
    """One a structure that both sessions have: the values of both, the change and the detectable change."""
    order: str = ""
    note: str = ""
    """What to know of the means that are compared."""


def session_changes(visits: Sequence[Visit], known: LabelSet = STANDARD) -> list[Change]:
    """Every session against the one before it, for subjects that have several of one series, in the given order."""
    result = []

    def who(visit: Visit) -> tuple[str, str]:
        return visit.subject, visit.series

    for (subject, series), group in groupby(sorted(visits, key=who), who):
        for first, second in pairwise([visit for visit in group if visit.session]):
            earlier, later = ({row.abbreviation: row for row in visit.rows} for visit in (first, second))
            rows = []
            names = (first.session, second.session)
            for line in changes(first.rows, second.rows, names, known=known):
                name = str(line["abbreviation"])
                row, other = earlier[name], later[name]
                rows.append(
                    {
                        **line,
                        "first_mm3": row.volume_mm3,
                        "second_mm3": other.volume_mm3,
                        "first_flags": row.flags,
                        "second_flags": other.flags,
                    }
                )
            result.append(
                Change(
                    subject,
                    first.session,
                    second.session,
                    series,
                    tuple(rows),
                    first.order,
                    _note(first, second),
                )
            )
    return result


def _note(first: Visit, second: Visit) -> str:
    """A sentence where the means could not be compared relative to their reference."""
    one, other = ({row.reference for row in visit.rows} for visit in (first, second))
    if one == other:
        return ""
    names = " and ".join(", ".join(sorted(found)) for found in (one, other))
    return f"The references differ ({names}): means as in the images are compared."
