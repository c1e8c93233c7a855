"""The means of all cases of a study, as a window shows them while the study is read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from DGMSegmentationLib.language import word

from .shown import number

if TYPE_CHECKING:
    from DGMSegmentationLib.study.worklist import Item


class Line(TypedDict):
    """A case."""

    name: str
    state: str
    words: str
    """The state, in the language of the window."""
    means: dict[str, str]
    """Abbreviation -> mean in ppb."""
    edited: list[str]
    """Abbreviations of the structures that were changed by hand."""


class GrowingTable(TypedDict):
    """One line a measured case, one column a structure."""

    columns: list[str]
    rows: list[Line]


def growing_table(items: "Sequence[Item]") -> GrowingTable:
    """Means in ppb of all measured cases."""
    measured = [item for item in items if item.rows]
    columns = dict.fromkeys(row.abbreviation for item in measured for row in item.rows)
    lines: list[Line] = [
        {
            "name": item.name,
            "state": item.state,
            "words": word(item.state),
            "means": {row.abbreviation: number(row.mean_ppb) if row.n_voxels else "" for row in item.rows},
            "edited": [row.abbreviation for row in item.rows if row.edited],
        }
        for item in measured
    ]
    return {"columns": list(columns), "rows": lines}
