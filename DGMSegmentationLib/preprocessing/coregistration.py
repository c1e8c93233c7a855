"""Brings a further channel (magnitude, R2*) to the QSM's grid: placed by its header, and moved rigidly where it is off.

What `similarity` finds decides: a channel is moved where it gains clearly by more than half a voxel, and refused where it is off
by more than can be trusted, or fits better with its sides exchanged. On simulated heads both come back to within 1 mm.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Affine, Grid, Image, resample_to
from .similarity import Level, Pair, rigid, view

FARTHEST_MM, FARTHEST_DEG = 10.0, 10.0
"""A channel that is off by more at the brain's centre is refused: so far no header strays for a reason that is known."""
LEAST_COVER = 0.6
"""Share of the brain that the field of view of a channel must hold."""
AGREEMENT = 1.5
"""Mutual information of images of one head, at least, times that of shifted copies (`similarity`); simulated: 2.7 to 5."""
CLEAR_GAIN = 0.1
"""Share of the agreement beyond chance that a move must bring; of channels in their place registration brings up to .05."""
CERTAIN = 2.5
"""The same from which on a channel that lies best in its place needs no look at its mirror image."""
SHOWN = 0.85
"""Share of the brain in which a channel holds something, below which it is said: a mask eroded by a millimetre leaves .9."""
_FINE_MM, _COARSE_MM = 2.0, 4.0
_MOST_SAMPLES = 6
"""Along an edge of a voxel of the QSM, over which a finer channel is averaged."""


@dataclass(frozen=True)
class Move:
    """How a channel was moved: at the brain's centre, in mm towards right, anterior, superior, and in degrees about these."""

    shift_mm: tuple[float, float, float]
    rotation_deg: tuple[float, float, float]

    def to_notes(self) -> dict[str, list[float]]:
        """As it stands in provenance."""
        return {"shift_mm": list(self.shift_mm), "rotation_deg": list(self.rotation_deg)}


def on_grid_of(
    channel: Image, qsm: Image, mask: NDArray[np.bool_], called: str = "A channel"
) -> tuple[Image, Move | None, tuple[Remark, ...]]:
    """A channel on the grid of the QSM, in its place; untouched where it has the grid and lies well.

    Args:
        channel: with the affine that `alignment` decided on, on any grid.
        qsm: in ppb.
        mask: the brain, on the grid of ``qsm``.
        called: what it is in a sentence, if it has no file.

    Returns:
        The channel (0 beyond its field of view), how it was moved, if it was, and what is to be said.

    Raises:
        InputError: for a channel that shows too little of the brain, is off by more than ``FARTHEST_MM`` or ``FARTHEST_DEG``,
            fits better with left and right exchanged, or (on another grid) agrees with the QSM no better than anywhere else.
    """
    name, own_grid = str(channel.path or called), channel.grid.same_as(qsm.grid, tolerance_mm=0.1)
    clean = channel.replace(data=np.nan_to_num(np.asarray(channel.data, np.float32), posinf=0.0, neginf=0.0))
    placed = channel.replace(affine=qsm.affine) if own_grid else _resampled(clean, qsm)
    if not own_grid:
        cover = float(view(channel.grid, qsm.grid)[mask].mean())
        if cover < LEAST_COVER:
            raise InputError("channel_elsewhere", channel=name, share=100 * cover)
    inside = (clean if own_grid else placed).data[mask]
    if np.ptp(inside) <= 1e-6 * np.abs(inside).max():
        if not own_grid:
            raise InputError("channel_blank", channel=name)
        return placed, None, (Remark("channel_blank", channel=name),)
    shown = float(np.count_nonzero(inside)) / inside.size
    said = (Remark("channel_partial", channel=name, share=100 * shown),) if shown < SHOWN else ()
    pair = Pair(clean, qsm, mask)
    fine = pair.level(_FINE_MM)
    if fine is None:
        return placed, None, said
    chance, here = fine.chance(), fine(np.zeros(6))
    in_place = here >= AGREEMENT * chance and fine.best_here(here)
    if in_place and here >= CERTAIN * chance:
        return placed, None, said
    found = np.zeros(6) if in_place else _climbed(pair, fine)
    there = fine(found)
    middle = float(pair.centre[0])
    if _exchanged(clean, qsm, mask, middle) > max(
        AGREEMENT * chance, chance + (1 + CLEAR_GAIN) * (there - chance)
    ):
        raise InputError("channel_mirrored", channel=name)
    if max(here, there) < AGREEMENT * chance:
        if not own_grid:
            raise InputError("channel_disagrees", channel=name)
        return placed, None, (*said, Remark("channel_disagrees", channel=name))
    if in_place:
        return placed, None, said
    matrix = rigid(found, pair.centre)
    step = np.linalg.norm((matrix[:3, :3] - np.eye(3)) @ pair.points + matrix[:3, 3:], axis=0).mean()
    half = 0.5 * qsm.grid.voxel_volume_mm3 ** (1 / 3)
    if there - here < CLEAR_GAIN * (there - chance) or step < half:
        return placed, None, said
    move = _move(np.asarray(np.linalg.inv(matrix), np.float64), pair.centre)
    shift, angle = (float(np.linalg.norm(v)) for v in (move.shift_mm, move.rotation_deg))
    if shift > FARTHEST_MM or angle > FARTHEST_DEG:
        raise InputError("channel_too_far", channel=name, shift=shift, angle=angle)
    moved = _resampled(clean.replace(affine=np.linalg.inv(matrix) @ clean.affine), qsm)
    return moved, move, (*said, Remark("channel_moved", channel=name, shift=shift, angle=angle))


