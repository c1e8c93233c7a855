"""An opened case through the network and back: labels on the image's own grid."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Remark
from ..image import Box, Grid, Image, bounding_box, restore_orientation
from ..measurement.notes import NetworkNotes
from ..measurement.roi import weighted_mean
from ..options import SegmentOptions
from ..preprocessing.case import Case
from ..preprocessing.coregistration import Move
from ..preprocessing.grid import Prepared, prepare
from .convention import Convention, Kept
from .orientation import better_orientation, looks_odd
from .postprocess import (
    each_to_native,
    labels_from_probabilities,
    largest_components,
    probabilities_to_native,
)
from .region import box_around, predict_region, prior_box, sign_looks_flipped
from .run import Watch

if TYPE_CHECKING:
    from ..inference.case_predictor import CasePredictor


@dataclass(frozen=True, eq=False)
class Labelled:
    """A case with its labels on the native grid, probabilities there when asked for, and notes on the run."""

    labels: Image
    probabilities: NDArray[np.float32] | None
    notes: NetworkNotes
    kept: Kept | None = None


@dataclass(frozen=True, eq=False)
class OnNetworkGrid:
    """What a run found, before it returns to the image's grid."""

    probabilities: NDArray[np.float32]
    """(K, x, y, z) of the convention's structures on ``grid``."""
    grid: Grid
    native: Grid
    """The image's grid in the model's axes."""
    notes: NetworkNotes


def label_case(
    case: Case, predictor: "CasePredictor", options: SegmentOptions, watch: Watch | None = None
) -> Labelled:
    """Label an opened case: prepare it, run the network, return to the native grid."""
    watch = watch or Watch()
    clock = watch.clock
    model, pre = predictor.model, predictor.model.header.preprocessing
    convention = Convention.of(model, options.protocol)
    watch.stop_if_cancelled()
    watch.report("Preparing the image", 0.05)

    def whole() -> Prepared:
        return prepare(case.channels, case.mask, pre)

    def looked_at(grid: Grid, centre: NDArray[np.float64]) -> Box | None:
        box = box_around(model, grid, centre)
        return None if box is None else predictor.looks_at(box, grid.shape)

    with clock("resample"):
        narrow = options.use_prior_box and not options.flip_average
        prepared = prepare(case.channels, case.mask, pre, looked_at) if narrow else whole()
    expected = prior_box(model, prepared) if options.use_prior_box else None

    def tile(done: int, total: int) -> None:
        watch.report("Running the network", 0.1 + 0.7 * done / total)

    def negated() -> Prepared:
        qsm = case.channels[0]
        return prepare([qsm.replace(data=-qsm.data), *case.channels[1:]], case.mask, pre)

    with clock("network"):
        probabilities, classes, box, notes = predict_region(
            predictor, prepared, whole, expected, options, convention, watch, tile
        )
        # How sure a network of atoms is of good maps is not known.
        if not model.header.atoms and sign_looks_flipped(
            predictor, negated, expected, notes["undecided"], convention, watch.cancel
        ):
            notes["sign_flip"] = True
        elif model.header.confidence is not None and looks_odd(notes["undecided"], len(convention.label_set)):
            watch.report("Trying other orientations", 0.8)
            turned = better_orientation(predictor, case, notes["undecided"], convention, watch.cancel)
            if turned is not None:
                notes["orientation"] = turned.to_notes()
    further = dict(zip(model.header.channels[1:], case.channels[1:], strict=True))
    if further:
        notes["channels"] = {name: _note_of(image, case.moves.get(name)) for name, image in further.items()}
    watch.stop_if_cancelled()
    watch.report("Returning to the image's own grid", 0.82)
    grid = prepared.grid.cropped(box) if box is not None else prepared.grid
    kept = None if convention.protocol is None else Kept.of(model, options, classes, grid, prepared.native)
    del classes
    found = OnNetworkGrid(probabilities, grid, prepared.native, notes)
    return replace(to_native(case, convention, found, options, watch), kept=kept)


def _note_of(channel: Image, move: Move | None) -> dict[str, object]:
    """What provenance says of a further channel: its file, and how it was moved, if it was."""
    file = channel.path.name if channel.path else None
    return {"file": file, **(move.to_notes() if move is not None else {})}


def to_native(
    case: Case, convention: Convention, found: OnNetworkGrid, options: SegmentOptions, watch: Watch
) -> Labelled:
    """Labels on the image's own grid from the probabilities of a convention's structures on the network grid.

    The notes of ``found`` receive what there is to say of the labels.
    """
    image, mask, clock = case.image, case.mask, watch.clock
    probabilities, grid, notes = found.probabilities, found.grid, found.notes
    label_set, pre = convention.label_set, convention.model.header.preprocessing
    with clock("back"):
        labels = labels_from_probabilities(
            probabilities, convention.labels, grid, found.native, pre.back, convention.thresholds
        )
    with clock("components"):
        if options.largest_component:
            labels, removed = largest_components(labels, options.connectivity)
            notes["removed_voxels"] = {label_set.by_label(k).abbreviation: n for k, n in removed.items()}
    with clock("back"):
        native = restore_orientation(labels, image.grid, pre.axes)
        # Where there is no QSM there is nothing to measure.
        native = np.where(mask, native, 0).astype(label_set.dtype, copy=False)
        full = None
        if options.save_probabilities:
            full = probabilities_to_native(probabilities, grid, found.native)
            full = np.stack([restore_orientation(p, image.grid, pre.axes) for p in full])
    if options.weighted_means:
        with clock("measure"):
            there = (
                full[1:]
                if full is not None
                else (
                    restore_orientation(moved, image.grid, pre.axes)
                    for moved in each_to_native(probabilities[1:], grid, found.native)
                )
            )
            notes["weighted_means"] = {
                structure.abbreviation: round(weighted_mean(image, mask, weights), 3)
                for structure, weights in zip(label_set, there, strict=True)
            }
    found_in = bounding_box(native != 0)
    present = set() if found_in is None else set(np.unique(native[found_in]).tolist())
    absent = [structure for structure in label_set if structure.label not in present]
    notes["empty"] = [structure.abbreviation for structure in absent]
    for structure in absent:
        watch.log(Remark("structure_missing", name=structure.name, structure=structure.abbreviation))
    if convention.protocol is not None:
        notes["protocol"] = convention.protocol.to_dict()
    return Labelled(image.replace(data=native, unit=None, label_set=label_set), full, notes)
