"""What the scene logic does to real MRML: segments, labels, provenance, numbers, files. No panel, no worker."""

import json
import math

import numpy as np
import pytest
from host.fixtures import head, host, scene  # noqa: F401

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.structures import STRUCTURES


def segmented(scene, **options):
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
    return node, volume, labels


def erase(node, volume, label, count=1):
    """Erase voxels of a structure with Slicer's own array functions, as a script or an effect does."""
    import slicer

    segment_id = STRUCTURES[label - 1].abbreviation
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


def test_ten_segments_with_names_colours_codes_and_tags(scene):
    import vtk

    node, _volume, _labels = segmented(scene)
    segmentation = node.GetSegmentation()
    assert segmentation.GetNumberOfSegments() == 10
    for structure in STRUCTURES:
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
    assert logic.LoadTerminologyFromFile(str(repository / "Resources" / "Terminology" / "DGMSegmentation.term.json"))
    node, _volume, _labels = segmented(scene)
    for structure in STRUCTURES:
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
    assert np.abs(np.array(centre_of(node, 7)) - world).max() < 4.0  # the node's centre is a voxel of the structure
    if not nonlinear:
        seen = affine_of(volume, as_seen=True) @ np.array([*centre, 1.0])
        assert seen[:3] == pytest.approx(world, abs=1e-6)


def test_numbers_equal_segment_statistics(scene, host):
    """Mean, SD, volume, voxel count of all ten structures, by Slicer's own module or by its own VTK filter."""
    import slicer
    from DGMSegmentationScene.measurement import Measurer

    node, volume, _labels = segmented(scene, spacing=(0.9, 0.9, 3.0))
    rows = {row.abbreviation: row for row in Measurer().measure(node, [volume]).rows}
    if host.source is not None:
        from SegmentStatistics import SegmentStatisticsLogic

        logic = SegmentStatisticsLogic()
        logic.getParameterNode().SetParameter("Segmentation", node.GetID())
        logic.getParameterNode().SetParameter("ScalarVolume", volume.GetID())
        logic.computeStatistics()
        values = logic.getStatistics()
        found = {
            name: tuple(
                values[name, f"ScalarVolumeSegmentStatisticsPlugin.{key}"]
                for key in ("voxel_count", "volume_mm3", "mean", "stdev")
            )
            for name in rows
        }
    else:
        found = {name: _accumulated(node, volume, name) for name in rows}
    assert slicer
    for name, (count, volume_mm3, mean, sd) in found.items():
        row = rows[name]
        assert row.n_voxels == count
        assert row.volume_mm3 == pytest.approx(volume_mm3, rel=1e-6)
        assert row.mean_ppb == pytest.approx(1000 * mean, abs=1e-6 * 1000)
        assert row.sd_ppb == pytest.approx(1000 * sd, abs=1e-6 * 1000)


def _accumulated(node, volume, segment_id):
    """What Segment Statistics computes: vtkImageAccumulate inside a stencil of the segment."""
    import slicer
    import vtk

    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment_id, volume)
    from vtk.util.numpy_support import numpy_to_vtk

    mask = vtk.vtkImageData()
    mask.SetDimensions(volume.GetImageData().GetDimensions())
    mask.GetPointData().SetScalars(numpy_to_vtk(array.ravel(), deep=True, array_type=vtk.VTK_UNSIGNED_CHAR))
    stencil = vtk.vtkImageToImageStencil()
    stencil.SetInputData(mask)
    stencil.ThresholdByUpper(1)
    stencil.Update()
    statistics = vtk.vtkImageAccumulate()
    statistics.SetInputData(volume.GetImageData())
    statistics.SetStencilData(stencil.GetOutput())
    statistics.Update()
    count = statistics.GetVoxelCount()
    size = np.prod(volume.GetSpacing())
    return count, count * size, statistics.GetMean()[0], statistics.GetStandardDeviation()[0]