def _climbed(pair: Pair, fine: Level) -> NDArray[np.float64]:
    """Where a pair agrees best."""
    coarse = pair.level(_COARSE_MM, around=True)
    return fine.climb(np.zeros(6) if coarse is None else coarse.climb(np.zeros(6), 4.0, 100), 1.0, 80)


def _exchanged(channel: Image, qsm: Image, mask: NDArray[np.bool_], middle: float) -> float:
    """How well the channel's mirror image, left for right about ``middle`` (mm), agrees with the QSM where it does best."""
    exchange = np.diag([-1.0, 1.0, 1.0, 1.0])
    exchange[0, 3] = 2 * middle
    pair = Pair(channel.replace(affine=exchange @ channel.affine), qsm, mask)
    fine = pair.level(_FINE_MM)
    return 0.0 if fine is None else fine(_climbed(pair, fine))


def _resampled(channel: Image, qsm: Image) -> Image:
    """On the QSM's grid: at each voxel's centre, or where the channel is finer, its mean over the voxel."""
    offsets = [(np.arange(n) + 0.5) / n - 0.5 for n in _samples(channel.grid, qsm.grid)]
    total = np.zeros(qsm.shape, np.float64)
    for offset in itertools.product(*offsets):
        affine = qsm.affine.copy()
        affine[:3, 3] += affine[:3, :3] @ np.array(offset)
        total += resample_to(channel.data, channel.grid, Grid(qsm.shape, affine))
    data = (total / np.prod([len(o) for o in offsets])).astype(np.float32)
    return channel.replace(data=data, affine=qsm.affine, other_affine=None)


def _samples(source: Grid, target: Grid) -> list[int]:
    """How many points along each edge of a target voxel are as close to each other as voxels of the source, at most."""
    edges = np.abs(np.linalg.inv(source.affine[:3, :3]) @ target.affine[:3, :3]).max(axis=0)
    return [min(_MOST_SAMPLES, max(1, int(np.ceil(edge - 0.1)))) for edge in edges]


def _move(matrix: Affine, centre: NDArray[np.float64]) -> Move:
    from scipy.spatial.transform import Rotation

    shift = matrix[:3, :3] @ centre + matrix[:3, 3] - centre
    turn = Rotation.from_matrix(matrix[:3, :3]).as_rotvec(degrees=True)
    x, y, z = (round(float(v), 2) for v in shift)
    a, b, c = (round(float(v), 2) for v in turn)
    return Move((x, y, z), (a, b, c))
