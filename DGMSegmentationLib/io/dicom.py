"""One DICOM series (a folder, or one file of it) as a volume: order, spacing and tilt from the slices' own positions."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Affine, Image
from .nifti import volume_shape
from .nrrd import LPS_TO_RAS, itk_affine, quietly

_POSITION, _ORIENTATION, _PIXEL_SPACING = "0020|0032", "0020|0037", "0028|0030"
_MODALITY = "0008|0060"
_SERIES_UID, _DESCRIPTION, _RESCALE_TYPE, _UNITS = "0020|000e", "0008|103e", "0028|1054", "0054|1001"
_ALONE, _FEW = 10, 3  # a series of at least 10 files among scouts of at most 3 is the one that is meant
_UNEVEN = 0.02  # largest deviation of a slice gap from the mean gap, as a share of it


@dataclass(frozen=True)
class _Slice:
    file: str
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
    import SimpleITK as sitk

    files = _files_of_series(path)
    if _tag(_header(files[0]), _MODALITY) == "SEG":
        raise InputError("dicom_seg_not_read", path=path)
    try:
        if len(files) == 1:
            return _read_multiframe(files[0], path)
        slices = [_read_slice(file, path) for file in files]
        slices, affine = _stack(slices, path)
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames([s.file for s in slices])
        reader.SetOutputPixelType(sitk.sitkFloat32)  # rescale slopes may differ from slice to slice
        image = quietly(reader.Execute)
    except RuntimeError as error:
        raise InputError("dicom_damaged", path=path) from error
    shape = volume_shape(image.GetSize(), path)
    data = sitk.GetArrayFromImage(image).reshape(shape[::-1]).transpose(2, 1, 0)
    return Image(np.ascontiguousarray(data), affine, path, "dicom", unit=_unit(slices[0].file))


def series_in_order(path: Path) -> list[str]:
    """The files of the series in the order of the volume's slices (one multi-frame file: only it)."""
    files = _files_of_series(path)
    if len(files) == 1:
        return files
    return [slice_.file for slice_ in _stack([_read_slice(file, path) for file in files], path)[0]]


def _files_of_series(path: Path) -> list[str]:
    import SimpleITK as sitk

    folder = path if path.is_dir() else path.parent
    read_names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames
    if not path.is_dir():
        header = _header(str(path))
        if header is None:
            raise InputError("image_unknown_format", path=path)
        uid = _tag(header, _SERIES_UID)
        files = list(quietly(lambda: read_names(str(folder), uid))) if uid else []
        return files if path.name in {Path(file).name for file in files} else [str(path)]
    series = {
        uid: list(quietly(lambda uid=uid: read_names(str(folder), uid)))
        for uid in quietly(lambda: sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder)))
    }
    if not series:
        images = sorted(
            p.name for p in folder.iterdir() if p.name.endswith((".nii", ".nii.gz", ".nrrd", ".nhdr"))
        )
        if images:
            raise InputError("dicom_none_but_images", path=path, name=images[0])
        raise InputError("dicom_none", path=path)
    if len(series) == 1:
        return next(iter(series.values()))
    large = [files for files in series.values() if len(files) >= _ALONE]
    if len(large) == 1 and all(len(files) <= _FEW for files in series.values() if files is not large[0]):
        return large[0]
    names = ", ".join(
        f"{_tag(_header(files[0]), _DESCRIPTION) or 'unnamed'} ({len(files)} files, e.g. {Path(files[0]).name})"
        for files in list(series.values())[:6]
    )
    raise InputError("dicom_many_series", path=path, count=len(series), names=names)


def _header(file: str) -> Any:
    import SimpleITK as sitk

    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(file)
    try:
        quietly(reader.ReadImageInformation)
    except RuntimeError:
        return None
    return reader


def _tag(header: Any, key: str) -> str:
    return (
        header.GetMetaData(key).strip().strip("\0")
        if header is not None and header.HasMetaDataKey(key)
        else ""
    )


