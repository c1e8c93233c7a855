"""Many machines: the same tasks through a Dask scheduler whose workers see the same folders."""

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

from ..errors import DGMError, InputError, Remark
from .local import Answer
from .plan import Task
from .record import Record

if TYPE_CHECKING:
    from distributed import Future

_PATIENCE = "10s"


def run_task(task: Task) -> Record:
    """What a Dask worker runs; the model stays in its memory for the next case."""
    from .subject import process_task

    return process_task(task)


def run_dask(
    tasks: Sequence[Task], address: str, log: Callable[[Remark], None] = lambda text: None
) -> Generator[Answer, None, None]:
    """Send the tasks to the scheduler at ``address`` and yield each answer as it comes.

    Dask gives the case of a lost worker to another one (up to distributed.scheduler.allowed-failures times). Raises
    InputError when Dask is not installed or no scheduler answers, DGMError when the scheduler is lost on the way.
    """
    try:
        from distributed import Client, as_completed
        from distributed.comm import resolve_address
    except ImportError as error:
        raise InputError("dask_missing") from error
    try:
        resolve_address(address)  # a client of an unknown host hangs, and ends in a traceback
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError, ImportError) as error:
        raise InputError("dask_silent", address=address) from error
    try:
        if not client.scheduler_info()["workers"]:
            log(Remark("dask_no_workers"))
        futures = {}
        for task in tasks:
            key = f"dgmseg-{task.run}-{task.case.name}"
            futures[client.submit(run_task, task, key=key, pure=False)] = task
        for future in as_completed(list(futures), loop=client.loop):
            yield futures.pop(future), *_outcome(future)
            future.release()
    finally:
        client.close(timeout=2)  # cancels what was not begun


def _outcome(future: "Future[Record]") -> tuple[Record | None, str]:
    if future.status == "finished":
        return future.result(), ""
    if future.status != "error":
        raise DGMError("dask_lost")
    error = future.exception()
    if isinstance(error, ModuleNotFoundError):
        raise DGMError("dask_worker_package", package=error.name)
    if type(error).__name__ == "KilledWorker":
        return None, str(Remark("dask_workers_ended"))
    return None, str(Remark("dask_task_failed", type=type(error).__name__, text=error))
