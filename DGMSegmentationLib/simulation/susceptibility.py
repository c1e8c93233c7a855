"""Fill an anatomy with susceptibility (ppm) and magnitude: tissues, iron, gradients inside nuclei, texture, veins, deposits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import apply_weights, axis_weights
from .anatomy import GRID, SPACING, Anatomy
from .deform import smooth_noise
from .deposits import add_deposits, add_lesions
from .site import Site
from .tissues import RIGHT, code, is_tissue, tissue_table
from .veins import vein_fraction

Map = NDArray[np.float32]

#: Mean relative change of susceptibility across a nucleus (per standard deviation of position, towards lateral, anterior,
#: superior in the anatomical frame), and its SD between subjects. Iron in the putamen rises towards its back.
_GRADIENTS: dict[str, tuple[tuple[float, float, float], float]] = {
    "caudate": ((0.0, 0.02, 0.0), 0.08),
    "putamen": ((-0.05, -0.20, 0.0), 0.14),
    "gpe": ((0.03, -0.03, 0.0), 0.07),
    "gpi": ((0.0, -0.03, 0.0), 0.07),
    "sn": ((-0.04, 0.06, -0.02), 0.14),
    "rn": ((0.0, 0.0, -0.03), 0.08),
    "stn": ((0.0, 0.0, 0.0), 0.10),
    "dentate": ((0.0, 0.0, 0.0), 0.10),
}


@dataclass(frozen=True)
class Magnetism:
    """Susceptibility (ppm) and magnitude (white matter = 1) on the anatomy's grid, and the factors drawn."""

    chi: Map
    magnitude: Map
    values_ppb: dict[str, float]


def fill(
    anatomy: Anatomy,
    rng: np.random.Generator,
    *,
    veins: bool = True,
    patients: bool = True,
    site: Site | None = None,
) -> Magnetism:
    """Draw one subject's magnetic sources for an anatomy.

    ``veins=False`` leaves out veins, ``patients=False`` what only patients have (ablations). ``site``: whose iron it is.
    """
    table, magnitude_table, values = _tissue_values(rng, patients, site or Site())
    chi = table[anatomy.tissue]
    texture = np.zeros(256, np.float32)
    for tissue in tissue_table().values():
        texture[tissue.code] = texture[tissue.code + RIGHT * tissue.paired] = tissue.texture_ppb * 1e-3
    boxes: list[tuple[slice, ...] | None] = ndimage.find_objects(anatomy.tissue)
    for name, (mean, spread) in _GRADIENTS.items():
        for right in (0, RIGHT):
            _grade(chi, anatomy, boxes, code(name) + right, np.array(mean) + rng.normal(0, spread, 3))
    _laminae(chi, anatomy, rng)
    _blend(chi, anatomy, ("thalamus", "pulvinar"), 3.0)
    _blend(chi, anatomy, ("internal_capsule", "white_matter"), 2.0)
    _blend(chi, anatomy, ("tegmentum", "brainstem", "crus_cerebri", "hypothalamus"), 1.2)
    _bridge(chi, anatomy, rng)
    _ventricular_wall(chi, anatomy, rng)
    chi = ndimage.gaussian_filter(chi, rng.uniform(0.35, 0.7))
    chi += texture[anatomy.tissue] * _texture(rng)
    magnitude = magnitude_table[anatomy.tissue] * np.exp(0.12 * smooth_noise(rng, GRID.shape, SPACING, 90.0))
    if veins:
        fraction, vein_chi = vein_fraction(anatomy, rng)
        chi += fraction * (vein_chi - chi)
        magnitude *= 1 - np.float32(rng.uniform(0.1, 0.6)) * fraction
    add_deposits(chi, magnitude, anatomy, rng)
    if patients:
        add_lesions(chi, magnitude, anatomy, rng)
    return Magnetism(chi, magnitude.astype(np.float32), values)


