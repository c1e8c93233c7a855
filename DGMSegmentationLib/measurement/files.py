"""Measure images that lie on disk with a segmentation: read, bring to ppb, resolve the reference, flag."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Image
from ..io.bids.names import subject_of
from ..io.fetched import check_fetched
from ..io.files import read_image, read_mask
from ..preprocessing.case import bring_to_ppb, unit_contradiction, without_sentinels
from ..preprocessing.mask import brain_mask, check_head_size
from ..preprocessing.units import UnitDecision
from .quality import Flag, add_flags, quality_flags
from .roi import Reference, RoiRow, labels_on_grid, measure

REFERENCE_WORDS = ("none", "brain")
_SIZES = ("brain_size", "brain_size_unusual", "brain_volume")
OWN_UNIT = "own"
"""For maps that are no susceptibility (R2*, magnitude): columns named _ppb then hold the image's own unit, the rows carry
the flag ``own_unit``, and no flag compares a mean with a range in ppb."""
_FLAGS_OF_PPB = ("sign_flip", "mean_low", "mean_high")


@dataclass(frozen=True, eq=False)
class OpenedImage:
    """A susceptibility map in ppb with its brain mask and the decision about its unit."""

    image: Image
    mask: NDArray[np.bool_]
    units: UnitDecision


@dataclass(frozen=True, eq=False)
class MeasuredFile:
    """The rows of one image file and what a report page needs besides."""

    rows: list[RoiRow]
    opened: OpenedImage
    labels: Image
    """On the image's grid."""
    flags: list[Flag]


def open_ppb(
    path: Path | str, units: str = "auto", log: Callable[[Remark], None] | None = None
) -> OpenedImage:
    """Read a susceptibility map and bring it to ppb. ``units``: "auto", "ppm", "ppb", or "own" (see OWN_UNIT).

    Unlike a segmentation run it takes partial heads too: a voxel size that makes no human head is only said, through
    ``log``. Raises InputError when it is no usable QSM.
    """
    image = read_image(path)
    if units == OWN_UNIT:
        mask = brain_mask(image.data, str(path))
        values = np.asarray(without_sentinels(image.data), np.float32)
        decision = UnitDecision(OWN_UNIT, 1.0, "values as they are, in the image's own unit", False)
        opened = OpenedImage(image.replace(data=values), mask, decision)
    else:
        opened = OpenedImage(*bring_to_ppb(image, units))
    if log is not None:
        try:
            said = check_head_size(opened.mask, image.spacing, image.grid.axis_codes, str(path))
        except InputError as error:
            said = [error.as_remark()]
        for remark in unit_contradiction(image, opened.units):
            log(remark)
        for remark in said:  # the voxel size cannot be given here: rows are measured as the file says
            log(Remark("size_doubted", doubt=remark) if remark.code in _SIZES else remark)
    return opened


def reference_for(opened: OpenedImage, spec: str) -> Reference | None:
    """The reference that a word stands for: "none", "brain", a number in ppb, or the file of a mask or
    segment. A number is a number also where a file has that name: "./50" is the file.

    Raises InputError when it is none of these or covers nothing.
    """
    if spec == "none":
        return None
    if spec == "brain":
        return Reference.region("brain", opened.image, opened.mask)
    try:
        value = float(spec)
    except ValueError as error:
        check_fetched(Path(spec))
        if Path(spec).exists():
            return Reference.region(Path(spec).name, opened.image, read_mask(spec))
        raise InputError("reference_unknown", reference=spec, choices=list(REFERENCE_WORDS)) from error
    if not np.isfinite(value):
        raise InputError("reference_not_finite", reference=spec)
    return Reference.constant(value)


def measured_file(
    path: Path | str,
    labels: Image,
    *,
    units: str = "auto",
    reference: str = "none",
    erode_voxels: int = 0,
    subject: str | None = None,
    edited: bool = False,
    model: str = "",
    image_name: str | None = None,
    log: Callable[[Remark], None] | None = None,
) -> MeasuredFile:
    """Measure one image file with labels (on any grid) and flag what deserves a look.

    ``subject`` defaults to the BIDS subject of the file's name, else the name's stem; ``image_name`` to the file's name.
    ``log`` is told when the voxel size makes no human head. Raises InputError for bad input.
    """
    opened = open_ppb(path, units, log)
    rows = measure(
        labels,
        opened.image,
        subject=subject_of(path) if subject is None else subject,
        image_name=Path(path).name if image_name is None else image_name,
        mask=opened.mask,
        reference=reference_for(opened, reference),
        erode_voxels=erode_voxels,
        edited=edited,
        model=model,
    )
    native = opened.image.replace(data=labels_on_grid(labels, opened.image)[0], unit=None)
    flags = quality_flags(rows, native, opened.mask)
    if units == OWN_UNIT:
        flags = [flag for flag in flags if flag.code not in _FLAGS_OF_PPB]
        rows = [row.with_flags(["own_unit"]) for row in rows]
    return MeasuredFile(add_flags(rows, flags), opened, native, flags)


def image_names(paths: Sequence[Path]) -> list[str]:
    """What tables call these images: the files' names, with as many folders before them as tell all of them apart.

    Reconstructions often lie under one name in folders of their own. Raises InputError when one file is given twice.
    """
    whole = [path.absolute().parts for path in paths]
    if len(set(whole)) < len(whole):
        raise InputError("image_twice")
    depth = 1
    while len({parts[-depth:] for parts in whole}) < len(whole):
        depth += 1
    return ["/".join(parts[-depth:]) for parts in whole]
