"""The scene's measurement is the library's: the same flags, the same reasons on the page, and what the worker measured."""

import json

import numpy as np
import pytest
from host.fixtures import head
from models_for_tests import PHANTOM_MODEL
from scene_actions import erase, segmented

from DGMSegmentationLib.measurement import case as case_module
from DGMSegmentationLib.segmentation.pipeline import segment


def test_labels_outside_the_brain_are_flagged(scene):
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.segments import show_labels

    node, volume, labels = segmented(scene)
    labels = labels.copy()
    labels[2:6, 2:6, 2:6] = 1
    show_labels(node, volume, labels)
    (case,) = Measurer().measure(node, [volume]).cases
    assert "outside_mask" in case.rows[0].flag_list
    assert "outside the brain mask" in case.reasons["outside_mask RN_L"]


def test_the_page_holds_the_reasons_that_the_table_shows(scene, tmp_path):
    """Those of the network too, as long as the labels are the run's."""
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.provenance import PREFIX, provenance_of
    from DGMSegmentationScene.report import write_report

    node, volume, _labels = segmented(scene)
    record = {**provenance_of(node), "undecided": {"CN_L": 0.9}}
    node.SetAttribute(PREFIX + "Provenance", json.dumps(record))
    measurement = Measurer().measure(node, [volume])
    reason = measurement.reasons["low_confidence CN_L"]
    write_report(node, measurement, tmp_path / "page.html")
    assert reason in (tmp_path / "page.html").read_text(encoding="utf-8")
    erase(node, volume, 3)
    assert "low_confidence CN_L" not in Measurer().measure(node, [volume]).reasons


def test_after_an_edit_the_table_is_that_of_a_fresh_measurement(scene, monkeypatch):
    from DGMSegmentationScene.measurement import Measurer

    node, volume, _labels = segmented(scene)
    measurer = Measurer()
    measurer.measure(node, [volume])
    looked, structure_values = [], case_module.structure_values
    for count in (1, 3):
        erase(node, volume, 8, count)
        with monkeypatch.context() as patch:
            patch.setattr(
                case_module,
                "structure_values",
                lambda *arguments: looked.append(arguments[1]) or structure_values(*arguments),
            )
            after = measurer.measure(node, [volume])
        assert repr(after.rows) == repr(Measurer().measure(node, [volume]).rows)
    assert looked == [8, 8]


def test_changed_voxels_are_measured_anew(scene):
    import slicer
    from DGMSegmentationScene.measurement import Measurer

    node, volume, _labels = segmented(scene)
    measurer = Measurer()
    before = measurer.measure(node, [volume]).rows
    slicer.util.updateVolumeFromArray(volume, slicer.util.arrayFromVolume(volume) * np.float32(1.25))
    after = measurer.measure(node, [volume]).rows
    assert [row.mean_ppb for row in after] == pytest.approx([1.25 * row.mean_ppb for row in before])


def test_what_the_worker_measured_is_the_first_table(scene, monkeypatch):
    """And it is that of segment(), without another look at the voxels."""
    from DGMSegmentationScene.measurement import Measurer
    from DGMSegmentationScene.runner import Runner
    from DGMSegmentationScene.volumes import image_of

    from DGMSegmentationLib.options import SegmentOptions

    volume, _labels = head(scene)
    options = SegmentOptions(str(PHANTOM_MODEL), device="cpu")
    runner, measurer = Runner(), Measurer()
    try:
        runner.start(volume, options)
        update = runner.run_to_end()
        assert update.kind == "finished", update
    finally:
        runner.stop()
    node = scene.GetNodeByID(update.node_id)
    measurer.adopt(update.measured)
    with monkeypatch.context() as patch:
        patch.setattr(case_module, "structure_values", None)
        (case,) = measurer.measure(node, [volume]).cases
    expected = segment(image_of(volume), options=options).rows
    for row, other in zip(case.rows, expected, strict=True):
        assert row.n_voxels == other.n_voxels and row.mean_ppb == other.mean_ppb
        assert row.flags == other.flags and row.model == other.model
    erase(node, volume, 5)
    assert measurer.measure(node, [volume]).rows[4].n_voxels == expected[4].n_voxels - 1


def test_each_volume_has_its_own_reasons(scene):
    """Two volumes, one flag: the table shows the reason that its own volume gave."""
    import slicer
    from DGMSegmentationScene.measurement import Measurer

    node, volume, _labels = segmented(scene)
    other, _ = head(scene, "Other")
    third, _ = head(scene, "Third")
    for changed, factor in ((other, 3.0), (third, 4.0)):
        slicer.util.updateVolumeFromArray(changed, slicer.util.arrayFromVolume(changed) * np.float32(factor))
    measurement = Measurer().measure(node, [volume, other, third])
    assert measurement.reasons_of(1)["mean_high GP_L"] != measurement.reasons_of(2)["mean_high GP_L"]
    assert "mean_high GP_L" not in measurement.reasons_of(0) and measurement.reasons_of(3) == {}
