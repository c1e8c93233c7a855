"""The numbers of the scene logic are those of Slicer's own Segment Statistics."""

import numpy as np
import pytest
from host.fixtures import head
from scene_actions import segmented, transformed

from DGMSegmentationLib.structures import STANDARD


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
    for structure in STANDARD.structures[4:8]:
        theirs = slicer.util.arrayFromSegmentBinaryLabelmap(node, structure.abbreviation, other).transpose(
            2, 1, 0
        )
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
        assert any(str(overlap) in str(note) for note in measured.notes)
        assert all("overlap" in row.flag_list for row in measured.rows)
    else:  # the array function moved the voxels from one structure to the other
        assert measured.rows[4].n_voxels == 0


def test_other_quantity_stands_as_it_is(scene):
    """R2* is no susceptibility: its numbers are not scaled and its rows say so."""
    import slicer
    from DGMSegmentationScene.measurement import Measurer

    node, volume, _labels = segmented(scene)
    r2star, _ = head(scene, "R2star")
    slicer.util.updateVolumeFromArray(
        r2star, np.where(slicer.util.arrayFromVolume(volume) != 0, 25.0, 0).astype("float32")
    )
    rows = Measurer().measure(node, [r2star]).rows
    assert all(row.mean_ppb == pytest.approx(25.0) for row in rows)
    assert all("own_unit" in row.flag_list for row in rows)
    # A unit chosen for the QSM says nothing about the map beside it.
    for unit in ("ppm", "ppb"):
        beside = Measurer().measure(node, [volume, r2star], unit).rows[10:]
        assert [row.mean_ppb for row in beside] == [row.mean_ppb for row in rows]
        assert all("own_unit" in row.flag_list for row in beside)


def test_a_volume_that_took_the_place_of_another_is_said(scene):
    """The labels' own volume was deleted: whatever is measured instead is named beside the table."""
    from DGMSegmentationScene.measurement import Measurer

    node, volume, _labels = segmented(scene)
    assert Measurer().measure(node, [volume]).notes == []
    _other_node, other, _other_labels = segmented(scene)
    made_from = volume.GetName()
    scene.RemoveNode(volume)
    notes = Measurer().measure(node, [other]).notes
    assert len(notes) == 1 and made_from in str(notes[0]) and other.GetName() in str(notes[0])
