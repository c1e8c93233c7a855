"""The surfaces of the structures in the 3D view, and its camera."""

import math
from typing import Any

from .segments import CLOSED_SURFACE


def show(node: Any, show: bool) -> None:
    """Make or remove the closed surfaces that the 3D view shows."""
    if show:
        node.CreateClosedSurfaceRepresentation()
    else:
        node.RemoveClosedSurfaceRepresentation()
    display = node.GetDisplayNode()
    if display is not None:
        display.SetVisibility3D(show)


def shown(node: Any) -> bool:
    """True when surfaces are there."""
    return bool(node is not None and node.GetSegmentation().ContainsRepresentation(CLOSED_SURFACE))


def frame(node: Any) -> bool:
    """Turn the 3D cameras to the surfaces of a segmentation, so that they fill the view.

    Slicer's camera stands at a distance for a whole head, in which the nuclei are small. False, and nothing moves, when
    something else is shown in 3D: then the user has chosen the view.
    """
    bounds = [0.0] * 6
    node.GetRASBounds(bounds)
    low, high = bounds[0::2], bounds[1::2]
    radius = math.dist(low, high) / 2
    if not 0 < radius < math.inf or any(map(_shown_in_3d, _others(node))):
        return False
    centre = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    for camera in _nodes(node.GetScene(), "vtkMRMLCameraNode"):
        position, focus = [0.0] * 3, [0.0] * 3
        camera.GetPosition(position)
        camera.GetFocalPoint(focus)
        away = math.dist(position, focus)
        direction = (
            [(p - f) / away for p, f in zip(position, focus, strict=True)] if away else [0.0, 1.0, 0.0]
        )
        distance = radius / math.sin(math.radians(camera.GetViewAngle()) / 2)
        camera.SetFocalPoint(*centre)
        camera.SetPosition(*(c + distance * d for c, d in zip(centre, direction, strict=True)))
        camera.SetParallelScale(radius)
        camera.ResetClippingRange()
    return True


def _nodes(scene: Any, kind: str) -> list[Any]:
    return [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]


def _others(node: Any) -> list[Any]:
    return [other for other in _nodes(node.GetScene(), "vtkMRMLDisplayableNode") if other is not node]


def _shown_in_3d(node: Any) -> bool:
    """True for whatever a 3D view draws: models, markups, rendered volumes, other segmentations with surfaces."""
    if node.IsA("vtkMRMLSegmentationNode") and not shown(node):
        return False
    displays = [node.GetNthDisplayNode(n) for n in range(node.GetNumberOfDisplayNodes())]
    return any(
        display is not None
        and display.GetVisibility()
        and display.GetVisibility3D()
        and (not node.IsA("vtkMRMLVolumeNode") or display.IsA("vtkMRMLVolumeRenderingDisplayNode"))
        for display in displays
    )
