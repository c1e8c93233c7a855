"""Stands in for slicer.parameterNodeWrapper: typed parameters kept in a node, bound to widgets of a .ui file."""

import pathlib
import typing
from typing import Any

import qt
import slicer
import vtk

__all__ = ["Choice", "Default", "parameterNodeWrapper"]
PROPERTY = "SlicerParameterName"


class Choice:
    def __init__(self, choices: Any) -> None:
        self.choices = list(choices)


class Default:
    def __init__(self, value: Any) -> None:
        self.value = value


def parameterNodeWrapper(cls: type) -> type:
    fields: dict[str, tuple[type, list[Any], Any]] = {}
    for name, hint in typing.get_type_hints(cls, include_extras=True).items():
        kind, *notes = typing.get_args(hint) if typing.get_origin(hint) is typing.Annotated else (hint,)
        default = next((n.value for n in notes if isinstance(n, Default)), getattr(cls, name, None))
        choice = next((n.choices for n in notes if isinstance(n, Choice)), None)
        if default is None and not _is_node(kind):
            default = choice[0] if choice else kind()
        fields[name] = (kind, notes, default)
        setattr(cls, name, _parameter(name, kind, choice, default))

    def __init__(self: Any, node: Any) -> None:
        self.parameterNode = node
        self._guis: dict[int, Any] = {}

    def connectGui(self: Any, gui: Any) -> int:
        pairs = []
        for widget in [w for w in gui.findChildren(qt.QWidget) if w.property(PROPERTY)]:
            name = widget.property(PROPERTY)
            kind, notes, _ = fields[name]
            choice = next((n.choices for n in notes if isinstance(n, Choice)), None)
            pairs.append(_bind(self, name, kind, choice, widget))
        tag = len(self._guis)

        def update(*_: Any) -> None:
            for show, _undo in pairs:
                show()

        update()
        observer = self.parameterNode.AddObserver(vtk.vtkCommand.ModifiedEvent, update)
        self._guis[tag] = (observer, pairs)
        return tag

    def disconnectGui(self: Any, tag: int) -> None:
        observer, pairs = self._guis.pop(tag)
        self.parameterNode.RemoveObserver(observer)
        for _show, undo in pairs:
            undo()

    for function in (__init__, connectGui, disconnectGui):
        setattr(cls, function.__name__, function)
    cls.AddObserver = lambda self, event, call, priority=0.0: self.parameterNode.AddObserver(
        event, call, priority
    )
    cls.RemoveObserver = lambda self, tag: self.parameterNode.RemoveObserver(tag)
    cls.StartModify = lambda self: self.parameterNode.StartModify()
    cls.EndModify = lambda self, was: self.parameterNode.EndModify(was)
    return cls


def _is_node(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode)


def _parameter(name: str, kind: Any, choice: Any, default: Any) -> property:
    def get(self: Any) -> Any:
        node = self.parameterNode
        if _is_node(kind):
            return node.GetNodeReference(name)
        text = node.GetParameter(name)
        if not node.HasParameter(name) if hasattr(node, "HasParameter") else text == "":
            return default
        if kind is bool:
            return text == "True"
        return pathlib.Path(text) if issubclass(kind, pathlib.PurePath) else kind(text)

    def put(self: Any, value: Any) -> None:
        if _is_node(kind):
            self.parameterNode.SetNodeReferenceID(name, value.GetID() if value is not None else None)
            self.parameterNode.Modified()
        elif choice and value not in choice:
            raise ValueError(f"{value} is none of {choice}")
        else:
            self.parameterNode.SetParameter(name, str(value))

    return property(get, put)


def _bind(owner: Any, name: str, kind: Any, choice: Any, widget: Any) -> tuple[Any, Any]:
    """(show the parameter in the widget, undo the connection)."""

    def read() -> Any:
        if _is_node(kind):
            return widget.currentNode()
        if choice:
            return choice[widget.currentIndex]
        if kind is bool:
            return widget.checked
        return kind(widget.currentPath)

    def show() -> None:
        value = getattr(owner, name)
        if _is_node(kind):
            widget.setCurrentNode(value)
        elif choice:
            widget.currentIndex = choice.index(value)
        elif kind is bool:
            widget.checked = value
        else:
            widget.currentPath = str(value)

    def changed() -> None:
        setattr(owner, name, read())

    if _is_node(kind):
        signal = "currentNodeChanged(vtkMRMLNode*)"
    elif choice:
        signal = "currentIndexChanged(int)"
        widget.clear()
        for one in choice:
            widget.addItem(str(one))
    else:
        signal = "toggled(bool)" if kind is bool else "currentPathChanged(QString)"
    show()
    widget.connect(signal, changed)
    return show, lambda: widget.disconnect(signal, changed)
