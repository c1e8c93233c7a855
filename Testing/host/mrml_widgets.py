"""Stand-ins for the qMRML widgets: Qt outside, the real MRML scene inside."""

from typing import Any

import shiboken6
import vtk
from PySide6 import QtCore, QtGui, QtWidgets

from .pythonqt import adopt


class qMRMLWidget(adopt(QtWidgets.QWidget)):  # type: ignore[misc]
    """A widget that knows the scene and tells its children."""

    mrmlSceneChanged = QtCore.Signal(object)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene
        # In Slicer the .ui file connects mrmlSceneChanged to its children's slots.
        for child in self.findChildren(qMRMLNodeComboBox):
            child.setMRMLScene(scene)
        self.mrmlSceneChanged.emit(scene)


class qMRMLNodeComboBox(adopt(QtWidgets.QComboBox)):  # type: ignore[misc]
    """A list of the scene's nodes of some classes, kept up to date by the scene's events."""

    currentNodeChanged = QtCore.Signal(object)
    currentNodeIDChanged = QtCore.Signal(str)
    nodeAddedByUser = QtCore.Signal(object)
    nodeActivated = QtCore.Signal(object)
    """The user chose, as opposed to a script."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._observed: list[tuple[Any, int]] = []
        self._types: list[str] = []
        self._flags: dict[str, Any] = {"noneEnabled": False, "noneDisplay": "None", "addEnabled": True}
        self._ids: list[str] = []
        self._named: dict[str, tuple[Any, int, str]] = {}  # id -> node, observer, name
        self._current = ""
        self._filling = False
        QtWidgets.QComboBox.currentIndexChanged.__get__(self).connect(self._picked)
        QtWidgets.QComboBox.activated.__get__(self).connect(
            lambda _: self.nodeActivated.emit(self.currentNode())
        )

    def setMRMLScene(self, scene: Any) -> None:
        import slicer

        for caller, tag in self._observed:
            caller.RemoveObserver(tag)
        self._observed = []
        self._scene = scene
        if scene is not None:
            for event, react, priority in (  # events and priorities of Slicer's qMRMLSceneModel
                (slicer.vtkMRMLScene.NodeAddedEvent, self._scene_changed, 10.0),
                (slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, self._node_goes, -10.0),
                (slicer.vtkMRMLScene.NodeRemovedEvent, self._scene_changed, 10.0),
                (slicer.vtkMRMLScene.EndCloseEvent, self._all_anew, 0.0),
                (slicer.vtkMRMLScene.EndImportEvent, self._all_anew, 0.0),
            ):
                self._observed.append((scene, scene.AddObserver(event, react, priority)))
        self._fill()

    def _scene_changed(self, *_: Any) -> None:
        if shiboken6.isValid(self):  # the scene outlives the widget
            self._fill()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _node_goes(self, _scene: Any, _event: str, node: Any) -> None:
        """A row goes; when it is the current one, Qt's combo box takes the row that follows it, else the last."""
        if shiboken6.isValid(self) and node.GetID() in self._ids and not self._scene.IsClosing():
            row = self._ids.index(node.GetID())
            left = self._ids[:row] + self._ids[row + 1 :]
            if node.GetID() == self._current:
                self._select(left[min(row, len(left) - 1)] if left else "")
            self._fill(leaving=node)

    def _all_anew(self, *_: Any) -> None:
        """The model takes out all rows and puts them in again, and the current node is lost with its row."""
        if shiboken6.isValid(self):
            self._select("")
            self._fill()

    def mrmlScene(self) -> Any:
        return self._scene

    def nodes(self) -> list[Any]:
        if self._scene is None:
            return []
        found = []
        for index in range(self._scene.GetNumberOfNodes()):
            node = self._scene.GetNthNode(index)
            if not node.GetHideFromEditors() and self._accepts(node):
                found.append(node)
        return found

    def _accepts(self, node: Any) -> bool:
        if node.GetClassName() in self._types:
            return True
        return bool(self._flags.get("showChildNodeTypes", True)) and any(node.IsA(t) for t in self._types)

    def _fill(self, leaving: Any = None) -> None:
        if self._scene is not None and (self._scene.IsClosing() or self._scene.IsImporting()):
            return
        nodes = [node for node in self.nodes() if node is not leaving]
        self._follow_names(nodes)
        self._filling = True
        QtWidgets.QComboBox.clear(self)
        self._ids = [""] if self._flags["noneEnabled"] or not nodes else []
        if self._ids:
            self.addItem(str(self._flags["noneDisplay"]))
        for node in nodes:
            self._ids.append(node.GetID())
            self.addItem(node.GetName())
        wanted = self._current if self._current in self._ids else self._ids[0]
        QtWidgets.QComboBox.setCurrentIndex(self, self._ids.index(wanted))
        self._filling = False
        self._select(wanted)

    def _follow_names(self, nodes: list[Any]) -> None:
        here = {node.GetID(): node for node in nodes}
        for node_id in [known for known in self._named if known not in here]:
            node, tag, _name = self._named.pop(node_id)
            node.RemoveObserver(tag)
            self._gone(node_id)
        for node_id, node in here.items():
            if node_id not in self._named:
                tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._node_modified)
                self._named[node_id] = (node, tag, node.GetName())

    def _node_modified(self, node: Any, _event: str) -> None:
        known = self._named.get(node.GetID()) if shiboken6.isValid(self) else None
        if known is not None and node.GetName() != known[2]:
            self._named[node.GetID()] = (node, known[1], node.GetName())
            self._renamed()

    def _renamed(self) -> None:
        self._fill()

    def _gone(self, node_id: str) -> None:
        """A node has left the list."""

    def _picked(self, index: int) -> None:
        if not self._filling and 0 <= index < len(self._ids):
            self._select(self._ids[index])

    def _select(self, node_id: str) -> None:
        if node_id != self._current:
            self._current = node_id
            self.currentNodeChanged.emit(self.currentNode())
            self.currentNodeIDChanged.emit(node_id)

    def currentNode(self) -> Any:
        return self._scene.GetNodeByID(self._current) if self._scene is not None and self._current else None

    @property
    def currentNodeID(self) -> str:
        return self._current

    @currentNodeID.setter
    def currentNodeID(self, node_id: str) -> None:
        self.setCurrentNodeID(node_id)

    def setCurrentNode(self, node: Any) -> None:
        self.setCurrentNodeID(node.GetID() if node is not None else "")

    def setCurrentNodeID(self, node_id: str) -> None:
        node_id = node_id or ""
        if node_id and node_id not in self._ids:
            self._fill()
        if node_id not in self._ids:  # a node that the list does not hold counts as none
            node_id = ""
        self._filling = True
        QtWidgets.QComboBox.setCurrentIndex(self, self._ids.index(node_id) if node_id in self._ids else -1)
        self._filling = False
        self._select(node_id)

    def _get_types(self) -> Any:
        return list(self._types)

    def _set_types(self, types: Any) -> None:
        self._types = list(types)
        self._fill()

    nodeTypes = QtCore.Property("QStringList", _get_types, _set_types)


