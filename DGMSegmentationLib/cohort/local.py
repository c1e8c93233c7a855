"""Worker processes on this computer: how many fit, and feeding them one case at a time (:mod:`..worker.pool`).

Each loads the model once.
"""

import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from ..errors import Remark
from ..inference.devices import usable_cpus
from ..worker.pool import run_pool, worker_environment
from .plan import Task
from .record import Record
from .subject import process_task

# What is reckoned for one worker: torch, one case, and the activations of a tile. Records hold what was really used.
WORKER_MEMORY_MB = 1000  # 825 measured with the bundled model on 256 x 256 x 52 voxels (Docs/performance.md)
_MEMORY_SHARE = 0.8
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
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=worker_environment(1)
    )
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


def run_local(tasks: Sequence[Task], workers: int) -> Generator[Answer, None, None]:
    """Do the tasks in ``workers`` processes and yield each answer as it comes; leaving the loop ends the processes.

    A case whose worker dies is given to a fresh worker once.
    """
    threads = max(1, usable_cpus() // workers)
    with closing(run_pool(process_task, [(task,) for task in tasks], workers, threads)) as outcomes:
        for outcome in outcomes:
            ending = ""
            if outcome.error is not None:
                kind = type(outcome.error).__name__
                ending = str(Remark("case_unexpected", type=kind, text=outcome.error))
            elif outcome.exit_code is not None:
                ending = _ending(outcome.exit_code)
            yield tasks[outcome.number], outcome.value, ending


def _ending(code: int) -> str:
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return str(Remark("case_worker_ended", how=how))
