"""One case from its image to its files, in whatever process it runs: segment or take the labels, measure, write, record.

The files are made in a folder of the run's own and renamed when the last is complete; the record comes last. Whatever
goes wrong becomes a record with a reason.
"""

import os
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .. import __version__
from ..errors import DGMError, InputError, Remark, UnexpectedError, explained, speaking
from ..image import Image, label_set_of
from ..inference.memory import peak_memory_mb
from ..io.bids.derivatives import CasePaths, case_paths
from ..io.files import read_image
from ..io.labels import read_labels
from ..measurement.case import measure_case
from ..measurement.edited import changed_labels
from ..measurement.norms import read_norms
from ..measurement.notes import notes_of_image
from ..measurement.options import MeasureOptions
from ..measurement.roi import labels_on_grid
from ..measurement.verdict import Verdict
from ..preprocessing.case import open_case
from ..segmentation.provenance import Provenance
from .find import CohortCase
from .plan import CaseSettings, Task, is_foreign
from .record import Automatic, Inputs, Judged, Record, Uncorrected, full_stamp, read_record, write_record
from .results import Result, write_results

if TYPE_CHECKING:
    from ..inference.case_predictor import CasePredictor


class Predictors:
    """The model of this process, loaded when it is first needed and kept for all further cases."""

    def __init__(self) -> None:
        self._ready: tuple[tuple[str, str, str], CasePredictor] | None = None
        self.lock = threading.Lock()

    def get(self, settings: CaseSettings) -> "CasePredictor":
        """The model on its device; raises InputError when its file is no longer the one that the run began with."""
        key = (settings.options.model, settings.model_sha256, settings.options.device)
        if self._ready is None or self._ready[0] != key:
            from ..inference.case_predictor import open_predictor
            from ..models.model import load_model

            model = load_model(settings.options.model)
            if model.sha256 != settings.model_sha256:
                raise DGMError("model_replaced", path=settings.options.model)
            self._ready = (key, open_predictor(model, settings.options.device))
        return self._ready[1]


_predictors = Predictors()


def task_of(case: CohortCase, output: Path, settings: CaseSettings, **more: Any) -> Task:
    """A task for a process that may run in another folder: with absolute paths."""
    absolute = replace(
        case,
        image=case.image.absolute(),
        channels={name: path.absolute() for name, path in case.channels.items()},
        edited=case.edited.absolute() if case.edited else None,
    )
    return Task(case=absolute, output=output.absolute(), settings=settings, **more)


def process_task(task: Task) -> Record:
    """Run a task in a process of its own; one at a time."""
    with _predictors.lock, speaking("shell"):  # nobody has said so yet here
        return process(task)


def process(task: Task) -> Record:
    """Do the task and return its record, which also lies on the disk. A failure is a record with its reason."""
    case, settings = task.case, task.settings
    paths = case_paths(task.output, case.name)
    start = time.perf_counter()
    # From the disk, not from the plan: an earlier attempt whose worker died may have come further than the plan knows.
    previous = read_record(paths.record) or Record()
    record = Record(
        name=case.name,
        subject=case.subject,
        session=case.session,
        image=case.source,
        why=task.why,
        labels_of=settings.of_labels(),
        rows_of=settings.of_rows(case),
        corrected=task.edited is not None,
        edited_outputs=previous.edited_outputs,
        automatic=previous.automatic,
        uncorrected=_uncorrected(previous) if task.edited is not None else None,
    )
    try:
        _run(task, case, settings, paths, record)
        record.status = "done"
    except Exception as error:  # a broken subject must not end the run
        _fail(record, _failure(error))
        if record.kind == "bug":
            record.traceback = traceback.format_exc()
    if (
        previous.inputs is None
        or record.inputs is None
        or previous.inputs.checksums != record.inputs.checksums
    ):
        record.uncorrected = None  # of another image
    record.seconds = round(time.perf_counter() - start, 2)
    record.peak_memory_mb = None if (peak := peak_memory_mb()) is None else round(peak)
    record.finished = datetime.now(timezone.utc).isoformat()
    record.process = os.getpid()
    try:
        write_record(paths.record, record)
    except DGMError as error:
        _fail(record, error)
        record.kind = "failure"
    return record


def _uncorrected(previous: Record) -> Uncorrected | None:
    if previous.corrected or previous.status != "done":
        return previous.uncorrected
    return Uncorrected(previous.rows, previous.verdict, previous.finished)


