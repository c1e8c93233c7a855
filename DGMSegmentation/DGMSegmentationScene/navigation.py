"""What the views show: slices centred on a structure, opacity, which result; and the Segment Editor's settings."""

from typing import Any

from .segments import structure_segments
from .volumes import affine_of

EDITOR_TAG = "SegmentEditor"  # the singleton tag of the Segment Editor module's own node
SMALLEST_ISLAND = "Islands.MinimumSize"  # where the effect keeps its option, in voxels
QSM_WINDOW_PPB = (-100.0, 200.0)


def centre_of(node: Any, label: int) -> tuple[float, float, float] | None:
    """RAS of a structure's centre in world coordinates; None when it has no voxel."""
    segment_id = structure_segments(node).get(label)
    if segment_id is None or _is_empty(node, segment_id):
        return None
    centre = node.GetSegmentCenterRAS(segment_id)
    return (float(centre[0]), float(centre[1]), float(centre[2])) if centre is not None else None


def jump_to(node: Any, label: int) -> bool:
    """Centre all slice views on a structure; False when it has no voxel."""
    centre = centre_of(node, label)
    if centre is not None:
        _centre_slices(node.GetScene(), centre)
    return centre is not None


def jump_to_all(node: Any) -> bool:
    """Centre all slice views on the middle of all structures; False when there is no voxel."""
    centres = [c for c in (centre_of(node, label) for label in structure_segments(node)) if c is not None]
    if centres:
        _centre_slices(
            node.GetScene(), tuple(sum(axis) / len(centres) for axis in zip(*centres, strict=True))
        )
    return bool(centres)


def _centre_slices(scene: Any, point: tuple[float, ...]) -> None:
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")):
        scene.GetNthNodeByClass(index, "vtkMRMLSliceNode").JumpSliceByCentering(*point)


def set_opacity(node: Any, opacity: float) -> None:
    """Opacity 0..1 of the labels in slices and in 3D."""
    display = node.GetDisplayNode()
    if display is not None:
        display.SetOpacity(min(1.0, max(0.0, opacity)))


def opacity_of(node: Any) -> float:
    """Opacity 0..1 of the labels as :func:`set_opacity` sets it; 1 without a node."""
    display = node.GetDisplayNode() if node is not None else None
    return float(display.GetOpacity()) if display is not None else 1.0


def show_alone(node: Any) -> None:
    """Show a result of ours and hide the others: what shows through from below makes an eraser seem to do nothing.

    Segmentations that did not come from a run stay as they are, and a foreign ``node`` hides none of ours.
    """
    from .provenance import is_ours

    if not is_ours(node):
        return
    scene = node.GetScene()
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode")):
        other = scene.GetNthNodeByClass(index, "vtkMRMLSegmentationNode")
        if other is node or is_ours(other):
            other.SetDisplayVisibility(other is node)


def prepare_editor(node: Any, volume: Any, editor: Any = None, label: int | None = None) -> Any:
    """Set a Segment Editor node to this segmentation and volume, so that nuclei do not overwrite each other.

    Editing is allowed outside all segments (and inside the one being edited), and the effect Islands removes none
    that the user did not ask for (its own default empties a red nucleus); the user may change both in the editor.
    ``editor``: the node to set; None is that of the Segment Editor module. ``label``: the structure to select; None
    keeps the selection.
    """
    import slicer

    scene = node.GetScene()
    editor = editor or scene.GetSingletonNode(EDITOR_TAG, "vtkMRMLSegmentEditorNode")
    if editor is None:
        editor = scene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
        editor.UnRegister(None)
        editor.SetSingletonTag(EDITOR_TAG)
        editor = scene.AddNode(editor)
    editor.SetAndObserveSegmentationNode(node)
    if volume is not None:
        editor.SetAndObserveSourceVolumeNode(volume)
    editor.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedOutsideAllSegments)
    if not editor.GetAttribute(SMALLEST_ISLAND):
        editor.SetAttribute(SMALLEST_ISLAND, "1")
    segments = structure_segments(node)
    if label in segments:
        editor.SetSelectedSegmentID(segments[label])
    elif segments and editor.GetSelectedSegmentID() not in segments.values():
        editor.SetSelectedSegmentID(segments[min(segments)])
    return editor


def show_volume(scene: Any, volume: Any, factor_to_ppb: float | None) -> None:
    """Show the volume in all slices; a QSM gets the window -100..200 ppb unless the user set one."""
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceCompositeNode")):
        scene.GetNthNodeByClass(index, "vtkMRMLSliceCompositeNode").SetBackgroundVolumeID(volume.GetID())
    display = volume.GetScalarVolumeDisplayNode()
    if factor_to_ppb and display is not None and display.GetAutoWindowLevel():
        low, high = (value / factor_to_ppb for value in QSM_WINDOW_PPB)
        display.SetAutoWindowLevel(False)
        display.SetWindowLevelMinMax(low, high)


def oblique_degrees(volume: Any) -> float:
    """The largest angle between a voxel axis and the nearest anatomical axis."""
    import numpy as np

    directions = affine_of(volume)[:3, :3]
    directions = directions / np.linalg.norm(directions, axis=0)
    return float(np.degrees(np.arccos(np.clip(np.abs(directions).max(axis=0).min(), 0, 1))))


def _is_empty(node: Any, segment_id: str) -> bool:
    from vtk.util.numpy_support import vtk_to_numpy

    segment = node.GetSegmentation().GetSegment(segment_id)
    image = segment.GetRepresentation("Binary labelmap")
    if image is None or image.IsEmpty():
        return True
    return not (vtk_to_numpy(image.GetPointData().GetScalars()) == segment.GetLabelValue()).any()
