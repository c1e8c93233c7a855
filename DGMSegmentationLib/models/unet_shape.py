"""What the options of a U-Net say of it before it is built: strides, reach, and the name and shape of each weight. No torch."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .network_options import UNetOptions

Triple = tuple[int, int, int]
GROUP = 8
"""Channels of a group of group normalisation, or fewer where eight do not divide them."""
LEAK = 0.01
"""Slope of the leaky ReLU below 0."""
STATISTICS = ("running_mean", "running_var")


def triple_of(values: Sequence[int]) -> Triple:
    """Check and convert three positive whole numbers; raises ValueError."""
    if len(values) != 3 or any(int(v) != v or v < 1 for v in values):
        raise ValueError(f"expected three whole numbers of at least 1, not {list(values)}")
    return int(values[0]), int(values[1]), int(values[2])


def times(a: Triple, b: Triple) -> Triple:
    """The products axis by axis."""
    return a[0] * b[0], a[1] * b[1], a[2] * b[2]


def groups_of(norm: str, channels: int) -> int:
    """Groups of a normalisation over groups of channels; one channel a group is instance normalisation."""
    return channels if norm == "instance" else channels // math.gcd(channels, GROUP)


@dataclass(frozen=True)
class UNetShape:
    """The levels of a U-Net, full resolution first."""

    options: UNetOptions
    stem: Triple
    pooling: tuple[Triple, ...]
    """The stride of each level after the first."""
    kernels: tuple[Triple, ...]
    convolutions: tuple[int, ...]
    """Of each level of the encoder."""
    strides: tuple[Triple, ...]
    """Of each level against the image."""

    @classmethod
    def of(cls, options: UNetOptions) -> "UNetShape":
        """Raises ValueError for options that contradict each other."""
        n_levels = len(options.widths)
        pooling = [triple_of(p) for p in options.pooling]
        kernels = (
            [(3, 3, 3)] * n_levels if options.kernels is None else [triple_of(k) for k in options.kernels]
        )
        counts = [2] * n_levels if options.convolutions is None else list(options.convolutions)
        if len(pooling) != n_levels - 1:
            raise ValueError(f"{n_levels} widths need {n_levels - 1} pooling triples, not {len(pooling)}")
        if len(kernels) != n_levels or any(e % 2 == 0 for edge in kernels for e in edge):
            raise ValueError(f"kernels must be {n_levels} triples of odd numbers")
        if len(counts) != n_levels:
            raise ValueError(f"convolutions must be {n_levels} numbers")
        stem = triple_of(options.stem)
        strides = [stem]
        for stride in pooling:
            strides.append(times(strides[-1], stride))
        return cls(options, stem, tuple(pooling), tuple(kernels), tuple(counts), tuple(strides))

    @property
    def multiple(self) -> Triple:
        """Edges of a tile are multiples of this."""
        return self.strides[-1]

    @property
    def block(self) -> int:
        """Voxels that the stem makes one."""
        return math.prod(self.stem)

    @property
    def deep_supervision(self) -> int:
        """Resolutions that have a head."""
        return min(self.options.deep_supervision, len(self.options.widths))

    @property
    def normalises_by_tile(self) -> bool:
        """Whether a voxel's value depends on the tile that it is predicted in, beyond the receptive field."""
        return self.options.norm in ("instance", "group")

    @property
    def context(self) -> Triple:
        """Radius of the receptive field in input voxels: the way down to the last level and up again.

        An upper bound. Statistics of instance and group normalisation reach further, over the whole tile.
        """
        radius = []
        for axis in range(3):
            reach = self.stem[axis] - 1
            for i, kernel in enumerate(self.kernels):
                half = kernel[axis] // 2
                here = self.strides[i][axis]
                before = self.strides[i - 1][axis] if i else here
                reach += half * before + (self.convolutions[i] - 1) * half * here
                if i < len(self.pooling):
                    reach += self.options.decoder_convolutions * half * here + (
                        self.strides[i + 1][axis] - here
                    )
            radius.append(reach)
        return radius[0], radius[1], radius[2]

    def multiply_adds(self, tile: Sequence[int]) -> int:
        """Of one pass over a tile of voxels, as the network computes when it is not trained."""
        options, widths = self.options, list(self.options.widths)
        voxels = [math.prod(n // s for n, s in zip(tile, stride, strict=True)) for stride in self.strides]
        total, channels = 0, (options.in_channels + options.coordinates) * self.block
        for i, width in enumerate(widths):
            per_pair = math.prod(self.kernels[i]) * voxels[i]
            total += per_pair * width * (channels + (self.convolutions[i] - 1) * width)
            if i + 1 < len(widths):
                total += per_pair * options.decoder_convolutions * width * width
                total += voxels[i + 1] * widths[i + 1] * width
            channels = width
        return total + voxels[0] * widths[0] * options.n_classes * self.block

    def weights(self) -> dict[str, tuple[tuple[int, ...], bool]]:
        """Name of each weight -> shape, and whether it is a number with a fraction."""
        options, widths = self.options, list(self.options.widths)
        found: dict[str, tuple[tuple[int, ...], bool]] = {}
        channels = (options.in_channels + options.coordinates) * self.block
        for i, width in enumerate(widths):
            found |= dict(
                _level(f"encoder.{i}", channels, width, self.convolutions[i], self.kernels[i], options.norm)
            )
            channels = width
        for i in range(len(widths) - 1):
            found |= dict(_convolution(f"lift.{i}", widths[i + 1], widths[i], (1, 1, 1), True))
            count = options.decoder_convolutions
            found |= dict(_level(f"decoder.{i}", widths[i], widths[i], count, self.kernels[i], options.norm))
        for i in range(self.deep_supervision):
            classes = options.n_classes * (self.block if i == 0 else 1)
            found |= dict(_convolution(f"heads.{i}", widths[i], classes, (1, 1, 1), True))
        return found


def _convolution(
    name: str, inputs: int, outputs: int, kernel: Triple, bias: bool
) -> Iterator[tuple[str, tuple[tuple[int, ...], bool]]]:
    yield f"{name}.weight", ((outputs, inputs, *kernel), True)
    if bias:
        yield f"{name}.bias", ((outputs,), True)


def _level(
    name: str, inputs: int, outputs: int, count: int, kernel: Triple, norm: str
) -> Iterator[tuple[str, tuple[tuple[int, ...], bool]]]:
    for i in range(count):
        unit = f"{name}.units.{i}"
        yield from _convolution(f"{unit}.conv", outputs if i else inputs, outputs, kernel, norm == "none")
        if norm == "none":
            continue
        for part in ("weight", "bias", *(STATISTICS if norm == "batch" else ())):
            yield f"{unit}.norm.{part}", ((outputs,), True)
        if norm == "batch":
            yield f"{unit}.norm.num_batches_tracked", ((), False)
