"""``dgmseg adapt``: corrections teach."""

from pathlib import Path
from typing import Annotated

import typer

from ..options import DEFAULT_MODEL
from .options import MODEL, Device, Resume, TrainingDevice


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
    resume: Resume = False,
    device: TrainingDevice = Device.auto,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the model file.")] = False,
) -> None:
    """Adapt a model to corrected cases: its labelling protocol, and from two cases on its network.

    Each part of the cases is left out in turn. What is better on those is written as one model file, else nothing; figures of
    before and after are printed and stand in the file. Three cases take minutes on two cores.
    """
    from ..adaptation.options import AdaptOptions, Recipe
    from ..adaptation.run import adapt as run
    from ..errors import Cancelled
    from ..segmentation.run import Watch
    from .messages import warn
    from .progress import step_progress

    options = AdaptOptions(
        model,
        protocol,
        device.value,
        replay,
        resume,
        overwrite,
        recipe=Recipe(weights=not protocol_only),
    )
    try:
        with step_progress() as progress:
            done = run(cases, output, options, Watch.of(progress, log=lambda remark: warn(str(remark))))
    except (KeyboardInterrupt, SystemExit) as error:  # Lightning ends with SystemExit when it is terminated
        raise Cancelled("adapt_stopped") from error
    count = len(done.cases)
    said = "cases" if count > 1 else "side of the case"
    typer.echo(f"Dice on {said} left out, {count} case{'s' if count > 1 else ''}:")
    for name, before in done.before.items():
        typer.echo(f"  {name}\t{before:.3f} -> {done.after[name]:.3f}")
    what = "new weights and a protocol of their own" if done.what == "weights" else "a fitted protocol"
    typer.echo(
        f"Gained {done.gain:+.3f} in the mean, by {what}. Use it: dgmseg segment QSM --model {done.path}"
    )
