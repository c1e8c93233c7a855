"""The NRRD format itself: header, data in the file or beside it, and the place in space (teem.sourceforge.net/nrrd/format.html).

Read in Python throughout: ITK's reader ends the process over some damaged files, and asks for any memory that a header names.
"""

import bz2
import gzip
import re
import warnings
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..image import Affine
from .limits import check_regular, check_voxels, read_exactly

MAGIC = b"NRRD000"
_MAX_HEADER = 1 << 24  # bytes; segmentations of many segments have long ones
_MAX_LINE = 1 << 20
_TYPES = {
    "int8": ("signed char", "int8_t"),
    "uint8": ("uchar", "unsigned char", "uint8_t"),
    "int16": ("short", "short int", "signed short", "signed short int", "int16_t"),
    "uint16": ("ushort", "unsigned short", "unsigned short int", "uint16_t"),
    "int32": ("int", "signed int", "int32_t"),
    "uint32": ("uint", "unsigned int", "uint32_t"),
    "int64": (
        "longlong",
        "long long",
        "long long int",
        "signed long long",
        "signed long long int",
        "int64_t",
    ),
    "uint64": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64_t"),
    "float32": ("float",),
    "float64": ("double",),
}
_DTYPES = {word: name for name, words in _TYPES.items() for word in (name, *words)}
_ENCODINGS = {
    "raw": "raw", "gzip": "gzip", "gz": "gzip", "bzip2": "bzip2", "bz2": "bzip2", "ascii": "ascii", "text": "ascii",
    "txt": "ascii",
}  # fmt: skip
_LPS = (-1.0, -1.0, 1.0)
_TO_RAS = {  # of the space's axes; those of an unsaid or unknown space count as left-posterior-superior, as ITK takes them
    "right-anterior-superior": (1.0, 1.0, 1.0), "ras": (1.0, 1.0, 1.0),
    "left-anterior-superior": (-1.0, 1.0, 1.0), "las": (-1.0, 1.0, 1.0),
    "left-posterior-superior": _LPS, "lps": _LPS,
}  # fmt: skip
_SPATIAL = ("", "domain", "space", "???", "none")
_LONGEST_NUMBER = 40  # letters of a number and what parts it from the next


@dataclass(frozen=True, eq=False)
class NrrdFile:
    """A file of three spatial axes and at most one other."""

    fields: dict[str, str]
    """The format's own fields, by their names in small letters."""
    values: dict[str, str] = field(repr=False)
    """Further ones of its writer ("key:=value")."""
    array: NDArray[Any] = field(repr=False)
    """(i, j, k), or (i, j, k, n) of what has several numbers a voxel, such as the layers of a segmentation."""
    affine: Affine
    """From voxel indices to RAS+ mm."""

    @property
    def placed(self) -> bool:
        """Whether its space is one of those that tell left from right."""
        return _space(self.fields) in _TO_RAS


