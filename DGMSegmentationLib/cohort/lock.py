"""Who may write to an output folder: locks that the system itself lets go when the run ends, however it ends.

A whole run holds two locks, ``lock`` (its cases) and ``group.lock`` (the tables of all). A run over some participants holds one
lock a case, so that many stand side by side; the group's run holds ``group.lock`` alone.
"""

import os
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import DGMError, InputError, Remark
from ..io.files import check_writable, write_text

Log = Callable[[Remark], None]
_CASES = "locks"
_PROBE_SECONDS = 5.0  # another run may look at the same lock for an instant


@contextmanager
def only_run(folder: Path, log: Log) -> Iterator[None]:
    """Hold the folder's locks inside the block: nobody else works on a case or writes the tables.

    Where no lock can be had (a disk that knows none, a lock file that belongs to another user), that is said and the
    run goes on.

    Raises InputError when another run holds it (also one on another machine, where the file system shares locks), and
    when nothing can be written there.
    """
    with _held(folder, "lock", log), only_group(folder, log):
        if held := cases_held(folder):
            raise InputError("case_locked", path=folder.parent, name=held[0])
        yield


@contextmanager
def only_group(folder: Path, log: Log) -> Iterator[None]:
    """Hold the right to write the tables of all; raises InputError when another run has it."""
    with _held(folder, "group.lock", log):
        yield


@contextmanager
def only_cases(folder: Path, names: Iterable[str], log: Log) -> Iterator[None]:
    """Hold one lock for each of these cases; raises InputError when another run works on one of them, or a whole run is on."""
    (folder / _CASES).mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        for name in names:
            lock = FileLock(folder / _CASES / name, timeout=0, mode=0o666)
            try:
                _take(lock, log)
            except Timeout as error:
                raise InputError("case_locked", path=folder.parent, name=name) from error
            stack.callback(lock.release)
        # A whole run takes its lock first and looks at those of the cases then: one of the two sees the other.
        if _is_held(folder / "lock"):
            raise InputError("cohort_locked", path=folder.parent, who=_who(folder / "lock-holder"))
        yield


def cases_held(folder: Path) -> list[str]:
    """The cases that runs over some participants work on now."""
    return [path.name for path in sorted((folder / _CASES).glob("*")) if _is_held(path)]


@contextmanager
def _held(folder: Path, name: str, log: Log) -> Iterator[None]:
    check_writable([folder / name], overwrite=True)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / name, timeout=0, mode=0o666)
    holder = folder / "lock-holder"  # a file of its own: on Windows nobody else can read a locked one
    try:
        _take(lock, log)
    except Timeout as error:
        raise InputError("cohort_locked", path=folder.parent, who=_who(holder)) from error
    try:
        now = datetime.now().isoformat(sep=" ", timespec="seconds")
        with suppress(DGMError):  # it only tells who; written beside and renamed, so never through a link
            write_text(holder, f"process {os.getpid()} on {platform.node() or 'this computer'} since {now}\n")
        yield
    finally:
        lock.release()


def _take(lock: FileLock, log: Log) -> None:
    """Raises Timeout when another run holds it; a disk without locks is a remark."""
    try:
        lock.acquire()
    except Timeout:
        raise
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or "it knows none"
        log(Remark("disk_without_locks", reason=reason))


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    lock = FileLock(path, mode=0o666)
    try:
        lock.acquire(timeout=_PROBE_SECONDS)
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        return False
    lock.release()
    return False


def _who(holder: Path) -> str:
    try:
        return "another process" if holder.is_symlink() else holder.read_text(encoding="utf-8").strip()[:200]
    except (OSError, ValueError):
        return "another process"
