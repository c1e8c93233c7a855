"""What the volumes of a site look like, measured without labels by hand: grid, coverage, pose, noise, point spread, contrast.

Noise, point spread and contrast are not read off absolutely but against simulated volumes that are measured in the same way:
what a reconstruction does to them cancels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from ..image import Image, bounding_box, label_set_of, reorient
from ..measurement.contrast import contrasts
from ..segmentation.frame import frame_of_labels
from ..simulation.site import TISSUES_OF, Range, Site

FREQUENCIES = np.arange(0.05, 0.75, 0.05)
"""Cycles per mm at which spectra are compared."""
WIDER = 1.5
"""The scatter of poses and contrasts between a site's heads, widened by half: few heads do not show all of it."""
_BOX_MM = 20.0
"""Around the labelled nuclei, in which noise and spectra are measured: no border of the brain."""
_COARSE_MM = 6.0
_LARGEST_BLUR_MM = (1.0, 2.0)
_SMALLEST_SD_DEG = 3.0
_FACTORS, _SCATTER, _SNR = (0.3, 3.0), (0.5, 1.5), (5.0, 150.0)
_LOG_SNR = 0.6
"""Half the width of the range of signal-to-noise ratios, as a logarithm."""
_ENOUGH = 5
"""Heads from which a scatter between heads can be told."""


@dataclass(frozen=True, eq=False)
class Look:
    """What one volume shows."""

    voxel_mm: tuple[float, float, float]
    """Along right, anterior, superior."""
    pose_deg: tuple[float, float, float]
    """Pitch, roll, yaw in the anatomical frame."""
    reach_mm: Range
    """How far the volume reaches below and above the middle between the pallida."""
    contrast_ppb: dict[str, float]
    """By nucleus, both sides averaged."""
    noise_ppb: float
    plane: NDArray[np.float64]
    """Logarithm of the power at ``FREQUENCIES`` in the plane, relative to the lowest; NaN beyond what the voxels hold."""
    slices: NDArray[np.float64]
    """The same along the slices."""


def blurred(image: Image, blur_mm: Range) -> Image:
    """A map behind a Gaussian of these SDs (plane, slices; axes towards R, A, S), 0 where it was 0."""
    if max(blur_mm) <= 0:
        return image
    x, y, z = image.spacing
    data = ndimage.gaussian_filter(image.data, (blur_mm[0] / x, blur_mm[0] / y, blur_mm[1] / z))
    return image.replace(data=np.where(image.data == 0, np.float32(0), data))


def look_at(image: Image, labels: Image) -> Look | None:
    """Measure a map in ppb (0 outside the brain) with the model's labels; None where they do not tell where the nuclei are."""
    image, labels = reorient(image, "RAS"), reorient(labels, "RAS")
    known = label_set_of(labels)
    frame = frame_of_labels(labels)
    if frame is None:
        return None
    pitch, roll, yaw = Rotation.from_matrix(frame.rotation).as_euler("xyz", degrees=True)
    by_side = contrasts(labels, image)
    nuclei = {
        nucleus: float(np.mean(found))
        for nucleus in TISSUES_OF
        if (found := [by_side[s.abbreviation] for s in known if s.nucleus == nucleus and s.abbreviation in by_side])
    }  # fmt: skip
    slices = np.flatnonzero((image.data != 0).any(axis=(0, 1)))
    heights = frame.origin[2] - (image.affine[2, 3] + image.affine[2, 2] * slices[[0, -1]])
    part, unlabelled = _around_nuclei(image, labels)
    plane, along = _spectra(part, image.spacing)
    return Look(
        image.spacing,
        (-float(pitch), float(roll), float(yaw)),
        (float(heights[0]), -float(heights[1])),
        nuclei,
        _noise(part, unlabelled),
        plane,
        along,
    )


def _around_nuclei(image: Image, labels: Image) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The map in the box of the nuclei with its margin, and where it has values but no labels."""
    box = bounding_box(labels.data > 0)
    assert box is not None  # a frame was found
    margin = [round(_BOX_MM / s) for s in image.spacing]
    wide = tuple(slice(max(0, s.start - m), s.stop + m) for s, m in zip(box, margin, strict=True))
    part = np.nan_to_num(image.data[wide].astype(float))
    return part, (part != 0) & (labels.data[wide] == 0)


def _noise(part: NDArray[np.float64], where: NDArray[np.bool_]) -> float:
    """SD of white noise whose second differences in the plane would be as large (by their median; edges do not count)."""
    second = part[:-2] - 2 * part[1:-1] + part[2:]
    inner = where[:-2] & where[1:-1] & where[2:]
    if not inner.any():
        return float("nan")
    return float(np.median(np.abs(second[inner])) / 0.6745 / np.sqrt(6.0))


def _spectra(
    part: NDArray[np.float64], spacing: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The logarithm of the power in the plane and along the slices, each of what is coarse along the other."""
    x, y, z = part.shape
    coarse = [max(1, round(_COARSE_MM / s)) for s in spacing]
    flat = ndimage.uniform_filter1d(part, coarse[2], axis=2)
    window = np.hanning(x)[:, None, None] * np.hanning(y)[None, :, None]
    flat = flat - flat.mean(axis=(0, 1), keepdims=True)
    power = (np.abs(np.fft.fft2(flat * window, axes=(0, 1))) ** 2).mean(axis=2)
    radius = np.hypot(np.fft.fftfreq(x, spacing[0])[:, None], np.fft.fftfreq(y, spacing[1])[None, :])
    along = ndimage.uniform_filter(part, (coarse[0], coarse[1], 1))
    along = (along - along.mean(axis=2, keepdims=True)) * np.hanning(z)
    column = (np.abs(np.fft.rfft(along, axis=2)) ** 2).mean(axis=(0, 1))
    return (
        _at_frequencies(radius, power, 0.5 / max(spacing[:2])),
        _at_frequencies(np.fft.rfftfreq(z, spacing[2]), column, 0.5 / spacing[2]),
    )


