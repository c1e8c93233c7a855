"""Files appear whole or not at all: made under a temporary name beside their place, flushed to the disk, renamed."""

import errno
import os
import platform
import re
import secrets
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from ..errors import DGMError, InputError

_LEFTOVER = re.compile(r"\.([0-9a-f]{8}-\d+-)?[0-9a-f]{8}")  # before ".tmp."; version 0.1 told no process
_OLD_SECONDS = 86_400.0
_NOT_KNOWN = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM, errno.EACCES)
_HELD_ELSEWHERE = (5, 32)  # Windows: ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION
_WAITS = (0.05, 0.15, 0.3, 0.5)  # seconds
TEMPORARY_LETTERS = 40
"""By how many letters the name of a temporary file is longer than that of its file, at most."""
_waiting: ContextVar[list[tuple[Path, Path]] | None] = ContextVar("_waiting", default=None)
"""Files that are whole and not yet in their places: (where they lie, where they will)."""


@contextmanager
def atomic_path(path: Path | os.PathLike[str] | str) -> Iterator[Path]:
    """A temporary path in the folder of ``path`` (made when missing), with the same suffixes.

    When the block ends well the file is flushed to the disk and renamed to ``path``; after any exception, an interrupt
    included, it is removed and what stood at ``path`` before is untouched. What a killed run left of the same file is
    removed too. An OSError becomes InputError (no permission, no folder) or DGMError (disk full and the like) with one plain
    sentence. Inside :func:`all_or_none` the file is renamed at the end of that block.
    """
    path = Path(path)
    temporary = path.with_name(f".{_owner()}{secrets.token_hex(4)}.tmp.{path.name}")
    waiting = _waiting.get()
    kept = False
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(path)
            yield temporary
            with open(temporary, "rb+") as handle:
                flush_to_disk(handle.fileno())
            with suppress(OSError):  # network disks refuse it
                os.chmod(
                    temporary, 0o666 & ~_umask()
                )  # some writers make files that only their owner can read
            if waiting is None:
                move_into_place(temporary, path)
            else:
                waiting.append((temporary, path))
                kept = True
        except OSError as error:
            raise _write_error(path, error) from error
    finally:
        if not kept:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


@contextmanager
def all_or_none() -> Iterator[None]:
    """Files that are written inside the block appear at its end, when all of them are whole; after an exception none does."""
    files: list[tuple[Path, Path]] = []
    token = _waiting.set(files)
    done: list[Path] = []
    try:
        yield
        for temporary, path in files:
            new = not os.path.lexists(path)
            try:
                move_into_place(temporary, path)
            except OSError as error:
                for made in done:
                    made.unlink(missing_ok=True)
                raise _write_error(path, error) from error
            done += [path] if new else []
    finally:
        _waiting.reset(token)
        for temporary, _ in files:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _owner() -> str:
    """What the name of a temporary file tells of its process: the computer and the number."""
    return f"{zlib.crc32(platform.node().encode()):08x}-{os.getpid()}-"


def _remove_leftovers(path: Path) -> None:
    """Remove temporary files of this very path whose process is gone (elsewhere, or on Windows: which are a day old)."""
    ending = f".tmp.{path.name}"
    with suppress(OSError):
        for entry in os.scandir(path.parent):
            if entry.name.endswith(ending) and _LEFTOVER.fullmatch(entry.name[: -len(ending)]):
                here, _, rest = entry.name[1:].partition("-")
                process = rest.partition("-")[0]
                if os.name != "nt" and process and here == _owner().partition("-")[0]:
                    stale = not _lives(int(process))
                else:
                    stale = time.time() - entry.stat(follow_symlinks=False).st_mtime > _OLD_SECONDS
                if stale:
                    os.unlink(entry.path)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)  # asks, and sends nothing
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def flush_to_disk(descriptor: int) -> None:
    """fsync, where the disk knows it: buckets and some network disks do not."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_KNOWN:
            raise


def _umask() -> int:
    """The process's file mode mask; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _write_error(path: Path, error: OSError) -> DGMError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DGMError("disk_full", path=path)
    reason = error.strerror or "write error"
    if error.errno == errno.EIO:
        return DGMError("file_unwritten", path=path, reason=reason)
    return InputError("file_unwritable", path=path, reason=reason)


def move_into_place(source: Path | os.PathLike[str] | str, target: Path | os.PathLike[str] | str) -> None:
    """os.replace; on Windows again for a second while another program (a virus scanner, a spreadsheet) holds one of both.

    Raises OSError as os.replace does.
    """
    for wait in _WAITS:
        try:
            os.replace(source, target)
            return
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _HELD_ELSEWHERE:
                raise
            time.sleep(wait)
    os.replace(source, target)
