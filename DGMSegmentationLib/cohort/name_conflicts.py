"""Cases that cannot be told apart: of one name, or whose files would have one name."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Remark
from ..io.bids.names import derivative_stems

if TYPE_CHECKING:
    from .find import CohortCase


def mark_name_conflicts(cases: "Sequence[CohortCase]") -> "list[CohortCase]":
    """One case per name, with a ``problem`` where nothing tells which of several is meant or whose a file would be.

    Upper and lower case count as equal: many disks do not tell them apart.
    """
    groups: dict[str, list[CohortCase]] = {}
    for case in cases:
        groups.setdefault(case.name.lower(), []).append(case)
    single = [_one_of(group) for group in groups.values()]
    automatic: dict[str, list[CohortCase]] = {}
    edited: dict[str, list[CohortCase]] = {}
    for case in single:
        for stems, stem in zip((automatic, edited), derivative_stems(case.name), strict=True):
            stems.setdefault(stem.lower(), []).append(case)
    return [replace(case, problem=case.problem or _shared(case, automatic, edited)) for case in single]


def _one_of(group: "Sequence[CohortCase]") -> "CohortCase":
    """The only case of a name, or the first of several with a sentence about the others."""
    if len(group) == 1:
        return group[0]
    places = list(dict.fromkeys(case.source for case in group))
    problem = (
        Remark("case_in_two_places", places=places, name=group[0].name)
        if len(places) > 1
        else Remark("case_listed_twice", place=places[0], count=len(group))
    )
    return replace(group[0], problem=str(problem))


def _shared(
    case: "CohortCase", automatic: "dict[str, list[CohortCase]]", edited: "dict[str, list[CohortCase]]"
) -> str:
    """A sentence when files of this case would have the names of another's."""
    own, corrected = derivative_stems(case.name)
    for other in automatic[own.lower()]:
        if other is not case:
            name = f"{own}_dseg.nii.gz"
            return str(Remark("case_shared_name", place=case.source, other=other.source, name=name))
    for other in automatic.get(corrected.lower(), ()):
        return str(Remark("case_as_correction", place=other.source, other=case.source, name=corrected))
    for other in edited.get(own.lower(), ()):
        return str(Remark("case_as_correction", place=case.source, other=other.source, name=own))
    return ""
