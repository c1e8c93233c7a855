"""BIDS names: their entities, their order, and what the files made of an image are called."""

import re
from collections.abc import Iterable, Sequence

# Susceptibility separation writes the two parts beside their sum, under one of these entities.
_PART_KEYS = ("part", "desc", "label", "rec", "acq")
_PART = re.compile(r"(chi)?(para|dia|pos|neg)(magnetic|itive|ative)?", re.IGNORECASE)
# The entities that stand after "seg" in a BIDS name.
_LATE = ("res", "den", "label", "desc")
ATLAS = "seg-DGM"
_SHOWN = 5


def entities(name: str) -> dict[str, str]:
    """The key-value pairs of a BIDS name in their order: "sub-01_run-2" gives {"sub": "01", "run": "2"}."""
    return dict(part.split("-", 1) for part in name.split("_") if "-" in part)


def is_separated_part(name: str) -> bool:
    """True for the paramagnetic or diamagnetic part of a susceptibility separation."""
    found = entities(name)
    return any(_PART.fullmatch(found.get(key, "")) for key in _PART_KEYS)


def natural_order(name: str) -> list[object]:
    """Sort key with numbers by their value: sub-2 before sub-10."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", name)]


def derivative_stems(name: str) -> tuple[str, str]:
    """How the names of a case's files begin: those of the automatic labels, and those of labels corrected by hand.

    Parts of ``name`` without a key are left out and a repeated key counts once, so that two names can have one stem.
    """
    found = entities(name)
    late = {key: value for key, value in found.items() if key in _LATE}
    early = [f"{key}-{value}" for key, value in found.items() if key not in _LATE]
    edited = {**late, "desc": f"{late['desc']}Edited" if "desc" in late else "edited"}

    def stem(last: dict[str, str]) -> str:
        return "_".join([*early, ATLAS, *(f"{key}-{value}" for key, value in last.items())])

    return stem(late), stem(edited)


def longer_names(stem: str, stems: Iterable[str]) -> tuple[str, ...]:
    """How files of the other images begin whose names go on from this one's: those of sub-01_run-2 are none of sub-01."""
    return tuple(f"{other}_" for other in stems if other.startswith(f"{stem}_"))


def few(names: Sequence[str]) -> str:
    """ "a, b, c and 7 more"."""
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
