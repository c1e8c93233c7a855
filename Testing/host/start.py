"""Starts the host: Qt, the scene, the modules `qt`, `ctk`, `slicer`, and a scripted module in a panel."""

import atexit
import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_host: "Host | None" = None
PANEL_WIDTH, PANEL_HEIGHT = 380, 650
"""Of Slicer's module panel on a screen of 1600 x 963; 330 to 430 is usual."""


def missing() -> str:
    """Why the host cannot run here; empty when it can."""
    for name, package in (("slicer_core", "slicer-core"), ("PySide6", "PySide6-Essentials")):
        if importlib.util.find_spec(name) is None:
            return f"{package} is not installed: pip install slicer-core==5.12.4.0 PySide6-Essentials"
    return ""


def start() -> "Host":
    """The host of this process, started on first use. SLICER_SOURCE_DIR switches to Slicer's own Python."""
    global _host
    if _host is None:
        _host = Host()
    return _host


# The .ui file connects C++ signals of qMRMLWidget, which the stand-in passes on by itself.
_EXPECTED = ("No such signal qMRMLWidget", "(sender name:", "(receiver name:", "propagateSizeHints")


def _qt_message(kind: Any, context: Any, text: str) -> None:
    if not any(part in text for part in _EXPECTED):
        print(f"Qt: {text}", file=sys.stderr)


class Host:
    """One running host: `.slicer`, `.scene`, `.app`; modules are opened with :meth:`open_module`."""

    def __init__(self) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6 import QtCore, QtWidgets

        self.source = Path(os.environ["SLICER_SOURCE_DIR"]) if os.environ.get("SLICER_SOURCE_DIR") else None
        self.qt_app = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["Slicer"])
        QtCore.QCoreApplication.setOrganizationName("DGMSegmentationTests")
        own = tempfile.TemporaryDirectory(prefix="slicer-host-settings-")
        atexit.register(own.cleanup)
        QtCore.QSettings.setDefaultFormat(QtCore.QSettings.Format.IniFormat)
        QtCore.QSettings.setPath(
            QtCore.QSettings.Format.IniFormat, QtCore.QSettings.Scope.UserScope, own.name
        )
        QtCore.qInstallMessageHandler(_qt_message)
        from . import ctk_widgets, mrml_widgets, pythonqt

        sys.modules["qt"] = pythonqt.make_module()
        sys.modules["ctk"] = ctk_widgets.make_module()
        import slicer

        from . import tool_tips, vtk_errors

        self._tool_tips = tool_tips.ToolTipWrapper()
        self.qt_app.installEventFilter(self._tool_tips)
        self.vtk_errors = vtk_errors.VtkErrors()
        self.slicer = slicer
        self.scene = slicer.vtkMRMLScene()
        slicer.mrmlScene = self.scene
        for name, cls in mrml_widgets.widgets().items():
            setattr(slicer, name, cls)
            pythonqt.UiLoader.extra[name] = cls
        for name in ("ctkCollapsibleButton", "ctkPathLineEdit"):
            pythonqt.UiLoader.extra[name] = getattr(sys.modules["ctk"], name)
        from . import application, hierarchy_plugin, slicer_python

        self.hierarchy_plugin = hierarchy_plugin.HierarchyPlugin(self.scene)
        self.app = slicer.app = application.Application(self.qt_app, self.scene, self)
        self.modules = slicer.modules = application.cpp_modules(self.scene, self.app.applicationLogic())
        self.window = application.MainWindow(self)
        slicer_python.complete(slicer, self.source)
        self._register_nodes()
        self.uncaught = pythonqt.UNCAUGHT
        self.forget()

    def forget(self) -> None:
        """Forget what went wrong so far, and what a test before chose in dialogs and settings."""
        import qt
        from PySide6 import QtCore

        self.uncaught.clear()
        self.vtk_errors.take()
        for kept in (qt.QFileDialog.answers, qt.QFileDialog.starts, qt.QFileDialog.names):
            kept.clear()
        QtCore.QSettings().clear()
        self.app.temporaryPath = ""

    def check(self) -> None:
        """No exception left a slot, and neither VTK nor Slicer's core reported an error."""
        found = [*map(repr, self.uncaught), *self.vtk_errors.take()]
        self.uncaught.clear()
        if found:
            raise AssertionError("\n".join(["Slicer's error log holds:", *found]))

    def _register_nodes(self) -> None:
        """The nodes that Slicer's modules and views add to every scene."""
        if self.scene.GetTagByClassName("vtkMRMLScriptedModuleNode") != "ScriptedModule":
            self.scene.RegisterNodeClass(self.slicer.vtkMRMLScriptedModuleNode())
        self.add_views()

    def add_views(self) -> None:
        """Three slice views with their composite nodes, as the standard layout has them."""
        for name, orientation in (("Red", "Axial"), ("Yellow", "Sagittal"), ("Green", "Coronal")):
            if self.scene.GetNodeByID(f"vtkMRMLSliceNode{name}"):
                continue
            self.slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(self.scene)
            view = self.scene.CreateNodeByClass("vtkMRMLSliceNode")  # with those presets
            view.UnRegister(None)
            view.SetSingletonTag(name)
            view.SetName(name)
            view.SetLayoutName(name)
            view = self.scene.AddNode(view)
            view.SetOrientation(orientation)
            composite = self.slicer.vtkMRMLSliceCompositeNode()
            composite.SetSingletonTag(name)
            composite.SetLayoutName(name)
            self.scene.AddNode(composite)

    def open_module(self, file: Path) -> "Panel":
        """Load a scripted module from its file, as Slicer does: module object first, then its panel."""
        return Panel(self, Path(file))

    def enter(self, name: str) -> None:
        panel = getattr(self.modules, f"{name}Panel", None)
        if panel is not None:
            panel.widget.enter()

    def leave(self, name: str) -> None:
        panel = getattr(self.modules, f"{name}Panel", None)
        if panel is not None:
            panel.widget.exit()


