"""Where a study lies: its images and its derivatives, told by the folder (or the files) that a person points at."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..cohort.record import is_same, read_record
from ..errors import InputError
from ..io.bids.derivatives import STATE, check_output, linked_raw, raw_dataset
from ..io.bids.maps import find_maps
from ..io.tables import read_table
from .loose import IMAGES, RESULTS, images_in, is_image, keep_table

OUTPUT = "dgmseg"
"""The folder of results in ``derivatives``, or beside loose images; there the results lie below the table."""
_LOOKED_AT = 3
"""Records of results whose images are looked for."""


@dataclass(frozen=True)
class Place:
    """The images (a BIDS folder, or a table of images) and the folder of the results."""

    source: Path
    output: Path
    loose: Path | None = field(default=None, compare=False)
    """The folder of loose images, where all that it holds are meant."""


def find_study(paths: Sequence[Path], output: Path | None = None) -> Place:
    """The study that a person points at.

    Args:
        paths: a BIDS folder, its derivative folder, a table of images, a folder of loose images, or several image files.
        output: where the results lie; by default where ``dgmseg cohort`` left some (below ``derivatives``, else in or beside the
            BIDS folder), or ``derivatives/dgmseg`` of a BIDS folder, and ``dgmseg/results`` beside loose images.

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
            return _loose(images_in(folder.parent), folder, add=False)
    if (path / STATE).is_dir() and output is None:  # a folder of results
        return Place(_images_of(path), path)
    if find_maps(path).found:
        return Place(path, _checked(output or _derivatives(path), path))
    files = images_in(path)
    if not files and not (path / OUTPUT / IMAGES).is_file():
        raise InputError("study_no_images", path=path)
    return replace(_loose(files, output or path / OUTPUT), loose=path)


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


def _derivatives(root: Path) -> Path:
    """The results of a BIDS folder: the derivative folder that holds records of ours, else one in or beside the BIDS folder
    that says so, or was moved there by hand; else the usual one.
    """
    found = sorted(p for p in root.glob("derivatives/*") if (p / STATE).is_dir())
    if not found:
        near = sorted(p for place in (root, root.parent) for p in place.glob("*") if (p / STATE).is_dir())
        said = {p: _said_images(p) for p in near}
        found = [p for p, images in said.items() if images is not None and images.resolve() == root.resolve()]
        found = found or [p for p, images in said.items() if images is None and _made_of(p, root)]
    if len(found) > 1:
        raise InputError("study_many_derivatives", path=root, names=[p.name for p in found])
    return found[0] if found else root / "derivatives" / OUTPUT


def _images_of(results: Path) -> Path:
    """Where the images of a folder of results lie: where its description says, as long as they are there; else a folder
    beside it that holds the images which its records know.
    """
    said, raw = _said_images(results), raw_dataset(results)
    if said is not None:
        return said
    beside = sorted(p for p in results.parent.glob("*") if p.is_dir() and p != results)
    near = (p for p in (raw, results.parent, *beside) if p is not None and _made_of(results, p))
    return next(near, raw or results.parent)


def _said_images(results: Path) -> Path | None:
    """The BIDS folder, or the table, that the description of results names; None where it is not there."""
    linked = linked_raw(results)
    if linked is None or not linked.is_dir():
        return None
    if find_maps(linked).found:
        return linked
    tables = [linked / IMAGES] if (linked / IMAGES).is_file() else sorted(linked.glob("*.tsv"))
    named = [table for table in tables if _names_images(table)]
    return named[0] if len(named) == 1 else None


def _made_of(results: Path, root: Path) -> bool:
    """Whether results were made of the images of a folder: one of the first that the records know is there, unchanged."""
    for path in sorted((results / STATE).glob("sub-*.json"))[:_LOOKED_AT]:
        record = read_record(path)
        if record is None or record.inputs is None:
            continue
        image = Path(record.image)
        inside = bool(record.image) and not image.is_absolute() and ".." not in image.parts
        if inside and is_same(root / image, record.inputs.image):
            return True
    return False


def _names_images(table: Path) -> bool:
    try:
        lines = read_table(table)
    except (InputError, OSError):
        return False
    return bool(lines) and {"subject", "image"} <= set(lines[0])


def _checked(output: Path, root: Path) -> Path:
    check_output(output, root)
    return output


def _loose(files: Sequence[Path], folder: Path, add: bool = True) -> Place:
    return Place(keep_table(folder, files, add), folder / RESULTS)
