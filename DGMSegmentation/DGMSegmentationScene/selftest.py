"""What Reload and Test runs inside Slicer: a small head made on the spot, labelled, measured, edited, saved, segmented."""

# Inside Slicer the test case is a unittest.
# ruff: noqa: PT009

from typing import Any

from . import cohort_file, export, navigation
from .edits import is_edited, mark_unedited
from .labels import labels_on_volume
from .measurement import Measurer
from .provenance import own_volume, write_provenance
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


def result(scene: Any) -> tuple[Any, Any]:
    """A segmentation as a run leaves it, and its volume."""
    volume, labels = phantom_volume(scene)
    node = create_segmentation(scene, volume)
    show_labels(node, volume, labels)
    record = {"model": {"name": "phantom", "version": "1"}, "units": {"unit": "ppm", "detected": True}}
    write_provenance(node, volume, record)
    mark_unedited(node)
    return node, volume


def tables_return_from_files(case: Any) -> None:
    """A table node and a table file, read by Slicer: each column keeps its place, also without a subject's name."""
    import tempfile
    from pathlib import Path

    import slicer

    node, volume = result(slicer.mrmlScene)
    rows = Measurer().measure(node, [volume]).rows
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("node.tsv", "file.tsv", "file.csv")]
        made = export.table_node(slicer.mrmlScene, rows, "ROIs")
        made.AddDefaultStorageNode(paths[0])
        case.assertTrue(made.GetStorageNode().WriteData(made))
        for path in paths[1:]:
            export.write_table(rows, path)
        for path in paths:
            table = slicer.util.loadTable(path).GetTable()
            column = {table.GetColumnName(i): table.GetColumn(i) for i in range(table.GetNumberOfColumns())}
            case.assertEqual(str(column["image"].GetValue(4)), volume.GetName())
            case.assertEqual(str(column["software"].GetValue(9)), rows[9].software)
            case.assertAlmostEqual(float(column["mean_ppb"].GetValue(4)), rows[4].mean_ppb, delta=1e-2)


def cohort_file_grows(case: Any) -> None:
    """Appended twice the rows stand once in a cohort file; those of another image of that name are a question."""
    import tempfile
    from dataclasses import replace
    from pathlib import Path

    import slicer

    node, volume = result(slicer.mrmlScene)
    rows, cohort = Measurer().measure(node, [volume]).rows, cohort_file.CohortFile()
    here, elsewhere = {volume.GetName(): "a.nii.gz"}, {volume.GetName(): "b.nii.gz"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.tsv"
        case.assertEqual(cohort.append(rows, here, path), (10, 0))
        case.assertEqual(cohort.append(rows, here, path), (0, 10))
        others = [replace(row, mean_ppb=row.mean_ppb + 1) for row in rows]
        case.assertEqual(cohort.clash(others, here, path), "")
        case.assertIn("b.nii.gz", cohort.clash(others, elsewhere, path))


def one_result_is_shown(case: Any) -> None:
    """A second result hides the first, and deleting its volume leaves it without one instead of with the other's."""
    import slicer

    first, volume = result(slicer.mrmlScene)
    second, other = result(slicer.mrmlScene)
    navigation.show_alone(second)
    case.assertFalse(first.GetDisplayVisibility())
    case.assertTrue(second.GetDisplayVisibility())
    other.SetName("Other QSM")
    case.assertEqual(own_volume(first, other), volume)
    slicer.mrmlScene.RemoveNode(volume)
    case.assertIsNone(own_volume(first, other))


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


TESTS = (
    labels_become_segments,
    tables_return_from_files,
    cohort_file_grows,
    one_result_is_shown,
    model_runs,
)
