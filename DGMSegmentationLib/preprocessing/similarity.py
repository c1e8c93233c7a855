"""How well a channel and the QSM of one head agree, and where they would agree best, for rigid moves of one of them.

Agreement is mutual information (Mattes et al., IEEE Trans Med Imaging 22:120 (2003); SimpleITK) inside the brain, of both
images less what is smooth over a centimetre: shading and the edges of masks would pull. All points of a lattice count and
one thread sums, so the result is always the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..image import Affine, Grid, Image, bounding_box, resample_to

if TYPE_CHECKING:
    Parameters = NDArray[np.float64]
    Map = NDArray[np.float32]

_ASTRAY_MM = 16.0
"""By which copies are shifted that agree by chance alone; as the next one a multiple of the lattice, for equal interpolation."""
_MARGIN_MM = 24.0
"""Of a lattice around the brain (three steps of up to 4 mm), and of the smoothing beyond it."""
_PROBE_MM, _PROBE_RAD = 2.0, np.deg2rad(2.0)
_BINS = 32
_SHADING_MM = 10.0
_QSM_PPB = (-150.0, 200.0)
_FEWEST = 500
"""Lattice points in the brain; of fewer nothing can be said."""


def view(of: Grid, on: Grid) -> NDArray[np.bool_]:
    """Where the field of view of one grid lies on another."""
    return resample_to(np.ones(of.shape, np.float32), of, on) > 0.5


class Pair:
    """A channel and the QSM of one head, to be compared on lattices along right, anterior, superior."""

    def __init__(self, channel: Image, qsm: Image, mask: NDArray[np.bool_]) -> None:
        box = bounding_box(mask)
        assert box is not None  # open_case found a brain
        affine = qsm.grid.cropped(box).affine
        self.mask = Image(mask[box], affine)
        data = np.clip(np.nan_to_num(np.asarray(qsm.data[box], np.float32)), *_QSM_PPB)
        self.qsm = Image(data, affine)
        index = np.argwhere(self.mask.data)[:: max(1, int(self.mask.data.sum()) // 2000)]
        self.points = affine[:3, :3] @ index.T + affine[:3, 3:]
        self.centre = self.points.mean(axis=1)
        self.channel = self._near(channel)

    def _near(self, channel: Image) -> Image:
        """The part of the channel that any lattice reaches, and what smoothing takes into account around it."""
        low, high = (f(self.points, axis=1) for f in (np.min, np.max))
        reach = _ASTRAY_MM + _MARGIN_MM
        corners = np.array(np.meshgrid(*np.stack([low - reach, high + reach], axis=1))).reshape(3, -1)
        index = np.linalg.inv(channel.affine)[:3] @ np.vstack([corners, np.ones(8)])
        starts = np.clip(np.floor(index.min(axis=1)), 0, np.array(channel.shape) - 1).astype(int)
        stops = np.clip(np.ceil(index.max(axis=1)) + 1, starts + 1, channel.shape).astype(int)
        box = tuple(slice(a, b) for a, b in zip(starts, stops, strict=True))
        return Image(np.asarray(channel.data[box]), channel.grid.cropped(box).affine)

    def level(self, mm: float, around: bool = False) -> Level | None:
        """The agreement on a lattice of this step, inside the brain or (``around``) of all that is near it."""
        from scipy import ndimage

        grid, wide = self._lattice(mm, 3 * mm), self._lattice(mm, _ASTRAY_MM + 3 * mm)
        brain = resample_to(self.mask.data.astype(np.float32), self.mask.grid, grid) > 0.5
        fixed = resample_to(_smooth(self.qsm, mm, self.mask.data), self.qsm.grid, grid)
        moving = resample_to(_smooth(self.channel, mm), self.channel.grid, wide)
        if around:
            where = ndimage.binary_dilation(brain, iterations=2)
            fixed = np.where(brain, fixed, np.float32(_QSM_PPB[0]))
        else:
            where = ndimage.binary_erosion(brain)
            fixed = fixed - _shading(fixed, brain, _SHADING_MM / mm)
            light = _shading(moving, moving != 0, _SHADING_MM / mm)
            moving = moving / np.maximum(light, 1e-3 * max(float(light.max()), 1e-6))
        where &= view(self.channel.grid, grid)
        if where.sum() < _FEWEST:
            return None
        near = resample_to(where.astype(np.float32), grid, wide) > 0
        return Level((_unit(fixed, where), grid), (_unit(moving, near), wide), where, self.centre)

    def _lattice(self, mm: float, margin: float) -> Grid:
        low, high = self.points.min(axis=1) - margin, self.points.max(axis=1) + margin
        affine = np.diag([mm, mm, mm, 1.0])
        affine[:3, 3] = low
        x, y, z = (int(n) for n in np.ceil((high - low) / mm) + 1)
        return Grid((x, y, z), affine)


def rigid(parameters: Parameters, centre: NDArray[np.float64]) -> Affine:
    """From the QSM's world to the channel's, as 4 x 4: three angles (radians) about ``centre``, then a shift (mm)."""
    from SimpleITK import Euler3DTransform

    transform = Euler3DTransform(centre.tolist())
    transform.SetParameters([float(p) for p in parameters])
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(transform.GetMatrix(), (3, 3))
    matrix[:3, 3] = transform.TransformPoint((0.0, 0.0, 0.0))
    return matrix


class Level:
    """Mutual information of two (image 0..1, lattice) for three angles (radians) and a shift (mm); more is better."""

    def __init__(
        self,
        fixed: tuple[Map, Grid],
        moving: tuple[Map, Grid],
        where: NDArray[np.bool_],
        centre: NDArray[np.float64],
    ) -> None:
        self.fixed, self.moving, self.where, self.centre = fixed, moving, where, centre
        self._points = fixed[1].affine @ np.vstack([np.argwhere(where).T, np.ones(int(where.sum()))])
        self._bins = _BINS * _binned(fixed[0][where])

    def __call__(self, parameters: Parameters) -> float:
        """The agreement (nats) there, by a plain joint histogram."""
        from scipy import ndimage

        image, grid = self.moving
        voxels = np.linalg.inv(grid.affine) @ rigid(parameters, self.centre) @ self._points
        seen = ndimage.map_coordinates(image, voxels[:3], order=1, mode="nearest")
        joint = np.bincount(self._bins + _binned(seen), minlength=_BINS**2).reshape(_BINS, _BINS) / len(seen)
        alone = np.outer(joint.sum(axis=1), joint.sum(axis=0))
        held = joint > 0
        return float((joint[held] * np.log(joint[held] / alone[held])).sum())

    def climb(self, start: Parameters, step_mm: float, most: int) -> Parameters:
        """The best place that is found from ``start`` on."""
        import SimpleITK as sitk

        method, transform = sitk.ImageRegistrationMethod(), sitk.Euler3DTransform(self.centre.tolist())
        transform.SetParameters([float(p) for p in start])
        method.SetMetricAsMattesMutualInformation(_BINS)
        method.SetMetricSamplingStrategy(method.NONE)
        method.SetMetricFixedMask(_itk(self.where.astype(np.uint8), self.fixed[1]))
        method.SetInterpolator(sitk.sitkLinear)
        method.SetInitialTransform(transform, inPlace=False)
        method.SetOptimizerAsRegularStepGradientDescent(step_mm, 0.01, most, 0.6)
        method.SetOptimizerScalesFromPhysicalShift()
        threads = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(
            1
        )  # the metric has threads of its own, which sum in any order
        try:
            return np.array(method.Execute(_itk(*self.fixed), _itk(*self.moving)).GetParameters())
        except RuntimeError:  # the images do not meet
            return start
        finally:
            sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)

    def best_here(self, here: float) -> bool:
        """Whether the images, which agree by ``here`` where they lie, agree less after each of twelve small moves."""
        probes = np.diag([_PROBE_RAD] * 3 + [_PROBE_MM] * 3)
        return here >= max(self(p) for p in (*probes, *-probes))

    def chance(self) -> float:
        """What images agree that lie on each other anywhere: the best of six shifted copies."""
        shifts = np.eye(6)[3:] * _ASTRAY_MM
        return max(self(p) for p in (*shifts, *-shifts))


def _itk(data: NDArray[np.generic], grid: Grid):  # type: ignore[no-untyped-def]
    """As SimpleITK's image; its space is taken for RAS here, for both images alike."""
    from SimpleITK import GetImageFromArray

    image = GetImageFromArray(np.ascontiguousarray(data.T))
    image.SetSpacing(grid.spacing)
    image.SetOrigin(grid.affine[:3, 3].tolist())
    return image


