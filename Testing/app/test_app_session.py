"""The browser app's session in a real scene, without a browser: open, label, measure, save."""

import sys
import time
import zipfile

import numpy as np
import pytest
import vtk
from host.fixtures import MODULE, host, scene  # noqa: F401
from models_for_tests import PHANTOM_MODEL, phantom_atoms_model
from toy_set import TOY

from DGMSegmentationLib.errors import InputError, Remark
from DGMSegmentationLib.image import Image, reorient
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.simulation.phantom import phantom

sys.path.append(str(MODULE.parent))


@pytest.fixture(scope="module")
def head():
    return phantom((80, 96, 76), (2.0, 2.0, 2.0))


@pytest.fixture
def session(host, scene):  # noqa: F811
    from DGMSegmentationApp.session import Session

    host.hierarchy_plugin.active = False  # it belongs to Slicer's window
    opened = Session(scene)
    yield opened
    opened.close()
    host.hierarchy_plugin.active = True


def test_a_volume_comes_with_ten_empty_segments(session, head):
    image, _labels = head
    session.open_volume(image, "sub-01_Chimap", "sub-01")
    assert session.segmentation.GetSegmentation().GetNumberOfSegments() == 10
    assert not session.has_labels and not session.edited and not session.unsaved
    assert [row.n_voxels for row in session.measurement.rows] == [0] * 10
    assert session.unit.unit == "ppm"
    display = session.volume.GetScalarVolumeDisplayNode()
    assert display.GetWindowLevelMin() == pytest.approx(-0.1)
    assert display.GetWindowLevelMax() == pytest.approx(0.2)


def test_a_chosen_unit_is_for_one_volume(session, head):
    """The next one is looked at anew; where its values leave the unit open, the choice holds and that is said."""
    image, _labels = head
    session.open_volume(image, "first")
    session.units = "ppb"
    assert session.open_volume(image, "second") is None and session.units == "auto"
    unclear = image.replace(data=image.data * 50)  # between the spread of ppm and that of ppb
    with pytest.raises(InputError, match="unclear"):
        session.open_volume(unclear, "unclear")
    session.units = "ppb"
    assert session.open_volume(unclear, "unclear") == Remark("unit_as_chosen", name="unclear", unit="ppb")
    assert (session.unit.unit, session.unit.detected) == ("ppb", False)


def test_what_is_no_qsm_changes_nothing(session, head):
    image, labels = head
    session.open_volume(image, "sub-01_Chimap")
    volume = session.volume
    for wrong in (labels.replace(data=labels.data.astype(np.float32)), image.replace(data=image.data * 0)):
        with pytest.raises(InputError) as caught:
            session.open_volume(wrong, "wrong")
        assert "\n" not in str(caught.value)
        assert session.volume is volume
        assert session.scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 1


def test_labels_of_another_grid_are_brought_to_the_volume(session, head):
    image, labels = head
    session.open_volume(image, "sub-01_Chimap")
    assert session.open_labels(labels, "by-hand") is None
    direct = [row.n_voxels for row in session.measurement.rows]
    assert direct == [int((labels.data == k).sum()) for k in range(1, 11)]
    turned = reorient(labels, "PSL")
    assert session.open_labels(turned, "turned") == Remark("labels_brought_to_grid")
    assert [row.n_voxels for row in session.measurement.rows] == direct
    assert session.scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1
    far = Image(labels.data, np.array(labels.affine) + np.array([[0, 0, 0, 900.0]] + [[0.0] * 4] * 3))
    with pytest.raises(InputError, match="outside"):
        session.open_labels(far, "far")
    assert [row.n_voxels for row in session.measurement.rows] == direct


def test_what_is_replaced_leaves_no_entry_in_the_subject_hierarchy(session, head, tmp_path):
    """Nobody but the app takes it out: Slicer's core mistakes it for a later node's (the scene fixture sees VTK's error),
    and the saved scene would list it."""
    import slicer

    image, labels = head
    for subject in ("sub-01", "sub-02"):
        session.open_volume(image, "Chimap", subject)
        for name in "abc":
            session.open_labels(labels, name)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(session.scene)
    items = vtk.vtkIdList()
    hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), items, True)
    names = [hierarchy.GetItemName(items.GetId(n)) for n in range(items.GetNumberOfIds())]
    assert sorted(names) == ["Chimap", session.segmentation.GetName(), "sub-02"]
    with zipfile.ZipFile(session.export("scene", tmp_path)) as saved:
        (described,) = [name for name in saved.namelist() if name.endswith(".mrml")]
        assert saved.read(described).count(b"<SubjectHierarchyItem ") == len(names) + 1  # and the scene


