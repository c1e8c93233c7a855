"""The one way from labels and an opened image to rows, flags with their reasons, and warnings.

What belongs to one structure (statistics, shape) is measured in its own box and kept, so that a measurement after an edit
looks only at the structures that were touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from ..errors import Remark
from ..image import Image, bounding_box, label_set_of, picture_of, union
from ..io.frames import dataframe, html_table
from ..preprocessing.alignment import aligned
from ..preprocessing.case import Case
from ..preprocessing.units import OWN_UNIT
from ..structures import LabelSet
from .brain import BrainValues
from .lost_slabs import flags_from_sides
from .misplaced import Surroundings, misplacement, surroundings
from .notes import NetworkNotes
from .options import MeasureOptions
from .places import Arrangement
from .quality import (
    Flag,
    StructureShape,
    add_flags,
    flags_from_grid,
    flags_from_network,
    flags_from_rows,
    flags_from_shape,
    in_order,
    structure_shape,
)
from .reference import Reference, reference_for
from .roi import NAN, Box, RoiRow, labels_on_grid, rows_of, structure_boxes, structure_values
from .verdict import Verdict, verdict_on

if TYPE_CHECKING:
    import pandas

_SHOWN = ("structure", "n_voxels", "volume_mm3", "mean_ppb", "sd_ppb", "median_ppb", "flags")
_DOUBTING = (
    "labels_shifted", "labels_mirrored", "labels_sides_exchanged", "labels_names_exchanged", "labels_on_wrong_side",
    "labels_far_from_place", "labels_misplaced",
)  # fmt: skip
"""Of what is said about labels: after these no number is to be used before somebody has looked."""
_FLAGS_OF_PPB = ("sign_flip", "mean_low", "mean_high")


@dataclass(frozen=True)
class MeasuredStructure:
    """What the voxels of one structure tell by themselves."""

    box: Box
    """The smallest that holds them."""
    values: Mapping[str, Any]
    """Statistics, as :func:`.roi.structure_values` gives them."""
    shape: StructureShape

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values, NaN included."""
        spans = [[s.start, s.stop] for s in self.box]
        return {"box": spans, "values": dict(self.values), "shape": asdict(self.shape)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "MeasuredStructure":
        """Read back what :meth:`to_dict` wrote; a missing number (None) is NaN."""
        x, y, z = (slice(int(start), int(stop)) for start, stop in plain["box"])
        values = {name: NAN if value is None else value for name, value in plain["values"].items()}
        return cls((x, y, z), values, StructureShape(**plain["shape"]))


@dataclass(frozen=True, eq=False, repr=False)
class MeasuredCase(Sequence[RoiRow]):
    """One image measured with one segmentation: a sequence of its rows, also by abbreviation.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> sample = dgm.bundled_sample()
        >>> measured = dgm.measure(sample.labels, sample.image)
        >>> measured
        MeasuredCase('sub-sample_Chimap.nii.gz', 10 of 10 structures, 0 flags)
        >>> measured["PU_R"].n_voxels == measured[7].n_voxels
        True
    """

    opened: Case
    labels: Image
    """On the image's grid."""
    rows: list[RoiRow]
    flags: list[Flag]
    """With their reasons; their codes stand in the rows too."""
    options: MeasureOptions
    structures: Mapping[int, MeasuredStructure] = field(default_factory=dict)
    """By label; a structure without voxels is not in it."""
    of_labels: tuple[Remark, ...] = ()
    """What is doubtful about the labels and the reference: their names, their place, their sides."""
    reference: Reference | None = None
    verdict: Verdict = field(default_factory=Verdict)
    """Whether the rows can be used as they are, with reasons."""
    brain: BrainValues | None = None
    """What the whole brain's values tell, for the next measurement in the same image."""
    around: Mapping[int, Surroundings] = field(default_factory=dict)
    """What surrounds each structure, for the same."""

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, key: int | str) -> RoiRow: ...

    @overload
    def __getitem__(self, key: slice) -> list[RoiRow]: ...

    def __getitem__(self, key: int | str | slice) -> RoiRow | list[RoiRow]:
        if not isinstance(key, str):
            return self.rows[key]
        found = next((row for row in self.rows if row.abbreviation == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def __repr__(self) -> str:
        there = sum(row.n_voxels > 0 for row in self.rows)
        name = self.options.image_name or self.options.subject or "one image"
        return f"MeasuredCase({name!r}, {there} of {len(self.rows)} structures, {len(self.flags)} flags)"

    def to_dataframe(self) -> "pandas.DataFrame":
        """The rows as a pandas DataFrame. Raises DGMError where pandas is not installed."""
        return dataframe(self.rows)

    def _repr_html_(self) -> str:
        return picture_of(self.image, self.labels, repr(self)) + html_table(self.rows, _SHOWN)

    @property
    def labels_description(self) -> str:
        """What a label file's header says of them: the model that made them, and its protocol."""
        return f"DGM labels, {self.options.model}".removesuffix(", ")

    @property
    def image(self) -> Image:
        """The measured map in ppb (or in its own unit)."""
        return self.opened.image

    @property
    def warnings(self) -> tuple[Remark, ...]:
        """What is doubtful about image and labels: geometry, the size of the head, unit, names, sides."""
        return tuple(dict.fromkeys((*self.opened.warnings, *self.of_labels)))

    @property
    def reasons(self) -> dict[str, str]:
        """Flag code and abbreviation, "volume_low RN_L", or the code alone for the whole case -> why, in words."""
        return {f"{flag.code} {flag.abbreviation}".strip(): flag.reason for flag in self.flags}

    @property
    def resampled(self) -> bool:
        """Whether the labels came on another grid."""
        return "labels_resampled" in self.options.codes


def measure_case(
    labels: Image,
    opened: Case,
    options: MeasureOptions | None = None,
    *,
    network: NetworkNotes | None = None,
    flags: Sequence[Flag] = (),
    known: Mapping[int, MeasuredStructure] | None = None,
    previous: MeasuredCase | None = None,
) -> MeasuredCase:
    """Measure labels (on any grid) in an opened image, and flag what deserves a look.

    Args:
        labels: values of their label set.
        opened: the image in ppb, or in its own unit: then no flag compares a mean with a range, and rows say ``own_unit``.
        network: notes of the run that made the labels, as long as they are the run's; of corrected labels what it noted of
            the image (:func:`.notes.notes_of_image`).
        flags: further ones that the caller knows of.
        known: all structures of these labels in this image, when they are measured already.
        previous: a measurement in the same opened image; structures whose voxels have not changed since are taken from it.

    Raises InputError when labels and image do not overlap, or when the reference cannot be.
    """
    options = options or MeasureOptions()
    label_set = label_set_of(labels)
    labels, said = aligned(labels, opened.image)
    array, resampled = labels_on_grid(labels, opened.image)
    if resampled:
        options = replace(options, codes=(*options.codes, "labels_resampled"))
    native = opened.image.replace(data=array, unit=None, label_set=labels.label_set)
    if known is None:
        known = _structures(array, label_set, opened, options.erode_voxels, previous)
    reference, of_reference = reference_for(opened, options.reference)
    values = {label: structure.values for label, structure in known.items()}
    rows = rows_of(values, label_set, opened.image.grid, options, reference)
    weighted = (network or NetworkNotes()).get("weighted_means", {})
    rows = [
        replace(row, mean_weighted_ppb=weighted.get(row.abbreviation, NAN)) if row.n_voxels else row
        for row in rows
    ]
    found = flags_from_rows(rows, label_set)
    for label, structure in known.items():
        found += flags_from_shape(label_set.by_label(label), structure.shape)
    found += [*flags_from_grid(native), *flags_from_network(network or NetworkNotes(), label_set), *flags]
    boxes = {label: structure.box for label, structure in known.items()}
    if opened.units.unit == OWN_UNIT:
        found = [flag for flag in found if flag.code not in _FLAGS_OF_PPB]
        rows = [row.with_flags(["own_unit"]) for row in rows]
    else:
        found += flags_from_sides(native, opened.image, boxes)
    before = previous if previous is not None and previous.opened is opened else None
    brain = (before and before.brain) or BrainValues(opened.image, opened.mask)
    places = Arrangement(native, boxes)
    verdict = verdict_on(
        native,
        opened.image,
        opened.mask,
        network=network,
        unit=opened.units.unit,
        brain=brain,
        places=places,
        said=opened.warnings,
    )
    found = in_order(found, label_set)
    of_labels = (*labels.warnings, *said, *of_reference, *places.side_doubts(brain.middle_mm))
    around: Mapping[int, Surroundings] = {}
    if opened.units.unit != OWN_UNIT:
        around = surroundings(native, opened.image, boxes, before.around if before else None)
        misplaced = misplacement(native, opened.image, boxes, around)
        of_labels += (misplaced.as_remark(),) if misplaced else ()
    verdict = verdict.doubting([remark for remark in of_labels if remark.code in _DOUBTING])
    return MeasuredCase(
        opened,
        native,
        add_flags(rows, found),
        found,
        options,
        known,
        of_labels,
        reference,
        verdict,
        brain,
        around,
    )


def _structures(
    array: NDArray[np.integer],
    label_set: LabelSet,
    opened: Case,
    erode_voxels: int,
    previous: MeasuredCase | None,
) -> dict[int, MeasuredStructure]:
    """Every structure that has a voxel, those that are as in ``previous`` without being looked at."""
    kept: dict[int, MeasuredStructure] = {}
    if (
        previous is not None
        and previous.opened is opened
        and previous.options.erode_voxels == erode_voxels
        and label_set_of(previous.labels) == label_set
    ):
        touched, boxes = _touched(array, previous)
        kept = {label: known for label, known in previous.structures.items() if label not in touched}
    else:
        boxes = structure_boxes(array, label_set)
    fresh = {
        label: MeasuredStructure(
            box,
            structure_values(array, label, box, opened.image, erode_voxels),
            structure_shape(array, label, box, opened.mask),
        )
        for label, box in boxes.items()
        if label in label_set
    }
    found = kept | fresh
    return {label: found[label] for label in label_set.values if label in found}


def _touched(array: NDArray[np.integer], previous: MeasuredCase) -> tuple[set[int], dict[int, Box]]:
    """The labels that lost or won a voxel, and the new box of each that still has one."""
    before = previous.labels.data
    differs = array != before
    window = bounding_box(differs)
    if window is None:
        return set(), {}
    where = differs[window]
    touched = {int(v) for v in np.unique(np.concatenate([array[window][where], before[window][where]]))} - {0}
    boxes: dict[int, Box] = {}
    for label in touched:
        known = previous.structures.get(label)
        around = union(known.box, window) if known else window
        inside = bounding_box(array[around] == label)
        if inside is not None:
            boxes[label] = tuple(  # type: ignore[assignment]
                slice(a.start + b.start, a.start + b.stop) for a, b in zip(around, inside, strict=True)
            )
    return touched, boxes
