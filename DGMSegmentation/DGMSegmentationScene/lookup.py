"""Segments that carry only numbers, as Slicer makes them of a label file, as the structures that the numbers stand for."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from DGMSegmentationLib.language import marked, word

from .provenance import PREFIX
from .segments import LABEL_SET, dress, structure_segments

if TYPE_CHECKING:
    from DGMSegmentationLib.structures import LabelSet

BY_VALUE = PREFIX + "ByValue"
SENTENCE = marked(
    "The segments have only numbers: they are taken as ours, 1 left red nucleus to 10 right caudate nucleus. "
    "Check one of them in the views."
)
_NUMBER = re.compile(r"(?:Segment_|Label_)?(\d+)")
_FURTHER_FILES = (".mha", ".mhd")
"""Of label maps that Slicer reads and the library does not."""


def recognise(node: Any) -> bool:
    """Name the segments of a label file by its lookup table, the .tsv of the same name; without one by our own values.

    Does nothing to a segmentation that was not loaded from a file, that has a name we know or somebody else gave, or a number
    that is none of ours, or a few numbers only. True when the segments were named now.
    """
    from DGMSegmentationLib.structures.naming import is_automatic
    from DGMSegmentationLib.structures.segments import numbers_suffice, segment_tags

    file = _label_file(node)
    if file is None or structure_segments(node):
        return False
    segmentation = node.GetSegmentation()
    numbers: dict[str, int] = {}
    for index in range(segmentation.GetNumberOfSegments()):
        segment_id = segmentation.GetNthSegmentID(index)
        segment = segmentation.GetSegment(segment_id)
        match = _NUMBER.fullmatch(segment_id)
        if match is None or not is_automatic(segment.GetName() or ""):
            return False
        # A .seg.nrrd keeps the ids of segments whatever numbers they have.
        own = file.name.lower().endswith(".seg.nrrd")
        numbers[segment_id] = segment.GetLabelValue() if own else int(match[1])
    label_set, labels, is_stated = _meaning(file)
    if not is_stated and not numbers_suffice(list(numbers.values()), label_set):
        return False
    node.SetAttribute(LABEL_SET, json.dumps(label_set.to_dict()))
    dresses = {s.label: (s, tags) for s, tags in zip(label_set, segment_tags(label_set), strict=True)}
    for segment_id, number in numbers.items():
        if number in labels:
            dress(segmentation.GetSegment(segment_id), *dresses[labels[number]])
    if not is_stated:
        node.SetAttribute(BY_VALUE, "true")
    return bool(structure_segments(node))


def doubt(node: Any) -> str:
    """What to say about segments that were named by their values alone; empty otherwise."""
    return word(SENTENCE) if node is not None and node.GetAttribute(BY_VALUE) else ""


def _label_file(node: Any) -> Path | None:
    storage = node.GetStorageNode() if node is not None else None
    name = (storage.GetFullNameFromFileName() or "") if storage is not None else ""
    from DGMSegmentationLib.io.suffixes import LABEL_SUFFIXES

    return Path(name) if name.lower().endswith((*LABEL_SUFFIXES, *_FURTHER_FILES)) else None


def _meaning(file: Path) -> "tuple[LabelSet, dict[int, int], bool]":
    """The label set, number -> its label, and whether the lookup of the file says so (else the standard set is taken)."""
    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.io.lookup import lookup_beside
    from DGMSegmentationLib.structures import STANDARD

    try:
        beside = lookup_beside(file)
    except InputError:  # a table of something else
        beside = None
    if beside is None:
        return STANDARD, {label: label for label in STANDARD.values}, False
    return *beside, True
