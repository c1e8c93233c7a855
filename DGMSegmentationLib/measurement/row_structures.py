"""The structures that ROI rows are about: tables tell their label, name, abbreviation and side, a label set the rest."""

from collections.abc import Iterable

from ..errors import InputError
from ..structures import STANDARD, LabelSet, Structure, derived_structure
from .roi import RoiRow


def label_set_of_rows(rows: Iterable[RoiRow], known: LabelSet = STANDARD) -> LabelSet:
    """The set of the structures that stand in the rows; ``known`` itself when they are all of its, or there are no rows.

    A structure that ``known`` lacks has no ranges, and a colour by its place. Raises InputError when rows give one label
    to two structures, one structure two labels, or a side that the abbreviation does not tell.
    """
    found: dict[int, Structure] = {}
    for row in rows:
        before = found.get(row.label)
        if before is None:
            structure = known.by_label(row.label) if row.label in known else None
            if structure is None or structure.abbreviation != row.abbreviation:
                structure = derived_structure(row.label, row.structure, row.abbreviation, len(found))
            if structure.side != row.side:
                raise InputError("row_side", abbreviation=row.abbreviation, side=row.side)
            found[row.label] = structure
        elif before.abbreviation != row.abbreviation:
            raise InputError("row_labels", label=row.label, before=before.abbreviation, now=row.abbreviation)
    if not found:
        return known
    ordered = [s for s in known if found.get(s.label) == s]
    others = [s for s in found.values() if s not in ordered]
    return (
        known if tuple(ordered) == known.structures and not others else LabelSet("rows", (*ordered, *others))
    )
