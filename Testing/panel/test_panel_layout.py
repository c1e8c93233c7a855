"""How the panel looks: in Slicer's scroll area at its real sizes, in light and dark colours, hovered and copied."""

import contextlib
import re

import pytest
from host import gui
from panel_actions import show_result, until_measured
from PySide6 import QtCore, QtGui, QtWidgets

WIDTHS = (330, 380, 430)
NOTES = {
    "resultNote": lambda panel, text: panel.widget.results._note.show(text),
    "exportNote": lambda panel, text: panel.widget.exports._note.show(text),
    "messageLabel": lambda panel, text: panel.widget.running.show_message(text),
    "modelDescription": lambda panel, text: panel.widget.inputs._description.show(text),
}
TEXTS = ("short", "a longer sentence that wraps " * 9, "", "two lines of a sentence that wraps " * 2)


def rectangle(widget, panel):
    top = QtWidgets.QWidget.mapTo(widget, panel.window.widget(), QtCore.QPoint(0, 0))
    return QtCore.QRect(top, QtCore.QSize(widget.width, widget.height))


def collisions(panel):
    """Pairs of visible leaf widgets that lie over each other, and labels whose text needs more height than they have."""
    names = [
        "volumeSelector", "modelSelector", "modelDescription", "outputSelector", "segmentButton", "messageLabel",
        "resultSelector", "furtherSelector", "table", "resultNote", "editButton", "show3DButton", "opacitySlider",
        "saveTableButton", "tableShape", "cohortButton", "tableNodeButton", "saveLabelsButton", "reportButton",
        "exportNote",
    ]  # fmt: skip
    widgets = {name: getattr(panel.widget.ui, name) for name in names}
    shown = {name: rectangle(w, panel) for name, w in widgets.items() if w.isVisible()}
    found = [(a, b) for a in shown for b in shown if a < b and shown[a].intersects(shown[b])]
    right = panel.window.viewport().width()
    found += [(name, "cut at the right") for name, r in shown.items() if r.right() > right]
    for name in NOTES:
        label = widgets[name]
        if name in shown and QtWidgets.QLabel.heightForWidth(label, label.width) > label.height:
            found.append((name, "cut below"))
    return found


def settle(panel):
    """Layouts take some turns of the event loop; what is left then stays."""
    with contextlib.suppress(AssertionError):
        gui.wait_until(lambda: collisions(panel) == [])
    assert collisions(panel) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_lies_over_anything_else(panel, width):
    """Notes of every length come and go while the table grows, in a scroll area that is lower than the panel."""
    panel.show(width)
    assert panel.window.width() == width, "the panel needs more than Slicer gives it"
    panel.widget.ui.exportSection.collapsed = False
    show_result(panel)
    try:
        for text in TEXTS:
            for show_note in NOTES.values():
                show_note(panel, text)
            settle(panel)
        panel.show(430)
        settle(panel)
    finally:
        panel.widget.ui.exportSection.collapsed = True
        panel.widget.running.show_message("")
        panel.widget.inputs._describe()
        panel.show()


@pytest.mark.parametrize("width", WIDTHS)
def test_headers_of_the_table_are_whole(panel, width):
    panel.show(width)
    show_result(panel)
    gui.wait(0.02)
    table = panel.widget.ui.table
    header = table.horizontalHeader()
    metrics = QtGui.QFontMetrics(QtWidgets.QWidget.font(header))
    for column in range(table.columnCount):
        lines = table.horizontalHeaderItem(column).text().split("\n")
        assert max(map(metrics.horizontalAdvance, lines)) <= header.sectionSize(column), lines
    assert sum(header.sectionSize(c) for c in range(table.columnCount)) <= table.viewport().width()
    last = table.visualItemRect(table.item(table.rowCount - 1, 0))
    assert last.bottom() <= table.viewport().height()
    panel.show()


def luminance(colour):
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("background", ["#f0f0f0", "#323232"])
def test_words_are_read_in_light_and_dark(panel, background):
    """WCAG 2.1: a contrast of 4.5 to 1 for text. Slicer has a light and a dark style."""
    dark = background == "#323232"
    palette = QtGui.QPalette(QtGui.QColor("white" if dark else "black"), QtGui.QColor(background))
    palette.setColor(QtGui.QPalette.ColorRole.WindowText, QtGui.QColor("white" if dark else "black"))
    before = panel.window.palette()
    panel.window.setPalette(palette)
    try:
        for name in (*NOTES, "progressLabel", "unitsDetected", "dependencyLabel"):
            label = getattr(panel.widget.ui, name)
            label.ensurePolished()
            own = label.palette
            text = own.color(QtGui.QPalette.ColorRole.WindowText)
            a, b = sorted((luminance(text), luminance(QtGui.QColor(background))))
            assert (b + 0.05) / (a + 0.05) >= 4.5, name
            assert "color" not in label.styleSheet
    finally:
        panel.window.setPalette(before)


def test_tooltips_wrap_and_say_what_they_mean(panel, host):
    """A table's items get no help from Slicer; names may hold any sign and are escaped once."""
    import numpy as np
    import slicer
    from DGMSegmentationScene.segments import show_labels

    ui = panel.widget.ui
    node, volume, labels = show_result(panel)
    volume.SetName("<b>a</b> & b")
    changed = labels.copy()
    changed[(labels == 7) & (np.indices(labels.shape)[0] % 2 == 0)] = 0
    show_labels(node, volume, changed)
    until_measured(panel)
    tip = ui.table.item(6, 5).toolTip()
    assert tip.count("<p>") >= 2 and QtGui.Qt.mightBeRichText(tip)
    for paragraph in re.findall(r"<p>(.*?)</p>", tip):
        assert "<" not in paragraph
    empty = host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "<script>&")
    ui.volumeSelector.setCurrentNode(empty)
    gui.wait(0.02)
    document = QtGui.QTextDocument()
    document.setHtml(ui.segmentButton.toolTip)
    assert document.toPlainText().startswith("<script>& is empty")
    assert slicer


def test_ctrl_c_copies_whole_rows(panel):
    from PySide6 import QtTest

    ui = panel.widget.ui
    show_result(panel)
    clipboard = QtWidgets.QApplication.clipboard()
    clipboard.setText("before")
    panel.window.activateWindow()
    ui.table.setFocus()
    ui.table.setCurrentCell(4, 2)
    gui.wait(0.05)
    control = QtCore.Qt.KeyboardModifier.ControlModifier
    QtTest.QTest.keyClick(ui.table, QtCore.Qt.Key.Key_C, control)
    assert clipboard.text().split("\t") == gui.read_table(ui.table)[4]
    QtTest.QTest.keyClick(ui.table, QtCore.Qt.Key.Key_A, control)
    QtTest.QTest.keyClick(ui.table, QtCore.Qt.Key.Key_C, control)
    lines = [line.split("\t") for line in clipboard.text().split("\n")]
    assert lines[0][2] == "Mean ppb" and lines[1:] == gui.read_table(ui.table)
