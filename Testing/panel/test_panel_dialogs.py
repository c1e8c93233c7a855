"""The export dialogs: where they begin, what name a file gets, what is asked before something is replaced."""

import os
from pathlib import Path

import pytest
from host import gui
from panel_actions import show_result, until_measured
from scene_actions import segmented

from DGMSegmentationLib.measurement.tables import read_long

BUTTONS = ("saveTableButton", "cohortButton", "saveLabelsButton", "reportButton")


def starts():
    import qt

    return [Path(start) for start in qt.QFileDialog.starts]


@pytest.fixture
def loaded(panel, tmp_path):
    """The panel with a result whose volume lies in a folder of its own: (panel, that folder)."""
    import slicer

    _node, volume, _labels = show_result(panel)
    (tmp_path / "sub-01").mkdir()
    volume.AddDefaultStorageNode(str(tmp_path / "sub-01" / "QSM.nrrd"))
    assert slicer
    return panel, tmp_path / "sub-01"


def note(panel):
    return panel.widget.ui.exportNote.text


def click(panel, button):
    gui.press(getattr(panel.widget.ui, button))


def test_each_dialog_begins_beside_the_volume_then_where_the_last_file_went(loaded, tmp_path):
    panel, folder = loaded
    for button in BUTTONS:
        click(panel, button)  # closed without a choice
    assert starts() == [folder] * 4
    (tmp_path / "out").mkdir()
    gui.choose_file(tmp_path / "out" / "x.tsv")
    click(panel, "saveTableButton")
    assert note(panel) == "Wrote x.tsv."
    for button in BUTTONS:
        click(panel, button)
    assert starts()[5:] == [tmp_path / "out"] * 4
    (tmp_path / "out" / "x.tsv").unlink()
    (tmp_path / "out").rmdir()
    click(panel, "saveTableButton")
    assert starts()[-1] == folder


def test_a_volume_of_a_scene_file_has_no_folder_of_its_own(panel, host, monkeypatch, tmp_path):
    """What a .mrb was unpacked into is gone tomorrow."""
    _node, volume, _labels = show_result(panel)
    monkeypatch.setattr(host.app, "temporaryPath", str(tmp_path))
    (tmp_path / "unpacked").mkdir()
    volume.AddDefaultStorageNode(str(tmp_path / "unpacked" / "QSM.nrrd"))
    click(panel, "saveTableButton")
    assert starts() == [Path.home()]


@pytest.mark.parametrize(
    ("button", "typed", "kind", "written"),
    [
        ("saveTableButton", "t", "", "t.tsv"),
        ("saveTableButton", "t", ".csv", "t.csv"),
        ("saveTableButton", "sub-01.2", ".csv", "sub-01.2.csv"),
        ("saveTableButton", "t.xlsx", "", ""),
        ("cohortButton", "c", "", "c.tsv"),
        ("saveLabelsButton", "lab", "", "lab.nii.gz"),
        ("saveLabelsButton", "lab", ".seg.nrrd", "lab.seg.nrrd"),
        ("saveLabelsButton", "lab.nii", "", "lab.nii"),
        ("saveLabelsButton", "lab.mha", "", ""),
        ("saveLabelsButton", "lab.nrrd", "", ""),
        ("reportButton", "page", "", "page.html"),
        ("reportButton", "page.pdf", "", ""),
    ],
)
def test_a_file_gets_the_suffix_of_the_chosen_kind_or_is_refused(loaded, button, typed, kind, written):
    panel, folder = loaded
    gui.choose_file(typed, kind)
    click(panel, button)
    files = [path.name for path in folder.iterdir()]
    assert files == ([written] if written else [])
    if written:
        assert written in note(panel)
    else:
        assert typed in note(panel) and "\n" not in note(panel)
    if written.endswith(".csv"):
        assert "," in (folder / written).read_text().splitlines()[0]


