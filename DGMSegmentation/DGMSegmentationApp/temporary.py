"""The program's own temporary folder, which a cleaner of the system may take away while the program runs."""

import atexit
import shutil
import tempfile
from pathlib import Path

from DGMSegmentationLib.errors import InputError


def own_folder() -> Path:
    """Make a folder of a new name and let everything temporary lie in it; it is removed at the end of the program.

    Raises InputError with one plain sentence when it cannot be made.
    """
    place = tempfile.tempdir
    if place is not None and not Path(place).exists():
        tempfile.tempdir = None  # the system's again
    try:
        folder = Path(tempfile.mkdtemp(prefix="DGMSegmentation-app-"))
    except OSError as error:
        tempfile.tempdir = place
        raise InputError(
            "temporary_folder", path=place or tempfile.gettempdir(), reason=error.strerror
        ) from error
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tempfile.tempdir = str(folder)
    return folder


def temporary_place() -> str:
    """Where temporary files go. When a cleaner took the folder away, another one is made: under its old name it could be
    anybody's by now. Raises InputError when that is impossible."""
    place = tempfile.gettempdir()
    return place if Path(place).is_dir() else str(own_folder())


def temporary_folder(prefix: str) -> Path:
    """A new temporary folder; raises InputError with one plain sentence when it cannot be made."""
    place = temporary_place()
    try:
        return Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    except OSError as error:
        raise InputError("temporary_folder", path=place, reason=error.strerror) from error
