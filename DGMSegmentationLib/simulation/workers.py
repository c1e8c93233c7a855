"""Tasks side by side in worker processes that end with the run: after the last task, a failure, Ctrl-C, or a kill."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Any

Progress = Callable[[str, int, int], None]
_PATIENCE = 5.0
"""Seconds that a worker has to heed SIGTERM."""


def run_tasks(
    function: Callable[..., None],
    tasks: Sequence[tuple[Any, ...]],
    jobs: int,
    stage: str,
    progress: Progress | None,
    done: int = 0,
) -> None:
    """Call a function on every task, in this process or in ``jobs`` others, and report progress.

    ``progress`` is called with (stage, done, total); ``done`` tasks of the stage were finished before. When anything is
    raised, Ctrl-C included, the workers are ended at once: what a task writes must be whole or not there at all.
    """
    total = done + len(tasks)
    if progress and tasks:
        progress(stage, done, total)

    def tick() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(stage, done, total)

    if jobs == 1 or len(tasks) < 2:
        for task in tasks:
            function(*task)
            tick()
        return
    with _one_thread_each(), _pool(jobs) as pool:
        try:
            _work_off(pool, function, tasks, jobs, tick)
        except BaseException:
            with _deaf_to_ctrl_c():
                _end(pool)
            raise


def _work_off(
    pool: ProcessPoolExecutor,
    function: Callable[..., None],
    tasks: Sequence[tuple[Any, ...]],
    jobs: int,
    tick: Callable[[], None],
) -> None:
    waiting: set[Future[None]] = set()
    queue = iter(tasks)
    while True:
        for task in islice(queue, 2 * jobs - len(waiting)):
            with _children_without_ctrl_c():
                waiting.add(pool.submit(function, *task))
        if not waiting:
            return
        finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in finished:
            future.result()
            tick()


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_follow_parent)


def _follow_parent() -> None:
    """In a worker: leave Ctrl-C to the parent, and end when it is gone, however it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _end(pool: ProcessPoolExecutor) -> None:
    """End the workers amid their tasks; a pool by itself waits for them, and the interpreter's exit waits for it."""
    workers = list((pool._processes or {}).values())  # shutdown forgets them
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(_PATIENCE)
        if worker.is_alive():
            worker.kill()


@contextmanager
def _children_without_ctrl_c() -> Iterator[None]:
    """Processes started inside do not see Ctrl-C, not even while Python starts in them; this one still does."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: from the initializer on
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started inside use one thread each: linear algebra reads these variables when it is loaded."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
