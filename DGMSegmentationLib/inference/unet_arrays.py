"""The U-Net in numpy: what ``models.networks.unet`` computes, as products of matrices.

Importing torch takes several times longer than all that a run of ``dgmseg segment`` computes. A convolution is a product of
its weights with the neighbours of each voxel, laid out plane by plane so that they stay in the processor's cache; BLAS does
the products as fast as torch its convolutions.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..models.unet_shape import LEAK, STATISTICS, Triple, UNetShape, groups_of

EPSILON = 1e-5
"""Of torch's normalisation layers."""
Arrays = Mapping[str, NDArray[Any]]
Maps = NDArray[np.float32]
"""Feature maps plane by plane, (x, channels, y, z)."""


class _Convolution(NamedTuple):
    """One layer: its weights (outputs, inputs, *kernel), and the size of its result."""

    weight: Maps
    kernel: Triple
    stride: Triple
    size: Triple


class UNetOfArrays:
    """A U-Net for one size of tile; probabilities (n_classes, X, Y, Z) of images (in_channels, X, Y, Z)."""

    def __init__(self, shape: UNetShape, arrays: Arrays, tile: Triple, threads: int) -> None:
        """``arrays`` are the weights that ``shape.weights()`` names; ``tile`` is a multiple of ``shape.multiple``."""
        self.shape, self.threads = shape, threads
        self._arrays = {name: np.asarray(array, np.float32) for name, array in arrays.items()}
        self._sizes = [_over(tile, stride) for stride in shape.strides]
        x, y, z = (max(k[axis] // 2 for k in shape.kernels) for axis in range(3))
        self._border: Triple = (x, y, z)
        self._pool = ThreadPoolExecutor(threads, "dgmseg network")

    def __call__(self, images: NDArray[np.float32], stop: Callable[[], None] = lambda: None) -> Maps:
        """One pass; ``stop()`` is called between the layers, and raises when the pass is to end."""
        options = self.shape.options
        x = self._blocks(images)
        skips = []
        for i, count in enumerate(self.shape.convolutions):
            stride = self.shape.pooling[i - 1] if i else (1, 1, 1)
            for n in range(count):
                stop()
                x = self._unit(f"encoder.{i}.units.{n}", x, i, (1, 1, 1) if n else stride)
            skips.append(x)
        skips.pop()
        for i in reversed(range(len(skips))):
            x = self._lifted(i, x, skips[i])
            for n in range(options.decoder_convolutions):
                stop()
                x = self._unit(f"decoder.{i}.units.{n}", x, i, (1, 1, 1))
        return self._probabilities(x)

    def _unit(self, name: str, x: Maps, level: int, stride: Triple) -> Maps:
        """Convolution, normalisation and leaky ReLU; x and the result have borders of zeros."""
        size, weight = self._sizes[level], self._arrays[f"{name}.conv.weight"]
        step = _Convolution(weight, self.shape.kernels[level], stride, size)
        found = np.empty((size[0], weight.shape[0], math.prod(size[1:])), np.float32)
        convolved = self._convolve if stride[0] == 1 else self._convolve_apart
        self._each(size[0], lambda *planes: convolved(step, x, found, planes))
        scale, shift = self._scale(name, found)
        result = self._empty(size, weight.shape[0])
        inner = self._inner(result, size)

        def finish(first: int, last: int) -> None:
            for plane, target in zip(found[first:last], inner[first:last], strict=True):
                plane *= scale
                plane += shift
                np.maximum(plane, plane * np.float32(LEAK), out=plane)
                target[...] = plane.reshape(target.shape)

        self._each(size[0], finish)
        return result

    def _convolve(self, step: _Convolution, x: Maps, found: Maps, planes: tuple[int, int]) -> None:
        """Planes (first, last) of a convolution that leaves out no plane: each plane of ``x`` is laid out once, and
        gives its part to as many planes as the kernel is thick.
        """
        (weight, kernel, stride, size), (first, last) = step, planes
        outputs, half = weight.shape[0], kernel[0] // 2
        matrix = weight.transpose(2, 0, 3, 4, 1).reshape(kernel[0] * outputs, -1)
        around = np.empty((*kernel[1:], weight.shape[1], *size[1:]), np.float32)
        rows = around.reshape(-1, math.prod(size[1:]))
        found[first:last] = 0
        for plane in range(max(0, first - half), min(size[0], last + half)):
            low, high = max(0, plane + half - last + 1), min(kernel[0] - 1, plane + half - first)
            self._lay_out(x[plane + self._border[0]], kernel, stride, around)
            parts = matrix[low * outputs : (high + 1) * outputs] @ rows
            for k, part in zip(range(low, high + 1), parts.reshape(-1, *found.shape[1:]), strict=True):
                found[plane + half - k] += part

    def _convolve_apart(self, step: _Convolution, x: Maps, found: Maps, planes: tuple[int, int]) -> None:
        """Planes (first, last) of a convolution with a stride across planes."""
        (weight, kernel, stride, size), (first, last) = step, planes
        matrix = weight.transpose(0, 2, 3, 4, 1).reshape(weight.shape[0], -1)
        around = np.empty((*kernel, weight.shape[1], *size[1:]), np.float32)
        for plane in range(first, last):
            start = plane * stride[0] + self._border[0] - kernel[0] // 2
            for k in range(kernel[0]):
                self._lay_out(x[start + k], kernel, stride, around[k])
            np.matmul(matrix, around.reshape(matrix.shape[1], -1), out=found[plane])

    def _lay_out(self, plane: Maps, kernel: Triple, stride: Triple, around: Maps) -> None:
        """The neighbours within a plane (channels, y, z) of each of its voxels: (kernel y, kernel z, channels, y, z)."""
        starts = [b - k // 2 for b, k in zip(self._border[1:], kernel[1:], strict=True)]
        for (a, b), target in zip(
            np.ndindex(*kernel[1:]), around.reshape(-1, *around.shape[2:]), strict=True
        ):
            y, z = starts[0] + a, starts[1] + b
            height, width = target.shape[1:]
            target[...] = plane[
                :, y : y + height * stride[1] : stride[1], z : z + width * stride[2] : stride[2]
            ]

    def _scale(self, name: str, found: Maps) -> tuple[Maps, Maps]:
        """What each channel of a convolution's result is multiplied by, and what is added, as columns (channels, 1)."""
        norm = self.shape.options.norm
        if norm == "none":
            bias = self._arrays[f"{name}.conv.bias"]
            return np.ones((bias.size, 1), np.float32), bias.reshape(-1, 1)
        weight, shift = (
            self._arrays[f"{name}.norm.{part}"].astype(np.float64) for part in ("weight", "bias")
        )
        if norm == "batch":
            mean, variance = (self._arrays[f"{name}.norm.{part}"].astype(np.float64) for part in STATISTICS)
        else:
            mean, variance = self._moments(found, groups_of(norm, weight.size))
        scale = weight / np.sqrt(variance + EPSILON)
        columns = np.stack([scale, shift - mean * scale]).astype(np.float32)
        return columns[0][:, None], columns[1][:, None]

    def _moments(self, found: Maps, groups: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and variance of each channel's group over all voxels, one entry a channel."""
        means, spreads = (np.empty(found.shape[:2]) for _ in range(2))

        def measure(first: int, last: int) -> None:
            for n in range(first, last):
                means[n] = found[n].mean(axis=1)
                off = found[n] - means[n][:, None].astype(np.float32)
                spreads[n] = np.einsum("cv,cv->c", off, off) / off.shape[1]

        self._each(len(found), measure)
        by_group = (len(found), groups, -1)
        means, spreads = means.reshape(by_group), spreads.reshape(by_group)
        mean = means.mean(axis=(0, 2))
        variance = spreads.mean(axis=(0, 2)) + ((means - mean[:, None]) ** 2).mean(axis=(0, 2))
        channels = found.shape[1] // groups
        return np.repeat(mean, channels), np.repeat(variance, channels)

    def _lifted(self, level: int, x: Maps, skip: Maps) -> Maps:
        """The level's own maps plus those of the level below, brought to its channels, each voxel repeated along each axis."""
        weight, bias = (self._arrays[f"lift.{level}.{part}"] for part in ("weight", "bias"))
        inner, below = self._inner(skip, self._sizes[level]), self._inner(x, self._sizes[level + 1])
        fx, fy, fz = self.shape.pooling[level]

        def add(first: int, last: int) -> None:
            for n in range(first, last):
                plane = (
                    weight.reshape(weight.shape[:2]) @ below[n].reshape(below.shape[1], -1) + bias[:, None]
                )
                plane = plane.reshape(-1, *below.shape[2:])
                for a, b, c in product(range(fx), range(fy), range(fz)):
                    inner[n * fx + a, :, b::fy, c::fz] += plane

        self._each(len(below), add)
        return skip

    def _blocks(self, images: NDArray[np.float32]) -> Maps:
        """Images (C, X, Y, Z) as maps of the stem's blocks, with borders of zeros."""
        stem, size = self.shape.stem, self._sizes[0]
        split = images.reshape(-1, *(n for pair in zip(size, stem, strict=True) for n in pair))
        x = self._empty(size, len(images) * self.shape.block)
        inner = split.transpose(1, 0, 2, 4, 6, 3, 5).reshape(size[0], -1, *size[1:])
        self._inner(x, size)[...] = inner
        return x

    def _probabilities(self, x: Maps) -> NDArray[np.float32]:
        options, stem, size = self.shape.options, self.shape.stem, self._sizes[0]
        weight, bias = (self._arrays[f"heads.0.{part}"] for part in ("weight", "bias"))
        inner = self._inner(x, size)
        result = np.empty(
            (options.n_classes, *(n for pair in zip(size, stem, strict=True) for n in pair)), np.float32
        )

        def finish(first: int, last: int) -> None:
            for n in range(first, last):
                logits = (
                    weight.reshape(weight.shape[:2]) @ inner[n].reshape(inner.shape[1], -1) + bias[:, None]
                )
                logits = logits.reshape(options.n_classes, *stem, *size[1:])
                logits -= logits.max(axis=0)
                np.exp(logits, out=logits)
                logits /= logits.sum(axis=0)
                result[:, n] = logits.transpose(0, 1, 4, 2, 5, 3)

        self._each(size[0], finish)
        return result.reshape(options.n_classes, *(n * f for n, f in zip(size, stem, strict=True)))

    def _each(self, count: int, work: Callable[[int, int], None]) -> None:
        """``work(first, last)`` over parts of ``count`` planes, side by side; small ones, so that no thread waits long."""
        step = max(1, -(-count // (2 * self.threads)))
        parts = [(first, min(count, first + step)) for first in range(0, count, step)]
        for _ in self._pool.map(lambda part: work(*part), parts):
            pass

    def _empty(self, size: Triple, channels: int) -> Maps:
        x, y, z = (n + 2 * b for n, b in zip(size, self._border, strict=True))
        return np.zeros((x, channels, y, z), np.float32)

    def _inner(self, maps: Maps, size: Sequence[int]) -> Maps:
        """Maps without their borders."""
        x, y, z = (slice(b, b + n) for b, n in zip(self._border, size, strict=True))
        return maps[x, :, y, z]


def _over(a: Triple, b: Triple) -> Triple:
    return a[0] // b[0], a[1] // b[1], a[2] // b[2]