@pytest.mark.parametrize("answer", ["Yes", "No"])
@pytest.mark.parametrize("typed", ["t", "t.tsv", "sub-01.2"])
def test_a_file_that_is_there_is_replaced_only_after_yes(loaded, typed, answer):
    """Whether its suffix was typed, or added by the dialog, or by us."""
    panel, folder = loaded
    there = folder / (typed if typed.endswith(".tsv") else f"{typed}.tsv")
    there.write_text("mine")
    gui.choose_file(typed)
    with gui.Dialogs(answer) as dialogs:
        click(panel, "saveTableButton")
    assert len(dialogs.texts) == 1
    assert (there.read_text() == "mine") == (answer == "No")
    assert len(list(folder.iterdir())) == 1
    assert note(panel) == (f"Wrote {there.name}." if answer == "Yes" else "")


def test_a_mistyped_folder_is_not_made(loaded):
    panel, folder = loaded
    gui.choose_file(folder / "mistyped" / "x.tsv")
    click(panel, "saveTableButton")
    assert list(folder.iterdir()) == [] and "mistyped" in note(panel)


def test_no_old_sentence_stays(loaded, host):
    panel, _folder = loaded
    gui.choose_file("x.tsv")
    click(panel, "saveTableButton")
    assert "x.tsv" in note(panel)
    click(panel, "saveTableButton")  # closed without a choice
    assert note(panel) == ""
    gui.choose_file("y.tsv")
    click(panel, "saveTableButton")
    host.scene.Clear(0)
    assert note(panel) == ""
    panel.widget.running.show_message("Something failed.")
    host.scene.Clear(0)
    assert not panel.widget.ui.messageBox.visible


def test_rows_of_another_image_of_the_same_name_are_replaced_only_after_yes(panel, host, tmp_path):
    """Two subjects whose volumes are both named QSM, under no patient."""
    ui, path = panel.widget.ui, tmp_path / "cohort.tsv"
    nodes = []
    for name in ("a", "b"):
        node, volume, labels = segmented(host.scene, name="QSM", unit="ppm" if name == "a" else "ppb")
        volume.SetName("QSM")
        (tmp_path / name).mkdir()
        volume.AddDefaultStorageNode(str(tmp_path / name / "QSM.nrrd"))
        node.SetDisplayVisibility(name == "a")
        nodes.append((node, volume, labels))
    from DGMSegmentationScene.segments import show_labels

    node, volume, labels = nodes[1]
    labels = labels.copy()
    labels[labels == 7] = 0
    show_labels(node, volume, labels)

    def append(number, answers=()):
        ui.resultSelector.setCurrentNode(nodes[number][0])
        until_measured(panel)
        gui.choose_file(path)
        with gui.Dialogs(*answers) as dialogs:
            click(panel, "cohortButton")
        return dialogs.texts

    assert append(0) == [] and note(panel) == "Added 10 rows to cohort.tsv."
    assert append(0) == [] and note(panel) == "Replaced 10 rows in cohort.tsv."
    (question,) = append(1, ["No"])
    assert str(tmp_path / "a") in question and str(tmp_path / "b") in question
    assert note(panel) == "" and read_long(path)[6].n_voxels > 0
    assert len(append(1, ["Yes"])) == 1
    assert note(panel) == "Replaced 10 rows in cohort.tsv."
    assert len(read_long(path)) == 10 and read_long(path)[6].n_voxels == 0


def test_the_model_dialog_begins_where_the_last_model_was(panel, tmp_path):
    ui = panel.widget.ui
    gui.choose_file(tmp_path / "x.safetensors")
    gui.choose(ui.modelSelector, "From a file")
    gui.choose(ui.modelSelector, "From a file")
    assert starts()[-1] == tmp_path
    assert os.getcwd() not in map(str, starts())


def test_to_slicer_table_names_the_table(loaded, host):
    panel, _folder = loaded
    click(panel, "tableNodeButton")
    table = host.scene.GetFirstNodeByClass("vtkMRMLTableNode")
    assert note(panel) == f"Made the table {table.GetName()}."
