"""What the panel has chosen stays what the user chose: when nodes go, come, get new names, or a scene is loaded."""

import pytest
from host import gui
from host.fixtures import head
from panel_actions import choose_volume, nodes, show_result, until_measured
from scene_actions import erase, segmented

MEAN = 2


def table(panel):
    return gui.read_table(panel.widget.ui.table)


def test_no_other_volume_takes_the_place_of_a_removed_one(panel, host):
    """Slicer's selector takes the next volume: labels of one subject were measured in another's image."""
    ui = panel.widget.ui
    node, volume, _labels = show_result(panel, name="N003")
    before = table(panel)
    other, _labels = head(host.scene, "N001")
    host.scene.RemoveNode(volume)
    until_measured(panel)
    assert ui.volumeSelector.currentNode() is None
    assert not ui.segmentButton.enabled
    assert table(panel)[0][MEAN] == "" and "N003" in ui.resultNote.text
    # Another subject's volume is measured only when the user says so.
    choose_volume(panel, other)
    until_measured(panel)
    assert table(panel)[0][MEAN] == "" and "N003" in ui.resultNote.text
    ui.furtherSelector.setCheckState(other, 2)
    until_measured(panel)
    assert table(panel)[0][MEAN] != "" and "N001" in ui.resultNote.text
    ui.furtherSelector.setCheckState(other, 0)
    # The subject's own volume, loaded again, is recognised, and stays the result's own.
    again, _labels = head(host.scene, "N003")
    choose_volume(panel, again)
    until_measured(panel)
    assert table(panel) == before
    choose_volume(panel, other)
    until_measured(panel)
    assert table(panel) == before
    assert node.GetNodeReference("DGMSegmentation.Input") is again


def test_no_other_result_takes_the_place_of_a_removed_one(panel, host):
    ui = panel.widget.ui
    node, _volume, _labels = show_result(panel, name="A")
    other, _volume, _labels = segmented(host.scene, name="B")
    other.SetDisplayVisibility(0)
    host.scene.RemoveNode(node)
    until_measured(panel)
    assert ui.resultSelector.currentNode() is None and table(panel)[0][MEAN] == ""
    assert not ui.editButton.enabled and not ui.saveTableButton.enabled


def test_a_ticked_volume_that_is_removed_leaves_the_table(panel, host):
    ui = panel.widget.ui
    _node, volume, _labels = show_result(panel, name="QSM")
    other, _labels = head(host.scene, "R2s")
    ui.furtherSelector.setCheckState(other, 2)
    until_measured(panel)
    assert ui.shownSelector.count == 2 and ui.shownSelector.visible
    host.scene.RemoveNode(other)
    until_measured(panel)
    assert {row.image for row in panel.widget.results.measurement.rows} == {"QSM"}
    assert not ui.shownSelector.visible and table(panel)[0][MEAN] != ""
    assert volume is not None


def test_a_renamed_volume_has_its_new_name_in_the_table(panel, host):
    ui = panel.widget.ui
    show_result(panel, name="QSM")
    other, _labels = head(host.scene, "R2s")
    ui.furtherSelector.setCheckState(other, 2)
    until_measured(panel)
    other.SetName("T2s")
    until_measured(panel)
    assert [ui.shownSelector.itemText(i) for i in range(ui.shownSelector.count)] == ["QSM", "T2s"]
    assert ui.furtherSelector.checkedNodes() == [other]


def test_ticks_and_choices_are_in_the_scene_file(panel, host, tmp_path):
    import slicer

    ui = panel.widget.ui
    show_result(panel, name="QSM")
    first, _labels = head(host.scene, "R2s")
    second, _labels = head(host.scene, "Magnitude")
    for one in (first, second):
        ui.furtherSelector.setCheckState(one, 2)
    ui.furtherSelector.setCheckState(first, 0)
    until_measured(panel)
    before = table(panel)
    assert host.scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    host.scene.Clear(0)
    until_measured(panel)
    assert panel.widget.ui.furtherSelector.checkedNodes() == []
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    until_measured(panel)
    assert [node.GetName() for node in ui.furtherSelector.checkedNodes()] == ["Magnitude"]
    assert [ui.shownSelector.itemText(i) for i in range(ui.shownSelector.count)] == ["QSM", "Magnitude"]
    assert table(panel) == before and ui.resultSelector.currentNode() is not None


def test_adding_a_scene_keeps_the_ticks(panel, host, tmp_path):
    import slicer

    ui = panel.widget.ui
    show_result(panel, name="QSM")
    other, _labels = head(host.scene, "R2s")
    ui.furtherSelector.setCheckState(other, 2)
    until_measured(panel)
    elsewhere = slicer.vtkMRMLScene()
    elsewhere.AddNewNodeByClass("vtkMRMLTextNode", "note")
    elsewhere.SetURL(str(tmp_path / "other.mrml"))
    assert elsewhere.Commit()
    host.scene.SetURL(str(tmp_path / "other.mrml"))
    assert host.scene.Import()
    until_measured(panel)
    assert ui.furtherSelector.checkedNodes() == [other]
    assert len(panel.widget.results.measurement.rows) == 20


