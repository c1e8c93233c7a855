"""What means are relative to: a number or the mean of a region; the reference that a word of the user's stands for."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Image, resample_to
from ..io.regions import read_region, region_file
from ..preprocessing.alignment import aligned
from ..preprocessing.case import Case

REFERENCE_WORDS = ("none", "brain")
# Some exports fill the background with a huge negative integer. No tissue has a susceptibility near it.
SENTINEL_PPB = -10_000.0


def measurable(values_ppb: NDArray[Any]) -> NDArray[np.bool_]:
    """True where a voxel carries a value: finite and above the background sentinel. Zero and negative values
    count.
    """
    return np.isfinite(values_ppb) & (values_ppb > SENTINEL_PPB)


@dataclass(frozen=True)
class Reference:
    """The susceptibility that ``mean_referenced_ppb`` is relative to, and the name that the table shows for
    it.
    """

    name: str
    value_ppb: float
    sd_ppb: float | None = None
    """Sample SD of the region's voxels; None for a number, as all below."""
    n_voxels: int | None = None
    n_excluded: int = 0
    """Voxels of the region without a value, or with the background's 0 outside the brain: left out."""
    brain_ppb: float | None = None
    """Mean of the whole brain: what the region's differs by tells how unusual it is."""

    @classmethod
    def constant(cls, value_ppb: float) -> "Reference":
        """A number in ppb that the user gives."""
        return cls(f"constant {value_ppb:g} ppb", float(value_ppb))

    @classmethod
    def region(
        cls,
        name: str,
        image_ppb: Image,
        region: Image | NDArray[Any],
        mask: NDArray[np.bool_] | None = None,
    ) -> "Reference":
        """The mean of the image inside a region (the brain mask, a CSF segment): values other than 0 belong
        to it.

        ``mask``: the brain; voxels of the region outside it that hold 0 were masked away and are left out. A region on
        another grid is carried to the image's grid by nearest neighbour.
        Raises InputError when the region holds no voxel with a value.
        """
        inside = region.data if isinstance(region, Image) else region
        inside = np.asarray(inside) != 0
        if isinstance(region, Image) and not region.grid.same_as(image_ppb.grid):
            inside = resample_to(inside.astype(np.uint8), region.grid, image_ppb.grid, order=0) != 0
        if inside.shape != image_ppb.shape:
            raise InputError("reference_shape", reference=name)
        good = inside & measurable(image_ppb.data)
        if mask is not None:
            good &= mask | (image_ppb.data != 0)
        values = image_ppb.data[good].astype(np.float64)
        if values.size == 0:
            raise InputError("reference_outside", reference=name)
        brain = None if mask is None else image_ppb.data[mask & measurable(image_ppb.data)]
        return cls(
            name,
            float(values.mean()),
            float(values.std(ddof=1)) if values.size > 1 else None,
            int(values.size),
            int(np.count_nonzero(inside)) - int(values.size),
            None if brain is None or brain.size == 0 else float(brain.mean(dtype=np.float64)),
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for the sidecar of a table."""
        against = None if self.brain_ppb is None else self.value_ppb - self.brain_ppb
        return {
            "name": self.name,
            "mean_ppb": self.value_ppb,
            "sd_ppb": self.sd_ppb,
            "n_voxels": self.n_voxels,
            "n_excluded": self.n_excluded,
            "brain_mean_ppb": self.brain_ppb,
            "difference_to_brain_ppb": against,
        }


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
