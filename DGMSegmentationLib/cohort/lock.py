"""One run at a time per output folder: a lock that the system itself lets go when the run ends, however it ends."""

import errno
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ..errors import InputError
from ..io.files import check_writable


@contextmanager
def only_run(folder: Path, log: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder's lock inside the block.

    Raises InputError when another run holds it (also one on another machine, where the file system shares locks), and
    when nothing can be written there.
    """
    check_writable([folder / "lock"], overwrite=True)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)  # never inherited by worker processes (PEP 446)
    try:
        try:
            _take(handle)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                holder = path.with_name("lock-holder")
                who = holder.read_text(encoding="utf-8").strip() if holder.exists() else "another process"
                raise InputError(
                    f"Another run is writing to {folder.parent} ({who}): wait until it ends, or give another --output."
                ) from error
            log("This disk knows no locks: make sure that no second run writes to the same output.")
        now = datetime.now().isoformat(sep=" ", timespec="seconds")
        # A file of its own: on Windows nobody else can read a locked one.
        holder = path.with_name("lock-holder")
        holder.write_text(
            f"process {os.getpid()} on {platform.node() or 'this computer'} since {now}\n", encoding="utf-8"
        )
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
