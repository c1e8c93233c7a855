"""One DICOM file: what its header says of the image, and its values, only when the voxels are as many bytes as it says.

Read with pydicom. Only compressed voxels need a decoder in C++ (GDCM, by SimpleITK): it runs in a process of its own, for
damaged files can end it, or keep it for ever.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .limits import check_regular, check_voxels

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.uid import UID

_TAGS = [
    "SOPClassUID", "SOPInstanceUID", "Modality", "SeriesInstanceUID", "SeriesDescription", "PatientID", "Rows", "Columns",
    "NumberOfFrames", "SamplesPerPixel", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SpacingBetweenSlices", "SliceThickness",
    "RescaleSlope", "RescaleIntercept", "RescaleType", "Units", "PerFrameFunctionalGroupsSequence",
    "SharedFunctionalGroupsSequence",
]  # fmt: skip
_PREAMBLE = 128
_MAGIC = b"DICM"
_GROUPS = (b"\x02\x00", b"\x08\x00")  # what a file without preamble begins with
_FLOATS = {"FloatPixelData": "<f4", "DoubleFloatPixelData": "<f8"}
_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"
_DECODER_SECONDS = 120
_DECODER_MEMORY = 8 << 30


@dataclass(frozen=True, eq=False)
class DicomHeader:
    """The header of one file, without its values."""

    file: Path
    tags: "Dataset | Mapping[str, Any]"

    def text(self, keyword: str) -> str:
        """A value as text; empty where there is none, or none that can be read."""
        try:
            value = self.tags.get(keyword)
            return "" if value is None else str(value).strip().strip("\0")
        except Exception:  # pydicom converts when it is asked, and anything may stand there
            return ""

    def numbers(self, keyword: str, count: int) -> NDArray[np.float64] | None:
        """``count`` finite numbers, or None."""
        return numbers_of(self.tags, keyword, count)

    def whole(self, keyword: str, otherwise: int = 0) -> int:
        """A whole number that is not negative, or ``otherwise``."""
        found = self.numbers(keyword, 1)
        return otherwise if found is None or found[0] < 0 else int(found[0])

    @property
    def size(self) -> tuple[int, int, int]:
        """Columns, rows, frames."""
        return self.whole("Columns"), self.whole("Rows"), max(1, self.whole("NumberOfFrames", 1))

    @property
    def syntax(self) -> "UID | None":
        """How the file is written (pydicom's UID); None where it does not say."""
        return getattr(self.tags, "file_meta", {}).get("TransferSyntaxUID")

    @property
    def is_compressed(self) -> bool:
        """Whether the voxels are (a deflated file as a whole is none of these)."""
        try:
            return self.syntax is not None and self.syntax.is_encapsulated
        except (ValueError, AttributeError):  # no transfer syntax that anybody knows
            return True

    @property
    def is_image(self) -> bool:
        """Whether there are rows and columns."""
        return min(self.size) > 0

    @property
    def is_cut(self) -> bool:
        """Whether it should have been an image: reports, directories and the like are none and should not."""
        if self.is_image:
            return False
        kind = self.tags.get("SOPClassUID") or getattr(self.tags, "file_meta", {}).get(
            "MediaStorageSOPClassUID"
        )
        return kind is None or "Image Storage" in str(getattr(kind, "name", kind))


def numbers_of(tags: "Dataset | Mapping[str, Any]", keyword: str, count: int) -> NDArray[np.float64] | None:
    """``count`` finite numbers of a data set or a sequence's item, or None."""
    try:
        value = tags.get(keyword)
        found = np.atleast_1d(np.asarray(value, np.float64)) if value is not None else np.empty(0)
    except Exception:
        return None
    return found if found.shape == (count,) and np.isfinite(found).all() else None


def read_header(file: Path) -> DicomHeader | None:
    """The header of a file, empty where it is damaged; None when it is no DICOM. A pipe or device is none, and is not
    opened.
    """
    from pydicom import Dataset, dcmread

    marked = False
    try:
        check_regular(file)
        with _Bounded(file) as stream:
            start = stream.read(_PREAMBLE + len(_MAGIC))
            if start[_PREAMBLE:] != _MAGIC and not start.startswith(_GROUPS):
                return None
            marked = start[_PREAMBLE:] == _MAGIC
            stream.seek(0)
            with _silent_pydicom():
                tags = dcmread(stream, stop_before_pixels=True, force=True, specific_tags=_TAGS)
            len(
                tags.get("PerFrameFunctionalGroupsSequence") or ()
            )  # converted now, while failures are awaited
            len(tags.get("SharedFunctionalGroupsSequence") or ())
    except (FileNotFoundError, PermissionError):
        raise
    except (Exception, RecursionError):  # pydicom's own errors are of many kinds
        return DicomHeader(file, Dataset()) if marked else None
    return DicomHeader(file, tags)


def read_values(headers: Sequence[DicomHeader]) -> Iterator[NDArray[np.float32]]:
    """The values of each file (frames, rows, columns) after rescaling.

    Raises InputError when there are more or fewer bytes than rows, columns and frames ask for, and for colours.
    """
    for header in headers:
        check_voxels(header.size, header.file)
        if header.whole("SamplesPerPixel", 1) != 1:
            raise InputError("image_values", path=header.file, kind="colours")
    if not any(header.is_compressed for header in headers):
        yield from map(_plain_values, headers)
        return
    for header in headers:
        if header.is_compressed:
            _check_fragments(header)
    with tempfile.TemporaryDirectory(prefix="dgmseg-") as folder:
        for header, file in zip(headers, _decoded([h.file for h in headers], Path(folder)), strict=True):
            values: NDArray[np.float32] = np.load(file, allow_pickle=False)
            columns, rows, frames = header.size
            if values.size != columns * rows * frames:
                raise InputError("dicom_not_decoded", path=header.file)
            yield values.reshape(frames, rows, columns)


def _pixels(header: DicomHeader) -> tuple[str, bytes]:
    """The element that holds the voxels, by name, and its bytes."""
    from pydicom import dcmread

    try:
        with _silent_pydicom(), _Bounded(header.file) as stream:
            whole = dcmread(stream, force=True)
        keyword = next((name for name in ("PixelData", *_FLOATS) if name in whole), "")
        raw = whole.get(keyword) if keyword else None
    except MemoryError:
        raise
    except (Exception, RecursionError) as error:
        raise InputError("dicom_file_unreadable", path=header.file) from error
    if not isinstance(raw, bytes) or not raw:
        raise InputError("dicom_no_pixels", path=header.file)
    return keyword, raw


def _check_fragments(header: DicomHeader) -> None:
    """Compressed voxels are items, each with its length (PS3.5 A.4): all must be there, before a decoder looks for them."""
    _, raw = _pixels(header)
    place, items = 0, 0
    while raw[place : place + 4] == _ITEM:
        length = int.from_bytes(raw[place + 4 : place + 8], "little")
        place += 8 + length
        items += 1 if length else 0
        if items == 1 and place == 8 + length:
            items = 0  # the first item is a table of where the others begin, and may be empty
    if place > len(raw) or raw[place:].strip(b"\0") not in (b"", _END, _END[:4]) or items < header.size[2]:
        raise InputError("dicom_not_decoded", path=header.file)


def _plain_values(header: DicomHeader) -> NDArray[np.float32]:
    columns, rows, frames = header.size
    keyword, raw = _pixels(header)
    dtype = np.dtype(_FLOATS[keyword] if keyword in _FLOATS else _stored_type(header))
    needed = dtype.itemsize * rows * columns * frames
    if not needed <= len(raw) <= needed + 1:  # a byte may be added to make the length even
        raise InputError("dicom_pixels_length", path=header.file, present=len(raw), needed=needed)
    little = header.syntax is None or header.syntax.is_little_endian
    stored = np.frombuffer(raw, dtype.newbyteorder("<" if little else ">"), rows * columns * frames)
    stored = stored.reshape(frames, rows, columns)
    if keyword not in _FLOATS:
        stored = _without_unused_bits(stored, header)
    slope, intercept = _scale(header)
    return np.asarray(stored * slope + intercept, np.float32)


def _scale(header: DicomHeader) -> tuple[float, float]:
    """Slope and intercept, of an enhanced image those that all frames share."""
    places = [header.tags]
    for sequence in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        for item in (header.tags.get(sequence) or ())[:1]:
            places[:0] = list(item.get("PixelValueTransformationSequence") or ())[:1]
    for place in places:
        slope, intercept = numbers_of(place, "RescaleSlope", 1), numbers_of(place, "RescaleIntercept", 1)
        if slope is not None:
            return float(slope[0]), float(intercept[0]) if intercept is not None else 0.0
    return 1.0, 0.0


def _stored_type(header: DicomHeader) -> str:
    bits = header.whole("BitsAllocated", 16)
    if bits not in (8, 16, 32):
        raise InputError("dicom_bits", path=header.file, bits=bits)
    return f"{'i' if header.whole('PixelRepresentation') == 1 else 'u'}{bits // 8}"


def _without_unused_bits(stored: NDArray[Any], header: DicomHeader) -> NDArray[Any]:
    """Bits above the highest stored one are nobody's: overlays stood there once."""
    bits = header.whole("BitsAllocated", 16)
    used = header.whole("BitsStored", bits)
    high = header.whole("HighBit", used - 1)
    if not (0 < used <= bits and used - 1 <= high < bits):
        raise InputError("dicom_bits", path=header.file, bits=used)
    if used == bits:
        return stored
    native = stored.astype(stored.dtype.newbyteorder("="))
    return (native << (bits - 1 - high)) >> (bits - used)


def _decoded(files: Sequence[Path], folder: Path) -> list[Path]:
    """Files in the folder with the rescaled values of each; InputError whatever becomes of the decoder."""
    targets = [folder / f"{n}.npy" for n in range(len(files))]
    package = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([package, os.environ.get("PYTHONPATH", "")])}
    words = [[str(file.absolute()), str(target)] for file, target in zip(files, targets, strict=True)]
    code: int | None = None
    with suppress(subprocess.TimeoutExpired, OSError):
        code = subprocess.run(
            [sys.executable, "-m", "DGMSegmentationLib.io.dicom_decoder", str(_DECODER_MEMORY)],
            input=json.dumps(words).encode(),
            capture_output=True,
            timeout=_DECODER_SECONDS + len(files),
            env=environment,
        ).returncode
    if code != 0:
        failed = next(
            (file for file, made in zip(files, targets, strict=True) if not made.exists()), files[0]
        )
        raise InputError("dicom_not_decoded", path=failed)
    return targets


class _Bounded(io.BufferedReader):
    """A file of which no more is asked for than there is: Python takes memory for all that a length in the file tells."""

    def __init__(self, file: Path) -> None:
        super().__init__(io.FileIO(file))
        self._length = os.stat(file).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return super().read()
        return super().read(max(0, min(size, self._length - self.tell())))


@contextmanager
def _silent_pydicom() -> Iterator[None]:
    """pydicom warns of values that break the standard; what matters of them becomes an error of ours."""
    import logging
    import warnings

    logger = logging.getLogger("pydicom")
    before, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = before
