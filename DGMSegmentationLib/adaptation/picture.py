"""What a new model changes in one of the corrected cases: the slice where most changed, before, after, and as corrected."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of, reorient

TITLES = ("before", "after", "corrected")
_EDGE_PX, _MARGIN_MM = 300, 12.0
_WINDOW_PPB = (-100.0, 200.0)


def changed_picture(image_ppb: Image, labels: Sequence[Image]) -> bytes:
    """An axial slice with the outlines of several label maps side by side as a PNG, the patient's left on the right.

    Args:
        image_ppb: the map.
        labels: before, after, and as corrected, on its grid; shown in this order.
    """
    from PIL import Image as Picture

    grey, *maps = (reorient(volume, "RAS") for volume in (image_ppb, *labels))
    arrays = [np.asarray(found.data) for found in maps]
    moved = (arrays[0] != arrays[1]).sum(axis=(0, 1))
    level = int(moved.argmax()) if moved.any() else int((arrays[-1] > 0).sum(axis=(0, 1)).argmax())
    box = _box(arrays, grey.spacing)
    low, high = _WINDOW_PPB
    slice_ppb = np.asarray(grey.data[(*box, level)], np.float32)
    tone = np.rint(np.clip((slice_ppb - low) / (high - low), 0, 1) * 255).astype(np.uint8)
    scale = max(1, round(_EDGE_PX / max(tone.shape)))
    height = grey.spacing[1] / grey.spacing[0]
    colours = {s.label: s.rgb for s in label_set_of(labels[0])}
    panels = []
    for array in arrays:
        large = np.kron(array[(*box, level)], np.ones((scale, round(scale * height)), np.uint8))
        rgb = np.repeat(np.kron(tone, np.ones_like(large[:scale, : round(scale * height)]))[..., None], 3, -1)
        edge = _outline(large)
        for label, colour in colours.items():
            rgb[edge & (large == label)] = np.rint(255 * np.asarray(colour))
        panels.append(np.pad(rgb[::-1, ::-1].transpose(1, 0, 2), ((0, 0), (0, 6), (0, 0))))
    buffer = io.BytesIO()
    Picture.fromarray(np.ascontiguousarray(np.hstack(panels)[:, :-6])).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _box(arrays: Sequence[NDArray[np.generic]], spacing: Sequence[float]) -> tuple[slice, slice]:
    """Around the labels, in the plane of the slice."""
    drawn = np.any([a != 0 for a in arrays], axis=0).any(axis=2)
    spans = []
    for axis in (0, 1):
        used = np.flatnonzero(drawn.any(axis=1 - axis))
        margin = int(np.ceil(_MARGIN_MM / spacing[axis]))
        first, last = (int(used[0]), int(used[-1])) if used.size else (0, drawn.shape[axis] - 1)
        spans.append(slice(max(0, first - margin), last + 1 + margin))
    return spans[0], spans[1]


def _outline(labels: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Pixels of a label beside another one."""
    padded = np.pad(labels, 1)
    inner = np.ones(labels.shape, bool)
    for step, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        inner &= np.roll(padded, step, axis)[1:-1, 1:-1] == labels
    return np.asarray((labels != 0) & ~inner)
