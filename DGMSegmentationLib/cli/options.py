"""Choices that several commands share."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
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


def chosen_label_set(name_or_table: str | None) -> "LabelSet | None":
    """The label set of ``--labels``; None leaves it to the files. Raises InputError when there is none of that name."""
    from ..structures import LabelSet

    return None if name_or_table is None else LabelSet.read(name_or_table)


class Sex(str, Enum):
    """As in BIDS' participants.tsv."""

    F = "F"
    M = "M"


MODEL = typer.Option("--model", "-m", help="A bundled model's name or a model file.")
DEVICE = typer.Option("--device", help="Where the network runs.")
LARGEST_COMPONENT = typer.Option(
    "--largest-component/--no-largest-component", help="Keep only the largest piece of each structure."
)
CONNECTIVITY = typer.Option("--connectivity", help="Neighbours that connect voxels: 6, 18 or 26.")
FLIP_AVERAGE = typer.Option("--flip-average", help="Average with the mirrored head; twice the time.")
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


def parse_voxel_size(text: str | None) -> tuple[float, float, float] | None:
    """ "0.94,0.94,3" as three numbers; raises InputError for anything else."""
    from ..errors import InputError

    if text is None:
        return None
    try:
        x, y, z = (float(part) for part in text.replace("x", ",").split(","))
    except ValueError:
        x = y = z = 0.0
    if not all(0 < s < 100 for s in (x, y, z)):
        raise InputError(
            f"--voxel-size {text!r} is no voxel size; write three numbers in mm such as 0.94,0.94,3."
        )
    return x, y, z
