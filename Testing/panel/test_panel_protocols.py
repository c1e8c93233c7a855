"""The labelling protocol in the panel: another one labels the last run without the network, and no edit is lost."""

import pytest
from host import gui
from host.fixtures import head
from models_for_tests import PHANTOM_MODEL, phantom_atoms_model
from panel_actions import choose_model, choose_volume, idle, message, nodes, run, settle
from scene_actions import erase

from DGMSegmentationLib.models.model import read_header, save_model
from DGMSegmentationLib.options import DEFAULT_MODEL
from DGMSegmentationLib.segmentation.convention import protocols_for
from DGMSegmentationLib.segmentation.protocol import ATOMS_PROTOCOL, protocol_names

OWN = '[structures.GP]\nthreshold = 0.06\n[[structures.GP.parts]]\natoms = ["GP"]\n'


@pytest.fixture(scope="module")
def atoms_model(tmp_path_factory):
    atoms = phantom_atoms_model()
    return save_model(tmp_path_factory.mktemp("model") / "atoms.safetensors", atoms.header, atoms.states)


@pytest.fixture
def labelled(panel, host, atoms_model):
    """The panel after a run of a model of atoms: (panel, volume, segmentation)."""
    choose_model(panel, atoms_model)
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    run(panel)
    (node,) = nodes(host.scene)
    yield panel, volume, node
    panel.widget.logic.getParameterNode().protocol = ""


def offered(panel):
    selector = panel.widget.ui.protocolSelector
    return [selector.itemText(n) for n in range(selector.count)]


def pick(panel, name):
    """Choose a protocol by the hand, and wait for what comes of it; the steps that were shown."""
    steps, runner = [], panel.widget.logic.runner
    poll = runner.poll
    runner.poll = lambda: [steps.append(update.text) or update for update in poll()]
    try:
        gui.choose(panel.widget.ui.protocolSelector, name)
        gui.wait_until(lambda: idle(panel))
        settle(panel)
    finally:
        del runner.poll
    return steps


def protocol_of(node):
    from DGMSegmentationScene.provenance import provenance_of

    return provenance_of(node)["protocol"]["name"]


def test_what_fits_the_model_is_offered(panel, host, atoms_model):
    for model, some in ((PHANTOM_MODEL, {"iron"}), (atoms_model, {"anatomical", "targets"})):
        choose_model(panel, model)
        own, *bundled, file = offered(panel)
        fitting = protocols_for(read_header(model)[0])
        assert (own, file) == ("The model's own", "From a file...") and some <= set(fitting)
        assert [title.partition(":")[0] for title in bundled] == list(fitting)


def test_the_default_model_offers_those_of_the_others_too(panel, host):
    """A run takes the model that its protocol was made for."""
    panel.widget.logic.getParameterNode().model = DEFAULT_MODEL
    gui.wait_until(lambda: len(offered(panel)) == 2 + len(protocol_names()))
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    for name in protocol_names():
        gui.choose(panel.widget.ui.protocolSelector, f"{name}:")
        assert panel.widget.ui.segmentButton.enabled, panel.widget.ui.segmentButton.toolTip
    gui.choose(panel.widget.ui.protocolSelector, "The model's own")


def test_another_protocol_labels_anew_without_the_network(labelled, host):
    from DGMSegmentationScene.labels import labels_on_volume
    from DGMSegmentationScene.segments import structure_segments

    panel, volume, node = labelled
    ui = panel.widget.ui
    first = labels_on_volume(node, volume).image.data
    assert protocol_of(node) == ATOMS_PROTOCOL and rows_in(ui.table) == 10
    steps = pick(panel, "anatomical")
    assert "Running the network" not in steps and "Labelling by the protocol" in steps
    assert nodes(host.scene) == [node] and ui.resultSelector.currentNode() is node
    assert protocol_of(node) == "anatomical"
    assert rows_in(ui.table) == len(structure_segments(node)) == 18
    assert panel.widget.logic.getParameterNode().protocol == "anatomical"
    # Back: the labels of the run, and they count as unedited.
    steps = pick(panel, "The model's own")
    assert "Running the network" not in steps
    assert (labels_on_volume(node, volume).image.data != first).mean() < 1e-4
    assert "edited" not in ui.resultNote.text and "edited" not in message(panel)


def rows_in(table):
    return len(gui.read_table(table))


def test_edited_labels_stay_and_the_protocols_come_beside_them(labelled, host):
    from DGMSegmentationScene.labels import labels_on_volume

    panel, volume, node = labelled
    erase(node, volume, 7, 25)
    edited = labels_on_volume(node, volume).image.data.copy()
    pick(panel, "anatomical")
    kept, new = nodes(host.scene)
    assert kept is node and protocol_of(new) == "anatomical"
    assert (labels_on_volume(node, volume).image.data == edited).all()
    assert [kept.GetDisplayVisibility(), new.GetDisplayVisibility()] == [0, 1]
    assert "edited by hand and is kept" in message(panel) and node.GetName() in message(panel)
    assert panel.widget.ui.resultSelector.currentNode() is new


def test_changed_voxels_need_the_network(labelled, host):
    import slicer

    panel, volume, node = labelled
    ui = panel.widget.ui
    slicer.util.updateVolumeFromArray(volume, slicer.util.arrayFromVolume(volume) * 1.01)
    assert pick(panel, "anatomical") == []
    assert "Click Segment" in ui.protocolNote.text and protocol_of(node) == ATOMS_PROTOCOL
    run(panel)
    assert ui.protocolNote.text == "" and [protocol_of(n) for n in nodes(host.scene)] == [
        ATOMS_PROTOCOL,
        "anatomical",
    ]


def test_a_protocol_file_for_a_model_of_structures(panel, host, tmp_path):
    """One made of the model's own structures; another that the model cannot give is one sentence."""
    ui = panel.widget.ui
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    (tmp_path / "own.toml").write_text(OWN)
    (tmp_path / "bad.toml").write_text("structures = 3")
    gui.choose_file(tmp_path / "own.toml")
    assert pick(panel, "From a file") == [] and ui.protocolNote.text == ""
    assert ui.protocolSelector.currentText == "own.toml"
    run(panel)
    (node,) = nodes(host.scene)
    assert protocol_of(node) == "own" and rows_in(ui.table) == 2
    # The file changes on disk; the same run takes it when it is chosen again.
    wanted = {"bad.toml": "bad.toml", "gone.toml": "gone.toml"}
    for name, word in wanted.items():
        gui.choose_file(tmp_path / name)
        pick(panel, "From a file")
        assert word in ui.protocolNote.text and "\n" not in ui.protocolNote.text
        assert not ui.segmentButton.enabled and word in ui.segmentButton.toolTip
    gui.choose_file("")  # the dialog is closed: the choice stays
    pick(panel, "From a file")
    assert ui.protocolSelector.currentText == "gone.toml"
    pick(panel, "The model's own")
    assert ui.segmentButton.enabled and ui.protocolNote.text == ""
    with pytest.raises(KeyError):
        protocol_of(node)  # labelled anew by the model's own classes: no protocol stands in its provenance
    assert rows_in(ui.table) == 10


def test_the_choice_is_kept_in_the_scene(labelled, host, tmp_path):
    panel, _volume, _node = labelled
    pick(panel, "anatomical")
    assert host.scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    host.scene.Clear(0)
    settle(panel)
    assert offered(panel)[0] == panel.widget.ui.protocolSelector.currentText
    assert host.scene.ReadFromMRB(str(tmp_path / "scene.mrb"))
    settle(panel)
    assert "anatomical" in panel.widget.ui.protocolSelector.currentText
