"""From an image in ppb to what a network sees: axes, spacing, crop, window, grey levels, scale, coordinates.

Every step is a field of :class:`Preprocessing`, which travels in the header of the model file, so that a model carries
its own preprocessing. The defaults are those of the first article (2017-10): (1, 1, 3) mm, (160, 220, 48) voxels,
+-0.2 ppm mapped to 256 grey levels, then (v - 127) / 128.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Meta
from nibabel import orientations
from numpy.typing import NDArray

from ..errors import InputError
from ..image import (
    Box,
    Grid,
    Image,
    apply_weights,
    bounding_box,
    grid_weights,
    label_set_of,
    reorient,
    shifted,
)
from ..io.typed import typed

MAX_GRID_VOXELS = 2**28
"""The largest grid that a case is brought to: 1 GiB a channel, some hundred times a head's."""

Spacing = Annotated[float, Meta(ge=0.05, le=50.0)]
Edge = Annotated[int, Meta(ge=1, le=4096)]
GreyValue = Annotated[float, Meta(ge=-1e9, le=1e9)]
Window = tuple[GreyValue, GreyValue]


@dataclass(frozen=True)
class Preprocessing:
    """How a model wants its input; all lengths in mm, all windows in ppb."""

    axes: str = "RAS"
    """Direction of the array axes that the network was trained in (nibabel axis codes)."""
    spacing_mm: tuple[Spacing, Spacing, Spacing] = (1.0, 1.0, 3.0)
    shape: tuple[Edge, Edge, Edge] | None = (160, 220, 48)
    """Voxels of the network grid; None takes the brain mask's bounding box."""
    crop_centre: Literal["mask-box", "mask-centroid", "volume"] = "mask-box"
    """What lies in the middle of the grid: the mask's bounding box, the mask's centroid, or the volume."""
    windows: Annotated[tuple[Window, ...], Meta(min_length=1, max_length=16)] = ((-200.0, 200.0),)
    """(low, high) per input channel, clipped and mapped to 0..255; the first channel is QSM in ppb."""
    window_units: Annotated[tuple[Literal["own", "median"], ...], Meta(max_length=16)] = ()
    """What each window counts: "own", the channel's own unit (R2* in 1/s), or "median", its median in the brain, for values in
    arbitrary units (a magnitude). () is "own" for all; the first channel is always "own"."""
    levels: Annotated[int, Meta(ge=2, le=65536)] | None = 256
    """Number of grey levels, as in files of bytes; None keeps the values continuous."""
    subtract: Annotated[float, Meta(ge=-1e6, le=1e6)] = 127.0
    divide: Annotated[float, Meta(ge=1e-6, le=1e6)] = 128.0
    antialias: bool = True
    """Widen the interpolation kernel when the network grid is coarser than the image."""
    coordinates: bool = False
    """Give the network three channels with mm from the centroid of the brain mask."""
    coordinate_window_mm: Annotated[float, Meta(ge=0.1, le=1e4)] = 50.0
    back: Literal["linear", "nearest"] = "linear"
    """How results return to the native grid: probabilities by linear interpolation, or labels by nearest neighbour."""

    def __post_init__(self) -> None:
        """What holds between fields and letters; raises InputError."""
        try:
            ornt = orientations.axcodes2ornt(self.axes)
            known = len(self.axes) == 3 and not np.isnan(ornt).any() and len(set(ornt[:, 0])) == 3
        except (ValueError, IndexError, TypeError):
            known = False
        if not known:
            raise InputError("preprocessing_axes", value=self.axes[:20])
        if self.shape is not None and math.prod(self.shape) > MAX_GRID_VOXELS:
            raise InputError("preprocessing_shape", value=self.shape)
        if any(not high - low >= 1e-6 for low, high in self.windows):
            raise InputError("preprocessing_windows", value=self.windows)
        units = self.window_units
        if units and (len(units) != len(self.windows) or units[0] != "own"):
            raise InputError("preprocessing_window_units", value=units)

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values; without window units where there are none, as earlier versions know none."""
        values = asdict(self)
        return values if self.window_units else {k: v for k, v in values.items() if k != "window_units"}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "Preprocessing":
        """Read back what :meth:`to_dict` wrote; raises InputError for an unknown or unusable field."""
        return typed(cls, values, "Preprocessing", known_only=True)

    @property
    def lateral_axis(self) -> int:
        """The array axis that runs left-right."""
        return next(i for i, code in enumerate(self.axes) if code in "LR")

    def scale(self, grey: NDArray[np.float32]) -> NDArray[np.float32]:
        """Grey values 0..255 to the numbers that the network sees."""
        return ((grey - self.subtract) / self.divide).astype(np.float32, copy=False)

    def background(self, channel: int = 0) -> float:
        """What the network sees outside the head: the value 0 of a channel after window and scale."""
        return float(window_to_network(np.zeros(1, np.float32), self, channel)[0])


@dataclass(frozen=True, eq=False)
class Prepared:
    """A case on the network grid."""

    inputs: NDArray[np.float32]
    """(channels, x, y, z), windowed and scaled."""
    coordinates: NDArray[np.float32] | None
    """(3, x, y, z) scaled mm from the mask's centroid, when the model wants them."""
    grid: Grid
    """The network grid, in the model's axes."""
    native: Grid
    """The input's grid after reorientation to the model's axes."""
    mask: NDArray[np.bool_]
    """(x, y, z) brain mask on the network grid."""
    mask_centre: NDArray[np.float64]
    """Centre of the mask's bounding box, in voxels of the network grid: the origin of prior boxes."""