def _numbers(header: Any, key: str, count: int, path: Path, name: str) -> NDArray[np.float64]:
    try:
        values = np.array([float(part) for part in _tag(header, key).split("\\")])
    except ValueError:
        values = np.empty(0)
    if values.size != count or not np.isfinite(values).all():
        raise InputError("dicom_no_place", path=path, tag=name)
    return values


def _read_slice(file: str, path: Path) -> _Slice:
    header = _header(file)
    if header is None:
        raise InputError("dicom_file_unreadable", path=file)
    return _Slice(
        file,
        _numbers(header, _POSITION, 3, path, "Image Position"),
        _numbers(header, _ORIENTATION, 6, path, "Image Orientation"),
        _numbers(header, _PIXEL_SPACING, 2, path, "Pixel Spacing"),
        tuple(header.GetSize()[:2]),
    )


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


def _read_multiframe(file: str, path: Path) -> Image:
    """A single file: an enhanced (multi-frame) volume.

    ITK takes the frames as they follow in the file, and some exports sort them otherwise (interleaved acquisition). So
    their own positions count where pydicom can read them; else the image carries a warning.
    """
    import SimpleITK as sitk

    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(file)
    reader.SetOutputPixelType(sitk.sitkFloat32)
    image = quietly(reader.Execute)
    shape = volume_shape(image.GetSize(), path)
    planes, affine = sitk.GetArrayFromImage(image).reshape(shape[::-1]), itk_affine(image)
    warnings: tuple[Remark, ...] = ()
    if shape[2] > 1:
        frames = _frames(file, shape[2], path)
        if frames:
            place = {id(frame): n for n, frame in enumerate(frames)}
            sorted_frames, affine = _stack(frames, path)
            planes = planes[[place[id(frame)] for frame in sorted_frames]]
        else:
            warnings = (Remark("dicom_order_unchecked", path=path),)
    data = np.ascontiguousarray(planes.transpose(2, 1, 0))
    return Image(data, affine, path, "dicom", unit=_unit(file), warnings=warnings)


def _frames(file: str, count: int, path: Path) -> list[_Slice]:
    """The frames of an enhanced image in the order of the file; empty where they do not tell their place or pydicom is missing.

    Raises InputError when frames have different scales: ITK would apply one to all.
    """
    try:
        from pydicom import dcmread
    except ImportError:
        return []
    header = dcmread(file, stop_before_pixels=True, force=True)
    per_frame, shared = (
        header.get("PerFrameFunctionalGroupsSequence"),
        header.get("SharedFunctionalGroupsSequence"),
    )
    if not per_frame or len(per_frame) != count:
        return []

    def values(frame: Any, group: str, keyword: str) -> tuple[float, ...]:
        for place in (frame, *(shared or ())):
            if place.get(group):
                found = place.get(group)[0].get(keyword)
                return tuple(np.atleast_1d(np.asarray(found, float))) if found is not None else ()
        return ()

    scales = {
        tuple(
            values(frame, "PixelValueTransformationSequence", f"Rescale{name}")
            for name in ("Slope", "Intercept")
        )
        for frame in per_frame
    }
    if len(scales) > 1:
        raise InputError("dicom_scales_differ", path=path)
    slices = []
    for frame in per_frame:
        place = (
            values(frame, "PlanePositionSequence", "ImagePositionPatient"),
            values(frame, "PlaneOrientationSequence", "ImageOrientationPatient"),
            values(frame, "PixelMeasuresSequence", "PixelSpacing"),
        )
        if [len(part) for part in place] != [3, 6, 2]:
            return []
        position, orientation, spacing = map(np.array, place)
        slices.append(_Slice(file, position, orientation, spacing, (header.Columns, header.Rows)))
    return slices


def _unit(file: str) -> str | None:
    header = _header(file)
    words = {_tag(header, key).lower() for key in (_RESCALE_TYPE, _UNITS)}
    return next((unit for unit in ("ppm", "ppb") if unit in words), None)
