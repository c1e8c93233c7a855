"""A long table on disk that grows from subject to subject; measurements of another image are never replaced unasked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.roi import RoiRow

Image = tuple[str, str]  # subject and image: what names the rows of one measurement


class CohortFile:
    """Appends rows and remembers, as long as the application runs, from where those of each image came."""

    def __init__(self) -> None:
        self._sources: dict[tuple[Path, str, str], str] = {}

    def clash(self, rows: "Sequence[RoiRow]", sources: Mapping[str, str], path: Path | str) -> str:
        """The question to ask before rows of the same names are replaced; empty when none are or they are the same image's.

        ``sources``: image name -> where that image came from. Rows that stand in the file since an earlier session
        count as another image's unless their numbers are the same.
        """
        from DGMSegmentationLib.measurement.tables import read_long

        path = Path(path)
        there = read_long(path) if path.exists() else []
        for subject, image in dict.fromkeys((row.subject, row.image) for row in rows):
            old = [row for row in there if (row.subject, row.image) == (subject, image)]
            before = self._sources.get((path.resolve(), subject, image), "")
            now = sources.get(image, "")
            if not old or (before and before == now) or _same(old, rows):
                continue
            return (
                f"{path.name} already holds {len(old)} rows of the subject {subject or 'n/a'}, image {image}, "
                f"from {before or 'an earlier session'}. Replace them with those from {now or image}? "
                "To keep both, answer No and rename the volume, or put it under a patient of its own in the module Data."
            )
        return ""

    def append(
        self, rows: "Sequence[RoiRow]", sources: Mapping[str, str], path: Path | str
    ) -> tuple[int, int]:
        """Write the rows into the file (made when missing); returns how many were added and how many replaced."""
        from DGMSegmentationLib.measurement.tables import append_long, read_long

        from .export import need_rows

        need_rows(rows)
        path = Path(path)
        before = len(read_long(path)) if path.exists() else 0
        added = len(append_long(rows, path)) - before
        for row in rows:
            self._sources[path.resolve(), row.subject, row.image] = sources.get(row.image, "")
        return added, len(rows) - added


def _same(old: "Sequence[RoiRow]", rows: "Sequence[RoiRow]") -> bool:
    """True when the file's rows hold the numbers of the new ones, to the digits of a table."""
    new = {(row.subject, row.image, row.label): row for row in rows}
    pairs = [(row, new.get((row.subject, row.image, row.label))) for row in old]
    return all(
        other is not None
        and row.n_voxels == other.n_voxels
        and (abs(row.mean_ppb - other.mean_ppb) < 1e-5 or row.n_voxels == 0)
        for row, other in pairs
    )
