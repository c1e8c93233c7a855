"""What counts as an edit by hand: every voxel, and nothing that only moves, crops, saves or loads the labels."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene_actions import erase, segmented, transformed


def test_a_hardened_linear_transform_is_no_edit(scene):
    from DGMSegmentationScene.edits import is_edited

    node, volume, _labels = segmented(scene)
    transform = transformed(scene, volume)
    node.SetAndObserveTransformNodeID(transform.GetID())
    assert not is_edited(node)
    for one in (node, volume):
        one.HardenTransform()
    assert node.GetParentTransformNode() is None and not is_edited(node)
    erase(node, volume, 6)
    assert is_edited(node)


@pytest.mark.parametrize(
    "turn", [(35, 10, 0), (-20, 0, 5), (90, 0, 0), (7, -3, 180), (0, 45, 45), (123, 61, -17)]
)
def test_no_rotation_that_is_hardened_is_an_edit(scene, turn):
    """The axes against each other come out of a solver: 0 or -0, by processor and angle."""
    import vtk
    from DGMSegmentationScene.edits import is_edited

    node, volume, _labels = segmented(scene)
    rotation = vtk.vtkTransform()
    for angle, rotate in zip(turn, (rotation.RotateZ, rotation.RotateX, rotation.RotateY), strict=True):
        rotate(angle)
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "turn")
    transform.SetMatrixTransformToParent(rotation.GetMatrix())
    for one in (node, volume):
        one.SetAndObserveTransformNodeID(transform.GetID())
        one.HardenTransform()
    assert not is_edited(node)


def test_one_voxel_that_moves_by_one_is_an_edit(scene):
    """Neither the count nor, in a large structure, the centroid tells of it."""
    import slicer
    from DGMSegmentationScene.edits import is_edited

    node, volume, labels = segmented(scene, spacing=(1.0, 1.0, 2.0))
    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, "PU_L", volume)
    k, j, i = next(index for index in np.argwhere(array) if array[index[0], index[1], index[2] - 1] == 0)
    array[k, j, i], array[k, j, i - 1] = 0, 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(array, node, "PU_L", volume)
    assert is_edited(node)
    assert labels is not None


@given(st.data())
def test_any_changed_voxel_is_an_edit_and_changing_it_back_is_none(scene, data):
    from DGMSegmentationScene.edits import edited_labels, fingerprint, is_edited
    from DGMSegmentationScene.segments import show_labels

    if (
        not hasattr(scene, "segmented_for_edits")
        or scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 0
    ):
        scene.segmented_for_edits = segmented(scene, spacing=(4.0, 4.0, 4.0))
    node, volume, labels = scene.segmented_for_edits
    show_labels(node, volume, labels)
    before = fingerprint(node)
    index = tuple(data.draw(st.integers(0, n - 1)) for n in labels.shape)
    changed = labels.copy()
    changed[index] = data.draw(st.sampled_from([v for v in range(11) if v != labels[index]]))
    show_labels(node, volume, changed)
    assert fingerprint(node) != before and is_edited(node)
    assert edited_labels(node) == {int(labels[index]), int(changed[index])} - {0}
    show_labels(node, volume, labels)
    assert fingerprint(node) == before


def test_what_version_0_1_remembered_is_understood(scene):
    from DGMSegmentationScene.edits import is_edited, legacy_fingerprint
    from DGMSegmentationScene.provenance import FINGERPRINT

    node, volume, _labels = segmented(scene)
    node.SetAttribute(FINGERPRINT, json.dumps(legacy_fingerprint(node)))
    assert not is_edited(node)
    erase(node, volume, 3)
    assert is_edited(node)


@pytest.mark.parametrize("text", ["no json", "[1]", "null", ""])
def test_a_damaged_memory_counts_as_edited(scene, text):
    from DGMSegmentationScene.edits import is_edited
    from DGMSegmentationScene.provenance import FINGERPRINT

    node, _volume, _labels = segmented(scene)
    node.SetAttribute(FINGERPRINT, text)
    assert is_edited(node)
