"""The reference that a word of the user's stands for."""

import numpy as np

from ..errors import InputError, Remark
from ..io.regions import read_region, region_file
from ..preprocessing.alignment import aligned
from ..preprocessing.case import Case
from .roi import Reference

REFERENCE_WORDS = ("none", "brain")


def reference_for(opened: Case, spec: str) -> tuple[Reference | None, tuple[Remark, ...]]:
    """The reference that a word stands for, and what is doubtful about it.

    ``spec``: "none", "brain", a number in ppb, or a region in a file (see :mod:`..io.regions`). A number is a number also where
    a file has that name: "./50" is the file.

    Raises InputError when it is none of these or covers nothing.
    """
    if spec == "none":
        return None, ()
    if spec == "brain":
        return Reference.region("brain", opened.image, opened.mask, opened.mask), ()
    try:
        value = float(spec)
    except ValueError as error:
        path = region_file(spec)
        if path is None:
            raise InputError("reference_unknown", reference=spec, choices=list(REFERENCE_WORDS)) from error
        region, said = aligned(read_region(spec), opened.image)
        name = path.name + spec.removeprefix(str(path))
        found = Reference.region(name, opened.image, region, opened.mask)
        if found.n_excluded:
            count, of = found.n_excluded, found.n_excluded + (found.n_voxels or 0)
            said = (*said, Remark("reference_voxels_left_out", reference=name, count=count, of=of))
        return found, (*region.warnings, *said)
    if not np.isfinite(value):
        raise InputError("reference_not_finite", reference=spec)
    return Reference.constant(value), ()
