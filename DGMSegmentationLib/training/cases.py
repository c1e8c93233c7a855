"""Cases: labelled volumes on the network grid, prepared by the same code as at inference and held in memory."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Grid, Image, label_set_of
from ..io.bids.label_files import ATOMS
from ..io.labels import in_label_set, read_labels
from ..measurement.roi import labels_on_grid
from ..models.header import PriorBox
from ..preprocessing.alignment import aligned
from ..preprocessing.case import Case as OpenedCase
from ..preprocessing.case import open_case
from ..preprocessing.grid import Preprocessing, labels_to_grid, mask_box, prepare
from ..segmentation.postprocess import largest_components
from ..structures import STANDARD, LabelSet
from .data import Subject, label_mapping, training_label_set
from .settings import DataSettings


@dataclass(frozen=True, eq=False)
class Case:
    """One labelled volume on the network grid."""

    name: str
    inputs: NDArray[Any]
    """(channels, x, y, z), scaled for the network; float16 when that is exact."""
    labels: NDArray[np.integer[Any]]
    """(x, y, z), values of the label set."""
    mask: NDArray[np.bool_]
    """(x, y, z) brain mask."""
    grid: Grid
    mask_centre: NDArray[np.float64]
    """Centre of the brain mask's bounding box, in voxels of this grid."""
    coordinates: NDArray[Any] | None = None
    """(3, x, y, z) scaled coordinates, for networks that use them."""
    label_set: LabelSet = STANDARD

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels of the network grid."""
        x, y, z = self.labels.shape
        return x, y, z


def compact(array: NDArray[np.float32]) -> NDArray[Any]:
    """The array as float16 when no value changes by that (grey levels scaled by 1/128 are exact), else unchanged."""
    half = array.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), array) else array


def open_subject(
    subject: Subject, settings: DataSettings, label_set: LabelSet = STANDARD
) -> tuple[OpenedCase, Image]:
    """The images of a subject (QSM in ppb, brain mask) and its labels in the values of a set, on the native grid.

    Raises InputError for unreadable files, for labels or channels on another grid than the QSM, for label values that the
    mapping does not know, and for structures that are none of the set.
    """
    extra = dict(zip(settings.channels[1:], subject.images[1:], strict=True))
    opened = open_case(subject.images[0], units=settings.units, channels=settings.channels, extra=extra)
    try:
        labels = read_labels(
            subject.label,
            label_mapping(settings.labels, label_set),
            label_set=label_set if settings.label_set else None,
            default=label_set,
            trust_numbers=True,  # the preset says what they are
        )
        labels = in_label_set(labels, label_set)
    except InputError as error:
        if error.code != "labels_unlisted":
            raise
        known = error.facts
        raise InputError(
            "training_labels_unlisted",
            path=known["path"],
            values=known["values"],
            scheme=known["scheme"],
            label_set=known["label_set"],
        ) from error
    if settings.labels == ATOMS:  # on a finer grid of their own
        return opened, labels
    grid = opened.image.grid
    labels, said = aligned(labels, opened.image)
    for remark in (*opened.warnings, *labels.warnings, *said):
        warnings.warn(f"{subject.name}: {remark}", stacklevel=2)
    if not labels.grid.same_as(grid, tolerance_mm=1e-2) and _is_cut_of(labels.grid, grid):
        labels = opened.image.replace(
            data=labels_on_grid(labels, opened.image)[0], unit=None, label_set=label_set
        )
    if not labels.grid.same_as(grid, tolerance_mm=1e-2):
        raise InputError("labels_other_grid", path=subject.label, image=subject.images[0].name)
    return opened, labels


def _is_cut_of(part: Grid, whole: Grid) -> bool:
    """Whether the voxels of ``part`` are voxels of ``whole``: 3D Slicer saves segmentations cut to their extent."""
    return part.axis_codes == whole.axis_codes and part.interlocks(whole, tolerance_mm=1e-2)


def prepare_case(
    subject: Subject, settings: DataSettings, pre: Preprocessing, label_set: LabelSet = STANDARD
) -> Case:
    """Read one labelled volume and bring it to the network grid."""
    return on_network_grid(subject.name, *open_subject(subject, settings, label_set), settings, pre)


def on_network_grid(
    name: str, opened: OpenedCase, labels: Image, settings: DataSettings, pre: Preprocessing
) -> Case:
    """Bring an opened volume and its labels to the network grid."""
    ready = prepare(opened.channels, opened.mask, pre)
    on_grid = labels_to_grid(labels, ready.grid, pre, settings.label_resampling)
    coordinates = None if ready.coordinates is None else compact(ready.coordinates)
    case = Case(
        name,
        compact(ready.inputs),
        on_grid,
        ready.mask,
        ready.grid,
        np.asarray(ready.mask_centre),
        coordinates,
        label_set_of(labels),
    )
    return cropped(case, settings.crop_margin_mm) if settings.crop_margin_mm > 0 else case


def cropped(case: Case, margin_mm: float) -> Case:
    """The case around its labels only: less memory, for large training sets on fine grids."""
    if not case.labels.any():
        return case
    low, high = mask_box(case.labels > 0)
    reach = np.ceil(margin_mm / np.array(case.grid.spacing)).astype(int)
    low = np.maximum(low - reach, 0)
    high = np.minimum(high + reach, np.array(case.shape) - 1)
    box = tuple(slice(int(a), int(b) + 1) for a, b in zip(low, high, strict=True))
    whole = (slice(None), *box)
    return replace(
        case,
        inputs=np.ascontiguousarray(case.inputs[whole]),
        labels=np.ascontiguousarray(case.labels[box]),
        mask=np.ascontiguousarray(case.mask[box]),
        grid=case.grid.cropped(box),
        mask_centre=case.mask_centre - low,
        coordinates=None if case.coordinates is None else np.ascontiguousarray(case.coordinates[whole]),
    )


def prepare_cases(
    subjects: Sequence[Subject],
    settings: DataSettings,
    pre: Preprocessing,
    progress: Callable[[int, int], None] | None = None,
    label_set: LabelSet | None = None,
) -> list[Case]:
    """Prepare all volumes; warns of structures that a volume lacks and of sides exchanged in a few volumes.

    ``label_set``: that of their labels; by default what settings or files say.

    Raises InputError for a volume that cannot be used, when no volume is labelled, and when most have sides exchanged.
    """
    known = training_label_set(settings, subjects) if label_set is None else label_set
    cases = []
    for done, subject in enumerate(subjects):
        cases.append(prepare_case(subject, settings, pre, known))
        if progress is not None:
            progress(done + 1, len(subjects))
    if settings.labels != ATOMS:
        for remark in [*absent_structures(cases), *exchanged_sides(cases)]:
            warnings.warn(str(remark), stacklevel=2)
    return cases


def absent_structures(cases: Sequence[Case]) -> list[Remark]:
    """One remark per structure that some training volume lacks.

    Raises InputError when no volume holds any structure at all.
    """
    present = {case.name: set(np.unique(case.labels).tolist()) - {0} for case in cases}
    if cases and not any(present.values()):
        raise InputError("training_no_labels")
    problems = []
    for structure in cases[0].label_set if cases else ():
        lacking = [name for name, labels in present.items() if structure.label not in labels]
        if lacking:
            listed = ", ".join(lacking[:3]) + (", ..." if len(lacking) > 3 else "")
            name = structure.abbreviation
            problems.append(
                Remark("structure_absent", structure=name, count=len(lacking), all=len(cases), names=listed)
            )
    return problems


def exchanged_sides(cases: Sequence[Case]) -> list[Remark]:
    """A remark when left structures lie right of their partners (in RAS) in some volumes.

    Raises InputError when they do in most: a model would learn to exchange the sides.
    """
    wrong = [case.name for case in cases if _sides_exchanged(case)]
    if not wrong:
        return []
    listed = ", ".join(wrong[:3]) + (", ..." if len(wrong) > 3 else "")
    if 2 * len(wrong) > len(cases):
        raise InputError("sides_exchanged", count=len(wrong), all=len(cases), names=listed)
    return [Remark("sides_exchanged_in_some", count=len(wrong), all=len(cases), names=listed)]


def _sides_exchanged(case: Case) -> bool:
    """Whether most nuclei that have both sides have them exchanged."""
    exchanged = []
    for pair in case.label_set.pairs:
        voxels = [np.argwhere(case.labels == structure.label) for structure in pair]
        if all(map(len, voxels)):
            left, right = (float(case.grid.affine[0, :3] @ where.mean(0)) for where in voxels)
            exchanged.append(left > right)
    return 2 * sum(exchanged) > len(exchanged)


def prior_box(
    cases: Sequence[Case], margin_mm: float = 10.0, first: PriorBox | None = None, share: float = 1.0
) -> PriorBox:
    """Where structures were in the training volumes, plus a margin, in mm along the model's axes.

    Only the largest piece of each structure counts: stray islands of labels would blow the box up to the whole head.

    Relative to the centre of the brain mask's bounding box; used to leave out the rest of the volume at inference.
    ``first`` is the box of the model that training goes on from: a few heads do not make it smaller. Each face of the box
    leaves out the outermost 1 - ``share`` of the heads; at inference the box grows where a structure reaches its border.
    """
    lows, highs = [], []
    for case in cases:
        if not case.labels.any():
            continue
        lowest, highest = mask_box(largest_components(case.labels, 26)[0] > 0)
        spacing = np.array(case.grid.spacing)
        lows.append((lowest - 0.5 - case.mask_centre) * spacing)
        highs.append((highest + 0.5 - case.mask_centre) * spacing)
    low = np.quantile(lows, 1 - share, axis=0) - margin_mm
    high = np.quantile(highs, share, axis=0) + margin_mm
    if first:
        low, high = np.minimum(low, first["low_mm"]), np.maximum(high, first["high_mm"])
    return {
        "low_mm": np.round(low, 2).tolist(),
        "high_mm": np.round(high, 2).tolist(),
        "margin_mm": [float(margin_mm)] * 3,
    }
