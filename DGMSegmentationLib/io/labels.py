"""Label maps: their values into those of a label set, and out again in the numbers of other programs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Image, label_set_of
from ..structures import LARGEST_LABEL, STANDARD, LabelSet
from ..structures.naming import is_automatic, structure_named
from ..structures.segments import Meaning, Segment, meaning_of_segments, numbers_suffice, set_in_tags
from .files import ImageSource, read_any, read_source, write_nifti
from .lookup import foreign_labels, label_table_beside, lookup_beside, scheme_of, unused_lookup
from .seg_nrrd import write_seg_nrrd

_SCALED_LABEL = 1e-3  # labels saved as scaled 16-bit integers come back as 1.00008
_GIVEN = "the given table"
_VOLUME_FACTOR = 3.0
"""Beyond the expected volumes, from which on a number stands for something else when others of the set are missing."""


def read_labels(
    source: ImageSource,
    scheme: str | Mapping[int, int] | None = "dgm",
    *,
    label_set: LabelSet | None = None,
    default: LabelSet = STANDARD,
    unlisted: str | None = None,
    structure: str | None = None,
    trust_numbers: bool = False,
) -> Image:
    """Read a label map and translate its values into those of a label set, which the image carries on.

    Labels are believed by name: segments by our tags, their names and terminology codes, other files by the lookup table
    beside them. Numbers count where there are no names, and where a scheme or a label set is asked for.

    Args:
        source: any file that :func:`~.files.read_image` reads; also Slicer's .seg.nrrd; or a nibabel image, or an Image,
            whose own label set counts.
        scheme: "dgm" (the set's own values), "segdgm", "freesurfer", a table foreign value -> label, or None to keep the
            values as they are (int32, no label set).
        label_set: what the values mean, whatever the file says. Without it: what the file's segments or its lookup table
            say, a label table of FreeSurfer, ITK-SNAP or 3D Slicer beside it, or else ``default``.
        default: see label_set.
        unlisted: "error" or "background" for values that the scheme does not list. Default: "background" for "freesurfer"
            and for a table (atlases hold many structures), else "error".
        structure: abbreviation or name of the one structure that a mask holds.
        trust_numbers: take plain numbers of ``default`` without asking whether they can be its.

    Returns:
        The labels (i, j, k) as the smallest unsigned integers that hold them, with their label set; ``warnings`` tell what
        was left out or taken by its number.

    Raises:
        InputError: when the values are not labels (fractions, negative numbers, too many different ones), for unlisted
            values and foreign names, for a mask without ``structure``, for a few numbers without names, for segments that
            overlap or are there twice, and for a lookup table that cannot be used.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> labels = dgm.read_labels(dgm.bundled_sample().labels)
        >>> labels.data.dtype, labels.label_set.by_label(5).name
        (dtype('uint8'), 'Left globus pallidus')
    """
    image, segments = read_source(source)
    path = image.path or Path("the labels")
    if structure is not None:
        return _one_structure(image, segments, structure, label_set or image.label_set or default, path)
    if image.label_set is not None and scheme == "dgm" and label_set in (None, image.label_set):
        return image
    if scheme is None:
        return image.replace(data=_whole_numbers(image.data, path))
    if segments:
        meaning = meaning_of_segments(segments, label_set, default, path.name)
        if any(meaning.structures):
            return _of_segments(image, segments, meaning, path)
        automatic = all(is_automatic(segment.name) for segment in segments)
        if scheme == "dgm" and not automatic:
            names = [segment.shown for segment in segments]
            raise InputError(
                "labels_foreign_names", path=path, names=names, choices=_names(meaning.label_set)
            )
        if any(segment.layer is not None for segment in segments):
            raise InputError("layers_unnamed", path=path, count=len(segments))
    labels = _whole_numbers(image.data, path)
    beside = lookup_beside(path) if scheme == "dgm" and label_set is None and not segments else None
    found, table, name = _by_table(scheme, label_set or default) if beside is None else (*beside, "dgm")
    named = None
    if beside is None and scheme == "dgm" and label_set is None:
        named = label_table_beside(path)
        found, table, name = (STANDARD, named, _GIVEN) if named else (found, table, name)
        if not named and not segments and (unused := unused_lookup(path)) is not None:
            said = Remark("lookup_unused", path=unused, name=path.name)
            image = image.replace(warnings=(*image.warnings, said))
    if (
        beside is None
        and named is None
        and scheme == "dgm"
        and label_set is None
        and not (trust_numbers or source is image)
    ):
        _check_numbers(labels, image, found, path)
    return _translated(image, labels, found, table, name, unlisted, path)


def _translated(
    image: Image,
    labels: NDArray[np.int32],
    found: LabelSet,
    table: Mapping[int, int],
    name: str,
    unlisted: str | None,
    path: Path,
) -> Image:
    """The values that a table lists as labels of a set; the others are refused or left out with a remark."""
    if unlisted is None:
        unlisted = "background" if name in ("freesurfer", _GIVEN) else "error"
    present = np.flatnonzero(np.bincount(labels.ravel()))
    unknown = [int(value) for value in present if value and int(value) not in table]
    if name == "dgm" and len(unknown) == 1 == np.count_nonzero(present):
        raise InputError("labels_one_value", path=path, value=unknown[0], choices=_names(found))
    if unknown and (unlisted == "error" or len(unknown) == np.count_nonzero(present)):
        raise InputError(
            "labels_unlisted", path=path, values=_few(unknown), scheme=name, label_set=found.name
        )
    lookup = np.zeros(int(present.max()) + 1, found.dtype)
    for foreign, label in table.items():
        if 0 < foreign < lookup.size:
            lookup[foreign] = label
    said = [Remark("labels_left_out", path=path, values=_few(unknown), scheme=name)] if unknown else []
    return image.replace(data=lookup[labels], label_set=found, warnings=(*image.warnings, *said))


def _whole_numbers(data: NDArray[Any], path: Path) -> NDArray[np.int32]:
    values = np.nan_to_num(data, nan=0.0, posinf=-1.0, neginf=-1.0)
    labels = np.rint(values).astype(np.int32) if np.abs(values).max() <= LARGEST_LABEL else None
    if labels is None or labels.min() < 0 or np.abs(labels - values).max() > _SCALED_LABEL:
        raise InputError("labels_not_whole", path=path)
    return labels


def _by_table(
    scheme: str | Mapping[int, int], label_set: LabelSet
) -> tuple[LabelSet, Mapping[int, int], str]:
    """The label set, what values become, and what errors call that."""
    if not isinstance(scheme, str):
        return label_set, scheme, _GIVEN
    return label_set, scheme_of(label_set, scheme), scheme


def _of_segments(image: Image, segments: Sequence[Segment], meaning: Meaning, path: Path) -> Image:
    """The voxels of all segments that stand for a structure; those of layers must not overlap."""
    own = meaning.label_set
    for structure, again in meaning.twice:
        if _voxels(image, again).any():
            first = next(t for t, s in zip(segments, meaning.structures, strict=True) if s == structure)
            raise InputError(
                "segments_twice",
                path=path,
                structure=structure.abbreviation,
                first=first.shown,
                second=again.shown,
            )
    _whole_numbers(image.data, path)
    merged = np.zeros(image.shape, own.dtype)
    for segment, meant in zip(segments, meaning.structures, strict=True):
        if meant is None:
            continue
        voxels = _voxels(image, segment)
        if merged[voxels].any():
            other = own.by_label(int(merged[voxels].max()))
            raise InputError(
                "layers_overlap",
                path=path,
                first=other.abbreviation,
                second=meant.abbreviation,
                count=int(np.count_nonzero(merged[voxels])),
            )
        merged[voxels] = meant.label
    known = {segment.value for segment in segments}
    strange = [int(v) for v in np.unique(np.rint(image.data)) if v and v not in known]
    said = list(meaning.remarks)
    if strange and all(segment.layer is None for segment in segments):
        said.append(Remark("labels_left_out", path=path, values=_few(strange), scheme=own.name))
    return image.replace(data=merged, label_set=own, warnings=(*image.warnings, *said))


def _voxels(image: Image, segment: Segment) -> NDArray[np.bool_]:
    voxels: NDArray[np.bool_] = (image.data if segment.layer is None else segment.layer) == segment.value
    return voxels


def _one_structure(
    image: Image, segments: Sequence[Segment] | None, name: str, label_set: LabelSet, path: Path
) -> Image:
    """A mask as the labels of one structure."""
    structure = structure_named(name, label_set) or label_set.by_abbreviation(name)
    labels = _whole_numbers(image.data, path)
    values = [int(value) for value in np.unique(labels) if value]
    if len(values) > 1 or any(segment.layer is not None for segment in segments or ()):
        raise InputError(
            "structure_needs_mask", path=path, structure=structure.abbreviation, values=_few(values)
        )
    alone = label_set.subset([structure.label])
    return image.replace(data=np.where(labels > 0, structure.label, 0).astype(alone.dtype), label_set=alone)


def _check_numbers(labels: NDArray[np.int32], image: Image, label_set: LabelSet, path: Path) -> None:
    """Raise InputError where plain numbers need not be those of the set: a mask, a few values, sizes of something else."""
    counts = np.bincount(labels.ravel(), minlength=label_set.largest + 1)
    present = [int(value) for value in np.flatnonzero(counts) if value]
    if not present or not set(present) <= set(label_set.values) or len(present) == len(label_set):
        return
    if len(present) == 1:
        raise InputError("labels_one_value", path=path, value=present[0], choices=_names(label_set))
    if not numbers_suffice(present, label_set):
        raise InputError("labels_few_numbers", path=path, values=present, label_set=label_set.name)
    for value in present:
        structure, volume = label_set.by_label(value), float(counts[value] * image.grid.voxel_volume_mm3)
        low, high = structure.volume_low_mm3, structure.volume_high_mm3
        if (high is not None and volume > _VOLUME_FACTOR * high) or (
            low is not None and volume < low / _VOLUME_FACTOR
        ):
            raise InputError(
                "labels_odd_number", path=path, value=value, structure=structure.abbreviation, volume=volume
            )


def _few(values: Sequence[int]) -> str:
    return ", ".join(map(str, values[:8])) + (", ..." if len(values) > 8 else "")


def _names(label_set: LabelSet) -> list[str]:
    return [structure.abbreviation for structure in label_set]


def label_set_of_file(path: Path | str) -> LabelSet | None:
    """The label set that a label file's lookup table or its segments' tags name; None when they name none."""
    path = Path(path)
    if path.name.lower().endswith(".nrrd"):
        _, segments = read_any(path)
        if segments and (tagged := set_in_tags(segments)):
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
