"""From probabilities on the network grid to labels on the native grid, and the largest component of each."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..image import Box, Grid, apply_weights, bounding_box, grid_weights, shifted
from ..measurement.roi import label_boxes
from ..options import CONNECTIVITIES
from ..preprocessing.grid import used_span

_SLAB_VALUES = 16_000_000  # floats of probabilities held at once on the native grid: 64 MB
_SLACK = 1e-4  # by which an interpolated probability may exceed its neighbours' through rounding


def _reached(weights: Sequence[NDArray[np.float32]], source: Box) -> Box | None:
    """The voxels of the target grid that depend on voxels of a box of the source grid; None when there are none."""
    x, y, z = (used_span(w[:, s], 1) for w, s in zip(weights, source, strict=True))
    return None if any(span.start == span.stop for span in (x, y, z)) else (x, y, z)


def winners(
    probabilities: NDArray[np.floating[Any]], thresholds: Sequence[float] | None = None
) -> NDArray[np.integer[Any]]:
    """The class of each voxel (x, y, z) from probabilities (K, x, y, z), background first.

    Without thresholds the largest decides. With them, one per class after the background: the class that is furthest above
    its own; background where none is.
    """
    best = np.array(probabilities[0]) if thresholds is None else np.zeros_like(probabilities[0])
    winner: NDArray[np.integer[Any]] = np.zeros(best.shape, np.min_scalar_type(len(probabilities)))
    for k in range(1, len(probabilities)):  # several times faster than argmax across classes
        values = (
            probabilities[k] if thresholds is None else probabilities[k] - best.dtype.type(thresholds[k - 1])
        )
        _take(values, k, best, winner)
    return winner


def _take(values: NDArray[Any], label: int, best: NDArray[Any], winner: NDArray[np.integer[Any]]) -> None:
    """Give ``label`` to the voxels of ``winner`` whose value is above the ``best`` so far, which is kept up to date."""
    np.copyto(winner, label, where=values > best)
    np.maximum(best, values, out=best)


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
    source = bounding_box(probabilities[0] < 1.0 - 1e-3 if winner is None else winner > 0)
    if source is None:
        return labels
    weights = grid_weights(grid, native, antialias=False)
    target = _reached(weights, source)
    if target is None:
        return labels
    if winner is not None:
        index = [w[s].argmax(axis=1) for w, s in zip(weights, target, strict=True)]
        inside = [w[s].sum(axis=1) >= 0.5 for w, s in zip(weights, target, strict=True)]
        copied = lookup[winner[np.ix_(*index)]]
        x, y, z = inside
        labels[target] = np.where(x[:, None, None] & y[:, None] & z, copied, 0)
        return labels
    if thresholds is not None:
        best = np.zeros([s.stop - s.start for s in target], np.float32)
        for k, threshold in enumerate(thresholds, start=1):
            found = _above(probabilities[k], threshold, weights, source)
            if found is not None:
                values, where = found
                within = tuple(
                    slice(w.start - t.start, w.stop - t.start) for w, t in zip(where, target, strict=True)
                )
                _take(values, int(lookup[k]), best[within], labels[where])
        return labels
    wx, wy, wz = (w[t, s] for w, t, s in zip(weights, target, source, strict=True))
    structures = np.asarray(probabilities[(slice(1, None), *source)], np.float32)
    plane = np.einsum("ax,kxyz->kayz", wx, structures, optimize=True)
    plane = np.einsum("by,kayz->kabz", wy, plane, optimize=True)
    depth = max(1, _SLAB_VALUES // max(1, plane.shape[0] * plane.shape[1] * plane.shape[2]))
    for start in range(0, wz.shape[0], depth):
        part = np.tensordot(plane, wz[start : start + depth], (3, 1))  # one product, as in apply_weights
        # What is not a structure is background: its probability is never interpolated, so a cut-off is no loss.
        best = 1.0 - part.sum(axis=0)
        first = target[2].start + start
        slab = labels[target[0], target[1], first : first + best.shape[2]]
        for k in range(len(part)):
            _take(part[k], int(lookup[k + 1]), best, slab)
    return labels


def _above(
    values: NDArray[np.float32], threshold: float, weights: Sequence[NDArray[np.float32]], source: Box
) -> tuple[NDArray[np.float32], Box] | None:
    """How far one class is above its threshold on the native grid, where it can be: elsewhere no neighbour is above it.

    ``source``: outside this box of the network grid probabilities count as 0.
    """
    own = bounding_box(values[source] > threshold - _SLACK)
    where = own and _reached(weights, shifted(own, source))
    if where is None:
        return None
    near = tuple(  # all that these voxels see
        used_span(w[t], 0, s) for w, t, s in zip(weights, where, source, strict=True)
    )
    wx, wy, wz = (w[t, s] for w, t, s in zip(weights, where, near, strict=True))
    found = np.matmul(wy, np.tensordot(wx, values[near], (1, 0)))
    found = np.tensordot(found, wz, (2, 1))
    found -= np.float32(threshold)
    return found, where


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
    for label, box in label_boxes(kept).items():
        region = kept[box] == label
        pieces, count = ndimage.label(region, structure=element)
        if count < 2:
            continue
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        drop = region & (pieces != sizes.argmax())
        kept[box][drop] = 0
        removed[label] = int(drop.sum())
    return kept, removed
