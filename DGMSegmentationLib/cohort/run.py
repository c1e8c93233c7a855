"""A run over a cohort: lock the output, decide what is missing, do it, and bring the tables up to date."""

import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import Cancelled, DGMError, InputError, Remark, few
from ..io.bids.derivatives import STATE, case_paths, check_output
from .entries import Entry, entries_of, same_images, without_norm
from .find import Cohort, CohortCase, find_cohort
from .group import write_group
from .layout import write_frame
from .local import Answer, has_gpu, run_local, worker_count
from .lock import cases_held, only_cases, only_group, only_run
from .plan import UNREACHABLE, CaseSettings, Rerun, Step, Task, decide, refreshed
from .provenance import group_provenance, mixed
from .record import Record, read_record, write_record
from .request import Request, checked, selected_cases
from .scheduler import run_dask
from .subject import task_of

# The tables of the cohort are brought up to date this often during a run, so that a killed run leaves recent ones.
_TABLES_EVERY_SECONDS = 120.0
Log = Callable[[Remark], None]


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

    @property
    def doubtful(self) -> list[tuple[str, str]]:
        """(case, reasons) of all measured ones whose numbers somebody must look at before they are used."""
        return [
            (entry.case.name, " ".join(r.sentence or r.code for r in entry.verdict.reasons))
            for entry in self.entries
            if entry.doubtful and entry.verdict
        ]


def _nothing(_: object) -> None:
    return None


def run_cohort(
    request: Request, progress: Callable[[Progress], None] = _nothing, log: Log = _nothing
) -> Summary:
    """Bring the derivatives of a cohort up to date and return what was found and done.

    A broken subject is an entry with its reason. Raises InputError for what concerns the whole run (no such folder, no
    model, an output that is another's or in use), Cancelled after Ctrl-C, with everything that was finished kept.
    """
    channels, settings = checked(request.settings)
    cohort = find_cohort(request.source, channels, request.parts)
    if cohort.no_ages and settings.norms:  # which go by age and sex
        raise cohort.no_ages
    selected = selected_cases(cohort, request.rerun.selected)
    if request.level == "group":
        selected = frozenset()
    elif request.level == "participant":  # the others are not looked at: their runs may be writing them
        cohort = replace(cohort, cases=tuple(case for case in cohort.cases if case.name in selected))
    output = request.output
    check_output(output, cohort.root)
    # Remarks come when nothing is refused any more, so that a refusal is one sentence.
    if cohort.no_ages:
        log(Remark("ages_left_out", problem=cohort.no_ages))
    for remark in cohort.remarks:
        log(remark)
    if request.dry_run:
        steps = survey(cohort, output, settings, request.rerun, selected, log)
        entries = _entries(request, steps, {step.case.name: step.record for step in steps})
        todo = [step for step in steps if step.do in ("segment", "measure")]
        return Summary(
            entries, 0, dict(Counter(s.why for s in todo)), 0.0, 0, False, cohort.left_out, tuple(todo)
        )
    with _alone(request, selected, log):
        if request.level != "participant" and not cases_held(output / STATE):
            for leftover in (output / STATE).glob("tmp-*"):
                shutil.rmtree(leftover, ignore_errors=True)  # of a run that was killed
        write_frame(output, cohort.root, settings.label_set())
        return _run(request, cohort, settings, selected, progress, log)


def _alone(request: Request, selected: frozenset[str], log: Log) -> AbstractContextManager[None]:
    """The locks of this run."""
    state = request.output / STATE
    if request.level == "participant":
        return only_cases(state, sorted(selected), log)
    return only_group(state, log) if request.level == "group" else only_run(state, log)


def survey(
    cohort: Cohort, output: Path, settings: CaseSettings, rerun: Rerun, selected: frozenset[str], log: Log
) -> list[Step]:
    """What is to be done for each case, and why; finished ones of folders that cannot be opened are listed, too."""
    steps = []
    for case in cohort.cases:
        paths = case_paths(output, case.name)
        record = read_record(paths.record, log)
        if case.name in selected:
            steps.append(decide(case, paths, settings, record, rerun))
        else:
            steps.append(Step(case, paths, "nothing", "not selected", record))
        if case.closed:
            steps += _finished_behind(case, cohort, output)
    return steps


def _finished_behind(closed: CohortCase, cohort: Cohort, output: Path) -> list[Step]:
    """The finished cases of a folder that cannot be opened now: their rows stay."""
    known = {case.name for case in cohort.cases}
    steps = []
    for file in sorted((output / STATE).glob(f"{closed.name}*.json")):
        record = read_record(file)
        name = file.stem
        if record is None or record.status != "done" or name in known:
            continue
        if name == closed.name or name.startswith(f"{closed.name}_"):
            case = replace(
                closed,
                name=name,
                session=record.session,
                image=cohort.root / record.image,
                shown=Path(record.image).name,
                source=record.image,
                problem="",
                closed=False,
            )
            steps.append(Step(case, case_paths(output, name), "nothing", UNREACHABLE, record))
    return steps


