"""Looks out for what others do in a study: another session, another computer, a run of the cohort."""

import threading

from ..errors import DGMError
from .study import Study

LOOK_EVERY_S = 3.0


class Lookout:
    """Tells which cases changed on the disk; a thread looks every few seconds, so that a slow share stops no window.

    Args:
        study: only the times and sizes of its journals and records are looked at.
        every_s: seconds between two looks.
    """

    def __init__(self, study: Study, every_s: float = LOOK_EVERY_S) -> None:
        self._study, self._every_s = study, every_s
        self._stamps = {name: study.stamp(name) for name in study.names}
        self._changed: set[str] = set()
        self._lock, self._stopped = threading.Lock(), threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def poll(self) -> set[str]:
        """The cases that changed since the last call, by whomever."""
        with self._lock:
            found, self._changed = self._changed, set()
            return found

    def stop(self) -> None:
        """No further look."""
        self._stopped.set()

    def _look(self) -> None:
        while not self._stopped.wait(self._every_s):
            for name in self._study.names:
                try:
                    stamp = self._study.stamp(name)
                except (OSError, DGMError):  # a share that is away for a moment
                    continue
                if self._stamps.get(name) != stamp:
                    self._stamps[name] = stamp
                    with self._lock:
                        self._changed.add(name)
