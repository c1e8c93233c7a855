"""Which structure of a label set a name or a code of somebody else's means: "Left Putamen", "putamen_l", "lh-Pu", SCT 89278009.

A name is taken apart into words: the side, words that say nothing ("mask", "ROI"), and the rest, which must be a name of
the nucleus as a whole ("caudate head left" is no caudate nucleus). Names in use stand in Resources/Labels/names.
"""

import csv
import re
from functools import cache, lru_cache

from ..resources import resource_path
from .label_set import LabelSet
from .structure import Structure

_SIDES = {
    "L": ("left", "l", "lh", "lt", "lft", "sin", "sinister", "sinistra", "sinistrum"),
    "R": ("right", "r", "rh", "rt", "rgt", "dx", "dex", "dexter", "dextra", "dextrum"),
}
_SIDE_OF = {word: side for side, words in _SIDES.items() for word in words}
_IDLE = frozenset({
    "mask", "roi", "voi", "label", "labels", "seg", "segment", "segmentation", "dseg", "region", "structure", "map", "side",
    "sided", "hemisphere", "hemi", "whole", "total", "binary", "bin", "manual", "edited", "corrected", "checked", "final",
    "auto", "automatic", "new", "ok", "drawn", "of", "the", "in",
})  # fmt: skip
_NOT_SIDED = frozenset({"snr", "snl"})  # pars reticulata and lateralis of the substantia nigra
_AUTOMATIC = re.compile(
    r"(new |untitled )?(segment|segmentation|label|roi|region|structure|class|value)?[ _#-]*\d*", re.I
)
_LOWER_UPPER = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[^A-Za-z0-9]+")


def is_automatic(name: str) -> bool:
    """Whether a program gave this name, as in "Segment_3": then it says nothing."""
    return _AUTOMATIC.fullmatch(name.strip()) is not None


def structure_named(name: str, label_set: LabelSet) -> Structure | None:
    """The structure of a set that a name means; None when it means none, or does not say which side.

    Example:
        >>> from DGMSegmentationLib.structures import STANDARD
        >>> [structure_named(n, STANDARD).abbreviation for n in ("lh-Pu", "RightCaudate", "nucleus ruber (L)")]
        ['PU_L', 'CN_R', 'RN_L']
        >>> structure_named("Left caudate head", STANDARD), structure_named("putamen", STANDARD)
        (None, None)
    """
    exact = label_set.find(name)
    if exact is not None:
        return exact
    known = _index(label_set)
    for words in _readings(name):
        for core, side in _sided(words):
            if (core, side) in known:
                return known[core, side]
    return None


def mentions(name: str, structure: Structure, label_set: LabelSet) -> bool:
    """Whether a name holds one of the structure's nucleus and none of the other side: "caudate, checked" of CN_L."""
    names = {core for (core, _), found in _index(label_set).items() if found.nucleus == structure.nucleus}
    for words in _readings(name):
        sides = {_SIDE_OF[word] for word in words if word in _SIDE_OF}
        text = f" {' '.join(words)} "
        if sides <= {structure.side} and any(f" {core} " in text for core in names):
            return True
    return False


def structure_coded(entry: str, label_set: LabelSet) -> Structure | None:
    """The structure that a terminology entry of 3D Slicer means: "context~category~type~side~...", each scheme^code^meaning."""
    parts = [part.split("^") for part in entry.split("~")]
    if len(parts) < 4:
        return None
    return structure_of_codes(parts[2][:2], parts[3][:2], label_set)


def structure_of_codes(kind: list[str], side: list[str], label_set: LabelSet) -> Structure | None:
    """The structure with these codes ([scheme, value] of kind and side; of an unpaired one the side is empty)."""
    for structure in label_set:
        own_side = structure.side_code
        if kind == list(structure.code[:2]) and [s for s in side if s] == list(
            own_side[:2] if own_side else ()
        ):
            return structure
    return None


@cache
def _names_in_use() -> dict[str, frozenset[str]]:
    """Nucleus -> its names as lower-case words."""
    with open(resource_path("Labels", "names", "english.tsv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {row["nucleus"]: frozenset(row["names"].split("|")) for row in rows}


@lru_cache(maxsize=16)
def _index(label_set: LabelSet) -> dict[tuple[str, str], Structure]:
    """(name of the nucleus, side) -> structure; a set's own names go before those in use elsewhere."""
    own: dict[tuple[str, str], Structure] = {}
    used: dict[tuple[str, str], Structure] = {}
    for structure in label_set:
        mine = set()
        for name in (structure.abbreviation, structure.name, structure.freesurfer_name):
            for words in _readings(name):
                core, side = _apart(words)
                if core and side == structure.side:
                    mine.add(core)
        own |= {(core, structure.side): structure for core in mine}
        # "PU" may be something else in a set of the user's
        usual = _names_in_use().get(structure.nucleus.upper(), frozenset())
        if usual & {core for core in mine if core != structure.nucleus.lower()}:
            used |= {(core, structure.side): structure for core in usual}
    return used | own


def _readings(name: str) -> list[list[str]]:
    """The words of a name, parted in one way or two ("GPi" is one word, "RNLeft" is two); leading numbers are left out."""
    found = []
    for border in (_LOWER_UPPER, _WORD_START):
        words = [word for word in _NO_WORD.sub(" ", border.sub(" ", name)).lower().split() if word]
        while words and words[0].isdigit():
            words = words[1:]
        if words and words not in found:
            found.append(words)
    return found


def _apart(words: list[str]) -> tuple[str, str]:
    """The words of the nucleus, and the side: "" without one, "?" where both are named."""
    sides = {_SIDE_OF[word] for word in words if word in _SIDE_OF}
    core = " ".join(word for word in words if word not in _SIDE_OF and word not in _IDLE)
    return core, sides.pop() if len(sides) == 1 else "?" if sides else ""


def _sided(words: list[str]) -> list[tuple[str, str]]:
    """Ways to read the words as nucleus and side; a side may be glued to it ("lput", "putamenleft")."""
    core, side = _apart(words)
    found = [(core, side)]
    if side or " " in core or core in _NOT_SIDED:
        return found
    for word, code in _SIDE_OF.items():
        if core.startswith(word):
            found.append((core[len(word) :], code))
        if core.endswith(word):
            found.append((core[: -len(word)], code))
    return found
