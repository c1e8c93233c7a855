"""Where the deep veins run, and how tubes and blobs are drawn into a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import make_interp_spline

#: The deep veins of the left side (both sides: mirrored), as control points in MNI space (mm), drawn by hand after the usual
#: anatomy of the deep venous system (internal cerebral, thalamostriate, septal, basal, atrial veins). `template` warps them.
_LEFT: dict[str, list[tuple[float, float, float]]] = {
    "internal_cerebral": [
        (-2.5, 0, 8),
        (-2.5, -8, 13),
        (-2, -18, 15),
        (-2, -28, 13),
        (-1.5, -36, 9),
        (0, -41, 7),
    ],
    "thalamostriate": [(-2.5, 0, 8), (-6, -2, 13), (-11, -6, 17), (-15, -14, 20), (-18, -23, 21)],
    "septal": [(-2.5, 0, 8), (-2, 7, 9), (-2.5, 15, 8), (-4, 23, 6), (-9, 29, 8)],
    "anterior_caudate": [(-8, -3, 15), (-12, 4, 18), (-16, 10, 20), (-19, 16, 22)],
    "caudate_small": [(-3, 1, 8), (-7, 8, 13), (-12, 14, 17), (-17, 20, 20)],
    "basal": [
        (-13, 4, -17),
        (-12, -5, -18),
        (-16, -13, -15),
        (-19, -21, -9),
        (-16, -30, -3),
        (-8, -37, 3),
        (0, -41, 7),
    ],
    "deep_middle_cerebral": [(-13, 4, -17), (-21, 5, -17), (-29, 2, -18), (-38, 1, -16)],
    "anterior_cerebral": [(-13, 4, -17), (-7, 9, -17), (-3, 16, -15), (-2, 28, -12)],
    "inferior_striate": [(-14, 4, -16), (-16, 3, -10), (-19, 4, -5), (-21, 6, 1)],
    "peduncular": [(-15, -13, -16), (-9, -12, -19), (-3, -10, -18)],
    "lateral_mesencephalic": [(-18, -22, -9), (-15, -27, -14), (-13, -30, -21)],
    "medial_atrial": [(-2, -33, 11), (-9, -38, 14), (-17, -42, 15), (-23, -47, 12)],
    "lateral_atrial": [(-2, -33, 11), (-11, -34, 15), (-20, -36, 18), (-26, -44, 17)],
    "inferior_ventricular": [(-16, -30, -3), (-24, -31, -2), (-31, -35, -5), (-34, -30, -12)],
    "thalamic": [(-2.5, -17, 14), (-6, -17, 10), (-9, -18, 7)],
}
_MIDLINE: dict[str, list[tuple[float, float, float]]] = {
    "great": [(0, -41, 7), (0, -46, 9), (0, -50, 12)],
    "straight": [(0, -50, 12), (0, -62, 4), (0, -75, -2), (0, -90, -8)],
    "precentral_cerebellar": [(0, -43, 5), (0, -45, -4), (0, -43, -12)],
}

#: Radius of each vein, mm, and how often it is seen.
RADIUS: dict[str, tuple[float, float]] = {
    "internal_cerebral": (1.0, 1.0),
    "thalamostriate": (0.75, 0.95),
    "septal": (0.6, 0.9),
    "anterior_caudate": (0.45, 0.7),
    "caudate_small": (0.35, 0.5),
    "basal": (0.8, 0.95),
    "deep_middle_cerebral": (0.8, 0.8),
    "anterior_cerebral": (0.55, 0.7),
    "inferior_striate": (0.4, 0.6),
    "peduncular": (0.45, 0.7),
    "lateral_mesencephalic": (0.5, 0.7),
    "medial_atrial": (0.55, 0.8),
    "lateral_atrial": (0.5, 0.7),
    "inferior_ventricular": (0.5, 0.7),
    "thalamic": (0.35, 0.5),
    "great": (1.9, 1.0),
    "straight": (1.6, 0.9),
    "precentral_cerebellar": (0.5, 0.6),
}

#: All control points, by name and side: "basal_L", "basal_R", "great".
VEINS: dict[str, list[tuple[float, float, float]]] = {
    **{f"{name}_L": line for name, line in _LEFT.items()},
    **{f"{name}_R": [(-x, y, z) for x, y, z in line] for name, line in _LEFT.items()},
    **_MIDLINE,
}

PINEAL = (0.0, -29.5, 2.5)
"""Centre of the pineal gland, MNI mm: often calcified."""


def smooth_line(points: NDArray[np.float64], step_mm: float) -> NDArray[np.float64]:
    """Positions (n, 3) about ``step_mm`` apart along a smooth curve through the control points (m >= 2, 3)."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1) + 1e-6)])
    curve = make_interp_spline(along, points, k=min(3, len(points) - 1))
    return np.asarray(curve(np.arange(0.0, along[-1], step_mm)))


def random_walk(rng: np.random.Generator, start: NDArray[np.float64], direction: NDArray[np.float64], length_mm: float,
                wander: float = 0.25) -> NDArray[np.float64]:  # fmt: skip
    """Control points (m, 3) of a wandering vessel: steps of 3 mm whose direction changes a little each time."""
    points = [start]
    heading = direction / np.linalg.norm(direction)
    for _ in range(max(2, int(length_mm / 3.0))):
        heading = heading + wander * rng.standard_normal(3)
        heading /= np.linalg.norm(heading)
        points.append(points[-1] + 3.0 * heading)
    return np.array(points)


def draw_balls(target: NDArray[np.float32], centres: NDArray[np.float64], radii: NDArray[np.float64]) -> None:
    """Raise ``target`` to the fraction of each voxel that lies in balls (centres and radii in voxels), in place."""
    reach = int(np.ceil(radii.max() + 1.0)) if len(radii) else 0
    if not reach:
        return
    offsets = np.stack(np.meshgrid(*[np.arange(-reach, reach + 1)] * 3, indexing="ij"), -1).reshape(-1, 3)
    base = np.rint(centres).astype(int)
    for start in range(0, len(base), 4096):
        part = slice(start, start + 4096)
        voxels = base[part, None, :] + offsets[None]
        distance = np.linalg.norm(voxels - centres[part, None, :], axis=-1)
        # Thinner than a voxel: the fraction falls with the square of the radius (a tube's cross-section).
        r = radii[part, None]
        fraction = np.clip(r - distance + 0.5, 0.0, 1.0) * np.minimum(1.0, (r / 0.6) ** 2)
        keep = (fraction > 0) & ((voxels >= 0) & (voxels < target.shape)).all(axis=-1)
        np.maximum.at(target, tuple(voxels[keep].T), fraction[keep].astype(np.float32))


def draw_tube(
    target: NDArray[np.float32], line_voxels: NDArray[np.float64], radius: float, rng: np.random.Generator
) -> None:
    """Draw a tube of slowly varying radius (voxels) along a dense line (voxels), in place."""
    if len(line_voxels) < 2:
        return
    variation = ndimage.gaussian_filter1d(rng.standard_normal(len(line_voxels)), 20, mode="nearest")
    variation *= 0.2 / max(float(variation.std()), 1e-6)
    draw_balls(target, line_voxels, radius * np.clip(1.0 + variation, 0.5, 1.6))
