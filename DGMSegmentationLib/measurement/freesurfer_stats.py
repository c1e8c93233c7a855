"""ROI rows in the layout of FreeSurfer's .stats files."""

import math
from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError
from ..io.files import write_text
from .roi import RoiRow
from .row_structures import label_set_of_rows


def stats_text(rows: Sequence[RoiRow]) -> str:
    """One image's rows in the layout of FreeSurfer's .stats files; intensities are in ppb.

    An empty structure has zero in every column, as FreeSurfer writes it. Raises InputError unless the rows are those
    of one image.
    """
    images = {(row.subject, row.image) for row in rows}
    if len(images) != 1:
        raise InputError("stats_many_images", count=len(images))
    subject, image = next(iter(images))
    label_set = label_set_of_rows(rows)
    headings = "Index SegId NVoxels Volume_mm3 StructName normMean normStdDev normMin normMax normRange"
    lines = [
        "# Title Segmentation Statistics",
        "#",
        f"# generating_program {_word(rows[0].software)}",
        f"# subjectname {_word(subject)}",
        f"# InVolFile {_word(image)}",
        "# InVolName magnetic susceptibility",
        "# InVolUnits ppb",
        f"# NRows {len(rows)}",
        f"# NTableCols {len(headings.split())}",
        f"# ColHeaders  {headings}",
    ]
    for index, row in enumerate(rows, start=1):
        values = [row.mean_ppb, row.sd_ppb, row.min, row.max, row.max - row.min]
        numeric = "".join(f" {value if math.isfinite(value) else 0.0:10.4f}" for value in values)
        structure = label_set.by_label(row.label)
        lines.append(
            f"{index:3d} {structure.freesurfer_number:5d} {row.n_voxels:8d} {row.volume_mm3:10.1f}  "
            f"{structure.name_in_freesurfer:<24}{numeric}"
        )
    return "\n".join(lines) + "\n"


def write_stats(path: Path | str, rows: Sequence[RoiRow]) -> None:
    """Write one image's rows as a FreeSurfer-style .stats file."""
    write_text(path, stats_text(rows))


def _word(text: str) -> str:
    """One line of text: a name cannot start a line of its own."""
    return " ".join(text.split()) or "unknown"