def _flag(name: str, kind: type) -> Any:
    def get(self: Any) -> Any:
        return self._flags.get(name, kind())

    def put(self: Any, value: Any) -> None:
        self._flags[name] = value
        self._fill()

    return QtCore.Property(kind, get, put)


_FLAGS = {
    "noneEnabled": bool,
    "addEnabled": bool,
    "removeEnabled": bool,
    "renameEnabled": bool,
    "editEnabled": bool,
    "showHidden": bool,
    "showChildNodeTypes": bool,
    "selectNodeUponCreation": bool,
    "noneDisplay": str,
    "baseName": str,
    "hideChildNodeTypes": str,
}


class _Combo(qMRMLNodeComboBox):
    """Carries the boolean and text properties that a .ui file may set."""

    for _name, _kind in _FLAGS.items():
        locals()[_name] = _flag(_name, _kind)


_Combo.__name__ = "qMRMLNodeComboBox"


class qMRMLCheckableNodeComboBox(_Combo):
    """A list of nodes, each with a check mark; the test's hand checks them by :meth:`setCheckState`.

    As CTK's, it tells of a changed mark and also of a node's new name, but not when a node with a mark is removed; and
    the marks are lost with their rows when the scene is closed or another one is imported.
    """

    checkedNodesChanged = QtCore.Signal()

    def __init__(self, parent: Any = None) -> None:
        self._checked: set[str] = set()
        super().__init__(parent)

    def _gone(self, node_id: str) -> None:
        self._checked.discard(node_id)

    def _renamed(self) -> None:
        super()._renamed()
        self.checkedNodesChanged.emit()

    def _all_anew(self, *_: Any) -> None:
        if shiboken6.isValid(self):
            self._checked.clear()
        super()._all_anew()

    def checkedNodes(self) -> list[Any]:
        return [node for node in self.nodes() if node.GetID() in self._checked]

    def setCheckState(self, node: Any, state: Any) -> None:
        before = set(self._checked)
        if state in (QtCore.Qt.CheckState.Checked, 2):
            self._checked.add(node.GetID())
        else:
            self._checked.discard(node.GetID())
        if before != self._checked:
            self.checkedNodesChanged.emit()
            QtWidgets.QWidget.update(self)

    def paintEvent(self, _event: Any) -> None:
        """The names of what is checked, as CTK's checkable combo box writes them; not the current entry."""
        names = [node.GetName() for node in self.checkedNodes()]
        option = QtWidgets.QStyleOptionComboBox()
        QtWidgets.QComboBox.initStyleOption(self, option)
        option.currentText = ", ".join(names) or "None"
        if names and len(names) == len(self.nodes()):
            option.currentText = "All"
        painter = QtWidgets.QStylePainter(self)
        painter.setPen(QtWidgets.QWidget.palette(self).color(QtGui.QPalette.ColorRole.Text))
        painter.drawComplexControl(QtWidgets.QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QtWidgets.QStyle.ControlElement.CE_ComboBoxLabel, option)


