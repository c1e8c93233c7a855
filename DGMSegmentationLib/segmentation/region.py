"""A case through the network: where structures can be, structures that reach out of there, the mirrored head, the sign."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Remark
from ..image import Grid
from ..measurement.notes import NetworkNotes
from ..measurement.quality import ENTROPY_SHARE
from ..models.model import Model
from ..options import SegmentOptions
from ..preprocessing.grid import Prepared, mirrored_coordinates
from .confidence import note_agreement, note_confidence, undecided_shares
from .convention import Convention
from .postprocess import largest_components, winners

if TYPE_CHECKING:
    from ..inference.case_predictor import CasePredictor
    from ..inference.tiling import Box
    from .run import Watch

GROWTH_MM, GROWTH_STEPS = 20.0, 3
"""How far a region is enlarged where a structure touches its border, and how often, before the whole volume is taken."""
Tiles = Callable[[int, int], None]


def prior_box(model: Model, prepared: Prepared) -> "Box | None":
    """Where the model's structures can be, as slices of the network grid; None when the model does not say."""
    return box_around(model, prepared.grid, prepared.mask_centre)


def box_around(model: Model, grid: Grid, mask_centre: NDArray[np.float64]) -> "Box | None":
    """The same of a grid and the middle of the brain in it (voxels)."""
    prior = model.header.prior_box
    if not prior:
        return None
    spacing = np.array(grid.spacing)
    low = np.floor(mask_centre + np.array(prior["low_mm"]) / spacing).astype(int)
    high = np.ceil(mask_centre + np.array(prior["high_mm"]) / spacing).astype(int) + 1
    low = np.clip(low, 0, np.array(grid.shape) - 1)
    high = np.clip(high, low + 1, grid.shape)
    x, y, z = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return x, y, z


def touched_faces(
    winner: NDArray[np.integer[Any]], box: "Box", shape: Sequence[int], connectivity: int
) -> dict[tuple[int, int], list[int]]:
    """By face of the box (axis, 0 or -1) that is no face of the volume: the classes whose main piece touches it.

    ``winner`` (x, y, z) holds the class of each voxel of the box. A stray island there means nothing.
    """
    winner = largest_components(winner.astype(np.uint8), connectivity)[0]
    found = {}
    for axis, (span, length) in enumerate(zip(box, shape, strict=True)):
        faces = ([0] if span.start > 0 else []) + ([-1] if span.stop < length else [])
        for face in faces:
            classes = sorted(set(np.unique(np.take(winner, face, axis=axis)).tolist()) - {0})
            if classes:
                found[axis, face] = classes
    return found


def _grown(box: "Box", faces: Iterable[tuple[int, int]], grid: Grid) -> "Box":
    """The box with the given faces moved outwards, inside the grid."""
    spans = list(box)
    for axis, face in faces:
        step = math.ceil(GROWTH_MM / grid.spacing[axis])
        span = spans[axis]
        low = max(0, span.start - step) if face == 0 else span.start
        high = min(grid.shape[axis], span.stop + step) if face else span.stop
        spans[axis] = slice(low, high)
    return spans[0], spans[1], spans[2]


