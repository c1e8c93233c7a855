"""One process beside the window that segments the next case while this one is read, and writes tables when one is done."""

import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from ..errors import Remark, explained
from ..inference.devices import usable_cpus
from ..worker.pool import PoolWorker
from .work import Job, bring_up, gently, write_tables

NOW, SOON, LATER, TABLES = range(4)
"""How urgent: the case that a reader waits for, the next one, one that was signed, the tables of all."""
_ATTEMPTS = 2


@dataclass(frozen=True)
class Finished:
    """One thing that was done."""

    name: str
    """Of the case; empty: the tables."""
    problem: str = ""


@dataclass(order=True)
class _Wish:
    urgency: int
    number: int
    name: str = field(compare=False)


class Background:
    """Does one thing at a time, the most urgent first. A process that dies is started anew, and its case tried again once.

    Args:
        job: the study.
        python: the interpreter of the process; PythonSlicer in Slicer.
        threads: of the numerical libraries.
    """

    def __init__(self, job: Job, python: str | None = None, threads: int | None = None) -> None:
        self._job, self._python, self._threads = job, python, threads or usable_cpus()
        self._wishes: list[_Wish] = []
        self._numbers = count()
        self._finished: list[Finished] = []
        self._doing: str | None = None
        self._changed = threading.Condition()
        self._stopped = False
        self._worker: PoolWorker | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def want(self, name: str, urgency: int = SOON) -> None:
        """Bring a case up to date."""
        self._add(name, urgency)

    def want_tables(self) -> None:
        """Bring the tables up to date when nothing more urgent waits."""
        self._add("", TABLES)

    def _add(self, name: str, urgency: int) -> None:
        with self._changed:
            same = next((wish for wish in self._wishes if wish.name == name), None)
            if same is not None:
                same.urgency = min(same.urgency, urgency)
            else:
                self._wishes.append(_Wish(urgency, next(self._numbers), name))
            self._changed.notify_all()

    def has(self, name: str) -> bool:
        """Whether a case waits, or is being worked on."""
        with self._changed:
            return self._doing == name or any(wish.name == name for wish in self._wishes)

    @property
    def busy(self) -> bool:
        """Whether anything is being done or waits."""
        with self._changed:
            return self._doing is not None or bool(self._wishes)

    def poll(self) -> list[Finished]:
        """What was done since the last call."""
        with self._changed:
            found, self._finished = self._finished, []
            return found

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is left to do; False when that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._doing is None and not self._wishes, seconds)

    def stop(self) -> None:
        """End the process, amid its work, too: what it writes is whole or not there."""
        with self._changed:
            self._stopped = True
            self._wishes.clear()
            self._changed.notify_all()
        worker = self._worker
        if worker is not None:
            worker.kill()
        self._thread.join(timeout=10)

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wishes or self._stopped)
                if self._stopped:
                    break
                wish = min(self._wishes)
                self._wishes.remove(wish)
                self._doing = wish.name
            try:
                problem = self._done(wish.name)
            except Exception as error:  # nothing may end this thread: the reader would wait for ever
                problem = str(explained(error, "The work in the background"))
            with self._changed:
                self._doing = None
                self._finished.append(Finished(wish.name, problem))
                self._changed.notify_all()
        if self._worker is not None:
            self._worker.close()

    def _done(self, name: str) -> str:
        function: Callable[..., str] = bring_up if name else write_tables
        arguments = (self._job, name) if name else (self._job,)
        request = pickle.dumps((gently, (function, *arguments)))
        code = 0
        for _ in range(_ATTEMPTS):
            if self._worker is None:
                self._worker = PoolWorker(self._threads, self._python)
            answer = self._worker.ask(request)
            if answer is not None:
                value, error = answer
                return (
                    str(explained(error, "The work in the background")) if error is not None else str(value)
                )
            if self._stopped:
                return ""
            code, self._worker = self._worker.close(), None
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return str(Remark("case_worker_ended", how=how))
