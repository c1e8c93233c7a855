"""Prepared anatomies on disk: the parts that registration gives, and the composed anatomy, one .npz file each."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from ..errors import InputError
from ..io.files import atomic_path
from ..segmentation.frame import Frame
from .anatomy import Anatomy, Parts

PARTS_VERSION = 1
"""Raised when the registrations change; old parts are made anew."""
ANATOMY_VERSION = 5
"""Raised when composing, details or the labelling protocol change; old anatomies are composed anew from their parts."""

_UNREADABLE = (OSError, KeyError, ValueError, EOFError, BadZipFile, zlib.error)


def _save(path: Path, **arrays: Any) -> None:
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)


def _veins(veins: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    return {f"vein_{name}": line for name, line in veins.items()}


def _starting(file: NpzFile, prefix: str) -> dict[str, NDArray[Any]]:
    return {key[len(prefix) :]: file[key] for key in file.files if key.startswith(prefix)}


@contextmanager
def _opened(path: Path) -> Iterator[NpzFile]:
    """The arrays of a file; one that is cut or damaged becomes InputError."""
    try:
        with np.load(path) as file:
            yield file
    except _UNREADABLE as error:
        raise InputError("anatomy_damaged", path=path) from error


def save_parts(path: Path, parts: Parts) -> None:
    """Write the parts, whole or not at all."""
    nuclei = {f"nucleus_{name}": value for name, value in parts.nuclei.items()}
    _save(
        path, version=PARTS_VERSION, name=parts.name, surroundings=parts.surroundings, hoa=parts.hoa, **nuclei,
        **_veins(parts.veins),
    )  # fmt: skip


def load_parts(path: Path) -> Parts:
    """Read what :func:`save_parts` wrote; raises InputError for a damaged file."""
    with _opened(path) as f:
        return Parts(
            str(f["name"]), f["surroundings"], f["hoa"], _starting(f, "nucleus_"), _starting(f, "vein_")
        )


def save_anatomy(path: Path, anatomy: Anatomy) -> None:
    """Write an anatomy, whole or not at all."""
    _save(
        path, version=ANATOMY_VERSION, name=anatomy.name, tissue=anatomy.tissue, labels=anatomy.labels, atoms=anatomy.atoms,
        affine=anatomy.affine, origin=anatomy.frame.origin, rotation=anatomy.frame.rotation, **_veins(anatomy.veins),
    )  # fmt: skip


def load_anatomy(path: Path) -> Anatomy:
    """Read what :func:`save_anatomy` wrote; raises InputError for a damaged file."""
    with _opened(path) as f:
        frame = Frame(f["origin"], f["rotation"])
        return Anatomy(
            str(f["name"]), f["tissue"], f["labels"], f["atoms"], f["affine"], frame, _starting(f, "vein_")
        )


def version_of(path: Path) -> int:
    """The version that wrote a file; 0 when it is absent or cannot be read."""
    try:
        with np.load(path) as f:
            return int(f["version"])
    except _UNREADABLE:
        return 0
