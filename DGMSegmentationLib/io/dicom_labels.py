"""DICOM Segmentation objects as label maps: binary and fractional segments as of PS3.3 A.51, of whatever program.

Each frame is one plane of one segment; planes without a voxel are mostly left out. Segments may overlap, so each has voxels
of its own; what it stands for is told by its label and its terminology codes, as in 3D Slicer's files.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..image import Image
from ..structures.segments import TAG_TERMINOLOGY, Segment
from .dicom import LPS_TO_RAS
from .dicom_file import DicomHeader, numbers_of
from .limits import check_voxels
from .nifti import checked_affine

if TYPE_CHECKING:
    from pydicom import Dataset

_APART = 0.05  # of the distance of two planes: two positions that are the same
_MOST_SEGMENTS = 512


def read_dicom_seg(header: DicomHeader) -> tuple[Image, list[Segment]]:
    """Read a DICOM SEG; return an image of the first segment's voxels, and the segments, each with its own.

    Raises InputError for compressed files, for label-map segmentations, and for what is damaged.
    """
    from pydicom import dcmread

    path = header.file
    if header.is_compressed:
        raise InputError("dicom_seg_not_read", path=path)
    try:
        tags = dcmread(path)
        segments = _segments_of(tags)
        frames = list(_frames_of(tags))
        values = _values_of(tags, header, path)
    except InputError:
        raise
    except Exception as error:  # pydicom's own errors are of many kinds
        raise InputError("dicom_file_unreadable", path=path) from error
    if not segments or len(segments) > _MOST_SEGMENTS or len(frames) != len(values):
        raise InputError("dicom_file_unreadable", path=path)
    orientation, spacing = frames[0][2], frames[0][3]
    if any(not np.allclose(frame[2], orientation, atol=1e-4) for frame in frames):
        raise InputError("dicom_seg_not_read", path=path)
    along_columns, along_rows = orientation[:3], orientation[3:]
    normal = np.cross(along_columns, along_rows)
    heights = np.array([position @ normal for _, position, _, _ in frames])
    step = _step_of(heights, tags)
    places = np.rint((heights - heights.min()) / step).astype(int)
    if np.abs((heights - heights.min()) / step - places).max() > _APART:
        raise InputError("dicom_seg_not_read", path=path)
    columns, rows, _ = header.size
    shape = (columns, rows, int(places.max()) + 1)
    check_voxels(shape, path)
    layers = {number: np.zeros(shape, np.uint8) for number in segments}
    for (number, _, _, _), place, plane in zip(frames, places, values, strict=True):
        if number not in layers:
            raise InputError("dicom_file_unreadable", path=path)
        layers[number][:, :, place] = plane.T
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = along_columns * spacing[1], along_rows * spacing[0]
    affine[:3, 2], affine[:3, 3] = normal * step, frames[int(np.argmin(heights))][1]
    found = [
        Segment(f"Segment_{number}", name, tags_, 1, layers[number])
        for number, (name, tags_) in segments.items()
    ]
    return Image(
        layers[next(iter(segments))], checked_affine(LPS_TO_RAS @ affine, path), path, "dicom"
    ), found


def _segments_of(tags: "Dataset") -> dict[int, tuple[str, dict[str, str]]]:
    """Number -> label and terminology entry of each segment."""
    found = {}
    for item in tags.SegmentSequence:
        kind = item.SegmentedPropertyTypeCodeSequence[0]
        sides = kind.get("SegmentedPropertyTypeModifierCodeSequence") or [None]
        parts = ("", "^^", _entry(kind), _entry(sides[0]), "", "^^", "^^")
        found[int(item.SegmentNumber)] = (
            str(item.get("SegmentLabel", "")),
            {TAG_TERMINOLOGY: "~".join(parts)},
        )
    return found


def _entry(code: "Dataset | None") -> str:
    """A code as 3D Slicer writes it."""
    words = ("CodingSchemeDesignator", "CodeValue", "CodeMeaning")
    return "^".join(str(code.get(word, "")) if code is not None else "" for word in words)


def _frames_of(tags: "Dataset") -> Iterator[tuple[int, NDArray[Any], NDArray[Any], NDArray[Any]]]:
    """Segment number, position, orientation (LPS) and spacing of each frame."""
    shared = (tags.get("SharedFunctionalGroupsSequence") or [{}])[0]
    for frame in tags.PerFrameFunctionalGroupsSequence:
        found = []
        for group, keyword, count in (
            ("PlanePositionSequence", "ImagePositionPatient", 3),
            ("PlaneOrientationSequence", "ImageOrientationPatient", 6),
            ("PixelMeasuresSequence", "PixelSpacing", 2),
        ):
            items = frame.get(group) or shared.get(group)
            numbers = numbers_of(items[0], keyword, count) if items else None
            if numbers is None:
                raise ValueError(keyword)
            found.append(numbers)
        number = (frame.get("SegmentIdentificationSequence") or shared.get("SegmentIdentificationSequence"))[
            0
        ]
        yield int(number.ReferencedSegmentNumber), found[0], found[1], found[2]


def _step_of(heights: NDArray[np.float64], tags: "Dataset") -> float:
    """The distance of two planes: the least one of those that are there; of one plane what the header says."""
    apart = np.diff(np.unique(np.round(heights, 3)))
    if apart.size:
        return float(apart.min())
    shared = (tags.get("SharedFunctionalGroupsSequence") or [{}])[0]
    measures = (shared.get("PixelMeasuresSequence") or [{}])[0]
    for keyword in ("SpacingBetweenSlices", "SliceThickness"):
        told = numbers_of(measures, keyword, 1)
        if told is not None and told[0] > 0:
            return float(told[0])
    return 1.0


def _values_of(tags: "Dataset", header: DicomHeader, path: Path) -> NDArray[np.uint8]:
    """(frames, rows, columns) of 0 and 1; of fractional segments from the half on."""
    columns, rows, frames = header.size
    check_voxels((columns, rows, frames), path)
    count, raw = columns * rows * frames, bytes(tags.PixelData)
    kind = str(tags.get("SegmentationType", ""))
    bits = int(tags.get("BitsAllocated", 0))
    if kind not in ("BINARY", "FRACTIONAL") or bits not in (1, 8):
        raise InputError("dicom_seg_not_read", path=path)
    if 8 * len(raw) < count * bits:
        raise InputError("image_cut", path=path)
    if bits == 1:
        stored = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")[:count]
    else:
        stored = np.frombuffer(raw, np.uint8)[:count]
        half = int(tags.get("MaximumFractionalValue", 255)) / 2 if kind == "FRACTIONAL" else 0.5
        stored = (stored >= half).astype(np.uint8)
    return np.asarray(stored.reshape(frames, rows, columns))
