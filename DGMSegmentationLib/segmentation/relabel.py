"""A protocol applied: probabilities of atoms on the network grid become probabilities of a convention's structures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from ..image import Grid, apply_weights, bounding_box, union
from .frame import Frame, find_frame
from .protocol import CUTS, SIDES, Protocol, Rule

Map = NDArray[np.float32]
_FAINT = 0.02
"""Below this no protocol finds anything: the rest of the volume is left out of the work."""


def apply_protocol(
    protocol: Protocol,
    probabilities: Map,
    names: Sequence[str],
    grid: Grid,
    frame: Frame | None = None,
) -> tuple[Map, Frame]:
    """Probabilities (1 + structures, x, y, z) of the protocol's labels (``protocol.labels``), and the frame.

    ``probabilities`` (K, x, y, z) on ``grid`` are those of atoms: ``names[k]`` is that of class k ("GPE_L"), background
    first. The result holds sums as they are: ``protocol.thresholds`` decide where labels are made, on the image's own grid,
    for a threshold and an interpolation do not commute. It sums to one but where moved structures overlap.
    """
    atoms = AtomMaps(probabilities, names)
    frame = frame or atoms.frame(grid)
    result = np.zeros((1 + 2 * len(protocol.rules), *grid.shape), np.float32)
    result[0] = 1.0
    for n, rule in enumerate(protocol.rules):
        for s, side in enumerate(SIDES):
            found = structure_map(atoms, rule, side, grid, frame)
            if found is not None:
                values, box = found
                result[1 + 2 * n + s][box] = values
                result[0][box] -= values
    np.clip(result[0], 0.0, 1.0, out=result[0])
    return result, frame


class AtomMaps:
    """Sums of atoms' probabilities, each with the box outside which it is nothing."""

    def __init__(self, probabilities: Map, names: Sequence[str]) -> None:
        self.probabilities = probabilities
        self.index = {name: k for k, name in enumerate(names) if k}

    def total(self, names: Sequence[str], side: str) -> Map:
        """The summed probability (x, y, z) of some atoms of one side."""
        rows = [
            self.probabilities[self.index[f"{name}_{side}"]]
            for name in names
            if f"{name}_{side}" in self.index
        ]
        result = np.zeros(self.probabilities.shape[1:], np.float32) if not rows else rows[0]
        for row in rows[1:]:
            result = result + row
        return result

    def frame(self, grid: Grid) -> Frame:
        """The anatomical frame of the head."""
        nuclei = {f"RN_{side}": self.total(("RN",), side) for side in SIDES}
        return find_frame(
            nuclei | {f"GP_{side}": self.total(("GPE", "GPI", "GP"), side) for side in SIDES}, grid
        )


def structure_map(
    atoms: AtomMaps, rule: Rule, side: str, grid: Grid, frame: Frame
) -> tuple[Map, tuple[slice, ...]] | None:
    """Probability of one structure before its threshold, and the box that holds it; None where there is nothing of it."""
    found = cut_map(atoms, rule, side, grid, frame, _margin(rule, grid))
    if found is None or not rule.moves:
        return found
    values, box = found
    return apply_weights(values, move_weights(values, rule, side, grid, frame)), box


def cut_map(
    atoms: AtomMaps, rule: Rule, side: str, grid: Grid, frame: Frame, margin: Sequence[int]
) -> tuple[Map, tuple[slice, ...]] | None:
    """The same before shift and scale; ``margin``: voxels by which the box is larger than what is in it."""
    sums = [atoms.total(part.atoms, side) for part in rule.parts]
    box = _busy_box(sums, grid, margin)
    if box is None:
        return None
    values = np.zeros([s.stop - s.start for s in box], np.float32)
    for total, part in zip(sums, rule.parts, strict=True):
        piece = total[box]
        for key, mm in part.cuts:
            piece = piece * _kept(key, mm, side, box, grid, frame)
        values += piece
    return values, box


def _margin(rule: Rule, grid: Grid) -> list[int]:
    """Voxels by which a structure's box is enlarged for what moves into it."""
    if not rule.moves:
        return [0, 0, 0]
    reach = float(np.linalg.norm(rule.shift_mm)) + 20.0 * max(abs(s - 1) for s in rule.scale)
    return [1 + int(np.ceil(reach / step)) for step in grid.spacing]


def _busy_box(sums: Sequence[Map], grid: Grid, margin: Sequence[int]) -> tuple[slice, ...] | None:
    boxes = [box for total in sums if (box := bounding_box(total > _FAINT)) is not None]
    if not boxes:
        return None
    around = reduce(union, boxes)
    return tuple(
        slice(max(0, s.start - m), min(n, s.stop + m))
        for s, m, n in zip(around, margin, grid.shape, strict=True)
    )


def _kept(key: str, mm: float, side: str, box: tuple[slice, ...], grid: Grid, frame: Frame) -> Map:
    """The part (0..1) of each voxel of a box that a cut leaves: a plane through a voxel leaves a part of it."""
    axis, keep, origin = CUTS[key]
    outwards = -1.0 if axis == 0 and side == "L" else 1.0
    normal = (
        keep * outwards * frame.rotation[axis] @ grid.affine[:3, :3]
    )  # mm per voxel along each array axis
    start = grid.affine[:3, 3] + grid.affine[:3, :3] @ [s.start for s in box] - frame.origin
    offset = keep * (outwards * frame.rotation[axis] @ start - mm - (frame.level if origin == "RN" else 0.0))
    distance: Map = np.full((1, 1, 1), offset, np.float32)
    for a, s in enumerate(box):
        steps = np.arange(s.stop - s.start, dtype=np.float32) * np.float32(normal[a])
        distance = distance + steps.reshape([-1 if b == a else 1 for b in range(3)])
    width = np.float32(np.abs(normal).sum())
    return np.asarray(np.clip(0.5 + distance / width, 0.0, 1.0), np.float32)


def move_weights(values: Map, rule: Rule, side: str, grid: Grid, frame: Frame) -> list[Map]:
    """Matrices that shift and scale a structure about its centre by linear interpolation along the array's axes.

    The shift is turned into the head's frame; scales count along the array's axes, which a tilted head's are not quite.
    """
    total = max(float(values.sum()), 1e-6)
    shift = np.array(rule.shift_mm) * [-1.0 if side == "L" else 1.0, 1.0, 1.0]
    step = np.linalg.solve(grid.affine[:3, :3], frame.rotation.T @ shift)  # voxels
    weights = []
    for axis, n in enumerate(values.shape):
        marginal = values.sum(axis=tuple(a for a in range(3) if a != axis))
        centre = float(marginal @ np.arange(n)) / total
        source = centre + (np.arange(n) - centre - step[axis]) / rule.scale[axis]
        weights.append(
            np.clip(1.0 - np.abs(np.arange(n)[None, :] - source[:, None]), 0.0, None).astype(np.float32)
        )
    return weights
