"""The scan of a simulated subject: voxels, field strength, direction of B0, what background removal leaves."""

import numpy as np
from numpy.typing import NDArray

from ..image import Grid
from .anatomy import GRID
from .physics import Scan

Map = NDArray[np.float32]
Triple = tuple[float, float, float]

#: Voxel sizes (mm) as scanned, and their weights: clinical sub-millimetre planes with thick slices lead.
VOXEL_SIZES: tuple[tuple[tuple[float, float, float], float], ...] = (
    ((0.94, 0.94, 3.0), 0.22),
    ((1.0, 1.0, 3.0), 0.10),
    ((0.8, 0.8, 3.0), 0.12),
    ((0.94, 0.94, 2.0), 0.14),
    ((1.0, 1.0, 2.0), 0.10),
    ((0.8, 0.8, 2.0), 0.08),
    ((1.0, 1.0, 1.0), 0.12),
    ((0.8, 0.8, 1.4), 0.06),
    ((0.5, 0.5, 2.0), 0.04),
    ((0.6, 0.6, 1.2), 0.02),
)


#: Share of the scans whose voxels are drawn instead: edges in the plane and slices, mm.
DRAWN_VOXELS, IN_PLANE_MM, SLICES_MM = 0.35, (0.5, 1.5), (1.0, 4.0)


def b0_direction(rng: np.random.Generator) -> tuple[float, float, float]:
    """Along the scanner's axis; in a quarter of the scans the slices are oblique, by up to 25 degrees."""
    tilt = np.deg2rad(rng.uniform(0, 25) if rng.uniform() < 0.25 else rng.uniform(0, 5))
    around = rng.uniform(0, 2 * np.pi)
    return float(np.sin(tilt) * np.cos(around)), float(np.sin(tilt) * np.sin(around)), float(np.cos(tilt))


def draw_scan(rng: np.random.Generator, voxel_size: Triple | None) -> tuple[Scan, Grid]:
    """Draw a scan; returns it with its grid, which fills GRID's field of view."""
    if voxel_size is None:
        sizes, weights = zip(*VOXEL_SIZES, strict=True)
        size = np.array(sizes[rng.choice(len(sizes), p=np.array(weights) / sum(weights))])
        size = np.clip(size * np.exp(rng.normal(0.0, 0.05)), 0.5, 3.2)
        if rng.uniform() < DRAWN_VOXELS:
            plane = float(np.exp(rng.uniform(*np.log(IN_PLANE_MM))))
            size = np.array([plane, plane, rng.uniform(max(plane, SLICES_MM[0]), SLICES_MM[1])])
    else:
        size = np.array(voxel_size, float)
    extent = np.array(GRID.shape) * GRID.spacing[0]
    i, j, k = (int(2 * round(e / s / 2)) for e, s in zip(extent, size, strict=True))
    affine = GRID.affine.copy()
    affine[:3, :3] = np.diag(extent / (i, j, k))
    tesla = float(rng.choice([1.5, 3.0, 7.0], p=[0.15, 0.75, 0.10]))
    echo = float(rng.uniform(9, 22) * 3.0 / tesla)
    return Scan(tesla, echo, float(np.exp(rng.uniform(np.log(12), np.log(70)))), (i, j, k)), Grid(
        (i, j, k), affine
    )


def residual_background(grid: Grid, rng: np.random.Generator) -> Map:
    """What background removal leaves: a random polynomial of degree 2 and 3, up to a ppb across the head.

    Harmonic in positions from -1 to 1 along each axis, hence nearly so in mm.
    """
    x, y, z = (
        np.linspace(-1, 1, n, dtype=np.float32).reshape([-1 if b == a else 1 for b in range(3)])
        for a, n in enumerate(grid.shape)
    )
    terms = [
        x * y,
        x * z,
        y * z,
        x**2 - y**2,
        2 * z**2 - x**2 - y**2,
        x * y * z,
        z * (x**2 - y**2),
        x * (4 * z**2 - x**2 - y**2),
    ]
    total = sum(np.float32(rng.normal(0, 0.0003)) * t for t in terms)
    return np.asarray(np.broadcast_to(total, grid.shape), np.float32)
