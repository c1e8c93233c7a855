"""Stand-ins for the CTK widgets that Slicer's Python and this module use, with the same properties and signals."""

import types
from typing import Any

from PySide6 import QtCore, QtWidgets

from .pythonqt import Manners, adopt


class ctkCollapsibleButton(adopt(QtWidgets.QWidget)):  # type: ignore[misc]
    """A title that opens and closes what is below it."""

    contentsCollapsed = QtCore.Signal(bool)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._title = QtWidgets.QToolButton(self)
        self._title.setCheckable(True)
        self._title.setChecked(True)
        self._title.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._title.setArrowType(QtCore.Qt.ArrowType.DownArrow)
        self._title.setStyleSheet("QToolButton { border: none; font-weight: bold; padding: 2px; }")
        self._title.toggled.connect(self._toggle)

    def _toggle(self, open_: bool) -> None:
        self._title.setArrowType(QtCore.Qt.ArrowType.DownArrow if open_ else QtCore.Qt.ArrowType.RightArrow)
        for child in self.children():
            if isinstance(child, QtWidgets.QWidget) and child is not self._title:
                child.setVisible(open_)
        self.contentsCollapsed.emit(not open_)

    def resizeEvent(self, event: Any) -> None:
        self._title.resize(QtWidgets.QWidget.width(self), 24)
        layout = QtWidgets.QWidget.layout(self)
        if layout is not None and layout.contentsMargins().top() < 26:
            margins = layout.contentsMargins()
            layout.setContentsMargins(margins.left(), 26, margins.right(), margins.bottom())
        QtWidgets.QWidget.resizeEvent(self, event)

    def childEvent(self, event: Any) -> None:
        QtWidgets.QWidget.childEvent(self, event)
        title = self.__dict__.get("_title")
        if (
            event.added()
            and title is not None
            and not title.isChecked()
            and isinstance(event.child(), QtWidgets.QWidget)
        ):
            event.child().hide()

    def sizeHint(self) -> Any:
        size = QtWidgets.QWidget.sizeHint(self)
        return QtCore.QSize(size.width(), max(26, size.height()) if self._title.isChecked() else 26)

    minimumSizeHint = sizeHint

    def _get_text(self) -> str:
        return self._title.text()

    def _set_text(self, value: str) -> None:
        self._title.setText(value)

    def _get_collapsed(self) -> bool:
        return not self._title.isChecked()

    def _set_collapsed(self, value: bool) -> None:
        self._title.setChecked(not value)

    text = QtCore.Property(str, _get_text, _set_text)
    collapsed = QtCore.Property(bool, _get_collapsed, _set_collapsed)


class ctkPathLineEdit(adopt(QtWidgets.QLineEdit)):  # type: ignore[misc]
    """A line with the path of a file."""

    currentPathChanged = QtCore.Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.editingFinished.connect(lambda: self.currentPathChanged.emit(QtWidgets.QLineEdit.text(self)))

    def _get(self) -> str:
        return QtWidgets.QLineEdit.text(self)

    def _set(self, value: str) -> None:
        if value != QtWidgets.QLineEdit.text(self):
            QtWidgets.QLineEdit.setText(self, value)
            self.currentPathChanged.emit(value)

    currentPath = QtCore.Property(str, _get, _set)
    nameFilters = QtCore.Property("QStringList", lambda self: [], lambda self, value: None)
    filters = QtCore.Property(str, lambda self: "", lambda self, value: None)
    settingKey = QtCore.Property(str, lambda self: "", lambda self, value: None)


def make_module() -> types.ModuleType:
    """The module to put into ``sys.modules["ctk"]``."""
    module = types.ModuleType("ctk")
    module.ctkCollapsibleButton = ctkCollapsibleButton  # type: ignore[attr-defined]
    module.ctkPathLineEdit = ctkPathLineEdit  # type: ignore[attr-defined]
    # Slicer's parameter connectors and message boxes ask for these by name; they are the plain Qt widget here.
    for name, base in {
        "ctkCheckBox": QtWidgets.QCheckBox,
        "ctkComboBox": QtWidgets.QComboBox,
        "ctkCheckablePushButton": QtWidgets.QPushButton,
        "ctkSliderWidget": QtWidgets.QDoubleSpinBox,
        "ctkDoubleSlider": QtWidgets.QSlider,
        "ctkDoubleSpinBox": QtWidgets.QDoubleSpinBox,
        "ctkRangeWidget": QtWidgets.QWidget,
        "ctkDoubleRangeSlider": QtWidgets.QWidget,
        "ctkDirectoryButton": QtWidgets.QPushButton,
        "ctkColorPickerButton": QtWidgets.QPushButton,
        "ctkMessageBox": QtWidgets.QMessageBox,
        "ctkCollapsibleGroupBox": QtWidgets.QGroupBox,
    }.items():
        plain = adopt(base)
        setattr(module, name, type(name, (plain,), {}))
    return module


__all__ = ["Manners", "ctkCollapsibleButton", "ctkPathLineEdit", "make_module"]
