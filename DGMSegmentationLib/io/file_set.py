"""Files that belong together appear together: all of a run's, or none, however the run ends.

The files are made in a hidden folder beside their places, ``.dgmseg-NAME``, which holds a lock as long as its run lives. When
the last is complete a list of them is written there; from then on the set stands: the files are moved to their places, and
who finds the list after a crash moves the rest. Without a list there is nothing to keep. As in a database's journal.
"""

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from ..errors import InputError, Remark
from .atomic import move_into_place
from .files import check_writable, write_json
from .typed import read_typed

PREFIX = ".dgmseg-"
_LOCK, _LIST = "lock", "files.json"
_PATIENCE = 0.5  # seconds: who looks for leftovers holds a lock for a moment
_ATTEMPTS = 20  # at a folder that vanishes
_OLD_SECONDS = 86_400.0  # where no lock tells whether its run lives (disks without locks, version 0.1)

_Name = Annotated[str, Meta(pattern=r"^[^/\\]*[^/\\.][^/\\]*$")]


@dataclass(frozen=True)
class _Set:
    """What the list holds: names of files, all of one folder."""

    files: list[_Name]
    removed: list[_Name]


@dataclass(frozen=True)
class FileSet:
    """The hidden folder of one run, and where its files will go."""

    folder: Path
    name: str

    @property
    def staging(self) -> Path:
        """The hidden folder."""
        return self.folder / f"{PREFIX}{self.name}"

    def commit(self, paths: Iterable[Path], removed: Iterable[Path] = ()) -> None:
        """Bring files that lie in the hidden folder under their names to their places, and remove others there.

        All names begin with the set's. After this call, and after a crash in it, the set is the new one.
        """
        made = [path.name for path in paths]
        listed = _Set(made, [path.name for path in removed])
        write_json(self.staging / _LIST, listed)
        _sync(self.staging)
        _finish(self.staging)


@contextmanager
def file_set(folder: Path, name: str) -> Iterator[FileSet]:
    """The right to write files of a folder whose names begin with ``name``, for the block.

    What runs that were killed have left in the folder is finished or removed first.
    Raises InputError when another run writes these files now, or nothing can be written there.
    """
    check_writable([folder / name], overwrite=True)
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    one = FileSet(folder, name)
    held, lock = False, None
    try:
        finish_sets(folder)
        lock = _hold(one.staging, _PATIENCE)
        held = True
        _clear(one.staging)
        yield one
    finally:
        if held:
            _clear(one.staging)
            if os.name != "nt":  # while the lock is held, so that nobody takes up what goes
                shutil.rmtree(one.staging, ignore_errors=True)
            if lock is not None:
                lock.release()
            if os.name == "nt":
                shutil.rmtree(one.staging, ignore_errors=True)
        with suppress(OSError):  # a run that came to nothing leaves no folder that it made
            for parent in missing:
                parent.rmdir()


def finish_sets(folder: Path) -> tuple[Remark, ...]:
    """Finish the sets that killed runs have listed in a folder and remove what they have not; say what cannot be done.

    Sets of runs that live are left alone.
    """
    said: list[Remark] = []
    with suppress(OSError):
        for staging in sorted(folder.glob(f"{PREFIX}*")):
            if staging.is_symlink() or not staging.is_dir():
                continue
            listed = (staging / _LIST).exists()
            try:
                lock = _hold(staging)
            except InputError:
                if listed:
                    said.append(Remark("set_unfinished", path=folder, name=staging.name.removeprefix(PREFIX)))
                continue
            try:
                if listed:
                    _finish(staging)
                    said.append(Remark("set_finished", path=folder, name=staging.name.removeprefix(PREFIX)))
                if os.name != "nt":
                    shutil.rmtree(staging)
            except (OSError, InputError):
                said.append(Remark("set_unfinished", path=folder, name=staging.name.removeprefix(PREFIX)))
            finally:
                if lock is not None:
                    lock.release()
            if os.name == "nt":
                shutil.rmtree(staging, ignore_errors=True)
    return tuple(said)


def _finish(staging: Path) -> None:
    """Do what the list says; again after a crash, with the same end. Nothing beyond the folder, nothing of other names."""
    listed = read_typed(staging / _LIST, _Set)
    own = staging.name.removeprefix(PREFIX)
    for name in (*listed.files, *listed.removed):
        if not _is_of(name, own) or (staging / name).is_symlink():
            raise InputError("set_foreign_name", path=staging / _LIST, name=name)
    folder = staging.parent
    for name in listed.removed:
        (folder / name).unlink(missing_ok=True)
    for name in listed.files:
        if (staging / name).is_file():
            move_into_place(staging / name, folder / name)
    _sync(folder)
    (staging / _LIST).unlink()


def _is_of(name: str, own: str) -> bool:
    """Whether a file name is that of a set: its name and what begins with "_" or "."; nothing of another name, no path."""
    rest = name.removeprefix(own)
    return bool(own) and name == Path(name).name and rest != name and rest[:1] in ("_", ".")


def _hold(staging: Path, patience: float = 0.0) -> Any:
    """The lock of a hidden folder, which is made when it is missing; None on a disk that knows none.

    Raises InputError when its run lives, or may live, and still does after ``patience`` seconds.
    """
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError, FileExistsError):  # another has removed the folder between two steps
            return _hold_once(staging, patience)
    raise _in_use(staging)


def _in_use(staging: Path) -> InputError:
    return InputError("outputs_in_use", path=staging.parent, name=staging.name.removeprefix(PREFIX))


def _hold_once(staging: Path, patience: float) -> Any:
    from filelock import FileLock, Timeout

    locked = staging / _LOCK
    # Made first, so that next to nothing lies between the folder and the care for it: Ctrl-C may come at any time.
    lock = FileLock(locked, timeout=patience, mode=0o666)
    try:
        staging.mkdir()
        fresh = True
    except FileExistsError:
        fresh = False
    if (
        not fresh
        and not locked.exists()
        and any(p.name != _LOCK for p in staging.iterdir())
        and not _old(staging)
    ):
        raise _in_use(staging)  # of version 0.1, whose run may live
    try:
        lock.acquire()
        if locked.exists():
            return lock
        lock.release()
        raise FileNotFoundError(locked)
    except Timeout:
        pass
    except (FileNotFoundError, FileExistsError):
        raise
    except (OSError, NotImplementedError):
        if fresh or _old(staging):
            return None
    except BaseException:  # Ctrl-C
        if fresh:
            shutil.rmtree(staging, ignore_errors=True)
        raise
    raise _in_use(staging)


def _old(path: Path) -> bool:
    with suppress(OSError):
        return time.time() - path.stat().st_mtime > _OLD_SECONDS
    return False


def _clear(staging: Path) -> None:
    """Empty the hidden folder, except for its lock."""
    for path in staging.iterdir():
        if path.name != _LOCK:
            with suppress(OSError):
                path.unlink() if path.is_symlink() or not path.is_dir() else shutil.rmtree(path)


def _sync(folder: Path) -> None:
    """Let the disk know the names in a folder; where that cannot be asked for, the system does it in its time."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
