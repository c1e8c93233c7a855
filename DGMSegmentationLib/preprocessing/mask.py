"""The brain in a masked QSM, and whether its size can be a human head's."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import bounding_box
from ..language import marked

SENTINEL = -10_000.0  # scanners and exports mark background with values below this
_SMALL_VOXELS = 2**24  # of a brain's box: two labellings of it at once take 130 MB
_MASKED_BORDER = 0.5  # a constant is background when more than this share of the volume's border holds it
_UNMASKED = 0.95  # a "brain" that fills more than this share of the volume is the whole field of view

# Largest and smallest extents (mm) of a whole human brain, cerebellum and brainstem included, with wide margins for
# children, for atrophy, and for a mask that is eroded or holds some skull. Order: left-right, front-back, up-down.
_WHOLE_BRAIN = ((85.0, 200.0), (100.0, 245.0), (75.0, 210.0))
_USUAL_BRAIN = ((105.0, 170.0), (125.0, 210.0), (90.0, 180.0))
_SMALLEST_SLAB = (60.0, 60.0, 25.0)  # must hold both putamina (about 75 mm), caudate to SN needs about 50 mm
_LARGEST_FIELD_OF_VIEW = 400.0
# Length and height of a whole brain as shares of its width: 1.10 to 1.34 and .98 to 1.12 in twenty of adults; a head that is
# tilted by 25 degrees is longer or higher.
_PROPORTIONS = ((0.95, 1.65), (0.80, 1.40))
_FLAT_END = 0.25  # a brain that ends by itself tapers: its last slice is below this share of its largest one
WHOLE_VOLUME_ML = (600.0, 2500.0)
_USUAL_ML = (900.0, 2000.0)  # 1260 to 1700 in twenty of adults
_OTHER_PART = 0.2  # of the brain's voxels that a second piece may have: an eye, a bit of the skull
# From slice to slice the middle of a brain moves by at most 5.2 mm in slices of 3 mm (brainstem to cerebellum), .3 to 1.7 aside.
_JUMP_MM, _JUMP_OF_STEP = 8.0, 2.7
_MASKED_INSIDE = 0.05  # of the brain's voxels; less than a ten-thousandth in twenty real volumes
_LARGE_SLICE = 0.5  # of the largest one: the middles of smaller ones move further


def brain_mask(data: NDArray[np.floating], name: str = "the image") -> NDArray[np.bool_]:
    """The brain: finite, above the sentinel, not background -> largest component (6-connected) -> holes filled.

    Background is 0, and any other constant that fills most of the volume's border. In an image that is not masked at all
    this gives (nearly) the whole volume; :func:`check_head_size` warns of it.

    Raises InputError when nothing is left, as in an image of zeros or of NaN.
    """
    from scipy import ndimage

    foreground = _foreground(data)
    box = bounding_box(foreground)
    if box is None:
        raise InputError("brain_missing", image=name)
    inside = foreground[box]
    result = np.zeros(data.shape, dtype=bool)
    with ThreadPoolExecutor(1) as side:
        # Most brains are one piece: their holes are filled while the pieces are counted (scipy lets other threads run).
        early = side.submit(_without_holes, inside) if inside.size <= _SMALL_VOXELS else None
        components, count = ndimage.label(inside)
        if early is not None and count == 1:
            result[box] = early.result()
            return result
    if count > 1:
        sizes = np.bincount(components.ravel())
        sizes[0] = 0
        inside = components == sizes.argmax()
    del components  # as large as four copies of the mask, and the next labelling is another
    result[box] = _without_holes(inside)
    return result


def _without_holes(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask with its holes filled: background that does not reach the outside."""
    from scipy import ndimage

    outside, _ = ndimage.label(np.pad(~inside, 1, constant_values=True))  # much faster than binary_fill_holes
    filled: NDArray[np.bool_] = (outside != outside[0, 0, 0])[1:-1, 1:-1, 1:-1]
    return filled


def _foreground(data: NDArray[np.floating]) -> NDArray[np.bool_]:
    """What is no background, NaN or sentinel."""
    # Written so that NaN compares False; infinity is excluded by the upper bound.
    foreground: NDArray[np.bool_] = (data >= SENTINEL) & (data <= np.finfo(np.float64).max) & (data != 0)
    border = np.concatenate([np.moveaxis(data, axis, 0)[end].ravel() for axis in range(3) for end in (0, -1)])
    finite = border[np.isfinite(border)]
    if finite.size:
        middle = np.median(finite)  # a value that fills more than half of the border is its median
        if middle != 0 and np.count_nonzero(finite == middle) > _MASKED_BORDER * border.size:
            foreground &= data != middle
    return foreground


def other_parts(data: NDArray[np.floating], mask: NDArray[np.bool_]) -> list[Remark]:
    """A remark where the volume holds more than one brain, or one in pieces: what lies outside its largest piece is not used.

    ``mask``: as :func:`brain_mask` gives it.
    """
    few = (slice(None, None, 2),) * 3  # enough for a share
    outside = int(np.count_nonzero(_foreground(data[few]) & ~mask[few]))
    share = outside / max(1, int(np.count_nonzero(mask[few])))
    return [Remark("brain_in_parts", share=100 * share)] if share > _OTHER_PART else []


