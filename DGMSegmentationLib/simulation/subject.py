"""One simulated subject: an anatomy, a seed and options in; a QSM, its labels and what was drawn out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import Grid, Image, apply_weights, grid_weights
from .anatomy import GRID, Anatomy, mirrored
from .brain_mask import brain_mask, field_of_view
from .deform import Pose, random_pose, random_positions, smooth_noise
from .inversion import RANDOM_CONTRAST, RECONSTRUCTIONS, random_contrast, reconstruct
from .physics import acquire, forward_field
from .relaxation import own_generator, scan_channels, sidecar
from .scan import b0_direction, draw_scan, residual_background
from .site import Site
from .susceptibility import fill
from .tissues import code

Map = NDArray[np.float32]


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
    site: Site | None = None
    """One site's scans instead of any; its pose, coverage and voxels take the place of those drawn otherwise."""
    channels: tuple[str, ...] = ()
    """Further maps of the same head (`relaxation.CHANNELS`); the QSM is the same with and without them."""


@dataclass(frozen=True)
class Simulated:
    """A finished subject. ``chi_ppm`` is 0 outside its mask; both maps lie on one grid, axes towards R, A, S.

    ``atoms`` (`atoms`) lies on a grid of its own, as fine as the anatomy, around the deep nuclei only.
    """

    chi_ppm: Image
    labels: Image
    atoms: Image
    settings: dict[str, object] = field(default_factory=dict)
    further: dict[str, tuple[Image, dict[str, object]]] = field(default_factory=dict)
    """By the name of a channel its map on the grid of ``chi_ppm`` and what its sidecar says."""


def simulate(anatomy: Anatomy, seed: int | tuple[int, ...], options: Options = Options()) -> Simulated:
    """Simulate one subject; everything random follows from the seed."""
    rng = np.random.default_rng(seed)
    if options.deform and rng.uniform() < 0.5:
        anatomy = mirrored(anatomy)
    site = options.site
    pose = (site.pose(rng) if site else None) or (
        random_pose(rng, options.tilts) if options.deform else Pose(np.eye(3), np.zeros(3), np.ones(3))
    )
    magnetism = fill(anatomy, rng, veins=options.veins, patients=options.patients, site=site)
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
    b0 = b0_direction(rng)
    field_map = forward_field(chi, GRID.spacing, b0)

    scan, grid = draw_scan(rng, (site.voxel(rng) if site else None) or options.voxel_size)
    if site:
        scan = replace(scan, snr=site.draw_snr(rng))
    head = (tissue, chi, field_map, magnitude)
    further = scan_channels(options.channels, head, scan, own_generator(seed)) if options.channels else {}
    measured, magnitude = acquire(field_map, magnitude, scan, rng)
    del field_map, head
    mask = brain_mask(tissue, magnitude, grid, rng)
    measured += residual_background(grid, rng)
    if site and site.reach_mm:
        mask &= site.view(mask, labels, grid, rng)
    elif options.tilts:
        mask &= field_of_view(mask, labels, grid, rng)
    if options.random_contrast and rng.uniform() < RANDOM_CONTRAST:
        chosen, recon = random_contrast(tissue, grid, rng)
    else:
        chosen, recon = reconstruct(measured, magnitude, mask, grid, b0, rng, options.reconstructions)
    if site:
        recon = site.blurred(recon, grid, rng)
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
        {
            name: (
                Image(data if name == "magnitude" else data * mask, grid.affine.copy()),
                sidecar(name, scan),
            )
            for name, data in further.items()
        },
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
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    part = labels[box]
    weights = grid_weights(source.cropped(box), target, True)
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
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    return Image(inside[box].copy(), GRID.cropped(box).affine)
