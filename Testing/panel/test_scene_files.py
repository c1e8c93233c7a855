"""What leaves the scene and comes back: scene files, labels, tables, the report."""

# Fixtures are imported by name.
# ruff: noqa: F811

import json
import math

import numpy as np
import pytest
from host.fixtures import head, host, scene  # noqa: F401
from scene_hands import erase, segmented


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

    from DGMSegmentationLib.measurement.tables import COLUMNS, read_long

    node, volume, _labels = segmented(scene)
    other, _ = head(scene, "Head <script>alert(1)</script> / ä", unit="ppb")
    rows = Measurer().measure(node, [volume, other]).rows
    assert len(rows) == 20
    assert rows[0].mean_ppb == pytest.approx(
        rows[10].mean_ppb, rel=1e-4
    )  # the unit of each volume is its own
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


def test_report_page_escapes_names(scene, tmp_path):
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.report import write_report

    node, volume, _labels = segmented(scene)
    volume.SetName("<script>alert(1)</script>/ä")
    write_report(node, Measurer().measure(node, [volume]), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "Left red nucleus" in page or "Red nucleus" in page
    assert json.dumps("phantom")[1:-1] in page
