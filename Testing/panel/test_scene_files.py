"""What leaves the scene and comes back: scene files, labels, tables, the report."""

import json
import math

import numpy as np
import pytest
from host.fixtures import head
from scene_actions import erase, segmented


def test_everything_survives_the_scene_file(scene, tmp_path):
    """Save as .mrb, close, load: labels, names, codes, provenance, and no false edit."""
    from DGMSegmentationScene.edits import is_edited
    from DGMSegmentationScene.labels import labels_on_volume
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.provenance import INPUT_ROLE, attribute, provenance_of
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
    # As text: NaN is NaN there, which dataclasses of Python 3.13 no longer find equal.
    assert str(Measurer().measure(node, [volume]).rows) == str(before)
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
    from DGMSegmentationScene.edits import is_edited
    from DGMSegmentationScene.export import write_segmentation
    from DGMSegmentationScene.labels import labels_on_volume
    from DGMSegmentationScene.provenance import attribute, own_volume, provenance_of

    node, volume, labels = segmented(scene)
    write_segmentation(node, tmp_path / "x.seg.nrrd")
    again = slicer.util.loadSegmentation(str(tmp_path / "x.seg.nrrd"))
    assert np.array_equal(labels_on_volume(again, volume).image.data, labels)
    # Its provenance came along, and nobody has touched it.
    assert not is_edited(again)
    assert attribute(again, "Model") == "phantom 1"
    assert provenance_of(again) == provenance_of(node)
    assert own_volume(again, volume) is volume  # by the name that it had
    erase(again, volume, 5)
    assert is_edited(again)
    assert [p.name for p in tmp_path.iterdir()] == ["x.seg.nrrd"]


def test_provenance_survives_slicers_own_saving(scene, tmp_path):
    """File > Save writes the segments' tags, not the node's attributes; any sign in a record comes back."""
    import slicer
    from DGMSegmentationScene.edits import is_edited, mark_unedited
    from DGMSegmentationScene.provenance import provenance_of, write_provenance

    node, volume, _labels = segmented(scene)
    record = {**provenance_of(node), "warnings": ['a|b: "c" \\ 100 % ä\n']}
    write_provenance(node, volume, record)
    mark_unedited(node)
    node.AddDefaultStorageNode(str(tmp_path / "saved.seg.nrrd"))
    assert node.GetStorageNode().WriteData(node)
    scene.Clear(0)
    again = slicer.util.loadSegmentation(str(tmp_path / "saved.seg.nrrd"))
    assert provenance_of(again) == record
    assert not is_edited(again)


@pytest.mark.parametrize("lookup", ["own values", "other values", "none"])
def test_own_labels_of_a_nifti_file_as_a_segmentation(scene, tmp_path, lookup):
    """Add Data > Segmentation: the segments are numbers; the lookup table beside them says which, or a sentence does."""
    import slicer
    from DGMSegmentationScene.edits import origin
    from DGMSegmentationScene.lookup import doubt, recognise
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.segments import structure_segments

    from DGMSegmentationLib.image import Image
    from DGMSegmentationLib.io.labels import write_labels
    from DGMSegmentationLib.io.lookup import lookup_text

    _node, volume, labels = segmented(scene)
    from DGMSegmentationScene.volumes import affine_of

    scheme = "segdgm" if lookup == "other values" else "dgm"
    write_labels(tmp_path / "x_dseg.nii.gz", Image(labels, affine_of(volume)), scheme)
    if lookup != "none":
        (tmp_path / "x_dseg.tsv").write_text(lookup_text(scheme=scheme))
    node = slicer.util.loadSegmentation(str(tmp_path / "x_dseg.nii.gz"))
    assert recognise(node)
    assert sorted(structure_segments(node)) == list(range(1, 11))
    names = {node.GetSegmentation().GetSegment(i).GetName() for i in structure_segments(node).values()}
    assert "Left red nucleus" in names
    rows = Measurer().measure(node, [volume]).rows
    assert [row.n_voxels for row in rows] == [int((labels == label).sum()) for label in range(1, 11)]
    assert bool(doubt(node)) == (lookup == "none")
    assert "by hand" in origin(node) and "edited" not in origin(node)


def test_segments_that_a_user_numbered_are_not_taken_for_ours(scene):
    from DGMSegmentationScene.lookup import recognise
    from DGMSegmentationScene.segments import structure_segments

    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "tumour")
    node.GetSegmentation().AddEmptySegment("Segment_1", "Segment_1")
    assert not recognise(node) and structure_segments(node) == {}


