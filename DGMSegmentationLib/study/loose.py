"""Studies of loose images: the table that names them, which follows images that were renamed, and folders that were moved."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..cohort.record import Stamp, quick_stamp, read_record
from ..errors import InputError
from ..io.bids.derivatives import STATE
from ..io.bids.names import as_label, map_stem, series_of
from ..io.files import stem, write_text
from ..io.suffixes import IMAGE_SUFFIXES
from ..io.tables import read_table, table_text
from .names import plain_letters
from .same_image import file_checksum

IMAGES = "images.tsv"
"""The table of a study of loose images; ``dgmseg cohort`` takes it, too."""
RESULTS = "results"
"""The folder of results beside it."""
_LABEL_ENDS = ("_dseg", "_probseg", "_seg", ".seg", "_mask", "_label", "_labels")


def is_image(path: Path) -> bool:
    """Whether a file is an image by its name, and not labels of one."""
    name = path.name.lower()
    if path.name.startswith(".") or not name.endswith(IMAGE_SUFFIXES) or not path.is_file():
        return False
    return not stem(path).lower().endswith(_LABEL_ENDS)


def images_in(folder: Path) -> list[Path]:
    """The loose images of a folder, by name."""
    return [path for path in sorted(folder.iterdir()) if is_image(path)]


def keep_table(folder: Path, files: Sequence[Path], add: bool = True) -> Path:
    """Bring the table of a study of loose images up to date, and return it.

    Args:
        folder: of the table; images in the folder above it are named relative to it, others by their whole path.
        files: images that are there now.
        add: name those that are not in the table yet; else only look among them for what was renamed or moved.

    An image that is gone stays in the table, for its readings lie under its subject's name.
    """
    table = folder / IMAGES
    try:
        lines = read_table(table) if table.is_file() else []
        known = {line["subject"]: Path(os.path.abspath(folder / line["image"])) for line in lines}
    except KeyError as error:
        raise InputError("cohort_no_column", path=table, column=error.args[0]) from error
    known = _found_again(known, files, folder / RESULTS)
    if add:
        there = set(known.values())
        for file in files:
            if file not in there:
                known[_new_name(file, known)] = file
    named = [{"subject": name, "image": _written(image, folder)} for name, image in known.items()]
    text = table_text(("subject", "image"), named, missing="n/a")
    if lines != named:  # somebody's program may read it at this moment
        write_text(table, text)
    return table


def _written(image: Path, folder: Path) -> str:
    if image.is_relative_to(folder.parent):
        return Path(os.path.relpath(image, folder)).as_posix()
    return str(image)


def _found_again(known: Mapping[str, Path], files: Sequence[Path], results: Path) -> dict[str, Path]:
    """Subject -> image: for one that is gone the file of the same content. Where no record knows its content, the one file of
    its name, if its folder is of the same name, too, or all lay and lie in one folder (which was moved).
    """
    gone = {subject: image for subject, image in known.items() if not image.exists()}
    free = [file for file in files if file not in known.values()]
    found, stamps = dict(known), {subject: _stamp_of(subject, results) for subject in gone}

    def take(subject: str, same: Path | None) -> None:
        if same is not None:
            found[subject] = same
            free.remove(same)

    for subject, image in gone.items():
        stamp = stamps[subject]
        alike = [file for file in free if _series(file) == _series(image)]  # else it would get another name
        alike.sort(key=lambda file: file.name != image.name)
        if stamp is not None:
            take(subject, next((file for file in alike if _has_content(file, stamp)), None))
    one_folder = len({image.parent for image in gone.values()}) == 1 == len({file.parent for file in files})
    for subject, image in gone.items():
        named = [file for file in free if file.name == image.name]
        lost = [one for other, one in gone.items() if stamps[other] is None and one.name == image.name]
        if stamps[subject] is None and len(named) == len(lost) == 1:
            same_place = one_folder or named[0].parent.name == image.parent.name
            take(subject, named[0] if same_place else None)
    return found


def _has_content(file: Path, stamp: Stamp) -> bool:
    """Files of another size are not read."""
    now = quick_stamp(file)
    return now is not None and now.size == stamp.size and file_checksum(file) == stamp.sha256


def _stamp_of(subject: str, results: Path) -> Stamp | None:
    """Of its image, where the record of a case knows its checksum."""
    paths = [*(results / STATE).glob(f"sub-{subject}_*.json"), results / STATE / f"sub-{subject}.json"]
    for path in sorted(paths):
        record = read_record(path)
        stamp = record.inputs.image if record is not None and record.inputs is not None else None
        if record is not None and stamp is not None and stamp.sha256 and record.subject in ("", subject):
            return stamp
    return None


def _series(image: Path) -> str:
    return series_of(map_stem(image.name) or "")


def _new_name(file: Path, known: Iterable[str]) -> str:
    """A subject's name made of a file's; numbered where two files would have one."""
    letters = "".join(filter(str.isalnum, plain_letters(stem(file).removeprefix("sub-"))[0]))
    label = as_label(letters or "image", str(file))
    taken, number, name = {subject.lower() for subject in known}, 1, label
    while name.lower() in taken:
        number += 1
        name = f"{label}x{number}"
    return name
