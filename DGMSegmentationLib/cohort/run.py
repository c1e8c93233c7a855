"""A run over a cohort: lock the output, decide what is missing, do it, and bring the tables up to date."""

import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import Cancelled, DGMError, InputError
from ..files import sha256
from ..measure_files import REFERENCE_WORDS
from ..model import find_model, read_header
from ..norms import read_norms
from .find import Cohort, CohortCase, find_cohort
from .group import Entry, same_images, write_group
from .layout import STATE, case_paths, check_output, write_frame
from .local import Answer, has_gpu, run_local, worker_count
from .lock import only_run
from .names import few
from .plan import Force, Step, Task, Wishes, decide, refreshed
from .record import Record, read_record, write_record
from .scheduler import run_dask
from .subject import task_of

# The tables of the cohort are brought up to date this often during a run, so that a killed run leaves recent ones.
_TABLES_EVERY_SECONDS = 120.0
Log = Callable[[str], None]


@dataclass(frozen=True)
class Progress:
    """Where the run stands."""

    done: int
    total: int
    failed: int
    seconds: float
    latest: str = ""
    """The case that has just ended, and how."""

    @property
    def per_hour(self) -> float:
        """Cases an hour so far."""
        return 3600 * self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Time left at this rate; None before the first case."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


@dataclass(frozen=True)
class Summary:
    """What a run found and did."""

    entries: tuple[Entry, ...]
    done: int
    """Cases worked on in this run, failed ones included."""
    reasons: dict[str, int]
    """Why they were worked on -> how many."""
    seconds: float
    workers: int
    tables_changed: bool
    left_out: int = 0
    planned: tuple[Step, ...] = ()

    @property
    def failures(self) -> list[tuple[str, str]]:
        """(case, reason) of all that failed, now or before."""
        return [(entry.case.name, entry.reason) for entry in self.entries if entry.status == "failed"]


@dataclass(frozen=True)
class Request:
    """What the user asks of the run."""

    source: Path
    output: Path
    wishes: Wishes
    """``model`` may still be a bundled model's name."""
    parts: bool = False
    force: Force = field(default_factory=Force)
    workers: int | None = None
    scheduler: str | None = None
    dry_run: bool = False


def _nothing(_: Any) -> None:
    return None


def run_cohort(
    request: Request, progress: Callable[[Progress], None] = _nothing, log: Log = _nothing
) -> Summary:
    """Bring the derivatives of a cohort up to date and return what was found and done.

    A broken subject is an entry with its reason. Raises InputError for what concerns the whole run (no such folder, no
    model, an output that is another's or in use), Cancelled after Ctrl-C, with everything that was finished kept.
    """
    channels, wishes = _checked(request.wishes)
    cohort = find_cohort(request.source, channels, request.parts)
    selected = _selected(cohort, request.force.selected)
    output = request.output
    check_output(output, cohort.root)
    if request.dry_run:
        steps = _steps(cohort, output, wishes, request.force, selected)
        entries = tuple(_entry(step, step.record) for step in steps)
        todo = [step for step in steps if step.do in ("segment", "measure")]
        return Summary(
            entries, 0, dict(Counter(s.why for s in todo)), 0.0, 0, False, cohort.left_out, tuple(todo)
        )
    with only_run(output / STATE, log):
        for leftover in (output / STATE).glob("tmp-*"):
            shutil.rmtree(leftover, ignore_errors=True)  # of a run that was killed
        write_frame(output, cohort)
        return _run(request, cohort, wishes, selected, progress, log)


def _checked(wishes: Wishes) -> tuple[tuple[str, ...], Wishes]:
    """The model's channels, and the wishes with checksums; raises InputError for a model, norm table or reference
    that cannot be.
    """
    path = find_model(wishes.model)
    header, checksum = read_header(path)
    if wishes.reference not in REFERENCE_WORDS:
        try:
            float(wishes.reference)
        except ValueError as error:
            raise InputError(
                f"The reference {wishes.reference} must be none, brain or a number in ppb: one mask file fits no cohort."
            ) from error
    norms_sum = ""
    if wishes.norms:
        read_norms(wishes.norms)
        norms_sum = sha256(wishes.norms)
    return header.channels, replace(
        wishes,
        model=str(path.absolute()),
        model_sha256=checksum,
        norms=str(Path(wishes.norms).absolute()) if wishes.norms else None,
        norms_sha256=norms_sum,
    )


def _selected(cohort: Cohort, wanted: frozenset[str]) -> frozenset[str]:
    """Names of the cases to work on: all, or those of the wanted subjects."""
    if not wanted:
        return frozenset(case.name for case in cohort.cases)
    short = {subject.removeprefix("sub-") for subject in wanted}

    def is_wanted(case: CohortCase) -> bool:
        return bool({case.subject.removeprefix("sub-"), case.name.split("_")[0].removeprefix("sub-")} & short)

    known = {case.subject.removeprefix("sub-") for case in cohort.cases if is_wanted(case)} | {
        case.name.split("_")[0].removeprefix("sub-") for case in cohort.cases if is_wanted(case)
    }
    missing = sorted(short - known)
    if missing:
        raise InputError(f"There is no image of subject {missing[0]} in {cohort.root}: check the name.")
    return frozenset(case.name for case in cohort.cases if is_wanted(case))


