"""Measure the structures of a label set in a QSM: one row of volume and susceptibility statistics per structure.

Everything is computed on the native grid of the measured image. Labels drawn on another grid are carried to
the image's grid by nearest neighbour and the rows say so (flag ``labels_resampled``); the image is never
resampled. Negative voxels are tissue like any other and are never dropped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import InputError
from ..image import Grid, Image, bounding_box, label_set_of, resample_to, shifted
from ..preprocessing.alignment import aligned
from ..structures import LabelSet, Structure
from .options import MeasureOptions
from .reference import Reference, measurable

SOFTWARE = f"DGMSegmentation {__version__}"
NAN = float("nan")
LEAST_WEIGHT = 0.05
"""Smaller probabilities are a network's noise, and there are a hundred times more voxels outside a nucleus than in it."""
Box = tuple[slice, slice, slice]


@dataclass(frozen=True, kw_only=True)
class RoiRow:
    """One structure measured in one image. The fields are the columns of the long table, in their order.

    A further statistic is a field with the default NaN, its value in :func:`_statistics` and its description in
    :data:`.tables.COLUMN_DESCRIPTIONS`: every reader takes files without it.

    ``n_voxels`` and ``volume_mm3`` count every voxel of the structure (after erosion, when asked);
    ``n_excluded`` of them carry no value (NaN, infinite, or a background sentinel) and are left out of the
    statistics. ``sd_ppb`` is the sample SD (ddof 1), NaN for fewer than two voxels. Percentiles interpolate
    linearly. NaN stands for "no value" and is an empty cell in a file. ``mean_weighted_ppb`` comes from a run that was asked
    for it (``weighted_means``), never from labels alone.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> sample = dgm.bundled_sample()
        >>> row = dgm.measure(sample.labels, sample.image)["SN_R"]
        >>> row.structure, row.side, row.label
        ('Right substantia nigra', 'R', 4)
    """

    subject: str
    image: str
    structure: str
    abbreviation: str
    side: str
    label: int
    n_voxels: int
    volume_mm3: float
    mean_ppb: float
    sd_ppb: float
    median_ppb: float
    p05: float
    p25: float
    p75: float
    p95: float
    min: float
    max: float
    n_excluded: int
    reference: str
    mean_referenced_ppb: float
    asymmetry_percent: float
    flags: str
    edited: bool
    model: str
    software: str
    mean_weighted_ppb: float = NAN

    @property
    def flag_list(self) -> tuple[str, ...]:
        """The flag codes of this row."""
        return tuple(code for code in self.flags.split(";") if code)

    def with_flags(self, codes: Sequence[str]) -> "RoiRow":
        """A copy with further flag codes, each of them once."""
        return replace(self, flags=";".join(dict.fromkeys((*self.flag_list, *codes))))


def labels_on_grid(labels: Image, image: Image) -> tuple[NDArray[np.integer], bool]:
    """The label array on the image's grid, and whether it had to be resampled (nearest neighbour).

    A crop, or flipped and swapped axes, that keeps every labelled voxel as it is counts as not resampled.

    Raises InputError when labels were there and none of them lies inside the image.
    """
    labels, _ = aligned(labels, image)
    array = np.asarray(labels.data, dtype=label_set_of(labels).dtype)
    if labels.grid.same_as(image.grid):
        return array, False
    moved = resample_to(array, labels.grid, image.grid, order=0)
    if not moved.any() and np.any(labels.data):
        raise InputError("labels_elsewhere")
    kept = labels.grid.interlocks(image.grid) and np.count_nonzero(moved) == np.count_nonzero(labels.data)
    return moved, not kept


