"""What a user's hand does: click, double click, choose, wait, answer a dialog; and what the eye reads."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from patience import PATIENCE_S, until

from .start import missing

if missing():
    pytest.skip(missing(), allow_module_level=True)

from PySide6 import QtCore, QtTest, QtWidgets


def wait_until(condition: Callable[[], bool], patience: float = PATIENCE_S) -> None:
    """Run the event loop until the condition holds."""
    until(condition, "nothing happened", pause=wait, patience=patience)


def wait(seconds: float) -> None:
    """Let the event loop run for a while."""
    QtTest.QTest.qWait(int(1000 * seconds))


def click(button: Any) -> None:
    """Press and release the left button over a widget; a disabled widget does not react, as in life.

    The event comes from a running event loop, as in an application: a dialog that it opens would otherwise be deleted
    at once (Slicer calls deleteLater before exec).
    """
    _in_loop(lambda: QtTest.QTest.mouseClick(button, QtCore.Qt.MouseButton.LeftButton))


def press(button: Any) -> None:
    """Press a button that need not be in sight (its section may be closed, or scrolled away)."""
    _in_loop(button.click)


def _in_loop(act: Callable[[], Any]) -> None:
    loop = QtCore.QEventLoop()

    def turn() -> None:
        act()
        loop.quit()

    QtCore.QTimer.singleShot(0, turn)
    loop.exec()


def double_click_cell(table: Any, row: int, column: int) -> None:
    """Double click a cell of a table."""
    rectangle = table.visualItemRect(table.item(row, column))
    for press in (QtTest.QTest.mouseClick, QtTest.QTest.mouseDClick):
        press(
            table.viewport(),
            QtCore.Qt.MouseButton.LeftButton,
            QtCore.Qt.KeyboardModifier.NoModifier,
            rectangle.center(),
        )


def choose(combo: Any, text: str) -> None:
    """Choose the entry of a combo box that starts with the text."""
    for index in range(QtWidgets.QComboBox.count(combo)):
        if QtWidgets.QComboBox.itemText(combo, index).startswith(text):
            QtWidgets.QComboBox.setCurrentIndex(combo, index)
            QtWidgets.QComboBox.activated.__get__(combo).emit(index)
            return
    raise AssertionError(f"no entry {text}")


def choose_file(name: Any, kind: str = "") -> None:
    """What is typed into the next file dialog (an empty name closes it); ``kind`` is part of the filter to choose."""
    import qt

    qt.QFileDialog.answers.append((str(name), kind))


def read_table(table: Any) -> list[list[str]]:
    """The texts of a table, row by row."""
    rows, columns = QtWidgets.QTableWidget.rowCount(table), QtWidgets.QTableWidget.columnCount(table)
    return [
        [(cell.text() if (cell := table.item(r, c)) else "") for c in range(columns)] for r in range(rows)
    ]


class Dialogs:
    """Answers message boxes as they appear, and remembers what they said."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.texts: list[str] = []
        self._timer = QtCore.QTimer()
        self._timer.timeout.connect(self._look)

    def __enter__(self) -> "Dialogs":
        self._timer.start(20)
        return self

    def __exit__(self, *_: Any) -> None:
        self._timer.stop()

    def _look(self) -> None:
        box = QtWidgets.QApplication.activeModalWidget()
        if not isinstance(box, QtWidgets.QMessageBox):
            return
        self.texts.append(QtWidgets.QMessageBox.text(box))
        wanted = self.answers.pop(0) if self.answers else ""
        for button in QtWidgets.QMessageBox.buttons(box):
            if QtWidgets.QAbstractButton.text(button).replace("&", "") == wanted:
                button.click()
                return
        box.reject()


class LoopWatch:
    """Measures how long the event loop was ever blocked: a timer of 5 ms notes the largest gap.

    ``longest`` is wall time, and on a busy machine mostly other programs' doing; ``longest_work`` is the time that this
    thread itself computed between two ticks.
    """

    def __init__(self) -> None:
        self.longest = self.longest_work = 0.0
        self._last = self._last_work = 0.0
        self._timer = QtCore.QTimer()
        self._timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def __enter__(self) -> "LoopWatch":
        self._last, self._last_work = time.perf_counter(), time.thread_time()
        self._timer.start(5)
        return self

    def __exit__(self, *_: Any) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self.longest_work = max(self.longest_work, work - self._last_work)
        self._last, self._last_work = now, work
