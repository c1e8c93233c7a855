"""What two windows of one reader did to the same labels, put together where they touched different structures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Merged:
    """Labels (i, j, k) with what could be taken over from the others."""

    labels: Labels
    taken: tuple[int, ...]
    """The structures that were taken over."""
    refused: tuple[int, ...]
    """Those that both had changed, each otherwise: they stay as they are here."""


def merged(before: Labels, here: Labels, there: Labels) -> Merged:
    """Three label maps of one shape: what both began with, this window's, and the other's.

    A structure is taken over whole or not at all; voxels that one structure lost to another belong to both.
    """
    theirs, ours = (there != before) & (there != here), (here != before) & (here != there)
    touched = _labels(before, there, theirs)
    refused = touched & _labels(before, here, ours) | _labels(before, there, theirs & ours)
    while True:  # a voxel that two structures exchanged goes with both
        stays = theirs & (np.isin(before, sorted(refused)) | np.isin(there, sorted(refused)))
        more = _labels(before, there, stays) - refused
        if not more:
            break
        refused |= more
    labels = np.where(theirs & ~stays, there, here)
    return Merged(labels, tuple(sorted(touched - refused)), tuple(sorted(refused)))


def _labels(before: Labels, after: Labels, where: NDArray[np.bool_]) -> set[int]:
    return {*np.unique(before[where]).tolist(), *np.unique(after[where]).tolist()} - {0}
