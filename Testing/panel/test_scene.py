"""What the scene logic does to real MRML: segments, labels, provenance, views. No panel, no worker."""

import numpy as np
import pytest
from host.fixtures import head
from scene_actions import erase, segmented, transformed
from toy_set import TOY

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.structures import STANDARD


def test_ten_segments_with_names_colours_codes_and_tags(scene):
    import vtk

    node, _volume, _labels = segmented(scene)
    segmentation = node.GetSegmentation()
    assert segmentation.GetNumberOfSegments() == 10
    for structure in STANDARD:
        segment = segmentation.GetSegment(structure.abbreviation)
        assert segment.GetName() == structure.name
        assert segment.GetColor() == pytest.approx(structure.rgb)
        text = segment.GetTerminology()
        assert structure.snomed in text and structure.side_name.capitalize() in text
        value = vtk.reference("")
        assert segment.GetTag("DGMSegmentation.Abbreviation", value) and str(value) == structure.abbreviation
    assert segmentation.GetNumberOfLayers() == 1


def test_terminology_is_understood_by_slicer(scene, repository):
    """Slicer's own terminology logic loads our file and finds each segment's entry in it."""
    import slicer

    logic = slicer.modules.terminologies.logic()
    assert logic.LoadTerminologyFromFile(
        str(repository / "Resources" / "Terminology" / "DGMSegmentation.term.json")
    )
    node, _volume, _labels = segmented(scene)
    for structure in STANDARD:
        entry = slicer.vtkSlicerTerminologyEntry()
        text = node.GetSegmentation().GetSegment(structure.abbreviation).GetTerminology()
        assert logic.DeserializeTerminologyEntry(text, entry)
        assert entry.GetTerminologyContextName() in list(_names(logic))
        assert entry.GetTypeObject().GetCodeValue() == structure.snomed
        assert entry.GetTypeModifierObject().GetCodeMeaning() == structure.side_name.capitalize()


def _names(logic):
    import vtk

    names = vtk.vtkStringArray()
    logic.GetLoadedTerminologyNames(names)
    return [names.GetValue(i) for i in range(names.GetNumberOfValues())]


@pytest.mark.parametrize("spacing", [(2.0, 2.0, 2.0), (0.9, 0.9, 3.0)])
def test_labels_return_as_they_went(scene, spacing):
    from DGMSegmentationScene.labels import labels_on_volume

    node, volume, labels = segmented(scene, spacing=spacing)
    result = labels_on_volume(node, volume)
    assert np.array_equal(result.image.data, labels)
    assert (result.shared_voxels, result.resampled) == (0, False)


def test_place_in_the_scene(scene):
    """Same transform, same reference geometry, same folder of the subject hierarchy as the volume."""
    import slicer
    from DGMSegmentationScene.segments import create_segmentation, show_labels

    volume, labels = head(scene)
    transform = transformed(scene, volume)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), "sub-01")
    item = hierarchy.GetItemByDataNode(volume) or hierarchy.CreateItem(patient, volume)
    hierarchy.SetItemParent(item, patient)
    node = create_segmentation(scene, volume)
    show_labels(node, volume, labels)
    assert node.GetTransformNodeID() == transform.GetID()
    reference = node.GetNodeReference(slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole())
    assert reference is volume
    own = hierarchy.GetItemByDataNode(node)
    assert hierarchy.GetItemParent(own) == patient


@pytest.mark.parametrize("nonlinear", [False, True])
def test_labels_lie_where_the_image_is_seen(scene, nonlinear):
    """World coordinates of a structure's centre = the volume's voxel centre through the volume's transforms."""
    import slicer
    import vtk
    from DGMSegmentationScene.navigation import centre_of
    from DGMSegmentationScene.segments import create_segmentation, show_labels
    from DGMSegmentationScene.volumes import affine_of

    volume, labels = head(scene)
    transform = transformed(scene, volume, nonlinear=nonlinear)
    node = create_segmentation(scene, volume)
    show_labels(node, volume, labels)
    index = np.argwhere(labels == 7)
    centre = (index.min(axis=0) + index.max(axis=0)) / 2
    local = affine_of(volume) @ np.array([*centre, 1.0])
    to_world = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(transform, None, to_world)
    world = np.array(to_world.TransformPoint(local[:3]))
    assert (
        np.abs(np.array(centre_of(node, 7)) - world).max() < 4.0
    )  # the node's centre is a voxel of the structure
    if not nonlinear:
        seen = affine_of(volume, as_seen=True) @ np.array([*centre, 1.0])
        assert seen[:3] == pytest.approx(world, abs=1e-6)


def test_an_edit_is_recognised_and_an_undone_edit_is_none(scene):
    import slicer
    from DGMSegmentationScene.edits import is_edited

    node, volume, _labels = segmented(scene)
    assert not is_edited(node)
    before = slicer.util.arrayFromSegmentBinaryLabelmap(node, "SN_R", volume).copy()
    erase(node, volume, 4)
    assert is_edited(node)
    slicer.util.updateSegmentBinaryLabelmapFromArray(before, node, "SN_R", volume)
    assert not is_edited(node)


