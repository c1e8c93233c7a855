"""One simulated subject: an anatomy, a seed and options in; a QSM, its labels and what was drawn out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from ..image import Grid, Image, apply_weights, grid_weights
from ..preprocessing.mask import WHOLE_VOLUME_ML
from .anatomy import GRID, Anatomy, mirrored
from .deform import Pose, random_pose, random_positions, smooth_noise
from .physics import Scan, acquire, forward_field
from .reconstruct import closed_form_l2, iterative_tikhonov, total_variation, truncated_division
from .susceptibility import fill
from .tissues import RIGHT, code

Map = NDArray[np.float32]

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

#: Share of the volumes whose contrast is drawn at random, tissue by tissue, instead of simulated.
RANDOM_CONTRAST = 0.15

#: Reconstructions, and how often each is drawn.
_SHARES = {"tkd": 0.15, "l2": 0.25, "tikhonov": 0.15, "tv": 0.45}
RECONSTRUCTIONS: tuple[str, ...] = tuple(_SHARES)


#: Masks are shaped on this coarse grid and then brought to the scan's.
_MASK_GRID = Grid((64, 80, 67), GRID.affine @ np.diag([3.0, 3.0, 3.0, 1.0]))

#: Border of a mask, from outside the brain (below 0) to an eroded one, mm.
MASK_REACH_MM = (-1.5, 3.5)
#: A little above the volume below which the program takes nothing for a whole brain.
SMALLEST_MASK_ML = WHOLE_VOLUME_ML[0] + 4.0


@dataclass(frozen=True)
class Options:
    """What a simulation varies; the switches are there to find out what each part is worth."""

    veins: bool = True
    deform: bool = True
    reconstructions: tuple[str, ...] = RECONSTRUCTIONS
    voxel_size: tuple[float, float, float] | None = None
    tilts: bool = True
    """Heads far from straight, and fields of view that do not hold all of the head."""
    random_contrast: bool = True
    patients: bool = True
    """Much or little iron, haemorrhages, calcified pallida."""


@dataclass(frozen=True)
class Simulated:
    """A finished subject. ``chi_ppm`` is 0 outside its mask; both maps lie on one grid, axes towards R, A, S.

    ``atoms`` (`atoms`) lies on a grid of its own, as fine as the anatomy, around the deep nuclei only.
    """

    chi_ppm: Image
    labels: Image
    atoms: Image
    settings: dict[str, Any] = field(default_factory=dict)


def simulate(anatomy: Anatomy, seed: int | tuple[int, ...], options: Options = Options()) -> Simulated:
    """Simulate one subject; everything random follows from the seed."""
    rng = np.random.default_rng(seed)
    if options.deform and rng.uniform() < 0.5:
        anatomy = mirrored(anatomy)
    pose = random_pose(rng, options.tilts) if options.deform else Pose(np.eye(3), np.zeros(3), np.ones(3))
    magnetism = fill(anatomy, rng, veins=options.veins, patients=options.patients)
    positions = random_positions(anatomy, pose, rng, 1.0 if options.deform else 0.0)
    chi = ndimage.map_coordinates(magnetism.chi, positions, order=1, mode="constant")
    nearest, inside = nearest_voxels(positions, anatomy.tissue.shape)
    magnitude = magnetism.magnitude.ravel()[nearest] * inside
    tissue = np.ascontiguousarray(anatomy.tissue).ravel()[nearest] * inside
    labels = np.ascontiguousarray(anatomy.labels).ravel()[nearest] * inside
    atoms = np.ascontiguousarray(anatomy.atoms).ravel()[nearest] * inside
    del positions, nearest

    brain = tissue >= code("csf")
    chi[~brain] = 0
    chi += (
        (~brain) * np.float32(rng.uniform(0.0, 0.04)) * smooth_noise(rng, GRID.shape, GRID.spacing[0], 30.0)
    )
    b0 = _b0_direction(rng)
    field_map = forward_field(chi, GRID.spacing, b0)

    scan, grid = _scan(rng, options)
    measured, magnitude = acquire(field_map, magnitude, scan, rng)
    del field_map
    soft = apply_weights(_parenchyma(tissue), grid_weights(GRID, _MASK_GRID, True))
    mask = _brain_mask(soft, magnitude, grid, rng)
    measured += _residual_background(grid, rng)
    if options.tilts:
        mask &= _field_of_view(mask, labels, grid, rng)
    if options.random_contrast and rng.uniform() < RANDOM_CONTRAST:
        chosen, recon = _random_contrast(tissue, grid, rng)
    else:
        chosen, recon = _reconstruct(measured, magnitude, mask, grid, b0, rng, options)
    offset, gain = rng.normal(0.0, 0.010), float(np.exp(rng.normal(0.0, 0.10)))
    result = (recon - float(recon[mask].mean()) + np.float32(offset)) * np.float32(gain)
    result = np.where(mask, np.where(result == 0, np.float32(1e-6), result), 0).astype(np.float32)
    final = labels_on_grid(labels, GRID, grid)
    final[~mask] = 0
    settings = {
        "anatomy": anatomy.name,
        "voxel_size_mm": [round(s, 4) for s in grid.spacing],
        "tesla": scan.tesla,
        "echo_ms": round(scan.echo_ms, 1),
        "snr": round(scan.snr, 1),
        "b0": [round(b, 3) for b in b0],
        "reconstruction": chosen,
        "offset_ppb": round(1e3 * offset, 2),
        "gain": round(gain, 3),
        "true_ppb": {name: round(value, 1) for name, value in magnetism.values_ppb.items()},
    }
    return Simulated(
        Image(result, grid.affine, unit="ppm"),
        Image(final, grid.affine.copy()),
        _atoms_in_mask(atoms, mask, grid),
        settings,
    )


def nearest_voxels(positions: Map, shape: tuple[int, ...]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Flat index of the voxel nearest to each position (3, x, y, z), and whether the position is inside at all."""
    flat = np.zeros(positions.shape[1:], np.int32)
    inside = np.ones(positions.shape[1:], bool)
    for axis, n in enumerate(shape):
        voxel = np.rint(positions[axis]).astype(np.int32)
        inside &= (voxel >= 0) & (voxel < n)
        flat = flat * np.int32(n) + np.clip(voxel, 0, n - 1)
    return flat, inside


