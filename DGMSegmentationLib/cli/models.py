"""``dgmseg models``: what ships with this version, and what a model file says of itself."""

import json
from pathlib import Path
from typing import Annotated

import typer


def models(
    model: Annotated[
        str | None, typer.Argument(help="A bundled name or a model file, to see its whole header.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Read the weights, verify the checksum, build the network.")
    ] = False,
) -> None:
    """List the bundled models, or show the header of one."""
    from ..models.model import bundled_models, find_model, read_header

    chosen = bundled_models() if model is None else {model: find_model(model)}
    if not chosen:
        typer.echo(
            "No model ships with this version; make one with dgmseg train and give it with --model FILE."
        )
    for name, path in chosen.items():
        if check:
            typer.echo(_checked(path))
            continue
        header, sha256 = read_header(path)
        if model is None:
            typer.echo(f"{name}\t{header.title or header.network}\t{header.licence}")
        else:
            typer.echo(json.dumps({**header.to_dict(), "sha256": sha256}, indent=2))


def _checked(path: Path) -> str:
    """One line about a model whose weights were read and verified; raises InputError for an altered file."""
    from ..models.model import load_model

    loaded = load_model(path)
    loaded.build()
    numbers = sum(array.size for arrays in loaded.arrays for array in arrays.values())
    return f"{loaded.header.name}\tgood\t{numbers} weights\tSHA-256 {loaded.sha256}"
