"""What goes along with a run: who hears of it, who may end it, and the clock."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..errors import Cancelled, Remark

StepProgress = Callable[[str, float], None]
"""progress(what is being done, fraction of the whole run 0..1)"""

_log = logging.getLogger(__name__)


class Stopwatch:
    """Adds up wall time by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Time the block as part of ``step``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - start


def _no_progress(step: str, fraction: float) -> None:
    pass


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Watch:
    """Whom a run reports to (progress, remarks), who may cancel it, and where its time is noted."""

    report: StepProgress = _no_progress
    cancel: Callable[[], bool] = _never
    log: Callable[[Remark], None] = _log.warning
    clock: Stopwatch = field(default_factory=Stopwatch)

    @classmethod
    def of(
        cls,
        progress: StepProgress | None = None,
        cancel: Callable[[], bool] | None = None,
        log: Callable[[Remark], None] | None = None,
    ) -> "Watch":
        """From what a caller gave; remarks go to the log of this module by default."""
        return cls(progress or _no_progress, cancel or _never, log or _log.warning)

    def stop_if_cancelled(self) -> None:
        """Raises Cancelled when the run is to end."""
        if self.cancel():
            raise Cancelled
