"""Finding the susceptibility maps of a BIDS folder, ``sub-*/[ses-*/]anat/*_Chimap.nii[.gz]``, and their further channels."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import InputError
from .names import entities, is_separated_part, longer_names, map_stem


@dataclass(frozen=True)
class Map:
    """One susceptibility map of a BIDS folder, or a folder of images that cannot be opened."""

    name: str
    """Its BIDS name without the suffix, e.g. "sub-01_ses-1_run-2"."""
    subject: str
    """The folder of its subject, e.g. "sub-01"."""
    session: str
    """ "ses-1", or empty."""
    path: Path
    problem: InputError | None = None
    """Why it cannot be used; empty when it can."""


@dataclass(frozen=True)
class Maps:
    """The maps of a BIDS folder, subject by subject."""

    found: tuple[Map, ...]
    parts: int = 0
    """Paramagnetic and diamagnetic parts that were left out."""


def find_maps(root: Path, parts: bool = False) -> Maps:
    """List the maps of a BIDS folder; ``parts`` keeps para- and diamagnetic ones too.

    A folder that cannot be opened and a map whose name contradicts its folder are listed with their ``problem``.
    Raises InputError when ``root`` itself cannot be opened.
    """
    found: list[Map] = []
    left_out = 0
    try:
        subjects = list(_folders(root, "sub-"))
    except OSError as error:
        raise _closed(error, root) from error
    for subject in subjects:
        files, closed = _files(subject)
        found += closed
        for session, file in files:
            name = map_stem(file.name)
            if name is None:
                continue
            if is_separated_part(name) and not parts:
                left_out += 1
                continue
            found.append(
                Map(name, subject.name, session, file, _misplaced(name, subject.name, session, file))
            )
    return Maps(tuple(found), left_out)


def _files(subject: Path) -> tuple[list[tuple[str, Path]], list[Map]]:
    """(session, file) of all that lies in a subject's anat folders, and the folders that cannot be opened."""
    files: list[tuple[str, Path]] = []
    closed = []
    folders = [("", subject)]
    try:
        folders += [(folder.name, folder) for folder in _folders(subject, "ses-")]
    except OSError as error:
        closed.append(_not_opened(subject, "", error))
        folders = []
    for session, folder in folders:
        try:
            files += [(session, file) for file in sorted(_listed(folder / "anat"))]
        except OSError as error:
            closed.append(_not_opened(subject, session, error))
    return files, closed


def _not_opened(subject: Path, session: str, error: OSError) -> Map:
    name = "_".join(filter(None, (subject.name, session)))
    return Map(name, subject.name, session, subject, _closed(error, subject))


def _closed(error: OSError, place: Path) -> InputError:
    return InputError("folder_closed", path=error.filename or place, reason=error.strerror)


def _folders(folder: Path, prefix: str) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        names = sorted(
            entry.name
            for entry in entries
            # a link that leads nowhere is a folder that cannot be opened now
            if entry.name.startswith(prefix) and (entry.is_dir() or not os.path.exists(entry.path))
        )
    return (folder / name for name in names)


def _listed(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [folder / entry.name for entry in entries]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _misplaced(name: str, subject: str, session: str, file: Path) -> InputError | None:
    """What is wrong when name and folder contradict each other."""
    found = entities(name)
    if f"sub-{found.get('sub', '')}" != subject or found.get("ses", "") != session.removeprefix("ses-"):
        return InputError("map_misplaced", path=file)
    return None


def channel_files(image: Path, name: str, channel: str) -> list[Path]:
    """What may be a further channel of the map ``name``: the file of its very name, else those with more entities.

    Not those of another map beside it: "sub-01_run-2_R2starmap" is none of "sub-01" where "sub-01_run-2_Chimap" is.
    """
    files = sorted(
        p for p in image.parent.glob(f"{name}_*.nii*") if re.search(rf"_{re.escape(channel)}\.nii", p.name)
    )
    exact = [p for p in files if p.name.partition(".")[0] == f"{name}_{channel}"]
    maps = (other for p in image.parent.iterdir() if (other := map_stem(p.name)))
    others = longer_names(name, maps)
    return exact or [p for p in files if not p.name.startswith(others)]


def maps_elsewhere(root: Path) -> list[Path]:
    """Folders below one without maps that do hold some: a derivative (reconstructions often lie there) or ``rawdata``."""
    return [p for p in (*sorted(root.glob("derivatives/*")), *sorted(root.glob("*"))) if _has_maps(p)]


def _has_maps(folder: Path) -> bool:
    patterns = ("sub-*/anat/*_Chimap.nii*", "sub-*/ses-*/anat/*_Chimap.nii*")
    return any(True for pattern in patterns for _ in folder.glob(pattern))
