"""``dgmseg models``: what ships with this version, and what a model file says of itself."""

import json
from typing import Annotated

import typer


def models(
    model: Annotated[
        str | None, typer.Argument(help="A bundled name or a model file, to see its whole header.")
    ] = None,
) -> None:
    """List the bundled models, or show the header of one."""
    from ..model import bundled_models, find_model, read_header

    if model is not None:
        header, sha256 = read_header(find_model(model))
        typer.echo(json.dumps({**header.to_dict(), "sha256": sha256}, indent=2))
        return
    found = bundled_models()
    if not found:
        typer.echo(
            "No model ships with this version; make one with dgmseg train and give it with --model FILE."
        )
    for name, path in found.items():
        header, _ = read_header(path)
        typer.echo(f"{name}\t{header.title or header.network}\t{header.licence}")