def labels_on_grid(labels: NDArray[np.uint8], source: Grid, target: Grid) -> NDArray[np.uint8]:
    """Bring labels to another parallel grid by partial volume: each voxel gets what fills most of it."""
    index = np.argwhere(labels)
    out = np.zeros(target.shape, np.uint8)
    if not len(index):
        return out
    margin = 6
    low = np.maximum(index.min(axis=0) - margin, 0)
    high = np.minimum(index.max(axis=0) + 1 + margin, labels.shape)
    part = labels[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    affine = source.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ low
    weights = grid_weights(Grid(part.shape, affine), target, True)
    rest = apply_weights((part == 0).astype(np.float32), weights)
    best = np.maximum(rest, 1 - apply_weights(np.ones(part.shape, np.float32), weights))
    for label in np.unique(part[part > 0]):
        share = apply_weights((part == label).astype(np.float32), weights)
        wins = share > best
        out[wins] = label
        best = np.maximum(best, share)
    return out


def _atoms_in_mask(atoms: NDArray[np.uint8], mask: NDArray[np.bool_], grid: Grid) -> Image:
    """The atoms inside a mask on the scan's grid, cut to their extent; the two grids share their first voxel's centre."""
    index = [
        np.minimum(np.rint(np.arange(n) * GRID.spacing[a] / grid.spacing[a]).astype(int), grid.shape[a] - 1)
        for a, n in enumerate(GRID.shape)
    ]
    inside = np.where(mask[np.ix_(*index)], atoms, np.uint8(0))
    where = np.argwhere(inside)
    low, high = (
        (where.min(axis=0), where.max(axis=0) + 1) if len(where) else (np.zeros(3, int), np.ones(3, int))
    )
    affine = GRID.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ low
    return Image(inside[tuple(slice(a, b) for a, b in zip(low, high, strict=True))].copy(), affine)


def _field_of_view(
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


def _random_contrast(
    tissue: NDArray[np.uint8], grid: Grid, rng: np.random.Generator
) -> tuple[dict[str, Any], Map]:
    """A Gaussian mixture: each tissue gets a mean and a scatter of its own at random, seen through the scan's resolution."""
    means = rng.uniform(-0.10, 0.20, 32).astype(np.float32)
    scatter = rng.uniform(0.0, 0.03, 32).astype(np.float32)
    kind = tissue % RIGHT
    image = means[kind] + scatter[kind] * rng.standard_normal(tissue.shape, dtype=np.float32)
    image = ndimage.gaussian_filter(image, rng.uniform(0.4, 0.9))
    result = apply_weights(image, grid_weights(GRID, grid, True))
    result += np.float32(rng.uniform(0.0, 0.02)) * rng.standard_normal(result.shape, dtype=np.float32)
    return {"method": "random contrast"}, result


def _b0_direction(rng: np.random.Generator) -> tuple[float, float, float]:
    """Along the scanner's axis; in a quarter of the scans the slices are oblique, by up to 25 degrees."""
    tilt = np.deg2rad(rng.uniform(0, 25) if rng.uniform() < 0.25 else rng.uniform(0, 5))
    around = rng.uniform(0, 2 * np.pi)
    return float(np.sin(tilt) * np.cos(around)), float(np.sin(tilt) * np.sin(around)), float(np.cos(tilt))


def _scan(rng: np.random.Generator, options: Options) -> tuple[Scan, Grid]:
    """Draw a scan; returns it with its grid, which fills GRID's field of view."""
    if options.voxel_size is None:
        sizes, weights = zip(*VOXEL_SIZES, strict=True)
        size = np.array(sizes[rng.choice(len(sizes), p=np.array(weights) / sum(weights))])
        size = np.clip(size * np.exp(rng.normal(0.0, 0.05)), 0.5, 3.2)
        if rng.uniform() < DRAWN_VOXELS:
            plane = float(np.exp(rng.uniform(*np.log(IN_PLANE_MM))))
            size = np.array([plane, plane, rng.uniform(max(plane, SLICES_MM[0]), SLICES_MM[1])])
    else:
        size = np.array(options.voxel_size, float)
    extent = np.array(GRID.shape) * GRID.spacing[0]
    i, j, k = (int(2 * round(e / s / 2)) for e, s in zip(extent, size, strict=True))
    affine = GRID.affine.copy()
    affine[:3, :3] = np.diag(extent / (i, j, k))
    tesla = float(rng.choice([1.5, 3.0, 7.0], p=[0.15, 0.75, 0.10]))
    echo = float(rng.uniform(9, 22) * 3.0 / tesla)
    return Scan(tesla, echo, float(np.exp(rng.uniform(np.log(12), np.log(70)))), (i, j, k)), Grid(
        (i, j, k), affine
    )


def _parenchyma(tissue: NDArray[np.uint8]) -> Map:
    """1 in brain tissue and ventricles, 0 in the outer CSF and beyond."""
    return (tissue > code("csf")).astype(np.float32)


def _brain_mask(soft: Map, magnitude: Map, grid: Grid, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A mask as tools draw it: smooth, a bit too large or eroded, with losses where the signal is poor.

    ``soft`` is the fraction of brain tissue on ``_MASK_GRID``.
    """
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


def _residual_background(grid: Grid, rng: np.random.Generator) -> Map:
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


def _reconstruct(
    measured: Map, magnitude: Map, mask: NDArray[np.bool_], grid: Grid, b0: tuple[float, float, float],
    rng: np.random.Generator, options: Options,
) -> tuple[dict[str, Any], Map]:  # fmt: skip
    """Invert the field inside the mask with a random method and strength; returns what was used, and the map."""
    names = [n for n in RECONSTRUCTIONS if n in options.reconstructions]
    weights = np.array([_SHARES[n] for n in names])
    method = str(rng.choice(names, p=weights / weights.sum()))

    bounds = [np.flatnonzero(mask.any(axis=tuple(b for b in range(3) if b != a))) for a in range(3)]
    box = tuple(slice(int(b[0]), int(b[-1]) + 1) for b in bounds)
    inner = [b.stop - b.start for b in box]
    shape = [
        fft.next_fast_len(n + max(4, round(12 / s)), real=True)
        for n, s in zip(inner, grid.spacing, strict=True)
    ]
    pad = [(0, s - n) for s, n in zip(shape, inner, strict=True)]
    local, weight = np.pad((measured * mask)[box], pad), np.pad((magnitude * mask)[box], pad)
    spacing = grid.spacing
    chosen: dict[str, Any] = {"method": method}
    if method == "tkd":
        chosen["threshold"] = float(rng.uniform(0.10, 0.25))
        chi = truncated_division(local, spacing, b0, chosen["threshold"])
    elif method == "l2":
        chosen["regularisation"] = float(np.exp(rng.uniform(np.log(2e-3), np.log(4e-2))))
        chi = closed_form_l2(local, spacing, b0, chosen["regularisation"])
    elif method == "tikhonov":
        chosen["regularisation"] = float(np.exp(rng.uniform(np.log(3e-3), np.log(5e-2))))
        chosen["iterations"] = int(rng.integers(5, 15))
        power = np.clip(weight / max(float(np.quantile(weight[weight > 0], 0.9)), 1e-6), 0, 1.2) ** 2
        chi = iterative_tikhonov(
            local, power.astype(np.float32), spacing, b0, chosen["regularisation"], chosen["iterations"]
        )
    else:
        chosen["penalty"] = float(np.exp(rng.uniform(np.log(5e-3), np.log(8e-2))))
        chosen["threshold"] = float(np.exp(rng.uniform(np.log(1e-3), np.log(1.2e-2))))
        chosen["iterations"] = int(rng.integers(6, 16))
        edges = _edge_weights(weight, rng)
        chi = total_variation(
            local, edges, spacing, b0, chosen["penalty"], chosen["threshold"], chosen["iterations"]
        )
    out = np.zeros(grid.shape, np.float32)
    out[box] = chi[tuple(slice(0, n) for n in inner)]
    if rng.uniform() < 0.2:
        chosen["smoothing_mm"] = float(rng.uniform(0.3, 0.7))
        out = ndimage.gaussian_filter(out, [chosen["smoothing_mm"] / s for s in spacing])
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in chosen.items()}, out


def _edge_weights(magnitude: Map, rng: np.random.Generator) -> Map:
    """1 in even regions, small where the magnitude has one of its strongest edges."""
    smooth = ndimage.gaussian_filter(magnitude, 0.6)
    slope = np.sqrt(sum(g**2 for g in np.gradient(smooth)))
    limit = np.quantile(slope[magnitude > 0], rng.uniform(0.6, 0.9))
    return np.where(slope > limit, np.float32(rng.uniform(0.05, 0.5)), np.float32(1.0))