def test_other_grid_and_other_transform_equal_slicers_resampling(scene):
    """Labels measured in a volume with another grid, moved by a transform: voxel by voxel as Slicer resamples them."""
    import slicer
    from DGMSegmentationScene.labels import labels_on_volume

    node, _volume, _labels = segmented(scene)
    other, _ = head(scene, "Other", (1.5, 1.6, 2.5))
    transformed(scene, other)
    result = labels_on_volume(node, other)
    assert result.resampled
    for structure in STRUCTURES[4:8]:
        theirs = slicer.util.arrayFromSegmentBinaryLabelmap(node, structure.abbreviation, other).transpose(2, 1, 0)
        assert np.array_equal(result.image.data == structure.label, theirs > 0)


def test_shared_voxels_are_said(scene):
    import slicer
    from DGMSegmentationScene.measurement import Measurer

    node, volume, labels = segmented(scene)
    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, "PU_L", volume)
    overlap = int((labels == 5).sum())
    array[(labels == 5).transpose(2, 1, 0)] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(array, node, "PU_L", volume)
    measured = Measurer().measure(node, [volume])
    if node.GetSegmentation().GetNumberOfLayers() > 1:
        assert any(str(overlap) in note for note in measured.notes)
        assert all("overlap" in row.flag_list for row in measured.rows)
    else:  # the array function moved the voxels from one structure to the other
        assert measured.rows[4].n_voxels == 0


def test_an_edit_is_recognised_and_an_undone_edit_is_none(scene):
    import slicer
    from DGMSegmentationScene.provenance import is_edited

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
    from DGMSegmentationScene.provenance import is_edited
    from DGMSegmentationScene.segments import structure_segments

    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "mine")
    assert not is_edited(node)
    node.GetSegmentation().AddEmptySegment("a", "left red nucleus ")
    node.GetSegmentation().AddEmptySegment("b", "CN_R")
    node.GetSegmentation().AddEmptySegment("c", "tumour")
    assert structure_segments(node) == {1: "a", 10: "b"}
    assert is_edited(node)
    assert slicer


def test_everything_survives_the_scene_file(scene, tmp_path):
    """Save as .mrb, close, load: labels, names, codes, provenance, and no false edit."""
    from DGMSegmentationScene.labels import labels_on_volume
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.provenance import INPUT_ROLE, attribute, is_edited, provenance_of
    from DGMSegmentationScene.segments import structure_segments

    node, volume, labels = segmented(scene)
    before = Measurer().measure(node, [volume]).rows
    path = str(tmp_path / "scene with space.mrb")
    assert scene.WriteToMRB(path)
    scene.Clear(0)
    assert scene.ReadFromMRB(path)
    node = scene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    volume = node.GetNodeReference(INPUT_ROLE)
    assert volume is not None
    assert len(structure_segments(node)) == 10
    assert node.GetSegmentation().GetSegment("RN_L").GetName() == "Left red nucleus"
    assert np.array_equal(labels_on_volume(node, volume).image.data, labels)
    assert not is_edited(node)
    assert attribute(node, "Model") == "phantom 1"
    assert provenance_of(node)["model"]["sha256"] == "ab" * 32
    assert Measurer().measure(node, [volume]).rows == before
    erase(node, volume, 5)
    assert is_edited(node)


def test_labels_file_holds_our_values_whatever_is_visible(scene, tmp_path):
    import nibabel
    from DGMSegmentationScene.export import write_labels

    node, volume, labels = segmented(scene)
    for name in ("RN_L", "GP_R", "CN_L"):
        node.GetDisplayNode().SetSegmentVisibility(name, False)
    write_labels(node, volume, tmp_path / "ä b.nii.gz")
    file = nibabel.load(tmp_path / "ä b.nii.gz")
    assert np.array_equal(np.asanyarray(file.dataobj), labels)
    from DGMSegmentationScene.volumes import affine_of

    assert file.affine == pytest.approx(affine_of(volume), abs=1e-5)


