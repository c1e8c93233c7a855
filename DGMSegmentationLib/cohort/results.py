"""What a finished case leaves on the disk: labels, table, page and record, all put into place together."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..image import label_set_of
from ..io.atomic import move_into_place
from ..io.bids.derivatives import STATE, CasePaths
from ..io.bids.names import ATLAS
from ..io.files import write_json, write_nifti, write_text
from ..io.lookup import lookup_text
from ..measurement.case import MeasuredCase
from ..measurement.norms import Norms
from ..measurement.quality import NETWORK_FLAGS
from ..measurement.tables import write_long
from ..segmentation.provenance import Provenance
from ..structures import STANDARD
from .find import CohortCase
from .plan import CaseSettings, Task, foreign_labels, is_foreign
from .record import Automatic, Record, full_stamp, write_record

TABLE, PAGE, LOOKUP = "_stats.tsv", "_report.html", "_dseg.tsv"
"""How the names of a case's table, page and lookup table end."""


@dataclass(frozen=True, eq=False)
class Result:
    """What is to be written for a case."""

    measured: MeasuredCase
    provenance: Provenance
    new_labels: bool
    probabilities: NDArray[np.float32] | None = None


def write_results(
    task: Task,
    case: CohortCase,
    settings: CaseSettings,
    paths: CasePaths,
    record: Record,
    result: Result,
    norms: Norms | None,
) -> None:
    """Everything into the run's own folder, then all into place, the label map last but one and the record last.

    Raises DGMError, with nothing replaced, when someone painted over the automatic labels since the run was planned.
    """
    edited = record.edited is not None
    state = Path(task.output) / STATE
    paths.folder.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f"tmp-{task.run}-", dir=state))
    try:
        made: list[Path] = []

        def staged(suffix: str) -> Path:
            made.append(staging / paths.of(suffix, edited).name)
            return made[-1]

        write_long(result.measured.rows, staged(TABLE), missing="n/a")
        _write_page(staged(PAGE), case, record, result, norms)
        if result.new_labels:
            _write_labels(staged, case, result)
            automatic = Automatic(
                made_of=record.inputs.checksums if record.inputs else {},
                options=settings.of_labels(),
                labels=full_stamp(made[-1]),
                labels_before=full_stamp(paths.labels),
                model=result.measured.options.model,
                network_flags=tuple(flag for flag in result.measured.flags if flag.code in NETWORK_FLAGS),
                provenance=dict(result.provenance),
            )
            if not task.overwrite and is_foreign(paths.labels, record.automatic):
                raise foreign_labels(paths, record.automatic)
            record.automatic = automatic
            # A run that is killed from here on leaves a label map that the next run knows as its own.
            write_record(paths.record, replace(record, status="writing", rows=[]))
            for suffix in ("_probseg.nii.gz", LOOKUP):
                paths.of(suffix).unlink(missing_ok=True)  # of the labels before
        for path in made:
            move_into_place(path, paths.folder / path.name)
        record.outputs = {path.name: (paths.folder / path.name).stat().st_size for path in made}
        if edited:
            record.edited_outputs = record.outputs
        else:
            _remove_stale(Path(task.output), paths, record.edited_outputs)
            record.edited_outputs = {}
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _remove_stale(output: Path, paths: CasePaths, outputs: Mapping[str, int]) -> None:
    """Table and page that we made of a correction which is gone; what someone changed since stays.

    A record may have been written by anybody: only these two files of this case go, and none beyond the output folder.
    """
    for path in (paths.of(suffix, edited=True) for suffix in (TABLE, PAGE)):
        inside = path.resolve().is_relative_to(output.resolve()) and not path.is_symlink()
        if inside and path.is_file() and path.stat().st_size == outputs.get(path.name):
            path.unlink()


def _write_labels(staged: Callable[[str], Path], case: CohortCase, result: Result) -> None:
    labels = result.measured.labels
    label_set = label_set_of(labels)
    own = (
        staged(LOOKUP) if label_set != STANDARD else None
    )  # the table of the whole folder names the standard set
    if own is not None:
        write_text(own, lookup_text(label_set))
    table = own.name if own is not None else f"{ATLAS}{LOOKUP}"
    sidecar = {
        "Description": f"Deep-gray-matter nuclei; the table {table} names the labels",
        "Sources": [f"bids:raw:{case.source}"],
        "Manual": False,
        "DGMSegmentation": result.provenance,
    }
    write_json(staged("_dseg.json"), sidecar)
    if result.probabilities is not None:
        values = np.ascontiguousarray(result.probabilities.transpose(1, 2, 3, 0))
        write_nifti(
            staged("_probseg.nii.gz"), values, labels.affine, like=labels, description="DGM probabilities"
        )
    write_nifti(
        staged("_dseg.nii.gz"),
        labels.data,
        labels.affine,  # where a voxel size or orientation was given, that of the file is wrong
        like=labels,
        description=result.measured.labels_description,
        intent="label",
    )


def _write_page(path: Path, case: CohortCase, record: Record, result: Result, norms: Norms | None) -> None:
    from ..reports.case_page import write_report  # Pillow and jinja2 are slow to import

    title = " ".join(part for part in (case.subject, case.session) if part)
    if case.name not in (title, title.replace(" ", "_")):
        title = f"{title} ({case.name})"
    write_report(
        path,
        result.measured,
        title=title,
        provenance=result.provenance,
        norms=norms,
    )
