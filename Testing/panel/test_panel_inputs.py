"""Inputs that are not one plain volume: a frame of a sequence, a model with further channels, the bundled sample."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from host import gui
from host.fixtures import head
from models_for_tests import PHANTOM_MODEL
from panel_actions import choose_model, choose_volume, message, nodes, run, settle

from DGMSegmentationLib.models.header import ModelHeader
from DGMSegmentationLib.models.model import save_model
from DGMSegmentationLib.models.networks import build_network
from DGMSegmentationLib.preprocessing.grid import Preprocessing
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.sample import bundled_sample

MEAN = 2


def labels_of(node, volume):
    from DGMSegmentationScene.labels import labels_on_volume

    return labels_on_volume(node, volume).image.data


@pytest.fixture
def sequence(host):
    """(browser, proxy volume): two heads as a time series; the second lies two voxels further back."""
    import slicer

    scene = host.scene
    first, _labels = head(scene, "first")
    second, _labels = head(scene, "second")
    voxels = slicer.util.arrayFromVolume(second)
    slicer.util.updateVolumeFromArray(second, np.roll(voxels, 2, axis=1))
    series = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "QSM over time")
    for index, volume in enumerate((first, second)):
        series.SetDataNodeAtValue(volume, str(index))
        scene.RemoveNode(volume)
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "browser")
    browser.SetAndObserveMasterSequenceNodeID(series.GetID())
    show_frame(host, browser, 0)
    return browser, browser.GetProxyNode(series)


def show_frame(host, browser, index):
    browser.SetSelectedItemNumber(index)
    host.slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)


def test_a_frame_of_a_sequence(panel, host, sequence):
    """The proxy volume is segmented as it is shown, and the table follows when another frame is shown."""
    from DGMSegmentationScene.volumes import image_of

    browser, proxy = sequence
    assert proxy in panel.widget.ui.volumeSelector.nodes()
    choose_volume(panel, proxy)
    found = []
    for frame in (0, 1):
        show_frame(host, browser, frame)
        run(panel)
        assert message(panel) == ""
        node = nodes(host.scene)[-1]
        expected = segment(image_of(proxy, as_seen=True), PHANTOM_MODEL, device="cpu").labels.data
        assert np.array_equal(labels_of(node, proxy), expected)
        found.append(expected)
    assert np.array_equal(np.roll(found[0], 2, axis=1), found[1])
    assert len(nodes(host.scene)) == 2

    ui = panel.widget.ui
    gui.wait_until(lambda: gui.read_table(ui.table)[4][MEAN] not in ("", "-"))
    shown = gui.read_table(ui.table)
    show_frame(host, browser, 0)
    gui.wait_until(lambda: gui.read_table(ui.table) != shown)
    show_frame(host, browser, 1)
    gui.wait_until(lambda: gui.read_table(ui.table) == shown)


def test_another_frame_is_shown_during_the_run(panel, host, sequence):
    """The labels are those of the frame that was shown at the click."""
    from DGMSegmentationScene.volumes import image_of

    browser, proxy = sequence
    expected = segment(image_of(proxy, as_seen=True, copy=True), PHANTOM_MODEL, device="cpu").labels.data
    choose_volume(panel, proxy)
    gui.click(panel.widget.ui.segmentButton)
    show_frame(host, browser, 1)
    gui.wait_until(lambda: panel.widget.logic.runner.state == "idle")
    settle(panel)
    (node,) = nodes(host.scene)
    assert np.array_equal(labels_of(node, proxy), expected)


@pytest.fixture
def two_channel_model(tmp_path):
    import torch

    torch.manual_seed(2)  # random weights that give several labels and listen to both channels
    network = build_network("dolz", in_channels=2, n_classes=11, widths=(3, 3, 4), head_widths=(6,))
    for parameter in network.parameters():
        fan_in = parameter[0].numel() if parameter.ndim == 5 else 11
        torch.nn.init.normal_(parameter, std=1.2 / fan_in**0.5)
    pre = Preprocessing(spacing_mm=(3, 3, 6), shape=(52, 64, 26), windows=((-200, 200), (0, 600)))
    header = ModelHeader("two", "dolz", network.options(), pre, channels=("qsm", "magnitude"))
    return save_model(tmp_path / "two.safetensors", header, [network.state_dict()])


def test_a_model_with_a_further_channel(panel, host, two_channel_model):
    """The panel asks for the second volume by name, refuses to run without, and hands it to the network."""
    import slicer
    from DGMSegmentationScene.volumes import image_of

    ui = panel.widget.ui
    qsm, _labels = head(host.scene, "QSM")
    magnitude, _labels = head(host.scene, "Magnitude")
    voxels = slicer.util.arrayFromVolume(magnitude)
    slicer.util.updateVolumeFromArray(magnitude, np.abs(voxels) * 4000)
    choose_volume(panel, qsm)
    assert not ui.channelBox.visible
    choose_model(panel, two_channel_model)
    assert ui.channelBox.visible
    assert not ui.segmentButton.enabled and "magnitude" in ui.segmentButton.toolTip
    assert "--" not in ui.segmentButton.toolTip

    selector = panel.widget.inputs._channels["magnitude"]
    gui.choose(selector, "Magnitude")
    gui.wait_until(lambda: ui.segmentButton.enabled)
    run(panel)
    # The small network's labels may be missing or doubtful, which is said; of the channel nothing is.
    assert "agnitude" not in message(panel) and "channel" not in message(panel)
    (node,) = nodes(host.scene)
    channels = {"magnitude": image_of(magnitude)}
    expected = segment(image_of(qsm), two_channel_model, device="cpu", extra_channels=channels).labels.data
    assert len(np.unique(expected)) > 2
    assert np.array_equal(labels_of(node, qsm), expected)
    channels["magnitude"] = channels["magnitude"].replace(data=channels["magnitude"].data * 0)
    blank = segment(image_of(qsm), two_channel_model, device="cpu", extra_channels=channels).labels.data
    assert not np.array_equal(expected, blank), "the second channel must matter"

    # A volume that lies elsewhere is one sentence; removing the volume disables the button again.
    other, _labels = head(host.scene, "Elsewhere", (3.0, 3.0, 3.0))
    other.SetOrigin(*(place + 200.0 for place in other.GetOrigin()))
    gui.choose(selector, "Elsewhere")
    gui.wait(0.02)
    run(panel)
    assert "magnitude shows only 0 % of the brain" in message(panel) and "--" not in message(panel)
    assert len(nodes(host.scene)) == 1
    host.scene.RemoveNode(other)  # no other volume takes its place
    gui.wait_until(lambda: not ui.segmentButton.enabled)
    assert selector.currentNode() is None
    choose_model(panel, PHANTOM_MODEL)
    assert not ui.channelBox.visible and ui.segmentButton.enabled


def test_the_line_about_pytorch(panel, host, monkeypatch):
    """Without torch: one line names it; the button goes through Slicer's PyTorch extension, which asks the user."""
    from DGMSegmentationPanel import dependencies

    ui = panel.widget.ui
    there = {"torch": False}
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        dependencies.importlib.util,
        "find_spec",
        lambda name, *more: None if name == "torch" and not there["torch"] else find_spec(name, *more),
    )
    volume, _labels = head(host.scene)
    choose_volume(panel, volume)
    panel.widget.enter()
    assert ui.dependencyBox.visible and ui.dependencyLabel.text == "Needed once: PyTorch."
    assert not ui.segmentButton.enabled and "Install" in ui.segmentButton.toolTip

    # The extension PyTorch is not installed.
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    gui.click(ui.installButton)
    assert "Install the extension PyTorch" in ui.dependencyLabel.text

    # It is, and the user says no to its question: installTorch returns None (PyTorchUtils of the extension PyTorch).
    asked = []
    answers = [None, SimpleNamespace(__version__="2.9.0")]

    class PyTorchUtilsLogic:
        def installTorch(self, askConfirmation=False, torchVersionRequirement=None):
            asked.append((askConfirmation, torchVersionRequirement))
            there["torch"] = len(asked) == 2
            return answers.pop(0)

    extension = ModuleType("PyTorchUtils")
    extension.PyTorchUtilsLogic = PyTorchUtilsLogic
    monkeypatch.setitem(sys.modules, "PyTorchUtils", extension)
    gui.click(ui.installButton)
    assert "was not installed" in ui.dependencyLabel.text and ui.dependencyBox.visible
    gui.click(ui.installButton)
    assert not ui.dependencyBox.visible and ui.segmentButton.enabled
    assert asked == [(True, ">=2.4")] * 2


