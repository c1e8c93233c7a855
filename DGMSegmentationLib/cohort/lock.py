"""One run at a time per output folder: a lock that the system itself lets go when the run ends, however it ends."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import DGMError, InputError, Remark
from ..io.files import check_writable, write_text


@contextmanager
def only_run(folder: Path, log: Callable[[Remark], None]) -> Iterator[None]:
    """Hold the folder's lock inside the block.

    Where no lock can be had (a disk that knows none, a lock file that belongs to another user), that is said and the
    run goes on.

    Raises InputError when another run holds it (also one on another machine, where the file system shares locks), and
    when nothing can be written there.
    """
    check_writable([folder / "lock"], overwrite=True)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock", timeout=0, mode=0o666)
    holder = folder / "lock-holder"  # a file of its own: on Windows nobody else can read a locked one
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError("cohort_locked", path=folder.parent, who=_who(holder)) from error
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or "it knows none"
        log(Remark("disk_without_locks", reason=reason))
    try:
        now = datetime.now().isoformat(sep=" ", timespec="seconds")
        with suppress(DGMError):  # it only tells who; written beside and renamed, so never through a link
            write_text(holder, f"process {os.getpid()} on {platform.node() or 'this computer'} since {now}\n")
        yield
    finally:
        lock.release()


def _who(holder: Path) -> str:
    try:
        return "another process" if holder.is_symlink() else holder.read_text(encoding="utf-8").strip()[:200]
    except (OSError, ValueError):
        return "another process"