def read_nrrd_file(path: Path) -> NrrdFile:
    """Read a .nrrd or .nhdr file. Raises InputError, also for one whose data do not fit its header."""
    with open(path, "rb") as stream:
        fields, values, files = _header(stream, path)
        sizes = _sizes(fields, path)
        check_voxels(sizes, path)
        dtype = _dtype(fields, path)
        encoding = _ENCODINGS.get(fields.get("encoding", "").lower())
        if encoding is None:
            raise _bad(path, f"encoding {fields.get('encoding', 'unsaid')}")
        needed = int(np.prod(sizes, dtype=object)) * dtype.itemsize
        if "data file" in fields or "datafile" in fields:
            parts = _data_files(fields, files, path)
            if needed % len(parts):
                raise _bad(path, "data file")
            raw = b""
            for part in parts:
                check_regular(part)
                with open(part, "rb") as data:
                    raw += _voxels(data, fields, encoding, dtype, needed // len(parts), path)
        else:
            raw = _voxels(stream, fields, encoding, dtype, needed, path)
    flat = np.frombuffer(raw, dtype.newbyteorder("=") if encoding == "ascii" else dtype)
    array = flat.reshape(sizes[::-1]).transpose(range(len(sizes))[::-1])  # the first axis is the fastest
    array, affine = _placed(array, fields, path)
    return NrrdFile(fields, values, array, affine)


def _bad(path: Path, what: str) -> InputError:
    return InputError("nrrd_header_bad", path=path, what=what)


def _header(stream: BinaryIO, path: Path) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Fields, key/value pairs, and the names that follow "data file: LIST"."""
    fields: dict[str, str] = {}
    values: dict[str, str] = {}
    files: list[str] = []
    length = 0
    while line := stream.readline(_MAX_LINE):
        length += len(line)
        if length > _MAX_HEADER:
            raise _bad(path, "its length")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            break
        if length == len(line) or text.startswith("#"):
            continue  # the first line is the magic
        if fields.get("data file", fields.get("datafile", "")).startswith("LIST"):
            files.append(text)
            continue
        key, sign, value = text.partition(":=")
        name, colon, told = text.partition(": ")
        if sign and not (colon and len(name) < len(key)):
            values[key] = value.replace("\\n", "\n").replace("\\\\", "\\")
        elif colon or text.endswith(":"):
            fields[name.rstrip(":").strip().lower()] = told.strip()
        else:
            raise _bad(path, text[:40])
    return fields, values, files


def _whole(text: str, path: Path, what: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,15}", text):
        raise _bad(path, what)
    return int(text)


def _sizes(fields: dict[str, str], path: Path) -> list[int]:
    sizes = [_whole(part, path, "sizes") for part in fields.get("sizes", "").split()]
    if not sizes or len(sizes) != _whole(fields.get("dimension", ""), path, "dimension") or len(sizes) > 16:
        raise _bad(path, "dimension and sizes")
    if min(sizes) < 1:
        raise InputError("image_no_voxels", path=path, size=sizes)
    return sizes


def _dtype(fields: dict[str, str], path: Path) -> np.dtype[np.generic]:
    name = _DTYPES.get(fields.get("type", "").lower())
    if name is None:
        raise InputError("image_values", path=path, kind=f"values of type {fields.get('type', 'unsaid')}")
    order = {"little": "<", "big": ">", "": "="}.get(fields.get("endian", "").lower())
    if order is None:
        raise _bad(path, "endian")
    return np.dtype(name).newbyteorder(order)  # type: ignore[arg-type]


def _data_files(fields: dict[str, str], listed: list[str], path: Path) -> list[Path]:
    """The files with the voxels: in the header's folder or below it, nowhere else."""
    told = fields.get("data file", fields.get("datafile", ""))
    words = told.split()
    if words[:1] == ["LIST"]:
        names = listed
    elif len(words) in (4, 5) and re.fullmatch(r"[^%]*%0?\d?\d?d[^%]*", words[0]):
        first, last, step = (_whole(word, path, "data file") for word in words[1:4])
        if step == 0 or abs(last - first) // abs(step) > 10**5:
            raise _bad(path, "data file")
        names = [words[0] % n for n in range(first, last + (1 if step > 0 else -1), step)]
    else:
        names = [told]
    folder = path.absolute().parent
    found = []
    for name in names:
        file = folder / name
        if not name or "\0" in name or not file.resolve().is_relative_to(folder.resolve()):
            raise InputError("nrrd_data_elsewhere", path=path, name=name)
        if not file.exists():
            raise InputError("nrrd_data_missing", path=path, name=name)
        found.append(file)
    if not found:
        raise _bad(path, "data file")
    return found


def _voxels(
    stream: BinaryIO,
    fields: dict[str, str],
    encoding: str,
    dtype: np.dtype[np.generic],
    needed: int,
    path: Path,
) -> bytes:
    """The bytes of the voxels, in the file's order of bytes (of text: the computer's); InputError unless all are there."""
    for _ in range(_whole(fields.get("line skip", fields.get("lineskip", "0")), path, "line skip")):
        if not stream.readline(_MAX_LINE):
            raise InputError("image_cut", path=path)
    skip = _whole(fields.get("byte skip", fields.get("byteskip", "0")), path, "byte skip")
    if skip < -1 or (skip < 0 and encoding != "raw"):
        raise _bad(path, "byte skip")
    if encoding == "raw":
        stream.seek(*((-needed, 2) if skip < 0 and _length(stream) >= needed else (max(skip, 0), 1)))
        raw = stream.read(needed)
    elif encoding == "ascii":
        stream.seek(skip, 1)
        raw = _numbers(stream, dtype, needed // dtype.itemsize, path)
    else:
        unpacked = gzip.GzipFile(fileobj=stream) if encoding == "gzip" else bz2.BZ2File(stream)
        try:
            raw = read_exactly(cast(BinaryIO, unpacked), skip + needed, path)[skip:]
        except (EOFError, zlib.error, OSError) as error:
            raise InputError("image_cut", path=path) from error
    if len(raw) < needed:
        raise InputError("image_cut", path=path)
    return raw


def _length(stream: BinaryIO) -> int:
    here = stream.tell()
    length = stream.seek(0, 2)
    stream.seek(here)
    return length


def _numbers(stream: BinaryIO, dtype: np.dtype[np.generic], count: int, path: Path) -> bytes:
    """Numbers that are written as text, as bytes of this computer."""
    text = stream.read(count * _LONGEST_NUMBER + _MAX_LINE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            values = np.fromstring(text.decode("ascii").replace(",", " "), np.float64, sep=" ")
            whole = values.astype(dtype.newbyteorder("="))
            if dtype.kind in "iu" and not np.array_equal(whole, values):
                raise ValueError("numbers that the type cannot hold")
    except (ValueError, DeprecationWarning, RuntimeWarning) as error:
        raise InputError("nrrd_text_bad", path=path) from error
    if values.size != count:
        raise InputError("image_cut", path=path)
    return whole.tobytes()


def _placed(array: NDArray[Any], fields: dict[str, str], path: Path) -> tuple[NDArray[Any], Affine]:
    """The array with its spatial axes first, and their affine."""
    n = array.ndim
    kinds = [kind.lower() for kind in fields.get("kinds", "").split()] or [""] * n
    vectors = _vectors(fields.get("space directions", ""), path) or None
    if len(kinds) != n or (vectors is not None and len(vectors) != n):
        raise _bad(path, "kinds or space directions")
    spatial = [
        axis
        for axis in range(n)
        if (vectors[axis] is not None if vectors is not None else kinds[axis] in _SPATIAL)
    ]
    others = [axis for axis in range(n) if axis not in spatial]
    spatial, others = spatial[:3], others + spatial[3:]  # the fourth is one of time, say
    array = array.transpose(*spatial, *others)
    affine = np.eye(4)
    if n < 3:
        return array, affine  # who wants an image refuses it for its size
    if len(spatial) < 3:
        raise _bad(path, "kinds or space directions")
    if vectors is not None:
        for column, axis in enumerate(spatial):
            affine[:3, column] = vectors[axis]
        origin = _vectors(fields.get("space origin", ""), path)
        affine[:3, 3] = origin[0] if origin and origin[0] is not None else 0.0
    else:
        steps = _along_axes(fields, "spacings", spatial, n, 1.0, path)
        affine[:3, :3] = np.diag(steps)
        if (
            "axis mins" in fields or "axismins" in fields
        ):  # of the voxels' edges, where centers does not say otherwise
            centers = fields.get("centers", fields.get("centerings", "")).lower().split()
            edges = [centers[axis : axis + 1] != ["node"] for axis in spatial]
            affine[:3, 3] = _along_axes(fields, "axis mins", spatial, n, 0.0, path) + np.where(
                edges, steps / 2, 0
            )
    signs = _TO_RAS.get(_space(fields), _LPS)
    return array, np.diag([*signs, 1.0]) @ affine


def _space(fields: dict[str, str]) -> str:
    """The name of the space; a fourth axis of time changes none of the others."""
    return fields.get("space", "").strip('" ').lower().removesuffix("-time")


def _vectors(text: str, path: Path) -> list[NDArray[np.float64] | None]:
    """ "(1,0,0) none (0,1,0)" as vectors of three; None for an axis that does not lie in space."""
    found: list[NDArray[np.float64] | None] = []
    for part in re.findall(r"\([^()]*\)|[^\s()]+", text):
        if part.lower() == "none":
            found.append(None)
            continue
        try:
            vector = np.array([float(number) for number in part.strip("()").split(",")])
        except ValueError as error:
            raise _bad(path, "space directions or origin") from error
        if vector.shape != (3,):
            raise _bad(path, "space directions or origin")
        if not np.isfinite(vector).all() and not np.isnan(vector).all():
            raise _bad(path, "space directions or origin")
        found.append(None if np.isnan(vector).any() else vector)
    return found


def _along_axes(
    fields: dict[str, str], name: str, spatial: list[int], n: int, otherwise: float, path: Path
) -> NDArray[np.float64]:
    parts = fields.get(name, fields.get(name.replace(" ", ""), "")).split()
    if not parts:
        return np.full(3, otherwise)
    try:
        values = np.array([float(part) for part in parts])
    except ValueError as error:
        raise _bad(path, name) from error
    if values.size != n:
        raise _bad(path, name)
    return np.where(np.isfinite(values[spatial]), values[spatial], otherwise)
