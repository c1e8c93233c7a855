"""BIDS names: their entities, their order, and what the files made of an image are called."""

import re
from collections.abc import Iterable
from pathlib import Path

from ...errors import InputError
from ..files import stem

# Susceptibility separation writes the two parts beside their sum, under one of these entities.
_PART_KEYS = ("part", "desc", "label", "rec", "acq")
_PART = re.compile(r"(chi)?(para|dia|pos|neg)(magnetic|itive|ative)?", re.IGNORECASE)
# The entities that stand after "seg" in a BIDS name.
_LATE = ("res", "den", "label", "desc")
ATLAS = "seg-DGM"
_MAP = re.compile(r"(?P<stem>.+)_Chimap\.nii(\.gz)?")
_LABEL = re.compile(r"[A-Za-z0-9]+")
# What tells apart the scans of a study; other entities (desc, rec, acq) name how an image was made.
_SCAN_KEYS = ("sub", "ses", "run")


def entities(name: str) -> dict[str, str]:
    """The key-value pairs of a BIDS name in their order: "sub-01_run-2" gives {"sub": "01", "run": "2"}."""
    return dict(part.split("-", 1) for part in name.split("_") if "-" in part)


def map_stem(file_name: str) -> str | None:
    """The BIDS name of a susceptibility map without its suffix; None for other files.

    "sub-01_run-2_Chimap.nii.gz" gives "sub-01_run-2". macOS' own "._sub-01_Chimap.nii.gz" are no maps.
    """
    match = None if file_name.startswith(".") else _MAP.fullmatch(file_name)
    return match["stem"] if match else None


def is_separated_part(name: str) -> bool:
    """True for the paramagnetic or diamagnetic part of a susceptibility separation."""
    found = entities(name)
    return any(_PART.fullmatch(found.get(key, "")) for key in _PART_KEYS)


def subject_of(path: Path | str) -> str:
    """The "sub-XX" entity of a BIDS name, else the whole stem."""
    name = stem(path)
    first = next((part for part in name.split("_") if part.startswith("sub-") and len(part) > 4), None)
    return first or name


def session_of(name: str) -> str:
    """ "ses-1" for "sub-01_ses-1_run-2"; empty without a session."""
    session = entities(name).get("ses")
    return f"ses-{session}" if session else ""


def scan_of(name: str) -> str:
    """Subject, session and run of a BIDS name ("sub-01_ses-1_run-2"); empty for a name without a subject."""
    parts = [part for part in name.split("_") if part.split("-", 1)[0] in _SCAN_KEYS and "-" in part]
    return "_".join(parts) if any(part.startswith("sub-") for part in parts) else ""


def series_of(name: str) -> str:
    """What tells apart the images of one session: all entities but subject and session."""
    return "_".join(f"{key}-{value}" for key, value in entities(name).items() if key not in ("sub", "ses"))


def as_label(text: str, where: str) -> str:
    """A BIDS label: letters and digits; separators are dropped ("HC_01" -> "HC01").

    Raises InputError, which begins with ``where``, when nothing or another sign is left.
    """
    label = re.sub(r"[-_. ]", "", text)
    if not _LABEL.fullmatch(label):
        raise InputError("name_unusable", where=where)
    return label


def natural_order(name: str) -> list[object]:
    """Sort key with numbers by their value: sub-2 before sub-10."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", name)]


def derivative_stems(name: str) -> tuple[str, str]:
    """How the names of a case's files begin: those of the automatic labels, and those of labels corrected by hand.

    Parts of ``name`` without a key are left out and a repeated key counts once, so that two names can have one stem.
    """
    return _stem(name, ""), described_stem(name, "edited")


def described_stem(name: str, word: str) -> str:
    """How the names of a case's files begin that carry a ``desc`` of their own: "edited", or a reader's label.

    For an image with ``desc-medi`` that is ``desc-mediEdited``.
    """
    return _stem(name, word)


def _stem(name: str, word: str) -> str:
    found = entities(name)
    late = {key: value for key, value in found.items() if key in _LATE}
    early = [f"{key}-{value}" for key, value in found.items() if key not in _LATE]
    if word:
        late["desc"] = f"{late['desc']}{word[:1].upper()}{word[1:]}" if "desc" in late else word
    return "_".join([*early, ATLAS, *(f"{key}-{value}" for key, value in late.items())])


def longer_names(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """How files of the other images begin whose names go on from this one's: those of sub-01_run-2 are none of sub-01."""
    return tuple(f"{other}_" for other in names if other.startswith(f"{name}_"))
