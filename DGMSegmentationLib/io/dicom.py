"""One DICOM series (a folder, or one file of it) as a volume: order, spacing and tilt from the slices' own positions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark, few
from ..image import Affine, Image
from .dicom_file import DicomHeader, numbers_of, read_header, read_values
from .fetched import check_fetched
from .limits import check_voxels
from .nifti import volume_shape
from .suffixes import IMAGE_SUFFIXES

if TYPE_CHECKING:
    from pydicom import Dataset

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])  # DICOM's axes run to Left, Posterior, Superior

_PLACE = (
    ("ImagePositionPatient", 3, "Image Position"),
    ("ImageOrientationPatient", 6, "Image Orientation"),
    ("PixelSpacing", 2, "Pixel Spacing"),
)
_FRAME_PLACE = (
    ("PlanePositionSequence", "ImagePositionPatient", 3),
    ("PlaneOrientationSequence", "ImageOrientationPatient", 6),
    ("PixelMeasuresSequence", "PixelSpacing", 2),
)
_SCALE = ("Slope", "Intercept")
_ALONE, _FEW = 10, 3  # a series of at least 10 files among scouts of at most 3 is the one that is meant
_UNEVEN = 0.02  # largest deviation of a slice gap from the mean gap, as a share of it


@dataclass(frozen=True)
class _Slice:
    header: DicomHeader
    position: NDArray[np.float64]
    orientation: NDArray[np.float64]
    pixel_spacing: NDArray[np.float64]
    size: tuple[int, ...]


def read_dicom(path: Path) -> Image:
    """Read the DICOM series in a folder, or the one that a file belongs to.

    The affine is built from Image Position and Orientation (PS3.3 C.7.6.2.1.1) of all slices, so a tilted gantry gives
    a sheared affine and not a wrong one. Values are rescaled slice by slice. ``unit`` holds "ppm" or "ppb" when the
    header says so. No name, date or number of the patient is kept.

    Raises InputError for a folder without DICOM images or with several series, and for missing, doubled or unevenly
    spaced slices.
    """
    headers, left_out = _headers_of_series(path)
    if headers[0].text("Modality") == "SEG":
        raise InputError("dicom_seg_not_read", path=path)
    volumes = [header.file.name for header in headers if header.size[2] > 1]
    if volumes and len(headers) > 1:
        raise InputError("dicom_many_frames", path=path, names=few(volumes))
    if len(headers) == 1:
        return _read_multiframe(headers[0], path, left_out)
    slices, affine = _stack([_slice_of(header) for header in headers], path)
    columns, rows, _ = slices[0].header.size
    check_voxels((columns, rows, len(slices)), path)
    data = np.empty(0, np.float32)
    for k, values in enumerate(read_values([one.header for one in slices])):
        if k == 0:  # memory is taken when the first slice has shown that it is as large as it says
            data = np.empty((columns, rows, len(slices)), np.float32)
        data[:, :, k] = values[0].T
    return Image(data, affine, path, "dicom", unit=_unit(slices[0].header), warnings=left_out)


def series_in_order(path: Path) -> list[str]:
    """The files of the series in the order of the volume's slices (one multi-frame file: only it)."""
    headers, _ = _headers_of_series(path)
    if len(headers) > 1:
        headers = [one.header for one in _stack([_slice_of(header) for header in headers], path)[0]]
    return [str(header.file) for header in headers]


