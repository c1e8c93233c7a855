"""How sure the network was of each structure, from the probabilities of a run, on the network's own grid."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image import Grid
from ..measurement.notes import NetworkNotes
from ..measurement.slice_hints import mirrored_hints, undecided_hints
from ..structures import STANDARD, LabelSet
from .convention import Convention
from .postprocess import winners


def entropy_shares(
    probabilities: NDArray[np.floating[Any]],
    labels: Sequence[int],
    label_set: LabelSet = STANDARD,
    thresholds: Sequence[float] | None = None,
) -> dict[str, float]:
    """Mean entropy inside each structure that won a voxel, as a share of ln 2 (1: two classes equally likely).

    ``probabilities`` (K, x, y, z) sum to one over K; ``labels[k]`` is the label of class k, background first;
    ``thresholds`` as in :func:`.postprocess.winners`.
    """
    winner = winners(probabilities, thresholds).ravel()
    by_voxel = probabilities.reshape(len(probabilities), -1)
    shares = {}
    for index, label in enumerate(labels):
        inside = np.flatnonzero(winner == index)
        if label == 0 or not inside.size:
            continue
        p = np.clip(np.asarray(by_voxel[:, inside], np.float64), 1e-12, 1.0)
        shares[label_set.by_label(label).abbreviation] = float(
            -(p * np.log(p)).sum(axis=0).mean() / np.log(2)
        )
    return shares


def undecided_shares(
    convention: Convention,
    classes: NDArray[np.floating[Any]],
    structures: NDArray[np.floating[Any]],
) -> dict[str, float]:
    """:func:`entropy_shares` of a run's structures, from the probabilities of the network's classes and of the structures.

    Of a model of structures its own classes count, whatever a protocol makes of them: a protocol's shifts and thresholds do not
    change how sure the network is.
    """
    model = convention.model
    if model.header.atoms:
        return entropy_shares(structures, convention.labels, convention.label_set, convention.thresholds)
    known = {structure.abbreviation for structure in convention.label_set}
    own = entropy_shares(classes, model.labels, model.label_set)
    return {name: share for name, share in own.items() if name in known}


def note_confidence(
    notes: NetworkNotes,
    convention: Convention,
    classes: NDArray[np.floating[Any]],
    structures: NDArray[np.floating[Any]],
    grid: Grid,
) -> None:
    """Note how undecided a run was, in all and by slice, and whether that says anything of the map with this network.

    Both probabilities are (K, x, y, z) on ``grid``.
    """
    notes["undecided"] = undecided_shares(convention, classes, structures)
    notes["undecided_slices"] = undecided_hints(structures, convention.labels, convention.label_set, grid)
    if convention.model.header.confidence is None:
        notes["uncalibrated"] = True


def note_agreement(
    notes: NetworkNotes,
    convention: Convention,
    straight: NDArray[np.floating[Any]],
    mirrored: NDArray[np.floating[Any]],
    grid: Grid,
) -> None:
    """Note how well the head and its mirror image (turned back) agree on each structure, in all and by slice.

    Both are probabilities (K, x, y, z) of the convention's structures on ``grid``.
    """
    labels, label_set = convention.labels, convention.label_set
    first, second = (winners(found, convention.thresholds) for found in (straight, mirrored))
    notes["flip_dice"] = flip_dice(first, second, labels, label_set)
    notes["mirrored_slices"] = mirrored_hints(first, second, labels, label_set, grid)


def flip_dice(
    first: NDArray[np.integer[Any]],
    second: NDArray[np.integer[Any]],
    labels: Sequence[int],
    label_set: LabelSet = STANDARD,
) -> dict[str, float]:
    """Dice between the classes (x, y, z) of the head and of its mirror image (turned back), per structure.

    A structure that neither found is left out.
    """
    scores = {}
    for index, label in enumerate(labels):
        one, two = first == index, second == index
        total = int(one.sum()) + int(two.sum())
        if label and total:
            scores[label_set.by_label(label).abbreviation] = 2.0 * int((one & two).sum()) / total
    return scores