def _fail(record: Record, error: DGMError) -> None:
    record.status, record.kind, record.reason = "failed", error.kind, str(error)
    record.verdict = Judged.of(Verdict.of_failure(error))
    record.rows, record.outputs = [], {}


def _failure(error: BaseException) -> DGMError:
    """The error in a cohort's words."""
    if isinstance(error, MemoryError):
        return DGMError("out_of_memory_in_cohort")
    coded = explained(error)
    return UnexpectedError("case_unexpected", **coded.facts) if coded.kind == "bug" else coded


def _run(task: Task, case: CohortCase, settings: CaseSettings, paths: CasePaths, record: Record) -> None:
    record.inputs = Inputs(
        full_stamp(case.image), {name: full_stamp(path) for name, path in case.channels.items()}
    )
    edited = task.edited
    if edited:
        record.edited = full_stamp(edited)
    norms = read_norms(settings.norms, case.age, case.sex, settings.label_set()) if settings.norms else None
    image = read_image(case.image)
    warnings: list[Remark] = []
    if task.do == "segment":
        result = _segmented(case, image, settings, warnings.append)
    else:
        result = _measured(case, image, paths, settings, record, edited)
    result.provenance["checksums"] = record.inputs.checksums
    record.warnings = [str(remark) for remark in warnings or result.measured.warnings]
    record.doubts = [str(remark) for remark in result.measured.warnings]
    record.rows = list(result.measured.rows)
    record.verdict = Judged.of(result.measured.verdict)
    if (reference := result.measured.reference) is not None:
        record.reference = reference.to_dict()
    write_results(task, case, settings, paths, record, result, norms)


def _segmented(
    case: CohortCase, image: Image, settings: CaseSettings, log: Callable[[Remark], None]
) -> Result:
    from ..segmentation.pipeline import segment

    done = segment(
        image,
        options=settings.options.changed(subject=case.subject),
        predictor=_predictors.get(settings),
        extra_channels=dict(case.channels),
        measuring=MeasureOptions(image_name=case.shown, reference=settings.reference),
        log=log,
    )
    return Result(done.measured, done.provenance, True, done.probabilities)


def _measured(
    case: CohortCase,
    image: Image,
    paths: CasePaths,
    settings: CaseSettings,
    record: Record,
    edited: Path | None,
) -> Result:
    """Rows of labels that are there: corrected by hand, or of an earlier run whose options for the table differ.

    Of a correction only the structures that differ from the automatic labels are marked as edited, where these are there.
    """
    source, made = edited or paths.labels, record.automatic or Automatic()
    run = cast("Provenance", made.provenance)
    labels = read_labels(source, default=settings.label_set())
    changed = _changed(labels, paths, made) if edited else frozenset()
    automatic = Automatic() if changed is None else made
    by_hand = changed is None or bool(changed)
    measured = measure_case(
        labels,
        open_case(
            image,
            units=settings.options.units,
            voxel_size=settings.options.voxel_size,
            orientation=settings.options.orientation,
        ),
        MeasureOptions(
            case.subject,
            case.shown,
            settings.reference,
            edited=True if changed is None else changed,
            model=automatic.model,
        ),
        network=notes_of_image(run) if by_hand else run,
        flags=() if by_hand else made.network_flags,
    )
    if not measured.labels.data.any():
        raise InputError("labels_empty", path=source)
    units = measured.opened.units
    provenance: Provenance = {
        **cast("Provenance", automatic.provenance),
        "software": f"DGMSegmentation {__version__}",
        "measured": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "input": case.image.name,
        "segmentation": source.name,
        "edited": edited is not None,
        "verdict": measured.verdict.to_dict(),
        "units": {"unit": units.unit, "detected": units.detected, "reason": units.reason},
    }
    return Result(measured, provenance, False)


def _changed(labels: Image, paths: CasePaths, made: Automatic) -> frozenset[int] | None:
    """The labels that a correction changed; None where its automatic labels are not there to compare with."""
    if not made.model or is_foreign(paths.labels, made):
        return None
    try:
        before = read_labels(paths.labels, label_set=label_set_of(labels))
        data, resampled = labels_on_grid(before, labels)  # the image may be stored with other axes since
    except InputError:
        return None
    return None if resampled else changed_labels(labels.data, data)
