"""The anatomical frame, in which labelling protocols cut: found from pallida and red nuclei, whatever the head's tilt.

Origin midway between the pallida, x towards the right pallidum, the y-z plane turned so that the red nuclei lie
``RN_ELEVATION`` below the horizontal behind the origin (about the tilt of an axial head scan).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..image import Grid, Image, label_set_of

RN_ELEVATION = np.deg2rad(32.0)
_SMALLEST_MM3 = 40.0
"""Of a red nucleus or a pallidum that is found well enough to hang a frame on."""
_NEAR_MM = 18.0
"""What lies further from a nucleus' first centroid is a stray island."""


@dataclass(frozen=True)
class Frame:
    """The anatomical frame: ``rotation @ (world - origin)`` in mm. ``level``: z of the red nuclei's centre in it.

    ``found`` is False where a nucleus was missing and the frame is a guess along the axes of the image.
    """

    origin: NDArray[np.float64]
    rotation: NDArray[np.float64]
    level: float = 0.0
    found: bool = True

    def positions(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """World positions (..., 3) in the frame."""
        return (points - self.origin) @ self.rotation.T


def frame_of(
    left_pallidum: NDArray[np.float64], right_pallidum: NDArray[np.float64], red_nuclei: NDArray[np.float64]
) -> Frame:
    """The frame of these centroids (mm, world)."""
    origin = (left_pallidum + right_pallidum) / 2
    x = right_pallidum - left_pallidum
    x /= np.linalg.norm(x)
    behind = red_nuclei - origin
    behind -= behind @ x * x
    behind /= np.linalg.norm(behind)
    up = np.cross(behind, x)  # (-y) x (x) = z
    up /= np.linalg.norm(up)
    # behind = cos(e) * (-y) + sin(e) * (-z), and the vector perpendicular to it towards the top completes the plane.
    cos, sin = np.cos(RN_ELEVATION), np.sin(RN_ELEVATION)
    rotation = np.stack([x, -(cos * behind + sin * up), -sin * behind + cos * up])
    return Frame(origin, rotation, float((rotation @ (red_nuclei - origin))[2]))


def find_frame(nuclei: Mapping[str, NDArray[np.float32]], grid: Grid) -> Frame:
    """The frame of a head from the probabilities of "RN_L", "RN_R", "GP_L" and "GP_R", each (x, y, z) on ``grid``.

    One red nucleus is enough. Without it or a pallidum the frame lies along the axes of the image (``found`` is False).
    """
    centres = {name: _centroid(values, grid) for name, values in nuclei.items()}
    left, right = centres.get("GP_L"), centres.get("GP_R")
    red = [c for name in ("RN_L", "RN_R") if (c := centres.get(name)) is not None]
    if left is None or right is None or not red:
        known = [c for c in (left, right) if c is not None]
        if known:
            origin = np.mean(known, axis=0)
        else:
            origin = grid.affine[:3, :3] @ ((np.array(grid.shape) - 1) / 2) + grid.affine[:3, 3]
        level = float(np.mean(red, axis=0)[2] - origin[2]) if red else -8.4  # the mean of the simulated heads
        return Frame(origin, np.eye(3), level, found=False)
    return frame_of(left, right, np.mean(red, axis=0))


def frame_of_labels(labels: Image) -> Frame | None:
    """The frame of a head from its labels; None where they lack a pallidum or both red nuclei."""
    known = {s.abbreviation: s.label for s in label_set_of(labels)}
    nuclei: dict[str, NDArray[np.float32]] = {
        name: (labels.data == known[name]).astype(np.float32)
        for name in ("RN_L", "RN_R", "GP_L", "GP_R")
        if name in known
    }
    frame = find_frame(nuclei, labels.grid)
    return frame if frame.found else None


def _centroid(values: NDArray[np.float32], grid: Grid) -> NDArray[np.float64] | None:
    """World position of a nucleus' centre, or None where it is too small; stray islands do not count."""
    index = np.argwhere(values > 0.5)
    if len(index) * grid.voxel_volume_mm3 < _SMALLEST_MM3:
        return None
    weight = values[tuple(index.T)].astype(np.float64)
    world = index @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    first = np.median(world, axis=0)
    near = np.linalg.norm(world - first, axis=1) < _NEAR_MM
    if not near.any():
        return None
    return np.asarray(np.average(world[near], axis=0, weights=weight[near]))
