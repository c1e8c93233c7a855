"""How structures stand in the segments of 3D Slicer: terminology entries, and tags that carry the label set along.

One rule serves scenes and .seg.nrrd files. A segment is what our own tags say, else its name, its id, its terminology
code; its number counts only where a program gave the names ("Segment_3"), or where all other numbers are ours and the name
speaks of that nucleus.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from numpy.typing import NDArray

from ..errors import InputError, Remark
from .label_set import LabelSet
from .naming import is_automatic, mentions, structure_coded, structure_named
from .structure import Structure
from .table import label_set_from_rows, rows_of_label_set, shipped_label_sets

TERMINOLOGY_CONTEXT = "DGMSegmentation - deep gray matter nuclei"
"""The terminology file that the extension brings: Slicer's own lists have no red nucleus. Names and codes are stored in
full, so that they show without it too."""
ANATOMIC_CONTEXT = "Anatomic codes - DICOM master list"
CATEGORY = "SCT^123037004^Anatomical Structure"

TAG_STRUCTURE = "DGMSegmentation.Structure"
TAG_SET = "DGMSegmentation.LabelSet"
TAG_ABBREVIATION = "DGMSegmentation.Abbreviation"  # these two alone are what 0.1 wrote
TAG_LABEL = "DGMSegmentation.Label"
TAG_TERMINOLOGY = "TerminologyEntry"  # Slicer's own
READ_TAGS = (TAG_STRUCTURE, TAG_SET, TAG_ABBREVIATION, TAG_LABEL, TAG_TERMINOLOGY)
_CHECKSUM = 16  # digits
_PRESENT_SHARE = 0.7


@dataclass(frozen=True)
class Segment:
    """One segment of a segmentation: its id, its name, its tags, and which voxels are its."""

    id: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    value: int | None = None
    """Of its voxels, where that is known."""
    layer: NDArray[Any] | None = field(default=None, compare=False, repr=False)
    """The voxels (i, j, k) in which it has that value, where they are not the image's own: segments may overlap."""

    @property
    def shown(self) -> str:
        """Name, id or value, for a sentence."""
        return self.name or self.id or str(self.value)


@dataclass(frozen=True)
class Meaning:
    """What segments stand for."""

    label_set: LabelSet
    structures: tuple[Structure | None, ...]
    """One a segment: None where it is none of the set, or of a structure that an earlier segment stands for."""
    remarks: tuple[Remark, ...] = ()
    twice: tuple[tuple[Structure, Segment], ...] = ()
    """Further segments of a structure."""


def terminology_entry(structure: Structure) -> str:
    """The entry as Slicer stores it in a segment: context, category, type, side, region (none)."""
    side = structure.side_code
    return "~".join(
        (
            TERMINOLOGY_CONTEXT,
            CATEGORY,
            "^".join(structure.code),
            "^".join(side) if side else "^^",
            ANATOMIC_CONTEXT,
            "^^",
            "^^",
        )
    )


def segment_tags(label_set: LabelSet) -> list[dict[str, str]]:
    """The tags of each segment of a set, in its order; values hold no ``|``, which parts tags in a file."""
    name = f"{label_set.name} {label_set.checksum[:_CHECKSUM]}".replace("|", " ")
    return [
        {
            TAG_TERMINOLOGY: terminology_entry(structure),
            TAG_LABEL: str(structure.label),
            TAG_ABBREVIATION: structure.abbreviation,
            TAG_STRUCTURE: urlencode({key: value for key, value in row.items() if value not in ("", None)}),
            TAG_SET: name,
        }
        for structure, row in zip(label_set, rows_of_label_set(label_set), strict=True)
    ]


def structures_of_segments(
    segments: Sequence[Segment], label_set: LabelSet | None = None, default: LabelSet | None = None
) -> tuple[LabelSet, list[Structure | None]]:
    """The set that segments belong to, and what each of them stands for; see :func:`meaning_of_segments`."""
    found = meaning_of_segments(segments, label_set, default, numbers_alone=False)
    return found.label_set, list(found.structures)