def _steps(
    cohort: Cohort, output: Path, wishes: Wishes, force: Force, selected: frozenset[str]
) -> list[Step]:
    steps = []
    for case in cohort.cases:
        paths = case_paths(output, case)
        record = read_record(paths.record)
        if case.name in selected:
            steps.append(decide(case, paths, wishes, record, force))
        else:
            steps.append(Step(case, paths, "nothing", "not selected", record))
    return steps


def _entry(step: Step, record: Record | None) -> Entry:
    return Entry(step.case, step.paths, record, step.why if step.do == "refuse" else "")


def _run(
    request: Request,
    cohort: Cohort,
    wishes: Wishes,
    selected: frozenset[str],
    progress: Callable[[Progress], None],
    log: Log,
) -> Summary:
    output, name = request.output, secrets.token_hex(4)
    steps = _steps(cohort, output, wishes, request.force, selected)
    records = {step.case.name: step.record for step in steps}
    for step in steps:
        if (fresh := refreshed(step)) is not None:
            write_record(step.paths.record, fresh)
            records[step.case.name] = fresh
    todo = [step for step in steps if step.do in ("segment", "measure")]
    tasks = [_task(step, request, wishes, name) for step in todo]
    start = tables = time.monotonic()
    provenance = _provenance(request, wishes)

    def write_tables() -> bool:
        entries = [_entry(step, records[step.case.name]) for step in steps]
        return write_group(output, cohort, entries, norms=wishes.norms, provenance=provenance)

    done = failed = workers = 0
    by_name = {step.case.name: step for step in todo}
    answers: Generator[Answer, None, None] | None = None
    try:
        answers, workers = _answers(request, tasks, wishes, log)
        progress(Progress(0, len(tasks), 0, 0.0))
        for task, record, ending in answers:
            step = by_name[task.case["name"]]
            record = record or _ended(step, ending)
            records[step.case.name] = record
            done += 1
            failed += record["status"] == "failed"
            latest = f"{step.case.name}: {record.get('reason') or record['status']}"
            now = time.monotonic()
            progress(Progress(done, len(tasks), failed, now - start, latest))
            if now - tables > _TABLES_EVERY_SECONDS:
                write_tables()
                tables = time.monotonic()
    except KeyboardInterrupt:
        if answers is not None:
            answers.close()  # ends the workers: what they finish counts, what they have begun does not
        for step in todo:
            records[step.case.name] = read_record(step.paths.record) or records[step.case.name]
        write_tables()
        raise Cancelled(
            f"Stopped after {done} of {len(tasks)}; what is finished is kept, run the same command to go on."
        ) from None
    except InputError:
        raise
    except DGMError:
        write_tables()
        raise
    finally:
        if answers is not None:
            answers.close()
        for leftover in (output / STATE).glob(f"tmp-{name}-*"):
            shutil.rmtree(leftover, ignore_errors=True)
    changed = write_tables()
    entries = tuple(_entry(step, records[step.case.name]) for step in steps)
    for names in same_images(entries):
        log(f"{few(names)} hold the same image; check that the right files were copied.")
    reasons = dict(Counter(step.why for step in todo))
    return Summary(
        entries, done, reasons, time.monotonic() - start, workers, changed, cohort.left_out, tuple(todo)
    )


def _answers(
    request: Request, tasks: Sequence[Task], wishes: Wishes, log: Log
) -> tuple[Generator[Answer, None, None], int]:
    """The answers as they come, and from how many workers (0: a scheduler's, or none are needed)."""
    if not tasks:
        return _no_answers(), 0
    if request.scheduler:
        return run_dask(tasks, request.scheduler, log), 0
    gpu = any(task.do == "segment" for task in tasks) and has_gpu(wishes.device)
    workers = worker_count(len(tasks), request.workers, gpu)
    return run_local(tasks, workers), workers


def _no_answers() -> Generator[Answer, None, None]:
    yield from ()


def _task(step: Step, request: Request, wishes: Wishes, run: str) -> Task:
    edited = str(step.edited.absolute()) if step.edited else None
    overwrite = request.force.overwrite
    return task_of(
        step.case,
        request.output,
        wishes,
        do=step.do,
        run=run,
        edited=edited,
        why=step.why,
        overwrite=overwrite,
    )


def _ended(step: Step, reason: str) -> Record:
    """The record of a case whose worker died; it is tried again in the next run."""
    known = read_record(step.paths.record) or {}
    record: Record = {
        "name": step.case.name,
        "status": "failed",
        "kind": "failure",
        "reason": reason,
        "inputs": {},
        "rows": [],
        "outputs": {},
        "corrected": step.edited is not None,
        "edited_outputs": known.get("edited_outputs", {}),
        "automatic": known.get("automatic"),
        "finished": f"{time.time():.6f}",
    }
    write_record(step.paths.record, record)
    return record


def _provenance(request: Request, wishes: Wishes) -> dict[str, Any]:
    header, _ = read_header(wishes.model)
    return {
        "software": f"DGMSegmentation {__version__}",
        "images": request.source.name,
        "model": {"name": header.name, "version": header.version, "sha256": wishes.model_sha256},
        "options": {
            name: getattr(wishes, name)
            for name in ("units", "largest_component", "connectivity", "flip_average", "reference")
        },
        "norms": Path(wishes.norms).name if wishes.norms else None,
    }
