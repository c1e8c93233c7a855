"""Details that no label source names: internal capsule, cerebral peduncle, pulvinar, dentate nucleus, choroid plexus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import Grid
from .tissues import RIGHT, code, is_tissue

CAPSULE_WIDTH_MM = 8.5
PULVINAR_FRACTION = 0.36
CRUS_REACH_MM = 7.0


def add_details(tissue: NDArray[np.uint8], grid: Grid, box: tuple[slice, ...]) -> None:
    """Refine a composed tissue map in place; the deep structures lie in the box."""
    _internal_capsule(tissue[box], grid.spacing[0])
    for right in (0, RIGHT):
        _crus_cerebri(tissue[box], grid.spacing[0], right)
        _pulvinar(tissue[box], right)
    _choroid(tissue[box], grid.spacing[0])
    _dentate(tissue, grid)


def _distance(where: NDArray[np.bool_], mm: float) -> NDArray[np.float32]:
    return np.asarray(ndimage.distance_transform_edt(~where) * mm, np.float32)


def _internal_capsule(part: NDArray[np.uint8], mm: float) -> None:
    """White matter between the lentiform nucleus on one hand and caudate, thalamus and midbrain on the other."""
    lateral = _distance(is_tissue(part, "putamen", "gpe", "gpi"), mm)
    medial = _distance(is_tissue(part, "caudate", "thalamus", "tegmentum"), mm)
    capsule = (
        (part == code("white_matter")) & (lateral + medial < CAPSULE_WIDTH_MM) & (lateral < 8) & (medial < 8)
    )
    part[capsule] = code("internal_capsule")


def _crus_cerebri(part: NDArray[np.uint8], mm: float, right: int) -> None:
    """What lies in front of and lateral to the substantia nigra, in the ventral diencephalon and the brainstem."""
    sn, rn = part == code("sn") + right, part == code("rn") + right
    if not sn.any() or not rn.any():
        return
    sn_index = np.argwhere(sn)
    outwards = sn_index.mean(axis=0) - np.argwhere(rn).mean(axis=0)
    outwards[2] = 0.0
    outwards /= np.linalg.norm(outwards)
    distance, nearest = ndimage.distance_transform_edt(~sn, return_indices=True)
    offset = sum(
        (np.arange(part.shape[a]).reshape([-1 if b == a else 1 for b in range(3)]) - nearest[a]) * outwards[a]
        for a in range(2)
    )
    host = np.isin(part, [code("tegmentum"), code("brainstem"), code("hypothalamus")])
    part[host & (distance * mm < CRUS_REACH_MM) & (offset > 0.35 * distance)] = code("crus_cerebri") + right


def _pulvinar(part: NDArray[np.uint8], right: int) -> None:
    """The posterior part of the thalamus."""
    thalamus = np.argwhere(part == code("thalamus") + right)
    if not len(thalamus):
        return
    limit = np.quantile(thalamus[:, 1], PULVINAR_FRACTION)
    behind = thalamus[thalamus[:, 1] < limit]
    part[tuple(behind.T)] = code("pulvinar") + right


def _choroid(part: NDArray[np.uint8], mm: float) -> None:
    """The floor of the ventricle along the thalamus."""
    thalamus = is_tissue(part, "thalamus", "pulvinar")
    near = _distance(thalamus, mm) < 1.3
    behind = np.arange(part.shape[1])[None, :, None] < np.quantile(np.argwhere(thalamus)[:, 1], 0.5)
    part[(part == code("ventricle")) & near & behind] = code("choroid")


def _dentate(tissue: NDArray[np.uint8], grid: Grid) -> None:
    """A crumpled sheet in the medial cerebellar white matter, open towards the midline."""
    white = np.argwhere(tissue == code("cerebellar_white"))
    if not len(white):
        return
    world = white * grid.spacing[0] + grid.affine[:3, 3]
    middle = np.median(world[:, 0])
    for right, sign in ((0, -1.0), (RIGHT, 1.0)):
        half = sign * (world[:, 0] - middle) > 4
        if half.sum() < 500:
            continue
        centre = world[half].mean(axis=0) - np.array([sign * 4.0, 0.0, 0.0])
        p = (world - centre) / [6.5, 8.5, 6.0]
        angle = np.arctan2(p[:, 1], p[:, 2])
        radius = np.linalg.norm(p, axis=1) + 0.10 * np.sin(9 * angle) * np.cos(5 * p[:, 0])
        sheet = (np.abs(radius - 1.0) < 0.17) & (sign * p[:, 0] > -0.35)
        tissue[tuple(white[sheet].T)] = code("dentate") + right
