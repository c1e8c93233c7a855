"""Files that cannot be read as they are: their content is not on this computer (only Git LFS' pointer or git-annex',
DataLad's, link or pointer to it is), or they are no files but pipes and devices.
"""

import os
from pathlib import Path

from ..errors import InputError
from .limits import check_regular

_LFS = b"version https://git-lfs.github.com/spec/"
_ANNEX = b"/annex/objects/"
_LONGEST_POINTER = 1024  # bytes, of Git LFS; git-annex' are shorter


def check_fetched(path: Path) -> None:
    """Raise InputError, which says how to get the content, for a pointer and for a link that leads nowhere; for a pipe, a
    socket or a device too.

    Whatever else the path is, or that there is nothing, is left to the caller.
    """
    check_regular(path)
    try:
        if path.is_symlink() and not path.exists():
            target = os.readlink(path)
            if _ANNEX in target.replace("\\", "/").encode(errors="replace"):
                raise InputError("file_annexed", path=path)
            raise InputError("link_broken", path=path, target=target)
        if not path.is_file() or path.stat().st_size > _LONGEST_POINTER:
            return
        content = path.read_bytes()
    except (OSError, ValueError):
        return
    if content.startswith(_LFS):
        raise InputError("file_in_lfs", path=path)
    if content.startswith(_ANNEX):
        raise InputError("file_annexed", path=path)
