"""The tasks of a simulation side by side in worker processes (:mod:`..worker.pool`), with progress."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from ..errors import DGMError
from ..worker.pool import run_pool

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Work:
    """How many processes work, and who hears of it: (stage, done, total)."""

    jobs: int = 1
    progress: Progress | None = None


def run_tasks(
    function: Callable[..., None],
    tasks: Sequence[tuple[object, ...]],
    jobs: int,
    stage: str,
    progress: Progress | None,
    done: int = 0,
) -> None:
    """Call a function on every task, in this process or in ``jobs`` others, and report progress.

    ``progress`` is called with (stage, done, total); ``done`` tasks of the stage were finished before. When anything is
    raised, Ctrl-C included, the workers are ended at once: what a task writes must be whole or not there at all.

    Raises what the function raised, and DGMError for a task whose workers died.
    """
    total = done + len(tasks)
    report = progress or (lambda stage, done, total: None)
    if tasks:
        report(stage, done, total)
    with closing(_calls(function, tasks, jobs)) as calls:
        for number, _ in enumerate(calls, start=done + 1):
            report(stage, number, total)


def _calls(
    function: Callable[..., None], tasks: Sequence[tuple[object, ...]], jobs: int
) -> Generator[None, None, None]:
    """Yield after every task that is done."""
    if jobs == 1 or len(tasks) < 2:
        for task in tasks:
            function(*task)
            yield
        return
    with closing(run_pool(function, tasks, jobs)) as outcomes:
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
            if outcome.exit_code is not None:
                raise DGMError("simulation_process_ended", exit_code=outcome.exit_code)
            yield
