"""Stand-ins for the CTK widgets that Slicer's Python and this module use, with the same properties and signals."""

import types
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from .pythonqt import Manners, adopt

STATED = "visibilityToParent"  # CTK's name for what somebody said of a child's visibility while it could not be seen


class ctkCollapsibleButton(adopt(QtWidgets.QAbstractButton)):  # type: ignore[misc]
    """A framed title as wide as the panel that opens and closes what is below it; it is the button itself, as in CTK."""

    contentsCollapsed = QtCore.Signal(bool)
    COLLAPSED_HEIGHT = 10

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._collapsed = self._forcing = False
        self._maximum = QtWidgets.QWidget.maximumHeight(self)
        self.setCheckable(True)
        self.setChecked(True)
        policy = QtWidgets.QSizePolicy.Policy
        self.setSizePolicy(policy.Minimum, policy.Preferred)
        self.setContentsMargins(0, self._button_size().height(), 0, 0)
        self.setBackgroundRole(QtGui.QPalette.ColorRole.Window)
        QtWidgets.QAbstractButton.toggled.__get__(self).connect(lambda open_: self._collapse(not open_))

    def _collapse(self, collapsed: bool) -> None:
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        if collapsed:
            self._maximum = QtWidgets.QWidget.maximumHeight(self)
            self.setMaximumHeight(self.sizeHint().height())
        else:
            self.setMaximumHeight(self._maximum)
        for child in self.children():
            if isinstance(child, QtWidgets.QWidget):
                self._place(child)
        self.updateGeometry()
        self.contentsCollapsed.emit(collapsed)

    def _place(self, child: Any) -> None:
        """Show or hide a child; one that was hidden by its owner stays hidden when the section opens."""
        self._forcing = True
        stated = child.property(STATED)
        child.setVisible(not self._collapsed and (stated is None or bool(stated)))
        if stated is None or stated:
            child.setAttribute(QtCore.Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
        self._forcing = False

    def childEvent(self, event: Any) -> None:
        child = event.child()
        if event.added() and isinstance(child, QtWidgets.QWidget):
            if child.testAttribute(QtCore.Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
                child.setProperty(STATED, not child.isHidden())
            child.installEventFilter(self)
            if self._collapsed:
                self._place(child)
        QtWidgets.QWidget.childEvent(self, event)

    def eventFilter(self, child: Any, event: Any) -> bool:
        shows = {QtCore.QEvent.Type.ShowToParent: True, QtCore.QEvent.Type.HideToParent: False}
        if event.type() in shows and not self.__dict__.get("_forcing", False):
            if child.testAttribute(QtCore.Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
                child.setProperty(STATED, shows[event.type()])
            if self._collapsed and shows[event.type()]:
                self._place(child)
        return False

    def _button_size(self) -> Any:
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        text = QtWidgets.QAbstractButton.text(self) or "XXXX"
        metrics = QtWidgets.QWidget.fontMetrics(self)
        size = metrics.size(QtCore.Qt.TextFlag.TextShowMnemonic.value, text)
        style = QtWidgets.QWidget.style(self)
        mark = style.pixelMetric(QtWidgets.QStyle.PixelMetric.PM_IndicatorWidth, option, self)
        size = QtCore.QSize(size.width() + 2 * mark, max(size.height(), mark))
        return style.sizeFromContents(QtWidgets.QStyle.ContentsType.CT_PushButton, option, size, self)

    def minimumSizeHint(self) -> Any:
        if self._collapsed:
            return self._button_size() + QtCore.QSize(0, self.COLLAPSED_HEIGHT)
        return QtWidgets.QAbstractButton.minimumSizeHint(self).expandedTo(self._button_size())

    def sizeHint(self) -> Any:
        closed = self._button_size() + QtCore.QSize(0, self.COLLAPSED_HEIGHT)
        return closed if self._collapsed else QtWidgets.QAbstractButton.sizeHint(self).expandedTo(closed)

    def hitButton(self, position: Any) -> bool:
        return position.y() < self._button_size().height()

    def paintEvent(self, _event: Any) -> None:
        style, painter = QtWidgets.QWidget.style(self), QtGui.QPainter(self)
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        option.state |= QtWidgets.QStyle.StateFlag.State_Raised
        option.rect.setHeight(self._button_size().height())
        style.drawControl(QtWidgets.QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        element = QtWidgets.QStyle.PrimitiveElement
        arrow = QtWidgets.QStyleOption()
        arrow.initFrom(self)
        height = option.rect.height()
        arrow.rect = QtCore.QRect(height // 4, height // 4, height // 2, height // 2)
        mark = element.PE_IndicatorArrowRight if self._collapsed else element.PE_IndicatorArrowDown
        style.drawPrimitive(mark, arrow, painter, self)
        painter.setPen(QtWidgets.QWidget.palette(self).color(QtGui.QPalette.ColorRole.ButtonText))
        painter.drawText(
            option.rect.adjusted(height, 0, 0, 0),
            QtCore.Qt.AlignmentFlag.AlignVCenter.value,
            QtWidgets.QAbstractButton.text(self),
        )

    collapsed = QtCore.Property(
        bool, lambda self: self._collapsed, lambda self, value: self.setChecked(not value)
    )


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
