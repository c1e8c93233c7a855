"""The verdict above the table: in words, whole at every width, read in light and dark, and of the volume that is shown."""

import pytest
from host import gui
from host.fixtures import head
from panel_actions import show_result, until_measured
from PySide6 import QtGui, QtWidgets
from scene_actions import erase

from DGMSegmentationLib.errors import Remark
from DGMSegmentationLib.measurement.verdict import DOUBTFUL, FAILED, Verdict


def words(panel):
    ui = panel.widget.ui
    if not ui.verdictBox.visible:
        return ""
    return f"{ui.verdictHeadline.text} {ui.verdictReasons.text}".strip()


def doubt():
    return Verdict(DOUBTFUL, (Remark("unit_contradiction", name="QSM <1>", taken="ppm", said="ppb"),) * 2)


def test_a_table_with_lost_structures_is_doubtful(panel, host):
    """As the library judges: the banner says its words, follows an edit, and goes with the table."""
    node, volume, _labels = show_result(panel)
    measured = panel.widget.results.measurement
    before = words(panel)
    assert before.startswith(f"Verdict: {measured.verdict_of(0).status}.")
    for label in (1, 2, 3, 4):
        erase(node, volume, label, 10**6)
    gui.wait_until(lambda: words(panel) != before)
    until_measured(panel)
    verdict = panel.widget.results.measurement.verdict_of(0)
    assert verdict.status == DOUBTFUL and verdict.headline("panel") in words(panel)
    for reason in verdict.sentences("panel"):
        assert f"- {reason}" in words(panel)
    assert "--" not in words(panel).replace("\n- ", "")  # no option of the command line
    host.scene.RemoveNode(node)
    until_measured(panel)
    assert words(panel) == ""


def test_each_volume_has_its_own_verdict(panel, host):
    import slicer

    ui = panel.widget.ui
    show_result(panel)
    other, _labels = head(host.scene, "Other")
    slicer.util.updateVolumeFromArray(other, slicer.util.arrayFromVolume(other) * 0.02)
    ui.furtherSelector.setCheckState(other, 2)
    until_measured(panel)
    measured = panel.widget.results.measurement
    shown = []
    for name in ("Head", "Other"):
        gui.choose(ui.shownSelector, name)
        shown.append(words(panel))
    assert [text.split(".")[0] for text in shown] == [
        f"Verdict: {measured.verdict_of(index).status}" for index in (0, 1)
    ]


@pytest.mark.parametrize("width", [330, 380, 430])
def test_the_banner_is_whole(panel, width):
    ui, banner = panel.widget.ui, panel.widget.results._verdict
    panel.show(width)
    show_result(panel)
    try:
        for verdict in (doubt(), Verdict(), Verdict(FAILED, doubt().reasons), None, doubt()):
            banner.show(verdict)
            gui.wait(0.05)
            assert ui.verdictBox.visible == (verdict is not None)
            assert ui.verdictReasons.visible == bool(verdict is not None and verdict.reasons)
            for label in (ui.verdictHeadline, ui.verdictReasons):
                if label.visible:
                    assert QtWidgets.QLabel.heightForWidth(label, label.width) <= label.height
                    assert label.width <= panel.window.viewport().width()
        assert panel.window.width() == width
        assert ui.verdictReasons.text.count("QSM <1>") == 2  # plain text, no mark-up
    finally:
        panel.widget.results.update()
        panel.show()


@pytest.mark.parametrize("background", ["#f0f0f0", "#323232"])
def test_the_bar_is_seen_in_light_and_dark(panel, background):
    """WCAG 2.1: 3 to 1 for what is no text; and the words alone tell the state."""
    from DGMSegmentationPanel.verdict import ATTENTION as colour
    from test_panel_layout import luminance

    panel.widget.results._verdict.show(doubt())
    assert colour in panel.widget.ui.verdictBox.styleSheet
    low, high = sorted((luminance(QtGui.QColor(colour)), luminance(QtGui.QColor(background))))
    assert (high + 0.05) / (low + 0.05) >= 3
    assert "doubtful" in words(panel)
    panel.widget.results.update()
