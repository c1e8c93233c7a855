"""Choices that several commands share."""

from enum import Enum

import typer


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
    """What the values of a measured image are in."""

    auto = "auto"
    ppm = "ppm"
    ppb = "ppb"
    own = "own"


class Scheme(str, Enum):
    """Numbering of a label map."""

    dgm = "dgm"
    segdgm = "segdgm"
    freesurfer = "freesurfer"


class Sex(str, Enum):
    """As in BIDS' participants.tsv."""

    F = "F"
    M = "M"


NORMS = typer.Option(
    "--norms", help="Your table of expected means for the page (structure, mean_ppb, sd_ppb; age, sex)."
)
AGE = typer.Option("--age", min=0, max=130, help="Age in years, for a table of norms by age.")
SEX = typer.Option("--sex", help="Sex, for a table of norms by sex.")
