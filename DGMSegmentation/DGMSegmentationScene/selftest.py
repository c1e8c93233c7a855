"""What Reload and Test runs inside Slicer: a small head made on the spot, labelled, measured, edited, segmented."""

# Inside Slicer the test case is a unittest.
# ruff: noqa: PT009

from typing import Any

from .labels import labels_on_volume
from .measurement import Measurer
from .provenance import is_edited, mark_unedited
from .segments import create_segmentation, label_set_of_node, show_labels, structure_segments


def phantom_volume(scene: Any, spacing: tuple[float, float, float] = (2.0, 2.0, 2.0)) -> tuple[Any, Any]:
    """A volume node (ppm) with the library's procedural head, and its labels as an array."""
    import vtk
    from slicer.util import updateVolumeFromArray

    from DGMSegmentationLib.simulation.phantom import phantom

    shape = tuple(round(extent / step) for extent, step in zip((160, 192, 152), spacing, strict=True))
    image, labels = phantom(shape, spacing)
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Phantom QSM")
    updateVolumeFromArray(volume, image.data.transpose(2, 1, 0).astype("float32"))
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(image.affine.ravel().tolist())
    volume.SetIJKToRASMatrix(matrix)
    volume.CreateDefaultDisplayNodes()
    return volume, labels.data


def labels_become_segments(case: Any) -> None:
    """Named segments, measured, recognised as edited once a voxel changes."""
    import numpy as np
    import slicer

    from DGMSegmentationLib.structures import STANDARD

    volume, labels = phantom_volume(slicer.mrmlScene)
    node = create_segmentation(slicer.mrmlScene, volume)
    show_labels(node, volume, labels)
    mark_unedited(node)
    case.assertEqual(set(structure_segments(node)), set(STANDARD.values))
    case.assertEqual(node.GetSegmentation().GetNthSegment(0).GetName(), "Left red nucleus")
    case.assertTrue(np.array_equal(labels_on_volume(node, volume).image.data, labels))
    rows = Measurer().measure(node, [volume]).rows
    inside = slicer.util.arrayFromVolume(volume).transpose(2, 1, 0)[labels == 5].astype(float)
    case.assertAlmostEqual(rows[4].mean_ppb, 1000 * inside.mean(), delta=1e-3)
    case.assertFalse(is_edited(node))
    changed = labels.copy()
    changed[tuple(np.argwhere(labels == 5)[0])] = 0
    show_labels(node, volume, changed)
    case.assertTrue(is_edited(node))


def model_runs(case: Any) -> None:
    """The bundled model labels the head through the worker process; skipped in a build without a model."""
    import slicer

    from DGMSegmentationLib.models.model import bundled_models

    if not bundled_models():
        case.delayDisplay("No model is bundled in this build: the run was skipped")
        return
    from DGMSegmentation import DGMSegmentationLogic

    volume, _labels = phantom_volume(slicer.mrmlScene)
    logic = DGMSegmentationLogic()
    try:
        node = logic.process(volume)
        known = label_set_of_node(node)
        case.assertEqual(set(structure_segments(node)), set(known.values))
        case.assertEqual(len(logic.measure(node, [volume])), len(known))
    finally:
        logic.runner.stop()


TESTS = (labels_become_segments, model_runs)
