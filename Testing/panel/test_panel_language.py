"""The panel in German, by Qt's own translator: its texts, the table's, and the sentences of the library."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from host.fixtures import MODULE
from panel_actions import show_result
from PySide6 import QtCore, QtWidgets

from DGMSegmentationLib import language

WIDTH = 380  # of Slicer's panel, about


@pytest.fixture
def german(host, tmp_path):
    """The panel, opened while Slicer's translator for German is installed."""
    release = shutil.which("pyside6-lrelease", path=str(Path(sys.executable).parent)) or shutil.which(
        "lrelease"
    )
    if release is None:
        pytest.skip("Qt's lrelease is not there")
    made = tmp_path / "de.qm"
    subprocess.run(
        [release, str(language.languages()["de"]), "-qm", str(made)], check=True, capture_output=True
    )
    translator = QtCore.QTranslator()
    assert translator.load(str(made))
    QtCore.QCoreApplication.installTranslator(translator)
    host.scene.Clear(0)
    host.add_views()
    panel = host.open_module(MODULE)
    panel.show(WIDTH, 900)
    yield panel
    QtCore.QCoreApplication.removeTranslator(translator)
    panel.close()
    language.translate_by(None)
    host.scene.Clear(0)
    host.check()


def test_the_panel_is_german(host, german):
    ui = german.widget.ui
    assert ui.segmentButton.toolTip == "Wählen Sie zuerst ein QSM-Volumen." or not ui.segmentButton.enabled
    show_result(german)
    assert ui.segmentButton.text == "Segmentieren"
    heads = [ui.table.horizontalHeaderItem(column).text() for column in range(6)]
    assert heads == ["Struktur", "Seite", "Mittel\nppb", "SD\nppb", "mm\u00b3", "Hinweise"]
    assert ui.table.item(0, 0).text() == "Nucleus ruber" and ui.table.item(0, 1).text() == "L"
    assert float(ui.table.item(0, 2).text())  # numbers are written as before
    english = {
        text
        for (_, text), said in language.translations(language.languages()["de"]).items()
        if said not in ("", text)
    }
    english -= set(language.translations(language.languages()["de"]).values())
    shown = [
        text
        for kind in (QtWidgets.QAbstractButton, QtWidgets.QLabel)
        for widget in german.window.widget().findChildren(kind)
        for text in (widget.text, widget.toolTip)
    ]
    assert len([text for text in shown if text]) > 20
    assert [text for text in shown if text in english] == []
