"""False positives of stage 1: where a network sees a structure that is not there, and the patches that hold them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inference.predictor import Box, Cancel, Predictor, Progress
from ..preprocessing.grid import mask_box
from .cases import Case
from .patches import cores_holding


class BrainPredictor(Predictor):
    """A predictor that leaves out the empty space around the head when it is asked for the whole volume.

    There the network sees background only and everything is background. ``last`` holds the classes (x, y, z) of the
    latest whole-volume prediction, before any cleaning.
    """

    last: NDArray[np.uint8] | None = None

    def predict(
        self,
        inputs: NDArray[np.float32],
        coordinates: NDArray[np.float32] | None = None,
        box: Box | None = None,
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> NDArray[np.float32]:
        """Class probabilities (K, x, y, z) as :meth:`Predictor.predict` gives them."""
        if box is not None:
            result = super().predict(inputs, coordinates, box, progress, cancel)
            self.last = np.zeros(inputs.shape[1:], np.uint8)
            self.last[box] = result.argmax(0)
            return result
        fill = np.asarray(self.fill, inputs.dtype).reshape(-1, 1, 1, 1)
        low, high = mask_box((inputs != fill).any(axis=0))
        x, y, z = (slice(int(a), int(b) + 1) for a, b in zip(low, high, strict=True))
        part = super().predict(inputs, coordinates, (x, y, z), progress, cancel)
        result = np.zeros((part.shape[0], *inputs.shape[1:]), np.float32)
        result[0] = 1.0
        result[:, x, y, z] = part
        self.last = result.argmax(0).astype(np.uint8)
        return result


def false_positives(predicted: NDArray[Any], reference: NDArray[Any]) -> NDArray[np.bool_]:
    """(reference == 0) & (prediction != 0): the original's rule, before any component is removed."""
    return np.asarray((reference == 0) & (predicted != 0))


def mine(
    cases: Sequence[Case],
    predictor: BrainPredictor,
    classes: NDArray[np.int64],
    progress: Callable[[int, int], None] | None = None,
) -> dict[int, NDArray[np.int16]]:
    """Predict every case and return its false-positive voxels (n, 3), by case number.

    ``classes`` translates our labels to the network's classes, so that a network of one structure counts the others as
    background.
    """
    found = {}
    for number, case in enumerate(cases):
        where = None if case.coordinates is None else case.coordinates.astype(np.float32)
        predictor.predict(case.inputs.astype(np.float32), where)
        assert predictor.last is not None
        found[number] = np.argwhere(false_positives(predictor.last, classes[case.labels])).astype(np.int16)
        if progress is not None:
            progress(number + 1, len(cases))
    return found


def false_positive_patches(
    cases: Sequence[Case], voxels: dict[int, NDArray[np.int16]], core: Sequence[int], step: Sequence[int]
) -> NDArray[np.int32]:
    """Rows (case, i, j, k) of the patches whose core holds a false-positive voxel."""
    rows = [np.zeros((0, 4), np.int32)]
    for number, where in sorted(voxels.items()):
        marked = np.zeros(cases[number].shape, bool)
        marked[tuple(where.T)] = True
        starts = cores_holding(marked, core, step)
        rows.append(np.column_stack([np.full(len(starts), number, np.int32), starts]))
    return np.concatenate(rows)
