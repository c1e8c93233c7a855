"""A whole head's own deep structures as an individual of their own, numbered and placed as the HOA-2.0 maps are.

The whole heads are older than the HOA-2.0 individuals: their ventricles are wider and their nuclei thinner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import Affine, Grid, Image
from .sources import HEAD, HOA, label_boxes, points_of

#: Centroids (mm, RAS, from the middle between the pallida) of the structures that turn a head into the frame of HOA-2.0;
#: means over hoa-001 to hoa-009, left and right averaged.
_FRAME = {
    "thalamus": (0.0, -14.4, 7.4),
    "brainstem": (0.0, -25.0, -27.6),
    "caudate": (0.0, 9.9, 10.4),
    "putamen": (0.0, 4.1, 1.5),
    "pallidum": (0.0, 0.0, 0.0),
}
_ORIGIN = np.array([0.0, -3.1, -2.3])
"""Middle between the pallida in the frame of HOA-2.0, mm (the same means)."""
_VDC_BORDER_MM = -8.5
"""HOA-2.0 divides the ventral diencephalon by a plane so far behind the middle between the pallida (-6.5 to -10.0 in nine)."""
_SMOOTHING = 0.6  # voxels of the head's map, 1 mm: rounds its steps


def as_individual(head: Image, grid: Grid) -> Image:
    """The deep structures of a whole-head map on an (unturned) grid, numbered as HOA-2.0's.

    Each voxel gets the structure whose smoothed indicator is largest there, and none where that is below one half.
    """
    boxes = label_boxes(head)
    to_head = _placement(head, boxes)
    to_voxel = np.linalg.inv(head.affine) @ to_head @ grid.affine
    best = np.full(grid.shape, 0.5, np.float32)
    result = np.zeros(grid.shape, np.int16)
    for name in HEAD:
        if name in ("white_matter", "cortex", "csf", "vdc"):
            continue
        for value, own in dict(zip(HEAD[name], HOA[name], strict=True)).items():
            _lay(result, best, head, boxes, value, own, to_voxel)
    y = grid.affine[1, 1] * np.arange(grid.shape[1]) + grid.affine[1, 3] - _ORIGIN[1]
    for side, value in enumerate(HEAD["vdc"]):
        vdc = HOA["vdc_posterior"][side]
        _lay(result, best, head, boxes, value, vdc, to_voxel)
        front = (y > _VDC_BORDER_MM)[None, :, None] & (result == vdc)
        result[front] = HOA["vdc_anterior"][side]
    return Image(result, grid.affine.copy(), path=head.path)


def _placement(head: Image, boxes: list[tuple[slice, ...] | None]) -> Affine:
    """The rigid way from the frame of HOA-2.0 to the head's world (Kabsch 1976, on centroids)."""
    own = np.array(
        [np.mean([points_of(head, (v,), boxes).mean(axis=0) for v in HEAD[n]], axis=0) for n in _FRAME]
    )
    lateral = np.mean(
        [np.subtract(*(points_of(head, (v,), boxes).mean(axis=0) for v in HEAD[n][::-1])) for n in ("putamen", "thalamus")],
        axis=0,
    )  # fmt: skip
    goal = np.array(list(_FRAME.values()))
    left_right = 30.0 * lateral / np.linalg.norm(lateral)
    source = np.vstack([own - own.mean(axis=0), left_right, -left_right])
    target = np.vstack([goal - goal.mean(axis=0), [30.0, 0, 0], [-30.0, 0, 0]])
    u, _, vt = np.linalg.svd(target.T @ source)
    turn = vt.T @ np.diag([1, 1, np.linalg.det(vt.T @ u.T)]) @ u.T  # frame -> head
    affine = np.eye(4)
    affine[:3, :3] = turn
    affine[:3, 3] = own.mean(axis=0) - turn @ (goal.mean(axis=0) + _ORIGIN)
    return affine


def _lay(
    result: NDArray[np.int16],
    best: NDArray[np.float32],
    head: Image,
    boxes: list[tuple[slice, ...] | None],
    value: int,
    own: int,
    to_voxel: Affine,
) -> None:
    """Write one structure where its smoothed indicator exceeds what was laid before, in place."""
    box = boxes[value - 1] if value <= len(boxes) else None
    if box is None:
        return
    margin = 3
    wide = tuple(slice(max(0, s.start - margin), s.stop + margin) for s in box)
    smooth = ndimage.gaussian_filter((head.data[wide] == value).astype(np.float32), _SMOOTHING)
    from_voxel = np.linalg.inv(to_voxel)
    corners = np.stack(np.meshgrid(*[(s.start, s.stop) for s in wide], indexing="ij"), -1).reshape(-1, 3)
    there = corners @ from_voxel[:3, :3].T + from_voxel[:3, 3]
    low = np.maximum(np.floor(there.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(there.max(axis=0)).astype(int) + 1, result.shape)
    if (high <= low).any():
        return
    offset = to_voxel[:3, :3] @ low + to_voxel[:3, 3] - [s.start for s in wide]
    share = ndimage.affine_transform(
        smooth, to_voxel[:3, :3], offset, output_shape=tuple(high - low), order=1, mode="constant"
    )
    part = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    wins = share > best[part]
    result[part][wins] = own
    best[part][wins] = share[wins]
