"""A progress bar on a terminal, silence when the output is piped."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn


@contextmanager
def step_progress() -> Iterator[Callable[[str, float], None]]:
    """Yield ``progress(step, fraction)``; it draws on stderr when that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda step, fraction: None
        return
    from rich.progress import TextColumn

    with _bar(TextColumn("{task.percentage:>3.0f} %")) as bar:
        task = bar.add_task("Starting", total=1.0)
        yield lambda step, fraction: bar.update(task, description=step, completed=fraction)


@contextmanager
def counted_progress() -> Iterator[tuple[Callable[[str], None], Callable[[str, int, int], None]]]:
    """Yield (log, progress): lines on stderr, and ``progress(what, done, total)`` as a bar from the first count to the
    last; nothing when stderr is no terminal. Between two counts Lightning draws a bar of its own.
    """
    if not sys.stderr.isatty():
        yield (lambda text: None), (lambda what, done, total: None)
        return
    from rich.progress import MofNCompleteColumn

    drawn: list[Progress] = []

    def log(text: str) -> None:
        if drawn:
            drawn[0].console.print(text, markup=False, highlight=False)
        else:
            print(text, file=sys.stderr, flush=True)

    def stop() -> None:
        while drawn:
            drawn.pop().stop()

    def progress(what: str, done: int, total: int) -> None:
        if drawn and drawn[0].tasks[0].description != what:
            stop()
        if not drawn:
            drawn.append(_bar(MofNCompleteColumn()))
            drawn[0].add_task(what, total=total)
            drawn[0].start()
        drawn[0].update(drawn[0].task_ids[0], completed=done, total=total)
        if done >= total:
            stop()

    try:
        yield log, progress
    finally:
        stop()


def _bar(column: "ProgressColumn") -> "Progress":
    """A bar on stderr with a text before it, and a column and the time after it; gone when it is done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), column, TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
