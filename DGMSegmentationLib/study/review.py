"""What a reader signs: each structure as automatic, edited or accepted, and how far it moved from the automatic labels."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of
from ..measurement.edited import changed_labels
from ..measurement.reference import measurable
from ..structures import LabelSet

AUTOMATIC, EDITED, ACCEPTED = "automatic", "edited", "accepted"
Status = Literal["automatic", "edited", "accepted"]


@dataclass(frozen=True)
class StructureReview:
    """One structure of a case."""

    abbreviation: str
    label: int
    status: Status
    """ "accepted": signed as the model gave it; "automatic": nobody has signed it."""
    added: int
    """Voxels won against the automatic labels."""
    removed: int
    dice: float | None
    """Against the automatic labels; None where those are empty or there are none."""
    mean_automatic_ppb: float | None
    mean_ppb: float | None
    difference_ppb: float | None
    edited_by: str = ""
    """Whose edit it is, where it is edited; empty where nobody has signed it, or nobody's hand made the difference."""


def review_of(
    labels: Image, automatic: Image | None, image: Image, signed: bool = True
) -> tuple[StructureReview, ...]:
    """Compare labels with the automatic ones, structure by structure.

    Args:
        labels: (i, j, k) on the grid of ``image``.
        automatic: the model's, on the same grid; None: there are none, and all counts as edited.
        image: the QSM in ppb.
        signed: the reader is done with them.
    """
    label_set = label_set_of(labels)
    before = np.zeros_like(labels.data) if automatic is None else automatic.data
    changed = frozenset(label_set.values) if automatic is None else changed_labels(labels.data, before)
    return tuple(
        _reviewed(label_set, label, labels.data, before, image.data, label in changed, signed)
        for label in label_set.values
    )


def with_editors(
    review: Sequence[StructureReview],
    labels: Image,
    reader: str,
    begun: Image | None = None,
    editors: Mapping[str, str] | None = None,
    touched: Collection[str] | None = None,
) -> tuple[StructureReview, ...]:
    """The review, with who edited what.

    Args:
        labels: (i, j, k), those that are signed.
        reader: who signs them.
        begun: what the reader began with, where that was somebody's label file.
        editors: who had edited what in it: abbreviation -> reader.
        touched: abbreviations of what the reader changed; the rest differs for another reason (another model's labels, say).
            None: that is not known.
    """

    def editor(one: StructureReview) -> str:
        if one.status != EDITED:
            return ""
        if begun is None or begun.shape != labels.shape or label_set_of(begun) != label_set_of(labels):
            return reader if touched is None or one.abbreviation in touched else ""
        same = np.array_equal(labels.data == one.label, begun.data == one.label)
        return (editors or {}).get(one.abbreviation, "") if same else reader

    return tuple(replace(one, edited_by=editor(one)) for one in review)


def _reviewed(
    label_set: LabelSet,
    label: int,
    labels: NDArray[np.integer],
    before: NDArray[np.integer],
    values: NDArray[np.floating],
    edited: bool,
    signed: bool,
) -> StructureReview:
    now, then = labels == label, before == label
    both, all_voxels = int((now & then).sum()), int(now.sum()) + int(then.sum())
    mean, mean_before = _mean(values[now]), _mean(values[then])
    untouched: Status = "accepted" if signed else "automatic"
    return StructureReview(
        label_set.by_label(label).abbreviation,
        label,
        "edited" if edited else untouched,
        int(now.sum()) - both,
        int(then.sum()) - both,
        2 * both / all_voxels if then.any() and all_voxels else None,
        mean_before,
        mean,
        None if mean is None or mean_before is None else mean - mean_before,
    )


def _mean(values: NDArray[np.floating]) -> float | None:
    good = values[measurable(values)]
    mean = float(good.mean(dtype=np.float64)) if good.size else math.nan
    return mean if math.isfinite(mean) else None
