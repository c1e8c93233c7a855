"""The parts of the U-Net: units of convolution, levels of one resolution, space-to-depth and back."""

from torch import Tensor, nn
from torch.nn import functional

from ..unet_shape import LEAK, Triple, groups_of
from .convolution import Convolution

NORMS = ("instance", "group", "batch", "none")


def make_norm(kind: str, channels: int) -> nn.Module:
    """A normalisation layer by name."""
    if kind in ("instance", "group"):
        # One channel a group is instance normalisation, and a third faster on a CPU than InstanceNorm3d.
        return nn.GroupNorm(groups_of(kind, channels), channels)
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
        self.conv = Convolution(in_channels, out_channels, kernel, stride, padding, bias=norm == "none")
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
