"""``dgmseg crossval``: how good a preset is on subjects that it did not see."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from .options import Changes, Device, Init, Resume, TrainingDevice, Verbose
from .train import line, need_training, training_progress


def crossval(
    preset: Annotated[str, typer.Option("--preset", "-p", help="A preset's name or a TOML file.")],
    data: Annotated[Path, typer.Option("--data", "-d", help="A BIDS folder or a TSV table.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the folds and the merged table.")
    ],
    folds: Annotated[
        int, typer.Option("--folds", "-k", help="Number of parts; subjects are never divided.")
    ] = 10,
    resume: Resume = False,
    init: Init = None,
    use_test: Annotated[
        bool, typer.Option("--use-test", help="Include the volumes of the split 'test'.")
    ] = False,
    device: TrainingDevice = Device.auto,
    change: Changes = None,
    verbose: Verbose = False,
) -> None:
    """Cross-validate a preset by subject and write the merged evaluation.tsv with mean and SD."""
    need_training()
    from ..training.crossval import crossvalidate
    from ..training.run_options import RunOptions

    with training_progress() as (log, progress):
        path = crossvalidate(
            preset,
            data,
            output,
            folds,
            RunOptions(device.value, init, resume, line if verbose else log, progress),
            overrides=change or [],
            use_test=use_test,
        )
    if sys.stdout.isatty():
        print(f"Written to {path}")
