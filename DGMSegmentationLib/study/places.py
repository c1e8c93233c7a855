"""Where a study lies: its images and its derivatives, told by the folder (or the files) that a person points at."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..io.bids.derivatives import STATE, check_output, raw_dataset
from ..io.bids.maps import find_maps
from ..io.bids.names import as_label
from ..io.files import stem, write_text
from ..io.suffixes import IMAGE_SUFFIXES
from ..io.tables import read_table, table_text

IMAGES = "images.tsv"
"""The table of a study of loose images; ``dgmseg cohort`` takes it, too."""
OUTPUT, RESULTS = "dgmseg", "results"
"""The folder of results in ``derivatives``, or beside loose images; there the results lie below the table."""
_LABEL_ENDS = ("_dseg", "_probseg", "_seg", ".seg", "_mask", "_label", "_labels")


@dataclass(frozen=True)
class Place:
    """The images (a BIDS folder, or a table of images) and the folder of the results."""

    source: Path
    output: Path


def find_study(paths: Sequence[Path], output: Path | None = None) -> Place:
    """The study that a person points at.

    Args:
        paths: a BIDS folder, its derivative folder, a table of images, a folder of loose images, or several image files.
        output: where the results lie; by default where ``dgmseg cohort`` left some, else ``derivatives/dgmseg`` of a BIDS
            folder, and ``dgmseg/results`` beside loose images.

    Raises InputError when there is no image, or several derivative folders could be meant.
    """
    if not paths:
        raise InputError("study_nothing")
    for path in paths:
        if not path.exists():
            raise InputError("file_missing", path=path)
    path = paths[0].absolute()
    if len(paths) > 1 or (path.is_file() and path.suffix != ".tsv"):
        return _loose([p.absolute() for p in paths], output or path.parent / OUTPUT)
    if path.is_file():
        return Place(path, _checked(output or path.parent / OUTPUT, path.parent))
    for folder in (path, path.parent):  # loose images that were opened before
        if output is None and (folder / IMAGES).is_file() and (folder != path.parent or path.name == RESULTS):
            return Place(folder / IMAGES, folder / RESULTS)
    if (path / STATE).is_dir() and output is None:  # a derivative folder
        return Place(raw_dataset(path) or path.parent, path)
    if find_maps(path).found:
        return Place(path, _checked(output or _derivatives(path), path))
    files = [p for p in sorted(path.iterdir()) if is_image(p)]
    if not files and not (path / OUTPUT / IMAGES).is_file():
        raise InputError("study_no_images", path=path)
    return _loose(files, output or path / OUTPUT)


def is_study(path: Path) -> bool:
    """Whether a path that the app was given is a study, and not one image (a DICOM folder is one)."""
    if path.is_file():
        return path.suffix == ".tsv"
    if not path.is_dir():
        return False
    tables = (path / IMAGES, path / OUTPUT / IMAGES)
    if (path / STATE).is_dir() or any(table.is_file() for table in tables) or find_maps(path).found:
        return True
    return any(is_image(p) for p in path.iterdir())


def reader_label(reader: str = "") -> str:
    """A reader's name as a BIDS label (letters and digits): "Anna B." gives "AnnaB"; by default who is logged in.

    Raises InputError when nothing is left of it, or it would be taken for the corrections of ``dgmseg cohort``.
    """
    if not reader:
        try:
            reader = getpass.getuser()
        except (OSError, KeyError, ImportError):
            reader = "reader"
    letters = "".join(sign for sign in reader if sign.isascii() and (sign.isalnum() or sign in "-_. "))
    label = as_label(letters, f"Reader {reader}")
    if label.lower() == "edited":
        raise InputError("reader_edited", reader=reader)
    return label


def is_image(path: Path) -> bool:
    """Whether a file is an image by its name, and not labels of one."""
    name = path.name.lower()
    if path.name.startswith(".") or not name.endswith(IMAGE_SUFFIXES) or not path.is_file():
        return False
    return not stem(path).lower().endswith(_LABEL_ENDS)


def _derivatives(root: Path) -> Path:
    """The derivative folder of a BIDS folder: the one that holds records of ours, or the usual one."""
    found = sorted(p for p in root.glob("derivatives/*") if (p / STATE).is_dir())
    if len(found) > 1:
        raise InputError("study_many_derivatives", path=root, names=[p.name for p in found])
    return found[0] if found else root / "derivatives" / OUTPUT


def _checked(output: Path, root: Path) -> Path:
    check_output(output, root)
    return output


def _loose(files: Sequence[Path], output: Path) -> Place:
    """A study of loose images: the table that names them is made, and grows when further ones are opened."""
    table = output / IMAGES
    known = {line["image"]: line["subject"] for line in read_table(table)} if table.is_file() else {}
    taken = {subject.lower() for subject in known.values()}
    for file in files:
        shown = str(file)
        if shown in known:
            continue
        label = as_label("".join(s if s.isascii() and s.isalnum() else "-" for s in stem(file)), str(file))
        subject, number = label.removeprefix("sub"), 1
        while (name := subject if number == 1 else f"{subject}x{number}").lower() in taken or not name:
            number += 1
        known[shown] = name
        taken.add(name.lower())
    lines = [{"subject": subject, "image": image} for image, subject in known.items()]
    write_text(table, table_text(("subject", "image"), lines, missing="n/a"))
    return Place(table, output / RESULTS)
