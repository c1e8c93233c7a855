"""The options of the networks, with bounds: what a model file or a preset may ask for before anything is built of it.

The networks themselves hold the defaults, and refuse options that contradict each other.
"""

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

MAX_CHANNELS = 2048
MAX_CLASSES = 256
"""Class indices travel as bytes."""

Channels = Annotated[int, Meta(ge=1, le=MAX_CHANNELS)]
Widths = Annotated[list[Channels], Meta(min_length=1, max_length=12)]
Factor = Annotated[int, Meta(ge=1, le=8)]
Factors = tuple[Factor, Factor, Factor]
Kernel = Annotated[int, Meta(ge=1, le=15)]
Count = Annotated[int, Meta(ge=1, le=16)]
Edge = Annotated[int, Meta(ge=1, le=1024)]
Dropout = Annotated[float, Meta(ge=0, lt=1)]


class SharedOptions(TypedDict, total=False):
    """What every network knows."""

    in_channels: Annotated[int, Meta(ge=1, le=16)]
    n_classes: Annotated[int, Meta(ge=2, le=MAX_CLASSES)]
    widths: Widths
    dropout: Dropout
    coordinates: Literal[0, 3]


class PatchOptions(SharedOptions, total=False):
    """Of ``dolz`` and ``anisotropic``."""

    head_widths: Annotated[list[Channels], Meta(max_length=12)]
    voxel_slopes: bool
    patch_output: tuple[Edge, Edge, Edge]
    slope: Annotated[float, Meta(ge=-100, le=100)]


class UNetOptions(SharedOptions, total=False):
    """Of ``unet``."""

    pooling: Annotated[list[Factors], Meta(max_length=12)]
    kernels: Annotated[list[tuple[Kernel, Kernel, Kernel]], Meta(max_length=12)] | None
    convolutions: Annotated[list[Count], Meta(max_length=12)] | None
    decoder_convolutions: Count
    stem: Factors
    norm: Literal["instance", "group", "batch", "none"]
    residual: bool
    deep_supervision: Count
    patch: tuple[Edge, Edge, Edge] | None


OPTIONS: dict[str, type[SharedOptions]] = {
    "dolz": PatchOptions,
    "anisotropic": PatchOptions,
    "unet": UNetOptions,
}
"""By the network's name."""