def test_tables_to_files_and_node(scene, tmp_path):
    from DGMSegmentationScene.export import table_node, write_table
    from DGMSegmentationScene.measurement import Measurer

    from DGMSegmentationLib.measurement.tables import columns_of as columns_written
    from DGMSegmentationLib.measurement.tables import read_long

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
    table = table_node(scene, rows, "ROIs").GetTable()
    assert table.GetNumberOfRows() == 20
    assert [table.GetColumnName(i) for i in range(table.GetNumberOfColumns())] == columns_written(rows)
    assert table.GetColumnByName("mean_ppb").GetValue(4) == pytest.approx(rows[4].mean_ppb)


def columns_of(node):
    table = node.GetTable()
    return {table.GetColumnName(i): table.GetColumn(i) for i in range(table.GetNumberOfColumns())}


@pytest.mark.parametrize("name", ["rois.tsv", "rois.csv", "wide.tsv"])
def test_slicer_reads_our_tables(scene, tmp_path, name):
    """A volume under no patient has no subject: Slicer drops a line's first, empty field, and all columns shift."""
    import slicer
    from DGMSegmentationScene.export import write_table
    from DGMSegmentationScene.measurement import Measurer

    from DGMSegmentationLib.measurement.tables import columns_of as columns_written
    from DGMSegmentationLib.measurement.tables import read_long, wide_columns
    from DGMSegmentationLib.structures import STANDARD

    node, volume, _labels = segmented(scene)
    rows = Measurer().measure(node, [volume]).rows
    assert rows[0].subject == ""
    wide = name.startswith("wide")
    write_table(rows, tmp_path / name, wide)
    columns = columns_of(slicer.util.loadTable(str(tmp_path / name)))
    assert list(columns) == list(wide_columns(STANDARD) if wide else columns_written(rows))
    assert [column.GetNumberOfValues() for column in columns.values()] == [1 if wide else 10] * len(columns)
    assert columns["subject"].GetValue(0) == "n/a" and columns["image"].GetValue(0) == "Head"
    if not wide:
        assert float(columns["mean_ppb"].GetValue(4)) == pytest.approx(rows[4].mean_ppb, abs=1e-5)
        assert [row.subject for row in read_long(tmp_path / name)] == [""] * 10


def test_a_table_node_survives_the_scene_file(scene, tmp_path):
    from DGMSegmentationScene.export import table_node
    from DGMSegmentationScene.measurement import Measurer

    node, volume, _labels = segmented(scene)
    rows = Measurer().measure(node, [volume]).rows
    table_node(scene, rows, "ROIs")
    path = str(tmp_path / "scene.mrb")
    assert scene.WriteToMRB(path)
    scene.Clear(0)
    assert scene.ReadFromMRB(path)
    columns = columns_of(scene.GetFirstNodeByClass("vtkMRMLTableNode"))
    assert columns["subject"].GetValue(0) == "n/a"
    assert [columns["label"].GetValue(i) for i in range(10)] == list(range(1, 11))
    assert [columns["mean_ppb"].GetValue(i) for i in range(10)] == pytest.approx(
        [row.mean_ppb for row in rows], rel=1e-4
    )  # Slicer writes six digits
    assert columns["software"].GetValue(9) == rows[9].software


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("lab.mha", ""),
        ("lab", "lab.nii.gz"),
        ("sub-01.2", "sub-01.2.nii.gz"),
        ("lab.nii", "lab.nii"),
        ("LAB.NII.GZ", "LAB.NII.GZ"),
        ("no such folder/lab.nii.gz", ""),
    ],
)
def test_a_file_is_what_its_name_says(scene, tmp_path, name, becomes):
    from DGMSegmentationScene.export import LABEL_SUFFIXES, checked_name

    from DGMSegmentationLib.errors import InputError

    if becomes:
        assert checked_name(tmp_path / name, LABEL_SUFFIXES, ".nii.gz") == tmp_path / becomes
    else:
        with pytest.raises(InputError, match=r"lab\.mha|no such folder"):
            checked_name(tmp_path / name, LABEL_SUFFIXES, ".nii.gz")


def test_nothing_is_written_under_a_name_of_something_else(scene, tmp_path):
    from DGMSegmentationScene.export import write_labels, write_segmentation, write_table
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.report import write_report

    from DGMSegmentationLib.errors import InputError

    node, volume, _labels = segmented(scene)
    measurement = Measurer().measure(node, [volume])
    rows = measurement.rows
    for write in (
        lambda path: write_labels(node, volume, path / "x.mha"),
        lambda path: write_labels(node, volume, path / "x"),
        lambda path: write_segmentation(node, path / "x.nrrd"),
        lambda path: write_table(rows, path / "x.xlsx"),
        lambda path: write_report(node, measurement, path / "x"),
        lambda path: write_table(rows, path / "mistyped" / "x.tsv"),
    ):
        with pytest.raises(InputError):
            write(tmp_path)
    assert list(tmp_path.iterdir()) == []


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
