"""Which patches train the network: the lattice of cores over a volume and the rule that keeps some of them.

A patch is known by its core, the voxels that it predicts; its input reaches further by the network's halo. Cores start
at multiples of the step from voxel 0; those at the far border may reach beyond the volume, which is then padded with
background, so that every voxel lies in some core (the original left out the outer 9 voxels of every axis).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Triple = tuple[int, int, int]


def lattice(shape: Sequence[int], core: Sequence[int], step: Sequence[int]) -> list[NDArray[np.int64]]:
    """First voxels of the cores along each axis: multiples of the step, until the last voxel is covered."""
    starts = []
    for n, c, s in zip(shape, core, step, strict=True):
        count = 1 if n <= c else -(-(n - c) // s) + 1
        starts.append(np.arange(min(count, -(-n // s))) * s)  # a step wider than the core leaves gaps
    return starts


def count_in_cores(marked: NDArray[np.bool_], core: Sequence[int], step: Sequence[int]) -> NDArray[np.int64]:
    """How many marked voxels each core of the lattice holds, as an array over the lattice.

    By a summed-volume table, so the cost is one pass over the volume whatever the core's size.
    """
    counts = marked.astype(np.int64)
    for axis, (c, starts) in enumerate(zip(core, lattice(marked.shape, core, step), strict=True)):
        total = np.cumsum(counts, axis=axis)
        total = np.concatenate([np.zeros_like(total.take([0], axis)), total], axis=axis)
        last = np.minimum(starts + c, marked.shape[axis])
        counts = total.take(last, axis) - total.take(starts, axis)
    return counts


def cores_holding(
    marked: NDArray[np.bool_], core: Sequence[int], step: Sequence[int], keep: str = "core-has-label"
) -> NDArray[np.int32]:
    """Starts (n, 3) of the cores that hold a marked voxel, in raster order; ``keep="all"`` gives every core."""
    counts = count_in_cores(marked, core, step)
    kept = np.ones_like(counts, bool) if keep == "all" else counts > 0
    return (np.argwhere(kept) * np.asarray(step)).astype(np.int32)


def patch_table(
    volumes: Sequence[NDArray[Any]], core: Sequence[int], step: Sequence[int], keep: str = "core-has-label"
) -> NDArray[np.int32]:
    """Rows (case, i, j, k) of the kept patches of all label volumes (non-zero = labelled), in the order of the cases."""
    rows = []
    for case, labels in enumerate(volumes):
        starts = cores_holding(np.asarray(labels, bool), core, step, keep)
        rows.append(np.column_stack([np.full(len(starts), case, np.int32), starts]))
    return np.concatenate(rows) if rows else np.zeros((0, 4), np.int32)


def merge_tables(
    first: NDArray[np.int32], second: NDArray[np.int32], order: str = "by-subject"
) -> NDArray[np.int32]:
    """Both tables without repetition: subject by subject, or the new rows of the second behind all of the first.

    "appended" is how the original did it. With a validation set made of the last rows, it then holds background only.
    """
    known = {tuple(row) for row in first.tolist()}
    fresh = np.array([row for row in second.tolist() if tuple(row) not in known], np.int32).reshape(-1, 4)
    table = np.concatenate([first, fresh])
    if order == "appended":
        return table
    return table[np.argsort(table[:, 0], kind="stable")]


def split_table(
    table: NDArray[np.int32], rule: str, fraction: float, validation_cases: Sequence[int], seed: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Divide patches into (training, validation) rows.

    "subjects": by the cases listed, so that no subject is on both sides. "last-quarter": the last ``fraction`` of the
    rows in their order (the original). "random-patches": ``fraction`` drawn at random (leaks subjects). "none": nobody
    but those whom the data name for validation (then the cases listed), who must not train.
    """
    n = len(table)
    held = np.zeros(n, bool)
    if rule in ("subjects", "none"):
        held = np.isin(table[:, 0], np.asarray(validation_cases, np.int32))
    elif rule == "last-quarter":
        held[n - round(n * fraction) :] = True
    elif rule == "random-patches":
        held[np.random.default_rng([seed, 4]).permutation(n)[: round(n * fraction)]] = True
    return table[~held], table[held]
