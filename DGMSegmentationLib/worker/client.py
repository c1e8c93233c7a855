"""The other end of the worker process: start it, send a request, collect its events, cancel, end it.

No Qt and no MRML: the panel polls from a timer, the browser app from its loop, a script by :meth:`WorkerClient.wait`.
"""

import atexit
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from ..errors import DGMError, explained
from .protocol import SegmentRequest, decode, encode, message_part

CANCEL_GRACE_S = (
    0.4  # a worker in the middle of a tile cannot answer; the user hears after this time that it is cancelled
)
LEAVING_S = 5.0
"""How long a worker that segments may then go on to its next look at what was cancelled, before it is ended: its engine takes
longer to start."""
SEGMENTING = "DGMSegmentationLib.worker"
FINAL = ("done", "cancelled", "error")
CRASH = ("Fatal Python error", "Windows fatal exception")  # what Python's faulthandler writes before a crash


class Sendable(Protocol):
    """A request of any kind."""

    @property
    def id(self) -> str:
        """By which its events are known."""
        ...

    def to_message(self) -> dict[str, object]:
        """As a message."""
        ...


class WorkerClient:
    """One worker process, started on the first request and kept warm.

    Args:
        python: the interpreter; Slicer's launcher (PythonSlicer) there, this interpreter elsewhere.
        environment: variables added to the worker's environment.
        module: what the process runs: the worker that segments, or another one of this protocol.
    """

    def __init__(
        self,
        python: str | None = None,
        environment: Mapping[str, str] | None = None,
        module: str = SEGMENTING,
    ) -> None:
        self._command = [python or sys.executable, "-m", module]
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._events: queue.Queue[tuple[int, dict[str, object] | None]] = queue.Queue()
        self._pending: str | None = None
        self._kill_at: float | None = None
        # Windows lets nobody remove the files of a request that a worker still has open.
        self._stays = module == SEGMENTING and os.name != "nt"
        self._leaving: set[str] = set()
        self._answered = ""
        """The last request of which the worker said how it ended, also while nobody polls."""
        self._message: dict[str, object] = {}
        self._stderr: deque[str] = deque(maxlen=400)
        self._log_reader: threading.Thread | None = None
        atexit.register(_stop_at_exit, weakref.ref(self))

    @property
    def pid(self) -> int | None:
        """The process id of the running worker, or None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def busy(self) -> bool:
        """True between a request and its final event."""
        return self._pending is not None

    @property
    def log(self) -> str:
        """The last lines that the worker wrote to stderr."""
        return "\n".join(self._stderr)

    def start(self) -> None:
        """Start the process if none runs; returns at once. Raises OSError when the interpreter cannot be started."""
        if self.pid is not None:
            return
        root = str(Path(__file__).resolve().parents[2])
        environment = {**os.environ, **self._environment, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        environment["PYTHONSAFEPATH"] = (
            "1"  # nothing is imported from the folder the application was started in
        )
        environment["PYTHONPATH"] = os.pathsep.join(p for p in (root, environment.get("PYTHONPATH", "")) if p)
        self._stderr.clear()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows
            start_new_session=os.name != "nt",  # so that the whole group can be ended
        )
        self._log_reader = threading.Thread(target=self._read_log, args=(self._process,), daemon=True)
        self._log_reader.start()
        threading.Thread(target=self._read_events, args=(self._process,), daemon=True).start()

    def submit(self, request: Sendable) -> None:
        """Send one request; raises RuntimeError while another one runs."""
        if self.busy:
            raise RuntimeError("The segmentation process is busy.")
        if request.id in self._leaving:
            self.stop()  # its events could not be told apart
        self.start()
        self._pending, self._message = request.id, request.to_message()
        self._write(self._message)

    def cancel(self) -> None:
        """Ask the running request to stop; :meth:`poll` reports ``cancelled`` within a second in any case."""
        if self._pending is not None and self._kill_at is None:
            self._kill_at = time.monotonic() + CANCEL_GRACE_S
            self._write({"do": "cancel", "id": self._pending})

    def poll(self) -> list[dict[str, object]]:
        """The events since the last call, without waiting. A dead worker becomes an ``error`` event of kind ``died``."""
        events = []
        while True:
            try:
                pid, event = self._events.get_nowait()
            except queue.Empty:
                break
            if self._process is None or pid != self._process.pid:
                continue  # the rest of a worker that was ended
            if event is None:
                events += self._ended()
            elif event.get("id") in self._leaving:
                if event["event"] in FINAL:
                    self._leaving.discard(str(event["id"]))
            elif self._pending is None or event.get("id") in (self._pending, None, ""):
                if self._kill_at is not None and event["event"] == "done":
                    event = {
                        "event": "cancelled",
                        "id": self._pending,
                    }  # it finished while the user cancelled
                events.append(event)
                if event["event"] in FINAL:
                    self._pending = self._kill_at = None
        if self._kill_at is not None and time.monotonic() > self._kill_at:
            events.append({"event": "cancelled", "id": self._pending})
            if self._stays and self._pending is not None and self._process is not None:
                self._let_go(self._pending, self._process)
            else:
                self.stop()
        return events

    def _let_go(self, request_id: str, process: "subprocess.Popen[bytes]") -> None:
        """Let the worker find out that a request was cancelled; end it when it does not in time."""
        self._leaving.add(request_id)
        self._pending = self._kill_at = None

        def end() -> None:
            unheard = request_id in self._leaving and self._answered != request_id
            if unheard and self._process is process:
                _kill(process)

        timer = threading.Timer(LEAVING_S, end)
        timer.daemon = True
        timer.start()

    def wait(
        self, timeout: float | None = None, on_event: Callable[[dict[str, object]], None] | None = None
    ) -> dict[str, object]:
        """Wait for the final event of the running request (for scripts); raises TimeoutError."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            for event in self.poll():
                if on_event:
                    on_event(event)
                if event["event"] in FINAL:
                    return event
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError("The segmentation process did not answer in time.")
            time.sleep(0.02)

    def stop(self) -> None:
        """End the worker and everything it started; safe to call at any time and more than once."""
        process, self._process = self._process, None
        self._pending = self._kill_at = None
        self._leaving.clear()
        if process is None:
            return
        if process.poll() is None:
            _kill(process)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            try:
                if pipe and pipe is process.stdin:
                    pipe.close()
            except OSError:
                pass

    def _ended(self) -> list[dict[str, object]]:
        assert self._process is not None
        code = self._process.wait()
        if self._log_reader is not None:
            self._log_reader.join(1.0)  # the reason stands in its last lines
        pending, cancelled = self._pending, self._kill_at is not None
        left = bool(self._leaving)
        self.stop()
        if pending is None:
            return []
        if left and not cancelled:  # it was ended for the request before, and this one waited behind that
            self.start()
            self._pending = pending
            self._write(self._message)
            return []
        if cancelled:
            return [{"event": "cancelled", "id": pending}]
        return [
            {
                "event": "error",
                "id": pending,
                "kind": "died",
                **message_part(_why(code, self.log)),
                "detail": self.log,
            }
        ]

    def _write(self, message: Mapping[str, object]) -> None:
        try:
            assert self._process is not None and self._process.stdin is not None
            self._process.stdin.write(encode(message))
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            pass  # the reader thread reports the end of the process

    def _read_events(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            try:
                event = decode(line)
            except Exception as error:
                event = {
                    "event": "error",
                    "id": "",
                    "kind": "protocol",
                    **message_part(explained(error)),
                    "detail": "",
                }
            self._events.put((process.pid, event))
            if event.get("event") in FINAL:
                self._answered = str(event.get("id"))
        self._events.put((process.pid, None))

    def _read_log(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self._stderr.append(line.decode("utf-8", "replace").rstrip())


def request_for(request_id: str, **fields: object) -> SegmentRequest:
    """Build a request from plain values (``options`` as their dict); raises ProtocolError as the worker would."""
    return SegmentRequest.from_message({"id": request_id, **fields})


def _stop_at_exit(reference: "weakref.ref[WorkerClient]") -> None:
    client = reference()
    if client is not None:
        client.stop()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    try:
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()


def _why(code: int, log: str) -> DGMError:
    """Why a worker ended by itself."""
    # Slicer's launcher of Python tells of any violent end of the worker in words, and ends with 1 itself.
    violent = code in (-9, 137) or "exit abnormally" in log
    if violent and not any(words in log for words in CRASH):
        return DGMError("worker_killed")
    lacking = re.findall(r"No module named ['\"]?([\w.]+)", log)
    if lacking:
        name = lacking[-1].partition(".")[0]
        if name == __package__.partition(".")[0]:
            return DGMError("library_missing", package=name)
        return DGMError("package_missing", package=name)
    return DGMError("worker_stopped", exit_code=code)
