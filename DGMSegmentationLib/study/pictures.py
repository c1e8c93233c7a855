"""Small pictures of the cases, for a worklist: an axial slice through the middle of the labels, labels drawn over it."""

import io
from pathlib import Path

import numpy as np

from ..image import Image, label_set_of, reorient
from ..io.bids.derivatives import STATE
from ..io.files import write_bytes

FOLDER = "pictures"
_SIDE = 96  # pixels
_WINDOW_PPB = (-100.0, 200.0)
_MARGIN_MM = 25.0
_STRENGTH = 0.6


def picture_path(output: Path, name: str) -> Path:
    """Where the picture of a case lies."""
    return output / STATE / FOLDER / f"{name}.png"


def write_picture(output: Path, name: str, in_ppb: Image, labels: Image) -> None:
    """Draw a case whose labels lie on the grid of the image (in ppb)."""
    write_bytes(picture_path(output, name), small_picture(in_ppb, labels))


def small_picture(in_ppb: Image, labels: Image) -> bytes:
    """A PNG of 96 x 96 pixels; the patient's right at the left, as radiologists look."""
    from PIL import Image as Picture

    values, drawn = reorient(in_ppb, "RAS"), reorient(labels, "RAS").data
    middle = [n // 2 for n in drawn.shape]
    reach = [n / 2 * edge for n, edge in zip(drawn.shape[:2], values.spacing, strict=False)]
    if drawn.any():
        used = np.nonzero(drawn)
        middle = [round(float(axis.mean())) for axis in used]
        reach = [
            float(np.ptp(axis)) / 2 * edge + _MARGIN_MM
            for axis, edge in zip(used[:2], values.spacing, strict=False)
        ]
    half = max(reach)
    spans = []
    for axis in (0, 1):
        voxels = int(half / values.spacing[axis])
        low, high = max(0, middle[axis] - voxels), min(drawn.shape[axis], middle[axis] + voxels + 1)
        spans.append(slice(low, high))
    low, high = _WINDOW_PPB
    plane = np.nan_to_num(values.data[spans[0], spans[1], middle[2]].astype(np.float32), nan=low)
    grey = np.clip((plane - low) / (high - low), 0, 1)
    picture = np.repeat(grey[..., None], 3, axis=2)
    for structure in label_set_of(labels):
        inside = drawn[spans[0], spans[1], middle[2]] == structure.label
        picture[inside] = (1 - _STRENGTH) * picture[inside] + _STRENGTH * np.array(structure.rgb)
    turned = np.rint(255 * picture).astype(np.uint8).transpose(1, 0, 2)[::-1, ::-1]
    made = Picture.fromarray(np.ascontiguousarray(turned), "RGB").resize((_SIDE, _SIDE))
    content = io.BytesIO()
    made.save(content, "PNG")
    return content.getvalue()