def _bridge(chi: Map, anatomy: Anatomy, rng: np.random.Generator) -> None:
    """Grey bridges between caudate and putamen: the capsule's anterior limb is lighter there, but always seen in part."""
    if rng.uniform() < 0.35:
        return
    box = deep_box(anatomy, 4)
    tissue, part = anatomy.tissue[box], chi[box]
    caudate, putamen = (is_tissue(tissue, name) for name in ("caudate", "putamen"))
    mm = anatomy.grid.spacing[0]
    gap = mm * (ndimage.distance_transform_edt(~caudate) + ndimage.distance_transform_edt(~putamen))
    where = is_tissue(tissue, "internal_capsule", "white_matter") & (gap < rng.uniform(3.5, 7.0))
    striatum = float(np.median(part[caudate | putamen]))
    share = np.float32(rng.uniform(0.1, 0.7))
    part[where] += share * (striatum - part[where])


def _ventricular_wall(chi: Map, anatomy: Anatomy, rng: np.random.Generator) -> None:
    """Darken the band between the caudate and its ventricle, where QSM shows a dark line, in place.

    On real QSM the first 2 mm beside the caudate lie 10-55 ppb below the tissue around, the ventricle further in above it
    (Docs/simulation.md): the ependyma with the fibres under it, and what reconstructions make of pulsating CSF.
    """
    box = deep_box(anatomy, 8)
    tissue = anatomy.tissue[box]
    both_sides = 40.0 * (rng.uniform(0.0, 1.0) - 0.5)
    for right in (0, RIGHT):
        caudate = tissue == code("caudate") + right
        distance = ndimage.distance_transform_edt(~caudate) * SPACING
        width = rng.uniform(1.5, 3.2)
        depth = np.float32(1e-3 * np.clip(rng.normal(95.0, 38.0) + both_sides, 0.0, 190.0))
        where = (tissue == code("ventricle")) & (distance < width + 1.0)
        fade = np.clip(width + 1.0 - distance[where], 0.0, 1.0).astype(np.float32)
        chi[box][where] -= depth * fade


def deep_box(anatomy: Anatomy, margin: int = 25) -> tuple[slice, ...]:
    """The box of the labelled structures with a margin in voxels."""
    boxes = [b for b in ndimage.find_objects(anatomy.labels) if b is not None]
    low = [max(0, min(b[a].start for b in boxes) - margin) for a in range(3)]
    high = [max(b[a].stop for b in boxes) + margin for a in range(3)]
    return tuple(slice(a, b) for a, b in zip(low, high, strict=True))


def _patients_iron(rng: np.random.Generator) -> dict[str, float]:
    """Logarithms of a third to three times the iron, for all nuclei or for one group of them; none in five heads of six."""
    groups = ("striatum", "pallidum", "midbrain")
    if rng.uniform() > 1 / 6:
        return dict.fromkeys(groups, 0.0)
    factor, chosen = rng.uniform(-np.log(3.0), np.log(3.0)), int(rng.integers(0, 4))
    return {name: float(factor) if chosen in (n, 3) else 0.0 for n, name in enumerate(groups)}


def _tissue_values(rng: np.random.Generator, patients: bool, site: Site) -> tuple[Map, Map, dict[str, float]]:
    """Tables tissue value -> susceptibility (ppm) and magnitude, with the iron of one subject."""
    chi, magnitude = np.zeros(256, np.float32), np.zeros(256, np.float32)
    values: dict[str, float] = {}
    age = rng.normal(0.0, 0.16)  # iron rises with age in all nuclei together
    striatum = rng.normal(0.0, 0.16)
    pallidum = rng.normal(0.0, 0.08)
    midbrain = rng.normal(0.0, 0.08)
    if patients:
        more = _patients_iron(rng)
        striatum, pallidum, midbrain = (
            striatum + more["striatum"], pallidum + more["pallidum"], midbrain + more["midbrain"]
        )  # fmt: skip
    iron = {
        "caudate": striatum, "putamen": striatum + 0.5 * age, "gpe": pallidum, "gpi": pallidum, "accumbens": 0.5 * striatum,
        "basal_forebrain": pallidum, "sn": midbrain, "rn": midbrain, "stn": midbrain, "dentate": 0.0,
    }  # fmt: skip
    factors = site.factors()
    for tissue in tissue_table().values():
        shared = iron.get(tissue.name)
        if shared is None:
            value = tissue.chi_ppb * (1 + tissue.spread * rng.standard_normal())
            if tissue.name in ("tegmentum", "brainstem", "hypothalamus"):
                value = tissue.chi_ppb + 10 * rng.standard_normal()
        else:
            scatter = shared + age + 0.75 * tissue.spread * rng.standard_normal()
            value = tissue.chi_ppb * factors.get(tissue.code, 1.0) * np.exp(site.scatter * scatter)
        light = tissue.magnitude * (1 + 0.06 * rng.standard_normal())
        for right in (0, RIGHT) if tissue.paired else (0,):
            one = value * np.exp(rng.normal(0.0, 0.05))
            chi[tissue.code + right] = 1e-3 * one
            magnitude[tissue.code + right] = max(light, 0.0)
            values[f"{tissue.name}{'_R' if right else '_L' if tissue.paired else ''}"] = float(one)
    return chi, magnitude, values


