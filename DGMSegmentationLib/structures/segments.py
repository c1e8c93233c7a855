"""How structures stand in the segments of 3D Slicer: terminology entries, and tags that carry the label set along.

One rule serves scenes and .seg.nrrd files: what a segment's tags say, else its id, else its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from ..errors import InputError
from .label_set import LabelSet
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
READ_TAGS = (TAG_STRUCTURE, TAG_SET, TAG_ABBREVIATION, TAG_LABEL)
_TERMINOLOGY = "TerminologyEntry"  # Slicer's own
_CHECKSUM = 16  # digits


@dataclass(frozen=True)
class Segment:
    """One segment of a segmentation: its id, its name and its tags."""

    id: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)


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
            _TERMINOLOGY: terminology_entry(structure),
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
    """The set that segments belong to, and what each of them stands for: None where it is none of the set.

    ``label_set``: which set to look for; without it, the one that the tags carry, or else ``default``,
    at first the standard one. Of two
    segments of one structure the first counts.
    """
    from . import STANDARD

    wanted = label_set or set_in_tags(segments) or default or STANDARD
    found: list[Structure | None] = []
    for segment in segments:
        structure = _structure_of(segment, wanted)
        found.append(None if structure in found else structure)
    return wanted, found


def _structure_of(segment: Segment, label_set: LabelSet) -> Structure | None:
    label = segment.tags.get(TAG_LABEL, "")
    by_label = next((s for s in label_set if str(s.label) == label), None)
    abbreviation = segment.tags.get(TAG_ABBREVIATION)
    if abbreviation is not None:
        # The label may be that of another set.
        by_label = label_set.find(abbreviation)
    return by_label or label_set.find(segment.id) or label_set.find(segment.name)


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
