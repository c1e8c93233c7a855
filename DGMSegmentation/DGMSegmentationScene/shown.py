"""How a person reads the ROI table: rounded numbers, and flags with their reasons in words."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.roi import RoiRow

TIPS = {
    "side": "L: the patient's left.",
    "mean_ppb": "Mean susceptibility in ppb, as in the image (no reference is subtracted).",
    "sd_ppb": "Standard deviation in ppb (n - 1).",
    "volume_mm3": "Volume in mm3.",
    "flags": "Worth a look: unusual volume, side difference, mean, or geometry.",
}
TECHNICAL_FLAGS = ("labels_resampled",)  # true and in the file, but nothing to look at


def number(value: float, digits: int = 1) -> str:
    """A number as the table shows it; a dash where there is none."""
    return f"{value:.{digits}f}" if math.isfinite(value) else "-"


def shown_flags(row: "RoiRow", reasons: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """(flag in words, reason or "") of a row of measurements; ``reasons`` as in :class:`.measurement.Measurement`."""
    known = reasons or {}
    return [
        (code.replace("_", " "), known.get(f"{code} {row.abbreviation}") or known.get(code) or "")
        for code in row.flag_list
        if code not in TECHNICAL_FLAGS
    ]