def meaning_of_segments(
    segments: Sequence[Segment],
    label_set: LabelSet | None = None,
    default: LabelSet | None = None,
    where: str = "",
    numbers_alone: bool = True,
) -> Meaning:
    """What segments stand for.

    Args:
        label_set: which set to look for; without it, the one that the tags carry, or else ``default``, at first the standard
            one.
        where: the file or node, for remarks.
        numbers_alone: under automatic names alone, take the numbers for the set's when all of them are there.

    Of two segments of one structure the first counts.
    """
    from . import STANDARD

    wanted = label_set or set_in_tags(segments) or default or STANDARD
    said: list[Remark] = []
    found = [_structure_of(segment, wanted, where, said) for segment in segments]
    if _numbers_count(segments, found, wanted, numbers_alone):
        for index, segment in enumerate(segments):
            if found[index] is None and (by_value := _by_value(segment, wanted, found)) is not None:
                found[index] = by_value
                said.append(
                    Remark("segment_by_value", where=where, name=segment.shown, value=segment.value,
                           structure=by_value.abbreviation)
                )  # fmt: skip
    kept: list[Structure | None] = []
    twice = []
    for segment, structure in zip(segments, found, strict=True):
        if structure is not None and structure in kept:
            twice.append((structure, segment))
            structure = None
        kept.append(structure)
    strange = [s.shown for s, f in zip(segments, found, strict=True) if f is None]
    if strange and any(found):
        said.append(Remark("segments_left_out", where=where, names=strange, label_set=wanted.name))
    return Meaning(wanted, tuple(kept), tuple(said), tuple(twice))


def _structure_of(segment: Segment, label_set: LabelSet, where: str, said: list[Remark]) -> Structure | None:
    """By our tags, name, id or code; a name that means another structure than tag or code goes before them."""
    named = structure_named(segment.name, label_set)
    coded = structure_coded(segment.tags.get(TAG_TERMINOLOGY, ""), label_set)
    other = _tagged(segment, label_set) or (None if named else label_set.find(segment.id)) or coded
    if named is not None and other is not None and named != other:
        said.append(
            Remark("segment_contradiction", where=where, name=segment.shown, taken=named.abbreviation,
                   other=other.abbreviation)
        )  # fmt: skip
    return named or other


def _tagged(segment: Segment, label_set: LabelSet) -> Structure | None:
    """What our own tags say."""
    abbreviation = segment.tags.get(TAG_ABBREVIATION)
    if abbreviation is not None:  # the label may be that of another set
        return label_set.find(abbreviation)
    label = segment.tags.get(TAG_LABEL, "")
    return next((s for s in label_set if str(s.label) == label), None)


def _numbers_count(
    segments: Sequence[Segment], found: Sequence[Structure | None], label_set: LabelSet, numbers_alone: bool
) -> bool:
    """Whether numbers may say what names do not: they are ours wherever names tell, or all of ours under automatic names."""
    told = [(s, f) for s, f in zip(segments, found, strict=True) if f is not None]
    if told:
        return all(segment.value == structure.label for segment, structure in told)
    automatic = all(is_automatic(s.name) for s in segments)
    return numbers_alone and automatic and set(label_set.values) <= {s.value for s in segments}


def numbers_suffice(values: Collection[int], label_set: LabelSet) -> bool:
    """Whether plain numbers without names can be a set's own: no other, and most of its."""
    return set(values) <= set(label_set.values) and len(set(values)) >= _PRESENT_SHARE * len(label_set)


def _by_value(segment: Segment, label_set: LabelSet, found: Sequence[Structure | None]) -> Structure | None:
    if segment.value not in label_set:
        return None
    structure = label_set.by_label(int(segment.value))  # type: ignore[arg-type]
    if structure in found:
        return None
    speaks = is_automatic(segment.name) or mentions(segment.name, structure, label_set)
    return structure if speaks else None


def set_in_tags(segments: Sequence[Segment]) -> LabelSet | None:
    """The set that the tags carry; whole when it is one that ships, for a segment may have been deleted."""
    tagged = [s for s in segments if TAG_STRUCTURE in s.tags]
    if not tagged:
        return None
    name, _, checksum = tagged[0].tags.get(TAG_SET, "").rpartition(" ")
    if name in shipped_label_sets():
        shipped = LabelSet.read(name)
        if shipped.checksum.startswith(checksum):
            return shipped
    rows = {s.tags[TAG_STRUCTURE]: dict(parse_qsl(s.tags[TAG_STRUCTURE])) for s in tagged}
    try:
        return label_set_from_rows(name or "segments", list(rows.values()))
    except InputError:
        return None  # tags that a hand changed: the names tell
