"""The options of the networks with defaults and bounds: what a model file or a preset may ask for, before anything is built.

The networks themselves refuse options that contradict each other. Light: no torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from ..structures import STANDARD

MAX_CHANNELS = 2048
MAX_CLASSES = 256
"""Class indices travel as bytes."""

Channels = Annotated[int, Meta(ge=1, le=MAX_CHANNELS)]
Widths = Annotated[Sequence[Channels], Meta(min_length=1, max_length=12)]
Factor = Annotated[int, Meta(ge=1, le=8)]
Factors = tuple[Factor, Factor, Factor]
Kernel = Annotated[int, Meta(ge=1, le=15)]
Kernels = tuple[Kernel, Kernel, Kernel]
Count = Annotated[int, Meta(ge=1, le=16)]
Edge = Annotated[int, Meta(ge=1, le=1024)]
Edges = tuple[Edge, Edge, Edge]
Dropout = Annotated[float, Meta(ge=0, lt=1)]
Norm = Literal["instance", "group", "batch", "none"]


@dataclass(frozen=True)
class NetworkOptions:
    """What every network knows."""

    in_channels: Annotated[int, Meta(ge=1, le=16)] = 1
    """Images, without coordinates."""
    n_classes: Annotated[int, Meta(ge=2, le=MAX_CLASSES)] = STANDARD.n_classes


@dataclass(frozen=True)
class DolzOptions(NetworkOptions):
    """Of ``dolz``."""

    widths: Widths = (25, 50, 75)
    """Channels of each stage."""
    head_widths: Annotated[Sequence[Channels], Meta(max_length=12)] = (400, 200, 150)
    """Channels of the 1x1x1 layers before the logits."""
    dropout: Dropout = 0.0
    """Elementwise, in the head."""
    voxel_slopes: bool = False
    """One PReLU slope per channel and voxel; ties the network to ``patch_output``."""
    patch_output: Edges = (9, 9, 3)
    """The core (x, y, z) that one training patch predicts."""
    slope: Annotated[float, Meta(ge=-100, le=100)] = 0.0
    """At the start; Keras starts at 0."""


@dataclass(frozen=True)
class AnisotropicOptions(DolzOptions):
    """Of ``anisotropic``."""

    dropout: Dropout = 0.2
    coordinates: Literal[0, 3] = 3
    """Coordinate channels that join the taps, core-sized and not convolved."""


@dataclass(frozen=True)
class UNetOptions(NetworkOptions):
    """Of ``unet``."""

    widths: Widths = (16, 32, 64, 96)
    """Channels per level, full resolution first; multiples of 16 (or 8) run fastest on a CPU."""
    pooling: Annotated[Sequence[Factors], Meta(max_length=12)] = ((2, 2, 1), (2, 2, 2), (2, 2, 2))
    """The stride (x, y, z) of each level after the first: one triple less than widths. The default keeps the slice axis at
    the first step; use (2, 2, 2) throughout for isotropic voxels.
    """
    kernels: Annotated[Sequence[Kernels], Meta(max_length=12)] | None = None
    """Kernel (odd) per level; 3x3x3 everywhere when None. (3, 3, 1) suits levels with thick slices."""
    convolutions: Annotated[Sequence[Count], Meta(max_length=12)] | None = None
    """Convolutions per encoder level; all 2 when None."""
    decoder_convolutions: Count = 1
    """Convolutions per decoder level."""
    stem: Factors = (1, 1, 1)
    """Space-to-depth factors in front of the first level, undone behind the logits; (1, 1, 1) is none."""
    norm: Norm = "instance"
    """Groups hold eight channels."""
    residual: bool = False
    """Identity bridges over pairs of convolutions."""
    deep_supervision: Count = 3
    """Number of resolutions that give logits in training mode (1 = the full one only); at most one per level."""
    coordinates: Literal[0, 3] = 0
    """Coordinate channels that join the input."""
    dropout: Dropout = 0.0
    """Elementwise, at the lowest level."""
    patch: Edges | None = None
    """The training patch (x, y, z) that ``patch_input`` announces; four times ``multiple`` when None."""


OPTIONS: dict[str, type[NetworkOptions]] = {
    "dolz": DolzOptions,
    "anisotropic": AnisotropicOptions,
    "unet": UNetOptions,
}
"""By the network's name."""