def test_data_loaded_while_the_panel_is_open_are_chosen(panel, host):
    ui = panel.widget.ui
    assert ui.volumeSelector.currentNode() is None
    host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
    gui.wait(0.05)
    assert ui.volumeSelector.currentNode() is None
    first, _labels = head(host.scene, "First")
    gui.wait_until(lambda: ui.volumeSelector.currentNode() is first)
    second, _labels = head(host.scene, "Second")  # nobody asked for this one
    gui.wait(0.05)
    assert ui.volumeSelector.currentNode() is first
    host.scene.RemoveNode(first)
    gui.wait(0.05)
    assert ui.volumeSelector.currentNode() is None
    third, _labels = head(host.scene, "Third")
    gui.wait_until(lambda: ui.volumeSelector.currentNode() is third)
    assert second is not None


def test_another_result_that_the_user_chooses_is_shown(panel, host):
    ui = panel.widget.ui
    first, _volume, _labels = show_result(panel, name="A")
    second, _volume, _labels = segmented(host.scene, name="B")
    gui.choose(ui.resultSelector, "B DGM")
    assert [n.GetDisplayVisibility() for n in (first, second)] == [0, 1]
    gui.choose(ui.resultSelector, "A DGM")
    assert [n.GetDisplayVisibility() for n in (first, second)] == [1, 0]


def test_edit_labels_opens_the_structure_of_the_chosen_row(panel, host):
    ui = panel.widget.ui
    show_result(panel)
    ui.table.setCurrentCell(3, 0)
    ui.editButton.click()
    editor = host.scene.GetSingletonNode("SegmentEditor", "vtkMRMLSegmentEditorNode")
    assert editor.GetSelectedSegmentID() == "SN_R"
    assert editor.GetAttribute("Islands.MinimumSize") == "1"
    ui.table.clearSelection()
    ui.table.setCurrentCell(-1, -1)
    editor.SetSelectedSegmentID("CN_R")
    ui.editButton.click()
    assert editor.GetSelectedSegmentID() == "CN_R"


def test_the_camera_is_turned_once(panel, host):
    ui = panel.widget.ui
    camera = host.scene.AddNewNodeByClass("vtkMRMLCameraNode")
    camera.SetPosition(0, 500, 0)
    node, volume, _labels = show_result(panel)
    ui.show3DButton.checked = True
    turned = list(camera.GetPosition())
    assert turned != [0, 500, 0]
    camera.SetPosition(0, 300, 100)  # the user's hand
    ui.show3DButton.checked = False
    ui.show3DButton.checked = True
    assert list(camera.GetPosition()) == [0, 300, 100]
    assert node.GetSegmentation().ContainsRepresentation("Closed surface")
    assert volume is not None


def test_swatches_have_the_colours_of_the_views(panel):
    from PySide6 import QtGui

    def colour(row):
        icon = panel.widget.ui.table.item(row, 0).icon()
        return QtGui.QColor(icon.pixmap(12, 12).toImage().pixel(5, 5)).name()

    node, _volume, _labels = show_result(panel)
    before = colour(4)
    node.GetSegmentation().GetSegment("GP_L").SetColor(0.0, 1.0, 0.0)
    until_measured(panel)
    assert colour(4) == "#00ff00" != before


def test_a_hardened_transform_is_no_edit_in_the_table(panel, host):
    from scene_actions import transformed

    node, volume, _labels = show_result(panel)
    before = [line[:5] for line in table(panel)]
    transform = transformed(host.scene, volume)
    node.SetAndObserveTransformNodeID(transform.GetID())
    for one in (node, volume):
        one.HardenTransform()
    until_measured(panel)
    # A flag may say that the volume is tilted by now.
    assert [line[:5] for line in table(panel)] == before and "edited" not in panel.widget.ui.resultNote.text
    erase(node, volume, 5)
    gui.wait_until(lambda: "edited by hand" in panel.widget.ui.resultNote.text)


def test_own_labels_loaded_as_segmentation_are_measured(panel, host, tmp_path):
    import slicer
    from DGMSegmentationScene.export import write_labels

    ui = panel.widget.ui
    node, volume, _labels = show_result(panel)
    before = [line[:5] for line in table(panel)]
    write_labels(node, volume, tmp_path / "x_dseg.nii.gz")
    host.scene.RemoveNode(node)
    loaded = slicer.util.loadSegmentation(str(tmp_path / "x_dseg.nii.gz"))
    ui.resultSelector.setCurrentNode(loaded)
    until_measured(panel)
    assert [line[:5] for line in table(panel)] == before
    assert "only numbers" in ui.resultNote.text and "edited" not in ui.resultNote.text


def test_own_segmentation_file_is_loaded_with_its_provenance(panel, host, tmp_path):
    import slicer
    from DGMSegmentationScene.export import write_segmentation

    ui = panel.widget.ui
    node, _volume, _labels = show_result(panel)
    before, note = table(panel), ui.resultNote.text
    write_segmentation(node, tmp_path / "x.seg.nrrd")
    host.scene.RemoveNode(node)
    ui.resultSelector.setCurrentNode(slicer.util.loadSegmentation(str(tmp_path / "x.seg.nrrd")))
    until_measured(panel)
    assert table(panel) == before and ui.resultNote.text == note
    assert ui.unitsDetected.text == "ppm, detected"


@pytest.mark.parametrize("what", ["segmentation", "text"])
def test_a_script_that_gives_no_volume_gets_one_sentence(panel, host, what):
    from DGMSegmentation import DGMSegmentationLogic
    from DGMSegmentationLib.errors import DGMError

    logic = DGMSegmentationLogic()
    given = (
        host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "mine") if what == "segmentation" else "QSM"
    )
    with pytest.raises(DGMError, match=r"no volume"):
        logic.process(given)
    assert logic.runner.state == "idle" and len(nodes(host.scene)) == (what == "segmentation")