def test_foreign_segmentation_counts_as_edited_and_names_are_understood(scene):
    """A segmentation that we did not make is measured by its segments' names and never taken for the model's work."""
    import slicer
    from DGMSegmentationScene.edits import is_edited
    from DGMSegmentationScene.segments import structure_segments

    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "mine")
    assert not is_edited(node)
    node.GetSegmentation().AddEmptySegment("a", "left red nucleus ")
    node.GetSegmentation().AddEmptySegment("b", "CN_R")
    node.GetSegmentation().AddEmptySegment("c", "tumour")
    assert structure_segments(node) == {1: "a", 10: "b"}
    assert is_edited(node)
    assert slicer


def test_slices_centre_on_a_structure(scene):
    from DGMSegmentationScene.navigation import centre_of, jump_to

    node, _volume, labels = segmented(scene)
    assert jump_to(node, 1)
    centre = centre_of(node, 1)
    for name in ("Red", "Yellow", "Green"):
        matrix = scene.GetNodeByID(f"vtkMRMLSliceNode{name}").GetSliceToRAS()
        assert [matrix.GetElement(i, 3) for i in range(3)] == pytest.approx(centre, abs=1e-6)
    erased = labels.copy()
    erased[labels == 1] = 0
    from DGMSegmentationScene.segments import show_labels

    show_labels(node, _volume, erased)
    assert not jump_to(node, 1)


def test_editor_is_set_so_that_nuclei_stay_apart(scene):
    import slicer
    from DGMSegmentationScene.navigation import prepare_editor

    node, volume, _labels = segmented(scene)
    editor = prepare_editor(node, volume)
    assert prepare_editor(node, volume) is editor
    assert editor.GetSegmentationNode() is node
    assert editor.GetSourceVolumeNode() is volume
    assert editor.GetMaskMode() == slicer.vtkMRMLSegmentationNode.EditAllowedOutsideAllSegments
    assert editor.GetSelectedSegmentID() == "RN_L"


def test_replaced_work_is_kept_aside(scene):
    from DGMSegmentationScene.edits import is_edited
    from DGMSegmentationScene.labels import labels_on_volume
    from DGMSegmentationScene.provenance import set_aside

    node, volume, labels = segmented(scene)
    erase(node, volume, 5, 3)
    copy = set_aside(node)
    assert np.count_nonzero(labels_on_volume(copy, volume).image.data) == np.count_nonzero(labels) - 3
    assert is_edited(copy)
    assert not copy.GetDisplayVisibility()
    assert (
        copy.GetNodeReference("DGMSegmentation.Input") is volume
    )  # the table of the copy measures the same volume


def test_refusals_are_sentences(scene):
    import slicer
    import vtk
    from DGMSegmentationScene.volumes import image_of, refusal

    label_map = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "<b>map</b>")
    slicer.util.updateVolumeFromArray(label_map, np.zeros((20, 20, 20), np.int16))
    vector = scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "colour")
    image = vtk.vtkImageData()
    image.SetDimensions(20, 20, 20)
    image.AllocateScalars(vtk.VTK_FLOAT, 3)
    vector.SetAndObserveImageData(image)
    empty = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
    flat = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "flat")
    slicer.util.updateVolumeFromArray(flat, np.zeros((1, 50, 50), np.float32))
    for volume, word in (
        (None, "Choose"),
        (label_map, "label map"),
        (vector, "3 values"),
        (empty, "empty"),
        (flat, "voxels"),
    ):
        sentence = refusal(volume)
        assert word in sentence and "\n" not in sentence
        if volume is not None:
            with pytest.raises(InputError, match=word):
                image_of(volume)
    good, _ = head(scene)
    assert refusal(good) == ""


def test_a_set_that_no_code_knows_there_and_back(scene, tmp_path):
    """Values beyond a byte, an unpaired structure: segments, tags, labels, table, .seg.nrrd and NIfTI."""
    from DGMSegmentationScene.export import write_labels, write_segmentation
    from DGMSegmentationScene.labels import labels_on_volume
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.segments import label_set_of_node, show_labels, structure_segments

    node, volume, standard = segmented(scene)
    wanted = np.zeros(standard.shape, TOY.dtype)
    for label, old in zip(TOY.values, (9, 10, 1), strict=True):
        wanted[standard == old] = label
    show_labels(node, volume, wanted, TOY)
    assert node.GetSegmentation().GetNumberOfSegments() == 3
    assert label_set_of_node(node) == TOY
    found = labels_on_volume(node, volume).image
    assert found.label_set == TOY and np.array_equal(found.data, wanted)
    measured = Measurer().measure(node, [volume])
    assert [row.label for row in measured.of_volume(0)] == list(TOY.values)
    assert node.GetSegmentation().GetSegment("PIN").GetTerminology().split("~")[3] == "^^"
    for path, write in ((tmp_path / "x.seg.nrrd", None), (tmp_path / "x.nii.gz", write_labels)):
        if write is None:
            write_segmentation(node, path)
        else:
            write(node, volume, path)
        again = read_labels(path)
        assert again.label_set.structures == TOY.structures
        assert np.count_nonzero(again.data == 47) == np.count_nonzero(wanted == 47)
    node.GetSegmentation().RemoveSegment("PIN")
    assert label_set_of_node(node) == TOY and set(structure_segments(node)) == {21, 300}
    rows = Measurer().measure(node, [volume]).rows
    assert [row.flags for row in rows if row.label == 47] == ["empty"]
    node.RemoveAttribute("DGMSegmentation.LabelSet")
    assert label_set_of_node(node).values == (21, 300)
    show_labels(node, volume, standard)
    assert sorted(structure_segments(node)) == list(STANDARD.values)
