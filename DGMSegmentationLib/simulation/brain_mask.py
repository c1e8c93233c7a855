"""The brain mask of a simulated subject as tools draw it, and fields of view that leave out parts of the head."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import Grid, apply_weights, grid_weights
from ..preprocessing.mask import WHOLE_VOLUME_ML
from .anatomy import GRID
from .deform import smooth_noise
from .tissues import code

Map = NDArray[np.float32]

#: Masks are shaped on this coarse grid and then brought to the scan's.
_MASK_GRID = Grid((64, 80, 67), GRID.affine @ np.diag([3.0, 3.0, 3.0, 1.0]))

#: Border of a mask, from outside the brain (below 0) to an eroded one, mm.
MASK_REACH_MM = (-1.5, 3.5)
#: A little above the volume below which the program takes nothing for a whole brain.
SMALLEST_MASK_ML = WHOLE_VOLUME_ML[0] + 4.0


def brain_mask(
    tissue: NDArray[np.uint8], magnitude: Map, grid: Grid, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """A mask as tools draw it: smooth, a bit too large or eroded, with losses where the signal is poor."""
    soft = apply_weights(_parenchyma(tissue), grid_weights(GRID, _MASK_GRID, True))
    mm = _MASK_GRID.spacing[0]
    reach = rng.uniform(7.0, 14.0) / mm  # cisterns narrower than twice this lie inside the mask
    outside = ndimage.distance_transform_edt(np.pad(soft < 0.5, 8, constant_values=True))
    closed = outside < reach
    inner = ndimage.distance_transform_edt(closed) - reach
    depth = mm * np.where(inner > 0, inner, -np.maximum(outside - 0.5, 0))[8:-8, 8:-8, 8:-8].astype(
        np.float32
    )
    depth -= smooth_noise(rng, _MASK_GRID.shape, mm, 40.0) * np.float32(rng.uniform(0.2, 1.2))
    fine = apply_weights(depth, grid_weights(_MASK_GRID, grid, False))
    mask = fine > rng.uniform(*MASK_REACH_MM)
    if rng.uniform() < 0.4:  # a threshold on the signal eats into veins and the skull base
        smooth = ndimage.gaussian_filter(magnitude, 0.7)
        mask &= (smooth > rng.uniform(0.2, 0.5) * float(np.median(smooth[mask]))) | (fine > 25.0)
    components, n = ndimage.label(mask)
    if n > 1:
        sizes = np.bincount(components.ravel())
        sizes[0] = 0
        mask = components == sizes.argmax()
    if rng.uniform() < 0.7:
        mask = ndimage.binary_fill_holes(mask)
    volume_ml = mask.sum() * grid.voxel_volume_mm3 / 1000
    if volume_ml < SMALLEST_MASK_ML:  # what is left of a small head is no head
        mask = fine > MASK_REACH_MM[0]
    return np.asarray(mask)


def _parenchyma(tissue: NDArray[np.uint8]) -> Map:
    """1 in brain tissue and ventricles, 0 in the outer CSF and beyond."""
    return (tissue > code("csf")).astype(np.float32)


def field_of_view(
    mask: NDArray[np.bool_], labels: NDArray[np.uint8], grid: Grid, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """A field of view that leaves out parts of the head, in four scans of ten; the labelled nuclei stay inside, if barely."""
    view = np.ones(mask.shape, bool)
    if rng.uniform() < 0.6:
        return view
    index = np.argwhere(labels)
    low, high = (index.min(axis=0) * GRID.spacing[0], index.max(axis=0) * GRID.spacing[0])
    outer = [np.flatnonzero(mask.any(axis=tuple(b for b in range(3) if b != a))) for a in range(3)]
    chances = ((0.2, 0.2), (0.35, 0.15), (0.3, 0.5))  # (first, last) along right, anterior, superior
    for axis, (first, last) in enumerate(chances):
        step, keep = grid.spacing[axis], [slice(None)] * 3
        start, stop = int(outer[axis][0]), int(outer[axis][-1]) + 1
        nearest = int((low[axis] - 8.0) / step), int((high[axis] + 8.0) / step) + 1
        if rng.uniform() < first and nearest[0] > start:
            keep[axis] = slice(0, int(rng.integers(start, nearest[0] + 1)))
            view[tuple(keep)] = False
        if rng.uniform() < last and nearest[1] < stop:
            keep[axis] = slice(int(rng.integers(nearest[1], stop + 1)), None)
            view[tuple(keep)] = False
    return (
        view if (mask & view).sum() * grid.voxel_volume_mm3 > 1000 * SMALLEST_MASK_ML else np.ones_like(view)
    )
