"""Label maps: their values into those of a label set, and out again in the numbers of other programs."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..image import Image, label_set_of
from ..structures import LARGEST_LABEL, STANDARD, LabelSet
from ..structures.segments import Segment, set_in_tags, structures_of_segments
from .files import ImageSource, read_any, read_source, write_nifti
from .lookup import foreign_labels, lookup_beside, scheme_of
from .seg_nrrd import write_seg_nrrd

_SCALED_LABEL = 1e-3  # labels saved as scaled 16-bit integers come back as 1.00008


def read_labels(
    source: ImageSource,
    scheme: str | Mapping[int, int] | None = "dgm",
    *,
    label_set: LabelSet | None = None,
    default: LabelSet = STANDARD,
    unlisted: str | None = None,
) -> Image:
    """Read a label map and translate its values into those of a label set, which the image carries on.

    Args:
        source: any file that :func:`~.files.read_image` reads; also Slicer's .seg.nrrd, whose segments go by tags and names;
            or a nibabel image, or an Image, whose own label set counts.
        scheme: "dgm" (the set's own values), "segdgm", "freesurfer", a table foreign value -> label, or None to keep the
            values as they are (int32, no label set).
        label_set: what the values mean, whatever the file says. Without it: what the file's segments or its lookup table
            say, or else ``default``.
        default: see label_set.
        unlisted: "error" or "background" for values that the scheme does not list. Default: "background" for "freesurfer"
            and for a table (atlases hold many structures), else "error".

    Returns:
        The labels (i, j, k) as the smallest unsigned integers that hold them, with their label set.

    Raises:
        InputError: when the values are not labels (fractions, negative numbers, too many different ones), for unlisted
            values, and for a lookup table that cannot be used.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> labels = dgm.read_labels(dgm.bundled_sample().labels)
        >>> labels.data.dtype, labels.label_set.by_label(5).name
        (dtype('uint8'), 'Left globus pallidus')
    """
    image, segments = read_source(source)
    if image.label_set is not None and scheme == "dgm" and label_set in (None, image.label_set):
        return image
    path = image.path or Path("the labels")
    values = np.nan_to_num(image.data, nan=0.0, posinf=-1.0, neginf=-1.0)
    labels = np.rint(values).astype(np.int32) if np.abs(values).max() <= LARGEST_LABEL else None
    if labels is None or labels.min() < 0 or np.abs(labels - values).max() > _SCALED_LABEL:
        raise InputError("labels_not_whole", path=path)
    if scheme is None:
        return image.replace(data=labels)
    found, table, name = _meaning(path, segments, scheme, label_set, default)
    if unlisted is None:
        unlisted = "background" if name in ("freesurfer", "the given table") else "error"
    present = np.flatnonzero(np.bincount(labels.ravel()))
    unknown = [int(value) for value in present if value and int(value) not in table]
    if unknown and (unlisted == "error" or len(unknown) == np.count_nonzero(present)):
        listed = ", ".join(map(str, unknown[:8])) + (", ..." if len(unknown) > 8 else "")
        raise InputError("labels_unlisted", path=path, values=listed, scheme=name, label_set=found.name)
    lookup = np.zeros(int(present.max()) + 1, found.dtype)
    for foreign, label in table.items():
        if 0 < foreign < lookup.size:
            lookup[foreign] = label
    return image.replace(data=lookup[labels], label_set=found)


def _meaning(
    path: Path,
    segments: Mapping[int, Segment] | None,
    scheme: str | Mapping[int, int],
    label_set: LabelSet | None,
    default: LabelSet,
) -> tuple[LabelSet, Mapping[int, int], str]:
    """The label set of a file, what its values become, and what errors call that."""
    if not isinstance(scheme, str):
        return label_set or default, scheme, "the given table"
    if segments:
        own, found = structures_of_segments(list(segments.values()), label_set, default)
        table = {value: s.label for value, s in zip(segments, found, strict=True) if s is not None}
        if table:
            return own, table, scheme
    if scheme == "dgm" and label_set is None:
        beside = lookup_beside(path)
        if beside is not None:
            return *beside, scheme
    label_set = label_set or default
    return label_set, scheme_of(label_set, scheme), scheme


def label_set_of_file(path: Path | str) -> LabelSet | None:
    """The label set that a label file's lookup table or its segments' tags name; None when they name none."""
    path = Path(path)
    if path.name.lower().endswith(".nrrd"):
        _, segments = read_any(path)
        if segments and (tagged := set_in_tags(list(segments.values()))):
            return tagged
    beside = lookup_beside(path)
    return None if beside is None else beside[0]


def in_label_set(labels: Image, label_set: LabelSet) -> Image:
    """Labels of any set in the values of another one, structure by structure.

    Raises InputError when a structure that has voxels is none of that set.
    """
    own = label_set_of(labels)
    found = {s.label: label_set.find(s.abbreviation) for s in own}
    lookup = np.zeros(own.largest + 1, label_set.dtype)
    for label, structure in found.items():
        lookup[label] = structure.label if structure is not None else 0
    strange = [
        label for label, structure in found.items() if structure is None and (labels.data == label).any()
    ]
    if strange:
        raise InputError(
            "labels_unlisted",
            path=labels.path or "",
            values=strange,
            scheme=own.name,
            label_set=label_set.name,
        )
    return labels.replace(data=lookup[labels.data], label_set=label_set)


def to_scheme(
    labels: NDArray[np.integer], scheme: str, label_set: LabelSet = STANDARD
) -> NDArray[np.integer]:
    """Labels of a set as the numbers of another scheme; uint8 where they fit, else int32. Background stays 0."""
    numbers = foreign_labels(scheme, label_set)
    largest = max(numbers.values())
    lookup = np.zeros(label_set.largest + 1, np.uint8 if largest < 256 else np.int32)
    for ours, foreign in numbers.items():
        lookup[ours] = foreign
    return np.take(lookup, labels).astype(lookup.dtype)


def write_labels(path: Path | str, labels: Image, scheme: str = "dgm") -> None:
    """Write a label map: .seg.nrrd as a Slicer segmentation (our numbers), anything else as NIfTI in ``scheme``.

    Args:
        path: where to; an existing file is replaced.
        labels: (i, j, k), values of its label set.
        scheme: "dgm" (the set's own values), "segdgm" or "freesurfer".

    Raises:
        InputError: for an unknown scheme, and when the file cannot be written.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> labels = dgm.read_labels(dgm.bundled_sample().labels)
        >>> dgm.write_labels("aseg.nii.gz", labels, "freesurfer")
        >>> bool((dgm.read_labels("aseg.nii.gz", "freesurfer").data == labels.data).all())
        True
    """
    if str(path).lower().endswith(".seg.nrrd"):
        write_seg_nrrd(path, labels)
    else:
        data = to_scheme(labels.data, scheme, label_set_of(labels))
        write_nifti(path, data, labels.affine, like=labels, intent="label")
