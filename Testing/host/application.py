"""Stand-ins for the application object, its main window, its module manager and `slicer.modules`."""

import atexit
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6 import QtCore, QtWidgets

from .pythonqt import adopt


class ModuleManager(adopt(QtCore.QObject)):  # type: ignore[misc]
    """Tells modules when they are about to be unloaded."""

    moduleAboutToBeUnloaded = QtCore.Signal(str)


class ModuleSelector:
    """Remembers which module the user was sent to, and enters and leaves scripted modules."""

    def __init__(self, host: Any) -> None:
        self._host = host
        self.selected: list[str] = []

    def selectModule(self, name: str) -> None:
        self._host.leave(self.selected[-1] if self.selected else "")
        self.selected.append(name)
        self._host.enter(name)


class MainWindow(adopt(QtWidgets.QMainWindow)):  # type: ignore[misc]
    """The window, with nothing but a module selector."""

    def __init__(self, host: Any) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self._selector = ModuleSelector(host)

    def moduleSelector(self) -> ModuleSelector:
        return self._selector


class IOManager:
    """Reads volumes, segmentations, tables and scenes with the logics that Slicer's own readers use."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene

    def fileType(self, name: str) -> str:
        text = str(name).lower()
        if text.endswith(".mrb"):
            return "SceneFile"
        if text.endswith((".tsv", ".csv", ".txt")):
            return "TableFile"
        return "SegmentationFile" if text.endswith(".seg.nrrd") else "VolumeFile"

    def loadNodes(self, kind: str, properties: dict[str, Any], nodes: Any, messages: Any = None) -> bool:
        path = str(properties["fileName"])
        name = properties.get("name") or Path(path).name.split(".")[0]
        messages = messages or self._slicer.vtkMRMLMessageCollection()
        if kind == "SceneFile":
            return bool(self._scene.ReadFromMRB(path, True, messages))
        if kind == "SegmentationFile":
            logic = self._slicer.modules.segmentations.logic()
            node = logic.LoadSegmentationFromFile(path, True, properties.get("name", ""), None, messages)
        elif kind == "TableFile":
            name = self._scene.GetUniqueNameByString(name)
            node = self._slicer.modules.tables.logic().AddTable(path, name, True, "", messages)
        else:
            labelmap = 1 if properties.get("labelmap") else 0
            node = self._slicer.modules.volumes.logic().AddArchetypeVolume(path, name, labelmap)
        if node is not None and nodes is not None:
            nodes.AddItem(node)
        return node is not None

    @property
    def _slicer(self) -> Any:
        import slicer

        return slicer


class Application(adopt(QtCore.QObject)):  # type: ignore[misc]
    """What modules ask of slicer.app."""

    startupCompleted = QtCore.Signal()
    lastWindowClosed = QtCore.Signal()
    aboutToQuit = QtCore.Signal()

    def __init__(self, qt_application: Any, scene: Any, host: Any) -> None:
        super().__init__()
        self._qt = qt_application
        self._scene = scene
        self.testing = False
        self.applicationName = "Slicer"
        self.majorVersion, self.minorVersion = 5, 12
        self._temporary_path = ""
        self._manager = ModuleManager()
        self._io = IOManager(scene)
        self._logic = _application_logic(scene)
        self._remote_io = slicer_cache(scene)
        self._layout = SimpleNamespace(
            setLayout=lambda layout: None,
            sliceViewNames=lambda: (),
            threeDViewCount=0,
            threeDWidget=lambda index: None,
        )

    @property
    def temporaryPath(self) -> str:
        """The folder for temporary files from the application settings; the system's until one is set (empty: again)."""
        return self._temporary_path or tempfile.gettempdir()

    @temporaryPath.setter
    def temporaryPath(self, path: str) -> None:
        self._temporary_path = path

    def processEvents(self) -> None:
        self._qt.processEvents()

    def testingEnabled(self) -> bool:
        return self.testing

    def translate(self, context: str, text: str) -> str:
        """As it stands in Qt's translators, else the same."""
        return QtCore.QCoreApplication.translate(context, text)

    def mrmlScene(self) -> Any:
        return self._scene

    def moduleManager(self) -> ModuleManager:
        return self._manager

    def coreIOManager(self) -> IOManager:
        return self._io

    def applicationLogic(self) -> Any:
        return self._logic

    def layoutManager(self) -> Any:
        return self._layout

    def topLevelWidgets(self) -> Any:
        return self._qt.topLevelWidgets()

    def commandOptions(self) -> Any:
        return SimpleNamespace(noMainWindow=False, testingEnabled=self.testing)

    def settings(self) -> Any:
        return QtCore.QSettings()

    userSettings = settings

    def moduleDocumentationUrl(self, name: str) -> str:
        return f"https://slicer.readthedocs.io/en/latest/user_guide/modules/{name.lower()}.html"

    def setOverrideCursor(self, cursor: Any) -> None:
        self._qt.setOverrideCursor(cursor)

    def restoreOverrideCursor(self) -> None:
        self._qt.restoreOverrideCursor()

    def restart(self) -> None:
        raise AssertionError("the module asked for a restart")


def slicer_cache(scene: Any) -> Any:
    """The cache folder without which a scene reads no .mrb."""
    import slicer

    remote = slicer.vtkMRMLRemoteIOLogic()
    folder = tempfile.mkdtemp(prefix="slicer-host-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    remote.GetCacheManager().SetRemoteCacheDirectory(folder)
    remote.SetMRMLScene(scene)
    scene.SetDataIOManager(remote.GetDataIOManager())
    scene.SetCacheManager(remote.GetCacheManager())
    return remote


def _application_logic(scene: Any) -> Any:
    import slicer

    logic = slicer.vtkSlicerApplicationLogic()
    logic.SetMRMLScene(scene)
    return logic


def cpp_modules(scene: Any, application: Any) -> SimpleNamespace:
    """`slicer.modules` with the logics of the C++ modules that scripts reach through it; they know each other."""
    import slicer

    modules = SimpleNamespace()
    for name, cls in {
        "colors": slicer.vtkMRMLColorLogic,
        "segmentations": slicer.vtkSlicerSegmentationsModuleLogic,
        "terminologies": slicer.vtkSlicerTerminologiesModuleLogic,
        "markups": slicer.vtkSlicerMarkupsLogic,
        "volumes": slicer.vtkSlicerVolumesLogic,
        "tables": slicer.vtkSlicerTablesLogic,
        "sequences": slicer.vtkSlicerSequencesLogic,
    }.items():
        logic = cls()
        logic.SetMRMLApplicationLogic(application)
        application.SetModuleLogic(name.capitalize(), logic)
        logic.SetMRMLScene(scene)
        setattr(modules, name, SimpleNamespace(name=name, path="", logic=lambda logic=logic: logic))
    return modules
