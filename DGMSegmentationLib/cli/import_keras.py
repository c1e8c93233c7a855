"""``dgmseg import-keras``: weights of the original networks become a model file."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Original(str, Enum):
    """The original networks."""

    dolz = "dolz"
    anisotropic = "anisotropic"


def import_keras(
    weights: Annotated[
        Path, typer.Argument(metavar="WEIGHTS", help="HDF5 file that Keras 2's save_weights or save wrote.")
    ],
    network: Annotated[Original, typer.Option(help="dolz: Part 1 (2017); anisotropic: Part 2 (2018).")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The model file (default: WEIGHTS with the ending .safetensors)."
        ),
    ] = None,
    window: Annotated[
        float | None,
        typer.Option(
            help="Grey window in ppb to both sides (default: the article's, 200 for dolz, 250 for anisotropic)."
        ),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            help="Our label of each class, e.g. 0,1,2, when the network has other classes than ours."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="The model's name (default: the output's).")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing model file.")] = False,
) -> None:
    """Turn original Keras weights into a model file for dgmseg segment --model."""
    from ..errors import InputError
    from ..models.keras_import import import_keras as run
    from ..models.model import read_header

    try:
        values = [int(part) for part in labels.split(",")] if labels is not None else None
    except ValueError as error:
        raise InputError("label_list_bad", labels=labels) from error
    target = weights.with_suffix(".safetensors") if output is None else output
    path = run(
        weights, network.value, target, window_ppb=window, labels=values, name=name, overwrite=overwrite
    )
    header, _ = read_header(path)
    slopes = "per voxel" if header.network_options["voxel_slopes"] else "per channel"
    typer.echo(f"{path}: {header.network}, {len(header.members[0].labels)} classes, slopes {slopes}")
