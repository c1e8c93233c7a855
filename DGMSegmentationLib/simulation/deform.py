"""A new individual from an old one: random smooth deformation, size, head tilt, nuclei that grow or shrink, wider ventricles.

A deformation is a map from the scanner's grid to positions in the anatomy; it is computed on a coarse grid and
interpolated, because all of its parts are smooth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from ..image import apply_weights, axis_weights
from .anatomy import GRID, Anatomy
from .tissues import RIGHT, code

_COARSE_MM = 2.4


@dataclass(frozen=True)
class Pose:
    """How the head lies in the scanner, relative to the anatomical frame (in which the red nuclei lie 32 degrees down).

    ``frame.rotation.T @ rotation @ (scanner - origin - shift) * scale + origin`` is the anatomy's position (mm).
    """

    rotation: NDArray[np.float64]
    shift: NDArray[np.float64]
    scale: NDArray[np.float64]


TILTED = 0.35
"""Share of the heads that lie far from straight."""


def random_pose(rng: np.random.Generator, tilts: bool = True) -> Pose:
    """A random head position: nodding by 1 +- 8 degrees, turned and tilted by 3.5; size +- 6 %.

    With ``tilts`` a third of the heads nod and roll by up to 21 degrees and turn by up to 12.
    """
    pitch, roll, yaw = rng.normal(1.0, 8.0), rng.normal(0.0, 3.5), rng.normal(0.0, 3.5)
    if tilts and rng.uniform() < TILTED:
        pitch, roll, yaw = rng.uniform(-20, 21), rng.uniform(-21, 21), rng.uniform(-12, 12)
    return pose_of(float(np.clip(pitch, -21, 22)), roll, yaw, rng)


def pose_of(pitch: float, roll: float, yaw: float, rng: np.random.Generator) -> Pose:
    """A head position with these angles (degrees); place and size at random."""
    rotation = Rotation.from_euler("xyz", [-pitch, roll, yaw], degrees=True).as_matrix()
    scale = np.exp(rng.normal(0.0, 0.05) + rng.normal(0.0, 0.03, 3))
    return Pose(rotation, rng.normal(0.0, 4.0, 3), scale)


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, ...], spacing: float, wavelength_mm: float
) -> NDArray[np.float32]:
    """Gaussian noise of unit variance, smooth over about ``wavelength_mm`` (sigma = a quarter of it)."""
    step = max(1.0, wavelength_mm / spacing / 8.0)
    coarse = [max(4, int(np.ceil(n / step)) + 2) for n in shape]
    noise = ndimage.gaussian_filter(
        rng.standard_normal(coarse, dtype=np.float32), wavelength_mm / spacing / step / 4.0
    )
    noise /= max(float(noise.std()), 1e-6)
    return apply_weights(
        noise, [axis_weights(c, 1.0, n, 1.0 / step, 0.5, False) for c, n in zip(coarse, shape, strict=True)]
    )


def random_positions(
    anatomy: Anatomy, pose: Pose, rng: np.random.Generator, strength: float = 1.0
) -> NDArray[np.float32]:
    """Voxel positions (3, x, y, z) in the anatomy for every voxel of ``GRID``, which is also the scanner's grid.

    ``strength`` scales every deformation beyond the pose; 0 leaves the individual as it is.
    """
    size = tuple(int(np.ceil(n * GRID.spacing[0] / _COARSE_MM)) + 1 for n in GRID.shape)
    axes = [np.arange(n) * _COARSE_MM + GRID.affine[a, 3] for a, n in enumerate(size)]
    world = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    centre = anatomy.frame.origin
    rotation = anatomy.frame.rotation.T @ pose.rotation
    position = ((world - centre - pose.shift) @ rotation.T) * pose.scale + centre
    if strength > 0:
        u = np.zeros_like(position)
        for wavelength, amplitude in ((70.0, 2.2), (32.0, 1.1), (16.0, 0.45)):
            for a in range(3):
                u[..., a] += (
                    strength
                    * amplitude
                    * rng.uniform(0.3, 1.2)
                    * smooth_noise(rng, size, _COARSE_MM, wavelength)
                )
        position = position + u
        position = _rescale_nuclei(position, anatomy, rng, strength)
        position = position + strength * _ventricle_push(position, anatomy, rng)
    voxel = (position - anatomy.affine[:3, 3]) / GRID.spacing[0]
    weights = [
        axis_weights(m, _COARSE_MM, n, GRID.spacing[0], 0.0, False)
        for m, n in zip(size, GRID.shape, strict=True)
    ]
    return np.stack([apply_weights(voxel[..., a], weights) for a in range(3)])


def _rescale_nuclei(
    position: NDArray[np.float64], anatomy: Anatomy, rng: np.random.Generator, strength: float
) -> NDArray[np.float64]:
    """Magnify or shrink around each nucleus, each axis by itself; the two sides alike but for a little."""
    result = position
    boxes: list[tuple[slice, ...] | None] = ndimage.find_objects(anatomy.labels)
    # The heads of the caudate lie further apart and further back in patients than in the young individuals of HOA-2.0, the
    # more so the wider apart they are, and SN is larger on QSM than in CIT168 (mean growth, mean shift to the side and to the
    # back in mm; SD of a shift to the side that goes with one to the back). A position looked up nearer to the midline moves
    # a nucleus away from it; one looked up nearer to its centre magnifies it.
    for label, spread, reach, growth, lateral, back, wander, apart in (
        (1, 0.09, 1.6, 0.05, 0.8, 0.0, 0.5, 0.0),
        (3, 0.09, 1.6, 0.09, 0.3, 0.0, 0.5, 0.0),
        (5, 0.06, 1.4, 0.04, 0.0, 0.0, 0.5, 0.0),
        (7, 0.06, 1.4, 0.05, 0.0, 0.6, 0.7, 0.0),
        (9, 0.10, 1.4, 0.0, 2.6, 0.8, 1.3, 1.2),
    ):
        factor = (rng.normal(0.0, spread, 3) - growth) * strength
        move = (rng.normal(0.0, wander, 3) + np.array([lateral, back, 0.0])) * strength
        if apart:
            shift = rng.normal(0.0, apart) * strength
            move += np.array([shift, 0.7 * shift, 0.0])
        for side in (0, 1):
            box = boxes[label + side - 1] if label + side <= len(boxes) else None
            if box is None:
                continue
            index = np.argwhere(anatomy.labels[box] == label + side) + [s.start for s in box]
            world = index * GRID.spacing[0] + anatomy.affine[:3, 3]
            centre, width = world.mean(axis=0), np.maximum(world.std(axis=0), 1.5) * reach * 1.5
            offset = result - centre
            near = np.exp(-0.5 * ((offset / width) ** 2).sum(axis=-1, keepdims=True))
            own = factor + rng.normal(0.0, 0.3 * spread, 3) * strength
            result = result + near * (np.clip(own, -0.22, 0.22) * offset + move * [-1 if side else 1, 1, 1])
    return np.asarray(result)


def _ventricle_push(
    position: NDArray[np.float64], anatomy: Anatomy, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Displacement (mm) that widens (ageing, atrophy) or narrows the ventricles: along the gradient of their blurred shape.

    In three heads of ten the ventricles are much wider: the blur is wider too, so that the caudate and what lies
    behind it give way without folds.
    """
    step = 3
    inside = np.isin(
        anatomy.tissue[::step, ::step, ::step], [code("ventricle"), code("choroid"), code("choroid") + RIGHT]
    )
    kind = rng.choice(3, p=[0.35, 0.35, 0.30])
    amount = (rng.uniform(-1.5, 1.0), rng.uniform(0.5, 4.0), rng.uniform(3.0, 8.0))[kind]
    blurred = ndimage.gaussian_filter(inside.astype(np.float32), (2.2, 2.2, 3.6)[kind])
    gradient = np.stack(np.gradient(blurred))
    gradient /= max(float(np.quantile(np.linalg.norm(gradient, axis=0), 0.999)), 1e-6)
    where = np.moveaxis((position - anatomy.affine[:3, 3]) / (GRID.spacing[0] * step), -1, 0)
    # Looking up nearer to the ventricle than one is: the ventricle comes to where one is, and grows.
    return np.stack(
        [amount * ndimage.map_coordinates(g, where, order=1, mode="nearest") for g in gradient], axis=-1
    )