def predict_region(
    predictor: "CasePredictor",
    prepared: Prepared,
    whole: Callable[[], Prepared],
    box: "Box | None",
    options: SegmentOptions,
    convention: Convention,
    watch: "Watch",
    tiles: Tiles | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32], "Box | None", NetworkNotes]:
    """Probabilities of the convention's structures in ``box``, or in more when one of them touches its border; those of the
    network's own classes; where they are; and notes on the run.

    A network that gives a voxel the same value whatever the region goes on with the whole volume. One that normalises
    over its region goes on with a region that is larger where it was touched, in one piece as in training: over the
    whole volume, in tiles, it would change all structures and take a hundred times as long. That is its last resort.

    ``prepared`` need hold no more than what predicting the box looks at; ``whole`` prepares all of it, for a larger region.
    """
    notes: NetworkNotes = {"prior_box_used": box is not None}

    def classes_in(where: "Box | None") -> NDArray[np.float32]:
        return predict_case(
            predictor, prepared, where, convention, options.flip_average, tiles, watch.cancel, notes
        )

    def structures(found: NDArray[np.float32], where: "Box | None") -> NDArray[np.float32]:
        return convention.structures(found, _part(prepared.grid, where))

    for step in range(GROWTH_STEPS + 1):
        classes = classes_in(box)
        probabilities = structures(classes, box)
        faces = (
            touched_faces(
                winners(probabilities, convention.thresholds), box, prepared.grid.shape, options.connectivity
            )
            if box
            else {}
        )
        if not faces or box is None:
            break
        if not step:
            beyond = sorted({index for touching in faces.values() for index in touching})
            notes["beyond_prior_box"] = [_name(convention, k) for k in beyond]
            prepared = whole()
        larger = _grown(box, faces, prepared.grid)
        one_piece = predictor.in_one_piece([span.stop - span.start for span in larger])
        if predictor.normalises_by_tile and step < GROWTH_STEPS and one_piece:
            if not step:
                watch.log(Remark("region_larger"))
            box = larger
            continue
        watch.log(Remark("region_whole"))
        notes["prior_box_used"], box = False, None
        classes = classes_in(None)
        probabilities = structures(classes, None)
        break
    note_confidence(notes, convention, classes, probabilities, _part(prepared.grid, box))
    return probabilities, classes, box, notes


def _name(convention: Convention, index: int) -> str:
    return convention.label_set.by_label(convention.labels[index]).abbreviation


def sure_structures(entropies: Mapping[str, float]) -> int:
    """How many structures were found by a network that was sure of them."""
    return sum(share <= ENTROPY_SHARE for share in entropies.values())


def sign_looks_flipped(
    predictor: "CasePredictor",
    negated: Callable[[], Prepared],
    box: "Box | None",
    entropies: Mapping[str, float],
    convention: Convention,
    cancel: Callable[[], bool] | None = None,
) -> bool:
    """Whether the network is sure of most structures in the map with its sign changed, and was not in the map as it is.

    ``negated`` prepares that map; it is asked only when there is doubt. ``entropies`` is of the map as it is.
    """
    half = (len(convention.labels) - 1) / 2
    if sure_structures(entropies) >= half:
        return False
    return sure_structures(entropy_shares_of_run(predictor, negated(), box, convention, cancel)) > half


def entropy_shares_of_run(
    predictor: "CasePredictor",
    prepared: Prepared,
    box: "Box | None",
    convention: Convention,
    cancel: Callable[[], bool] | None = None,
) -> dict[str, float]:
    """How undecided the network is about each structure that it finds, see :func:`entropy_shares`; one run."""
    classes = predict_case(predictor, prepared, box, convention, cancel=cancel)
    if not convention.model.header.atoms:
        return undecided_shares(convention, classes, classes)
    return undecided_shares(convention, classes, convention.structures(classes, _part(prepared.grid, box)))


def predict_case(
    predictor: "CasePredictor",
    prepared: Prepared,
    box: "Box | None",
    convention: Convention,
    flip_average: bool = False,
    progress: Tiles | None = None,
    cancel: Callable[[], bool] | None = None,
    notes: NetworkNotes | None = None,
) -> NDArray[np.float32]:
    """Probabilities of the network's classes on its grid (or in ``box``), optionally averaged with those of the mirrored head.

    ``notes`` then receives how well both agree on each structure.
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
    mirrored = np.flip(mirrored, axis=1 + axis)[convention.mirrored_classes]
    if notes is not None:
        grid = _part(prepared.grid, box)
        straight, turned_back = (convention.structures(found, grid) for found in (result, mirrored))
        note_agreement(notes, convention, straight, turned_back, grid)
    return (result + mirrored) / np.float32(2)


def _part(grid: Grid, box: "Box | None") -> Grid:
    """The grid's part that was predicted."""
    return grid if box is None else grid.cropped(box)
