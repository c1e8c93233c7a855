"""Worker processes on this computer: how many fit, and feeding them one case at a time.

A worker is ``python -m DGMSegmentationLib.cohort.local``: tasks as JSON lines in, records as JSON lines out. It loads the
model once and ends when its input ends, so none outlives the run, even one that was killed.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..inference.devices import usable_cpus
from ..worker.pipes import message_pipes
from .plan import Task
from .record import Record

# What is reckoned for one worker: torch, one case, and the activations of a tile. Records hold what was really used.
WORKER_MEMORY_MB = 1000  # 825 measured with the bundled model on 256 x 256 x 52 voxels (Docs/performance.md)
_MEMORY_SHARE = 0.8
_ATTEMPTS = 2
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
)
Answer = tuple[Task, Record | None, str]
"""(task, its record, or None and why the worker ended)"""


def free_memory_mb() -> float | None:
    """Memory that new processes can take: what Linux says is available, within a container's limit; None if unknown."""
    found = []
    try:
        with open("/proc/meminfo", encoding="ascii") as handle:
            lines = dict(line.split(":", 1) for line in handle)
        found.append(float(lines["MemAvailable"].split()[0]) / 1024)
    except (OSError, KeyError, ValueError):
        with suppress(OSError, ValueError, AttributeError):
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20 / 2)
    with suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        limit, used, details = (
            (group / f"memory.{name}").read_text(encoding="ascii") for name in ("max", "current", "stat")
        )
        # Files that were read count as used, but the system gives their memory back when it is needed.
        cached = dict(line.split() for line in details.splitlines()).get("inactive_file", "0")
        found.append((int(limit) - int(used) + int(cached)) / 2**20)  # "max" is no number: no limit
    return min(found) if found else None


def has_gpu(device: str) -> bool:
    """True when the network would run on a GPU; torch is asked in a process of its own and only where one may be."""
    if device != "auto":
        return device != "cpu"
    if sys.platform.startswith("linux") and not (
        list(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/kfd").exists()
    ):
        return False
    code = "from DGMSegmentationLib.inference.devices import pick_device; print(pick_device('auto').type)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=_environment(1))
    return done.returncode == 0 and done.stdout.strip() != "cpu"


def worker_count(cases: int, asked: int | None, gpu: bool) -> int:
    """How many workers: as asked, one for a GPU, else what cores and memory allow; never more than cases."""
    if asked:
        return max(1, min(asked, cases))
    if gpu:
        return 1
    memory = free_memory_mb()
    fit = usable_cpus() if memory is None else int(memory * _MEMORY_SHARE / WORKER_MEMORY_MB)
    return max(1, min(usable_cpus(), fit, cases))


def _environment(threads: int) -> dict[str, str]:
    """The workers' environment: their share of the cores, and this very package."""
    package = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH", "")])])
    return {**os.environ, "PYTHONPATH": path} | {name: str(threads) for name in _THREAD_VARIABLES}


class _Worker:
    """One process and its two pipes."""

    def __init__(self, threads: int) -> None:
        options: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
            if os.name == "nt"
            else {"start_new_session": True}  # Ctrl-C is for the run, which then ends its workers
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(threads),
            **options,
        )

    def ask(self, task: Task) -> Record | None:
        """The task's record, or None when the process ended instead."""
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps(task.to_dict()).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            return dict(json.loads(line)) if line.endswith(b"\n") else None
        except (OSError, ValueError):
            return None

    def kill(self) -> None:
        """End the process now, in the middle of a case too."""
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


def run_local(tasks: Sequence[Task], workers: int) -> Generator[Answer, None, None]:
    """Do the tasks in ``workers`` processes and yield each answer as it comes; leaving the loop ends the processes.

    A case whose worker dies is given to a fresh worker once.
    """
    threads = max(1, usable_cpus() // workers)
    waiting = deque(tasks)
    answers: queue.Queue[Answer | BaseException] = queue.Queue()
    alive: set[_Worker] = set()
    stop = threading.Event()

    def serve() -> None:
        worker: _Worker | None = None
        try:
            while not stop.is_set():
                try:
                    task = waiting.popleft()
                except IndexError:
                    return
                record, code = None, 0
                for _ in range(_ATTEMPTS):
                    if worker is None:
                        worker = _Worker(threads)
                        alive.add(worker)
                    record = worker.ask(task)
                    if record is not None or stop.is_set():
                        break
                    alive.discard(worker)
                    code, worker = worker.close(), None
                if not stop.is_set():
                    answers.put((task, record, "" if record else _ending(code)))
        except BaseException as error:
            answers.put(error)
        finally:
            if worker is not None:
                worker.close()
                alive.discard(worker)

    servers = [threading.Thread(target=serve, daemon=True) for _ in range(workers)]
    for server in servers:
        server.start()
    try:
        for _ in range(len(tasks)):
            while True:
                with suppress(queue.Empty):
                    # With a limit, so that Ctrl-C is heard on Windows too.
                    answer = answers.get(timeout=1.0)
                    break
            if isinstance(answer, BaseException):
                raise answer
            yield answer
    finally:
        stop.set()
        for worker in list(alive):
            worker.kill()
        for server in servers:
            server.join(timeout=10)


def _ending(code: int) -> str:
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return (
        f"The process that worked on it ended twice ({how}), perhaps for lack of memory: use fewer --workers."
    )


def _plain(value: Any) -> Any:
    """A numpy scalar as a number; anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)


def main() -> None:
    """Answer tasks until the input ends; then the process ends at once."""
    questions, answers = message_pipes()
    tasks: queue.Queue[bytes] = queue.Queue()

    def read() -> None:
        for line in questions:
            tasks.put(line)
        os._exit(0)  # the run has ended or was killed: nobody waits for an answer

    threading.Thread(target=read, daemon=True).start()
    from .subject import process_plain

    while True:
        record = process_plain(json.loads(tasks.get()))
        answers.write(json.dumps(record, default=_plain).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
