"""What the two patch networks share: slopes per voxel, valid convolutions with taps, and the pointwise head.

Both published networks are one scheme: valid convolutions without pooling, the features of each scale cropped
to the core of the patch and concatenated, then 1x1x1 convolutions as a classifier (Dolz, Desrosiers, Ben
Ayed, NeuroImage 2017). Without padding, a network with one slope per channel gives every voxel the same value
whatever the tile is, so it can run densely; a network with one slope per voxel cannot.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from ..network_options import AnisotropicOptions, DolzOptions
from .convolution import Convolution
from .network import SegmentationNetwork, Triple

# Keras' defaults, which the original networks use: moving = 0.99 * moving + 0.01 * batch (torch counts the
# other way).
BATCH_NORM_MOMENTUM = 0.01
BATCH_NORM_EPSILON = 1e-3

# The pointwise head runs over this many voxels at once: 400 channels of float32 are then 50 MB, whatever the
# tile.
HEAD_VOXELS = 1 << 15


class VoxelPReLU(nn.Module):
    """PReLU with one slope per channel and voxel, as Keras' ``PReLU()`` has without ``shared_axes``.

    ``weight`` has the shape (1, channels, x, y, z), one axis more than Keras' so that a change of the network's
    memory format applies to it: the layer accepts that one patch size only.
    """

    def __init__(self, channels: int, size: Sequence[int], init: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((1, channels, *size), float(init)))

    def forward(self, x: Tensor) -> Tensor:
        """Return max(x, 0) + slope * min(x, 0) for x (B, C, X, Y, Z)."""
        return torch.where(x >= 0, x, self.weight * x)


def prelu(channels: int, size: Sequence[int] | None, init: float) -> nn.Module:
    """A PReLU with a slope per channel, or per channel and voxel where ``size`` (x, y, z) is given."""
    return nn.PReLU(channels, init=init) if size is None else VoxelPReLU(channels, size, init)


def batch_norm(channels: int) -> nn.BatchNorm3d:
    """Batch normalisation with Keras' constants."""
    return nn.BatchNorm3d(channels, eps=BATCH_NORM_EPSILON, momentum=BATCH_NORM_MOMENTUM)