def window_to_network(values: NDArray[Any], pre: Preprocessing, channel: int = 0) -> NDArray[np.float32]:
    """Clip a channel (ppb) to its window, map it to 0..255 in ``levels`` steps, and scale it for the network."""
    low, high = pre.windows[channel]
    grey = np.asarray(values, np.float32) - low
    grey *= 255.0 / (high - low)
    np.clip(grey, 0.0, 255.0, out=grey)
    if pre.levels is not None:
        step = 255.0 / (pre.levels - 1)
        grey = np.rint(grey / step) * step
    return pre.scale(grey)


def median_in_brain(values: NDArray[Any], mask: NDArray[np.bool_]) -> np.float32:
    """The median over a brain mask of the values that are finite and not 0 (beyond a field of view); 1 where there are none."""
    inside = np.asarray(values[mask], np.float32)
    inside = inside[np.isfinite(inside) & (inside != 0)]
    middle = np.float32(np.median(inside)) if inside.size else np.float32(1)
    return middle if middle > 0 else np.float32(1)


def mask_box(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last index (both inclusive) of a mask along each axis; raises InputError when it is empty."""
    box = bounding_box(mask)
    if box is None:
        raise InputError("brain_mask_empty")
    return np.array([s.start for s in box], np.int64), np.array([s.stop - 1 for s in box], np.int64)


def _centroid(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    marginals = [mask.sum(axis=tuple(a for a in range(3) if a != axis)) for axis in range(3)]
    return np.array([(m * np.arange(m.size)).sum() / m.sum() for m in marginals])


def network_grid(native: Grid, mask: NDArray[np.bool_], pre: Preprocessing) -> Grid:
    """The grid of the network for an image already in the model's axes, centred by the model's crop rule.

    Along an axis whose spacing already fits, the grid is shifted to fall on the image's own voxels, so that nothing
    is blurred for the sake of half a voxel.
    """
    low, high = mask_box(mask)
    if pre.crop_centre == "mask-box":
        centre = (low + high) / 2.0
    elif pre.crop_centre == "mask-centroid":
        centre = _centroid(mask)
    else:
        centre = (np.array(native.shape) - 1) / 2.0
    step = np.array(pre.spacing_mm) / np.array(native.spacing)
    if pre.shape is None:
        shape = np.ceil((high - low + 1) / step).astype(int) + 2
    else:
        shape = np.array(pre.shape)
    if np.prod(shape, dtype=float) > MAX_GRID_VOXELS:
        raise InputError("image_too_large")
    origin = centre - step * (shape - 1) / 2.0
    fits = np.abs(step - 1.0) < 1e-3
    step = np.where(fits, 1.0, step)
    # +1e-6: a centre on half a voxel must round the same way whatever noise the affine's arithmetic left.
    origin = np.where(fits, np.floor(origin + 0.5 + 1e-6), origin)
    affine = native.affine.copy()
    affine[:3, :3] = native.affine[:3, :3] * step
    affine[:3, 3] = native.affine[:3, :3] @ origin + native.affine[:3, 3]
    return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)


def coordinate_channels(mask: NDArray[np.bool_], grid: Grid, pre: Preprocessing) -> NDArray[np.float32]:
    """(3, x, y, z) mm along each array axis from the mask's centroid, clipped, mapped to 0..255 and scaled.

    Second article (2018-02): clipped to +-50 mm.
    """
    centre, limit = _centroid(mask), pre.coordinate_window_mm
    channels = np.empty((3, *grid.shape), np.float32)
    for axis in range(3):
        mm = (np.arange(grid.shape[axis]) - centre[axis]) * grid.spacing[axis]
        grey = (np.clip(mm, -limit, limit) + limit) * (255.0 / (2 * limit))
        view = [1, 1, 1]
        view[axis] = -1
        channels[axis] = pre.scale(grey.astype(np.float32)).reshape(view)
    return channels


def mirrored_coordinates(coordinates: NDArray[np.float32], pre: Preprocessing) -> NDArray[np.float32]:
    """Coordinate channels (3, x, y, z) of the head mirrored left to right: flipped, the lateral one with its sign changed."""
    axis = pre.lateral_axis
    mirrored = np.flip(coordinates, axis=1 + axis).copy()
    # Grey g becomes 255 - g; in the network's units with (g - s) / d that is (255 - 2 s) / d - value.
    mirrored[axis] = (255.0 - 2 * pre.subtract) / pre.divide - mirrored[axis]
    return mirrored


def prepare(
    images: Sequence[Image],
    mask: NDArray[np.bool_],
    pre: Preprocessing,
    looked_at: Callable[[Grid, NDArray[np.float64]], Box | None] | None = None,
) -> Prepared:
    """Bring one case to the network grid.

    ``images``: one per channel, all on the grid of the first, QSM in ppb first. ``mask``: brain mask on that grid.
    Voxels outside the mask and non-finite ones become 0 before anything is interpolated. ``looked_at`` may say, of the network
    grid and ``mask_centre``, in which box alone inputs and mask will be looked at: elsewhere they may then be background.
    """
    if len(images) != len(pre.windows):
        raise InputError("channels_count", wanted=len(pre.windows), given=len(images))
    first = images[0]
    for extra in images[1:]:
        if not extra.grid.same_as(first.grid):
            raise InputError("channel_other_grid", channel=extra.path or "A channel")
    mask_turned = reorient(Image(mask, first.affine), pre.axes)
    native, turned_mask = mask_turned.grid, mask_turned.data
    grid = network_grid(native, turned_mask, pre)
    weights = grid_weights(native, grid, pre.antialias)
    low, high = mask_box(turned_mask)
    box = tuple(slice(int(a), int(b) + 1) for a, b in zip(low, high, strict=True))
    inner = [w[:, s] for w, s in zip(weights, box, strict=True)]  # outside the mask's box all is 0
    centre = np.linalg.solve(grid.affine, native.affine @ np.append((low + high) / 2.0, 1.0))[:3]
    wanted = looked_at(grid, centre) if looked_at is not None and not pre.coordinates else None
    # Voxels that see nothing of the mask's box are background.
    spans = wanted or (slice(None),) * 3
    target = tuple(used_span(w, 1, s) for w, s in zip(inner, spans, strict=True))
    if any(s.start == s.stop for s in target):
        if wanted is not None:
            return prepare(images, mask, pre)
        raise InputError("brain_mask_vanishes")
    inner = [w[rows] for w, rows in zip(inner, target, strict=True)]
    seen = [used_span(w, 0) for w in inner]
    inner = [w[:, columns] for w, columns in zip(inner, seen, strict=True)]
    box = shifted((seen[0], seen[1], seen[2]), (box[0], box[1], box[2]))
    inside = turned_mask[box]
    inputs = np.empty((len(images), *grid.shape), np.float32)
    for channel, image in enumerate(images):
        values = np.asarray(reorient(image, pre.axes).data[box], np.float32)
        values = np.where(inside & np.isfinite(values), values, np.float32(0))
        if pre.window_units and pre.window_units[channel] == "median":
            values /= median_in_brain(image.data, mask)
        inputs[channel] = pre.background(channel)
        inputs[channel][target] = window_to_network(apply_weights(values, inner), pre, channel)
    mask_grid = np.zeros(grid.shape, bool)
    np.greater_equal(apply_weights(inside, inner), 0.5, out=mask_grid[target])
    if not mask_grid.any():
        if wanted is not None:
            return prepare(images, mask, pre)
        raise InputError("brain_mask_vanishes")
    coordinates = coordinate_channels(mask_grid, grid, pre) if pre.coordinates else None
    return Prepared(inputs, coordinates, grid, native, mask_grid, centre)


def used_span(weights: NDArray[np.float32], across: int, within: slice = slice(None)) -> slice:
    """From the first to the last row (or column) that is not all 0 across an axis, within a span; an empty one where all are."""
    start, stop, _ = within.indices(weights.shape[1 - across])
    lines = (weights if across else weights.T)[start:stop]
    hits = np.flatnonzero(lines.any(axis=1))
    return slice(start + int(hits[0]), start + int(hits[-1]) + 1) if hits.size else slice(start, start)


def labels_to_grid(
    labels: Image, grid: Grid, pre: Preprocessing, method: str = "linear"
) -> NDArray[np.integer[Any]]:
    """Bring reference labels to the network grid of their image, for training.

    "linear" resamples each label's indicator and takes the largest, which keeps small nuclei round; "nearest" copies.
    """
    turned = reorient(labels, pre.axes)
    source = turned.grid
    kind = label_set_of(labels).dtype
    result: NDArray[np.integer[Any]] = np.zeros(grid.shape, kind)
    if not turned.data.any():
        return result
    if method == "nearest":
        index = []
        to_source = np.linalg.inv(source.affine) @ grid.affine
        for axis in range(3):
            position = to_source[axis, axis] * np.arange(grid.shape[axis]) + to_source[axis, 3]
            index.append(np.floor(position + 0.5).astype(int))
        valid = [(p >= 0) & (p < n) for p, n in zip(index, source.shape, strict=True)]
        inside = np.ix_(*valid)
        result[inside] = turned.data[np.ix_(*[p[v] for p, v in zip(index, valid, strict=True)])]
        return result
    weights = grid_weights(source, grid, pre.antialias)
    low, high = mask_box(turned.data > 0)
    box = tuple(slice(int(a), int(b) + 1) for a, b in zip(low, high, strict=True))
    inner = [w[:, s] for w, s in zip(weights, box, strict=True)]
    target = tuple(used_span(w, 1) for w in inner)
    if any(s.start == s.stop for s in target):
        return result
    inner = [w[s] for w, s in zip(inner, target, strict=True)]
    crop = turned.data[box]
    # A voxel belongs to the label with the largest share, and to none while labels together hold less than half.
    total = apply_weights(crop > 0, inner)
    best = np.zeros_like(total)
    winner = np.zeros(total.shape, kind)
    for label in np.unique(crop[crop > 0]):
        share = apply_weights(crop == label, inner)
        better = share > best
        winner[better] = label
        best[better] = share[better]
    winner[best <= 1.0 - total] = 0
    result[target] = winner
    return result
