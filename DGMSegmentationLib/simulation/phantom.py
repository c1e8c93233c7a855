"""A tiny procedural head: ellipsoidal nuclei in an ellipsoidal brain, for tests and examples; it needs no data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..image import Image
from .anatomy import GRID, Anatomy
from .atoms import draw_atoms
from .protocol import anatomical_frame, draw_labels
from .refine import add_details
from .tissues import RIGHT, code
from .vessels import PINEAL, VEINS

#: Right-hand side of each nucleus: centre (mm, RAS, midway between the commissures = 0), half axes (mm), chi (ppm).
#: Later entries win where two touch. Positions: rounded from the usual stereotactic atlases; chi: QSM challenge 2.0.
_NUCLEI: dict[str, tuple[tuple[float, float, float], tuple[float, float, float], float]] = {
    "CN": ((13.0, 11.0, 11.0), (5.5, 17.0, 8.0), 0.044),
    "PU": ((27.5, 3.0, 1.0), (5.5, 16.0, 10.0), 0.038),
    "GP": ((17.0, -2.0, 0.0), (5.0, 10.0, 7.5), 0.1305),
    "SN": ((11.0, -15.0, -12.0), (4.5, 7.0, 4.0), 0.111),
    "RN": ((5.0, -20.0, -8.5), (3.4, 3.8, 4.0), 0.100),
}
_LABEL = {"RN": 1, "SN": 3, "GP": 5, "PU": 7, "CN": 9}  # left; right is one more
_BRAIN_CENTRE = np.array([0.0, -17.0, 5.0])
_BRAIN_HALF_AXES = np.array([68.0, 86.0, 72.0])
_CHI_WHITE, _CHI_CORTEX, _CHI_CSF, _CHI_THALAMUS = -0.030, 0.020, 0.019, 0.020


def phantom(
    shape: Sequence[int] = (160, 200, 56),
    spacing: Sequence[float] = (1.0, 1.0, 3.0),
    seed: int = 0,
    noise_ppm: float = 0.008,
) -> tuple[Image, Image]:
    """Make a susceptibility map of a procedural head and its ten labels.

    Args:
        shape: voxels along Right, Anterior, Superior. The brain measures about 136 x 172 x 144 mm and sits in the middle.
        spacing: voxel size in mm along the same axes.
        seed: individual size, position, susceptibilities, and noise; the same seed gives the same head on any grid
            (only the noise depends on the grid).
        noise_ppm: standard deviation of the white noise inside the brain.

    Returns:
        The map (float32, ppm, 0 outside the brain) and the labels (uint8, 0..10), both with an RAS+ affine in mm.

    Raises:
        ValueError: when shape or spacing does not hold three positive numbers.
    """
    if len(shape) != 3 or len(spacing) != 3 or min(shape) < 1 or min(spacing) <= 0:
        raise ValueError("A phantom needs three positive numbers of voxels and three positive voxel sizes.")
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.95, 1.05)
    shift = rng.uniform(-2.0, 2.0, 3)
    size, step = np.asarray(shape, int), np.asarray(spacing, float)
    affine = np.diag([*step, 1.0])
    affine[:3, 3] = _BRAIN_CENTRE - step * (size - 1) / 2

    axes = [affine[a, 3] + step[a] * np.arange(size[a]) for a in range(3)]
    x, y, z = np.meshgrid(
        *[((axes[a] - shift[a]) / scale).astype(np.float32) for a in range(3)], indexing="ij", sparse=True
    )

    def inside(centre: Sequence[float] | np.ndarray, half: Sequence[float] | np.ndarray) -> np.ndarray:
        radius2: np.ndarray = (
            ((x - centre[0]) / half[0]) ** 2
            + ((y - centre[1]) / half[1]) ** 2
            + ((z - centre[2]) / half[2]) ** 2
        )
        return radius2 <= 1.0

    brain = inside(_BRAIN_CENTRE, _BRAIN_HALF_AXES)
    chi = np.where(inside(_BRAIN_CENTRE, _BRAIN_HALF_AXES - 3.0), _CHI_WHITE, _CHI_CORTEX).astype(np.float32)
    labels = np.zeros(shape, np.uint8)
    for side in (-1.0, 1.0):  # left is negative x in RAS+
        chi[inside((side * 4.5, 2.0, 14.0), (3.5, 22.0, 7.0))] = _CHI_CSF
        chi[inside((side * 10.0, -18.0, 6.0), (8.0, 13.0, 9.0))] = _CHI_THALAMUS
    for nucleus, (centre, half, value) in _NUCLEI.items():
        factor = rng.uniform(0.8, 1.2)
        for side in (-1.0, 1.0):
            where = inside((side * centre[0], centre[1], centre[2]), half)
            labels[where] = _LABEL[nucleus] + (side > 0)
            chi[where] = value * factor * rng.uniform(0.95, 1.05)
    chi += rng.normal(0.0, noise_ppm, chi.shape).astype(np.float32)
    chi[~brain] = 0.0
    labels[~brain] = 0
    return Image(data=chi, affine=affine, unit="ppm"), Image(data=labels, affine=affine.copy())


def phantom_anatomy() -> Anatomy:
    """A complete anatomy of ellipsoids on the simulator's grid, for tests: no label maps, no registration."""
    axes = [
        GRID.affine[a, 3] + GRID.spacing[a] * np.arange(GRID.shape[a], dtype=np.float32) for a in range(3)
    ]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    tissue = np.full(GRID.shape, code("outside"), np.uint8)

    def fill(
        name: str, centre: Sequence[float] | np.ndarray, half: Sequence[float] | np.ndarray, right: int = 0
    ) -> None:
        where = ((x - centre[0]) / half[0]) ** 2 + ((y - centre[1]) / half[1]) ** 2 + (
            (z - centre[2]) / half[2]
        ) ** 2 <= 1
        tissue[where] = code(name) + right

    for name, shrink in (("extracerebral", -5.0), ("csf", 0.0), ("cortex", 3.0), ("white_matter", 6.0)):
        fill(name, _BRAIN_CENTRE, _BRAIN_HALF_AXES - shrink)
    fill("cerebellar_white", (0.0, -60.0, -36.0), (36.0, 20.0, 18.0))
    fill("brainstem", (0.0, -26.0, -26.0), (13.0, 12.0, 26.0))
    for sign, right in ((-1.0, 0), (1.0, RIGHT)):
        fill("tegmentum", (sign * 8.0, -17.0, -10.0), (9.0, 11.0, 9.0))
        fill("ventricle", (sign * 5.0, 6.0, 14.0), (3.5, 22.0, 7.0))
        fill("thalamus", (sign * 10.0, -17.0, 7.0), (8.0, 13.0, 9.0), right)
        for nucleus, tissue_name in (
            ("CN", "caudate"),
            ("PU", "putamen"),
            ("GP", "gpe"),
            ("SN", "sn"),
            ("RN", "rn"),
        ):
            centre, half, _ = _NUCLEI[nucleus]
            fill(tissue_name, (sign * centre[0], centre[1], centre[2]), half, right)
        fill("gpi", (sign * 14.5, -4.0, -1.0), (2.5, 6.0, 4.5), right)
        fill("stn", (sign * 11.5, -10.0, -6.0), (2.5, 4.0, 2.0), right)
    frame = anatomical_frame(tissue, GRID)
    box = tuple(slice(40, n - 40) for n in GRID.shape)
    add_details(tissue, GRID, box)
    veins = {name: np.asarray(line, float) for name, line in {**VEINS, "pineal": [PINEAL]}.items()}
    labels, atoms = draw_labels(tissue, GRID, box, frame), draw_atoms(tissue, GRID, box, frame)
    return Anatomy("phantom", tissue, labels, atoms, GRID.affine.copy(), frame, veins)
