"""DICOM Segmentation objects: the structures of a label set beside the DICOM series that they were drawn on.

Binary segments as of PS3.3 A.51, with the codes of the label set (SNOMED CT, or private ones). The object belongs to the
patient and study of its source, so it carries their names and numbers, as the standard wants it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import InputError
from ..image import Grid, Image, label_set_of, resample_to
from ..structures import Structure
from .dicom import series_in_order
from .files import atomic_path, read_image

if TYPE_CHECKING:
    import highdicom as hd
    from pydicom import Dataset

_SERIES_NUMBER_OFFSET = 9000  # far from the numbers that scanners give
_TOLERANCE_MM = 0.01
# Attributes of type 2: they must be there and may be empty. Some exports leave them out.
_MAY_BE_EMPTY = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime", "ReferringPhysicianName",
)  # fmt: skip


_NEEDED = {
    "FrameOfReferenceUID": "Frame of Reference UID",
    "StudyInstanceUID": "Study Instance UID",
    "SeriesInstanceUID": "Series Instance UID",
    "SOPInstanceUID": "SOP Instance UID",
}
"""Attributes that tie the object to its source, and their names in words."""


def need_highdicom() -> None:
    """Raise InputError, with what to do, when the packages of the ``dicom-seg`` extra are not installed."""
    from importlib.util import find_spec

    for name in ("highdicom", "pydicom"):
        if find_spec(name) is None:
            raise InputError("dicom_seg_package_missing", package=name)


def check_series(source: Path | str) -> None:
    """Raise InputError when a DICOM SEG cannot refer to this series, from its first header: before anything is computed."""
    from pydicom import dcmread

    first = dcmread(series_in_order(Path(source))[0], stop_before_pixels=True)
    absent = [words for keyword, words in _NEEDED.items() if not first.get(keyword)]
    if absent:
        raise InputError("dicom_seg_tags_missing", path=source, tags=absent)


def write_dicom_seg(
    path: Path | str,
    labels: Image,
    source: Path | str,
    *,
    algorithm: tuple[str, str] = ("DGMSegmentation", __version__),
    edited: bool = False,
    description: str = "Deep gray matter nuclei",
) -> None:
    """Write labels as a DICOM SEG that refers to the slices of ``source`` (a DICOM folder or a file of it).

    ``algorithm``: name and version of the model; ``edited``: a hand corrected its labels. Structures without voxels are
    left out: the standard has no empty segment.

    Labels on a crop of the series, or with flipped or swapped axes, are carried to its voxels unchanged.
    Raises InputError when highdicom is missing, the source is no DICOM series, or the labels lie on another grid.
    """
    need_highdicom()
    import highdicom as hd
    from pydicom import dcmread

    image = read_image(source)
    if image.kind != "dicom":
        raise InputError("dicom_seg_needs_series", path=source)
    check_series(source)
    labels = _on_series(labels, image, source)
    present = [s for s in label_set_of(labels) if (labels.data == s.label).any()]
    if not present:
        raise InputError("dicom_seg_no_labels")
    slices = [dcmread(file, stop_before_pixels=True) for file in series_in_order(Path(source))]
    for slice_ in slices:
        for keyword in _MAY_BE_EMPTY:
            if keyword not in slice_:
                setattr(slice_, keyword, None)
    first = slices[0]
    if len(slices) == 1:  # one multi-frame file: its frames need not be in the order of the volume
        frames: NDArray[np.uint8] | hd.Volume = _volume(labels, present, first)
    else:
        frames = _frames(labels, present)
    segmentation = hd.seg.Segmentation(
        source_images=slices,
        pixel_array=frames,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_described(n, s, algorithm, edited) for n, s in enumerate(present, start=1)],
        series_instance_uid=hd.UID(),
        series_number=_SERIES_NUMBER_OFFSET + int(first.get("SeriesNumber") or 0) % 1000,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer="DGMSegmentation",
        manufacturer_model_name=algorithm[0],
        software_versions=__version__,
        device_serial_number="1",
        content_label="DGM",
        content_description=description,
        series_description=f"{description} (research use only)",
    )
    with atomic_path(path) as temporary:
        segmentation.save_as(temporary)


def _on_series(labels: Image, image: Image, source: Path | str) -> Image:
    """The labels on the voxels of the series, which must be theirs too."""
    if labels.grid.same_as(image.grid, _TOLERANCE_MM):
        return labels
    if not labels.grid.interlocks(image.grid, _TOLERANCE_MM):
        raise InputError("dicom_seg_other_grid", path=source)
    exact = Grid(image.shape, labels.affine @ np.rint(np.linalg.inv(labels.affine) @ image.affine))
    moved = resample_to(labels.data, labels.grid, exact, order=0)
    if np.count_nonzero(moved) != np.count_nonzero(labels.data):
        raise InputError("dicom_seg_outside", path=source)
    return labels.replace(data=moved, affine=image.affine)


def _frames(labels: Image, present: Sequence[Structure]) -> NDArray[np.uint8]:
    """(slices, rows, columns, segments) of 0 and 1, the slices in the order of the volume."""
    planes = np.asarray(labels.data).transpose(2, 1, 0)
    return np.stack([(planes == s.label).astype(np.uint8) for s in present], axis=-1)


def _volume(labels: Image, present: Sequence[Structure], first: "Dataset") -> "hd.Volume":
    """The same with its geometry, for frames that highdicom places by their position."""
    import highdicom as hd

    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ labels.affine
    array = _frames(labels, present)
    affine = lps[:, [2, 1, 0, 3]]  # highdicom's axes: slices, rows, columns
    return hd.Volume(
        array=array,
        affine=affine,
        coordinate_system="PATIENT",
        frame_of_reference_uid=first.FrameOfReferenceUID,
        channels={"SegmentNumber": list(range(1, len(present) + 1))},
    )


def _described(
    number: int, structure: Structure, algorithm: tuple[str, str], edited: bool
) -> "hd.seg.SegmentDescription":
    """Number, label, codes, side and colour of one segment."""
    import highdicom as hd
    from highdicom.color import CIELabColor
    from pydicom.sr.codedict import codes

    def code(scheme: str, value: str, meaning: str) -> "hd.sr.CodedConcept":
        return hd.sr.CodedConcept(value, scheme, meaning)

    identification = hd.AlgorithmIdentificationSequence(
        name=algorithm[0], version=algorithm[1], family=codes.DCM.ArtificialIntelligence
    )
    kinds = hd.seg.SegmentAlgorithmTypeValues
    segment = hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=structure.name,
        segmented_property_category=code("SCT", "123037004", "Anatomical Structure"),
        segmented_property_type=code(*structure.code),
        algorithm_type=kinds.SEMIAUTOMATIC if edited else kinds.AUTOMATIC,
        algorithm_identification=identification,
        tracking_uid=hd.UID(),
        tracking_id=structure.abbreviation,
        display_color=CIELabColor.from_rgb(*(round(255 * value) for value in structure.rgb)),
    )
    if structure.side_code is not None:
        # highdicom has no argument for the side: it stands as a modifier of the type (PS3.3 C.8.20.4).
        kind = segment.SegmentedPropertyTypeCodeSequence[0]
        kind.SegmentedPropertyTypeModifierCodeSequence = [code(*structure.side_code)]
    return segment
