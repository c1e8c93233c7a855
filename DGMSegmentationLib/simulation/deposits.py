"""Small strong sources: calcifications (diamagnetic), mineral deposits and microbleeds (paramagnetic), perivascular spaces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .anatomy import SPACING, Anatomy
from .tissues import RIGHT, code
from .vessels import draw_balls

Map = NDArray[np.float32]


def add_deposits(chi: Map, magnitude: Map, anatomy: Anatomy, rng: np.random.Generator) -> None:
    """Add one subject's deposits to a susceptibility map (ppm) and darken the magnitude there, in place."""
    boxes: list[tuple[slice, ...] | None] = ndimage.find_objects(anatomy.tissue)

    def among(*names: str) -> NDArray[np.int64]:
        found = []
        for name in names:
            for value in (code(name), code(name) + RIGHT):
                box = boxes[value - 1] if value <= len(boxes) else None
                if box is not None:
                    found.append(np.argwhere(anatomy.tissue[box] == value) + [s.start for s in box])
        return np.vstack(found) if found else np.zeros((0, 3), int)

    def put(
        where: NDArray[np.int64], count: int, ppm: tuple[float, float], radius_mm: tuple[float, float]
    ) -> None:
        if not count or not len(where):
            return
        centres = where[rng.integers(0, len(where), count)] + rng.uniform(-0.5, 0.5, (count, 3))
        box = tuple(slice(max(0, int(c.min()) - 8), int(c.max()) + 9) for c in centres.T)
        balls = np.zeros(chi[box].shape, np.float32)
        draw_balls(balls, centres - [s.start for s in box], rng.uniform(*radius_mm, count) / SPACING)
        chi[box] += balls * np.float32(rng.uniform(*ppm))
        magnitude[box] *= 1 - 0.4 * balls

    def happens(probability: float) -> bool:
        return bool(rng.uniform() < probability)

    put(
        among("putamen"), int(rng.integers(0, 24)), (-0.12, -0.03), (0.5, 1.1)
    )  # perivascular spaces: dark dots
    if happens(0.5):
        put(
            among("gpe", "gpi"), int(rng.integers(1, 8)), (0.06, 0.25), (0.5, 1.3)
        )  # mineralised perforators: bright dots
    if happens(0.25):
        put(among("gpe", "gpi"), int(rng.integers(1, 6)), (-0.35, -0.08), (0.6, 1.6))  # calcified pallidum
    if happens(0.5):
        put(among("choroid"), int(rng.integers(2, 12)), (-0.35, 0.15), (0.8, 2.0))
    if happens(0.12):
        put(
            among("internal_capsule", "thalamus", "putamen", "brainstem"),
            int(rng.integers(1, 6)),
            (0.3, 1.2),
            (0.6, 1.4),
        )  # microbleeds
    pineal = anatomy.veins.get("pineal")
    if pineal is not None and happens(0.55):
        centre = np.rint((pineal - anatomy.affine[:3, 3]) / SPACING).astype(int)
        put(centre + rng.integers(-2, 3, (4, 3)), int(rng.integers(1, 4)), (-0.6, -0.15), (1.2, 2.6))


def add_lesions(chi: Map, magnitude: Map, anatomy: Anatomy, rng: np.random.Generator) -> None:
    """Add what few patients have: a haemorrhage beside or in the nuclei, a largely calcified pallidum, many microbleeds."""
    boxes: list[tuple[slice, ...] | None] = ndimage.find_objects(anatomy.tissue)

    def positions(name: str, right: int) -> NDArray[np.int64]:
        value = code(name) + right
        box = boxes[value - 1] if value <= len(boxes) else None
        if box is None:
            return np.zeros((0, 3), int)
        return np.asarray(np.argwhere(anatomy.tissue[box] == value) + [s.start for s in box])

    def blot(centre: NDArray[np.int64], radius_mm: float, ppm: float, dark: float) -> None:
        reach = int(np.ceil(1.6 * radius_mm / SPACING)) + 1
        box = tuple(slice(max(0, int(c) - reach), int(c) + reach + 1) for c in centre)
        index = np.stack(np.meshgrid(*[np.arange(s.start, s.stop) for s in box], indexing="ij"), -1)
        index = index[tuple(slice(0, n) for n in chi[box].shape)]
        stretch = rng.uniform(0.7, 1.4, 3)
        distance = np.linalg.norm((index - centre) * SPACING / stretch, axis=-1)
        distance += ndimage.gaussian_filter(rng.standard_normal(distance.shape), 2.0) * radius_mm
        share = np.clip(radius_mm - distance + 0.5, 0.0, 1.0).astype(np.float32)
        chi[box] += share * np.float32(ppm)
        magnitude[box] *= 1 - np.float32(dark) * share

    def places(*names: str) -> NDArray[np.int64]:
        return np.vstack([positions(name, right) for name in names for right in (0, RIGHT)])

    if rng.uniform() < 0.05 and len(
        where := places("thalamus", "putamen", "internal_capsule", "white_matter")
    ):
        blot(where[rng.integers(len(where))], rng.uniform(3.0, 9.0), rng.uniform(0.25, 0.9), 0.8)
    if rng.uniform() < 0.05:
        for right in (0, RIGHT):
            where = np.vstack([positions("gpe", right), positions("gpi", right)])
            if len(where):
                blot(where[rng.integers(len(where))], rng.uniform(1.5, 4.0), rng.uniform(-0.45, -0.15), 0.3)
    if rng.uniform() < 0.06 and len(
        where := places("thalamus", "putamen", "internal_capsule", "tegmentum", "caudate")
    ):
        for _ in range(int(rng.integers(4, 20))):
            blot(where[rng.integers(len(where))], rng.uniform(0.6, 1.6), rng.uniform(0.3, 1.0), 0.6)
