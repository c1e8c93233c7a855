"""The files that ``segment`` writes beside the image: labels, lookup, table, page, provenance."""

import errno
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np

from ..errors import DGMError, Remark
from ..image import label_set_of
from ..io.file_set import FileSet, file_set
from ..io.files import check_writable, stem, write_bytes, write_json, write_nifti, write_text
from ..io.lookup import lookup_text
from ..measurement.norms import Norms
from ..measurement.tables import write_long
from .result import Segmentation

_log = logging.getLogger(__name__)

SUFFIXES = {
    "labels": "_dseg.nii.gz",
    "lookup": "_dseg.tsv",
    "table": "_rois.tsv",
    "report": "_report.html",
    "picture": "_picture.png",
    "provenance": "_provenance.json",
    "probabilities": "_probseg.nii.gz",
    "dicom_seg": "_dseg.dcm",
}
OPTIONAL = ("picture", "probabilities", "dicom_seg")
"""Written only when asked for; those of an earlier run are removed when it is replaced."""


def output_folder(source: Path, folder: Path | None) -> Path:
    """Where the files go: the folder asked for, else beside the input (for a DICOM series, beside its folder)."""
    return folder if folder is not None else source.absolute().parent


def output_paths(
    source: Path,
    folder: Path | None = None,
    probabilities: bool = False,
    picture: bool = False,
    dicom_seg: bool = False,
) -> dict[str, Path]:
    """The files of one run by role, named after the input."""
    base, name = output_folder(source, folder), stem(source)
    asked = {"probabilities": probabilities, "picture": picture, "dicom_seg": dicom_seg}
    return {role: base / f"{name}{SUFFIXES[role]}" for role in SUFFIXES if asked.get(role, True)}


@contextmanager
def outputs_claimed(paths: dict[str, Path], overwrite: bool = False) -> Iterator[FileSet]:
    """The right to write these files, for the block: no other run gets it meanwhile.

    Raises InputError when one exists and ``overwrite`` is off, nothing can be written there, or another run is at it.
    """
    labels = paths["labels"]
    with file_set(labels.parent, labels.name.removesuffix(SUFFIXES["labels"])) as claimed:
        check_writable(list(paths.values()), overwrite)
        yield claimed


def write_segmentation(
    result: Segmentation,
    paths: dict[str, Path],
    overwrite: bool = False,
    norms: Norms | None = None,
    claimed: FileSet | None = None,
    further: Mapping[Path, Callable[[Path], object]] | None = None,
) -> tuple[Remark, ...]:
    """Write everything that ``paths`` (all in one folder) names, all of it or nothing, and return remarks.

    The files are made in a hidden folder beside their places and moved when the last is complete; a run that is killed
    amid that is finished by the next one (:mod:`..io.file_set`). With ``overwrite``, what an earlier run wrote and this one
    does not (probabilities) is removed, so that all files belong together. A picture or page that cannot be drawn costs a
    warning, never the labels and tables.

    ``claimed``: what :func:`outputs_claimed` gave, when the run asked for its places before its work.
    ``further``: other files of the set, in the same folder, each with what writes it to a given path.
    Raises InputError before anything is written when a file exists and ``overwrite`` is off, or another run writes there.
    """
    folder, name = paths["labels"].parent, paths["labels"].name.removesuffix(SUFFIXES["labels"])
    try:
        with nullcontext(claimed) if claimed else outputs_claimed(paths, overwrite) as claim:
            check_writable(list(paths.values()), overwrite)
            staged = {role: claim.staging / path.name for role, path in paths.items()}
            warnings = _write_all(result, staged, norms)
            others = {claim.staging / path.name: write for path, write in (further or {}).items()}
            for path, write in others.items():
                write(path)
            made = {role: path for role, path in staged.items() if path.exists()}
            earlier = (folder / f"{name}{SUFFIXES[role]}" for role in SUFFIXES if role not in made)
            claim.commit([*made.values(), *others], [path for path in earlier if overwrite])
            return warnings
    except OSError as error:
        reason = error.strerror or str(error)
        raise DGMError("results_unwritten", folder=folder, reason=reason) from error


def _write_all(result: Segmentation, paths: dict[str, Path], norms: Norms | None) -> tuple[Remark, ...]:
    stored, labels = result.stored, result.labels
    write_text(paths["lookup"], lookup_text(label_set_of(result.labels)))
    write_long(result.rows, paths["table"])
    # On the affine that was measured with: where a voxel size was given, that of the file is wrong, and so would volumes be.
    write_nifti(
        paths["labels"],
        labels.data,
        labels.affine,
        like=labels,
        description=result.measured.labels_description,
        intent="label",
    )
    if "probabilities" in paths and result.probabilities is not None:
        values = np.ascontiguousarray(result.probabilities.transpose(1, 2, 3, 0))
        write_nifti(
            paths["probabilities"],
            values,
            labels.affine,
            like=labels,
            description="DGM probabilities",
        )
    if "dicom_seg" in paths and stored.path is not None:
        from ..io.dicom_seg import write_dicom_seg

        model = result.provenance["model"]
        on_series = labels.replace(affine=stored.affine)  # it refers to the slices as they are
        write_dicom_seg(
            paths["dicom_seg"], on_series, stored.path, algorithm=(model["name"], model["version"])
        )
    warnings = _draw(result, paths, norms)
    provenance = result.provenance.copy()
    if warnings:
        provenance["warnings"] = [*provenance.get("warnings", []), *map(str, warnings)]
    write_json(paths["provenance"], provenance)
    return warnings


def _draw(result: Segmentation, paths: dict[str, Path], norms: Norms | None) -> tuple[Remark, ...]:
    """Write the picture and the page; a failure of drawing is returned as a remark, one of writing is raised."""
    if not {"picture", "report"} & set(paths):
        return ()
    try:
        from ..reports.case_page import write_report
        from ..reports.contact_sheet import contact_sheet  # Pillow and jinja2 are slow to import

        picture = contact_sheet(result.image, result.labels)
        if "picture" in paths:
            write_bytes(paths["picture"], picture)
        if "report" in paths:
            write_report(
                paths["report"],
                result.measured,
                title=stem(paths["labels"]).removesuffix("_dseg"),
                provenance=result.provenance,
                picture=picture,
                norms=norms,
            )
    except DGMError:
        raise
    except Exception as error:  # a broken Pillow, font or template: anything can come from there
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # the other files will not fit either
        _log.debug("The picture or the page failed", exc_info=True)
        return (Remark("drawing_failed", type=type(error).__name__, text=error),)
    return ()
