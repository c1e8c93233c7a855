"""Choices that several commands share."""

from enum import Enum


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


class Scheme(str, Enum):
    """Numbering of a label map."""

    dgm = "dgm"
    segdgm = "segdgm"
    freesurfer = "freesurfer"
