"""Looks out for what others do in a study: another session, another computer, a run of the cohort."""

import threading
from itertools import count

from ..errors import DGMError
from .study import Study

LOOK_EVERY_S = 3.0
_FOLDERS_EVERY = 3  # looks: images come less often than edits


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
        self._folders = self._settled = self._folders_now()
        self._grown = False
        self._lock, self._stopped = threading.Lock(), threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def poll(self) -> set[str]:
        """The cases that changed since the last call, by whomever."""
        with self._lock:
            found, self._changed = self._changed, set()
            return found

    def grown(self) -> bool:
        """Whether images came or went since the last call; one that is being copied counts when it no longer grows."""
        with self._lock:
            found, self._grown = self._grown, False
            return found

    def stop(self) -> None:
        """No further look."""
        self._stopped.set()

    def _look(self) -> None:
        for number in count(1):
            if self._stopped.wait(self._every_s):
                return
            if number % _FOLDERS_EVERY == 0:
                self._look_at_folders()
            for name in self._study.names:
                try:
                    stamp = self._study.stamp(name)
                except (OSError, DGMError):  # a share that is away for a moment
                    continue
                if self._stamps.get(name) != stamp:
                    self._stamps[name] = stamp
                    with self._lock:
                        self._changed.add(name)

    def _look_at_folders(self) -> None:
        before, now = self._folders, self._folders_now()
        self._folders = now
        if now is not None and now == before and now != self._settled:
            self._settled = now
            with self._lock:
                self._grown = True

    def _folders_now(self) -> tuple[object, ...] | None:
        """None while the share is away."""
        try:
            return self._study.folders_stamp()
        except OSError:
            return None
