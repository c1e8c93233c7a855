"""Random changes of a training sample: place, shape, brightness, noise, resolution, and how far single nuclei stand out.

One sample is drawn straight from the case through a deformed lattice, so that nothing is interpolated twice and nothing
is deformed that the sample does not show. Lengths are mm; intensities are fractions of half the window (the network's
unit: 1 is the window's upper end).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ..inference.predictor import cut
from ..preprocessing.grid import Preprocessing, mirrored_coordinates
from ..structures import STANDARD
from .cases import Case
from .settings import AugmentationSettings

Array = NDArray[Any]
_SOFT_MM = 0.8
"""Standard deviation by which a nucleus' mask is softened: a voxel's width, as partial volume does."""


class Augmenter:
    """Draws augmented samples; deterministic for a given random generator."""

    def __init__(
        self, settings: AugmentationSettings, pre: Preprocessing, partners: Sequence[int] = STANDARD.mirror
    ) -> None:
        """``partners[label]`` is the label after the head is mirrored."""
        self.settings = settings
        self.partners = np.asarray(partners, np.min_scalar_type(max(partners)))
        self.pre = pre
        self.lateral = pre.lateral_axis

    @classmethod
    def of(
        cls, settings: AugmentationSettings, pre: Preprocessing, partners: Sequence[int] = STANDARD.mirror
    ) -> "Augmenter | None":
        """An augmenter, or None when the settings change nothing."""
        active = settings.mirror or settings.spatial or settings.intensity
        return cls(settings, pre, partners) if active else None

    def __call__(
        self,
        case: Case,
        low: Sequence[int],
        size: Sequence[int],
        fill: Sequence[float],
        rng: np.random.Generator,
    ) -> tuple[Array, Array, Array | None]:
        """Image (C, *size), labels (*size) and coordinates (3, *size) of the region at ``low``, changed at random."""
        if self.settings.spatial and rng.random() < self.settings.spatial:
            image, labels, mask, where = self._deformed(case, low, size, fill, rng)
        else:
            image = cut(case.inputs, low, size, fill)
            labels = cut(case.labels[None], low, size, (0,))[0].astype(self.partners.dtype)
            mask = cut(case.mask[None], low, size, (0,))[0] > 0
            where = None if case.coordinates is None else cut(case.coordinates, low, size, (0, 0, 0))
        if self.settings.contrast and rng.random() < 0.5:
            image = self._remixed(image, labels, rng, case.grid.spacing)
        if self.settings.intensity and rng.random() < self.settings.intensity:
            image = self._intensity(image, mask, fill, rng, case.grid.spacing)
        if self.settings.mirror and rng.random() < self.settings.mirror:
            image, labels, where = self.mirrored(image, labels, where)
        return image, labels, where

    def mirrored(self, image: Array, labels: Array, where: Array | None) -> tuple[Array, Array, Array | None]:
        """Left and right exchanged: arrays flipped, labels swapped, the lateral coordinate changes its sign."""
        axis = self.lateral
        flipped = np.flip(image, axis + 1)
        swapped = self.partners[np.flip(labels, axis)]
        if where is not None:
            where = mirrored_coordinates(where, self.pre)
        return flipped, swapped, where

    def _deformed(
        self,
        case: Case,
        low: Sequence[int],
        size: Sequence[int],
        fill: Sequence[float],
        rng: np.random.Generator,
    ) -> tuple[Array, Array, Array, Array | None]:
        spacing = np.array(case.grid.spacing)
        points = self._lattice(low, size, spacing, rng)  # (3, *size) voxel positions in the case
        first = np.floor(points.reshape(3, -1).min(1)).astype(int) - 1
        extent = np.ceil(points.reshape(3, -1).max(1)).astype(int) + 2 - first
        sample = self._to_sample_grid(points - first.reshape(3, 1, 1, 1), extent)
        image = self._sample(cut(case.inputs, first, extent, fill), sample, "bilinear")
        marks = np.stack([case.labels, case.mask.astype(np.uint8)])
        nearest = self._sample(cut(marks, first, extent, (0, 0)), sample, "nearest")
        where = None
        if case.coordinates is not None:
            where = self._sample(cut(case.coordinates, first, extent, (0, 0, 0)), sample, "bilinear")
        return image, np.rint(nearest[0]).astype(self.partners.dtype), nearest[1] > 0.5, where

    def _lattice(
        self, low: Sequence[int], size: Sequence[int], spacing: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Voxel positions of the sample's lattice after rotation, scale, shear and a smooth elastic displacement."""
        s = self.settings
        angles = np.deg2rad(rng.uniform(-s.rotation_deg, s.rotation_deg, 3))
        matrix = np.diag(1 + rng.uniform(-s.scale, s.scale, 3))
        shear = np.eye(3) + rng.uniform(-s.shear, s.shear, (3, 3)) * (1 - np.eye(3))
        for axis, angle in enumerate(angles):
            a, b = [i for i in range(3) if i != axis]
            turn = np.eye(3)
            turn[a, a] = turn[b, b] = np.cos(angle)
            turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
            matrix = turn @ matrix
        matrix = (np.diag(1 / spacing) @ matrix @ shear @ np.diag(spacing)).astype(np.float32)
        half = (np.array(size, np.float32) - 1) / 2
        axes = [np.arange(n, dtype=np.float32) - h for n, h in zip(size, half, strict=True)]
        offset = np.stack(np.meshgrid(*axes, indexing="ij"))
        points = np.einsum("ij,jxyz->ixyz", matrix, offset)
        if s.elastic_mm > 0:
            nodes = [
                max(4, round(n * sp / s.elastic_grid_mm) + 3) for n, sp in zip(size, spacing, strict=True)
            ]
            field = rng.normal(0, s.elastic_mm, (1, 3, *nodes)).astype(np.float32)
            smooth = functional.interpolate(
                torch.from_numpy(field), size=tuple(size), mode="trilinear", align_corners=True
            )
            points += smooth[0].numpy() / spacing.reshape(3, 1, 1, 1).astype(np.float32)
        centre = np.array(low, np.float32) + half
        return np.asarray(points + centre.reshape(3, 1, 1, 1), np.float32)

    @staticmethod
    def _to_sample_grid(points: Array, extent: Sequence[int]) -> torch.Tensor:
        """Voxel positions as torch's sampling grid (1, X, Y, Z, 3): -1..1 per axis, the last axis first."""
        scale = (np.array(extent, np.float32) - 1).reshape(3, 1, 1, 1)
        unit = np.asarray(2 * points / scale - 1, np.float32)
        return torch.from_numpy(np.ascontiguousarray(np.moveaxis(unit[::-1], 0, -1)))[None]

    @staticmethod
    def _sample(region: Array, grid: torch.Tensor, mode: str) -> Array:
        tensor = torch.from_numpy(np.ascontiguousarray(region, np.float32))[None]
        sampled = functional.grid_sample(tensor, grid, mode=mode, padding_mode="border", align_corners=True)
        return np.asarray(sampled[0].numpy())

    def _remixed(
        self, image: Array, labels: Array, rng: np.random.Generator, spacing: Sequence[float]
    ) -> Array:
        """Each nucleus with another amount of iron: both sides' values moved alike, inside its softened mask."""
        from scipy import ndimage

        amount = self.settings.contrast
        moved = np.zeros(len(self.partners), np.float32)
        pairs = np.minimum(np.arange(len(moved)), self.partners)
        moved[1:] = rng.uniform(-amount, amount, len(moved)).astype(np.float32)[pairs][1:]
        soft = ndimage.gaussian_filter(moved[labels], _SOFT_MM / np.asarray(spacing), truncate=3)
        result = np.array(image, np.float32)
        result[0] += soft
        return result

    def _intensity(
        self,
        image: Array,
        mask: Array,
        fill: Sequence[float],
        rng: np.random.Generator,
        spacing: Sequence[float],
    ) -> Array:
        """Resolution, noise, gain, gamma and reference offset; only the brain changes, the background stays."""
        s = self.settings
        background = np.asarray(fill, np.float32).reshape(-1, 1, 1, 1)
        value = np.asarray(image, np.float32) - background
        each = (len(value), 1, 1, 1)  # a magnitude's shading says nothing of a QSM's reference
        if s.low_resolution and rng.random() < 0.25:
            value = _coarser(value, 1 + rng.uniform(0, s.low_resolution, 3))
        if s.blur and rng.random() < 0.3:
            from scipy import ndimage

            sigma = rng.uniform(0, s.blur) / np.asarray(spacing)
            value = np.stack([ndimage.gaussian_filter(v, sigma, truncate=3) for v in value])
        if s.gain:
            value = value * np.exp(rng.uniform(-1, 1, each) * np.log1p(s.gain)).astype(np.float32)
        if s.gamma and rng.random() < 0.3:
            power = np.float32(np.exp(rng.uniform(-1, 1) * np.log1p(s.gamma)))
            value = np.sign(value) * np.abs(value) ** power
        if s.noise and rng.random() < 0.5:
            strength = np.float32(rng.uniform(0, s.noise))
            value = value + strength * rng.standard_normal(value.shape, np.float32)
        if s.offset:
            value = value + rng.uniform(-s.offset, s.offset, each).astype(np.float32)
        limit = ((0 - self.pre.subtract) / self.pre.divide, (255 - self.pre.subtract) / self.pre.divide)
        return np.clip(np.where(mask, value, 0) + background, *limit).astype(np.float32)


def _coarser(value: Array, factors: NDArray[np.float64]) -> Array:
    """Through a coarser lattice and back, as if the scan had larger voxels."""
    tensor = torch.from_numpy(np.ascontiguousarray(value))[None]
    size = [max(2, round(n / f)) for n, f in zip(value.shape[1:], factors, strict=True)]
    small = functional.interpolate(tensor, size=size, mode="area")
    enlarged = functional.interpolate(small, size=value.shape[1:], mode="trilinear", align_corners=False)
    return np.asarray(enlarged[0].numpy())