def _smooth(image: Image, mm: float, inside: NDArray[np.bool_] | None = None) -> Map:
    """An image as voxels of ``mm`` would show it, of a mask only the inside."""
    from scipy import ndimage

    sigma = [np.sqrt(max(0.0, (0.5 * mm) ** 2 - (0.4 * edge) ** 2)) / edge for edge in image.spacing]
    if inside is None:
        return np.asarray(ndimage.gaussian_filter(image.data, sigma), np.float32)
    return _shading(image.data, inside, sigma)


def _shading(data: Map, inside: NDArray[np.bool_], sigma: float | list[float]) -> Map:
    """The mean around each voxel over a mask."""
    from scipy import ndimage

    weight = ndimage.gaussian_filter(inside.astype(np.float32), sigma)
    total = ndimage.gaussian_filter(np.where(inside, data, np.float32(0)), sigma)
    return np.asarray(np.where(weight > 0.05, total / np.maximum(weight, 0.05), 0), np.float32)


def _unit(data: Map, where: NDArray[np.bool_]) -> Map:
    """From 0 to 1, between the 1st and 99th percentile of a mask."""
    low, high = np.percentile(data[where], (1, 99))
    return np.asarray(np.clip((data - low) / max(high - low, 1e-6), 0, 1), np.float32)


def _binned(values: Map) -> NDArray[np.int64]:
    """Numbers 0.._BINS - 1 of values from 0 to 1."""
    return np.minimum((values * _BINS).astype(np.int64), _BINS - 1)
