"""Segments for labels: names, abbreviations, colours, terminology and tags of a label set, place in the scene."""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from .hierarchy import place_beside
from .volumes import affine_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from DGMSegmentationLib.structures import LabelSet, Structure

BINARY_LABELMAP, CLOSED_SURFACE = "Binary labelmap", "Closed surface"
LABEL_SET = "DGMSegmentation.LabelSet"
"""The attribute of a segmentation node that holds its whole label set: a segment that was deleted stays a structure."""
OPACITY_2D = 0.45
_MOST_KEPT = 8
_KEPT: dict[tuple[str, str], Any] = {}
"""Node and what was made of it -> its times, and that: after one stroke the same is asked for ten times."""
Key = TypeVar("Key")


def result_name(volume: Any) -> str:
    """The name of a new segmentation of this volume."""
    return f"{volume.GetName()} DGM"


def create_segmentation(scene: Any, volume: Any, name: str = "") -> Any:
    """A new, empty segmentation node beside the volume: same transform, same folder of the subject hierarchy."""
    node = scene.AddNewNodeByClass(
        "vtkMRMLSegmentationNode", scene.GenerateUniqueName(name or result_name(volume))
    )
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    if display is not None:
        display.SetOpacity2DFill(OPACITY_2D)
    _follow(volume, node)
    return node


def _follow(volume: Any, node: Any) -> None:
    """Put a node under the volume's transform and into its folder of the subject hierarchy."""
    node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
    place_beside(volume, node)


def show_labels(node: Any, volume: Any, labels: "NDArray[Any]", label_set: "LabelSet | None" = None) -> None:
    """Replace the structures of a segmentation node by a label array (i, j, k) on the volume's grid.

    ``label_set``: what the values mean; by default the standard set. Segments that are no structures stay, and so do
    surfaces in 3D. The voxels are stored once, in one labelmap that all segments share. Raises ValueError when the array
    has not the volume's shape.
    """
    from DGMSegmentationLib.structures import STANDARD
    from DGMSegmentationLib.structures.segments import segment_tags

    if tuple(labels.shape) != tuple(volume.GetImageData().GetDimensions()):
        raise ValueError(
            f"labels of shape {labels.shape} for a volume of {volume.GetImageData().GetDimensions()}"
        )
    label_set = label_set or STANDARD
    _follow(volume, node)
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    segmentation = node.GetSegmentation()
    shared = _shared_labelmap(labels.astype(label_set.dtype), volume)
    surfaces = segmentation.ContainsRepresentation(CLOSED_SURFACE)
    modified = node.StartModify()
    try:
        segmentation.SetSourceRepresentationName(BINARY_LABELMAP)
        for known in (label_set_of_node(node), label_set):
            for segment_id in _found(node, known).values():
                segmentation.RemoveSegment(segment_id)
        node.SetAttribute(LABEL_SET, json.dumps(label_set.to_dict()))
        for structure, tags in zip(label_set, segment_tags(label_set), strict=True):
            segmentation.AddSegment(_segment(structure, tags, shared), structure.abbreviation)
    finally:
        node.EndModify(modified)
    if surfaces:
        node.CreateClosedSurfaceRepresentation()


def label_set_of_node(node: Any) -> "LabelSet":
    """The label set of a segmentation node: its own, else that of its segments' tags, else the standard set."""
    from DGMSegmentationLib.structures import STANDARD
    from DGMSegmentationLib.structures.segments import structures_of_segments

    if node is None:
        return STANDARD
    own = _parsed(node.GetAttribute(LABEL_SET) or "")
    return own or structures_of_segments(list(_segments(node).values()))[0]


def structure_segments(node: Any) -> dict[int, str]:
    """Label -> segment id of the segments that stand for structures of the node's label set, by tag, id, or name."""
    return kept_while_unchanged("structures", lambda node: _found(node, label_set_of_node(node)), node)


def kept_while_unchanged(what: str, make: "Callable[[Any], dict[Key, str]]", node: Any) -> "dict[Key, str]":
    """What was made of a segmentation node, until a segment, its voxels or the label set change; then it is made anew."""
    key = node.GetID(), what
    known = _KEPT.get(key)
    if known is None or known[0] != _times(node):
        made = make(node)  # which may make the labelmaps, too
        known = _KEPT[key] = _times(node), made
        while len(_KEPT) > _MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
    return dict(known[1])