def _at_frequencies(
    radius: NDArray[np.floating[Any]], power: NDArray[np.floating[Any]], limit: float
) -> NDArray[np.float64]:
    """Logarithm of the mean power in a band around each of ``FREQUENCIES`` up to ``limit``, relative to the first."""
    found = np.full(len(FREQUENCIES), np.nan)
    for n, frequency in enumerate(FREQUENCIES):
        band = np.abs(radius - frequency) <= 0.03
        if frequency <= limit and band.any():
            found[n] = np.log(max(float(power[band].mean()), 1e-12))
    return np.asarray(found - found[0])


def blur_of(site: Sequence[Look], simulated: Sequence[Look]) -> Range:
    """SD in mm of the Gaussian, in the plane and along the slices, that makes simulated maps as smooth as the site's.

    A Gaussian of SD s multiplies the power at frequency k by exp(-4 pi^2 s^2 k^2): s^2 is the slope of the difference of the
    logarithms against k^2.
    """
    found = []
    for kind, largest in zip(("plane", "slices"), _LARGEST_BLUR_MM, strict=True):
        own, other = (_mean_spectrum([getattr(look, kind) for look in looks]) for looks in (site, simulated))
        there = np.isfinite(own - other)
        if there.sum() < 3:
            found.append(0.0)
            continue
        slope = np.polyfit(FREQUENCIES[there] ** 2, (own - other)[there], 1)[0]
        found.append(float(min(np.sqrt(max(-slope, 0.0)) / (2 * np.pi), largest)))
    return found[0], found[1]


def _mean_spectrum(spectra: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The mean over those volumes that reach a frequency; NaN where fewer than half do."""
    table = np.array(spectra)
    enough = np.isfinite(table).sum(axis=0) * 2 >= len(table)
    return np.where(enough, np.nanmean(np.where(enough, table, 0.0), axis=0), np.nan)


def site_of(
    looks: Sequence[Look], simulated: Sequence[Look] = (), blur_mm: Range = (0.0, 0.0), snr: Range = (12.0, 70.0)
) -> Site:  # fmt: skip
    """The site of these volumes.

    Args:
        looks: the site's volumes.
        simulated: volumes that were simulated for the site with default noise and iron, then ``blurred``; without them only
            grid, pose and coverage are known.
        blur_mm: by which simulated maps are to be blurred; see :func:`blur_of`.
        snr: that of the simulated volumes.
    """
    poses = np.array([look.pose_deg for look in looks])
    spread = np.maximum(WIDER * poses.std(axis=0), _SMALLEST_SD_DEG)
    middle = np.median(poses, axis=0)
    pose = tuple((round(float(m), 2), round(float(s), 2)) for m, s in zip(middle, spread, strict=True))
    site = Site(
        voxels_mm=tuple((round(x, 4), round(y, 4), round(z, 4)) for x, y, z in (look.voxel_mm for look in looks)),
        pose_deg=(pose[0], pose[1], pose[2]),
        reach_mm=tuple((round(below, 1), round(above, 1)) for below, above in (look.reach_mm for look in looks)),
    )  # fmt: skip
    if not simulated:
        return site
    ratio = float(np.median([s.noise_ppb for s in simulated]) / np.median([s.noise_ppb for s in looks]))
    centre = float(np.clip(np.sqrt(snr[0] * snr[1]) * ratio, *_SNR))
    iron, scatters = [], []
    for nucleus in TISSUES_OF:
        own, other = (
            np.array([look.contrast_ppb[nucleus] for look in group if nucleus in look.contrast_ppb])
            for group in (looks, simulated)
        )
        if own.size and other.size and np.median(other) > 0:
            factor = float(np.clip(np.median(own) / np.median(other), *_FACTORS))
            iron.append((nucleus, round(factor, 3)))
            if min(own.size, other.size) >= _ENOUGH and np.median(own) > 0:
                scatters.append((own.std() / np.median(own)) / (other.std() / np.median(other)))
    scatter = float(np.clip(WIDER * np.median(scatters), *_SCATTER)) if scatters else 1.0
    return replace(
        site,
        snr=(round(float(centre * np.exp(-_LOG_SNR)), 1), round(float(centre * np.exp(_LOG_SNR)), 1)),
        blur_mm=(round(blur_mm[0], 3), round(blur_mm[1], 3)),
        iron=tuple(iron),
        scatter=round(scatter, 3),
    )
