"""The module `qt` as Slicer's Python has it, made of PySide6: properties are attributes, signals are connected by text.

Every QObject class is subclassed once. The subclass turns each Qt property into a Python property (``button.text``,
``button.enabled = False``), as PythonQt does; methods stay methods.
"""

import inspect
import sys
import types
from typing import Any, ClassVar

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

# Virtual functions that are also properties: Qt calls them on the Python class, so they must stay functions.
_VIRTUAL = {"sizeHint", "minimumSizeHint", "name"}
_VIRTUAL_IN = {"QProgressBar": {"text"}}
_CLASSES: dict[str, type] = {}


class Manners:
    """What PythonQt adds to every QObject."""

    def connect(self, signature: str, slot: Any) -> bool:
        """``widget.connect("valueChanged(int)", f)``: f gets as many of the arguments as it takes."""
        name, count = _parse(signature)
        signal = getattr(self, name)
        relay = _relay(slot, count)
        self.__dict__.setdefault("_relays", []).append((signature.replace(" ", ""), slot, relay))
        signal.connect(relay)
        return True

    def disconnect(self, signature: str, slot: Any = None) -> bool:
        """Undo :meth:`connect`; False when there was no such connection."""
        kept, found = [], False
        for known, its_slot, relay in self.__dict__.get("_relays", []):
            if known == signature.replace(" ", "") and (slot is None or its_slot == slot):
                getattr(self, _parse(signature)[0]).disconnect(relay)
                found = True
            else:
                kept.append((known, its_slot, relay))
        self.__dict__["_relays"] = kept
        return found

    def findChildren(self, cls: type, name: str = "") -> list[Any]:
        """Children of a Qt class: an adopted QWidget stands for every QWidget."""
        return list(QtCore.QObject.findChildren(self, _qt_class(cls), *([name] if name else [])))  # type: ignore[arg-type]

    def findChild(self, cls: type, name: str = "") -> Any:
        """The first of :meth:`findChildren`, or None."""
        return next(iter(self.findChildren(cls, name)), None)

    def className(self) -> str:
        return type(self).__name__

    def delete(self) -> None:
        import shiboken6

        shiboken6.delete(self)


def _qt_class(cls: type) -> type:
    """The class itself, or the PySide6 class that it was adopted from."""
    if cls.__name__ in _CLASSES and _CLASSES[cls.__name__] is cls:
        return next(base for base in cls.__mro__ if base.__module__.startswith("PySide6"))
    return cls


def _parse(signature: str) -> tuple[str, int]:
    name, _, rest = signature.partition("(")
    arguments = rest.rstrip(")").strip()
    return name.strip(), len(arguments.split(",")) if arguments else 0


def _relay(slot: Any, count: int) -> Any:
    try:
        parameters = inspect.signature(slot).parameters.values()
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            most = count
        else:
            most = min(count, sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters))
    except (TypeError, ValueError):
        most = count

    def relay(*arguments: Any) -> None:
        try:
            slot(*arguments[:most])
        except Exception:  # PythonQt prints a slot's exception and goes on; the host also remembers it
            import traceback

            traceback.print_exc()
            UNCAUGHT.append(sys.exc_info()[1])

    return relay


UNCAUGHT: list[Any] = []
"""Exceptions that left a slot: a test looks here, because Qt does not pass them on."""


# PySide6 finds its own connect before a base class's, so the manners go into every class itself.
_MANNERS = {key: value for key, value in vars(Manners).items() if not key.startswith("__")}


def _pass_on(cls: type, **_: Any) -> None:
    for key, value in _MANNERS.items():
        if key not in vars(cls):
            setattr(cls, key, value)


class _Property:
    """A Qt property of an instance; on the class itself the function of that name, such as QTimer.singleShot."""

    def __init__(self, function: Any, get: Any, put: Any) -> None:
        self._function, self._get, self._put = function, get, put

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self._function if instance is None else self._get(instance)

    def __set__(self, instance: Any, value: Any) -> None:
        self._put(instance, value)


def _as_property(cls: type, name: str) -> _Property:
    getter = getattr(cls, name, None) or getattr(cls, "is" + name[0].upper() + name[1:], None)
    setter = getattr(cls, "set" + name[0].upper() + name[1:], None)

    def get(self: Any) -> Any:
        return getter(self) if callable(getter) else QtCore.QObject.property(self, name)

    def put(self: Any, value: Any) -> None:
        if callable(setter):
            setter(self, value)
        else:
            QtCore.QObject.setProperty(self, name, value)

    return _Property(getattr(cls, name, None), get, put)


def adopt(cls: type) -> type:
    """The subclass of a PySide6 class that behaves as PythonQt's class of the same name."""
    name = cls.__name__
    if name in _CLASSES:
        return _CLASSES[name]
    meta = cls.staticMetaObject
    body: dict[str, Any] = {**_MANNERS, "__init_subclass__": classmethod(_pass_on)}
    for index in range(meta.propertyCount()):
        prop = str(meta.property(index).name())
        if prop not in _VIRTUAL | _VIRTUAL_IN.get(name, set()) and not isinstance(
            inspect.getattr_static(cls, prop, None), QtCore.Signal
        ):
            body[prop] = _as_property(cls, prop)
    if "name" not in {str(meta.property(i).name()) for i in range(meta.propertyCount())}:
        body["name"] = property(lambda self: self.objectName, lambda self, value: self.setObjectName(value))
    if hasattr(cls, "exec"):
        body["exec_"] = lambda self, *arguments: self.exec(*arguments)
    _CLASSES[name] = type(name, (cls,), body)
    return _CLASSES[name]


class UiLoader(QtUiTools.QUiLoader):
    """Loads .ui files into adopted classes; knows the ctk and qMRML widgets by name."""

    extra: ClassVar[dict[str, type]] = {}

    def createWidget(self, class_name: str, parent: Any = None, name: str = "") -> Any:
        cls = self.extra.get(class_name) or getattr(sys.modules["qt"], class_name, None)
        if cls is None:
            raise RuntimeError(f"the .ui file uses the unknown widget {class_name}")
        widget = cls(parent)
        widget.setObjectName(name)
        return widget

    def createLayout(self, class_name: str, parent: Any = None, name: str = "") -> Any:
        return super().createLayout(class_name, parent, name)

    def load(self, file: Any, parent: Any = None) -> Any:
        return super().load(file, parent)


def make_module() -> types.ModuleType:
    """The module to put into ``sys.modules["qt"]``."""
    module = types.ModuleType("qt")
    from .file_dialog import QFileDialog

    special = {"QUiLoader": UiLoader, "QFileDialog": QFileDialog}

    def lookup(name: str) -> Any:
        if name in special:
            return special[name]
        for source in (QtCore, QtGui, QtWidgets):
            found = getattr(source, name, None)
            if found is not None:
                if isinstance(found, type) and issubclass(found, QtCore.QObject) and name != "QApplication":
                    found = adopt(found)
                setattr(module, name, found)
                return found
        raise AttributeError(f"module qt has no attribute {name}")

    module.__getattr__ = lookup  # type: ignore[method-assign]
    return module
