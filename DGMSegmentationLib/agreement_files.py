"""The measurements to compare, from files: ROI tables, images of one head, or a manifest."""

from collections.abc import Sequence
from pathlib import Path

from .errors import InputError
from .evaluate import CaseScore
from .evaluate_files import Pair, case_key, evaluate_files
from .files import read_labels, stem
from .measure import RoiRow
from .measure_files import measure_file
from .tables import COLUMNS, read_long, read_table

MANIFEST_COLUMNS = ("subject", "method", "image", "segmentation")


def methods_from_tables(paths: Sequence[Path]) -> dict[str, list[RoiRow]]:
    """One method per long ROI table, named after its file (after its folder too where names repeat)."""
    names = [stem(path) for path in paths]
    if len(set(names)) < len(names):
        names = [f"{path.absolute().parent.name}/{name}" for path, name in zip(paths, names, strict=True)]
    if len(set(names)) < len(names):
        raise InputError("Two of the tables have the same folder and name: rename one.")
    return {name: read_long(path) for name, path in zip(names, paths, strict=True)}


def methods_from_images(
    images: Sequence[Path],
    segmentation: Path,
    *,
    units: str = "auto",
    reference: str = "none",
    scheme: str = "dgm",
) -> dict[str, list[RoiRow]]:
    """Several images of one head measured with the same labels; a method is an image."""
    labels = read_labels(segmentation, scheme)
    names = [stem(path) for path in images]
    if len(set(names)) < len(names):
        names = [str(path) for path in images]
    subject = case_key(segmentation)
    return {
        name: measure_file(path, labels, units=units, reference=reference, subject=subject)
        for name, path in zip(names, images, strict=True)
    }


def read_manifest(path: Path) -> list[dict[str, str]]:
    """The lines of a manifest with the columns subject, method, image, segmentation; paths become absolute.

    Raises InputError when a column is missing or empty.
    """
    lines = read_table(path)
    for column in MANIFEST_COLUMNS:
        if not lines or any(not line.get(column) for line in lines):
            raise InputError(
                f"The manifest {path} lacks values in the column {column}: give {', '.join(MANIFEST_COLUMNS)} in each line."
            )
    return [
        {
            **line,
            **{column: str(path.absolute().parent / line[column]) for column in ("image", "segmentation")},
        }
        for line in lines
    ]


def methods_from_manifest(
    lines: Sequence[dict[str, str]], *, units: str = "auto", reference: str = "none", scheme: str = "dgm"
) -> dict[str, list[RoiRow]]:
    """Measure every line of a manifest and group the rows by its method."""
    methods: dict[str, list[RoiRow]] = {}
    for line in lines:
        labels = read_labels(line["segmentation"], scheme)
        methods.setdefault(line["method"], []).extend(
            measure_file(line["image"], labels, units=units, reference=reference, subject=line["subject"])
        )
    return methods


def label_changes(
    lines: Sequence[dict[str, str]], *, units: str = "auto", scheme: str = "dgm"
) -> list[CaseScore]:
    """Scores of the first method's labels against the second's, where a subject has different ones.

    With automatic labels first and corrected ones second this is what the correction changed, in Dice and in
    ppb. The ROI means are taken in the second's image.
    """
    names = list(dict.fromkeys(line["method"] for line in lines))
    if len(names) < 2:
        return []
    first, second = (
        {line["subject"]: line for line in lines if line["method"] == name} for name in names[:2]
    )
    pairs = [
        Pair(subject, Path(line["segmentation"]), Path(other["segmentation"]), Path(other["image"]))
        for subject, line in first.items()
        if (other := second.get(subject)) is not None and other["segmentation"] != line["segmentation"]
    ]
    return evaluate_files(pairs, units=units, scheme=scheme)


def is_roi_table(path: Path) -> bool:
    """True for a file with the columns of a long ROI table."""
    lines = read_table(path)
    return bool(lines) and all(column in lines[0] for column in COLUMNS)
