"""Regions of interest in files: a mask, labels chosen from a parcellation, or a threshold of a map.

"csf.nii.gz" is a mask, "aseg.nii.gz:4,43" the voxels with one of these values, "csf_prob.nii.gz>0.9" those above one.
"""

import re
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..image import Image
from .fetched import check_fetched
from .files import read_any

_CHOSEN = re.compile(r"(?P<file>.+):(?P<values>\d+(,\d+)*)")
_THRESHOLD = re.compile(
    r"(?P<file>.+?)(?P<sign>>=|<=|>|<)(?P<value>[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)", re.I
)
_COMPARE = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}
_SHOWN = 6


def region_file(region: str) -> Path | None:
    """The file that a region names; None when there is none. A file with such a name goes before the reading of its end."""
    for name in (
        region,
        *(m["file"] for m in (_CHOSEN.fullmatch(region), _THRESHOLD.fullmatch(region)) if m),
    ):
        check_fetched(Path(name))
        if Path(name).exists():
            return Path(name)
    return None


def read_region(region: str) -> Image:
    """The voxels of a region: True (bool) inside.

    Raises InputError when there is no such file, when a file without labels or threshold is no mask (it holds fractions, or
    several values), and when it holds none of the chosen labels.
    """
    path = region_file(region)
    if path is None:
        raise InputError("file_missing", path=region)
    image, segments = read_any(path)
    if any(segment.layer is not None for segment in segments or ()):
        raise InputError("layers_unnamed", path=path, count=len(segments or ()))
    data = np.nan_to_num(image.data, nan=0.0, posinf=0.0, neginf=0.0)
    if str(path) == str(Path(region)):
        values = np.unique(data[data != 0])
        if np.abs(values - np.rint(values)).max(initial=0) > 1e-3:
            raise InputError("region_of_fractions", path=path, low=values.min(), high=values.max())
        if len(np.unique(np.rint(values))) > 1:
            listed = [int(v) for v in np.unique(np.rint(values))]
            more = [f"and {len(listed) - _SHOWN} more"] if len(listed) > _SHOWN else []
            raise InputError(
                "region_of_labels", path=path, values=[*listed[:_SHOWN], *more], example=listed[0]
            )
        return image.replace(data=data != 0)
    if chosen := _CHOSEN.fullmatch(region):
        wanted = [int(value) for value in chosen["values"].split(",")]
        whole = np.rint(data)
        absent = [value for value in wanted if value == 0 or not (whole == value).any()]
        if absent:
            raise InputError("region_lacks_labels", path=path, values=absent)
        return image.replace(data=np.isin(whole, wanted))
    match = _THRESHOLD.fullmatch(region)
    assert match is not None  # region_file found it by one of the two
    inside = _COMPARE[match["sign"]](data, float(match["value"])) & np.isfinite(image.data)
    return image.replace(data=inside)