def check_head_size(
    mask: NDArray[np.bool_],
    spacing: Sequence[float],
    axis_codes: str | Sequence[str] = "RAS",
    name: str = "the image",
) -> list[Remark]:
    """Compare the brain's extent in mm with a human's; return remarks on what is merely unusual.

    A slab through the deep gray matter is fine, and so is an image that is not masked; a brain that visibly ends by
    itself on both sides of an axis (its slices taper off) must be as large as a brain.

    Args:
        mask: the brain, in the image's own axes.
        spacing: voxel size in mm along these axes.
        axis_codes: where the axes run ("RAS", "LPI", ...), to know left-right from up-down.
        name: what the messages call the image.

    Raises InputError when the header's voxel size makes no human brain.
    """
    box = bounding_box(mask)
    if box is None:
        raise InputError("brain_missing", image=name)
    unmasked = bool(np.count_nonzero(mask) > _UNMASKED * mask.size)
    warnings = []
    if unmasked:
        warnings.append(Remark("brain_unmasked"))
    tapered_axes, odd, cut, lengths = 0, [], [], {}
    outlines = _outlines(mask[box])
    areas = [_area(outlines, axis) for axis in range(3)]
    for axis, (code, step) in enumerate(zip(axis_codes, spacing, strict=True)):
        kind = next(i for i, pair in enumerate(("LR", "AP", "SI")) if code in pair)
        direction = (marked("left-right"), marked("front-back"), marked("up-down"))[kind]
        extent = (box[axis].stop - box[axis].start) * float(step)
        lengths[kind] = extent
        tapered = _tapers(areas[axis])
        tapered_axes += tapered
        if not tapered and not unmasked and kind < 2:
            cut.append(direction)
        low, high = _WHOLE_BRAIN[kind]
        if not tapered:
            low = _SMALLEST_SLAB[kind]
        if unmasked:
            high = _LARGEST_FIELD_OF_VIEW
        if not low <= extent <= high:
            raise InputError("brain_size", image=name, extent=extent, direction=direction, voxel_size=spacing)
        usual_low, usual_high = _USUAL_BRAIN[kind]
        if not unmasked and (extent > usual_high or (tapered and extent < usual_low)):
            odd.append(marked(f"{extent:.0f} mm {direction}"))
    volume = np.count_nonzero(mask) * float(np.prod([float(s) for s in spacing])) / 1000.0
    if tapered_axes == 3 and not WHOLE_VOLUME_ML[0] <= volume <= WHOLE_VOLUME_ML[1]:
        raise InputError("brain_volume", image=name, volume=volume, voxel_size=spacing)
    if tapered_axes == 3 and not unmasked and not _USUAL_ML[0] <= volume <= _USUAL_ML[1]:
        odd.append(f"{volume:.0f} ml")
    if odd:
        warnings.append(Remark("brain_size_unusual", extents=odd))
    if cut:
        warnings.append(Remark("brain_cut", directions=cut))
    if not unmasked and (share := _masked_inside(mask[box])) > _MASKED_INSIDE:
        warnings.append(Remark("brain_porous", share=100 * share))
    if not unmasked and (jump := _largest_jump(outlines, areas, spacing)):
        warnings.append(Remark("slices_moved", jump=jump))
    if tapered_axes == 3 and not unmasked:
        shares = [lengths[kind] / lengths[0] for kind in (1, 2)]
        if not all(low <= share <= high for share, (low, high) in zip(shares, _PROPORTIONS, strict=True)):
            warnings.append(
                Remark("brain_proportions", length=shares[0], height=shares[1], voxel_size=spacing)
            )
    return warnings


_Outlines = list[NDArray[np.int32]]


def _outlines(mask: NDArray[np.bool_]) -> _Outlines:
    """How many voxels of the mask lie behind each other along each axis: (j, k), (i, k), (i, j)."""
    return [mask.sum(axis=axis, dtype=np.int32) for axis in range(3)]


def _outline(outlines: _Outlines, axis: int, along: int) -> NDArray[np.int32]:
    """The voxels of the mask by their places on two axes."""
    return outlines[3 - axis - along] if axis < along else outlines[3 - axis - along].T


def _area(outlines: _Outlines, axis: int) -> NDArray[np.int64]:
    """Voxels of the mask in each slice of an axis."""
    return _outline(outlines, axis, (axis + 1) % 3).sum(axis=1, dtype=np.int64)


def _tapers(area: NDArray[np.int64]) -> bool:
    """True when a mask's slices grow small towards both ends of an axis: the brain is whole along it."""
    return bool(max(area[0], area[-1]) < _FLAT_END * area.max())


def _masked_inside(mask: NDArray[np.bool_]) -> float:
    """Voxels that are not of the brain though it lies on both sides of them along each axis, as a share of the brain's."""
    few = mask[::2, ::2, ::2]
    within = np.ones_like(few)
    for axis in range(3):
        before = np.logical_or.accumulate(few, axis)
        after = np.flip(np.logical_or.accumulate(np.flip(few, axis), axis), axis)
        within &= before & after
    return int(np.count_nonzero(within & ~few)) / max(1, int(np.count_nonzero(few)))


def _largest_jump(outlines: _Outlines, areas: Sequence[NDArray[np.int64]], spacing: Sequence[float]) -> float:
    """How far, in mm, the middle of the brain jumps from one large slice to the next; 0 where it moves as a head's does."""
    largest = 0.0
    for axis, area in enumerate(areas):
        large = area > _LARGE_SLICE * area.max()
        both = large[1:] & large[:-1]
        for along in (other for other in range(3) if other != axis):
            rows = _outline(outlines, axis, along)
            middle = rows @ np.arange(rows.shape[1]) / np.maximum(area, 1) * float(spacing[along])
            jump = float(np.abs(np.diff(middle))[both].max(initial=0.0))
            if jump > max(_JUMP_MM, _JUMP_OF_STEP * float(spacing[axis])):
                largest = max(largest, jump)
    return largest