class qMRMLSegmentEditorWidget(adopt(QtWidgets.QWidget)):  # type: ignore[misc]
    """Slicer's editor widget as far as a panel sets it up; the tools themselves are the application's."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._nodes: dict[str, Any] = {}
        self.shortcuts = self.observing = False
        self.undo_states = 0

    def setMRMLScene(self, scene: Any) -> None:
        self._nodes["scene"] = scene

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        self._nodes["editor"] = node

    def mrmlSegmentEditorNode(self) -> Any:
        return self._nodes.get("editor")

    def setSegmentationNode(self, node: Any) -> None:
        self._nodes["segmentation"] = node

    def segmentationNode(self) -> Any:
        return self._nodes.get("segmentation")

    def setSourceVolumeNode(self, node: Any) -> None:
        self._nodes["volume"] = node

    def sourceVolumeNode(self) -> Any:
        return self._nodes.get("volume")

    def setMaximumNumberOfUndoStates(self, count: int) -> None:
        self.undo_states = count

    def setSegmentationNodeSelectorVisible(self, visible: bool) -> None:
        pass

    def setSourceVolumeNodeSelectorVisible(self, visible: bool) -> None:
        pass

    def setSwitchToSegmentationsButtonVisible(self, visible: bool) -> None:
        pass

    def setActiveEffect(self, effect: Any) -> None:
        pass

    def setupViewObservations(self) -> None:
        self.observing = True

    def removeViewObservations(self) -> None:
        self.observing = False

    def installKeyboardShortcuts(self) -> None:
        self.shortcuts = True

    def uninstallKeyboardShortcuts(self) -> None:
        self.shortcuts = False


def widgets() -> dict[str, type]:
    """The classes by the names under which the .ui file and `slicer` know them."""
    plain = adopt(QtWidgets.QWidget)
    return {
        "qMRMLWidget": qMRMLWidget,
        "qMRMLNodeComboBox": _Combo,
        "qMRMLCheckableNodeComboBox": qMRMLCheckableNodeComboBox,
        "qMRMLSegmentEditorWidget": qMRMLSegmentEditorWidget,
        "qMRMLSliderWidget": type("qMRMLSliderWidget", (plain,), {}),
        "qMRMLSpinBox": type("qMRMLSpinBox", (plain,), {}),
        "qMRMLRangeWidget": type("qMRMLRangeWidget", (plain,), {}),
    }
