"""What is looked at before a file is read: that it is a file, and that its header asks for no more than one head."""

import math
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from ..errors import InputError

MAX_VOXELS = 2**28
"""Voxels of an image, unless the environment says otherwise: a head at 0.3 mm has 250 million."""
VARIABLE = "DGMSEG_MAX_VOXELS"
_BLOCK = 1 << 20
_MAX_TRAILING = 16 * _BLOCK  # bytes after the voxels: padding, extensions of other programs


def check_regular(path: Path) -> None:
    """Raise InputError for a pipe, a socket or a device, which may never end or never begin.

    Anything else, that nothing is there too, is left to the caller.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InputError("file_special", path=path)


def check_voxels(shape: Sequence[int], path: Path) -> None:
    """Raise InputError for a size, as a header gives it, that is no image of one head. Nothing has been read then."""
    limit = largest_image()
    if math.prod(float(n) for n in shape) > limit:
        raise InputError("image_beyond_limit", path=path, size=list(shape), limit=limit, variable=VARIABLE)


def largest_image() -> int:
    """The number of voxels that is read at most."""
    try:
        return int(float(os.environ.get(VARIABLE, "")))
    except (ValueError, OverflowError):
        return MAX_VOXELS


def read_exactly(stream: BinaryIO, count: int, path: Path) -> bytes:
    """Bytes of an unpacking stream, which is read to its end so that its checksum is verified.

    Fewer may come. Raises InputError when much more follows than its header told: a small file can unpack to any size.
    """
    content = stream.read(count)
    trailing = 0
    while block := stream.read(_BLOCK):
        trailing += len(block)
        if trailing > _MAX_TRAILING:
            raise InputError("image_longer_than_said", path=path)
    return content
