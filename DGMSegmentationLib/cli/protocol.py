"""``dgmseg protocol``: labelling protocols, those that ship and a site's own."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ..options import DEFAULT_MODEL
from .messages import warn
from .options import MODEL, Device

protocol = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, show and fit labelling protocols: what the nuclei are made of.",
)


@protocol.command("list")
def list_protocols() -> None:
    """Name the protocols that ship."""
    from ..segmentation.protocol import load_protocol, protocol_names

    for name in protocol_names():
        found = load_protocol(name)
        typer.echo(f"{name}\t{found.title}\t{', '.join(rule.structure for rule in found.rules)}")


@protocol.command("show")
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A protocol that ships, or a TOML file.")
    ] = "iron",
) -> None:
    """Print a protocol as a TOML file, to read or to begin one's own with."""
    from ..segmentation.protocol import load_protocol, protocol_text

    typer.echo(protocol_text(load_protocol(name)), nl=False)


@protocol.command("fit")
def fit(
    cases: Annotated[
        list[str],
        typer.Argument(
            metavar="CASES...",
            help="Corrected cases: BIDS folders or training tables, or maps as QSM=LABELS (a QSM alone: the labels beside it). "
            "Further channels of the model lie beside the QSM.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The protocol file to write.")
    ],
    base: Annotated[str, typer.Option("--protocol", help="The protocol to begin with.")] = "iron",
    model: Annotated[str, MODEL] = DEFAULT_MODEL,
    device: Annotated[Device, typer.Option(help="Where the network runs.")] = Device.auto,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file.")] = False,
) -> None:
    """Fit a protocol's planes, shifts, scales and thresholds to corrected cases.

    Says what it gained on cases left out, and writes nothing when it gains nothing.
    """
    from ..adaptation.find import find_corrected
    from ..errors import InputError
    from ..inference.case_predictor import open_predictor
    from ..io.files import check_writable, write_text
    from ..models.model import find_model, load_model, read_header
    from ..segmentation.convention import Convention
    from ..segmentation.protocol import load_protocol, protocol_text
    from ..segmentation.protocol_fit import fit_protocol, open_fit_case
    from .progress import step_progress

    if output.suffix != ".toml":
        raise InputError("protocol_file_name", path=output)
    check_writable([output], overwrite)
    start = load_protocol(base)
    if model == DEFAULT_MODEL:
        model = start.model or model
    subjects = find_corrected(cases, read_header(find_model(model))[0].channels, warn)
    predictor = open_predictor(load_model(model), device.value)
    Convention.of(predictor.model, base)  # refuses a protocol of atoms that the model does not know
    with step_progress() as progress:
        opened = []
        for number, subject in enumerate(subjects):
            progress(f"Running the network on {subject.images[0].name}", 0.7 * number / len(subjects))
            opened.append(open_fit_case(subject.images, subject.label, predictor, subject.person))
        progress("Fitting", 0.7)
        fitted = fit_protocol(start, opened, output.stem)
    header = predictor.model.header
    plural = "s" if len(subjects) > 1 else ""
    made = f"Fitted by dgmseg protocol fit to {len(subjects)} corrected case{plural}, from {start.name} {start.version}"
    ours = replace(
        fitted.protocol,
        title=f"{start.title}, as {output.stem} draws them" if start.title else output.stem,
        version="1",
        description="",
        sources=f"{made}, with the probabilities of the model {header.name} {header.version} ({predictor.model.sha256[:12]}).",
    )
    write_text(output, protocol_text(ours))
    typer.echo(f"Dice on {fitted.left_out} left out, {len(subjects)} case{'s' if len(subjects) > 1 else ''}:")
    for name, before in fitted.before.items():
        typer.echo(f"  {name}\t{before:.3f} -> {fitted.after[name]:.3f}")
    given = f" --model {model}" if model not in (DEFAULT_MODEL, ours.model) else ""
    given += "".join(f" --channel {channel}=FILE" for channel in header.channels[1:])
    typer.echo(
        f"Gained {fitted.gain:+.3f} in the mean. Use it: dgmseg segment QSM --protocol {output}{given}"
    )
