"""Draw one subject's veins into an anatomy: the named deep veins, medullary and sulcal veins, the sagittal sinus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .anatomy import GRID, SPACING, Anatomy
from .tissues import code
from .vessels import RADIUS, draw_tube, random_walk, smooth_line


def vein_fraction(anatomy: Anatomy, rng: np.random.Generator) -> tuple[NDArray[np.float32], float]:
    """Fraction of each voxel that is vein (float32), and the susceptibility of venous blood (ppm).

    Deoxygenated blood: about 0.19 ppm (QSM challenge 2.0 head phantom), here 0.12..0.34 with haematocrit, saturation,
    and veins that a map shows thicker than they are.
    """
    fraction = np.zeros(GRID.shape, np.float32)
    width = rng.uniform(0.65, 1.35)  # some subjects' veins show more

    def draw(points: NDArray[np.float64], radius_mm: float) -> None:
        line = smooth_line((points - anatomy.affine[:3, 3]) / SPACING, 0.4)
        draw_tube(fraction, line, radius_mm * width / SPACING, rng)

    for name, points in anatomy.veins.items():
        kind = name.removesuffix("_L").removesuffix("_R")
        if kind not in RADIUS:
            continue
        radius, seen = RADIUS[kind]
        if rng.uniform() < seen:
            jitter = rng.normal(0.0, 0.8, points.shape)
            draw(points + jitter + rng.normal(0.0, 0.7, 3), radius * rng.uniform(0.6, 1.4))
    _medullary(anatomy, rng, draw)
    _surface(anatomy, rng, draw)
    _sagittal_sinus(anatomy, rng, draw)
    _near_nuclei(anatomy, rng, draw)
    outside = anatomy.tissue < code("csf")
    fraction[outside] = 0
    return fraction, float(rng.uniform(0.12, 0.34))


def _positions(
    anatomy: Anatomy, where: NDArray[np.bool_], rng: np.random.Generator, count: int, step: int = 1,
    corner: Sequence[int] = (0, 0, 0),
) -> NDArray[np.float64]:  # fmt: skip
    """World positions (n, 3) of random voxels of a mask that holds every ``step``-th voxel from ``corner`` on."""
    index = np.argwhere(where)
    if not len(index):
        return np.zeros((0, 3))
    chosen = step * index[rng.integers(0, len(index), count)] + np.asarray(corner)
    return np.asarray(chosen * SPACING + anatomy.affine[:3, 3])


def _medullary(anatomy: Anatomy, rng: np.random.Generator, draw) -> None:  # type: ignore[no-untyped-def]
    """Thin veins in the white matter that run towards the ventricles."""
    tissue = anatomy.tissue
    ventricle = (
        np.argwhere(tissue[::4, ::4, ::4] == code("ventricle")) * (4 * SPACING) + anatomy.affine[:3, 3]
    )
    if not len(ventricle):
        return
    for start in _positions(
        anatomy, tissue[::3, ::3, ::3] == code("white_matter"), rng, int(rng.integers(30, 110)), 3
    ):
        offsets = ventricle - start
        direction = offsets[np.argmin((offsets**2).sum(axis=1))]
        distance = float(np.linalg.norm(direction))
        if 5.0 < distance < 45.0:
            draw(
                random_walk(rng, start, direction, min(distance, rng.uniform(8, 25)), 0.12),
                rng.uniform(0.2, 0.42),
            )


def _surface(anatomy: Anatomy, rng: np.random.Generator, draw) -> None:  # type: ignore[no-untyped-def]
    """Veins of the sulci and cisterns: wandering tubes that start in cerebrospinal fluid between cortex."""
    where = anatomy.tissue[::3, ::3, ::3] == code("csf")
    where[:, :, : where.shape[2] // 5] = False
    for start in _positions(anatomy, where, rng, int(rng.integers(90, 220)), 3):
        draw(random_walk(rng, start, rng.standard_normal(3), rng.uniform(8, 35), 0.4), rng.uniform(0.3, 0.95))


def _sagittal_sinus(anatomy: Anatomy, rng: np.random.Generator, draw) -> None:  # type: ignore[no-untyped-def]
    """A thick tube along the upper edge of the brain in the midline."""
    middle = round(float(anatomy.frame.origin[0] - anatomy.affine[0, 3]) / SPACING)
    sheet: NDArray[np.bool_] = np.max(anatomy.tissue[middle - 2 : middle + 3], axis=0) >= code("csf")
    columns = np.flatnonzero(sheet.any(axis=1))[6:-6:8]
    if len(columns) < 4:
        return
    top = [np.flatnonzero(sheet[y])[-1] for y in columns]
    points = (
        np.c_[np.full(len(columns), middle), columns, np.array(top) - 1] * SPACING + anatomy.affine[:3, 3]
    )
    draw(points, rng.uniform(1.8, 3.2))


def _near_nuclei(anatomy: Anatomy, rng: np.random.Generator, draw) -> None:  # type: ignore[no-untyped-def]
    """A few small vessels in and beside the ten structures, the red nucleus and the caudate first."""
    for label, box in enumerate(ndimage.find_objects(anatomy.labels), start=1):
        if box is None:
            continue
        where = anatomy.labels[box] == label
        for start in _positions(anatomy, where, rng, int(rng.integers(0, 3)), 1, [s.start for s in box]):
            draw(
                random_walk(rng, start, rng.standard_normal(3), rng.uniform(4, 12), 0.3),
                rng.uniform(0.2, 0.45),
            )
