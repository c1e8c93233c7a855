"""The atoms of an anatomy: the uncut parts of the deep nuclei that labelling protocols put together.

A protocol (`segmentation.protocol`) says later which atoms make a structure and where it is cut, so nothing is merged or cut
here for the sake of a convention. Only where an anatomy has no border of its own does the frame draw one: head, body and
tail of the caudate, the foot of the putamen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import Grid
from ..structures.atoms import atoms
from .protocol import Frame, frame_positions
from .tissues import RIGHT, code

FORAMEN_MM = 6.0
"""The interventricular foramen lies so far before the pallida: head of the caudate in front, body behind."""
TAIL_BEHIND_MM, TAIL_BELOW_MM = -8.0, 5.0
FOOT_BELOW_MM = -4.0
RIM_MM = 1.3
"""Width of the putamen's strip beside the pallidum, which raters of QSM give to the pallidum."""

#: Tissues that are atoms as they are.
_WHOLE = {
    "rn": "RN", "sn": "SN", "stn": "STN", "gpe": "GPE", "gpi": "GPI", "accumbens": "ACC", "basal_forebrain": "VP",
    "thalamus": "TH", "pulvinar": "PUL",
}  # fmt: skip


def draw_atoms(
    tissue: NDArray[np.uint8], grid: Grid, box: tuple[slice, ...], frame: Frame
) -> NDArray[np.uint8]:
    """The atoms (uint8, 0..30) of a tissue map; only the box around the deep nuclei is looked at."""
    part, number = tissue[box], {atom.abbreviation: atom.label for atom in atoms()}
    _, y, z = frame_positions(grid, box, frame)
    out = np.zeros(part.shape, np.uint8)
    mm = grid.spacing[0]
    for side, right in (("L", 0), ("R", RIGHT)):
        for name, atom in _WHOLE.items():
            out[part == code(name) + right] = number[f"{atom}_{side}"]
        caudate, putamen = part == code("caudate") + right, part == code("putamen") + right
        tail = (y < TAIL_BEHIND_MM) & (z < TAIL_BELOW_MM)
        out[caudate] = number[f"CNB_{side}"]
        out[caudate & tail] = number[f"CNT_{side}"]
        out[caudate & (y > FORAMEN_MM)] = number[f"CNH_{side}"]
        pallidum = np.isin(part, [code("gpe") + right, code("gpi") + right])
        near = ndimage.distance_transform_edt(~pallidum) * mm < RIM_MM
        out[putamen] = number[f"PU_{side}"]
        out[putamen & (z < FOOT_BELOW_MM)] = number[f"PUF_{side}"]
        out[putamen & near] = number[f"LML_{side}"]
    drawn = np.zeros(tissue.shape, np.uint8)
    drawn[box] = out
    return drawn
