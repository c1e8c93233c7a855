"""Whether the image of a case is still the one that was segmented, and the one that was read."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..cohort.record import Record, Stamp, quick_stamp
from ..image import Image
from ..io.files import sha256

_KEPT = 32
"""Checksums of voxels in an imprint."""
_ONE_IN = 16
"""Share of the voxels that are looked at; by their values, so that they are the same ones in an image that is stored anew."""
_ALIKE = 0.2
"""Share of common checksums: half of a cropped head keeps about half; another head has none."""

_FACTORS = np.uint32(2654435761), np.uint32(2246822519)
"""Odd numbers that spread the bits of a value."""


def checksum_now(image: Path, record: Record | None) -> str:
    """Of a case's image as its file is now; empty where it is not there, or the record knows none to compare with.

    Read only where size or time of change are others than the record's, and once.
    """
    known, now = _stamp_of(record), quick_stamp(image)
    if now is None or known is None or not known.sha256:
        return ""
    return known.sha256 if now.looks_like(known) else _checksum(image.absolute(), now)


def file_checksum(path: Path) -> str:
    """Of a file, read once as long as it stays the same; empty where it cannot be read."""
    now = quick_stamp(path)
    return "" if now is None else _checksum(path.absolute(), now)


def has_changed(image: Path, record: Record | None) -> bool:
    """Whether an image is there, and another one than its record tells of."""
    known, now = _stamp_of(record), checksum_now(image, record)
    return known is not None and now not in ("", known.sha256)


def made_of(record: Record) -> str:
    """Checksum of the image that the automatic labels were made of; empty where the record does not say."""
    known = _stamp_of(record)
    own = record.automatic.made_of.get("image", "") if record.automatic is not None else ""
    return own or (known.sha256 if known is not None else "")


def labels_of_model(record: Record | None) -> str:
    """Checksum of the automatic label file; empty where there is none."""
    made = record.automatic.labels if record is not None and record.automatic is not None else None
    return made.sha256 if made is not None else ""


def imprint(image: Image) -> str:
    """Checksums of some voxels with their six neighbours: the same for other axes, another place, and mostly for a crop.

    Empty where too few voxels differ from zero.
    """
    bits = np.ascontiguousarray(image.data, np.float32).view(np.uint32)
    if min(bits.shape) < 3:
        return ""
    inner = (slice(1, -1),) * 3
    chosen = (bits * _FACTORS[0] < np.uint32(2**32 // _ONE_IN))[inner] & (bits[inner] != 0)
    here = np.stack(np.nonzero(chosen)) + 1
    total = _mixed(bits[tuple(here)]).astype(np.uint64) << np.uint64(32)
    filled = np.ones(total.shape, bool)
    for axis in range(3):
        for step in (-1, 1):
            there = here.copy()
            there[axis] += step
            total += _mixed(bits[tuple(there)])
            filled &= bits[tuple(there)] != 0  # the rim of a mask is alike in all heads
    found = np.unique(_mixed((total[filled] ^ (total[filled] >> np.uint64(32))).astype(np.uint32)))[:_KEPT]
    return "".join(f"{one:08x}" for one in found) if found.size == _KEPT else ""


def are_alike(one: str, other: str) -> bool:
    """Whether two imprints are of one image; False where one is not known."""
    first, second = _parts(one), _parts(other)
    smallest = set(sorted(first | second)[:_KEPT])
    return bool(first and second) and len(smallest & first & second) >= _ALIKE * len(smallest)


def _parts(text: str) -> set[str]:
    return {text[at : at + 8] for at in range(0, len(text), 8)}


def _mixed(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A checksum of each value (multiplication and shift, modulo 2**32)."""
    mixed = bits * _FACTORS[0]
    mixed ^= mixed >> np.uint32(15)
    mixed *= _FACTORS[1]
    mixed ^= mixed >> np.uint32(13)
    return mixed


def _stamp_of(record: Record | None) -> Stamp | None:
    return record.inputs.image if record is not None and record.inputs is not None else None


@lru_cache(maxsize=4096)
def _checksum(image: Path, _now: Stamp) -> str:
    try:
        return sha256(image)
    except OSError:
        return ""
