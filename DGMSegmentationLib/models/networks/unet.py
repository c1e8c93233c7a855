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

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...structures import STANDARD

Triple = tuple[int, int, int]

NORMS = ("instance", "group", "batch", "none")
LEAK = 0.01


def _triple(values: Sequence[int]) -> Triple:
    """Check and convert three positive whole numbers; raises ValueError."""
    if len(values) != 3 or any(int(v) != v or v < 1 for v in values):
        raise ValueError(f"expected three whole numbers of at least 1, not {list(values)}")
    return int(values[0]), int(values[1]), int(values[2])


def _times(a: Triple, b: Triple) -> Triple:
    return a[0] * b[0], a[1] * b[1], a[2] * b[2]


def make_norm(kind: str, channels: int) -> nn.Module:
    """A normalisation layer by name; groups hold eight channels, or fewer where eight do not divide them."""
    if kind == "instance":
        # One channel a group is instance normalisation, and a third faster on a CPU than InstanceNorm3d.
        return nn.GroupNorm(channels, channels)
    if kind == "group":
        return nn.GroupNorm(channels // math.gcd(channels, 8), channels)
    if kind == "batch":
        return nn.BatchNorm3d(channels)
    if kind == "none":
        return nn.Identity()
    raise ValueError(f"norm must be one of {', '.join(NORMS)}, not '{kind}'")


def space_to_depth(x: Tensor, factors: Triple) -> Tensor:
    """(B, C, X, Y, Z) -> (B, C fx fy fz, X/fx, Y/fy, Z/fz): every block of voxels becomes channels."""
    if factors == (1, 1, 1):
        return x
    b, c, (fx, fy, fz) = x.shape[0], x.shape[1], factors
    nx, ny, nz = x.shape[2] // fx, x.shape[3] // fy, x.shape[4] // fz
    x = x.reshape(b, c, nx, fx, ny, fy, nz, fz).permute(0, 1, 3, 5, 7, 2, 4, 6)
    return x.reshape(b, c * fx * fy * fz, nx, ny, nz)


def depth_to_space(x: Tensor, factors: Triple) -> Tensor:
    """The inverse of :func:`space_to_depth`."""
    if factors == (1, 1, 1):
        return x
    b, (nx, ny, nz), (fx, fy, fz) = x.shape[0], x.shape[2:], factors
    c = x.shape[1] // (fx * fy * fz)
    x = x.reshape(b, c, fx, fy, fz, nx, ny, nz).permute(0, 1, 5, 2, 6, 3, 7, 4)
    return x.reshape(b, c, nx * fx, ny * fy, nz * fz)


class ConvUnit(nn.Module):
    """Convolution (same size, or strided), normalisation, leaky ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: Triple, stride: Triple, norm: str
    ) -> None:
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2, kernel[2] // 2)
        self.conv = nn.Conv3d(in_channels, out_channels, kernel, stride, padding, bias=norm == "none")
        self.norm = make_norm(norm, out_channels)

    def forward(self, x: Tensor, shortcut: Tensor | None = None) -> Tensor:
        """Apply the unit; a shortcut is added before the last non-linearity."""
        x = self.norm(self.conv(x))
        if shortcut is not None:
            x = x + shortcut
        # In place is safe: no normalisation layer here needs its own output in the backward pass.
        return functional.leaky_relu_(x, LEAK)


class Level(nn.Module):
    """The convolutions of one resolution; with ``residual``, pairs of them are bridged by the identity."""

    def __init__(
        self,
        in_channels: int,
        channels: int,
        n: int,
        kernel: Triple,
        stride: Triple,
        norm: str,
        residual: bool,
    ) -> None:
        super().__init__()
        self.residual = residual
        self.units = nn.ModuleList()
        for i in range(n):
            first = i == 0
            self.units.append(
                ConvUnit(
                    in_channels if first else channels, channels, kernel, stride if first else (1, 1, 1), norm
                )
            )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, X, Y, Z) -> (B, K, X / stride, ...)."""
        x = self.units[0](x)
        bridge: Tensor | None = None
        for i, unit in enumerate(list(self.units)[1:]):
            if not self.residual:
                x = unit(x)
            elif i % 2 == 0 and i + 2 < len(self.units):
                bridge, x = x, unit(x)
            else:
                x = unit(x, x if bridge is None else bridge)
                bridge = None
        return x


class UNet(nn.Module):
    """A U-Net with per-level pooling; logits have the input's size.

    With ``norm="instance"`` or ``"group"`` the statistics are those of the tile: the result of a voxel
    depends on the tile that it was predicted in, so predict in one fixed box (the model's prior box), as
    training does. ``norm="batch"`` has no such dependence in evaluation mode.

    Args:
        in_channels, n_classes: input channels (without coordinates) and output classes.
        widths: channels per level, full resolution first; multiples of 16 (or 8) run fastest on a CPU.
        pooling: the stride (x, y, z) of each level after the first: one triple less than widths. The default
            keeps the slice axis at the first step; use (2, 2, 2) throughout for isotropic voxels.
        kernels: kernel (odd) per level; 3x3x3 everywhere when None. (3, 3, 1) suits levels with thick slices.
        convolutions: convolutions per encoder level; all 2 when None.
        decoder_convolutions: convolutions per decoder level.
        stem: space-to-depth factors in front of the first level, undone behind the logits; (1, 1, 1) is none.
        norm: "instance", "group" (of eight channels), "batch" or "none".
        residual: identity bridges over pairs of convolutions.
        deep_supervision: number of resolutions that give logits in training mode (1 = the full one only);
            at most one per level.
        coordinates: coordinate channels that join the input (0 or 3).
        dropout: elementwise dropout at the lowest level.
        patch: the training patch (x, y, z) that ``patch_input`` announces; four times ``multiple`` when None.

    Raises:
        ValueError: options that contradict each other.
    """

    halo: Triple = (0, 0, 0)
    dense = True

    def __init__(
        self,
        in_channels: int = 1,
        n_classes: int = STANDARD.n_classes,
        *,
        widths: Sequence[int] = (16, 32, 64, 96),
        pooling: Sequence[Sequence[int]] = ((2, 2, 1), (2, 2, 2), (2, 2, 2)),
        kernels: Sequence[Sequence[int]] | None = None,
        convolutions: Sequence[int] | None = None,
        decoder_convolutions: int = 1,
        stem: Sequence[int] = (1, 1, 1),
        norm: str = "instance",
        residual: bool = False,
        deep_supervision: int = 3,
        coordinates: int = 0,
        dropout: float = 0.0,
        patch: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        n_levels = len(widths)
        strides = [_triple(p) for p in pooling]
        edges = [_triple(k) for k in kernels] if kernels is not None else [(3, 3, 3)] * n_levels
        counts = [int(n) for n in convolutions] if convolutions is not None else [2] * n_levels
        if len(strides) != n_levels - 1:
            raise ValueError(f"{n_levels} widths need {n_levels - 1} pooling triples, not {len(strides)}")
        if len(edges) != n_levels or any(e % 2 == 0 for edge in edges for e in edge):
            raise ValueError(f"kernels must be {n_levels} triples of odd numbers")
        if len(counts) != n_levels or min(*counts, decoder_convolutions) < 1:
            raise ValueError(
                f"convolutions must be {n_levels} numbers of at least 1, and the decoder's at least 1"
            )
        if deep_supervision < 1:
            raise ValueError("deep_supervision must be at least 1, the full resolution")
        self._stem = _triple(stem)
        self.n_coordinates = int(coordinates)
        self.uses_coordinates = coordinates > 0
        self.deep_supervision = min(int(deep_supervision), n_levels)
        self.strides: list[Triple] = [self._stem]
        for stride in strides:
            self.strides.append(_times(self.strides[-1], stride))
        self.multiple: Triple = self.strides[-1]
        self.context = self._receptive_radius(strides, edges, counts, decoder_convolutions)
        x, y, z = self.multiple
        self.patch_input: Triple = _triple(patch) if patch is not None else (4 * x, 4 * y, 4 * z)
        self.patch_output: Triple = self.patch_input
        self._options: dict[str, Any] = {
            "in_channels": int(in_channels),
            "n_classes": int(n_classes),
            "widths": [int(w) for w in widths],
            "pooling": [list(s) for s in strides],
            "kernels": [list(e) for e in edges],
            "convolutions": counts,
            "decoder_convolutions": int(decoder_convolutions),
            "stem": list(self._stem),
            "norm": norm,
            "residual": bool(residual),
            "deep_supervision": self.deep_supervision,
            "coordinates": self.n_coordinates,
            "dropout": float(dropout),
            "patch": list(self.patch_input),
        }
        block = math.prod(self._stem)
        channels = (in_channels + self.n_coordinates) * block
        self.encoder = nn.ModuleList()
        for i, width in enumerate(widths):
            stride = strides[i - 1] if i else (1, 1, 1)
            self.encoder.append(Level(channels, width, counts[i], edges[i], stride, norm, residual))
            channels = width
        self.drop = nn.Dropout(dropout) if dropout else None
        self.lift = nn.ModuleList(nn.Conv3d(widths[i + 1], widths[i], 1) for i in range(n_levels - 1))
        self.decoder = nn.ModuleList(
            Level(widths[i], widths[i], decoder_convolutions, edges[i], (1, 1, 1), norm, residual)
            for i in range(n_levels - 1)
        )
        self.heads = nn.ModuleList(
            nn.Conv3d(widths[i], n_classes * (block if i == 0 else 1), 1)
            for i in range(self.deep_supervision)
        )
        for layer in self.modules():
            if isinstance(layer, nn.Conv3d):
                nn.init.kaiming_normal_(layer.weight, a=LEAK)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        # The heads too: started near zero, they starve the network of gradient, and it learns several times slower.

    def _receptive_radius(
        self, strides: list[Triple], edges: list[Triple], counts: list[int], decoder_convolutions: int
    ) -> Triple:
        """Radius of the receptive field in input voxels: the way down to the last level and up again.

        An upper bound. Statistics of instance and group normalisation reach further, over the whole tile.
        """
        radius = []
        for axis in range(3):
            reach = self._stem[axis] - 1
            for i, kernel in enumerate(edges):
                half = kernel[axis] // 2
                here = self.strides[i][axis]
                before = self.strides[i - 1][axis] if i else here
                reach += half * before + (counts[i] - 1) * half * here
                if i < len(strides):
                    reach += decoder_convolutions * half * here + (self.strides[i + 1][axis] - here)
            radius.append(reach)
        return radius[0], radius[1], radius[2]

    @property
    def output_strides(self) -> list[Triple]:
        """The stride (x, y, z) of each output in training mode, the full resolution first."""
        return [(1, 1, 1), *self.strides[1 : self.deep_supervision]]

    def options(self) -> dict[str, Any]:
        """The keyword arguments that rebuild this network, as JSON-able values."""
        return dict(self._options)

    def forward(self, x: Tensor, coordinates: Tensor | None = None) -> Any:
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
