"""Labelling protocols: how the structures of a convention are made of the atoms that a network knows.

A protocol is a TOML file (Resources/Labels/protocols/ holds those that ship): for each structure the atoms whose
probabilities are summed, planes that cut them in the anatomical frame (:mod:`.frame`), a threshold, and a shift and scale
for conventions that lie elsewhere. It is applied to probabilities on the network grid, before they return to the image's
own: milliseconds, without the network.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from ..errors import InputError
from ..resources import resource_path
from ..structures import STANDARD, LabelSet
from ..structures.atoms import atoms

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover - the standard library has it from 3.11 on
    import tomli as tomllib

DEFAULT_PROTOCOL = "iron"
ATOMS_PROTOCOL = "iron-atoms"
"""Of a model of atoms that names none."""
NO_PROTOCOL = "none"
"""Asks for the classes of a model of structures as they are."""
SIDES = ("L", "R")
Triple = tuple[float, float, float]

CUTS: dict[str, tuple[int, int, str]] = {
    "behind_mm": (1, -1, "GP"),
    "front_of_mm": (1, 1, "GP"),
    "below_mm": (2, -1, "GP"),
    "above_mm": (2, 1, "GP"),
    "lateral_of_mm": (0, 1, "GP"),
    "medial_of_mm": (0, -1, "GP"),
    "below_rn_mm": (2, -1, "RN"),
    "above_rn_mm": (2, 1, "RN"),
}
"""Key of a cut in the file: axis of the frame, the side that stays, and what the mm count from (the middle between the
pallida, or the level of the red nuclei's centre)."""


@dataclass(frozen=True)
class Part:
    """Some atoms of a structure, with the planes that bound them: (key of ``CUTS``, mm)."""

    atoms: tuple[str, ...]
    cuts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Rule:
    """One structure (both sides)."""

    structure: str
    parts: tuple[Part, ...]
    threshold: float = 0.5
    shift_mm: Triple = (0.0, 0.0, 0.0)
    """Towards lateral, anterior, superior, in the frame."""
    scale: Triple = (1.0, 1.0, 1.0)
    """About the structure's own centre."""

    @property
    def moves(self) -> bool:
        """Whether the structure is shifted or scaled at all."""
        return any(self.shift_mm) or any(s != 1 for s in self.scale)


@dataclass(frozen=True)
class Protocol:
    """A labelling protocol; ``sources`` says where its numbers come from."""

    name: str
    title: str
    description: str
    rules: tuple[Rule, ...]
    version: str = "1"
    sources: str = ""
    model: str = ""
    """The bundled model whose classes it is made of; "" is the default one."""

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels that it can give, background first: class by class of what :mod:`.relabel` returns."""
        return (0, *(structure_label(rule.structure, side) for rule in self.rules for side in SIDES))

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The probability from which a voxel is of each structure, in the order of ``labels`` without background."""
        return tuple(rule.threshold for rule in self.rules for _ in SIDES)

    @property
    def label_set(self) -> LabelSet:
        """The structures that it can give."""
        labels = self.labels[1:]
        return STANDARD if set(labels) == set(STANDARD.values) else extended_set().subset(labels, self.name)

    @property
    def checksum(self) -> str:
        """SHA-256 over everything that changes a label; titles and descriptions do not."""
        rules = json.dumps([asdict(rule) for rule in self.rules], sort_keys=True)
        return hashlib.sha256(rules.encode()).hexdigest()

    def to_dict(self) -> dict[str, str]:
        """What files and records say of the protocol that made them."""
        return {"name": self.name, "version": self.version, "sha256": self.checksum}


@cache
def extended_set() -> LabelSet:
    """All structures that a protocol can name: the standard ten and more."""
    return LabelSet.read("extended")


def structure_label(structure: str, side: str) -> int:
    """The label of one side of a structure."""
    return extended_set().by_abbreviation(f"{structure}_{side}").label


def plain_protocol(label_set: LabelSet, name: str) -> Protocol:
    """Each structure of a model of structures as it is, from a probability of one half on.

    Raises InputError for structures that no protocol can name.
    """
    known = {s.abbreviation: s.label for s in extended_set()}
    strange = [s.abbreviation for s in label_set if known.get(s.abbreviation) != s.label]
    if strange:
        raise InputError("protocol_structures_strange", structures=strange)
    return Protocol(name, "", "", tuple(Rule(nucleus, (Part((nucleus,)),)) for nucleus in label_set.nuclei))


def halfway(first: Protocol, second: Protocol) -> Protocol | None:
    """The protocol whose numbers lie in the middle of two; None where their structures are made of other parts."""
    parts = [[(rule.structure, rule.parts) for rule in protocol.rules] for protocol in (first, second)]
    if parts[0] != parts[1]:
        return None
    rules = (
        replace(
            one,
            threshold=(one.threshold + other.threshold) / 2,
            shift_mm=_middle(one.shift_mm, other.shift_mm),
            scale=_middle(one.scale, other.scale),
        )
        for one, other in zip(first.rules, second.rules, strict=True)
    )
    return replace(first, rules=tuple(rules))


def _middle(first: Triple, second: Triple) -> Triple:
    x, y, z = ((a + b) / 2 for a, b in zip(first, second, strict=True))
    return x, y, z


def protocol_names() -> tuple[str, ...]:
    """The protocols that ship, the default first."""
    found = sorted(p.stem for p in resource_path("Labels", "protocols").glob("*.toml"))
    return tuple(sorted(found, key=lambda name: (name != DEFAULT_PROTOCOL, name)))


def load_protocol(name_or_file: str | Path = DEFAULT_PROTOCOL) -> Protocol:
    """A protocol that ships, by name, or of a TOML file.

    Raises InputError for an unknown name, an unreadable file, and anything in it that is no protocol.
    """
    if str(name_or_file) in protocol_names():
        path = resource_path("Labels", "protocols", f"{name_or_file}.toml")
    else:
        path = Path(name_or_file)
        if not path.is_file():
            raise InputError("protocol_unknown", name=str(name_or_file), bundled=list(protocol_names()))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("protocol_unreadable", path=path, reason=error) from error
    return protocol_from_text(text, str(path), path.stem)


@lru_cache(maxsize=64)
def protocol_from_text(text: str, where: str, name: str = "") -> Protocol:
    """Build and check a protocol from the text of a TOML file; ``where`` it stands, for what is said of it."""
    try:
        table = tomllib.loads(text)
    except (RecursionError, tomllib.TOMLDecodeError) as error:
        raise InputError("protocol_unreadable", path=where, reason=error) from error
    return protocol_from_table(table, where, name)


def protocol_from_table(table: Mapping[str, object], where: str, name: str = "") -> Protocol:
    """Build and check a protocol from nested tables, as TOML gives them."""
    texts = {key: table.get(key, "") for key in ("title", "description", "version", "sources", "model")}
    _known(table, {*texts, "name", "structures"}, where)
    structures = table.get("structures")
    if not isinstance(structures, Mapping) or not structures:
        raise InputError("protocol_no_structures", where=where)
    rules = tuple(_rule(s, values, where) for s, values in structures.items())
    return Protocol(
        str(table.get("name") or name), str(texts["title"]), str(texts["description"]), rules,
        str(texts["version"] or "1"), str(texts["sources"]), str(texts["model"]),
    )  # fmt: skip


def _known(table: Mapping[str, object], keys: set[str], where: str) -> None:
    for key in table:
        if key not in keys:
            raise InputError("protocol_key", where=where, key=key, choices=sorted(keys))


def _rule(structure: str, values: object, where: str) -> Rule:
    where = f"{where}, structures.{structure}"
    if not isinstance(values, Mapping):
        raise InputError("protocol_no_table", where=where)
    _known(values, {"parts", "threshold", "shift_mm", "scale"}, where)
    if structure not in extended_set().nuclei:
        raise InputError("protocol_structure", where=where, choices=list(extended_set().nuclei))
    threshold = _number(values.get("threshold", 0.5), f"{where}, threshold")
    if not 0.05 <= threshold <= 0.95:
        raise InputError("protocol_threshold", where=where, threshold=threshold)
    parts = values.get("parts")
    if not isinstance(parts, Sequence) or not parts or not all(isinstance(p, Mapping) for p in parts):
        raise InputError("protocol_no_parts", where=where, structure=structure)
    return Rule(
        structure,
        tuple(_part(p, where) for p in parts),
        threshold,
        _triple(values.get("shift_mm", (0.0, 0.0, 0.0)), -15.0, 15.0, f"{where}, shift_mm"),
        _triple(values.get("scale", (1.0, 1.0, 1.0)), 0.5, 2.0, f"{where}, scale"),
    )


def _part(values: Mapping[str, object], where: str) -> Part:
    _known(values, {"atoms", *CUTS}, where)
    known = {*atoms().nuclei, *extended_set().nuclei}  # a model of structures has these for atoms
    names = values.get("atoms")
    if (
        not isinstance(names, Sequence)
        or isinstance(names, str)
        or not names
        or not all(isinstance(n, str) for n in names)
    ):
        raise InputError("protocol_no_atoms", where=where)
    for name in names:
        if name not in known:
            raise InputError("protocol_atom", where=where, atom=name, choices=sorted(known))
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        raise InputError("protocol_atom_twice", where=where, atom=doubled)
    cuts = tuple((key, _number(values[key], f"{where}, {key}")) for key in CUTS if key in values)
    for key, mm in cuts:
        for other, limit in cuts:
            facing = CUTS[key][0] == CUTS[other][0] and CUTS[key][2] == CUTS[other][2]
            if facing and CUTS[key][1] > 0 > CUTS[other][1] and mm >= limit:
                raise InputError(
                    "protocol_nothing_left", where=where, key=key, mm=mm, other=other, limit=limit
                )
    return Part(tuple(names), cuts)


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e3:
        raise InputError("protocol_number", where=where, value=value)
    return float(value)


def _triple(values: object, low: float, high: float, where: str) -> Triple:
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != 3:
        raise InputError("protocol_three_numbers", where=where)
    a, b, c = (_number(v, where) for v in values)
    if not all(low <= v <= high for v in (a, b, c)):
        raise InputError("protocol_range", where=where, low=low, high=high)
    return a, b, c


def protocol_text(protocol: Protocol) -> str:
    """The protocol as a TOML file."""
    lines = [f"{key} = {json.dumps(getattr(protocol, key), ensure_ascii=False)}" for key in
             ("name", "title", "version", "description", "sources", "model")]  # fmt: skip
    for rule in protocol.rules:
        lines += ["", f"[structures.{rule.structure}]", f"threshold = {rule.threshold:.4g}"]
        if any(rule.shift_mm):
            lines.append(f"shift_mm = [{', '.join(f'{v:.3g}' for v in rule.shift_mm)}]")
        if any(v != 1 for v in rule.scale):
            lines.append(f"scale = [{', '.join(f'{v:.4g}' for v in rule.scale)}]")
        for part in rule.parts:
            lines += [f"[[structures.{rule.structure}.parts]]", f"atoms = {json.dumps(list(part.atoms))}"]
            lines += [f"{key} = {mm:.4g}" for key, mm in part.cuts]
    return "\n".join(lines) + "\n"
