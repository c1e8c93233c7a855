"""The measurements to compare, from files: ROI tables, images of one head, or a manifest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError, Remark
from ..image import Image
from ..io.bids.names import entities, natural_order
from ..io.files import stem
from ..io.labels import read_labels
from ..io.suffixes import IMAGE_SUFFIXES
from ..io.tables import read_table
from ..measurement.files import measured_file
from ..measurement.options import MeasureOptions
from ..measurement.roi import RoiRow
from ..measurement.tables import REQUIRED, read_long
from ..structures import LabelSet
from .overlap import CaseScore
from .overlap_files import Pair, case_key, evaluate_files

Log = Callable[[Remark], None]
MANIFEST_COLUMNS = ("subject", "method", "image", "segmentation")
# What tells apart the images of one subject; other entities (desc, rec, acq) name how an image was made.
_VISIT = ("ses", "run")


def methods_from_tables(paths: Sequence[Path]) -> dict[str, list[RoiRow]]:
    """One method per long ROI table, named after its file (after its folder too where names repeat).

    Where a subject has several images (sessions, runs) in a table, each counts as a subject of its own: "sub-01 ses-1".
    """
    for path in paths:
        _refuse_image(path)
    names = [stem(path) for path in paths]
    if len(set(names)) < len(names):
        names = [f"{path.absolute().parent.name}/{name}" for path, name in zip(paths, names, strict=True)]
    if len(set(names)) < len(names):
        raise InputError("tables_same_name")
    tables = {name: _rows_with_entities(path) for name, path in zip(names, paths, strict=True)}
    several = any(map(_has_several, tables.values()))
    return {name: _by_visit(rows) if several else [row for row, _ in rows] for name, rows in tables.items()}


def methods_by_entity(path: Path, entity: str) -> dict[str, list[RoiRow]]:
    """The rows of one long table told apart by an entity of their image's BIDS name: "ses" gives "ses-1", "ses-2", ...

    The session is that of the column ``session`` where the table has one (those of a cohort do). Further entities keep
    telling apart the images of a subject. Raises InputError when an image lacks the entity.
    """
    methods: dict[str, list[_RowOfImage]] = {}
    for row, found in _rows_with_entities(path):
        if entity not in found:
            raise InputError("image_without_entity", image=row.image, path=path, entity=entity)
        methods.setdefault(f"{entity}-{found[entity]}", []).append((row, found))
    several = any(map(_has_several, methods.values()))
    return {
        name: _by_visit(methods[name], entity) if several else [row for row, _ in methods[name]]
        for name in sorted(methods, key=natural_order)
    }


_RowOfImage = tuple[RoiRow, Mapping[str, str]]
"""A row and what tells its image apart."""


def _rows_with_entities(path: Path) -> list[_RowOfImage]:
    """The rows of a long table with the entities of their images; a column ``session`` goes before the name."""
    rows: list[_RowOfImage] = []
    for row, line in zip(read_long(path), read_table(path), strict=True):
        found = entities(stem(Path(row.image)))
        session = line.get("session", "").strip().removeprefix("ses-")
        if session not in ("", "n/a"):
            found["ses"] = session
        rows.append((row, found))
    return rows


def _has_several(rows: Sequence[_RowOfImage]) -> bool:
    """True when a subject has more than one image here."""
    return len({(row.subject, row.label) for row, _ in rows}) < len(rows)


def _by_visit(rows: Sequence[_RowOfImage], without: str = "") -> list[RoiRow]:
    """The rows with session and run beside the subject, so that each image counts as one."""
    return [
        replace(
            row,
            subject=" ".join(
                [row.subject, *(f"{k}-{found[k]}" for k in _VISIT if k in found and k != without)]
            ),
        )
        for row, found in rows
    ]


@dataclass(frozen=True)
class HowMeasured:
    """How the images of an agreement are measured."""

    units: str = "auto"
    reference: str = "none"
    scheme: str = "dgm"
    """What label values mean, as in :func:`..io.labels.read_labels`, as are these."""
    label_set: LabelSet | None = None
    structure: str | None = None

    def labels(self, path: Path | str) -> Image:
        """The labels of a file."""
        return read_labels(path, self.scheme, label_set=self.label_set, structure=self.structure)


_AS_THEY_ARE = HowMeasured()


def methods_from_images(
    images: Sequence[Path],
    segmentation: Path,
    how: HowMeasured = _AS_THEY_ARE,
    log: Log = lambda text: None,
) -> dict[str, list[RoiRow]]:
    """Several images of one head measured with the same labels; a method is an image."""
    labels = how.labels(segmentation)
    names = [stem(path) for path in images]
    if len(set(names)) < len(names):
        names = [str(path) for path in images]
    subject = case_key(segmentation)
    return {
        name: _measured(path, labels, how, subject, log) for name, path in zip(names, images, strict=True)
    }


def _measured(path: Path | str, labels: Image, how: HowMeasured, subject: str, log: Log) -> list[RoiRow]:
    """The rows of an image; says so when the labels had to be carried to its grid."""
    measured = measured_file(path, labels, how.units, MeasureOptions(subject, reference=how.reference))
    for warning in measured.warnings:
        log(warning)
    if measured.resampled:
        log(Remark("labels_resampled", path=path))
    return measured.rows


def read_manifest(path: Path) -> list[dict[str, str]]:
    """The lines of a manifest with the columns subject, method, image, segmentation; paths become absolute.

    Raises InputError when a column is missing or empty.
    """
    lines = read_table(path)
    for column in MANIFEST_COLUMNS:
        if not lines or any(not line.get(column) for line in lines):
            raise InputError("manifest_empty_value", path=path, column=column, columns=list(MANIFEST_COLUMNS))
    return [
        {
            **line,
            **{column: str(path.absolute().parent / line[column]) for column in ("image", "segmentation")},
        }
        for line in lines
    ]


def methods_from_manifest(
    lines: Sequence[dict[str, str]],
    how: HowMeasured = _AS_THEY_ARE,
    log: Log = lambda text: None,
) -> dict[str, list[RoiRow]]:
    """Measure every line of a manifest and group the rows by its method."""
    methods: dict[str, list[RoiRow]] = {}
    for line in lines:
        labels = how.labels(line["segmentation"])
        methods.setdefault(line["method"], []).extend(
            _measured(line["image"], labels, how, line["subject"], log)
        )
    return methods


def label_changes(
    lines: Sequence[dict[str, str]],
    how: HowMeasured = _AS_THEY_ARE,
) -> list[CaseScore]:
    """Scores of the second method's labels against the first's, where a subject has different ones.

    With automatic labels first and corrected ones second this is what the correction changed, in Dice and in ppb:
    errors are second minus first, precision and sensitivity take the first as reference. The ROI means are taken in
    the second's image.
    """
    names = list(dict.fromkeys(line["method"] for line in lines))
    if len(names) < 2:
        return []
    first, second = (
        {line["subject"]: line for line in lines if line["method"] == name} for name in names[:2]
    )
    pairs = [
        Pair(subject, Path(other["segmentation"]), Path(line["segmentation"]), Path(other["image"]))
        for subject, line in first.items()
        if (other := second.get(subject)) is not None and other["segmentation"] != line["segmentation"]
    ]
    return evaluate_files(
        pairs, units=how.units, scheme=how.scheme, label_set=how.label_set, structure=how.structure
    )


def is_roi_table(path: Path) -> bool:
    """True for a file with the columns of a long ROI table; raises InputError for an image, which needs labels."""
    _refuse_image(path)
    lines = read_table(path)
    return bool(lines) and all(column in lines[0] for column in REQUIRED)


def _refuse_image(path: Path) -> None:
    if path.is_dir() or path.name.lower().endswith((*IMAGE_SUFFIXES, ".dcm")):
        raise InputError("image_without_labels", path=path)
