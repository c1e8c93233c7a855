"""Label-driven registration: an affine from the moments of shared structures, then demons on their smoothed label maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import Affine, Grid

Channels = NDArray[np.float32]


def moment_points(points: NDArray[np.float64], reach: float = 1.5) -> NDArray[np.float64]:
    """Seven landmarks (7, 3) of a structure: its centroid, and ``reach`` standard deviations each way along each axis."""
    centre, spread = points.mean(axis=0), points.std(axis=0)
    offsets = np.vstack(
        [np.zeros(3), *(sign * reach * spread[a] * np.eye(3)[a] for a in range(3) for sign in (-1, 1))]
    )
    return centre + offsets


def fit_affine(source: NDArray[np.float64], target: NDArray[np.float64]) -> Affine:
    """The affine (4, 4) that takes landmarks ``source`` (n, 3) to ``target`` (n, 3) with least squared error."""
    homogeneous = np.c_[source, np.ones(len(source))]
    solution = np.linalg.lstsq(homogeneous, target, rcond=None)[0]
    affine = np.eye(4)
    affine[:3] = solution.T
    return affine


def smoothed_channels(data: NDArray[Any], groups: Sequence[Sequence[int]], sigma: float) -> Channels:
    """One smoothed indicator map per group of label values: (C, x, y, z)."""
    return np.stack([ndimage.gaussian_filter(np.isin(data, g).astype(np.float32), sigma) for g in groups])


def sample(data: NDArray[Any], to_voxel: NDArray[Any], grid: Grid, order: int = 0) -> NDArray[Any]:
    """Sample ``data`` on a grid; ``to_voxel`` takes world mm of the grid to voxels of the data; 0 outside."""
    matrix = to_voxel @ grid.affine
    result: NDArray[Any] = ndimage.affine_transform(
        data, matrix[:3, :3], matrix[:3, 3], output_shape=grid.shape, order=order, mode="constant"
    )
    return result


def warp(channels: Channels, displacement: NDArray[np.float32]) -> Channels:
    """Pull channels (C, x, y, z) through a displacement (3, x, y, z) in voxels: result(p) = channels(p + u(p))."""
    where = np.indices(channels.shape[1:], dtype=np.float32) + displacement
    return np.stack([ndimage.map_coordinates(c, where, order=1, mode="nearest") for c in channels])


def demons(
    fixed: Channels,
    moving: Channels,
    iterations: int = 40,
    step: float = 1.0,
    fluid: float = 1.0,
    elastic: float = 1.2,
) -> NDArray[np.float32]:
    """Multi-channel demons with symmetric forces (Thirion 1998; Vercauteren et al. 2009).

    Finds u (3, x, y, z), in voxels, with moving(p + u(p)) close to fixed(p). ``step`` bounds one update (voxels), ``fluid``
    and ``elastic`` are the Gaussian widths (voxels) that smooth the update and the whole field.
    """
    displacement = np.zeros((3, *fixed.shape[1:]), np.float32)
    fixed_gradient = np.stack([np.stack(np.gradient(c)) for c in fixed])
    for _ in range(iterations):
        warped = warp(moving, displacement)
        difference = fixed - warped
        force = np.zeros_like(displacement)
        weight = np.full(fixed.shape[1:], 1e-6, np.float32)
        for c, channel in enumerate(warped):
            gradient = 0.5 * (fixed_gradient[c] + np.stack(np.gradient(channel)))
            force += difference[c] * gradient
            weight += (gradient**2).sum(axis=0) + (difference[c] / (2 * step)) ** 2
        update = np.stack([ndimage.gaussian_filter(f / weight, fluid) for f in force])
        displacement = np.stack([ndimage.gaussian_filter(d, elastic) for d in displacement + update])
    return displacement


def displace_points(
    points: NDArray[np.float64], displacement: NDArray[np.float32], affine: Affine
) -> NDArray[np.float64]:
    """Where template points (n, 3, mm) go: the inverse of p -> p + u(p), found by fixed-point iteration.

    ``displacement`` (voxels) lives on a grid with this (isotropic, unrotated) affine; outside of it points stay.
    """
    size = np.diag(affine)[:3]
    result = points.copy()
    for _ in range(12):
        voxel = (result - affine[:3, 3]) / size
        u = np.stack(
            [ndimage.map_coordinates(d, voxel.T, order=1, mode="constant") for d in displacement], axis=1
        )
        result = points - u * size
    return result