def _grade(
    chi: Map, anatomy: Anatomy, boxes: list[tuple[slice, ...] | None], value: int, slope: NDArray[np.float64]
) -> None:
    """Multiply one tissue by 1 + slope . (position / SD of position) in the anatomical frame, in place."""
    if value > len(boxes) or (box := boxes[value - 1]) is None:
        return
    where = anatomy.tissue[box] == value
    index = np.argwhere(where) + [s.start for s in box]
    position = anatomy.frame.positions(index * SPACING + anatomy.affine[:3, 3])
    if value < RIGHT:
        position[:, 0] *= -1  # towards lateral on both sides
    normal = (position - position.mean(axis=0)) / np.maximum(position.std(axis=0), 0.5)
    chi[box][where] *= np.clip(1 + normal @ slope, 0.25, 2.2).astype(np.float32)


def _laminae(chi: Map, anatomy: Anatomy, rng: np.random.Generator) -> None:
    """Darken the medial (GPe/GPi) and lateral (putamen/GPe) medullary laminae, one voxel thick, in place."""
    medial, lateral = rng.uniform(0.45, 1.0), rng.uniform(0.5, 1.0)
    box = deep_box(anatomy)
    part = anatomy.tissue[box]
    gpi = ndimage.binary_dilation(is_tissue(part, "gpi"))
    chi[box][gpi & is_tissue(part, "gpe")] *= np.float32(medial)
    putamen = ndimage.binary_dilation(is_tissue(part, "putamen"))
    chi[box][putamen & is_tissue(part, "gpe")] *= np.float32(lateral)


def _blend(chi: Map, anatomy: Anatomy, names: tuple[str, ...], width_mm: float) -> None:
    """Blur the borders between tissues that pass into each other, in place, without touching their neighbours.

    Works in the box of the deep nuclei, where these tissues meet.
    """
    box = deep_box(anatomy)
    where = is_tissue(anatomy.tissue[box], *names)
    weight = ndimage.gaussian_filter(where.astype(np.float32), width_mm / SPACING)
    blurred = ndimage.gaussian_filter(chi[box] * where, width_mm / SPACING)
    chi[box][where] = blurred[where] / np.maximum(weight[where], 1e-3)


def _texture(rng: np.random.Generator) -> Map:
    """Noise of about unit variance with a coarse, a middle and a fine part, made on every second voxel."""
    weights = rng.uniform(0.3, 1.0, 3)
    weights /= np.linalg.norm(weights)
    half = tuple(n // 2 + 1 for n in GRID.shape)
    total = np.zeros(half, np.float32)
    for weight, length in zip(weights, (28.0, 12.0, 5.0), strict=True):
        total += np.float32(weight) * smooth_noise(rng, half, 2 * SPACING, length)
    up = [axis_weights(m, 2.0, n, 1.0, 0.0, False) for m, n in zip(half, GRID.shape, strict=True)]
    return apply_weights(total * np.float32(rng.uniform(0.5, 1.3)), up)
