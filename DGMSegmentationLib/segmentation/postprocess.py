"""From probabilities on the network grid to labels on the native grid, and the largest component of each."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..image import Grid, apply_weights, grid_weights
from ..options import CONNECTIVITIES

_SLAB_VALUES = 16_000_000  # floats of probabilities held at once on the native grid: 64 MB


def _reach(weights: NDArray[np.float32], low: int, high: int) -> slice:
    """The target indices that depend on source indices low..high (inclusive)."""
    rows = np.flatnonzero(weights[:, low : high + 1].any(axis=1))
    return slice(int(rows[0]), int(rows[-1]) + 1) if rows.size else slice(0, 0)


def winners(
    probabilities: NDArray[np.floating[Any]], thresholds: Sequence[float] | None = None
) -> NDArray[np.integer[Any]]:
    """The class of each voxel (x, y, z) from probabilities (K, x, y, z), background first.

    Without thresholds the largest decides. With them, one per class after the background: the class that is furthest above
    its own; background where none is.
    """
    if thresholds is None:
        return probabilities.argmax(axis=0)
    margins = probabilities[1:] - np.asarray(thresholds, probabilities.dtype).reshape(-1, 1, 1, 1)
    best = margins.argmax(axis=0)
    above = np.take_along_axis(margins, best[None], axis=0)[0] > 0
    return np.where(above, best + 1, 0)


def labels_from_probabilities(
    probabilities: NDArray[np.float32],
    classes: Sequence[int],
    grid: Grid,
    native: Grid,
    interpolation: str = "linear",
    thresholds: Sequence[float] | None = None,
) -> NDArray[np.integer[Any]]:
    """Label each native voxel with its most probable class; bytes where the labels fit, else wider.

    ``probabilities`` (K, x, y, z) on ``grid`` sum to one over K; ``classes[k]`` is the label of class k and class 0 is
    background. ``native`` is a parallel grid. "linear" interpolates the probabilities and then takes the largest, so
    that a coarse network grid still gives a smooth outline; "nearest" copies the labels of the network grid, as the
    original code does. ``thresholds``: as in :func:`winners`.
    """
    lookup = np.asarray(classes, np.min_scalar_type(max(classes)))
    labels = np.zeros(native.shape, lookup.dtype)
    # Away from any voxel that is not clearly background nothing can win: work only near the others.
    winner = winners(probabilities, thresholds) if interpolation == "nearest" else None
    busy = probabilities[0] < 1.0 - 1e-3 if winner is None else winner > 0
    if not busy.any():
        return labels
    spans = []
    for axis in range(3):
        hits = np.flatnonzero(busy.any(axis=tuple(a for a in range(3) if a != axis)))
        spans.append((int(hits[0]), int(hits[-1])))
    weights = grid_weights(grid, native, antialias=False)
    target = tuple(_reach(w, *span) for w, span in zip(weights, spans, strict=True))
    if any(s.start == s.stop for s in target):
        return labels
    if winner is not None:
        index = [w[s].argmax(axis=1) for w, s in zip(weights, target, strict=True)]
        inside = [w[s].sum(axis=1) >= 0.5 for w, s in zip(weights, target, strict=True)]
        copied = lookup[winner[np.ix_(*index)]]
        x, y, z = inside
        labels[target] = np.where(x[:, None, None] & y[:, None] & z, copied, 0)
        return labels
    source = tuple(slice(a, b + 1) for a, b in spans)
    wx, wy, wz = (w[t, s] for w, t, s in zip(weights, target, source, strict=True))
    structures = np.asarray(probabilities[(slice(1, None), *source)], np.float32)
    plane = np.einsum("ax,kxyz->kayz", wx, structures, optimize=True)
    plane = np.einsum("by,kayz->kabz", wy, plane, optimize=True)
    depth = max(1, _SLAB_VALUES // max(1, plane.shape[0] * plane.shape[1] * plane.shape[2]))
    for start in range(0, wz.shape[0], depth):
        part = np.tensordot(plane, wz[start : start + depth], (3, 1))  # one product, as in apply_weights
        # What is not a structure is background: its probability is never interpolated, so a cut-off is no loss.
        if thresholds is None:
            least = 1.0 - part.sum(axis=0)
        else:
            part -= np.asarray(thresholds, part.dtype).reshape(-1, 1, 1, 1)
            least = np.zeros((), part.dtype)
        best = part.argmax(axis=0)
        wins = np.take_along_axis(part, best[None], axis=0)[0] > least
        first = target[2].start + start
        labels[target[0], target[1], first : first + best.shape[2]] = np.where(wins, lookup[best + 1], 0)
    return labels


def each_to_native(
    probabilities: NDArray[np.float32], grid: Grid, native: Grid
) -> Iterator[NDArray[np.float32]]:
    """Probabilities (K, x, y, z) interpolated linearly to the parallel native grid, one structure after the other."""
    weights = grid_weights(grid, native, antialias=False)
    return (apply_weights(one, weights) for one in probabilities)


def probabilities_to_native(
    probabilities: NDArray[np.float32], grid: Grid, native: Grid
) -> NDArray[np.float32]:
    """Interpolate probabilities (K, x, y, z) linearly to the parallel native grid; outside, class 0 is certain."""
    result = np.empty((probabilities.shape[0], *native.shape), np.float32)
    for k, moved in enumerate(each_to_native(probabilities[1:], grid, native), start=1):
        result[k] = moved
    np.clip(1.0 - result[1:].sum(axis=0), 0.0, 1.0, out=result[0])  # moved structures may overlap
    return result


def largest_components(
    labels: NDArray[Any], connectivity: int = 6
) -> tuple[NDArray[np.integer[Any]], dict[int, int]]:
    """Keep the largest connected component of each label; also return how many voxels each label lost.

    ``connectivity``: 6 (faces, as in both articles), 18 or 26 neighbours.
    """
    from scipy import ndimage

    if connectivity not in CONNECTIVITIES:
        raise InputError("connectivity_unknown", connectivity=connectivity)
    element = ndimage.generate_binary_structure(3, 1 + CONNECTIVITIES.index(connectivity))
    kept = np.array(labels, copy=True)
    removed: dict[int, int] = {}
    boxes = ndimage.find_objects(kept)
    for label, box in enumerate(boxes, start=1):
        if box is None:
            continue
        region = kept[box] == label
        parts, count = ndimage.label(region, structure=element)
        if count < 2:
            continue
        sizes = np.bincount(parts.ravel())
        sizes[0] = 0
        drop = region & (parts != sizes.argmax())
        kept[box][drop] = 0
        removed[label] = int(drop.sum())
    return kept, removed
