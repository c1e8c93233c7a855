"""The midbrain template: CIT168's nuclei together with the average surroundings of the individual subcortical maps.

CIT168 alone names too few neighbours to place its small nuclei in another brain. So the individual maps are first brought
to CIT168 with an affine (pallidum, putamen, caudate) and averaged there; the averages of thalamus, posterior ventral
diencephalon, brainstem and ventricles then guide the deformable registration to each individual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import Grid, Image
from .registration import demons, displace_points, fit_affine, moment_points, sample
from .sources import CIT168, CIT168_RIGHT, HOA, label_boxes, points_of, read_map

#: The structures that guide the registration.
GUIDES = ("thalamus", "vdc_posterior", "vdc_anterior", "brainstem", "third_ventricle", "pallidum")
#: Grid of the template: 1.5 mm around the basal ganglia and the midbrain, in the atlas's world.
GRID = Grid(
    (64, 64, 50), np.array([[1.5, 0, 0, -48.0], [0, 1.5, 0, -52.0], [0, 0, 1.5, -36.0], [0, 0, 0, 1]])
)
_SMOOTHING = 1.0  # voxels of the grid
_COMMON = {"pallidum": (5, 6), "putamen": (1,), "caudate": (2,)}  # in CIT168


@dataclass(frozen=True)
class Template:
    """Atlas nuclei (smoothed indicators at the atlas's own resolution) and the guides on ``GRID``."""

    atlas: Image
    guides: NDArray[np.float32]


def _both(values: tuple[int, int]) -> tuple[int, ...]:
    return tuple(sorted(set(values)))


def build_template(atlas_path: Path, individuals: Sequence[Path]) -> Template:
    """Average the guides of some individual maps in the atlas's space."""
    atlas = read_map(atlas_path)
    source = []
    atlas_boxes = label_boxes(atlas)
    for values in _COMMON.values():
        for right in (0, CIT168_RIGHT):
            source.append(moment_points(points_of(atlas, tuple(v + right for v in values), atlas_boxes)))
    total = np.zeros((len(GUIDES), *GRID.shape), np.float32)
    for path in individuals:
        image = read_map(path)
        boxes = label_boxes(image)
        target = [moment_points(points_of(image, (HOA[n][side],), boxes)) for n in _COMMON for side in (0, 1)]
        to_individual = fit_affine(np.vstack(source), np.vstack(target))
        guides = sample(image.data, np.linalg.inv(image.affine) @ to_individual, GRID)
        for c, name in enumerate(GUIDES):
            total[c] += np.isin(guides, _both(HOA[name]))
    return Template(atlas, total / np.float32(len(individuals)))


@dataclass(frozen=True)
class Placement:
    """The way from an individual's world to the atlas's: x -> y + u(y), with y = ``to_atlas`` x."""

    to_atlas: NDArray[Any]
    displacement: NDArray[np.float32]

    def atlas_points(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Atlas positions (n, 3) of world positions (n, 3) of the individual, mm."""
        y = points @ self.to_atlas[:3, :3].T + self.to_atlas[:3, 3]
        voxel = (y - GRID.affine[:3, 3]) / 1.5
        u = np.stack(
            [ndimage.map_coordinates(d, voxel.T, order=1, mode="constant") for d in self.displacement], axis=1
        )
        return np.asarray(y + 1.5 * u)

    def individual_points(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The inverse of :meth:`atlas_points`."""
        y = displace_points(points, self.displacement, GRID.affine)
        inverse = np.linalg.inv(self.to_atlas)
        return np.asarray(y @ inverse[:3, :3].T + inverse[:3, 3])


def place(template: Template, individual: Image, iterations: int = 24) -> Placement:
    """Register the template to one individual subcortical map."""
    step = np.diag(GRID.affine)[:3]
    source, target = [], []
    boxes = label_boxes(individual)
    for name in ("thalamus", "vdc_posterior", "pallidum"):
        index = np.argwhere(template.guides[GUIDES.index(name)] > 0.5) * step + GRID.affine[:3, 3]
        for side in (0, 1):
            half = index[index[:, 0] > 0] if side else index[index[:, 0] < 0]
            source.append(moment_points(half))
            target.append(moment_points(points_of(individual, (HOA[name][side],), boxes)))
    to_individual = fit_affine(np.vstack(source), np.vstack(target))
    values = sample(individual.data, np.linalg.inv(individual.affine) @ to_individual, GRID)
    fixed = np.stack(
        [
            ndimage.gaussian_filter(np.isin(values, _both(HOA[n])).astype(np.float32), _SMOOTHING)
            for n in GUIDES
        ]
    )
    moving = np.stack([ndimage.gaussian_filter(g, 0.6 * _SMOOTHING) for g in template.guides])
    return Placement(np.linalg.inv(to_individual), demons(fixed, moving, iterations))


def nuclei_on_grid(
    template: Template, placement: Placement, grid: Grid, box: tuple[slice, ...]
) -> dict[str, NDArray[np.float32]]:
    """Atlas nuclei of both sides inside a box of an individual's grid, as values 0..1 (0.5 = boundary)."""
    index = np.stack(np.meshgrid(*[np.arange(s.start, s.stop) for s in box], indexing="ij"), axis=-1)
    shape = index.shape[:3]
    world = index.reshape(-1, 3) @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    atlas = template.atlas
    voxel = (placement.atlas_points(world) - atlas.affine[:3, 3]) / np.diag(atlas.affine)[:3]
    result = {}
    for name, values in CIT168.items():
        wanted = [v + right for v in values for right in (0, CIT168_RIGHT)]
        smooth = ndimage.gaussian_filter(np.isin(atlas.data, wanted).astype(np.float32), 0.6)
        result[name] = ndimage.map_coordinates(smooth, voxel.T, order=1).reshape(shape).astype(np.float32)
    return result