def _gone(steps: Sequence[Step], output: Path) -> list[str]:
    """The finished cases of earlier runs that are not in the study any more."""
    known = {step.case.name for step in steps}
    strange = (file for file in sorted((output / STATE).glob("*.json")) if file.stem not in known)
    records = {file.stem: read_record(file) for file in strange}
    return [name for name, record in records.items() if record is not None and record.status == "done"]


def _entries(
    request: Request, steps: Sequence[Step], records: Mapping[str, Record | None]
) -> tuple[Entry, ...]:
    rejected = request.rejected(request.output, [step.case.name for step in steps])
    return tuple(entries_of(steps, records, rejected))


def _run(
    request: Request,
    cohort: Cohort,
    settings: CaseSettings,
    selected: frozenset[str],
    progress: Callable[[Progress], None],
    log: Log,
) -> Summary:
    output, name = request.output, secrets.token_hex(4)
    steps = survey(cohort, output, settings, request.rerun, selected, log)
    records = {step.case.name: step.record for step in steps}
    for step in steps:
        if request.level != "group" and (fresh := refreshed(step)) is not None:
            write_record(step.paths.record, fresh)
            records[step.case.name] = fresh
    if unreachable := [step.case.name for step in steps if step.why == UNREACHABLE]:
        log(Remark("cases_unreachable", count=len(unreachable), names=few(unreachable)))
    if gone := _gone(steps, output):
        log(Remark("cases_gone", root=cohort.root, count=len(gone), names=few(gone), output=output))
    todo = [step for step in steps if step.do in ("segment", "measure")]
    tasks = [_task(step, request, settings, name) for step in todo]
    start = tables = time.monotonic()

    def write_tables() -> bool:
        if request.level == "participant":
            return False
        entries = _entries(request, steps, records)
        provenance = group_provenance(request, settings, entries)
        return write_group(
            output,
            cohort,
            entries,
            norms=settings.norms,
            provenance=provenance,
            known=settings.label_set(),
            include_doubtful=request.include_doubtful,
            commas=request.decimal_comma,
        )

    done = failed = workers = 0
    by_name = {step.case.name: step for step in todo}
    answers: Generator[Answer, None, None] | None = None
    try:
        answers, workers = _answers(request, tasks, settings, log)
        progress(Progress(0, len(tasks), 0, 0.0))
        for task, record, ending in answers:
            step = by_name[task.case.name]
            record = record or _ended(step, ending)
            records[step.case.name] = record
            for text in record.doubts:
                log(Remark("case_warning", name=step.case.name, text=text))
            done += 1
            failed += record.status == "failed"
            latest = f"{step.case.name}: {record.reason or record.status}"
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
        raise Cancelled("cohort_stopped", done=done, all=len(tasks)) from None
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
    entries = _entries(request, steps, records)
    for text in mixed(entries).values():
        log(Remark("tables_mixed", mixed=text))
    if settings.norms and (lacking := without_norm(entries, settings.norms, settings.label_set())):
        log(Remark("norms_lacking", name=Path(settings.norms).name, subjects=few(lacking)))
    for names in same_images(entries):
        log(Remark("images_same", names=few(names)))
    reasons = dict(Counter(step.why for step in todo))
    return Summary(
        entries, done, reasons, time.monotonic() - start, workers, changed, cohort.left_out, tuple(todo)
    )


def _answers(
    request: Request, tasks: Sequence[Task], settings: CaseSettings, log: Log
) -> tuple[Generator[Answer, None, None], int]:
    """The answers as they come, and from how many workers (0: a scheduler's, or none are needed)."""
    if not tasks:
        return _no_answers(), 0
    if request.scheduler:
        return run_dask(tasks, request.scheduler, log), 0
    gpu = any(task.do == "segment" for task in tasks) and has_gpu(settings.options.device)
    workers = worker_count(len(tasks), request.workers, gpu)
    return run_local(tasks, workers), workers


def _no_answers() -> Generator[Answer, None, None]:
    yield from ()


def _task(step: Step, request: Request, settings: CaseSettings, run: str) -> Task:
    edited = step.edited.absolute() if step.edited else None
    overwrite = request.rerun.overwrite
    return task_of(
        step.case,
        request.output,
        settings,
        do=step.do,
        run=run,
        edited=edited,
        why=step.why,
        overwrite=overwrite,
    )


def _ended(step: Step, reason: str) -> Record:
    """The record of a case whose worker died; it is tried again in the next run."""
    known = read_record(step.paths.record) or Record()
    record = Record(
        name=step.case.name,
        status="failed",
        kind="failure",
        reason=reason,
        corrected=step.edited is not None,
        edited_outputs=known.edited_outputs,
        automatic=known.automatic,
        finished=f"{time.time():.6f}",
    )
    write_record(step.paths.record, record)
    return record
