"""``dgmseg train``: a model from labelled volumes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from .options import Changes, Device, Init, Resume, TrainingDevice, Verbose
from .progress import counted_progress


@contextmanager
def training_progress() -> Iterator[tuple[Callable[[str], None], Callable[[str, int, int], None]]]:
    """Yield (log, progress): lines on stderr of a terminal, nothing when piped.

    Lightning ends a fit with SystemExit, of code 0 when SIGTERM (a batch system's time limit) stopped it: the run would
    pass for done. It becomes Cancelled, as Ctrl-C does.
    """
    from ..errors import Cancelled

    try:
        with counted_progress() as voice:
            yield voice
    except (KeyboardInterrupt, SystemExit) as error:
        raise Cancelled("training_stopped") from error


def train(
    preset: Annotated[
        str,
        typer.Option(
            "--preset", "-p", help="A preset's name (part1, part1-dense, part2, default, ...) or a TOML file."
        ),
    ],
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            "-d",
            help="A BIDS folder with labels in derivatives/ (automatic ones of dgmseg do not count), or a TSV table.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the model and the results.")],
    resume: Resume = False,
    init: Init = None,
    device: TrainingDevice = Device.auto,
    change: Changes = None,
    verbose: Verbose = False,
) -> None:
    """Train a model on labelled QSM and score it on the test volumes.

    Writes model.safetensors, history.csv, curves.png, patches.json and, where the data have a test split, evaluation.tsv.
    """
    need_training()
    from ..training.run import train as run
    from ..training.run_options import RunOptions

    with training_progress() as (log, progress):
        path = run(
            preset,
            data,
            output,
            RunOptions(device.value, init, resume, line if verbose else log, progress),
            overrides=change or [],
        )
    if sys.stdout.isatty():
        print(f"Written to {path.parent}: {path.name}, history.csv, curves.png, patches.json")


def need_training() -> None:
    """Raise InputError, with what to do, when the packages of the ``train`` extra are not installed."""
    from importlib.util import find_spec

    from ..errors import InputError

    for name in ("torch", "lightning", "matplotlib"):
        if find_spec(name) is None:
            raise InputError("training_package", package=name)


def line(text: str) -> None:
    """Print a line of the log on stderr at once."""
    print(text, file=sys.stderr, flush=True)
