"""Slicer's way with tooltips: plain text of a widget becomes a wrapped paragraph (ctkToolTipTrapper in qSlicerApplication)."""

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets


class ToolTipWrapper(QtCore.QObject):
    """Watches all widgets; a table's items have tooltips of their own, which it does not see."""

    def eventFilter(self, watched: Any, event: Any) -> bool:
        if event.type() == QtCore.QEvent.Type.ToolTipChange and isinstance(watched, QtWidgets.QWidget):
            text = QtWidgets.QWidget.toolTip.__get__(watched)
            text = text() if callable(text) else text
            if text and not QtGui.Qt.mightBeRichText(text):
                mode = QtCore.Qt.WhiteSpaceMode.WhiteSpaceNormal
                QtWidgets.QWidget.setToolTip(watched, QtGui.Qt.convertFromPlainText(text, mode))
                return True
        return False
