"""How a person reads the ROI table: rounded numbers, and flags with their reasons in words."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from DGMSegmentationLib.language import marked, word

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.roi import RoiRow

TIPS = {
    "side": marked("L: the patient's left."),
    "mean_ppb": marked("Mean susceptibility in ppb, as in the image (no reference is subtracted)."),
    "sd_ppb": marked("Standard deviation in ppb (n - 1)."),
    "volume_mm3": marked("Volume in mm3."),
    "flags": marked("Worth a look: unusual volume, side difference, mean, or geometry."),
}
TECHNICAL_FLAGS = ("labels_resampled",)  # true and in the file, but nothing to look at


def number(value: float, digits: int = 1) -> str:
    """A number as the table shows it; a dash where there is none."""
    return f"{value:.{digits}f}" if math.isfinite(value) else "-"


def shown_flags(row: "RoiRow", reasons: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """(flag in words, reason or "") of a row of measurements, in the language of the window; ``reasons`` as in
    :class:`.measurement.Measurement`.
    """
    known = reasons or {}
    return [
        (
            word(code.replace("_", " ")),
            word(known.get(f"{code} {row.abbreviation}") or known.get(code) or ""),
        )
        for code in row.flag_list
        if code not in TECHNICAL_FLAGS
    ]
