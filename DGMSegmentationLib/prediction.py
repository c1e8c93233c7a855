"""A case through the network: where structures can be, the mirrored head, and structures that reach out of that region."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .confidence import flip_dice
from .image import Grid
from .model import Model
from .postprocess import largest_components
from .preprocess import Prepared, mirrored_coordinates
from .structures import MIRROR

if TYPE_CHECKING:
    from .inference import Box, Predictor


def prior_box(model: Model, prepared: Prepared) -> "Box | None":
    """Where the model's structures can be, as slices of the network grid; None when the model does not say."""
    prior = model.header.prior_box
    if not prior:
        return None
    spacing = np.array(prepared.grid.spacing)
    low = np.floor(prepared.mask_centre + np.array(prior["low_mm"]) / spacing).astype(int)
    high = np.ceil(prepared.mask_centre + np.array(prior["high_mm"]) / spacing).astype(int) + 1
    low = np.clip(low, 0, np.array(prepared.grid.shape) - 1)
    high = np.clip(high, low + 1, prepared.grid.shape)
    x, y, z = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return x, y, z


def border_values(labels: NDArray[np.integer[Any]], box: "Box", shape: Sequence[int]) -> list[int]:
    """The values other than 0 on the faces of the box that are not also faces of the volume."""
    found: set[int] = set()
    for axis, (span, length) in enumerate(zip(box, shape, strict=True)):
        faces = ([0] if span.start > 0 else []) + ([-1] if span.stop < length else [])
        for face in faces:
            found.update(np.unique(np.take(labels, face, axis=axis)).tolist())
    return sorted(found - {0})


def leaving_box(
    probabilities: NDArray[np.float32], box: "Box", shape: Sequence[int], connectivity: int
) -> list[int]:
    """The classes whose main piece touches the box's border; a stray island there means nothing."""
    winner = probabilities.argmax(axis=0).astype(np.uint8)
    return border_values(largest_components(winner, connectivity)[0], box, shape)


def _flip_order(labels: Sequence[int]) -> list[int]:
    """For each class, the class of the mirrored head that it corresponds to."""
    return [list(labels).index(MIRROR[label]) for label in labels]


def predict_case(
    predictor: "Predictor",
    prepared: Prepared,
    box: "Box | None",
    flip_average: bool = False,
    progress: Callable[[int, int], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    notes: dict[str, Any] | None = None,
) -> NDArray[np.float32]:
    """Probabilities on the network grid (or in ``box``), optionally averaged with those of the mirrored head.

    ``notes`` then receives "flip_dice": how well both agree on each structure.
    """
    runs = 2 if flip_average else 1

    def step(run: int) -> Callable[[int, int], None] | None:
        return (lambda done, total: progress(run * total + done, runs * total)) if progress else None

    result = predictor.predict(prepared.inputs, prepared.coordinates, box, step(0), cancel)
    if not flip_average:
        return result
    pre = predictor.model.header.preprocessing
    axis = pre.lateral_axis
    length = prepared.inputs.shape[1 + axis]
    turned = None
    if box is not None:
        spans = list(box)
        spans[axis] = slice(length - box[axis].stop, length - box[axis].start)
        turned = (spans[0], spans[1], spans[2])
    where = None if prepared.coordinates is None else mirrored_coordinates(prepared.coordinates, pre)
    inputs = np.ascontiguousarray(np.flip(prepared.inputs, axis=1 + axis))
    mirrored = predictor.predict(inputs, where, turned, step(1), cancel)
    mirrored = np.flip(mirrored, axis=1 + axis)[_flip_order(predictor.model.labels)]
    if notes is not None:
        notes["flip_dice"] = flip_dice(result, mirrored, predictor.model.labels)
    return (result + mirrored) / np.float32(2)


def cropped(grid: Grid, box: "Box") -> Grid:
    """The part of a grid that the box holds."""
    affine = grid.affine.copy()
    affine[:3, 3] += grid.affine[:3, :3] @ np.array([s.start for s in box], float)
    x, y, z = (s.stop - s.start for s in box)
    return Grid((x, y, z), affine)
