"""The volume that ships with the project: simulated, with true labels and the ROI table that they give."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from ..errors import InputError
from ..evaluation.overlap import evaluate_case
from ..io.labels import read_labels
from ..io.tables import write_table
from ..measurement.tables import read_long
from ..resources import resource_path

if TYPE_CHECKING:
    from .result import Segmentation

NAME = "sub-sample"
FILES = {
    "image": f"{NAME}_Chimap.nii.gz",
    "settings": f"{NAME}_Chimap.json",
    "labels": f"{NAME}_seg-DGM_dseg.nii.gz",
    "lookup": f"{NAME}_seg-DGM_dseg.tsv",
    "table": f"{NAME}_rois.tsv",
}
"""Role -> file name in Resources/Sample."""


class Comparison(TypedDict):
    """What was found of a structure beside what is true."""

    structure: str
    abbreviation: str
    dice: float
    volume_mm3: float
    true_volume_mm3: float
    mean_ppb: float
    true_mean_ppb: float
    mean_error_ppb: float


COLUMNS = tuple(Comparison.__annotations__)
"""Of the comparison with the truth."""


@dataclass(frozen=True)
class Sample:
    """Where the files of the sample lie."""

    image: Path
    """The QSM, ppm."""
    labels: Path
    """Its true labels."""
    table: Path
    """Long ROI table: the true labels measured on the QSM."""


def bundled_sample() -> Sample:
    """The bundled sample: paths of a simulated QSM, its true labels, and the ROI table that they give.

    Raises:
        InputError: when this build has none.

    Example:
        >>> bundled_sample().image.name
        'sub-sample_Chimap.nii.gz'
    """
    try:
        paths = {role: resource_path("Sample", FILES[role]) for role in ("image", "labels", "table")}
    except FileNotFoundError as error:
        raise InputError("sample_missing") from error
    return Sample(**paths)


def comparison(result: "Segmentation", sample: Sample) -> list[Comparison]:
    """What was found beside what is true, one row a structure, keys as in :data:`COLUMNS`.

    The true mean is that of the true labels on the same volume: noise and reconstruction are in both numbers, the error
    is the segmentation's alone. Raises InputError when the result does not lie on the sample's grid.
    """
    truth = {row.abbreviation: row for row in read_long(sample.table)}
    measured = {row.abbreviation: row for row in result.rows}
    rows = []
    for score in evaluate_case(result.labels, read_labels(sample.labels), result.image):
        found, true = measured[score.abbreviation], truth[score.abbreviation]
        rows.append(
            Comparison(
                structure=found.structure,
                abbreviation=found.abbreviation,
                dice=score.dice,
                volume_mm3=found.volume_mm3,
                true_volume_mm3=true.volume_mm3,
                mean_ppb=found.mean_ppb,
                true_mean_ppb=true.mean_ppb,
                mean_error_ppb=found.mean_ppb - true.mean_ppb,
            )
        )
    return rows


def write_comparison(rows: Sequence[Comparison], path: Path) -> None:
    """Write the rows of :func:`comparison` as TSV or CSV, by the suffix."""
    write_table(path, COLUMNS, rows)
