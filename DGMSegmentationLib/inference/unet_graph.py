"""The U-Net as an OpenVINO graph, made of its weights as numpy arrays: what ``models.networks.unet`` computes, without torch.

Importing torch takes longer than all of a run's arithmetic; OpenVINO (extra ``fast-cpu``) is there in a fifth of that time.
"""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..models.network_options import UNetOptions
from ..models.unet_shape import LEAK, STATISTICS, Triple, UNetShape, groups_of
from .openvino_package import openvino_package

if TYPE_CHECKING:
    from openvino import Model as Graph
    from openvino import Node

_EPSILON = 1e-5
"""Of torch's normalisation layers."""
Arrays = Mapping[str, NDArray[Any]]


def has_graph(options: UNetOptions) -> bool:
    """Whether a U-Net can be made without torch. Not with identity bridges, at which OpenVINO 2026.4 ends the process."""
    return not options.residual and not options.coordinates


def unet_graph(shape: UNetShape, arrays: Arrays, tile: Triple) -> "Graph":
    """Probabilities (1, n_classes, X, Y, Z) of images (1, in_channels, X, Y, Z) for one size of tile.

    ``arrays`` are the weights that ``shape.weights()`` names; :func:`has_graph` says which networks this is for.
    """
    ov = openvino_package()
    return _Builder(ov, shape, arrays).graph(tile)


class _Builder:
    def __init__(self, ov: ModuleType, shape: UNetShape, arrays: Arrays) -> None:
        from openvino import opset13

        self.ov, self.op, self.shape, self.arrays = ov, opset13, shape, arrays

    def graph(self, tile: Triple) -> "Graph":
        options, op = self.shape.options, self.op
        images = op.parameter([1, options.in_channels, *tile], np.float32, name="images")
        x = self._to_depth(images, options.in_channels, tile)
        skips = []
        for i, count in enumerate(self.shape.convolutions):
            stride = self.shape.pooling[i - 1] if i else (1, 1, 1)
            x = self._level(f"encoder.{i}", x, count, self.shape.kernels[i], stride)
            skips.append(x)
        skips.pop()
        for i in reversed(range(len(skips))):
            lifted = self._convolution(f"lift.{i}", x, (1, 1, 1), (1, 1, 1), biased=True)
            x = op.add(self._upsampled(lifted, self.shape.pooling[i]), skips[i])
            count = options.decoder_convolutions
            x = self._level(f"decoder.{i}", x, count, self.shape.kernels[i], (1, 1, 1))
        logits = self._convolution("heads.0", x, (1, 1, 1), (1, 1, 1), biased=True)
        result = op.softmax(self._to_space(logits, options.n_classes, tile), 1)
        return self.ov.Model([op.result(result)], [images], "unet")

    def _level(self, name: str, x: "Node", count: int, kernel: Triple, stride: Triple) -> "Node":
        norm = self.shape.options.norm
        for i in range(count):
            unit = f"{name}.units.{i}"
            x = self._convolution(
                f"{unit}.conv", x, kernel, (1, 1, 1) if i else stride, biased=norm == "none"
            )
            x = self.op.prelu(self._normalised(f"{unit}.norm", x, norm), _floats([LEAK]))
        return x

    def _convolution(self, name: str, x: "Node", kernel: Triple, stride: Triple, biased: bool) -> "Node":
        pads = [k // 2 for k in kernel]
        weight = self.op.constant(self.arrays[f"{name}.weight"])
        x = self.op.convolution(x, weight, list(stride), pads, pads, [1, 1, 1])
        if not biased:
            return x
        return self.op.add(x, self.op.constant(self.arrays[f"{name}.bias"].reshape(1, -1, 1, 1, 1)))

    def _normalised(self, name: str, x: "Node", norm: str) -> "Node":
        if norm == "none":
            return x
        scale, shift = self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"]
        if norm == "batch":
            mean, variance = (self.arrays[f"{name}.{part}"] for part in STATISTICS)
            return self.op.batch_norm_inference(x, scale, shift, mean, variance, _EPSILON)
        if norm == "instance":  # as one group a channel would take the maps to another layout and back
            x = self.op.mvn(x, _whole([2, 3, 4]), True, _EPSILON, "inside_sqrt")
            x = self.op.multiply(x, self.op.constant(scale.reshape(1, -1, 1, 1, 1)))
            return self.op.add(x, self.op.constant(shift.reshape(1, -1, 1, 1, 1)))
        return self.op.group_normalization(x, scale, shift, groups_of(norm, scale.size), _EPSILON)

    def _upsampled(self, x: "Node", factors: Triple) -> "Node":
        """Each voxel repeated along each axis; tiles are multiples of all strides, so sizes fit."""
        return self.op.interpolate(
            x,
            _floats(factors),
            mode="nearest",
            shape_calculation_mode="scales",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
            axes=_whole([2, 3, 4]),
        )

    def _to_depth(self, x: "Node", channels: int, tile: Triple) -> "Node":
        if self.shape.block == 1:
            return x
        (fx, fy, fz), (nx, ny, nz) = self.shape.stem, self._cells(tile)
        split, order = [channels, nx, fx, ny, fy, nz, fz], [0, 2, 4, 6, 1, 3, 5]
        return self._rearranged(x, split, order, [channels * self.shape.block, nx, ny, nz])

    def _to_space(self, x: "Node", channels: int, tile: Triple) -> "Node":
        if self.shape.block == 1:
            return x
        split, order = [channels, *self.shape.stem, *self._cells(tile)], [0, 4, 1, 5, 2, 6, 3]
        return self._rearranged(x, split, order, [channels, *tile])

    def _cells(self, tile: Triple) -> Triple:
        """Blocks of the stem along each axis of a tile."""
        nx, ny, nz = (n // f for n, f in zip(tile, self.shape.stem, strict=True))
        return nx, ny, nz

    def _rearranged(
        self, x: "Node", split: Sequence[int], order: Sequence[int], shape: Sequence[int]
    ) -> "Node":
        """Axes behind the batch's split, put into another order, and joined to a shape.

        Axes of one voxel are left out: with few of them OpenVINO takes its fast way.
        """
        kept = [axis for axis in order if split[axis] > 1]
        names = sorted(kept)
        x = self.op.reshape(x, _whole([split[axis] for axis in names]), False)
        x = self.op.transpose(x, _whole([names.index(axis) for axis in kept]))
        return self.op.reshape(x, _whole([1, *shape]), False)


def _floats(values: Sequence[float]) -> NDArray[np.float32]:
    return np.asarray(values, np.float32)


def _whole(values: Sequence[int]) -> NDArray[np.int64]:
    return np.asarray(values, np.int64)
