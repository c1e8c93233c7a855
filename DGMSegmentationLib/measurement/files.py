"""Open images that lie on disk for a measurement, and name them and their subjects as tables do."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Image, reorient
from ..io.bids.names import subject_of
from ..io.files import ImageSource, check_text, read_image
from ..preprocessing.case import (
    Case,
    bring_to_ppb,
    unit_contradiction,
    with_axes,
    with_voxel_size,
    without_sentinels,
)
from ..preprocessing.mask import brain_mask, check_head_size, other_parts
from ..preprocessing.units import OWN_UNIT, UnitDecision
from .case import MeasuredCase, measure_case
from .options import MeasureOptions

_SAME_SIZE = 0.01
_SIZES = ("brain_size", "brain_size_unusual", "brain_proportions", "brain_volume")


def open_ppb(
    source: ImageSource,
    units: str = "auto",
    mask: NDArray[np.bool_] | None = None,
    voxel_size: Sequence[float] | None = None,
    orientation: str = "",
) -> Case:
    """Read a susceptibility map and bring it to ppb. ``units``: "auto", "ppm", "ppb", or "own" (see OWN_UNIT).

    ``voxel_size``, ``orientation``: true voxel edges in mm and axis codes where the header is wrong.

    Unlike a segmentation run it takes partial heads too: a voxel size that makes no human head is one of the case's
    warnings. ``mask``: the brain mask where it is known. Raises InputError when it is no usable QSM.
    """
    stored = image = read_image(source)
    name = str(image.path or "the image")
    if voxel_size is not None:
        image = with_voxel_size(image, voxel_size)
    if orientation:
        image = with_axes(image, orientation)
    if units == OWN_UNIT:
        mask = brain_mask(image.data, name) if mask is None else mask
        values = np.asarray(without_sentinels(image.data), np.float32)
        decision = UnitDecision(OWN_UNIT, 1.0, "values as they are, in the image's own unit", False)
        ppb = image.replace(data=values)
    else:
        ppb, mask, decision = bring_to_ppb(image, units, mask)
    try:
        found = check_head_size(mask, image.spacing, image.grid.axis_codes, name)
    except InputError as error:
        found = [error.as_remark()]
    found += other_parts(image.data, mask)
    # No reason to refuse here: the labels are there, and tell as much as the size.
    found = [Remark("size_doubted", doubt=remark) if remark.code in _SIZES else remark for remark in found]
    return Case(
        ppb, mask, decision, stored, warnings=(*image.warnings, *unit_contradiction(image, decision), *found)
    )


def measured_file(
    path: Path | str,
    labels: Image,
    units: str = "auto",
    options: MeasureOptions | None = None,
    voxel_size: Sequence[float] | None = None,
    orientation: str = "",
) -> MeasuredCase:
    """Measure one image file with labels (on any grid) and flag what deserves a look.

    ``voxel_size``, ``orientation``: true voxel edges in mm and axis codes where the image's header is wrong; labels that lie
    on the image's grid as its header says are turned with it.

    An empty ``options.subject`` becomes the BIDS subject of the file's name, else the name's stem; an empty
    ``image_name`` the file's name. Raises InputError for bad input, and where labels of the image's very shape have another
    voxel size: one of the two headers is wrong.
    """
    options = options or MeasureOptions()
    options = replace(
        options,
        subject=options.subject or subject_of(path),
        image_name=options.image_name or Path(path).name,
    )
    opened = open_ppb(path, units, voxel_size=voxel_size, orientation=orientation)
    if orientation and labels.grid.same_as(opened.stored.grid):
        labels = with_axes(labels, orientation)
    _check_voxel_sizes(labels, opened.image, path)
    return measure_case(labels, opened, options)


def _check_voxel_sizes(labels: Image, image: Image, path: Path | str) -> None:
    turned = reorient(labels, image.grid.axis_codes)
    if turned.shape == image.shape and not np.allclose(
        turned.spacing, image.spacing, rtol=_SAME_SIZE, atol=0
    ):
        edges = [[round(float(edge), 4) for edge in one.spacing] for one in (turned, image)]
        raise InputError(
            "voxel_sizes_differ", path=labels.path or "", image=path, labels=edges[0], own=edges[1]
        )


def image_names(paths: Sequence[Path]) -> list[str]:
    """What tables call these images: the files' names, with as many folders before them as tell all of them apart.

    Reconstructions often lie under one name in folders of their own. Raises InputError when one file is given twice, and for
    a name that no table can tell.
    """
    for path in paths:
        check_text(path)
    whole = [path.absolute().parts for path in paths]
    if len(set(whole)) < len(whole):
        raise InputError("image_twice")
    depth = 1
    while len({parts[-depth:] for parts in whole}) < len(whole):
        depth += 1
    return ["/".join(parts[-depth:]) for parts in whole]
