"""Our own network: a compact 3-D U-Net that takes anisotropic voxels and runs on a CPU.

An encoder of strided convolutions and a decoder that adds its upsampled features to the encoder's (O.
Ronneberger et al., MICCAI 2015, for the scheme; addition instead of concatenation halves the decoder's work).
Each level has its own pooling factors and kernel, so that thick slices are not pooled before the other axes
have caught up with them.

Where the time goes: a 3x3x3 convolution from 16 to 16 channels costs 6,912 multiply-adds per voxel and the
same layer one level deeper, with twice the channels, half of that per input voxel at (2, 2, 2) pooling. So
the full-resolution level is kept thin and has few convolutions; ``stem`` replaces it altogether by
space-to-depth.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..network_options import UNetOptions
from ..unet_shape import LEAK, UNetShape, triple_of
from .blocks import Level, depth_to_space, space_to_depth
from .network import SegmentationNetwork, Triple


class UNet(SegmentationNetwork):
    """A U-Net with per-level pooling; logits have the input's size.

    With ``norm="instance"`` or ``"group"`` the statistics are those of the tile: the result of a voxel
    depends on the tile that it was predicted in, so predict in one fixed box (the model's prior box), as
    training does. ``norm="batch"`` has no such dependence in evaluation mode.

    Raises:
        ValueError: options that contradict each other.
    """

    def __init__(self, options: UNetOptions) -> None:
        super().__init__()
        shape = UNetShape.of(options)
        widths, norm = list(options.widths), options.norm
        n_levels = len(widths)
        decoder_convolutions = options.decoder_convolutions
        self._stem = shape.stem
        self.n_coordinates = options.coordinates
        self.uses_coordinates = options.coordinates > 0
        self.deep_supervision = shape.deep_supervision
        self.strides = list(shape.strides)
        self.multiple, self.context = shape.multiple, shape.context
        x, y, z = self.multiple
        self.patch_input = (4 * x, 4 * y, 4 * z) if options.patch is None else triple_of(options.patch)
        self.patch_output = self.patch_input
        self._options = replace(
            options,
            kernels=shape.kernels,
            convolutions=shape.convolutions,
            deep_supervision=self.deep_supervision,
            patch=self.patch_input,
        )
        channels = (options.in_channels + self.n_coordinates) * shape.block
        self.encoder = nn.ModuleList()
        for i, width in enumerate(widths):
            stride = shape.pooling[i - 1] if i else (1, 1, 1)
            count, kernel = shape.convolutions[i], shape.kernels[i]
            self.encoder.append(Level(channels, width, count, kernel, stride, norm, options.residual))
            channels = width
        self.drop = nn.Dropout(options.dropout) if options.dropout else None
        self.lift = nn.ModuleList(nn.Conv3d(widths[i + 1], widths[i], 1) for i in range(n_levels - 1))
        self.decoder = nn.ModuleList(
            Level(
                widths[i],
                widths[i],
                decoder_convolutions,
                shape.kernels[i],
                (1, 1, 1),
                norm,
                options.residual,
            )
            for i in range(n_levels - 1)
        )
        self.heads = nn.ModuleList(
            nn.Conv3d(widths[i], options.n_classes * (shape.block if i == 0 else 1), 1)
            for i in range(self.deep_supervision)
        )
        for layer in self.modules():
            if (
                isinstance(layer, nn.Conv3d) and not layer.weight.is_meta
            ):  # there it would import torch's compiler
                nn.init.kaiming_normal_(layer.weight, a=LEAK)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        # The heads too: started near zero, they starve the network of gradient, and it learns several times slower.

    @property
    def output_strides(self) -> list[Triple]:
        """The stride (x, y, z) of each output in training mode, the full resolution first."""
        return [(1, 1, 1), *self.strides[1 : self.deep_supervision]]

    def forward(self, x: Tensor, coordinates: Tensor | None = None) -> Tensor | list[Tensor]:
        """Logits of a tile.

        Args:
            x: images (B, in_channels, X, Y, Z); edges are multiples of ``multiple``.
            coordinates: (B, coordinates, X, Y, Z) for networks that use them.

        Returns:
            Evaluation mode: one tensor (B, n_classes, X, Y, Z). Training mode: a list of ``deep_supervision``
            tensors, the first at full size and the others at ``output_strides``.

        Raises:
            ValueError: the tile's size does not fit, or coordinates are missing.
        """
        if any(n % m for n, m in zip(x.shape[2:], self.multiple, strict=True)):
            raise ValueError(f"tile edges {tuple(x.shape[2:])} must be multiples of {self.multiple}")
        if self.uses_coordinates:
            if coordinates is None or coordinates.shape[2:] != x.shape[2:]:
                raise ValueError(f"this network needs coordinates of the tile, {tuple(x.shape[2:])} voxels")
            x = torch.cat([x, coordinates.to(x.dtype)], dim=1)
        x = space_to_depth(x, self._stem)
        skips: list[Tensor] = []
        for level in self.encoder:
            x = level(x)
            skips.append(x)
        skips.pop()
        if self.drop is not None:
            x = self.drop(x)
        outputs: list[Tensor] = []
        wanted = self.deep_supervision if self.training else 1
        if wanted == len(self.encoder):
            outputs.append(self._logits(wanted - 1, x))
        for i in reversed(range(len(self.decoder))):
            skip = skips.pop()
            x = functional.interpolate(self.lift[i](x), size=skip.shape[2:], mode="nearest")
            x = self.decoder[i](x + skip)
            if i < wanted:
                outputs.append(self._logits(i, x))
        outputs.reverse()
        return outputs if self.training else outputs[0]

    def _logits(self, i: int, x: Tensor) -> Tensor:
        """Logits of level i; the first level's channels go back to full resolution."""
        logits = self.heads[i](x)
        return depth_to_space(logits, self._stem) if i == 0 else logits
