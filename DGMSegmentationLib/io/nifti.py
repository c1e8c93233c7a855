"""NIfTI-1 and NIfTI-2 files, plain or gzipped: bytes to array and affine, and back with the very same geometry."""

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Affine, Image
from ..language import marked
from .limits import check_voxels, read_exactly

GZIP_MAGIC = b"\x1f\x8b"
_CLASSES = (nib.Nifti1Image, nib.Nifti2Image)
_HEADER_BYTES = 540  # the longer of the two headers (NIfTI-2); NIfTI-1 has 348
_GEOMETRY_FIELDS = (
    "xyzt_units",
    *("qform_code", "quatern_b", "quatern_c", "quatern_d", "qoffset_x", "qoffset_y", "qoffset_z"),
    *("sform_code", "srow_x", "srow_y", "srow_z"),
)
_HEADER_ERRORS = (
    *(ImageFileError, HeaderDataError, WrapStructError),
    *(ValueError, KeyError, TypeError, OverflowError, IndexError, OSError),
)
_MAX_OFFSET = 1 << 30  # bytes before the voxels: header and extensions
_EDGES_MM = (1e-3, 1e3)  # of a voxel
_FLATTEST = 1e-3  # volume of a voxel as a share of that of a box with its edges
_LABEL_INTENT = 1002  # NIFTI_INTENT_LABEL, nifti1.h


def looks_like_nifti(start: bytes) -> bool:
    """True when these first bytes (not gzipped) can be a NIfTI header."""
    return any(cls.header_class.may_contain_header(start) for cls in _CLASSES)


def read_nifti(path: Path) -> tuple[Image, bool]:
    """Read a NIfTI file; return the image and whether its header calls the values labels.

    Values come scaled by scl_slope and scl_inter, as float64 when the file holds float64 or wide integers, else as
    float32. The affine is nibabel's: the sform when its code is set, else the qform, else the voxel size alone.

    Raises InputError when the file is cut, damaged, or holds anything but one 3-D volume of real numbers.
    """
    image = _load(path)
    return from_nibabel(image, path), int(image.header["intent_code"]) == _LABEL_INTENT


def from_nibabel(image: nib.spatialimages.SpatialImage, path: Path | None = None) -> Image:
    """A nibabel image as :func:`read_nifti` reads its file; ``path`` names it in errors, by default its own file.

    Raises InputError for anything but one 3-D volume of real numbers.
    """
    own = image.get_filename()
    path = path or Path(own or "the image")
    header = image.header
    shape = volume_shape(header.get_data_shape(), path)
    dtype = header.get_data_dtype()
    if dtype.fields is not None or dtype.kind not in "iuf":
        kind = marked("colours") if dtype.fields is not None else marked("complex or unknown values")
        raise InputError("image_values", path=path, kind=kind)
    is_nifti = isinstance(image, _CLASSES)
    affine, other, warnings = (
        _affine(cast(nib.Nifti1Image, image), shape, path)
        if is_nifti
        else (checked_affine(image.affine, path), None, ())
    )
    placed = not isinstance(image, nib.Nifti1Image) or bool(
        image.header["sform_code"] or image.header["qform_code"]
    )
    try:
        data = np.asanyarray(image.dataobj).reshape(shape)
    except (OSError, ValueError, EOFError, HeaderDataError) as error:
        raise InputError("image_cut", path=path) from error
    wide = dtype.itemsize > 4 or (dtype.kind in "iu" and dtype.itemsize == 4)
    with np.errstate(over="ignore"):  # of a scale beyond float32: infinity is no value
        values = np.asarray(data, dtype=np.float64 if wide else np.float32)
    return Image(
        values,
        affine,
        path if own or path.exists() else None,
        "nifti",
        warnings=warnings,
        placed=placed,
        other_affine=other,
    )


def volume_shape(shape: tuple[int, ...], path: Path) -> tuple[int, int, int]:
    """The 3-D shape behind a file's shape: a fourth and further axis of length 1 is dropped.

    Raises InputError for zero-sized, 1-D, 2-D and multi-frame data.
    """
    if not shape or min(shape) < 1:
        raise InputError("image_no_voxels", path=path, size=shape)
    if len(shape) > 3 and max(shape[3:]) > 1:
        raise InputError("image_many_volumes", path=path, count=int(np.prod(shape[3:])), size=shape)
    if len(shape) < 3 or min(shape[:3]) < 2:
        raise InputError("image_not_3d", path=path, dimensions=min(len(shape), 2), size=shape)
    return shape[0], shape[1], shape[2]


