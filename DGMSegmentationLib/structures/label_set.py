"""A label set: an ordered set of structures, as data that is passed along and never assumed."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..errors import InputError
from .structure import KINDS, Structure, check_structure


@dataclass(frozen=True, repr=False)
class LabelSet:
    """An ordered set of structures.

    Raises:
        InputError: when two share a label, a name, or a side of one nucleus.

    Example:
        >>> standard = LabelSet.read("standard")
        >>> standard.by_abbreviation("SN_L").label, standard.partner(3).abbreviation
        (3, 'SN_R')
    """

    name: str
    structures: tuple[Structure, ...]

    def __post_init__(self) -> None:
        if not self.structures:
            raise InputError("label_set_empty", label_set=self.name)
        seen: dict[str, str] = {}
        for structure in self.structures:
            check_structure(structure, self.name)
            for what in (
                f"label {structure.label}",
                f"abbreviation {structure.abbreviation.lower()}",
                f"name {structure.name.lower()}",
            ):
                if what in seen:
                    raise InputError(
                        "label_set_twice",
                        label_set=self.name,
                        what=what,
                        first=seen[what],
                        second=structure.abbreviation,
                    )
                seen[what] = structure.abbreviation
        for structure in self.structures:
            if structure.side and f"abbreviation {structure.nucleus.lower()}" in seen:
                raise InputError("label_set_sides", label_set=self.name, nucleus=structure.nucleus)

    def __repr__(self) -> str:
        shown = [s.abbreviation for s in self.structures]
        names = shown if len(shown) <= 12 else [*shown[:11], "..."]
        return f"LabelSet({self.name!r}, {len(shown)} structures: {', '.join(names)})"

    def __iter__(self) -> Iterator[Structure]:
        return iter(self.structures)

    def __len__(self) -> int:
        return len(self.structures)

    def __contains__(self, label: object) -> bool:
        """True for the label value of a structure of this set."""
        return label in self._by_label

    @cached_property
    def _by_label(self) -> dict[int, Structure]:
        return {s.label: s for s in self.structures}

    @cached_property
    def _by_name(self) -> dict[str, Structure]:
        """By name and by abbreviation, in lower case; the abbreviation goes before another's name."""
        names = {s.name.lower(): s for s in self.structures}
        return names | {s.abbreviation.lower(): s for s in self.structures}

    @property
    def values(self) -> tuple[int, ...]:
        """The label values in the order of the structures, without background."""
        return tuple(s.label for s in self.structures)

    @property
    def n_classes(self) -> int:
        """The structures and background."""
        return len(self.structures) + 1

    @property
    def largest(self) -> int:
        """The largest label value."""
        return max(self.values)

    @property
    def dtype(self) -> str:
        """The smallest type of array that holds the labels: "uint8", "uint16" or "int32"."""
        return "uint8" if self.largest < 2**8 else "uint16" if self.largest < 2**16 else "int32"

    @property
    def nuclei(self) -> tuple[str, ...]:
        """The nuclei in their order; an unpaired structure is one of its own."""
        return tuple(dict.fromkeys(s.nucleus for s in self.structures))

    def of_nucleus(self, nucleus: str) -> tuple[Structure, ...]:
        """The structures of a nucleus: both sides, or the one."""
        return tuple(s for s in self.structures if s.nucleus == nucleus)

    @property
    def pairs(self) -> tuple[tuple[Structure, Structure], ...]:
        """(left, right) of every nucleus that has both."""
        sides = [{s.side: s for s in self.of_nucleus(nucleus)} for nucleus in self.nuclei]
        return tuple((pair["L"], pair["R"]) for pair in sides if {"L", "R"} <= set(pair))

    def by_label(self, label: int) -> Structure:
        """The structure with this label value; raises InputError when the set has none."""
        if label not in self._by_label:
            raise InputError("label_set_no_label", label_set=self.name, label=label, labels=list(self.values))
        return self._by_label[label]

    def by_abbreviation(self, abbreviation: str) -> Structure:
        """The structure with this abbreviation, e.g. "SN_L"; raises InputError for an unknown one."""
        found = self.find(abbreviation)
        if found is None or found.abbreviation.lower() != abbreviation.strip().lower():
            raise InputError(
                "label_set_no_structure",
                label_set=self.name,
                abbreviation=abbreviation,
                abbreviations=[s.abbreviation for s in self.structures],
            )
        return found

    def find(self, name: str) -> Structure | None:
        """The structure with this abbreviation or name, upper and lower case alike; None when there is none."""
        return self._by_name.get(name.strip().lower())

    def partner(self, label: int) -> Structure | None:
        """The same nucleus on the other side; None for background and for a structure without a partner."""
        here = self._by_label.get(label)
        if here is None or not here.side:
            return None
        return next((s for s in self.of_nucleus(here.nucleus) if s.label != label), None)

    def mirrored(self, label: int) -> int:
        """The label after the head is mirrored left to right; a label without a partner stays."""
        other = self.partner(label)
        return label if other is None else other.label

    @cached_property
    def mirror(self) -> tuple[int, ...]:
        """``mirror[label]`` is :meth:`mirrored` of every value from 0 to the largest label: a lookup for arrays."""
        table = list(range(self.largest + 1))
        for left, right in self.pairs:
            table[left.label], table[right.label] = right.label, left.label
        return tuple(table)

    @property
    def schemes(self) -> dict[str, dict[int, int]]:
        """Foreign label value -> ours, by scheme: "dgm" (ours), "segdgm" (the original project's), "freesurfer"."""
        original = {s.segdgm: s.label for s in self.structures if s.segdgm is not None}
        return {
            "dgm": {s.label: s.label for s in self.structures},
            **({"segdgm": original} if original else {}),
            "freesurfer": {s.freesurfer_number: s.label for s in self.structures},
        }

    def subset(self, values: Collection[int], name: str = "") -> "LabelSet":
        """The structures with these label values, in the order of the set; the set itself when that is all of them.

        Raises InputError for a value that the set lacks.
        """
        for value in values:
            self.by_label(int(value))
        kept = tuple(s for s in self.structures if s.label in values)
        if kept == self.structures and name in ("", self.name):
            return self
        return LabelSet(name or f"{self.name} ({len(kept)} of {len(self)})", kept)

    @property
    def checksum(self) -> str:
        """SHA-256 over name and structures, as hex digits."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values; what is missing is left out."""
        return {"name": self.name, "structures": [_plain(s) for s in self.structures]}

    @classmethod
    def from_dict(cls, values: object) -> "LabelSet":
        """Read back what :meth:`to_dict` wrote; raises InputError when it is no label set."""
        from .table import structure_from_dict

        name = values.get("name") if isinstance(values, dict) else None
        rows = values.get("structures") if isinstance(values, dict) else None
        if not isinstance(name, str) or not isinstance(rows, list | tuple):
            raise InputError("label_set_none")
        return cls(name, tuple(structure_from_dict(row, name) for row in rows))

    @classmethod
    def read(cls, table: Path | str) -> "LabelSet":
        """A set by the name of one that ships, or from a .tsv or .csv file; see :mod:`.table`.

        Raises InputError when there is no such name or file, or when the file is no table of structures.
        """
        from .table import read_label_set

        return read_label_set(table)


def _plain(structure: Structure) -> dict[str, object]:
    values = {column: getattr(structure, column) for column in KINDS}
    return {column: KINDS[column](value) for column, value in values.items() if value not in ("", None)}
