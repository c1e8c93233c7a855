"""A small picture of a volume for notebooks: three slices as a PNG, without matplotlib."""

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PANEL = 200  # pixels along the longer edge of a slice
_GREYS = 64  # grey levels: with the colours of the labels they fit into one byte a pixel
_MARGIN_MM = 12.0
Colour = tuple[float, float, float]


def three_slices(
    data: NDArray[Any],
    spacing: Sequence[float],
    labels: NDArray[Any] | None = None,
    colours: Mapping[int, Colour] | None = None,
) -> bytes:
    """Axial, coronal and sagittal slice side by side as a PNG, the patient's left on the right as radiologists look.

    Args:
        data: (i, j, k) along right, anterior, superior (RAS); grey between its 1st and 99th percentile.
        spacing: voxel edges in mm.
        labels: values on the same grid, drawn over it; the slices then go through their middle, and show them close.
        colours: label value -> (red, green, blue) from 0 to 1.
    """
    from PIL import Image as Picture

    box = _shown(data, labels, spacing)
    low, high = _window(data)
    shown = np.asarray(data[box], np.float32)
    grey = np.clip((np.nan_to_num(shown, nan=low) - low) / max(high - low, 1e-12), 0, 1)
    index = np.rint(grey * (_GREYS - 1)).astype(np.uint8)
    palette = [round(255 * level / (_GREYS - 1)) for level in range(_GREYS) for _ in range(3)]
    middle = [n // 2 for n in index.shape]
    if labels is not None and labels.any():
        drawn = labels[box]
        middle = [round(float(axis.mean())) for axis in np.nonzero(drawn)]
        for place, (label, colour) in enumerate(list((colours or {}).items())[: 255 - _GREYS]):
            index[drawn == label] = _GREYS + place
            palette += [round(255 * part) for part in colour]
    panels = []
    for axis in (2, 1, 0):
        plane = np.take(index, middle[axis], axis=axis)
        rest = [n for n in range(3) if n != axis]
        turned = plane.T[::-1, ::-1]  # rows from top to bottom, columns from the patient's right, or front
        size = [plane.shape[n] * float(spacing[rest[n]]) for n in (0, 1)]
        scale = _PANEL / max(size)
        pixels = tuple(max(1, round(edge * scale)) for edge in size)
        picture = Picture.fromarray(np.ascontiguousarray(turned), "L").resize(
            pixels, Picture.Resampling.NEAREST
        )
        panels.append(np.asarray(picture))
    height = max(panel.shape[0] for panel in panels)
    padded = [np.pad(p, ((0, height - p.shape[0]), (0, 4))) for p in panels]
    whole = Picture.fromarray(np.hstack(padded), "P")
    whole.putpalette(palette)
    buffer = io.BytesIO()
    whole.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def figure(png: bytes, caption: str) -> str:
    """A PNG and a line of text as HTML that needs nothing else."""
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<div><img src="data:image/png;base64,{data}" alt="{escape(caption)}"/>'
        f'<div style="font-size:small">{escape(caption)}</div></div>'
    )


def _window(data: NDArray[Any]) -> tuple[float, float]:
    """The 1st and 99th percentile of what is finite and not background; from a part of the voxels of a large volume."""
    step = max(1, data.size // 500_000)
    values = np.asarray(data).ravel()[::step]
    values = values[np.isfinite(values) & (values != 0)]
    return (float(np.percentile(values, 1)), float(np.percentile(values, 99))) if values.size else (0.0, 1.0)


def _shown(data: NDArray[Any], labels: NDArray[Any] | None, spacing: Sequence[float]) -> tuple[slice, ...]:
    """The part to draw: around the labels, or all."""
    if labels is None or not labels.any():
        return tuple(slice(0, n) for n in data.shape)
    box = []
    for axis, edge in enumerate(spacing):
        used = np.flatnonzero(labels.any(axis=tuple(other for other in range(3) if other != axis)))
        margin = int(np.ceil(_MARGIN_MM / edge))
        box.append(slice(max(0, int(used[0]) - margin), int(used[-1]) + 1 + margin))
    return tuple(box)
