"""Tiles: how a volume is cut into pieces for a network, and what a piece is given beyond the volume."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Box = tuple[slice, slice, slice]
ONE_PIECE_VOXELS = 1_000_000
"""A padding network is given a region of up to so many voxels in one piece. Cut into tiles, each with its whole
receptive field around it, the bundled model's prior box would cost 17 times the work."""


def in_one_piece(shape: Sequence[int]) -> bool:
    """Whether a padding network is given a region of ``shape`` voxels in one piece."""
    return math.prod(shape) <= ONE_PIECE_VOXELS


def split_evenly(length: int, most: int) -> list[slice]:
    """Cut 0..length into the fewest nearly equal pieces of at most ``most``."""
    pieces = max(1, -(-length // most))
    edges = [round(i * length / pieces) for i in range(pieces + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


def tiles(shape: Sequence[int], tile: Sequence[int]) -> list[Box]:
    """Tiles that cover ``shape`` without overlap."""
    x, y, z = (split_evenly(n, t) for n, t in zip(shape, tile, strict=True))
    return [(a, b, c) for a in x for b in y for c in z]


def cut(
    array: NDArray[Any], low: Sequence[int] | NDArray[Any], size: Sequence[int], fill: Sequence[float]
) -> NDArray[np.float32]:
    """Take (C, *size) starting at voxel ``low`` (may be negative); outside the array stands ``fill`` per channel."""
    result = np.empty((array.shape[0], *size), np.float32)
    source, target = [], []
    for start, n, length in zip(low, size, array.shape[1:], strict=True):
        first, last = max(0, start), min(length, start + n)
        source.append(slice(first, max(first, last)))
        target.append(slice(first - start, max(first, last) - start))
    if [s.stop - s.start for s in target] != list(size):
        result[:] = np.asarray(fill, np.float32).reshape(-1, 1, 1, 1)
    result[(slice(None), *target)] = array[(slice(None), *source)]
    return result
