"""The files that ``segment`` writes beside the image: labels, lookup, table, page, provenance."""

import os
import tempfile
from pathlib import Path

import numpy as np

from .errors import DGMError
from .files import check_writable, stem, write_json, write_nifti, write_text
from .interchange import lookup_text
from .segment import Segmentation
from .tables import write_long

SUFFIXES = {
    "labels": "_dseg.nii.gz",
    "lookup": "_dseg.tsv",
    "table": "_rois.tsv",
    "report": "_report.html",
    "provenance": "_provenance.json",
    "probabilities": "_probseg.nii.gz",
}


def output_folder(source: Path, folder: Path | None) -> Path:
    """Where the files go: the folder asked for, else beside the input (for a DICOM series, beside its folder)."""
    return folder if folder is not None else source.absolute().parent


def output_paths(source: Path, folder: Path | None = None, probabilities: bool = False) -> dict[str, Path]:
    """The files of one run by role, named after the input."""
    base, name = output_folder(source, folder), stem(source)
    roles = [role for role in SUFFIXES if role != "probabilities" or probabilities]
    return {role: base / f"{name}{SUFFIXES[role]}" for role in roles}


def write_segmentation(result: Segmentation, paths: dict[str, Path], overwrite: bool = False) -> None:
    """Write everything that ``paths`` (all in one folder) names, all of it or nothing.

    The files are made in a hidden folder beside their places and renamed when the last is complete, the label map at
    the end. Raises InputError before anything is written when a file exists and ``overwrite`` is off.
    """
    check_writable(list(paths.values()), overwrite)
    folder = paths["labels"].parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".dgmseg-", dir=folder) as staging:
            staged = {role: Path(staging) / path.name for role, path in paths.items()}
            _write_all(result, staged)
            for role in sorted(staged, key=lambda role: role == "labels"):
                os.replace(staged[role], paths[role])
    except OSError as error:
        reason = error.strerror or str(error)
        raise DGMError(
            f"The results could not be written to {folder} ({reason}); free space or choose --output."
        ) from error


def _write_all(result: Segmentation, paths: dict[str, Path]) -> None:
    name = stem(paths["labels"]).removesuffix("_dseg")
    stored = result.stored or result.image
    write_text(paths["lookup"], lookup_text())
    write_long(result.rows, paths["table"])
    write_json(paths["provenance"], result.provenance)
    write_nifti(
        paths["labels"],
        result.labels.data,
        stored.affine,
        like=stored,
        description="DGM labels",
        intent="label",
    )
    if "probabilities" in paths and result.probabilities is not None:
        values = np.ascontiguousarray(result.probabilities.transpose(1, 2, 3, 0))
        write_nifti(
            paths["probabilities"],
            values,
            stored.affine,
            like=stored,
            description="DGM probabilities",
        )
    from .report import write_report  # matplotlib and jinja2 are slow to import

    write_report(
        paths["report"],
        title=name,
        image_ppb=result.image,
        labels=result.labels,
        rows=result.rows,
        flags=result.flags,
        provenance=result.provenance,
    )
