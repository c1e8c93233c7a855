"""What several tests do to a scene: a segmented head, an erased voxel, a transform."""

import numpy as np
from host.fixtures import head

from DGMSegmentationLib.structures import STANDARD


def segmented(scene, **options):
    from DGMSegmentationScene.edits import mark_unedited
    from DGMSegmentationScene.provenance import write_provenance
    from DGMSegmentationScene.segments import create_segmentation, show_labels

    volume, labels = head(scene, **options)
    node = create_segmentation(scene, volume)
    show_labels(node, volume, labels)
    unit = options.get("unit", "ppm")
    record = {
        "software": "DGMSegmentation test",
        "created": "2026-01-01T00:00:00+00:00",
        "model": {"name": "phantom", "version": "1", "sha256": "ab" * 32},
        "units": {"unit": unit, "detected": True},
        "options": {"device": "cpu"},
    }
    write_provenance(node, volume, record)
    mark_unedited(node)
    return node, volume, labels


def erase(node, volume, label, count=1):
    """Erase voxels of a structure with Slicer's own array functions, as a script or an effect does."""
    import slicer

    segment_id = STANDARD.by_label(label).abbreviation
    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment_id, volume)
    for index in np.argwhere(array)[:count]:
        array[tuple(index)] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(array, node, segment_id, volume)


def transformed(scene, volume, *, nonlinear=False):
    """Put the volume under a transform: a rotation and a shift, or a grid transform."""
    import slicer
    import vtk

    if nonlinear:
        transform = scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "warp")
    else:
        transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "move")
        vtk_transform = vtk.vtkTransform()
        vtk_transform.Translate(12, -7, 30)
        vtk_transform.RotateZ(35)
        vtk_transform.RotateX(10)
        transform.SetMatrixTransformToParent(vtk_transform.GetMatrix())
    volume.SetAndObserveTransformNodeID(transform.GetID())
    assert slicer
    return transform