def test_labels_need_a_volume(session, head):
    with pytest.raises(InputError, match="Open the QSM volume first"):
        session.open_labels(head[1], "labels")


def test_unsaved_work_is_known(session, head, tmp_path):
    """Labels from a file hold nothing new; an edit does, until the labels are saved; a table alone saves no labels."""
    image, labels = head
    session.open_volume(image, "sub-01_Chimap")
    session.open_labels(labels, "by-hand")
    assert session.edited and not session.unsaved
    _take_a_voxel(session, labels)
    assert session.unsaved
    session.export("table-csv", tmp_path)
    assert session.unsaved
    session.export("labels", tmp_path)
    assert not session.unsaved


def test_every_export_can_be_read(session, head, tmp_path):
    from DGMSegmentationApp.session import EXPORTS

    image, labels = head
    session.open_volume(image, "sub 01/\u00e4: QSM", "sub-01")
    with pytest.raises(InputError, match="no labels yet"):
        session.export("labels", tmp_path)
    session.open_labels(labels, "by-hand")
    paths = {what: session.export(what, tmp_path) for what in EXPORTS}
    assert {path.parent for path in paths.values()} == {tmp_path}
    assert len({path.name for path in paths.values()}) == len(EXPORTS)
    assert np.array_equal(read_labels(paths["labels"]).data, labels.data)
    assert set(np.unique(read_labels(paths["segmentation"]).data)) == set(range(11))
    for what in ("table-csv", "table-tsv"):
        rows = read_long(paths[what])
        assert [row.subject for row in rows] == ["sub-01"] * 10
        assert [row.n_voxels for row in rows] == [row.n_voxels for row in session.measurement.rows]
    names = zipfile.ZipFile(paths["scene"]).namelist()
    assert sum(name.endswith(".mrml") for name in names) == 1
    (nrrd,) = (name for name in names if name.endswith(".nrrd") and not name.endswith(".seg.nrrd"))
    zipfile.ZipFile(paths["scene"]).extract(nrrd, tmp_path)
    assert np.allclose(read_image(tmp_path / nrrd).data, image.data)
    assert "<img" in paths["report"].read_text(encoding="utf-8")
    with pytest.raises(InputError, match="no export"):
        session.export("../secret", tmp_path)


def test_another_volume_replaces_everything(session, head):
    image, labels = head
    session.open_volume(image, "first")
    session.open_labels(labels, "by-hand")
    session.open_volume(image.replace(data=image.data * 1000), "second")
    assert session.unit.unit == "ppb"
    assert not session.has_labels
    for kind in ("vtkMRMLScalarVolumeNode", "vtkMRMLSegmentationNode"):
        assert session.scene.GetNumberOfNodesByClass(kind) == 1


def _run(session) -> str:
    """Wait for the end of the run; returns what it said."""
    while session.running:
        time.sleep(0.02)  # the processor is the worker's
        last = session.poll()
    assert last[-1].kind == "finished"
    return last[-1].text


def _take_a_voxel(session, labels) -> None:
    from DGMSegmentationScene.segments import show_labels

    changed = labels.data.copy()
    changed[tuple(np.argwhere(changed == 5)[0])] = 0
    show_labels(session.segmentation, session.volume, changed)
    session.measure()


