"""What a study has done in the background: a case segmented and measured as ``dgmseg cohort`` does it, and the tables.

The same functions, folder, records and lock: what is done here is done for the next run of the cohort.
"""

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ..cohort.entries import entries_of
from ..cohort.find import CohortCase, find_cohort
from ..cohort.group import write_group
from ..cohort.layout import write_frame
from ..cohort.lock import only_run
from ..cohort.plan import CaseSettings, Rerun, Step, decide, is_foreign
from ..cohort.provenance import group_provenance
from ..cohort.record import Record, read_record
from ..cohort.request import Request, checked
from ..cohort.run import survey
from ..cohort.subject import process_task, task_of
from ..errors import DGMError, InputError, Remark
from ..io.bids.derivatives import STATE, CasePaths, case_paths
from ..io.files import read_image, write_text
from ..io.labels import read_labels
from ..io.tables import table_text
from ..measurement.roi import labels_on_grid
from ..preprocessing.case import open_case
from .pictures import picture_path, write_picture
from .places import Place
from .state import REJECTED
from .study import Study
from .worklist import COLUMNS, READING_COLUMNS, neutral_worklist, reading_lines, worklist_lines

WORKLIST, READINGS = "worklist.tsv", "readings.tsv"
_GENTLE = 5
"""Niceness (POSIX): three times the share for the window."""
_LOCK_PATIENCE_S = 600.0
"""How long another run on the same folder is waited for."""


@dataclass(frozen=True)
class Job:
    """What the process that works in the background is told of a study."""

    place: Place
    reader: str
    settings: CaseSettings

    @classmethod
    def of(cls, study: Study) -> "Job":
        """With paths that hold in any folder."""
        place = Place(study.place.source.absolute(), study.place.output.absolute())
        return cls(place, study.reader, study.settings)


def gently(function: Callable[..., str], *arguments: object) -> str:
    """Call a function in the process beside the window, which goes first when both want the processor."""
    if hasattr(os, "getpriority") and os.getpriority(os.PRIO_PROCESS, 0) < _GENTLE:
        os.setpriority(os.PRIO_PROCESS, 0, _GENTLE)
    return function(*arguments)


def bring_up(job: Job, name: str) -> str:
    """Segment and measure a case where that is missing or out of date; returns why that failed, or an empty text.

    A finished case of another model or other options stays as it is; only a correction that changed is measured.
    """
    channels, settings = checked(job.settings)
    cohort = find_cohort(job.place.source, channels)
    case = next((case for case in cohort.cases if case.name == name), None)
    if case is None:
        return str(InputError("study_no_case", name=name, path=job.place.source))
    output = job.place.output
    paths = case_paths(output, name)
    with _alone(output):
        write_frame(output, cohort.root, settings.label_set())
        record = read_record(paths.record)
        settings = _as_before(settings, record)
        step = _kept(decide(case, paths, settings, record, Rerun()))
        if step.do == "refuse":
            return step.why
        if step.do == "nothing":
            if record is not None and record.status == "done":
                _draw(output, case, paths, settings)
            return record.reason if record and record.status == "failed" else ""
        run = secrets.token_hex(4)
        try:
            task = task_of(case, output, settings, do=step.do, run=run, edited=step.edited, why=step.why)
            done = process_task(task)
        finally:
            for leftover in (output / STATE).glob(f"tmp-{run}-*"):
                shutil.rmtree(leftover, ignore_errors=True)
        if done.status == "failed":
            return done.reason
        _draw(output, case, paths, settings, again=True)
        return ""


def _draw(
    output: Path, case: CohortCase, paths: CasePaths, settings: CaseSettings, again: bool = False
) -> None:
    """The picture of the worklist; one that cannot be drawn costs nothing else."""
    if picture_path(output, case.name).is_file() and not again:
        return
    with suppress(DGMError):
        opened = open_case(read_image(case.image), units=settings.options.units)
        files = [*paths.edited_labels(), paths.labels]
        labels = read_labels(files[0], default=settings.label_set())
        data, _ = labels_on_grid(labels, opened.image)
        write_picture(
            output, case.name, opened.image, opened.image.replace(data=data, label_set=labels.label_set)
        )


def _as_before(settings: CaseSettings, record: Record | None) -> CaseSettings:
    """With the reference that the rows of the study are relative to."""
    reference = record.rows_of.get("reference") if record else None
    return replace(settings, reference=reference) if isinstance(reference, str) else settings


def _kept(step: Step) -> Step:
    """Labels of another model, or of other options, are not made anew because a reader opens them."""
    record = step.record
    if step.do != "segment" or record is None or record.automatic is None:
        return step
    if step.why not in ("model changed", "options changed") or is_foreign(
        step.paths.labels, record.automatic
    ):
        return step
    return replace(step, do="measure" if record.corrected else "nothing")


def write_tables(job: Job) -> str:
    """Bring the tables and the page of all cases up to date; returns why that failed, or an empty text."""
    study = Study(job.place, job.reader, job.settings)
    output, settings = study.output, study.settings
    with _alone(output):
        write_frame(output, study.cohort.root, settings.label_set())
        steps = survey(study.cohort, output, settings, Rerun(), frozenset(), lambda _: None)
        items = neutral_worklist(study)
        rejected = {item.name: item.reason or REJECTED for item in items if item.state == REJECTED}
        entries = entries_of(steps, {step.case.name: step.record for step in steps}, rejected)
        if any(entry.record for entry in entries):
            request = Request(study.place.source, output, settings)
            write_group(
                output,
                study.cohort,
                entries,
                provenance=group_provenance(request, settings, entries),
                known=settings.label_set(),
            )
        write_text(output / WORKLIST, table_text(COLUMNS, worklist_lines(items), missing="n/a"))
        write_text(output / READINGS, table_text(READING_COLUMNS, reading_lines(study), missing="n/a"))
    return ""


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """The right to write results: waits for a run of the cohort, or for another reader's, to end."""
    deadline = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        holding = only_run(output / STATE, _unsaid)
        try:
            holding.__enter__()
            break
        except InputError as error:
            if error.code != "cohort_locked" or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
    try:
        yield
    finally:
        holding.__exit__(None, None, None)


def _unsaid(_remark: Remark) -> None:
    """A disk without locks: files are whole all the same, and two readers write files of their own."""
