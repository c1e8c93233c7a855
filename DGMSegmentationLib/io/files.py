"""Reading and writing images, tables and texts: the only place where the library reads and writes.

Images come in as NIfTI, NRRD or a DICOM series and go out as NIfTI. What a file is is decided by its content, not by its
name. Every file is written under a temporary name in its own folder and renamed when it is whole.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..image import Affine, Image
from .atomic import TEMPORARY_LETTERS, atomic_path
from .fetched import check_fetched
from .suffixes import LABEL_SUFFIXES, without_suffix
from .typed import plain

if TYPE_CHECKING:
    from nibabel.spatialimages import SpatialImage

    from ..structures.segments import Segment

PathLike = str | os.PathLike[str]
ImageSource = Union[Image, PathLike, "SpatialImage"]
"""An image in memory (ours or nibabel's) or a file."""

_DICOM_MAGIC = slice(128, 132)  # "DICM" follows a preamble of 128 bytes (PS3.10, 7.1)


def read_image(source: ImageSource) -> Image:
    """Read a scalar image, or take one that is in memory.

    Args:
        source: .nii, .nii.gz, .nrrd, .nhdr, a DICOM folder or one file of a series; a nibabel image; an :class:`Image`, which
            comes back as it is.

    Returns:
        The values (i, j, k) as stored after the file's own scaling (float32 or float64; NaN and infinity stay), the affine
        to RAS+ mm, the unit ("ppm", "ppb") when the file or its BIDS sidecar names one, and warnings about the geometry.

    Raises:
        InputError: for everything that is not one readable 3-D volume, and for files marked as segmentations.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> dgm.read_image(dgm.bundled_sample().image)
        Image(149 x 192 x 69, 0.9035 x 0.8972 x 2 mm, RAS, float32, ppm, 'sub-sample_Chimap.nii.gz')
    """
    image, segments = read_source(source)
    if segments is not None:
        raise InputError("image_is_labels", path=image.path or "the image")
    return image


def read_source(source: ImageSource) -> tuple[Image, "list[Segment] | None"]:
    """An image that is in memory or on disk, and the segments of a file that is marked as a segmentation, else None."""
    if isinstance(source, Image):
        return source, None
    if hasattr(source, "dataobj"):
        from .nifti import from_nibabel

        return from_nibabel(cast("SpatialImage", source)), None
    return read_any(Path(source))


def write_nifti(
    path: PathLike,
    data: NDArray[Any],
    affine: Affine,
    *,
    like: Image | None = None,
    description: str = "",
    intent: str = "none",
) -> None:
    """Write a 3-D (or 4-D) array as .nii or .nii.gz, whole or not at all.

    Args:
        path: where to; an existing file is replaced.
        data: (i, j, k) or (i, j, k, n). Booleans become uint8, 64-bit integers int32.
        affine: 4x4, from voxel indices to RAS+ mm.
        like: the image whose geometry this is. When it was read from a NIfTI file and ``affine`` is its own, the geometry is
            copied from that file bit by bit; nothing else of its header is.
        description: up to 79 characters of the header.
        intent: nibabel's name, "label" for label maps.

    Raises:
        InputError, DGMError: when the file cannot be written.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> image = dgm.read_image(dgm.bundled_sample().image)
        >>> dgm.write_nifti("ppb.nii.gz", 1000 * image.data, image.affine, like=image)
        >>> dgm.read_image("ppb.nii.gz").grid.same_as(image.grid)
        True
    """
    from .nifti import nifti_bytes

    path = Path(path)
    if data.dtype == bool:
        data = data.astype(np.uint8)
    elif data.dtype.kind in "iu" and data.dtype.itemsize == 8:
        data = data.astype(np.int32)
    source = (
        like.path
        if like is not None and like.kind == "nifti" and np.array_equal(like.affine, affine)
        else None
    )
    if source is not None and not source.is_file():
        source = None
    raw = nifti_bytes(data, affine, source, description, intent)
    if path.name.lower().endswith(".gz"):
        import gzip

        raw = gzip.compress(raw, compresslevel=6 if data.dtype.itemsize == 1 else 3, mtime=0)
    write_bytes(path, raw)


def write_bytes(path: PathLike, content: bytes) -> None:
    """Write bytes, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: PathLike, text: str) -> None:
    """Write text as UTF-8 with the line ends as they are, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: PathLike, value: object) -> None:
    """Write a value as indented JSON, whole or not at all; NaN and infinity become null, paths and numpy values plain."""
    write_text(path, json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def check_writable(paths: Iterable[PathLike], overwrite: bool = False) -> None:
    """Make sure, before any work, that all of these files can be written.

    Raises InputError when one exists and ``overwrite`` is off, is a folder, has a name that cannot be written, or lies where
    nothing can be written.
    """
    targets = [Path(path) for path in paths]
    for path in targets:
        check_name(path)
    if len({path.absolute() for path in targets}) < len(targets):
        raise InputError("outputs_same_name")
    for path in targets:
        if path.is_dir():
            raise InputError("output_is_folder", path=path)
        if os.path.lexists(path) and not overwrite:
            raise InputError("output_exists", path=path)
    for folder in dict.fromkeys(path.parent for path in targets):
        existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
        if not existing.is_dir():
            raise InputError("output_parent_is_file", path=existing, folder=folder)
        try:
            with tempfile.TemporaryFile(dir=existing):
                pass  # asking for permission is not enough: /proc and full disks say yes and mean no
        except OSError as error:
            reason = error.strerror or "no permission"
            raise InputError("folder_unwritable", path=existing, reason=reason) from error


def check_text(path: PathLike) -> None:
    """Raise InputError for a name that is no UTF-8 text: no table could tell it."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("name_not_utf8", path=path) from error


def check_name(path: PathLike) -> None:
    """Raise InputError for the name of a file to be that tables could not tell or the disk not take (too long)."""
    path = Path(path)
    check_text(path)
    length = len(path.name.encode("utf-8"))
    existing = next((parent for parent in path.absolute().parents if parent.exists()), Path("/"))
    try:
        longest = os.pathconf(existing, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):  # Windows knows no such question
        longest = 255
    if length + TEMPORARY_LETTERS > longest:
        raise InputError("name_too_long", path=path, length=length, longest=longest - TEMPORARY_LETTERS)


def stem(path: PathLike) -> str:
    """The name that outputs start with: the file's without .nii, .nii.gz, .nrrd, ...; for DICOM the folder's (of one volume
    among others in a folder: the file's).

    A link keeps its own name: it may be a pseudonym of its target.
    """
    path = Path(path)
    short = without_suffix(path.name)
    if short not in ("", path.name) and not path.is_dir():
        return short
    if path.is_dir():
        return Path(os.path.abspath(path)).name or "root"
    if path.suffix.lower() in ("", ".dcm", ".ima") and path.is_file() and not _is_volume_among_others(path):
        return Path(os.path.abspath(path)).parent.name or "root"
    return path.stem


def _is_volume_among_others(path: Path) -> bool:
    """Whether a DICOM file holds a whole volume and lies beside other files: the folder's name would be all of theirs."""
    from .dicom_file import read_header

    try:
        header = read_header(path) if sum(1 for _ in path.absolute().parent.iterdir()) > 1 else None
        return header is not None and header.is_image and header.size[2] > 1
    except (InputError, OSError):
        return False


def sha256(path: PathLike) -> str:
    """SHA-256 of a file as hex digits; of a folder: over the names and digests of its files, sorted by name."""
    path = Path(path)
    digest = hashlib.sha256()
    if path.is_dir():
        for file in sorted(p for p in path.iterdir() if p.is_file()):
            digest.update(f"{file.name}\0{sha256(file)}\n".encode())
        return digest.hexdigest()
    with open(path, "rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_any(path: Path) -> tuple[Image, "list[Segment] | None"]:
    """An image or label map, and None unless the file is marked as a segmentation: then its segments, if it has any.

    A file of a set that a killed run left half in its place is one of the whole set, or says that it is not.
    """
    from .file_set import finish_sets

    check_fetched(path)
    remarks = finish_sets(path.parent)
    image, segments = _read_file(path)
    return (image.replace(warnings=(*image.warnings, *remarks)) if remarks else image), segments


def _read_file(path: Path) -> tuple[Image, "list[Segment] | None"]:
    from .nifti import GZIP_MAGIC, looks_like_nifti, read_nifti

    try:
        if path.is_dir():
            from .dicom import read_dicom

            return read_dicom(path), None
        with open(path, "rb") as handle:
            start = handle.read(540)
        if not start:
            raise InputError("file_empty", path=path)
        if start[:2] == GZIP_MAGIC or looks_like_nifti(start):
            image, is_labels = read_nifti(path)
            return image.replace(unit=_sidecar_unit(path)), [] if is_labels else None
        from .nrrd_file import MAGIC

        if start.startswith(MAGIC):
            from .nrrd import read_nrrd

            return read_nrrd(path)
        name = path.name.lower()
        if start[_DICOM_MAGIC] != b"DICM" and name.endswith(LABEL_SUFFIXES):
            raise InputError("file_unknown_format", path=path)
        from .dicom import read_dicom
        from .dicom_file import read_header

        header = read_header(path)
        if header is not None and header.text("Modality") == "SEG" and header.is_image:
            from .dicom_labels import read_dicom_seg

            return read_dicom_seg(header)

        return read_dicom(path), None
    except FileNotFoundError as error:
        raise InputError("file_missing", path=path) from error
    except PermissionError as error:
        raise InputError("file_forbidden", path=path) from error
    except OSError as error:
        raise InputError("file_unreadable", path=path, reason=error.strerror or "read error") from error
    except MemoryError as error:
        raise InputError("file_beyond_memory", path=path) from error


def _sidecar_unit(path: Path) -> str | None:
    """The "Units" of a BIDS JSON file beside the image, when it says ppm or ppb."""
    sidecar = path.with_name(f"{stem(path)}.json")
    try:
        content = json.loads(sidecar.read_text(encoding="utf-8")) if sidecar.is_file() else None
    except (OSError, ValueError, RecursionError):
        return None
    unit = str(content.get("Units", "")).strip().lower() if isinstance(content, dict) else ""
    return unit if unit in ("ppm", "ppb") else None