def test_no_run_takes_manual_work_away(session, head, tmp_path):
    """What was edited while a run went on stays; what a run replaced by agreement counts as unsaved until it is saved."""
    from DGMSegmentationLib.options import SegmentOptions

    image, labels = head
    session.open_volume(image, "sub-01_Chimap")
    session.start(SegmentOptions(str(PHANTOM_MODEL), device="cpu"))
    _take_a_voxel(session, labels)
    by_hand = [row.n_voxels for row in session.measurement.rows]
    assert "edited while the run went on" in _run(session)
    assert [row.n_voxels for row in session.measurement.rows] == by_hand
    assert session.edited and session.unsaved and session.segmentation.GetDisplayVisibility()
    assert not session.unsaved_aside  # the labels of the run, kept hidden, are nobody's work
    session.start(SegmentOptions(str(PHANTOM_MODEL), device="cpu"))
    assert _run(session) == ""
    assert not session.edited and not session.unsaved and session.unsaved_aside
    session.export("labels", tmp_path)
    assert session.unsaved_aside
    session.export("scene", tmp_path)
    assert not session.unsaved_aside


def test_replaced_labels_that_a_file_holds_are_not_missed(session, head, tmp_path):
    from DGMSegmentationScene.provenance import set_aside

    image, labels = head
    session.open_volume(image, "sub-01_Chimap")
    session.open_labels(labels, "by-hand")
    set_aside(session.segmentation)
    assert not session.unsaved_aside
    _take_a_voxel(session, labels)
    set_aside(session.segmentation)
    assert session.unsaved_aside
    session.export("labels", tmp_path)
    assert not session.unsaved_aside


def test_a_run_fills_the_segments(session, head):
    from DGMSegmentationLib.options import SegmentOptions

    session.open_volume(head[0], "sub-01_Chimap")
    with pytest.raises(InputError):
        session.start(SegmentOptions("no such model"))
    session.start(SegmentOptions(str(PHANTOM_MODEL), device="cpu"))
    assert session.running
    _run(session)
    assert session.has_labels and not session.edited and "phantom" in session.origin
    assert sum(row.n_voxels > 0 for row in session.measurement.rows) == 10


def test_another_protocol_labels_the_last_run_anew(session, head, tmp_path):
    """In the same segmentation, without the network; a changed volume or other options need a run."""
    from DGMSegmentationLib.models.model import save_model
    from DGMSegmentationLib.options import SegmentOptions

    atoms = phantom_atoms_model()
    model = save_model(tmp_path / "atoms.safetensors", atoms.header, atoms.states)
    options = SegmentOptions(str(model), device="cpu")
    session.open_volume(head[0], "sub-01_Chimap")
    assert not session.can_relabel(options)
    session.start(options)
    _run(session)
    node, first = session.segmentation, [row.n_voxels for row in session.measurement.rows]
    assert session.protocol == "" and len(first) == 10
    assert not session.can_relabel(options.changed(largest_component=False))
    for protocol, rows in (("anatomical", 18), ("targets", 10), ("", 10)):
        wanted = options.changed(protocol=protocol)
        assert session.can_relabel(wanted)
        session.start(wanted)
        steps = []
        while session.running:
            time.sleep(0.02)
            steps += [update.text for update in session.poll()]
        assert "Running the network" not in steps
        assert session.segmentation is node and not session.edited and session.protocol == protocol
        assert len(session.measurement.rows) == rows
    assert [row.n_voxels for row in session.measurement.rows] == pytest.approx(first, abs=3)
    session.open_volume(head[0], "sub-02_Chimap")
    assert not session.can_relabel(options)


def test_labels_of_another_set_bring_their_own_rows(session, head, tmp_path):
    """The page's table has one row a structure of the set that is shown, and the set goes with what is saved."""
    from DGMSegmentationApp.state import rows_of

    image, ten = head
    session.open_volume(image, "sub-01_Chimap")
    data = np.zeros(ten.shape, TOY.dtype)
    for label, old in zip(TOY.values, (9, 10, 1), strict=True):
        data[ten.data == old] = label
    session.open_labels(ten.replace(data=data, label_set=TOY), "toy")
    rows = rows_of(session.measurement.rows, {}, lambda _label: True, session.label_set)
    assert [(row["label"], row["id"], row["side"]) for row in rows] == [
        (21, "TH_L", "L"), (300, "TH_R", "R"), (47, "PIN", "")
    ]  # fmt: skip
    assert [row["name"] for row in rows] == ["Thalamus", "Thalamus", "Pineal gland"]
    assert all(row["mean"] and row["volume"] for row in rows)
    saved = read_labels(session.export("segmentation", tmp_path))
    assert saved.label_set.structures == TOY.structures