def test_seg_nrrd_reads_back(scene, tmp_path):
    import slicer
    from DGMSegmentationScene.export import write_segmentation
    from DGMSegmentationScene.labels import labels_on_volume
    from DGMSegmentationScene.provenance import is_edited

    node, volume, labels = segmented(scene)
    write_segmentation(node, tmp_path / "x.seg.nrrd")
    again = slicer.util.loadSegmentation(str(tmp_path / "x.seg.nrrd"))
    assert np.array_equal(labels_on_volume(again, volume).image.data, labels)
    assert is_edited(again)  # its provenance stayed in the scene, so nobody can vouch for it
    assert [p.name for p in tmp_path.iterdir()] == ["x.seg.nrrd"]


def test_tables_to_files_and_node(scene, tmp_path):
    from DGMSegmentationScene.export import append_to_cohort, table_node, write_table
    from DGMSegmentationScene.measurement import Measurer

    from DGMSegmentationLib.tables import COLUMNS, read_long

    node, volume, _labels = segmented(scene)
    other, _ = head(scene, "Head <script>alert(1)</script> / ä", unit="ppb")
    rows = Measurer().measure(node, [volume, other]).rows
    assert len(rows) == 20
    assert rows[0].mean_ppb == pytest.approx(rows[10].mean_ppb, rel=1e-4)  # the unit of each volume is its own
    write_table(rows, tmp_path / "long.csv")
    again = read_long(tmp_path / "long.csv")
    assert [r.image for r in again] == [r.image for r in rows]
    assert all(math.isclose(a.mean_ppb, b.mean_ppb, abs_tol=1e-6) for a, b in zip(again, rows, strict=True))
    write_table(rows, tmp_path / "wide.tsv", wide=True)
    assert len((tmp_path / "wide.tsv").read_text().splitlines()) == 3
    assert append_to_cohort(rows[:10], tmp_path / "cohort.tsv") == 10
    assert append_to_cohort(rows, tmp_path / "cohort.tsv") == 20
    table = table_node(scene, rows, "ROIs").GetTable()
    assert table.GetNumberOfRows() == 20
    assert [table.GetColumnName(i) for i in range(table.GetNumberOfColumns())] == list(COLUMNS)
    assert table.GetColumnByName("mean_ppb").GetValue(4) == pytest.approx(rows[4].mean_ppb)


def test_other_quantity_stands_as_it_is(scene):
    """R2* is no susceptibility: its numbers are not scaled and its rows say so."""
    import slicer
    from DGMSegmentationScene.measurement import Measurer

    node, volume, labels = segmented(scene)
    r2star, _ = head(scene, "R2star")
    slicer.util.updateVolumeFromArray(r2star, np.where(slicer.util.arrayFromVolume(volume) != 0, 25.0, 0).astype("float32"))
    rows = Measurer().measure(node, [r2star]).rows
    assert all(row.mean_ppb == pytest.approx(25.0) for row in rows)
    assert all("not_susceptibility" in row.flag_list for row in rows)


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
    from DGMSegmentationScene.labels import labels_on_volume
    from DGMSegmentationScene.provenance import is_edited, set_aside

    node, volume, labels = segmented(scene)
    erase(node, volume, 5, 3)
    copy = set_aside(node)
    assert np.count_nonzero(labels_on_volume(copy, volume).image.data) == np.count_nonzero(labels) - 3
    assert is_edited(copy)
    assert not copy.GetDisplayVisibility()


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
    for volume, word in ((None, "Choose"), (label_map, "label map"), (vector, "3 values"), (empty, "empty"), (flat, "voxels")):
        sentence = refusal(volume)
        assert word in sentence and "\n" not in sentence
        if volume is not None:
            with pytest.raises(InputError, match=word):
                image_of(volume)
    good, _ = head(scene)
    assert refusal(good) == ""


def test_report_page_escapes_names(scene, tmp_path):
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.report import write_report

    node, volume, _labels = segmented(scene)
    volume.SetName("<script>alert(1)</script>/ä")
    write_report(node, volume, Measurer().measure(node, [volume]).rows, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "Left red nucleus" in page or "Red nucleus" in page
    assert json.dumps("phantom")[1:-1] in page
