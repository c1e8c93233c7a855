"""``dgmseg cohort``: many subjects, resumable, on one machine or many."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import SegmentOptions
from .messages import warn
from .options import takes_options

if TYPE_CHECKING:
    from ..cohort.run import Progress, Summary


class Level(str, Enum):
    """What of a cohort's work is to be done."""

    all = "all"
    participant = "participant"
    group = "group"


@takes_options(leave_out=("subject",))
def cohort(
    *,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="BIDS_DIR",
            help="A BIDS folder with sub-*/anat/*_Chimap.nii.gz, or a .tsv table with subject and image.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the BIDS derivatives.")],
    options: SegmentOptions,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Worker processes (default: what cores and memory allow; one for a GPU)."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="Send the cases to a Dask scheduler instead."),
    ] = None,
    participant: Annotated[
        list[str] | None, typer.Option("--participant", help="Only this subject; may be given several times.")
    ] = None,
    parts: Annotated[
        bool, typer.Option("--parts", help="Take paramagnetic and diamagnetic parts too.")
    ] = False,
    reference: Annotated[
        str, typer.Option(metavar="none|brain|PPB", help="What mean_referenced_ppb is relative to.")
    ] = "none",
    norms: Annotated[
        Path | None,
        typer.Option(help="Your table of expected means (structure, mean_ppb, sd_ppb; age, sex)."),
    ] = None,
    include_doubtful: Annotated[
        bool,
        typer.Option("--include-doubtful", help="Count doubtful cases in means, figures and norms, too."),
    ] = False,
    decimal_comma: Annotated[
        bool,
        typer.Option(
            "--decimal-comma",
            help="Write the tables of the whole cohort with decimal commas and a mark by which Excel knows UTF-8; those of "
            "the cases stay as BIDS has them.",
        ),
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try failed cases again although nothing has changed.")
    ] = False,
    redo: Annotated[
        bool, typer.Option("--redo", help="Do every case again, although it is up to date.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace automatic segmentations that were changed since.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done, and about how long it takes.")
    ] = False,
    level: Annotated[
        Level,
        typer.Option(
            help="participant: only cases, beside other such runs (job arrays); group: only the tables of all."
        ),
    ] = Level.all,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print a line per case on stderr, for log files.")
    ] = False,
) -> None:
    """Segment and measure every subject of a BIDS folder, and keep the tables of the whole cohort.

    A second run does only what is missing or out of date. Labels saved as ..._seg-DGM_desc-edited_dseg.nii.gz win over
    automatic ones. A broken subject is a row of cases.tsv with its reason, and the exit code is then 1. A doubtful case, and
    one that a reader rejected, is measured, but left out of means, figures and norms.
    """
    from ..cohort.plan import CaseSettings, Rerun
    from ..cohort.run import Request, run_cohort
    from ..study.state import rejected_cases

    settings = CaseSettings(options, reference=reference, norms=str(norms) if norms else None)
    rerun = Rerun(redo, retry_failed, overwrite, frozenset(participant or []))
    request = Request(
        source,
        output,
        settings,
        parts,
        rerun,
        workers,
        scheduler,
        dry_run,
        include_doubtful,
        level.value,
        decimal_comma,
        rejected_cases,
    )

    with cohort_progress(verbose) as progress:
        summary = run_cohort(request, progress, warn)
    if dry_run:
        _show_plan(summary, output, workers, options.device)
        return
    for name, reasons in summary.doubtful:
        warn(f"{name}: doubtful. {reasons}")
    typer.echo(_sentence(summary, output, include_doubtful))
    if summary.failures:
        for name, reason in summary.failures:
            warn(f"{name}: {reason}")
        raise typer.Exit(1)


def _sentence(summary: "Summary", output: Path, include_doubtful: bool) -> str:
    """What was done, in one line."""
    failed = len(summary.failures)
    measured = sum(entry.status == "done" for entry in summary.entries)
    why = ", ".join(f"{n} {reason}" for reason, n in summary.reasons.items())
    found = len(summary.entries)
    doubted = f", {len(summary.doubtful)} of them doubtful" if summary.doubtful else ""
    if doubted:
        doubted += " and in the means all the same" if include_doubtful else " and left out of the means"
    rejected = sum(bool(entry.rejected) for entry in summary.entries)
    parts = [f"{found} {'image' if found == 1 else 'images'}: {measured} measured{doubted}"]
    parts += [f"{rejected} rejected by readers and left out of the means"] if rejected else []
    parts += [f"{failed} failed (see cases.tsv)"] if failed else []
    waiting = len(summary.entries) - measured - failed
    parts += [f"{waiting} not done yet"] if waiting else []
    parts.append(
        f"{summary.done} worked on in this run ({why}; {duration(summary.seconds)})"
        if summary.done
        else f"nothing to do, {'the rest' if failed or waiting else 'all'} is up to date"
    )
    if summary.left_out:
        parts.append(f"{summary.left_out} para-/diamagnetic parts left out")
    page = output / "cohort.html"
    return f"{'; '.join(parts)}. {page if page.exists() else output}"


def _show_plan(summary: "Summary", output: Path, workers: int | None, device: str) -> None:
    from ..cohort.estimate import estimate_from_records, estimate_text
    from ..cohort.local import has_gpu, worker_count

    for step in summary.planned:
        typer.echo(f"{step.case.name}\t{step.do}\t{step.why}")
    todo, planned = len(summary.planned), {step.case.name for step in summary.planned}
    left = [entry for entry in summary.entries if entry.case.name not in planned]
    for entry in left:
        if entry.status == "failed":
            typer.echo(f"{entry.case.name}\tnothing\t{entry.reason}")
    counts = {
        status: sum(entry.status == status for entry in left) for status in ("done", "failed", "waiting")
    }
    typer.echo(
        f"{todo} to do, {counts['done']} up to date"
        + (f", {counts['failed']} failed and unchanged" if counts["failed"] else "")
        + (f", {counts['waiting']} not asked for" if counts["waiting"] else "")
        + ".",
        err=True,
    )
    if todo and (workers := worker_count(todo, workers, has_gpu(device))):
        rates = estimate_from_records([e.record for e in summary.entries if e.record], output)
        typer.echo(estimate_text(rates, todo, workers), err=True)


def duration(seconds: float) -> str:
    """ "1 h 05 min", "3 min 20 s", "12 s"."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"


def progress_text(now: "Progress") -> str:
    """Cases done and failed, rate and time left."""
    left = now.seconds_left
    return (
        f"{now.done}/{now.total}"
        + (f", {now.failed} failed" if now.failed else "")
        + (f", {now.per_hour:.0f}/h, {duration(left)} left" if left is not None and now.done else "")
    )


@contextmanager
def cohort_progress(verbose: bool) -> "Iterator[Callable[[Progress], None]]":
    """Yield ``show(progress)``: a bar on a terminal, lines when asked for, else nothing."""
    import sys

    if verbose:

        def line(now: "Progress") -> None:
            if now.latest:
                typer.echo(f"{progress_text(now)}: {now.latest}", err=True)

        yield line
        return
    if not sys.stderr.isatty():
        yield lambda now: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    with Bar(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("Starting", total=None)

        def show(now: "Progress") -> None:
            bar.update(task, total=now.total, completed=now.done, description=escape(progress_text(now)))

        yield show
