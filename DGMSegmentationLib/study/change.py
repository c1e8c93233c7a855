"""The difference of two label maps of one grid: what a stroke did, small enough for a line of text, and exact.

Changed voxels stand in C order as runs of one value before and one after. Runs are compressed (zlib) and written in base64.
"""

import base64
import binascii
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

_COLUMNS = 4  # first voxel after the run before, length, value before, value after


@dataclass(frozen=True, eq=False)
class Change:
    """Runs of voxels that changed: index of the first (C order), how many, value before and after; all of one length."""

    first: NDArray[np.int64]
    count: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]

    def __bool__(self) -> bool:
        return bool(self.first.size)

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels that won or lost a voxel."""
        found = {*np.unique(self.before).tolist(), *np.unique(self.after).tolist()}
        return tuple(sorted(found - {0}))

    def added(self, label: int) -> int:
        """How many voxels a label won."""
        return int(self.count[self.after == label].sum())

    def removed(self, label: int) -> int:
        """How many voxels a label lost."""
        return int(self.count[self.before == label].sum())

    def packed(self) -> str:
        """As one word of text."""
        end = self.first + self.count
        gap = self.first - np.concatenate([[0], end[:-1]]) if self.first.size else self.first
        columns = np.stack([gap, self.count, self.before, self.after]).astype("<i4")
        return base64.b64encode(zlib.compress(columns.tobytes(), 9)).decode("ascii")


def change_between(before: NDArray[np.integer], after: NDArray[np.integer]) -> Change:
    """What leads from one label map to another of the same shape."""
    if before.shape != after.shape:
        raise ValueError(f"labels of shape {before.shape} and {after.shape}")
    old, new = before.ravel(), after.ravel()
    where = np.flatnonzero(old != new)
    was, now = old[where].astype(np.int64), new[where].astype(np.int64)
    starts = np.ones(where.size, bool)
    starts[1:] = (np.diff(where) != 1) | (np.diff(was) != 0) | (np.diff(now) != 0)
    first = np.flatnonzero(starts)
    count = np.diff(np.append(first, where.size))
    return Change(where[first].astype(np.int64), count.astype(np.int64), was[first], now[first])


def unpacked(text: str, voxels: int) -> Change:
    """The change that :meth:`Change.packed` wrote, of a map with so many voxels. Raises InputError for anything else."""
    limit = _COLUMNS * 4 * voxels
    try:
        reader = zlib.decompressobj()
        raw = reader.decompress(base64.b64decode(text, validate=True), limit + 1)
        if len(raw) > limit or not reader.eof or len(raw) % (_COLUMNS * 4):
            raise ValueError
    except (zlib.error, binascii.Error, ValueError) as error:
        raise InputError("journal_change_unreadable") from error
    gap, count, before, after = np.frombuffer(raw, "<i4").reshape(_COLUMNS, -1).astype(np.int64)
    if (gap < 0).any() or (count < 1).any() or (before < 0).any() or (after < 0).any():
        raise InputError("journal_change_unreadable")
    end = np.cumsum(gap + count)
    if end.size and end[-1] > voxels:
        raise InputError("journal_change_unreadable")
    return Change(end - count, count, before, after)


def applied(change: Change, labels: NDArray[np.integer]) -> NDArray[np.integer]:
    """A copy of the labels with the change. Raises InputError when they are not those that it was made of."""
    result = np.array(labels, order="C")
    apply(change, result)
    return result


def apply(change: Change, labels: NDArray[np.integer]) -> None:
    """Make a change in labels in C order. Raises InputError, and changes nothing, when they are not those that it was made of."""
    if change and int(change.after.max()) > int(np.iinfo(labels.dtype).max):
        raise InputError("journal_change_unreadable")
    flat, count = labels.reshape(-1), change.count
    where = np.repeat(change.first - (np.cumsum(count) - count), count) + np.arange(count.sum())
    if (flat[where] != np.repeat(change.before, count)).any():
        raise InputError("journal_other_labels")
    flat[where] = np.repeat(change.after, count)
