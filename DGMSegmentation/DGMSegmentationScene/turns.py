"""Work beside the window."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
OTHERS_S = 0.005


def let_threads_work() -> None:
    """Give Python's lock away for a moment; call it in every turn of the event loop that waits for a thread.

    Slicer's main thread keeps the lock while it waits for events, unlike that of a plain Qt program.
    """
    time.sleep(OTHERS_S)


class Task(threading.Thread, Generic[T]):
    """Calls a function that touches neither MRML nor Qt; numpy and scipy let the window's thread run meanwhile."""

    def __init__(self, function: Callable[[], T]) -> None:
        super().__init__(daemon=True)
        self._function = function
        self._found: list[T] = []
        self._problem: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Call it; what it raises is kept."""
        try:
            self._found.append(self._function())
        except BaseException as error:
            self._problem = error

    def result(self) -> T:
        """What the function returned; waits for it. Raises what it raised."""
        self.join()
        if self._problem is not None:
            raise self._problem
        return self._found[0]
