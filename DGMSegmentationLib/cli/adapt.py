"""``dgmseg adapt``: corrections teach."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import DEFAULT_MODEL
from .options import MODEL, Device, Resume, TrainingDevice

if TYPE_CHECKING:
    from ..adaptation.options import UnlabelledOptions
    from ..segmentation.run import Watch


def adapt(
    cases: Annotated[
        list[str],
        typer.Argument(
            metavar="STUDY|CASES...",
            help="Corrected cases: study, cohort or BIDS folders or training tables, or maps as QSM=LABELS (a QSM alone: the "
            "labels beside it).",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="MODEL", help="The model file to write; its name is the model's."
        ),
    ],
    model: Annotated[str, MODEL] = DEFAULT_MODEL,
    protocol: Annotated[
        str, typer.Option("--protocol", help="The protocol to begin with; the model's own by default.")
    ] = "",
    protocol_only: Annotated[
        bool, typer.Option("--protocol-only", help="Fit the protocol alone, in seconds; the network stays.")
    ] = False,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay",
            metavar="FOLDER",
            help="Simulated volumes (dgmseg simulate) to learn beside the corrections, instead of the bundled sample.",
        ),
    ] = None,
    unlabelled: Annotated[
        bool,
        typer.Option(
            "--unlabelled",
            help="The cohort has no labels: learn from volumes that are simulated as its scanner would show them.",
        ),
    ] = False,
    labelmaps: Annotated[
        Path | None,
        typer.Option(
            "--labelmaps",
            metavar="DIR",
            help="With --unlabelled: label maps for the simulation (dgmseg simulate).",
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", metavar="DIR", help="With --unlabelled: prepared anatomies, kept."),
    ] = None,
    volumes: Annotated[
        int, typer.Option("--volumes", min=2, help="With --unlabelled: how many volumes are simulated.")
    ] = 100,
    jobs: Annotated[
        int,
        typer.Option("--jobs", "-j", min=1, help="With --unlabelled: processes that simulate side by side."),
    ] = 1,
    resume: Resume = False,
    device: TrainingDevice = Device.auto,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the model file.")] = False,
) -> None:
    """Adapt a model to corrected cases: its labelling protocol, and from two cases on its network.

    Each part of the cases is left out in turn. What is better on those is written as one model file, else nothing; figures of
    before and after are printed and stand in the file. Three cases take minutes on two cores.

    With --unlabelled grid, coverage, poses, noise, point spread and contrasts of a cohort are measured, and the network learns
    from simulated volumes of that kind. Nothing is written where a nucleus' mean volume would move by more than 15 %, or
    where the labels would not agree clearly better with those of the mirrored heads.
    """
    from ..adaptation.options import AdaptOptions, Recipe, UnlabelledOptions
    from ..adaptation.run import adapt as run
    from ..errors import InputError

    _check_together(
        unlabelled,
        {"--labelmaps": labelmaps, "--cache": cache, "--volumes": volumes != 100, "--jobs": jobs != 1},
        {"--replay": replay, "--protocol-only": protocol_only},
    )
    if replay is not None and protocol_only:
        raise InputError("adapt_option_idle", option="--replay", other="--protocol-only")
    if unlabelled:
        _unlabelled(
            cases,
            output,
            labelmaps,
            UnlabelledOptions(
                model,
                protocol,
                device.value,
                volumes,
                jobs=jobs,
                cache=cache,
                resume=resume,
                overwrite=overwrite,
            ),
        )
        return
    options = AdaptOptions(
        model,
        protocol,
        device.value,
        replay,
        resume,
        overwrite,
        recipe=Recipe(weights=not protocol_only),
    )
    with _watched() as watch:
        done = run(cases, output, options, watch)
    count = len(done.cases)
    typer.echo(f"Dice on {done.judged_on} left out, {count} case{'s' if count > 1 else ''}:")
    for name, before in done.before.items():
        typer.echo(f"  {name}\t{before:.3f} -> {done.after[name]:.3f}")
    what = "new weights and a protocol of their own" if done.what == "weights" else "a fitted protocol"
    typer.echo(
        f"Gained {done.gain:+.3f} in the mean, by {what}. Use it: dgmseg segment QSM --model {done.path}"
    )


def _check_together(
    unlabelled: bool, of_unlabelled: dict[str, object], of_corrections: dict[str, object]
) -> None:
    """Raise InputError for an option that would do nothing: somebody means something by it."""
    from ..errors import InputError

    idle = of_corrections if unlabelled else of_unlabelled
    given = next((name for name, value in idle.items() if value), None)
    if given is not None and unlabelled:
        raise InputError("adapt_option_idle", option=given, other="--unlabelled")
    if given is not None:
        raise InputError("adapt_option_alone", option=given, other="--unlabelled")


@contextmanager
def _watched() -> Iterator["Watch"]:
    """Progress in the terminal; a run that is stopped says how it goes on."""
    from ..errors import Cancelled
    from ..segmentation.run import Watch
    from .messages import warn
    from .progress import step_progress

    try:
        with step_progress() as progress:
            yield Watch.of(progress, log=lambda remark: warn(str(remark)))
    except (KeyboardInterrupt, SystemExit) as error:  # Lightning ends with SystemExit when it is terminated
        raise Cancelled("adapt_stopped") from error


def _unlabelled(
    cohorts: list[str], output: Path, labelmaps: Path | None, options: "UnlabelledOptions"
) -> None:
    from ..adaptation.unlabelled import adapt_unlabelled
    from ..errors import InputError

    if labelmaps is None:
        raise InputError("adapt_unlabelled_maps")
    if len(cohorts) > 1:
        raise InputError("adapt_unlabelled_one")
    with _watched() as watch:
        done = adapt_unlabelled(cohorts[0], labelmaps, output, options, watch)
    typer.echo(f"Mean volume in {done.cases} volumes (mm3, both sides):")
    for name, before in done.before.volumes_mm3.items():
        typer.echo(f"  {name}\t{before:.0f} -> {done.after.volumes_mm3[name]:.0f}")
    typer.echo(
        f"Agreement with the mirrored heads (Dice): {done.before.agreement:.3f} -> {done.after.agreement:.3f}. "
        f"Nothing says how right the labels are: look at some. Use it: dgmseg segment QSM --model {done.path}"
    )
