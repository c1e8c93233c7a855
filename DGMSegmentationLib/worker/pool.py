"""Worker processes on this computer: each is fed one task at a time, and none outlives the run.

The one pool of the project. concurrent.futures and loky give up all tasks when one worker is killed, and cannot say
which task killed it; Dask's LocalCluster would be one more thing to install, and its workers outlive a killed run by
seconds. Here a task whose worker dies is given to a fresh worker once; Ctrl-C is for the run, which then ends its
workers; a worker ends when its input does, however the run ended.
"""

import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

from ..inference.blas import ONE_THREAD
from .pipes import message_pipes

T = TypeVar("T")
_ATTEMPTS = 2
_LENGTH = struct.Struct(">Q")
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
)


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of one task."""

    number: int
    """Its place among the tasks."""
    value: T | None = None
    """What the function returned."""
    error: Exception | None = None
    """What the function raised."""
    exit_code: int | None = None
    """How the last of its workers ended, when none of them finished it; negative: by that signal."""


def run_pool(
    function: Callable[..., T], tasks: Sequence[tuple[object, ...]], workers: int, threads: int = 1
) -> Generator[Outcome[T], None, None]:
    """Call a function on every task, in ``workers`` processes, and yield each outcome as it comes.

    Args:
        function: of a module that a fresh process can import.
        tasks: the arguments of each call; like the results, things that pickle.
        threads: of the numerical libraries in each worker.

    Leaving the loop, also by Ctrl-C, ends the workers amid their tasks: what a task writes must be whole or not there.
    """
    waiting = deque(enumerate(tasks))
    outcomes: queue.Queue[Outcome[T] | BaseException] = queue.Queue()
    alive: set[PoolWorker] = set()
    stop = threading.Event()

    def serve() -> None:
        worker: PoolWorker | None = None
        try:
            while not stop.is_set():
                try:
                    number, task = waiting.popleft()
                except IndexError:
                    return
                request = pickle.dumps((function, task))
                answer: tuple[Any, Exception | None] | None = None
                code = 0
                for _ in range(_ATTEMPTS):
                    if worker is None:
                        worker = PoolWorker(threads)
                        alive.add(worker)
                    answer = worker.ask(request)
                    if answer is not None or stop.is_set():
                        break
                    alive.discard(worker)
                    code, worker = worker.close(), None
                if not stop.is_set():
                    value, error = (None, None) if answer is None else answer
                    outcomes.put(Outcome(number, value, error, code if answer is None else None))
        except BaseException as error:
            outcomes.put(error)
        finally:
            if worker is not None:
                worker.close()
                alive.discard(worker)

    servers = [threading.Thread(target=serve, daemon=True) for _ in range(min(workers, len(tasks)))]
    for server in servers:
        server.start()
    try:
        for _ in range(len(tasks)):
            while True:
                with suppress(queue.Empty):
                    # With a limit, so that Ctrl-C is heard on Windows too.
                    outcome = outcomes.get(timeout=1.0)
                    break
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome
    finally:
        with _deaf_to_ctrl_c():
            stop.set()
            for worker in list(alive):
                worker.kill()
            for server in servers:
                server.join(timeout=10)


class PoolWorker:
    """One process and its two pipes, for a task at a time.

    Args:
        threads: of the numerical libraries in it.
        python: the interpreter; Slicer's launcher (PythonSlicer) there.
    """

    def __init__(self, threads: int, python: str | None = None) -> None:
        self._process = subprocess.Popen(
            [python or sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=worker_environment(threads),
            # Ctrl-C is for the run, which then ends its workers.
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        with suppress(OSError):
            self._send(pickle.dumps(sys.path))

    def _send(self, content: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(_LENGTH.pack(len(content)) + content)
        self._process.stdin.flush()

    def ask(self, request: bytes) -> tuple[Any, Exception | None] | None:
        """(what the function returned, what it raised), or None when the process ended instead."""
        assert self._process.stdout
        try:
            self._send(request)
            answer = _receive(self._process.stdout)
        except OSError:
            return None
        return None if answer is None else pickle.loads(answer)

    def kill(self) -> None:
        """End the process now, in the middle of a task too."""
        self._process.kill()

    def close(self) -> int:
        """Close the pipes, wait for the process and return its exit code."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        try:
            return self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def worker_environment(threads: int) -> dict[str, str]:
    """The environment of a worker: its share of the cores, and this very package."""
    package = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH", "")])])
    share = {name: str(threads) for name in _THREAD_VARIABLES}
    return {**os.environ, "PYTHONPATH": path, **share, **ONE_THREAD}


def _receive(stream: IO[bytes]) -> bytes | None:
    """One message, or None at the end of the stream."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    return content if len(content) == length else None


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """A second Ctrl-C must not stop the cleaning up after the first (only the main thread ever sees one)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def main() -> None:
    """Answer requests until the input ends; then the process ends at once."""
    incoming, outgoing = message_pipes()
    requests: queue.Queue[bytes] = queue.Queue()

    def read() -> None:
        while (request := _receive(incoming)) is not None:
            requests.put(request)
        os._exit(0)  # the run has ended or was killed: nobody waits for an answer

    threading.Thread(target=read, daemon=True).start()
    sys.path[:] = pickle.loads(requests.get())
    while True:
        outcome: tuple[object, Exception | None]
        try:
            function, task = pickle.loads(requests.get())
            outcome = function(*task), None
        except Exception as error:
            outcome = None, error
        try:
            answer = pickle.dumps(outcome)
            pickle.loads(answer)  # some exceptions can be packed and not unpacked
        except Exception:
            answer = pickle.dumps((None, RuntimeError(repr(outcome[1] or outcome[0]))))
        outgoing.write(_LENGTH.pack(len(answer)) + answer)
        outgoing.flush()


if __name__ == "__main__":
    main()
