"""Opening a case: read the QSM, find the brain, decide the unit, and bring everything to ppb."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Image
from ..io.files import ImageSource, read_image
from .alignment import DOUBTED_PLACES, aligned
from .coregistration import Move, on_grid_of
from .mask import SENTINEL, brain_mask, check_head_size, other_parts
from .units import UnitDecision, decide_units


@dataclass(frozen=True, eq=False)
class Case:
    """One subject's images on the native grid of the QSM."""

    image: Image
    """The QSM in ppb, float32."""
    mask: NDArray[np.bool_]
    units: UnitDecision
    stored: Image
    """The QSM as the file says, before any change of the voxel size."""
    extra: tuple[Image, ...] = ()
    """Further channels (magnitude, R2*) in their own units, on the QSM's grid."""
    warnings: tuple[Remark, ...] = ()
    moves: Mapping[str, Move] = field(default_factory=dict)
    """By channel how it was registered to the QSM, where it was off."""

    @property
    def channels(self) -> tuple[Image, ...]:
        """QSM first, then the further channels."""
        return (self.image, *self.extra)


def with_voxel_size(image: Image, voxel_size_mm: Sequence[float]) -> Image:
    """The same array with other voxel edges in mm: directions and centre stay, for files with a wrong header."""
    size = np.asarray(voxel_size_mm, float)
    if size.shape != (3,) or not (np.isfinite(size) & (size > 0)).all():
        raise InputError("voxel_size_bad", given=voxel_size_mm)
    if np.allclose(size, image.spacing, rtol=1e-5, atol=0):
        return image  # what the file says, but for its roundings
    affine = image.affine.copy()
    middle = (np.array(image.shape) - 1) / 2.0
    affine[:3, :3] = image.affine[:3, :3] / np.array(image.spacing) * size
    affine[:3, 3] = image.affine[:3, :3] @ middle + image.affine[:3, 3] - affine[:3, :3] @ middle
    return image.replace(affine=affine, other_affine=None)


def with_axes(image: Image, codes: str) -> Image:
    """The same array with other axis codes, e.g. "LPS", for files with a wrong header: spacing and centre stay."""
    directions = {"R": (0, 1), "L": (0, -1), "A": (1, 1), "P": (1, -1), "S": (2, 1), "I": (2, -1)}
    middle = (np.array(image.shape) - 1) / 2.0
    affine = np.eye(4)
    affine[:3, :3] = 0.0
    for axis, (code, step) in enumerate(zip(codes, image.spacing, strict=True)):
        row, sign = directions[code]
        affine[row, axis] = sign * step
    affine[:3, 3] = image.affine[:3, :3] @ middle + image.affine[:3, 3] - affine[:3, :3] @ middle
    return image.replace(affine=affine, other_affine=None)


def without_sentinels(data: NDArray[Any]) -> NDArray[Any]:
    """Background values below -10000 that stand inside the brain become NaN, so that nothing is averaged with them."""
    low = data < SENTINEL
    return np.where(low, np.nan, data) if low.any() else data


def bring_to_ppb(
    image: Image, units: str = "auto", mask: NDArray[np.bool_] | None = None
) -> tuple[Image, NDArray[np.bool_], UnitDecision]:
    """The image in ppb (float32, what is background inside the brain as NaN), its brain mask and its unit.

    ``mask``: the brain mask where it is known. Raises InputError when it is no usable QSM.
    """
    where = str(image.path or "the image")
    mask = brain_mask(image.data, where) if mask is None else mask
    data = without_sentinels(image.data)
    decision = decide_units(data, mask, units, hint=image.unit, name=where)
    values = np.asarray(data, np.float32) * np.float32(decision.factor_to_ppb)
    return image.replace(data=values, unit="ppb"), mask, decision


def unit_contradiction(image: Image, decision: UnitDecision) -> list[Remark]:
    """A remark where the file (its BIDS sidecar) names another unit than its values made us take: one of them is wrong."""
    if not decision.detected or image.unit in (None, decision.unit):
        return []
    name = image.path.name if image.path else "The image"
    return [Remark("unit_contradiction", name=name, taken=decision.unit, stated=image.unit)]


def open_case(
    source: ImageSource,
    *,
    units: str = "auto",
    voxel_size: Sequence[float] | None = None,
    orientation: str = "",
    channels: Sequence[str] = ("qsm",),
    extra: Mapping[str, ImageSource] | None = None,
) -> Case:
    """Read and check a QSM and the further channels that ``channels`` names after the first.

    ``units``: "auto", "ppm" or "ppb". ``voxel_size`` and ``orientation`` (axis codes) are the true ones where the header is
    wrong. Channels come on the QSM's grid (`coregistration`). Raises InputError for anything that is no usable QSM and for
    channels that are missing or cannot be brought to it.
    """

    def as_told(image: Image) -> Image:
        image = image if voxel_size is None else with_voxel_size(image, voxel_size)
        return with_axes(image, orientation) if orientation else image

    stored = read_image(source)
    warnings, image = list(stored.warnings), as_told(stored)
    ppb, mask, decision = bring_to_ppb(image, units)
    warnings += unit_contradiction(image, decision)
    warnings += check_head_size(mask, image.spacing, image.grid.axis_codes, str(image.path or "the image"))
    warnings += other_parts(image.data, mask)
    given = dict(extra or {})
    for name in given:
        if name not in channels[1:]:
            raise InputError("channel_unknown", name=name, channels=channels[1:])
    others, moves = [], {}
    for name in channels[1:]:
        if name not in given:
            raise InputError("channel_missing", name=name)
        channel = read_image(given[name])
        # What is said of the QSM's header holds for a channel of the same array; another one's own header counts.
        told, called = as_told(channel) if channel.shape == stored.shape else channel, f"The channel {name}"
        channel, placing = aligned(told, image, called)
        channel, move, moving = on_grid_of(channel, ppb, mask, called)
        # Where it truly lies, the images themselves have said.
        warnings += [remark for remark in placing if remark.code not in DOUBTED_PLACES] + list(moving)
        others.append(channel)
        if move is not None:
            moves[name] = move
    return Case(ppb, mask, decision, stored, tuple(others), tuple(warnings), moves)