def nifti_bytes(
    data: NDArray[Any], affine: Affine, like: Path | None = None, description: str = "", intent: str = "none"
) -> bytes:
    """A single-file NIfTI of this array, as bytes.

    When ``like`` names a NIfTI file whose affine is ``affine``, its geometry fields are taken over bit by bit (sform,
    qform, codes, units of length), and nothing else of its header: no names, dates or comments; not so where its voxel size
    (pixdim) is another than that of its affine. Otherwise the sform holds
    the affine in float32, and so does the qform where it can (it cannot hold shears).
    """
    cls = nib.Nifti1Image
    header = None
    if like is not None:
        source = _header(like)
        same = np.array_equal(source.get_best_affine(), affine) and _sizes_agree(source, affine)
        if same and source.get_data_shape()[:3] == data.shape[:3]:
            cls = nib.Nifti2Image if isinstance(source, nib.Nifti2Header) else nib.Nifti1Image
            header = cls.header_class(endianness="<")
            header.set_data_shape(data.shape)
            header["pixdim"][:4] = source["pixdim"][:4]
            for name in _GEOMETRY_FIELDS:
                header[name] = source[name]
    if header is None:
        header = cls.header_class(endianness="<")
        header.set_data_shape(data.shape)
        header.set_zooms((*np.sqrt((affine[:3, :3] ** 2).sum(axis=0)), *(1.0,) * (data.ndim - 3)))
        header.set_xyzt_units("mm")
        header.set_sform(affine, code="scanner")
        header.set_qform(affine, code="scanner", strip_shears=True)
        if not np.allclose(header.get_qform(), affine, atol=1e-3):
            header["qform_code"] = 0
    header.set_data_dtype(data.dtype)
    header["descrip"] = description.encode("ascii", "replace")[:79]
    header.set_intent(intent)
    image = cls(data, header.get_best_affine(), header)
    image.header.set_slope_inter(1.0, 0.0)
    result: bytes = image.to_bytes()
    return result


def _sizes_agree(header: nib.Nifti1Header, affine: Affine) -> bool:
    """Whether the voxel size that a header names (pixdim) is that of its affine: some programs read the one, some the other."""
    edges = np.sqrt((affine[:3, :3] ** 2).sum(axis=0))
    return bool(np.allclose(np.abs(header["pixdim"][1:4]), edges, rtol=1e-3, atol=0))


def _load(path: Path) -> nib.Nifti1Image:
    """The file's image, its voxels in memory; nothing is read before the header is known to ask for no more than a head."""
    with open(path, "rb") as plain:
        zipped = plain.read(2) == GZIP_MAGIC
        plain.seek(0)
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=plain)) if zipped else plain
        try:
            start = stream.read(_HEADER_BYTES)
            cls, needed = _size(start, path)
            rest = max(0, needed - len(start))
            raw = start + (read_exactly(stream, rest, path) if zipped else stream.read(rest))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError("gzip_damaged", path=path) from error
    if len(raw) < needed and (raw[344:347] == b"ni1" or raw[4:7] == b"ni2"):
        raise InputError("nifti_pair", path=path)
    if len(raw) < needed:
        raise InputError("nifti_short", path=path, present=len(raw), needed=needed)
    try:
        with _silent_nibabel():
            image: nib.Nifti1Image = cls.from_bytes(_with_offset(raw, cls))
            image.get_sform(), image.get_data_dtype()
    except _HEADER_ERRORS as error:
        raise InputError("nifti_header_damaged", path=path) from error
    return image


