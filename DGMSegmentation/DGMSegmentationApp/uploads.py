"""Files that come in through the browser: their size is limited while they arrive, zip archives are opened with care."""

import lzma
import mmap
import re
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.files import read_image, stem
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.lookup import lookup_beside
from DGMSegmentationLib.structures import STANDARD

if TYPE_CHECKING:
    from DGMSegmentationLib.image import Image

CHUNK = 1 << 20
MAX_FILES = 20_000  # a DICOM series has hundreds of files; more than this is no series
NAME_BYTES = 200  # in UTF-8; file systems take 255
NRRD_MAGIC = b"NRRD"
LABEL_WORDS = {"dseg", "seg", "aseg", "label", "labels", "labelmap", "mask", "segmentation"}
_DATA_FILE = re.compile(rb"[\r\n][ \t]*data ?file[ \t]*:", re.IGNORECASE)


def too_large(limit: int) -> InputError:
    """More bytes than the app accepts."""
    return InputError("upload_too_large", megabytes=limit >> 20)


async def receive(parts: Any, folder: Path, limit: int) -> list[Path]:
    """Write the files of a multipart request (aiohttp) into a folder and return their paths.

    Raises InputError as soon as more than ``limit`` bytes have come, and when no file was sent.
    """
    paths: list[Path] = []
    left = limit
    while (part := await parts.next()) is not None:
        if part.filename is None:
            continue
        if len(paths) >= MAX_FILES:
            raise InputError("upload_many_files", limit=MAX_FILES)
        # A browser writes a quotation mark in a name as %22.
        path = _free(folder, plain_name(part.filename.replace("%22", '"'), len(paths)), len(paths))
        with open(path, "wb") as target:
            while chunk := await part.read_chunk(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise too_large(limit)
                target.write(chunk)
        paths.append(path)
    if not paths:
        raise InputError("upload_none")
    return paths


def plain_name(name: str, index: int = 0) -> str:
    """The last part of a name that a browser sent, without anything that could leave the folder."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c if c.isprintable() and c not in '<>:"/\\|?*' else "_" for c in last).lstrip(".")
    return kept.encode()[-NAME_BYTES:].decode(errors="ignore").lstrip(".") or f"file-{index}"


def _free(folder: Path, name: str, index: int) -> Path:
    """A path that no file of the folder has yet: slices of different folders may have the same name."""
    path = folder / name
    return folder / f"{index:05d}_{name}" if path.exists() else path


def what_to_read(paths: list[Path], limit: int) -> Path:
    """The file or the folder that the library is to read: a zip archive is unpacked, many files are one series.

    Raises InputError for an archive that cannot be unpacked, for a scene of 3D Slicer, and for a header that points at
    another file.
    """
    if len(paths) == 1 and _starts_with(paths[0], b"PK\x03\x04"):
        archive = paths[0]
        # A sentence about the folder then says which file it was.
        folder = archive.with_name("unpacked") / archive.stem
        folder.mkdir(parents=True)
        paths = unpack(archive, folder, limit)
        archive.unlink()
        if any(path.suffix.lower() == ".mrml" for path in paths):
            raise InputError("upload_scene", name=archive.name)
    for path in paths:
        refuse_pointer(path)
    return paths[0] if len(paths) == 1 else paths[0].parent


def refuse_pointer(path: Path) -> None:
    """Raise InputError when a NRRD header names a data file.

    It could be any file of this computer, which whoever sent the header would then see. Under another format's name a
    NRRD file is refused, too: that format's reader knows pointers of its own.
    """
    if not _starts_with(path, NRRD_MAGIC):
        return
    if path.suffix.lower() not in (".nrrd", ".nhdr"):
        raise InputError("nrrd_wrong_name", name=path.name)
    with open(path, "rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
        end = content.find(b"\n\n")
        pointer = _DATA_FILE.search(content, 0, end if end >= 0 else len(content))
    if pointer:
        raise InputError("nrrd_points_elsewhere", name=path.name)


def _starts_with(path: Path, magic: bytes) -> bool:
    with open(path, "rb") as handle:
        return handle.read(len(magic)) == magic


def unpack(archive: Path, folder: Path, limit: int) -> list[Path]:
    """Unpack the files of a zip archive side by side (folders are dropped); at most ``limit`` bytes, really counted."""
    files: list[Path] = []
    left = limit
    try:
        with zipfile.ZipFile(archive) as content:
            members = [m for m in content.infolist() if not m.is_dir() and not _is_clutter(m.filename)]
            if len(members) > MAX_FILES:
                raise InputError("archive_many_files", name=archive.name, limit=MAX_FILES)
            for index, member in enumerate(members):
                path = _free(folder, plain_name(member.filename, index), index)
                with content.open(member) as source, open(path, "wb") as target:
                    while chunk := source.read(CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise too_large(limit)
                        target.write(chunk)
                files.append(path)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        NotImplementedError,
        RuntimeError,
        EOFError,
    ) as error:
        raise InputError("archive_damaged", name=archive.name, reason=error) from error
    if not files:
        raise InputError("archive_empty", name=archive.name)
    return files


def _is_clutter(name: str) -> bool:
    last = PurePosixPath(name).name
    return name.startswith("__MACOSX/") or last.startswith(".") or last.upper() in ("DICOMDIR", "THUMBS.DB")


def discard(folder: Path) -> None:
    """Remove an upload's folder."""
    shutil.rmtree(folder, ignore_errors=True)


def read_as(path: Path, kind: str, name: str, has_volume: bool) -> "tuple[str, Image]":
    """Read a file; returns what it is, "volume" or "labels", and the image.

    ``kind`` "any" (a dropped file) is decided by the content, for names of volumes hold words like mask, too: without a
    volume it is one; else labels are whole numbers up to the standard set's largest, or others that are not negative
    under a name whose last word says so or beside a lookup table. Raises InputError for what cannot be read.
    """
    if kind != "any":
        return kind, (read_labels if kind == "labels" else read_image)(path)
    if not has_volume:
        return "volume", read_image(path)
    named = (
        name.lower().endswith(".seg.nrrd") or re.split(r"[^a-z0-9]+", stem(name).lower())[-1] in LABEL_WORDS
    )
    try:
        image = read_image(path)
    except InputError:
        if named:
            return "labels", read_labels(path)  # such files are read as labels only
        raise
    low, high = float(image.data.min()), float(image.data.max())
    whole = low >= 0 and high >= 1 and bool((image.data == image.data.round()).all())
    if whole and (named or high <= STANDARD.largest or lookup_beside(path) is not None):
        return "labels", read_labels(path)
    return "volume", image