def sample_source(host):
    """The entry of Slicer's own Sample Data module for our sample."""
    import slicer

    return slicer.modules.sampleDataSources["DGMSegmentation"]


@pytest.mark.skipif(
    not os.environ.get("SLICER_SOURCE_DIR"),
    reason="SLICER_SOURCE_DIR is not set: Sample Data is Slicer's own",
)
def test_the_sample_comes_from_slicers_sample_data(panel, host, monkeypatch):
    """Slicer's own module copies the bundled file into its cache, checks it, loads it; no network is asked."""
    import urllib.request

    import SampleData

    (source,) = sample_source(host)
    sample = bundled_sample()
    assert source.uris == [sample.image.as_uri()]
    (volume,) = SampleData.SampleDataLogic().downloadFromSource(source)
    check_sample_node(volume)
    # What an older version left in the cache is replaced.
    cached = Path(host.scene.GetCacheManager().GetRemoteCacheDirectory(), sample.image.name)
    cached.write_bytes(cached.read_bytes()[:-1000])
    fetched = []
    retrieve = urllib.request.urlretrieve
    monkeypatch.setattr(
        urllib.request, "urlretrieve", lambda uri, *more: fetched.append(uri) or retrieve(uri, *more)
    )
    (volume,) = SampleData.SampleDataLogic().downloadFromSource(source)
    assert fetched == [sample.image.as_uri()]
    check_sample_node(volume)


def test_the_sample_loads_in_slicers_core(panel, host):
    """The NIfTI reader of Slicer's core understands the sample's integers, scale and geometry."""
    import slicer

    check_sample_node(slicer.util.loadVolume(str(bundled_sample().image)))


def check_sample_node(volume):
    from DGMSegmentationScene.volumes import image_of, refusal

    from DGMSegmentationLib.io.files import read_image

    assert refusal(volume) == ""
    ours, theirs = read_image(bundled_sample().image), image_of(volume)
    assert np.allclose(theirs.affine, ours.affine, atol=1e-4)
    assert np.allclose(theirs.data, ours.data, atol=1e-7)