def glorot_(module: nn.Module) -> None:
    """Initialise the convolutions of a module as Keras does: Glorot uniform kernels, zero biases."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv3d | nn.ConvTranspose3d):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def crop(x: Tensor, core: Sequence[int]) -> Tensor:
    """The central (x, y, z) voxels of x (B, C, X, Y, Z), as a view."""
    start = [(have - want) // 2 for have, want in zip(x.shape[2:], core, strict=True)]
    return x[:, :, start[0] :, start[1] :, start[2] :][:, :, : core[0], : core[1], : core[2]]


class Unit(nn.Module):
    """Convolution, then PReLU, then (optionally) batch normalisation and dropout: the originals' order."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: Triple,
        *,
        size: Sequence[int] | None,
        slope: float,
        normalise: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.conv = Convolution(in_channels, out_channels, kernel)
        self.act = prelu(out_channels, size, slope)
        self.norm = batch_norm(out_channels) if normalise else None
        self.drop = nn.Dropout(dropout) if dropout else None  # elementwise, as Keras' Dropout

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, X, Y, Z) -> (B, K, X - k + 1, ...)."""
        x = self.act(self.conv(x))
        if self.norm is not None:
            x = self.norm(x)
        return x if self.drop is None else self.drop(x)


class PatchNetwork(SegmentationNetwork):
    """Valid convolutions in stages, a tap after each stage, and a pointwise head: both networks' scheme."""

    kernel: Triple
    """Edge lengths of every feature convolution."""
    convolutions: int
    """Per stage."""
    normalise: bool
    """Batch normalisation after every PReLU but the last."""
    _options: DolzOptions

    def __init__(self, options: DolzOptions) -> None:
        super().__init__()
        self._options = options
        kernel, convolutions, normalise = self.kernel, self.convolutions, self.normalise
        widths, voxel_slopes, slope = options.widths, options.voxel_slopes, float(options.slope)
        n_coordinates = options.coordinates if isinstance(options, AnisotropicOptions) else 0
        shrink = [k - 1 for k in kernel]
        depth = convolutions * len(widths)
        x, y, z = (depth * s // 2 for s in shrink)
        self.halo = self.context = (x, y, z)
        core = options.patch_output
        self.patch_output = (core[0], core[1], core[2])
        self.patch_input = (core[0] + 2 * x, core[1] + 2 * y, core[2] + 2 * z)
        self.n_coordinates = n_coordinates
        self.uses_coordinates = n_coordinates > 0
        self.dense = not voxel_slopes

        size = list(self.patch_input)
        channels = options.in_channels
        self.stages = nn.ModuleList()
        for width in widths:
            units = []
            for _ in range(convolutions):
                size = [n - s for n, s in zip(size, shrink, strict=True)]
                units.append(
                    Unit(
                        channels,
                        width,
                        kernel,
                        size=size if voxel_slopes else None,
                        slope=slope,
                        normalise=normalise,
                    )
                )
                channels = width
            self.stages.append(nn.Sequential(*units))
        core_size = size if voxel_slopes else None
        channels = sum(widths) + n_coordinates
        self.head = nn.Sequential()
        for width in options.head_widths:
            self.head.append(
                Unit(
                    channels,
                    width,
                    (1, 1, 1),
                    size=core_size,
                    slope=slope,
                    normalise=normalise,
                    dropout=options.dropout,
                )
            )
            channels = width
        self.head.append(Unit(channels, options.n_classes, (1, 1, 1), size=core_size, slope=slope))
        glorot_(self)

    def forward(self, x: Tensor, coordinates: Tensor | None = None) -> Tensor:
        """Logits of the core of a tile.

        Args:
            x: images (B, in_channels, X, Y, Z).
            coordinates: (B, 3, X - 2 hx, Y - 2 hy, Z - 2 hz), for networks that use them.

        Returns:
            Logits (B, n_classes, X - 2 hx, Y - 2 hy, Z - 2 hz).

        Raises:
            ValueError: the tile is too small, is not the patch size of a network with slopes per voxel, or
                the coordinates are missing or of another size.
        """
        core = self._core_of(x, coordinates)
        taps = self._taps(x, core, coordinates)
        if torch.is_grad_enabled() or not self.dense:
            return self.head(torch.cat(list(taps), dim=1))
        return self._slab_wise(self._gather(taps, core))

    def _core_of(self, x: Tensor, coordinates: Tensor | None) -> Triple:
        tile = tuple(x.shape[2:])
        core = (tile[0] - 2 * self.halo[0], tile[1] - 2 * self.halo[1], tile[2] - 2 * self.halo[2])
        if min(core) < 1:
            raise ValueError(f"a tile of {tile} voxels is smaller than the receptive field; halo {self.halo}")
        if not self.dense and core != self.patch_output:
            raise ValueError(f"slopes per voxel tie this network to tiles of {self.patch_input}, not {tile}")
        if self.uses_coordinates and (coordinates is None or tuple(coordinates.shape[2:]) != core):
            raise ValueError(f"this network needs coordinates of the core, {core} voxels")
        return core

    def _taps(self, x: Tensor, core: Triple, coordinates: Tensor | None) -> Iterator[Tensor]:
        """The cropped features of each stage, then the coordinates, in the originals' order."""
        for stage in self.stages:
            x = stage(x)
            yield crop(x, core)
        if self.uses_coordinates and coordinates is not None:
            yield coordinates

    def _gather(self, taps: Iterator[Tensor], core: Triple) -> Tensor:
        """Concatenate the taps one by one, so that no tap keeps its uncropped features alive."""
        gathered: Tensor | None = None
        first = 0
        for tap in taps:
            if gathered is None:
                channels = sum(self._options.widths) + self.n_coordinates
                gathered = tap.new_empty((tap.shape[0], channels, *core))
            gathered[:, first : first + tap.shape[1]] = tap
            first += tap.shape[1]
            del tap
        assert gathered is not None
        return gathered

    def _slab_wise(self, features: Tensor) -> Tensor:
        """The pointwise head, slab by slab along x, for the head's 400 channels take the most memory."""
        batch, _, depth, height, width = features.shape
        step = max(1, HEAD_VOXELS // (batch * height * width))
        slabs = [self.head(features[:, :, i : i + step]) for i in range(0, depth, step)]
        return torch.cat(slabs, dim=2)
