"""Choices that several commands share, and the options of a run as words of the command line."""

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import Field
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..options import SegmentOptions, option_fields

if TYPE_CHECKING:
    from ..models.header import ModelHeader
    from ..structures import LabelSet


class Device(str, Enum):
    """Where the network runs."""

    auto = "auto"
    cuda = "cuda"
    mps = "mps"
    cpu = "cpu"


class Units(str, Enum):
    """What the values of an image are in."""

    auto = "auto"
    ppm = "ppm"
    ppb = "ppb"


class MeasuredUnits(str, Enum):
    """What the values of a measured image are in: as Units (an Enum cannot be extended), or what they are."""

    auto = "auto"
    ppm = "ppm"
    ppb = "ppb"
    own = "own"


class Scheme(str, Enum):
    """Numbering of a label map."""

    dgm = "dgm"
    segdgm = "segdgm"
    freesurfer = "freesurfer"


LabelSetChoice = Annotated[
    str | None,
    typer.Option(
        "--labels",
        help="Label set of the files: its name or table; else their lookup's, or the standard ten.",
    ),
]


StructureChoice = Annotated[
    str | None,
    typer.Option(
        "--structure",
        metavar="NAME",
        help="The one structure that a mask holds, e.g. PU_L or 'left putamen'.",
    ),
]


def _commas(on: bool) -> bool:
    if not on and f"{__package__.rpartition('.')[0]}.io.tables" not in sys.modules:
        return on  # nothing was changed, and nothing need be imported to say so
    from ..io.tables import write_decimal_commas

    return write_decimal_commas(on)


DecimalComma = Annotated[
    bool,
    typer.Option(
        "--decimal-comma",
        callback=_commas,
        help="Write tables with decimal commas, .csv with semicolons, and a mark by which Excel knows UTF-8.",
    ),
]
"""It acts by its callback: commands take it and need not look at it."""


def chosen_label_set(name_or_table: str | None) -> "LabelSet | None":
    """The label set of ``--labels``; None leaves it to the files. Raises InputError when there is none of that name."""
    from ..structures import LabelSet

    return None if name_or_table is None else LabelSet.read(name_or_table)


class Sex(str, Enum):
    """As in BIDS' participants.tsv."""

    F = "F"
    M = "M"


NORMS = typer.Option(
    "--norms", help="Your table of expected means for the page (structure, mean_ppb, sd_ppb; age, sex)."
)
AGE = typer.Option("--age", min=0, max=130, help="Age in years, for a table of norms by age.")
SEX = typer.Option("--sex", help="Sex, for a table of norms by sex.")

# Of the commands that train.
Resume = Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")]
Init = Annotated[
    str | None, typer.Option("--init", help="A model whose weights are the start (fine-tuning).")
]
TrainingDevice = Annotated[Device, typer.Option("--device", help="Where to train.")]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="Change a key of the preset, e.g. stage1.epochs=10.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print a line per epoch even when piped.")]


def check_qsm_alone(model: str, command: str) -> "ModelHeader":
    """A model's header, for a command that gives it a QSM alone; raises InputError where it wants more."""
    from ..errors import InputError
    from ..models.model import find_model, read_header

    header, _ = read_header(find_model(model))
    if len(header.channels) > 1:
        raise InputError(
            "command_takes_qsm", model=header.name, channels=header.channels[1:], command=command
        )
    return header


def takes_options(
    only: Sequence[str] = (), leave_out: Sequence[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command one option of the command line per field of SegmentOptions, in place of its parameter ``options``.

    ``only``, ``leave_out``: names of fields. The command is called with the finished SegmentOptions.
    """
    chosen = [
        option
        for option in option_fields(command=True)
        if option.name not in leave_out and (not only or option.name in only)
    ]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command)

        @functools.wraps(command)
        def run(**words: object) -> None:
            values = {option.name: words.pop(option.name) for option in chosen}
            plain: dict[str, Any] = {
                name: v.value if isinstance(v, Enum) else v for name, v in values.items()
            }
            command(options=SegmentOptions(**plain), **words)

        parameters: list[inspect.Parameter] = []
        for parameter in own.parameters.values():
            parameters += map(_parameter, chosen) if parameter.name == "options" else [parameter]
        run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": None}
        return run

    return decorate


def _typer_option(option: "Field[Any]") -> object:
    """The names and the help of a field of SegmentOptions, for typer."""
    about, default = option.metadata, option.default
    words = [f"--{option.name.replace('_', '-')}", *filter(None, [about["short"]])]
    if default is True:
        words[0] += f"/--no-{words[0][2:]}"
    return typer.Option(*words, help=about["help"], show_default=default not in ("", None))


MODEL = _typer_option(next(option for option in option_fields() if option.name == "model"))


def _parameter(option: "Field[Any]") -> inspect.Parameter:
    """A field of SegmentOptions as typer reads it."""
    default = option.default
    kind: Any = type(default)
    if default is None:
        kind = str | None  # a text that the field's own check reads
    elif kind is str and option.metadata["choices"]:
        kind = _choice(option.name, option.metadata["choices"])
        default = kind(default)
    annotation = Annotated[kind, _typer_option(option)]
    return inspect.Parameter(
        option.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _choice(name: str, words: Sequence[str]) -> type[Enum]:
    """The Enum that typer wants for one of a few words."""
    made = Enum("Choice", {word: word for word in words}, type=str)  # type: ignore[misc]
    made.__name__ = name
    return made
