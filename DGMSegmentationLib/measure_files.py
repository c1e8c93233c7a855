"""Measure images that lie on disk with a segmentation: read, bring to ppb, resolve the reference, flag."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .case import bring_to_ppb
from .errors import InputError
from .files import read_image, read_mask, stem
from .image import Image
from .measure import Reference, RoiRow, labels_on_grid, measure
from .quality import add_flags, quality_flags
from .units import UnitDecision

REFERENCE_WORDS = ("none", "brain")


@dataclass(frozen=True, eq=False)
class OpenedImage:
    """A susceptibility map in ppb with its brain mask and the decision about its unit."""

    image: Image
    mask: NDArray[np.bool_]
    units: UnitDecision


def open_ppb(path: Path | str, units: str = "auto") -> OpenedImage:
    """Read a susceptibility map and bring it to ppb. ``units``: "auto", "ppm" or "ppb".

    Unlike a segmentation run it takes partial heads too. Raises InputError when it is no usable QSM.
    """
    return OpenedImage(*bring_to_ppb(read_image(path), units))


def reference_for(opened: OpenedImage, spec: str) -> Reference | None:
    """The reference that a word stands for: "none", "brain", a number in ppb, or the file of a mask or
    segment.

    Raises InputError when it is none of these or covers nothing.
    """
    if spec == "none":
        return None
    if spec == "brain":
        return Reference.region("brain", opened.image, opened.mask)
    if Path(spec).exists():
        return Reference.region(Path(spec).name, opened.image, read_mask(spec))
    try:
        value = float(spec)
    except ValueError as error:
        raise InputError(
            f"The reference {spec} is no file, no number and none of {', '.join(REFERENCE_WORDS)}: check its path."
        ) from error
    if not np.isfinite(value):
        raise InputError(f"The reference {spec} is no finite number: give a value in ppb.")
    return Reference.constant(value)


def measure_file(
    path: Path | str,
    labels: Image,
    *,
    units: str = "auto",
    reference: str = "none",
    erode_voxels: int = 0,
    subject: str | None = None,
    edited: bool = False,
    model: str = "",
) -> list[RoiRow]:
    """Measure one image file with labels (on any grid) and flag what deserves a look; ten rows.

    ``subject`` defaults to the BIDS subject of the file's name, else the name's stem. Raises InputError for
    bad input.
    """
    opened = open_ppb(path, units)
    rows = measure(
        labels,
        opened.image,
        subject=subject_of(path) if subject is None else subject,
        image_name=Path(path).name,
        mask=opened.mask,
        reference=reference_for(opened, reference),
        erode_voxels=erode_voxels,
        edited=edited,
        model=model,
    )
    native = opened.image.replace(data=labels_on_grid(labels, opened.image)[0], unit=None)
    return add_flags(rows, quality_flags(rows, native, opened.mask))


def subject_of(path: Path | str) -> str:
    """The "sub-XX" entity of a BIDS name, else the whole stem."""
    name = stem(path)
    first: Sequence[str] = [part for part in name.split("_") if part.startswith("sub-") and len(part) > 4]
    return first[0] if first else name
