"""Many machines: the same tasks through a Dask scheduler whose workers see the same folders."""

from collections.abc import Callable, Generator, Sequence
from typing import Any

from ..errors import DGMError, InputError
from .local import Answer
from .plan import Task
from .record import Record

_PATIENCE = "10s"


def run_task(task: Task) -> Record:
    """What a Dask worker runs; the model stays in its memory for the next case."""
    from .subject import process_task

    return process_task(task)


def run_dask(
    tasks: Sequence[Task], address: str, log: Callable[[str], None] = lambda text: None
) -> Generator[Answer, None, None]:
    """Send the tasks to the scheduler at ``address`` and yield each answer as it comes.

    Dask gives the case of a lost worker to another one (up to distributed.scheduler.allowed-failures times). Raises
    InputError when Dask is not installed or no scheduler answers, DGMError when the scheduler is lost on the way.
    """
    try:
        from distributed import Client, as_completed
        from distributed.comm import resolve_address
    except ImportError as error:
        raise InputError(
            "--scheduler needs Dask; install it with: pip install 'DGMSegmentation[cohort]'."
        ) from error
    try:
        resolve_address(address)  # a client of an unknown host hangs, and ends in a traceback
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError, ImportError) as error:
        raise InputError(
            f"No Dask scheduler answers at {address}: start one with dask scheduler, or correct the address."
        ) from error
    try:
        if not client.scheduler_info()["workers"]:
            log("The scheduler has no workers yet; waiting for them (dask worker ADDRESS, or a SLURM job).")
        futures = {}
        for task in tasks:
            key = f"dgmseg-{task.run}-{task.case.name}"
            futures[client.submit(run_task, task, key=key, pure=False)] = task
        for future in as_completed(list(futures), loop=client.loop):
            yield futures.pop(future), *_outcome(future)
            future.release()
    finally:
        client.close(timeout=2)  # cancels what was not begun


def _outcome(future: Any) -> tuple[Record | None, str]:
    if future.status == "finished":
        return future.result(), ""
    if future.status != "error":
        raise DGMError(
            "The connection to the Dask scheduler was lost; what is finished is kept, run the same command to go on."
        )
    error = future.exception()
    if isinstance(error, ModuleNotFoundError):
        raise DGMError(
            f"The Dask workers lack the Python package {error.name}: install DGMSegmentation in their environment."
        )
    if type(error).__name__ == "KilledWorker":
        return None, "Every Dask worker that took it ended, perhaps for lack of memory: give workers more."
    return None, f"It failed on a Dask worker ({type(error).__name__}: {' '.join(str(error).split())})."