def _times(node: Any) -> tuple[Any, ...]:
    """Times (VTK's, no two alike) that grow with every change of the segments and of their voxels."""
    segmentation = node.GetSegmentation()
    found = [node.GetAttribute(LABEL_SET)]
    for index in range(segmentation.GetNumberOfSegments()):
        segment = segmentation.GetNthSegment(index)
        image = segment.GetRepresentation(BINARY_LABELMAP)
        found += [segmentation.GetNthSegmentID(index), segment.GetMTime(), image and image.GetMTime()]
    return tuple(found)


def _found(node: Any, label_set: "LabelSet") -> dict[int, str]:
    from DGMSegmentationLib.structures.segments import structures_of_segments

    segments = _segments(node)
    _, found = structures_of_segments(list(segments.values()), label_set)
    return {s.label: segment_id for segment_id, s in zip(segments, found, strict=True) if s is not None}


@lru_cache(maxsize=8)
def _parsed(text: str) -> "LabelSet | None":
    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.structures import LabelSet

    try:
        return LabelSet.from_dict(json.loads(text)) if text else None
    except (InputError, ValueError):
        return None  # an attribute that a hand changed


def _segments(node: Any) -> dict[str, Any]:
    """The node's segments by their id, with the tags that say which structure they are."""
    import vtk

    from DGMSegmentationLib.structures.segments import READ_TAGS, Segment

    segmentation = node.GetSegmentation()
    found = {}
    for index in range(segmentation.GetNumberOfSegments()):
        segment_id = segmentation.GetNthSegmentID(index)
        segment = segmentation.GetSegment(segment_id)
        value = vtk.reference("")
        tags = {name: str(value) for name in READ_TAGS if segment.GetTag(name, value)}
        found[segment_id] = Segment(segment_id, segment.GetName() or "", tags, segment.GetLabelValue())
    return found


def colours(node: Any) -> dict[int, tuple[float, float, float]]:
    """Label -> colour (red, green, blue from 0 to 1) as the views show it; the user may have changed it."""
    if node is None:
        return {}
    segmentation = node.GetSegmentation()
    return {
        label: tuple(segmentation.GetSegment(segment_id).GetColor())
        for label, segment_id in structure_segments(node).items()
    }


def dress(segment: Any, structure: "Structure", tags: dict[str, str]) -> None:
    """Give a segment the structure's name, colour and tags (one of which is its terminology)."""
    segment.SetName(structure.name)
    segment.SetColor(*structure.rgb)
    for name, value in tags.items():
        segment.SetTag(name, value)
    segment.SetNameAutoGenerated(False)
    segment.SetColorAutoGenerated(False)


def _segment(structure: "Structure", tags: dict[str, str], labelmap: Any) -> Any:
    import slicer

    segment = slicer.vtkSegment()
    dress(segment, structure, tags)
    segment.SetLabelValue(structure.label)
    segment.AddRepresentation(BINARY_LABELMAP, labelmap)
    return segment


def _shared_labelmap(labels: "NDArray[Any]", volume: Any) -> Any:
    """The labels as Slicer's oriented image, cut to their bounding box (one voxel wider, as the editor expects)."""
    import numpy as np
    import slicer
    import vtk
    from vtk.util.numpy_support import get_vtk_array_type, numpy_to_vtk

    bounds = []
    for axis in range(3):
        used = np.flatnonzero(labels.any(axis=tuple(a for a in range(3) if a != axis)))
        low, high = (int(used[0]) - 1, int(used[-1]) + 1) if used.size else (0, 0)
        bounds.append((max(0, low), min(labels.shape[axis] - 1, high)))
    (i0, i1), (j0, j1), (k0, k1) = bounds
    part = labels[i0 : i1 + 1, j0 : j1 + 1, k0 : k1 + 1]
    image = slicer.vtkOrientedImageData()
    image.SetExtent(i0, i1, j0, j1, k0, k1)
    scalars = numpy_to_vtk(
        np.ascontiguousarray(part.transpose(2, 1, 0)).ravel(),
        deep=True,
        array_type=get_vtk_array_type(part.dtype),
    )
    image.GetPointData().SetScalars(scalars)
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(affine_of(volume).ravel().tolist())
    image.SetGeometryFromImageToWorldMatrix(matrix)
    return image
