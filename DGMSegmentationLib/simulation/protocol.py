"""From tissues to the ten labels that raters draw on QSM (the labelling protocol; Docs/simulation.md has it in words).

Positions are in the anatomical frame: origin midway between the pallida, x towards the right, the y-z plane turned so that
the red nuclei lie 32 degrees below the horizontal behind the origin (about the tilt of an axial head scan). In that frame

- CN: the head of the caudate, in front of the interventricular foramen (y > 6 mm), below z = 12 mm, with what
  merges into it of the accumbens (above z = -2.5 mm): no body behind the foramen, no tail;
- PU: between z = -4 and 12 mm, without the foot of the putamen below; 0.2 mm inside its outer boundary;
- GP: both segments and the laminae above z = -3.8 mm, with a generous boundary (0.45 mm into the capsule and the putamen);
- SN: both partes from 7 mm below the centre of the red nucleus, and the part of the subthalamic nucleus at the level of
  the red nucleus (up to 5 mm above its centre), which QSM does not separate;
- RN: whole; SN and RN with a margin of 0.3 and 0.15 mm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ndtr

from ..image import Grid
from ..segmentation.frame import Frame, frame_of
from .tissues import RIGHT, code, is_tissue

CAUDATE_BEHIND, CAUDATE_TOP = 6.0, 12.0
ACCUMBENS_BOTTOM = -2.5
PUTAMEN_BOTTOM, PUTAMEN_TOP = -4.0, 12.0
PUTAMEN_CORE = 0.60  # of the lentiform nucleus blurred by one voxel (0.8 mm): 0.2 mm inside its boundary
PALLIDUM_BOTTOM = -3.8
SN_BELOW_RN_CENTRE = 7.0
STN_ABOVE_RN_CENTRE = 5.0
MARGIN_MM = {"GP": 0.45, "SN": 0.3, "RN": 0.15}  # raters draw these a little generously
_BLUR_MM = 0.8
_LABEL = {"RN": 1, "SN": 3, "GP": 5, "PU": 7, "CN": 9}


def _centroid(where: NDArray[np.bool_], grid: Grid) -> NDArray[np.float64]:
    return np.argwhere(where).mean(axis=0) @ grid.affine[:3, :3].T + grid.affine[:3, 3]


def anatomical_frame(tissue: NDArray[np.uint8], grid: Grid) -> Frame:
    """Find the frame from pallida and red nuclei."""
    pallida = [
        _centroid(np.isin(tissue, [code("gpe") + side, code("gpi") + side]), grid) for side in (0, RIGHT)
    ]
    return frame_of(pallida[0], pallida[1], _centroid(is_tissue(tissue, "rn"), grid))


def frame_positions(
    grid: Grid, box: tuple[slice, ...], frame: Frame
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Position (x, y, z in mm) in the frame of every voxel of a box of the grid."""
    index = np.stack(
        np.meshgrid(*[np.arange(s.start, s.stop, dtype=np.float32) for s in box], indexing="ij"), axis=-1
    )
    world = index @ grid.affine[:3, :3].T.astype(np.float32) + grid.affine[:3, 3].astype(np.float32)
    x, y, z = np.moveaxis(frame.positions(world), -1, 0)
    return x, y, z


def draw_labels(
    tissue: NDArray[np.uint8], grid: Grid, box: tuple[slice, ...], frame: Frame
) -> NDArray[np.uint8]:
    """The ten labels (uint8, 0..10) of a tissue map; only the box around the deep nuclei is looked at."""
    part = tissue[box]
    _, y, z = frame_positions(grid, box, frame)
    out = np.zeros(part.shape, np.uint8)
    mm = grid.spacing[0]

    for right in (0, 1):

        def has(*names: str, right: int = right) -> NDArray[np.bool_]:
            return np.isin(part, [code(n) + RIGHT * right for n in names])

        caudate = has("caudate") & (y > CAUDATE_BEHIND) & (z < CAUDATE_TOP)
        caudate |= has("accumbens") & (z > ACCUMBENS_BOTTOM)
        putamen = has("putamen") & (z > PUTAMEN_BOTTOM) & (z < PUTAMEN_TOP)
        pallidum = has("gpe", "gpi")
        lentiform = ndimage.gaussian_filter((has("putamen") | pallidum).astype(np.float32), _BLUR_MM / mm)
        putamen &= lentiform > PUTAMEN_CORE
        may_grow = is_tissue(part, "white_matter", "internal_capsule", "putamen")
        pallidum = _grown(pallidum, may_grow, mm, MARGIN_MM["GP"])
        pallidum &= z > PALLIDUM_BOTTOM
        rn = has("rn")
        level = float(z[rn].mean()) if rn.any() else 0.0
        nigra = (has("sn") & (z > level - SN_BELOW_RN_CENTRE)) | (
            has("stn") & (z < level + STN_ABOVE_RN_CENTRE)
        )
        for name, where in (
            ("CN", caudate),
            ("PU", putamen),
            ("GP", pallidum),
            ("SN", _grown(nigra, ~rn, mm, MARGIN_MM["SN"])),
            ("RN", _grown(rn, ~nigra, mm, MARGIN_MM["RN"])),
        ):
            out[_main_part(where)] = _LABEL[name] + right
    labels = np.zeros(tissue.shape, np.uint8)
    labels[box] = out
    return labels


def _grown(
    where: NDArray[np.bool_], allowed: NDArray[np.bool_], mm: float, margin_mm: float
) -> NDArray[np.bool_]:
    """A nucleus with a margin, less than a voxel (``mm``) wide: a straight edge blurred by sigma has the value
    Phi(-margin / sigma) at the margin's outer end.
    """
    blurred = ndimage.gaussian_filter(where.astype(np.float32), _BLUR_MM / mm)
    return where | (allowed & (blurred > ndtr(-margin_mm / _BLUR_MM)))


def _main_part(where: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest connected component."""
    components, n = ndimage.label(where)
    if n < 2:
        return where
    sizes = np.bincount(components.ravel())
    sizes[0] = 0
    return np.asarray(components == sizes.argmax())
