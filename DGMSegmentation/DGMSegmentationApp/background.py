"""What lies over a map in the slices: black around the brain, where a masked map is 0 and so grey, and doubtful tissue."""

from typing import Any

import numpy as np

from DGMSegmentationLib.image import bounding_box

NAME = "Outside the brain"
_COLOURED = "DGMSegmentation.Coloured"
"""The attribute with the corners of the box in which tissue is coloured."""
_BLACK = 1
_COLOURS = ((1.0, 0.1, 0.1, 0.55), (1.0, 1.0, 1.0, 0.3), (0.2, 0.9, 1.0, 0.35))  # no structure has them
"""Of doubtful tissue, of what might go on beyond an end slice, and of what the other side has more."""


def blacken(scene: Any, volume: Any, mask: Any) -> None:
    """Show black where a volume has no values, if it has one value only there.

    ``mask``: the brain (i, j, k). The node that does it is no part of a saved scene, and goes with the next volume.
    """
    import slicer
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonCore import VTK_UNSIGNED_CHAR
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    outside = ~np.asarray(mask, bool).T.ravel()
    values = vtk_to_numpy(volume.GetImageData().GetPointData().GetScalars()).ravel()[outside]
    values = values[np.isfinite(values)]
    if len(values) and values.min() != values.max():
        outside[:] = False
    image = vtkImageData()
    image.SetDimensions(volume.GetImageData().GetDimensions())
    image.GetPointData().SetScalars(numpy_to_vtk(_BLACK * outside.astype(np.uint8), True, VTK_UNSIGNED_CHAR))
    colors = scene.AddNode(slicer.vtkMRMLColorTableNode())
    colors.SetTypeToUser()
    colors.SetNumberOfColors(2 + len(_COLOURS))
    colors.SetColor(0, 0.0, 0.0, 0.0, 0.0)
    colors.SetColor(_BLACK, 0.0, 0.0, 0.0, 1.0)
    for value, colour in enumerate(_COLOURS, _BLACK + 1):
        colors.SetColor(value, *colour)
    shown = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", NAME)
    matrix = vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    shown.SetIJKToRASMatrix(matrix)
    shown.SetAndObserveImageData(image)
    shown.CreateDefaultDisplayNodes()
    shown.GetDisplayNode().SetAndObserveColorNodeID(colors.GetID())
    for node in (shown, shown.GetDisplayNode(), colors):
        node.SetSaveWithScene(False)
        node.SetHideFromEditors(True)
    for node in scene.GetNodesByClass("vtkMRMLSliceCompositeNode"):
        node.SetLabelVolumeID(shown.GetID())
        node.SetLabelOpacity(1.0)


def mark(scene: Any, kinds: Any) -> None:
    """Colour voxels (i, j, k) of the volume that was blackened last: 0 none, n the n-th colour; None takes colours away."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    shown = scene.GetFirstNodeByName(NAME)
    if shown is None:
        return
    image = shown.GetImageData()
    scalars = image.GetPointData().GetScalars()
    array = vtk_to_numpy(scalars).reshape(image.GetDimensions(), order="F")
    corners = [int(n) for n in (shown.GetAttribute(_COLOURED) or "").split()]
    before = tuple(slice(*pair) for pair in zip(corners[::2], corners[1::2], strict=True))
    box = None if kinds is None else bounding_box(kinds)
    if before:  # in its box alone: a fine map has forty million voxels
        array[before][array[before] > _BLACK] = 0
    if box:
        window, wanted = array[box], kinds[box]
        free = (wanted > 0) & (window == 0)
        window[free] = _BLACK + wanted[free]
    shown.SetAttribute(_COLOURED, " ".join(f"{s.start} {s.stop}" for s in box or ()))
    if before or box:
        scalars.Modified()
        image.Modified()