class Panel:
    """A scripted module: `.module`, and its panel `.widget` in the Qt widget `.parent`."""

    def __init__(self, host: Host, file: Path) -> None:
        import qt

        self.host, self.file, self.name = host, file, file.stem
        if str(file.parent) not in sys.path:
            sys.path.insert(0, str(file.parent))
        python = importlib.import_module(self.name)
        description = SimpleNamespace(
            path=str(file), title="", categories=[], dependencies=[], contributors=[]
        )
        description.helpText = description.acknowledgementText = ""
        description.icon = None
        modules = host.modules
        setattr(
            modules,
            self.name.lower(),
            SimpleNamespace(
                name=self.name, path=str(file), widgetRepresentation=lambda: self.parent, logic=lambda: None
            ),
        )
        self.module = getattr(python, self.name)(description)
        setattr(modules, f"{self.name}Instance", self.module)
        host.app.startupCompleted.emit()
        self.parent = host.slicer.qMRMLWidget()
        self.parent.setLayout(qt.QVBoxLayout())
        self.parent.setMRMLScene(host.scene)
        self.parent.reload = self._make_widget
        self.window = self._in_scroll_area(self.parent)
        setattr(modules, f"{self.name}Panel", self)
        self._make_widget()

    @staticmethod
    def _in_scroll_area(widget: Any) -> Any:
        """Slicer's module panel (qSlicerModulePanel): the module's widget in a scroll area that resizes it."""
        from PySide6 import QtCore, QtWidgets

        area, contents = QtWidgets.QScrollArea(), QtWidgets.QWidget()
        area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QtWidgets.QVBoxLayout(contents)
        layout.setContentsMargins(0, 0, 0, 0)
        area.setWidget(contents)
        area.setWidgetResizable(True)
        layout.addWidget(widget, 1)
        QtWidgets.QWidget.layout(widget).setContentsMargins(0, 0, 0, 0)
        policy = QtWidgets.QWidget.sizePolicy(widget).verticalPolicy()
        widget.setSizePolicy(QtWidgets.QSizePolicy.Policy.Minimum, policy)
        return area

    def show(self, width: int = PANEL_WIDTH, height: int = PANEL_HEIGHT) -> None:
        """Show the panel in a dock of this size; as in Slicer, it is never narrower than its contents want."""
        contents = self.window.widget()
        needed = contents.minimumSizeHint().width() + self.window.verticalScrollBar().sizeHint().width()
        needed += 2 * self.window.frameWidth()
        self.window.resize(max(width, needed), height)
        self.window.show()

    def _make_widget(self) -> None:
        cls = getattr(sys.modules[self.name], f"{self.name}Widget")
        self.widget = cls(self.parent)
        setattr(self.host.modules, f"{self.name}Widget", self.widget)
        self.widget.setup()

    def close(self) -> None:
        """What Slicer does before it unloads a module (on quitting, too)."""
        self.host.app.moduleManager().moduleAboutToBeUnloaded.emit(self.name)
        self.window.close()
        self.window.deleteLater()
        if getattr(self.host.modules, f"{self.name}Panel", None) is self:
            delattr(self.host.modules, f"{self.name}Panel")
