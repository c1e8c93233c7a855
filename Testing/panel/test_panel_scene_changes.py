"""The scene changes before, during and after a run: nothing is lost, nothing of another node is taken."""

import numpy as np
from host import gui
from host.fixtures import head
from panel_actions import choose_volume, idle, message, nodes, run, temporary_folders, until_running
from processes import alive
from scene_actions import erase

MEAN = 2


def test_volume_removed_during_the_run(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    host.scene.RemoveNode(volume)
    gui.wait_until(lambda: idle(panel))
    assert "was removed during the run" in message(panel)
    assert nodes(host.scene) == []


def test_volume_or_result_removed_after_the_run(panel, host):
    """The panel says what is gone, and shows nothing of it any more."""
    ui = panel.widget.ui
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    gui.wait_until(lambda: ui.unitsDetected.text == "ppm, detected")
    ui.opacitySlider.value = 30
    host.scene.RemoveNode(volume)
    gui.wait_until(lambda: "The volume of this segmentation, Head, is not in the scene" in ui.resultNote.text)
    assert gui.read_table(ui.table)[0][MEAN] == ""
    assert not ui.saveTableButton.enabled and ui.opacitySlider.value == 30
    host.scene.RemoveNode(nodes(host.scene)[0])
    gui.wait_until(lambda: ui.resultNote.text == "")
    assert ui.unitsDetected.text == "" and ui.opacitySlider.value == 100
    assert not ui.editButton.enabled


def test_adding_a_scene_changes_no_choice(panel, host, tmp_path):
    """File > Add Data with a scene: Slicer's selectors lose their nodes while their lists are made anew."""
    import slicer

    ui = panel.widget.ui
    head(host.scene, "First")
    volume, _labels = head(host.scene, "Second")
    chosen, other = (host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name) for name in "ab")
    choose_volume(panel, volume)
    ui.outputSelector.setCurrentNode(chosen)
    ui.resultSelector.setCurrentNode(other)
    elsewhere = slicer.vtkMRMLScene()
    elsewhere.AddNewNodeByClass("vtkMRMLTextNode", "note")
    elsewhere.SetURL(str(tmp_path / "other.mrml"))
    assert elsewhere.Commit()
    host.scene.SetURL(str(tmp_path / "other.mrml"))
    assert host.scene.Import()
    assert len(nodes(host.scene, "vtkMRMLTextNode")) == 1
    assert ui.volumeSelector.currentNode() is volume
    assert ui.outputSelector.currentNode() is chosen
    assert ui.resultSelector.currentNode() is other
    gui.wait_until(lambda: ui.segmentButton.enabled)


def test_no_other_segmentation_becomes_the_output_when_it_is_removed(panel, host):
    """Slicer's selector takes the next node of its list; the next run would replace labels that nobody chose."""
    ui = panel.widget.ui
    chosen, other = (host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name) for name in "ab")
    ui.outputSelector.setCurrentNode(chosen)
    ui.resultSelector.setCurrentNode(chosen)
    host.scene.RemoveNode(chosen)
    assert ui.outputSelector.currentNode() is None
    assert panel.widget.logic.getParameterNode().outputSegmentation is None
    assert ui.resultSelector.currentNode() is None and other in nodes(host.scene)


def test_scene_closed_during_the_run(panel, host):
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    until_running(panel)
    pid = panel.widget.logic.runner.worker_pid
    host.scene.Clear(0)
    assert idle(panel)
    assert not alive(pid)
    gui.wait(0.3)
    assert message(panel) == "" and nodes(host.scene) == []
    assert temporary_folders() == set()


def test_output_removed_during_the_run_becomes_a_new_node(panel, host):
    volume, _labels = head(host.scene)
    output = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "mine")
    choose_volume(panel, volume)
    panel.widget.ui.outputSelector.setCurrentNode(output)
    until_running(panel)
    host.scene.RemoveNode(output)
    gui.wait_until(lambda: idle(panel))
    assert [node.GetName() for node in nodes(host.scene)] == ["Head DGM"]


def test_edited_labels_are_replaced_only_after_yes(panel, host):
    from DGMSegmentationScene.labels import labels_on_volume

    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    erase(node, volume, 7, 25)
    edited = labels_on_volume(node, volume).image.data.copy()
    node.SetName("<script>ä</script>")
    panel.widget.ui.outputSelector.setCurrentNode(node)
    with gui.Dialogs("No") as dialogs:
        gui.click(panel.widget.ui.segmentButton)
        gui.wait_until(lambda: dialogs.texts)
    assert idle(panel) and len(dialogs.texts) == 1 and "edited by hand" in dialogs.texts[0]
    assert "&lt;script&gt;ä&lt;/script&gt; holds" in dialogs.texts[0]
    assert np.array_equal(labels_on_volume(node, volume).image.data, edited)
    with gui.Dialogs("Yes"):
        gui.click(panel.widget.ui.segmentButton)
        gui.wait_until(lambda: idle(panel))
    copy = next(n for n in nodes(host.scene) if n is not node)
    assert np.array_equal(labels_on_volume(copy, volume).image.data, edited)
    assert np.count_nonzero(labels_on_volume(node, volume).image.data) == np.count_nonzero(edited) + 25


def test_labels_edited_during_the_run_are_not_replaced(panel, host):
    from DGMSegmentationScene.labels import labels_on_volume

    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    panel.widget.ui.outputSelector.setCurrentNode(node)
    until_running(panel)
    erase(node, volume, 7, 25)
    edited = labels_on_volume(node, volume).image.data.copy()
    gui.wait_until(lambda: idle(panel))
    assert np.array_equal(labels_on_volume(node, volume).image.data, edited)
    assert len(nodes(host.scene)) == 2
    new = nodes(host.scene)[1]
    assert node.GetName() in message(panel) and new.GetName() in message(panel)
    # What the user is editing stays in sight and in the table.
    gui.wait(0.05)
    assert [node.GetDisplayVisibility(), new.GetDisplayVisibility()] == [1, 0]
    assert panel.widget.ui.resultSelector.currentNode() is node