def _size(start: bytes, path: Path) -> tuple[type[nib.Nifti1Image], int]:
    """The class of an image whose file begins like this, and how many bytes header and voxels take."""
    for cls in _CLASSES:
        if not cls.header_class.may_contain_header(start):
            continue
        try:
            with _silent_nibabel():
                header = cls.header_class(start[: cls.header_class.template_dtype.itemsize], check=False)
                shape, itemsize = header.get_data_shape(), header.get_data_dtype().itemsize
                offset = float(header["vox_offset"])
            if not 0 <= offset <= _MAX_OFFSET:
                raise ValueError("the voxels cannot begin there")
        except _HEADER_ERRORS as error:
            raise InputError("nifti_header_damaged", path=path) from error
        if shape and min(shape) > 0:
            check_voxels(shape, path)
        voxels = math.prod(max(0, int(n)) for n in shape) * itemsize
        return cls, voxels + int(offset if offset or _in_two_files(start) else _first_voxel(cls))
    raise InputError("nifti_not", path=path)


def _in_two_files(raw: bytes) -> bool:
    """Whether the header says that the voxels lie in a file of their own (.img)."""
    return raw[344:347] == b"ni1" or raw[4:7] == b"ni2"


def _first_voxel(cls: type[nib.Nifti1Image]) -> int:
    """Where the voxels of a single file begin when its header does not say (vox_offset 0, which some programs write)."""
    return int(cls.header_class.template_dtype.itemsize) + 4  # four bytes that announce extensions


def _with_offset(raw: bytes, cls: type[nib.Nifti1Image]) -> bytes:
    """The file with the place of its voxels in the header: 0 would be the header itself."""
    header = cls.header_class(raw[: cls.header_class.template_dtype.itemsize], check=False)
    if float(header["vox_offset"]) or _in_two_files(raw):
        return raw
    header["vox_offset"] = _first_voxel(cls)
    return bytes(header.binaryblock) + raw[len(header.binaryblock) :]


@contextmanager
def _silent_nibabel() -> Iterator[None]:
    """nibabel logs to stderr what it then raises; the user gets one sentence only."""
    logger = nib.imageglobals.logger
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _header(path: Path) -> nib.Nifti1Header:
    with open(path, "rb") as handle:
        zipped = handle.read(2) == GZIP_MAGIC
    with gzip.open(path) if zipped else open(path, "rb") as stream:
        start = stream.read(_HEADER_BYTES)
    header_class = next(cls.header_class for cls in _CLASSES if cls.header_class.may_contain_header(start))
    size = header_class.template_dtype.itemsize
    return header_class(start[:size], check=False)


def _affine(
    image: nib.Nifti1Image, shape: tuple[int, int, int], path: Path
) -> tuple[Affine, Affine | None, tuple[Remark, ...]]:
    """nibabel's affine for this image, the other form where it disagrees, and what the user should know about it."""
    header = image.header
    affine = checked_affine(image.affine, path)
    sform_code, qform_code = int(header["sform_code"]), int(header["qform_code"])
    if sform_code == 0 and qform_code == 0:
        codes = "".join(nib.aff2axcodes(affine))
        return affine, None, (Remark("orientation_unsaid", name=path.name, axes=codes),)
    if sform_code and qform_code:
        try:
            qform = header.get_qform()
        except (HeaderDataError, ValueError):
            return affine, None, (Remark("qform_invalid", name=path.name),)
        corners = np.array(np.meshgrid(*[(0, n - 1) for n in shape])).reshape(3, -1)
        shift = (affine - qform) @ np.vstack([corners, np.ones(corners.shape[1])])
        if np.linalg.norm(shift[:3], axis=0).max() > 0.5 * min(header.get_zooms()[:3]):
            return affine, qform, (Remark("sform_qform_differ", name=path.name),)
    return affine, None, ()


def checked_affine(values: object, path: Path) -> Affine:
    """The affine in float64. Raises InputError for one that gives voxels no place, no volume, or two axes one direction."""
    affine = np.asarray(values, dtype=np.float64)
    known = affine.shape == (4, 4) and np.isfinite(affine).all()
    with np.errstate(over="ignore"):
        edges = np.sqrt((affine[:3, :3] ** 2).sum(axis=0)) if known else np.zeros(3)
    if not (_EDGES_MM[0] <= edges.min() and edges.max() <= _EDGES_MM[1]):
        raise InputError("image_no_positions", path=path)
    if abs(np.linalg.det(affine[:3, :3] / edges)) < _FLATTEST:
        raise InputError("image_no_positions", path=path)
    return affine


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "0"
