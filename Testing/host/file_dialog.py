"""QFileDialog of the host: Qt's own dialog, in which the test's hand types a name, with PythonQt's manners around it."""

import sys
from pathlib import Path
from typing import Any, ClassVar

from PySide6 import QtCore, QtWidgets

from .pythonqt import UNCAUGHT, adopt


class QFileDialog(adopt(QtWidgets.QFileDialog)):  # type: ignore[misc]
    """Saving runs the real dialog (default suffix, question before replacing); opening returns what the hand chose.

    As in the application, a dialog without a folder of its own starts in the process's working directory. Nobody wants
    that, so it fails the test (:data:`.pythonqt.UNCAUGHT`).
    """

    answers: ClassVar[list[tuple[str, str]]] = []
    """(name as typed, part of the filter to choose or ""), one for each dialog to come; none: the user closes it."""
    starts: ClassVar[list[str]] = []
    """The folder in which each dialog began, the latest last."""
    names: ClassVar[list[str]] = []
    """The name that each dialog offered."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.setOption(QtWidgets.QFileDialog.Option.DontUseNativeDialog, True)

    @classmethod
    def _next(cls) -> tuple[str, str]:
        return cls.answers.pop(0) if cls.answers else ("", "")

    def _line(self) -> Any:
        return QtCore.QObject.findChild(self, QtWidgets.QLineEdit, "fileNameEdit")

    def exec(self) -> int:
        start = self.directory().absolutePath()
        self.starts.append(start)
        self.names.append(self._line().text())
        check_start(start)
        name, kind = self._next()
        if not name:
            return 0
        QtCore.QTimer.singleShot(0, lambda: self._answer(name, kind))
        return int(QtWidgets.QFileDialog.exec(self))

    exec_ = exec

    def _answer(self, name: str, kind: str) -> None:
        for one in self.nameFilters():
            if kind and kind in one:
                self.selectNameFilter(one)
                self.filterSelected.emit(one)
        self._line().setText(name)
        QtWidgets.QFileDialog.accept(self)
        if QtWidgets.QWidget.isVisible(self):  # refused, or the user did not want to replace the file
            self.reject()

    @classmethod
    def getSaveFileName(
        cls,
        parent: Any = None,
        title: str = "",
        start: str = "",
        kinds: str = "",
        selected: Any = None,
        options: Any = None,
    ) -> str:
        if selected is not None:
            raise ValueError(
                "PythonQt finds no overload: the selected filter is a pointer, only None fits it"
            )
        dialog = cls(parent, title, start, kinds)
        dialog.setAcceptMode(QtWidgets.QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(Path(start).name)
        if options is not None:
            dialog.setOption(options, True)
        return str(dialog.selectedFiles()[0]) if dialog.exec() else ""

    @classmethod
    def getOpenFileName(cls, parent: Any = None, title: str = "", start: str = "", *_: Any, **__: Any) -> str:
        cls.starts.append(start)
        check_start(start)
        return cls._next()[0]

    @classmethod
    def getOpenFileNames(cls, *arguments: Any, **named: Any) -> list[str]:
        return [answer] if (answer := cls.getOpenFileName(*arguments, **named)) else []

    getExistingDirectory = getOpenFileName


def check_start(start: str) -> None:
    """Note a dialog that would begin in the working directory, a place that the user never chose."""
    folder = Path(start) if start else Path()
    if not folder.is_absolute() or folder.resolve() == Path.cwd():
        problem = AssertionError(f"a file dialog starts in the process's working directory ({start!r})")
        print(problem, file=sys.stderr)
        UNCAUGHT.append(problem)
