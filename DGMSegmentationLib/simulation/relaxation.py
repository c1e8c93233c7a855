"""Further maps of a simulated head on request: the magnitude at the scan's echo time, and R2* of two echoes.

R2* at 3 T is a rate without iron, one a kind of tissue, plus what susceptibility adds, whatever its sign: iron, venous blood
and calcification all raise it. Rates: Gelman et al., Radiology 210:759 (1999), in vivo at 3 T, sums of R2 and R2' in 1/s:
grey matter without iron 12.7 + 2.2, frontal white matter 18.0 + 3.9, pallidum 25.8 + 12.0, prefrontal cortex 14.4 + 3.4 (not
used; here it becomes 18.4). Cerebrospinal fluid and what lies outside the brain are round numbers of our own.
Field strength: the part of the susceptibility is linear in it (white matter and nuclei: Li et al., Magn Reson Med 62:1652
(2009); Peters et al., Proc ISMRM 14:926 (2006)); the rate without iron less so, as R2 is not (T2 of frontal grey matter 87, 76
and 47 ms at 1.5, 3 and 7 T: Cox and Gowland, Magn Reson Med 64:1440 (2010)).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..errors import InputError
from .physics import Scan, acquire
from .tissues import RIGHT, Tissue, tissue_table

Map = NDArray[np.float32]

CHANNELS = ("magnitude", "r2star")
"""What a simulation gives beside the QSM, if asked."""
TESLA = 3.0
"""The field strength of the rates below."""
PER_PPM = 175.0
"""1/s of R2* a ppm at 3 T: the pallidum's 37.8 1/s, less grey matter's 14.9, at its 0.13 ppm (`tissues.tsv`)."""
_GREY, _WHITE, _FLUID, _OUTSIDE = 14.9, 21.9 - 0.030 * PER_PPM, 2.0, 30.0
_OF_TISSUE = {
    "outside": 0.0,
    "extracerebral": _OUTSIDE,
    "csf": _FLUID,
    "ventricle": _FLUID,
    **dict.fromkeys(
        ("white_matter", "internal_capsule", "crus_cerebri", "brainstem", "cerebellar_white"), _WHITE
    ),
}
_WITH_FIELD = 0.5
"""Share of the rate without iron that is linear in the field: of R2 0.4, of R2' all."""
_TABLE_ECHO_S = 0.015
"""The magnitudes of `tissues.tsv` are those of this echo at 3 T, the middle of the simulated scans'."""
_FIRST, _SECOND = 0.5, 1.5
"""Echoes of the R2* map as shares of the scan's echo time: in a log-linear fit of three equal steps the middle one drops out."""
_LARGEST_RATE = 500.0
_SCALE = (100.0, 3000.0)
"""Of a magnitude, whose units are arbitrary."""


def checked_channels(names: Collection[str]) -> tuple[str, ...]:
    """The names in the order of ``CHANNELS``; raises InputError for an unknown one."""
    for name in names:
        if name not in CHANNELS:
            raise InputError("simulated_channel_unknown", name=name, choices=list(CHANNELS))
    return tuple(name for name in CHANNELS if name in names)


def own_generator(seed: int | tuple[int, ...]) -> np.random.Generator:
    """A generator for the further maps that follows from a subject's seed and takes nothing from the subject's own."""
    return np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])


def without_iron(tissue: Tissue) -> float:
    """R2* (1/s) of a tissue at 3 T but for what its susceptibility adds."""
    return _OF_TISSUE.get(tissue.name, _GREY)


def r2star(tissue: NDArray[np.uint8], chi: Map, tesla: float, rng: np.random.Generator | None = None) -> Map:
    """R2* (1/s, any shape) of a tissue map with its susceptibility (ppm).

    ``rng`` scatters the rates of tissues by 4 % and what a ppm adds by 8 %; without one they are the means.
    """
    scale = 1.0 if rng is None else float(np.exp(rng.normal(0.0, 0.08)))
    rates = _by_tissue(
        lambda t: without_iron(t) * (1.0 if rng is None else float(np.exp(rng.normal(0, 0.04))))
    )
    field = tesla / TESLA
    base = ndimage.gaussian_filter(rates[tissue], 0.5) * np.float32(1 - _WITH_FIELD + _WITH_FIELD * field)
    return np.asarray(base + np.float32(PER_PPM * scale * field) * np.abs(chi), np.float32)


def scan_channels(
    names: Collection[str],
    head: tuple[NDArray[np.uint8], Map, Map, Map],
    scan: Scan,
    rng: np.random.Generator,
) -> dict[str, Map]:
    """The maps of these names on the scan's grid, noise and dephasing included: magnitude in arbitrary units, R2* in 1/s.

    ``head``: tissue, susceptibility (ppm), field (ppm of B0) and magnitude (white matter = 1) on the simulation's grid. Noise
    is complex, at the scan's signal-to-noise ratio in white matter at its echo time.
    """
    tissue, chi, field, magnitude = head
    rates = r2star(tissue, chi, scan.tesla, rng)
    echo_s = 1e-3 * scan.echo_ms
    white = tissue_table()["white_matter"]
    # Without decay: what the table's tissues lost by its echo is given back, relative to white matter.
    undecayed = _by_tissue(lambda t: float(np.exp(_TABLE_ECHO_S * (_typical(t) - _typical(white)))))[tissue]
    undecayed *= magnitude
    whole = np.full(1, white.code, np.uint8), np.full(1, 1e-3 * white.chi_ppb, np.float32)
    undecayed *= np.exp(echo_s * r2star(*whole, scan.tesla))

    def measured(share: float) -> Map:
        decayed = undecayed * np.exp(np.float32(-share * echo_s) * rates)
        return np.maximum(acquire(field, decayed, replace(scan, echo_ms=share * scan.echo_ms), rng)[1], 1e-6)

    found: dict[str, Map] = {}
    if "magnitude" in names:
        units = np.float32(np.exp(rng.uniform(*np.log(_SCALE))))
        found["magnitude"] = measured(1.0) * units
    if "r2star" in names:
        decay = np.log(measured(_FIRST) / measured(_SECOND)) / np.float32((_SECOND - _FIRST) * echo_s)
        found["r2star"] = np.clip(decay, 0.0, _LARGEST_RATE)
    return found


def sidecar(name: str, scan: Scan) -> dict[str, object]:
    """What the file beside a map of :func:`scan_channels` says, in BIDS' words."""
    echo_s = 1e-3 * scan.echo_ms
    if name == "r2star":
        echoes = [round(share * echo_s, 5) for share in (_FIRST, _SECOND)]
        return {"Units": "1/s", "MagneticFieldStrength": scan.tesla, "EchoTime": echoes}
    return {"Units": "arbitrary", "MagneticFieldStrength": scan.tesla, "EchoTime": round(echo_s, 5)}


def _typical(tissue: Tissue) -> float:
    return without_iron(tissue) + PER_PPM * 1e-3 * abs(tissue.chi_ppb)


def _by_tissue(value) -> Map:  # type: ignore[no-untyped-def]
    """A table tissue number -> value, alike on both sides."""
    table = np.zeros(256, np.float32)
    for tissue in tissue_table().values():
        table[tissue.code] = table[tissue.code + RIGHT * tissue.paired] = value(tissue)
    return table
