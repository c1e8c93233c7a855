"""The atoms: the uncut parts of the deep nuclei that a network tells apart and labelling protocols put together.

They are a label set of their own (Resources/Labels/atoms.tsv), never values of a label file that a user gets.
"""

from functools import cache

from .label_set import LabelSet

#: What atoms make together where their borders are thin or matters of convention: a network also learns these sums.
UNIONS = {
    "RN": ("RN",),
    "SN": ("SN", "STN"),
    "GP": ("GPE", "GPI"),
    "PU": ("LML", "PU", "PUF"),
    "CN": ("CNH", "CNB", "CNT"),
    "ACC": ("ACC",),
    "VP": ("VP",),
    "TH": ("TH", "PUL"),
}


@cache
def atoms() -> LabelSet:
    """The label set of the atoms."""
    return LabelSet.read("atoms")


@cache
def union_of() -> dict[str, str]:
    """Nucleus of an atom -> its union."""
    return {atom: union for union, parts in UNIONS.items() for atom in parts}


@cache
def atom_unions() -> tuple[int, ...]:
    """Number of an atom -> number of its union (1, 2, ... in the order of the set); background stays 0."""
    names = [f"{union_of()[atom.nucleus]}_{atom.side}" for atom in atoms()]
    order = list(dict.fromkeys(names))
    return (0, *(order.index(name) + 1 for name in names))