def _headers_of_series(path: Path) -> tuple[list[DicomHeader], tuple[Remark, ...]]:
    """The headers of the images of one series, by name of file, and what was left out that may belong to it."""
    if path.is_dir():
        series, cut = _series_in(path)
        if not series:
            if cut:
                raise InputError("dicom_file_unreadable", path=cut[0].file)
            for file in path.iterdir():
                check_fetched(file)
            images = sorted(p.name for p in path.iterdir() if p.name.endswith(IMAGE_SUFFIXES))
            if images:
                raise InputError("dicom_none_but_images", path=path, name=images[0])
            raise InputError("dicom_none", path=path)
        found = _meant(list(series.values()), path)
        return found, _left_out(found, cut)
    own = read_header(path)
    if own is None:
        raise InputError("image_unknown_format", path=path)
    if not own.is_image:
        raise (
            InputError("dicom_file_unreadable", path=path)
            if own.is_cut
            else InputError("dicom_no_image", path=path)
        )
    uid = own.text("SeriesInstanceUID")
    if (
        not uid or own.size[2] > 1
    ):  # a file of several frames is a volume by itself, whatever else is of its series
        return [own], ()
    series, cut = _series_in(path.absolute().parent)
    found = series.get(uid, [])
    if path.name not in {header.file.name for header in found}:
        return [own], ()
    return found, _left_out(found, cut)


def _left_out(found: list[DicomHeader], cut: list[DicomHeader]) -> tuple[Remark, ...]:
    """A remark on damaged files beside a series. Raises InputError when one says that it belongs to it."""
    uid = found[0].text("SeriesInstanceUID")
    for header in cut:
        if uid and header.text("SeriesInstanceUID") == uid:
            raise InputError("dicom_file_unreadable", path=header.file)
    names = [header.file.name for header in cut]
    return (Remark("dicom_left_out", path=found[0].file.parent, names=few(names)),) if names else ()


def _series_in(folder: Path) -> tuple[dict[str, list[DicomHeader]], list[DicomHeader]]:
    """The images in a folder by their series, and those that are damaged; whatever else lies there is left out."""
    series: dict[str, list[DicomHeader]] = {}
    cut = []
    for file in sorted(folder.iterdir()):
        if file.name.endswith(IMAGE_SUFFIXES) or not (file.is_file() or file.is_symlink()) or file.is_dir():
            continue
        check_fetched(file)  # a slice, most likely
        header = read_header(file)
        if header is None:
            continue
        if header.is_image:
            series.setdefault(header.text("SeriesInstanceUID"), []).append(header)
        elif header.is_cut:
            cut.append(header)
    return series, cut


def _meant(series: list[list[DicomHeader]], path: Path) -> list[DicomHeader]:
    """The only series, or the only large one among scouts; InputError that names them all for others."""
    if len(series) == 1:
        return series[0]
    large = [headers for headers in series if len(headers) >= _ALONE]
    if len(large) == 1 and all(len(headers) <= _FEW for headers in series if headers is not large[0]):
        return large[0]
    names = ", ".join(
        f"{one[0].text('SeriesDescription') or 'unnamed'} ({len(one)} files, e.g. {one[0].file.name})"
        for one in series[:6]
    )
    raise InputError("dicom_many_series", path=path, count=len(series), names=names)


def _slice_of(header: DicomHeader) -> _Slice:
    position, orientation, spacing = (
        _needed(header, keyword, count, name) for keyword, count, name in _PLACE
    )
    return _Slice(header, position, orientation, spacing, header.size[:2])


def _needed(header: DicomHeader, keyword: str, count: int, name: str) -> NDArray[np.float64]:
    values = header.numbers(keyword, count)
    if values is None:
        raise InputError("dicom_no_place", path=header.file, tag=name)
    return values


def _stack(slices: list[_Slice], path: Path) -> tuple[list[_Slice], Affine]:
    """Sort the slices along their normal and build the affine; InputError when they do not make one regular stack."""
    first = slices[0]
    for other in slices[1:]:
        if (
            other.size != first.size
            or np.abs(other.orientation - first.orientation).max() > 1e-3
            or np.abs(other.pixel_spacing - first.pixel_spacing).max() > 1e-4
        ):
            raise InputError("dicom_slices_differ", path=path)
    row, column = first.orientation[:3], first.orientation[3:]
    normal = np.cross(row, column)
    slices = sorted(slices, key=lambda s: float(normal @ s.position))
    heights = np.array([normal @ s.position for s in slices])
    gaps = np.diff(heights)
    if gaps.min() < 1e-3:
        raise InputError("dicom_slices_same_place", path=path)
    # A missing slice makes one gap twice as wide as the others, so the median is the true distance.
    gap = float(np.median(gaps))
    if np.abs(gaps - gap).max() > _UNEVEN * gap:
        where = int(np.argmax(np.abs(gaps - gap)))
        raise InputError("dicom_slices_uneven", path=path, gap=gaps[where], slice=where + 1, usual=gap)
    affine = np.eye(4)
    # Pixel Spacing is (distance between rows, distance between columns); index i counts along a row.
    affine[:3, 0] = row * first.pixel_spacing[1]
    affine[:3, 1] = column * first.pixel_spacing[0]
    affine[:3, 2] = (slices[-1].position - slices[0].position) / (len(slices) - 1)
    affine[:3, 3] = slices[0].position
    return slices, LPS_TO_RAS @ affine