def erode(inside: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """Peel ``steps`` layers of voxels (face neighbours) off a structure; the image's border counts as
    outside.
    """
    from scipy import ndimage

    if steps <= 0:
        return inside
    return ndimage.binary_erosion(inside, iterations=steps)


def asymmetry_percent(left: float, right: float) -> float:
    """100 (L - R) / |(L + R) / 2| of the two means: positive when the left value is higher; NaN where
    undefined.
    """
    middle = abs(left + right) / 2
    return 100.0 * (left - right) / middle if np.isfinite(middle) and middle > 0 else NAN


def measure(
    labels: Image,
    image_ppb: Image,
    *,
    subject: str = "",
    image_name: str = "",
    mask: NDArray[Any] | Image | None = None,
    reference: Reference | str | None = None,
    erode_voxels: int = 0,
    edited: bool = False,
) -> list[RoiRow]:
    """Measure the structures of the labels' set; always one row for each of them, in the order of the set.

    Args:
        labels: values of their label set (the standard one when they carry none), on any grid that covers the image.
        image_ppb: the susceptibility map in ppb, on its native grid.
        subject, image_name, edited: written into every row.
        mask: brain mask on the image's grid, needed for ``reference="brain"`` only; it excludes nothing.
        reference: None, "brain" (mean of the mask) or a :class:`Reference`.
        erode_voxels: layers of voxels to peel off every structure first (flag ``eroded``).

    A structure without voxels has ``n_voxels`` 0, NaN statistics and the flag ``empty``.
    Raises InputError when labels and image do not overlap, or when the reference region is empty.
    """
    if reference == "brain":
        if mask is None:
            raise InputError("reference_needs_mask")
        reference = Reference.region(
            "brain", image_ppb, mask, None if isinstance(mask, Image) else np.asarray(mask) != 0
        )
    elif isinstance(reference, str):
        raise InputError("reference_word_unknown", reference=reference)
    array, resampled = labels_on_grid(labels, image_ppb)
    label_set = label_set_of(labels)
    values = {
        label: structure_values(array, label, box, image_ppb, erode_voxels)
        for label, box in structure_boxes(array, label_set).items()
    }
    codes = ("labels_resampled",) if resampled else ()
    options = MeasureOptions(subject, image_name, "", erode_voxels, edited, codes=codes)
    return rows_of(values, label_set, image_ppb.grid, options, reference)


def weighted_mean(image_ppb: Image, mask: NDArray[np.bool_], weights: NDArray[np.floating[Any]]) -> float:
    """The mean of the image in ppb, each voxel of the mask weighted by its probability of belonging to a structure.

    It takes the border's voxels by the share that they belong, so it depends less on where the border is drawn. Weights below
    ``LEAST_WEIGHT`` do not count; NaN where none is left.
    """
    inside = (weights >= LEAST_WEIGHT) & mask & measurable(image_ppb.data)
    if not inside.any():
        return NAN
    return float(np.average(image_ppb.data[inside].astype(np.float64), weights=weights[inside]))


def label_boxes(array: NDArray[np.integer], largest: int = 0) -> dict[int, Box]:
    """Value -> the smallest box that holds its voxels, of the values above 0 (up to ``largest``, if given) that there are."""
    from scipy import ndimage

    # Axes as they lie in memory, and only where there is something: several times as fast.
    turned = array.strides[0] < array.strides[-1]
    stored = array.T if turned else array
    around = bounding_box(stored != 0)
    if around is None:
        return {}
    found = enumerate(ndimage.find_objects(stored[around], max_label=largest), start=1)
    boxes = {label: shifted(box, around) for label, box in found if box is not None}
    return {label: (z, y, x) for label, (x, y, z) in boxes.items()} if turned else boxes


def structure_boxes(array: NDArray[np.integer], label_set: LabelSet) -> dict[int, Box]:
    """The smallest box around each structure of the set that has a voxel."""
    boxes = label_boxes(array, label_set.largest)
    return {label: boxes[label] for label in label_set.values if label in boxes}


def structures_in(
    labels: Image, boxes: Mapping[int, Box]
) -> Iterator[tuple[Structure, Box, NDArray[np.bool_]]]:
    """Each structure that has a box, with the box and where in it the structure lies, in the order of the label set."""
    array = np.asarray(labels.data)
    for structure in label_set_of(labels):
        if structure.label in boxes:
            box = boxes[structure.label]
            yield structure, box, array[box] == structure.label


def structure_values(
    array: NDArray[np.integer], label: int, box: Box, image_ppb: Image, erode_voxels: int = 0
) -> dict[str, Any]:
    """The statistics of one structure, fields of :class:`RoiRow` by name; nothing outside its box is looked at.

    ``box`` holds all voxels of the label in ``array``, which lies on the image's grid.
    """
    # One voxel wider on each side, so that erosion sees the neighbours.
    x, y, z = (slice(max(0, s.start - 1), s.stop + 1) for s in box)
    inside = erode(array[x, y, z] == label, erode_voxels)
    return _statistics(np.asarray(image_ppb.data[x, y, z][inside], dtype=np.float64))


def rows_of(
    values: Mapping[int, Mapping[str, Any]],
    label_set: LabelSet,
    grid: Grid,
    options: MeasureOptions,
    reference: Reference | None = None,
) -> list[RoiRow]:
    """One row per structure of the set from the statistics by label (see :func:`structure_values`).

    A structure that has none is empty. ``grid`` is the image's; ``options.reference`` is not read, but ``reference``.
    """
    codes = (*options.codes, *(["eroded"] if options.erode_voxels else []))
    nothing = _statistics(np.empty(0))
    rows = []
    for structure in label_set:
        statistics = values.get(structure.label, nothing)
        count = int(statistics["n_voxels"])
        rows.append(
            RoiRow(
                subject=options.subject,
                image=options.image_name,
                structure=structure.name,
                abbreviation=structure.abbreviation,
                side=structure.side,
                label=structure.label,
                volume_mm3=count * grid.voxel_volume_mm3,
                **statistics,
                reference=reference.name if reference else "none",
                mean_referenced_ppb=NAN,
                asymmetry_percent=NAN,
                flags=";".join((*codes, *([] if count else ["empty"]))),
                edited=options.is_edited(structure.label),
                model=options.model,
                software=SOFTWARE,
            )
        )
    return _completed(rows, label_set, reference)


def _statistics(values: NDArray[np.float64]) -> dict[str, Any]:
    good = values[measurable(values)]
    names = ("min", "p05", "p25", "median_ppb", "p75", "p95", "max")
    quantiles = np.percentile(good, (0, 5, 25, 50, 75, 95, 100)) if good.size else [NAN] * len(names)
    return {
        "n_voxels": int(values.size),
        "mean_ppb": float(good.mean()) if good.size else NAN,
        "sd_ppb": float(good.std(ddof=1)) if good.size > 1 else NAN,
        **dict(zip(names, map(float, quantiles), strict=True)),
        "n_excluded": int(values.size - good.size),
    }


def _completed(rows: Sequence[RoiRow], label_set: LabelSet, reference: Reference | None) -> list[RoiRow]:
    """Fill in what needs the other side (an unpaired structure has none) or the reference."""
    means = {row.label: row.mean_ppb for row in rows}
    asymmetry = {
        s.label: asymmetry_percent(means[left.label], means[right.label])
        for left, right in label_set.pairs
        for s in (left, right)
    }
    return [
        replace(
            row,
            asymmetry_percent=asymmetry.get(row.label, NAN),
            mean_referenced_ppb=row.mean_ppb - reference.value_ppb if reference else NAN,
        )
        for row in rows
    ]
