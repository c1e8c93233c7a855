"""Files that come in through the browser: their size is limited while they arrive, zip archives are opened with care."""

import shutil
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from DGMSegmentationLib.errors import InputError

CHUNK = 1 << 20
MAX_FILES = 20_000  # a DICOM series has hundreds of files; more than this is no series
NAME_LENGTH = 120


class TooLarge(InputError):
    """More bytes than the app accepts."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"This is larger than {limit >> 20} MB, the limit for uploads: open the file by its path "
            "(dgmseg app FILE), or raise --max-upload-mb."
        )


async def receive(parts: Any, folder: Path, limit: int) -> list[Path]:
    """Write the files of a multipart request (aiohttp) into a folder and return their paths.

    Raises TooLarge as soon as more than ``limit`` bytes have come, and InputError when no file was sent.
    """
    paths: list[Path] = []
    left = limit
    while (part := await parts.next()) is not None:
        if part.filename is None:
            continue
        if len(paths) >= MAX_FILES:
            raise InputError(f"These are more than {MAX_FILES} files: choose one series.")
        path = folder / plain_name(part.filename, len(paths))
        with open(path, "wb") as target:
            while chunk := await part.read_chunk(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise TooLarge(limit)
                target.write(chunk)
        paths.append(path)
    if not paths:
        raise InputError("No file was sent: choose one again.")
    return paths


def plain_name(name: str, index: int = 0) -> str:
    """The last part of a name that a browser sent, without anything that could leave the folder."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c if c.isprintable() and c not in '<>:"/\\|?*' else "_" for c in last).lstrip(".")
    return kept[-NAME_LENGTH:] or f"file-{index}"


def what_to_read(paths: list[Path], limit: int) -> Path:
    """The file or the folder that the library is to read: a zip archive is unpacked, many files are one series."""
    if len(paths) > 1:
        return paths[0].parent
    path = paths[0]
    with open(path, "rb") as handle:
        is_zip = handle.read(4) == b"PK\x03\x04"
    if not is_zip:
        return path
    folder = path.with_name("unpacked")
    folder.mkdir()
    files = unpack(path, folder, limit)
    path.unlink()
    return files[0] if len(files) == 1 else folder


def unpack(archive: Path, folder: Path, limit: int) -> list[Path]:
    """Unpack the files of a zip archive side by side (folders are dropped); at most ``limit`` bytes, really counted."""
    files: list[Path] = []
    left = limit
    try:
        with zipfile.ZipFile(archive) as content:
            members = [m for m in content.infolist() if not m.is_dir() and not _is_clutter(m.filename)]
            if len(members) > MAX_FILES:
                raise InputError(f"{archive.name} holds more than {MAX_FILES} files: give one series.")
            for index, member in enumerate(members):
                name = plain_name(member.filename, index)
                path = folder / (name if len(members) == 1 else f"{index:05d}_{name}")
                with content.open(member) as source, open(path, "wb") as target:
                    while chunk := source.read(CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise TooLarge(limit)
                        target.write(chunk)
                files.append(path)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(
            f"{archive.name} cannot be unpacked ({error}): make the zip archive again."
        ) from error
    if not files:
        raise InputError(f"{archive.name} is empty: put the DICOM files of one series into it.")
    return files


def _is_clutter(name: str) -> bool:
    last = PurePosixPath(name).name
    return name.startswith("__MACOSX/") or last.startswith(".") or last.upper() in ("DICOMDIR", "THUMBS.DB")


def discard(folder: Path) -> None:
    """Remove an upload's folder."""
    shutil.rmtree(folder, ignore_errors=True)


def kind_of(name: str, has_volume: bool) -> str:
    """What a dropped file is: a model, labels when its name says so and a volume is there, else a volume."""
    lower = name.lower()
    if lower.endswith(".safetensors"):
        return "model"
    words = ("dseg", ".seg.nrrd", "label", "_seg", "aseg", "mask")
    return "labels" if has_volume and any(word in lower for word in words) else "volume"
