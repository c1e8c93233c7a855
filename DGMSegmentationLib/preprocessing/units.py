"""Is it ppm or ppb, or no susceptibility map at all? Decided from the spread of the values inside the brain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..language import marked

OWN_UNIT = "own"
"""For maps that are no susceptibility (R2*, magnitude): columns named _ppb then hold the image's own unit, the rows carry
the flag ``own_unit``, and no flag compares a mean with a range in ppb."""
FACTOR_TO_PPB = {"ppm": 1000.0, "ppb": 1.0}

# Spread (99th minus 1st percentile in the brain) of a QSM: about 0.13 ppm = 130 ppb in healthy adults.
_PPM_SPREAD = (0.003, 3.0)
_PPB_SPREAD = (30.0, 3000.0)
_PHASE_STEPS = 4096  # scanners write phase as whole numbers in -4096..4096 or 0..4095
_FEW_VALUES = 200  # more distinct labels than any atlas of the deep brain has
_OFFSET_IN_SPREADS = (
    2.0  # a magnitude image's middle is about its spread, that of a map with a constant is far above it
)
# About half of the brain is diamagnetic against any common reference; .7 to 1.6 % are so against one 60 ppb below.
_MIN_NEGATIVE = 0.003
_AIR_SHARE = 0.05  # of a CT's voxels, at least, is air, around -1000 HU


HERTZ = 42.577
"""Per tesla and ppm: the proton's gyromagnetic ratio over 2 pi, in MHz/T."""
_FIELDS_T = (1.5, 3.0, 7.0)
_TRUE_SPREAD_PPB = (70.0, 220.0)  # p99 - p1 of most heads; 87 to 170 in twenty of 3 T


def _other_units(spread: float) -> list[str]:
    """What values of this spread, which fits neither ppm nor ppb, may be in."""
    low, high = _TRUE_SPREAD_PPB
    found = [f"Hz at {field:g} T" for field in _FIELDS_T if low <= 1000 * spread / (field * HERTZ) <= high]
    return found or [marked("another unit")]


@dataclass(frozen=True)
class UnitDecision:
    """The unit of an image, how to get to ppb, and why it was chosen (a sentence for the user and the provenance)."""

    unit: str
    factor_to_ppb: float
    reason: str
    detected: bool


def decide_units(
    data: NDArray[np.floating],
    mask: NDArray[np.bool_],
    override: str = "auto",
    hint: str | None = None,
    name: str = "the image",
) -> UnitDecision:
    """Decide whether the values are ppm or ppb.

    A spread p99 - p1 below 3 inside the mask means ppm, 30 to 3000 means ppb. ``override`` ("ppm" or "ppb") is the user's
    word and beats everything but a label map; ``hint`` is the file's own word and settles only what the values leave open.

    Raises InputError for raw phase, a label map, a magnitude or CT image, and for values that are neither ppm nor ppb.
    """
    if override not in ("auto", *FACTOR_TO_PPB):
        raise InputError("unit_unknown", unit=override)
    values = data[mask]
    values = values[np.isfinite(values)]
    if values.size == 0:
        raise InputError("brain_not_finite", image=name)
    low, high = float(values.min()), float(values.max())
    whole = all(np.array_equal(part, np.rint(part)) for part in (values[:1000], values))
    if whole and low >= 0 and (high - low <= _FEW_VALUES or np.unique(values).size <= _FEW_VALUES):
        raise InputError("values_of_labels", image=name)
    p1, p99 = (float(p) for p in np.percentile(values, [1, 99]))
    spread = p99 - p1
    measured = f"the middle 98 % of the brain's values span {spread:.3g}"
    if override != "auto":
        return UnitDecision(override, FACTOR_TO_PPB[override], f"{override} as given ({measured})", False)
    if low >= 0 and (middle := float(np.median(values))) > _OFFSET_IN_SPREADS * spread > 0:
        raise InputError(
            "values_with_offset", image=name, offset=_offset(middle, spread), middle=middle, spread=spread
        )
    problem = _not_qsm(values, low, high, whole)
    if problem:
        raise InputError("values_no_qsm", image=name, problem=problem)
    if _PPM_SPREAD[0] <= spread < _PPM_SPREAD[1]:
        unit = "ppm"
    elif _PPB_SPREAD[0] <= spread <= _PPB_SPREAD[1]:
        unit = "ppb"
    elif hint in FACTOR_TO_PPB:
        return UnitDecision(hint, FACTOR_TO_PPB[hint], f"{hint} as the file says ({measured})", True)
    else:
        raise InputError("unit_unclear", image=name, spread=spread, guesses=_other_units(spread))
    contradiction = f"; the file says {hint}" if hint in FACTOR_TO_PPB and hint != unit else ""
    return UnitDecision(unit, FACTOR_TO_PPB[unit], f"{unit}, because {measured}{contradiction}", True)


def _offset(middle: float, spread: float) -> float:
    """The constant that was added to a map: a power of two, as unsigned exports have, where one is near; else the middle."""
    power = 2.0 ** round(np.log2(middle))
    return power if abs(power - middle) < spread / 2 else middle


def _not_qsm(values: NDArray[np.floating], low: float, high: float, whole: bool) -> str | None:
    """What these values are when they are plainly no QSM; None otherwise."""
    if abs(high - np.pi) < 0.01 and abs(low + np.pi) < 0.01:
        return marked("raw phase (values from -pi to pi)")
    if 0 <= low < 0.01 and abs(high - 2 * np.pi) < 0.01:
        return marked("raw phase (values from 0 to 2 pi)")
    if whole and _PHASE_STEPS - 4 <= high <= _PHASE_STEPS and -_PHASE_STEPS <= low <= -_PHASE_STEPS + 4:
        return marked("raw phase (whole numbers from -4096 to 4096)")
    air = int(np.count_nonzero((values > -1100) & (values < -800)))
    dense = int(np.count_nonzero((values > 800) & (values < 1100)))
    if air > max(_AIR_SHARE * values.size, 3 * dense):  # lopsided, as noise is not
        return marked("CT (many values around -1000)")
    if np.count_nonzero(values < 0) < _MIN_NEGATIVE * values.size:
        return marked("a magnitude, phase or anatomical image (hardly any negative value)")
    return None