def _read_multiframe(header: DicomHeader, path: Path, left_out: tuple[Remark, ...]) -> Image:
    """A single file: an enhanced (multi-frame) volume, whose frames lie where their own positions say."""
    shape = volume_shape(header.size, path)
    warnings = left_out
    frames = _frames(header, path)
    if frames:
        place = {id(frame): n for n, frame in enumerate(frames)}
        sorted_frames, affine = _stack(frames, path)
        order = [place[id(frame)] for frame in sorted_frames]
    else:
        order, affine = list(range(shape[2])), _affine_of_first(header, path)
        warnings = (*left_out, Remark("dicom_order_unchecked", path=path))
    (values,) = read_values([header])
    data = np.ascontiguousarray(values[order].transpose(2, 1, 0))
    return Image(data, affine, path, "dicom", unit=_unit(header), warnings=warnings)


def _affine_of_first(header: DicomHeader, path: Path) -> Affine:
    """Of frames that do not tell their place: the first frame's, and the steps that the header names."""
    slice_ = _slice_of(replace(header, tags=_without_frames(header.tags)))
    step = header.numbers("SpacingBetweenSlices", 1)
    step = header.numbers("SliceThickness", 1) if step is None else step
    if step is None or step[0] <= 0:
        raise InputError("dicom_no_place", path=header.file, tag="Spacing Between Slices")
    normal = np.cross(slice_.orientation[:3], slice_.orientation[3:])
    second = replace(slice_, position=slice_.position + normal * step[0])
    return _stack([slice_, second], path)[1]


def _without_frames(tags: "Dataset | Mapping[str, Any]") -> dict[str, Any]:
    """The header's own tags, as those of one slice."""
    return {keyword: tags.get(keyword) for keyword in ("Columns", "Rows", *(name for name, _, _ in _PLACE))}


def _frames(header: DicomHeader, path: Path) -> list[_Slice]:
    """The frames of an enhanced image in the order of the file; empty where they do not tell their place.

    Raises InputError when frames have different scales.
    """
    columns, rows, count = header.size
    per_frame = header.tags.get("PerFrameFunctionalGroupsSequence")
    shared = header.tags.get("SharedFunctionalGroupsSequence") or ()
    if not per_frame or len(per_frame) != count:
        return []

    def values(frame: "Dataset", group: str, keyword: str, length: int) -> NDArray[np.float64] | None:
        for place in (frame, *shared):
            if place.get(group):
                return numbers_of(place.get(group)[0], keyword, length)
        return None

    scales = set()
    for frame in per_frame:
        pair = (values(frame, "PixelValueTransformationSequence", f"Rescale{name}", 1) for name in _SCALE)
        scales.add(tuple(None if value is None else float(value[0]) for value in pair))
    if len(scales) > 1:
        raise InputError("dicom_scales_differ", path=path)
    slices = []
    for frame in per_frame:
        place = [values(frame, group, keyword, length) for group, keyword, length in _FRAME_PLACE]
        position, orientation, spacing = place
        if position is None or orientation is None or spacing is None:
            return []
        slices.append(_Slice(header, position, orientation, spacing, (columns, rows)))
    return slices


def _unit(header: DicomHeader) -> str | None:
    words = {header.text(keyword).lower() for keyword in ("RescaleType", "Units")}
    return next((unit for unit in ("ppm", "ppb") if unit in words), None)
