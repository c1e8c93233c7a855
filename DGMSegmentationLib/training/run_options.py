"""How a training run is carried out; what is learnt does not depend on it, but for the model to start from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Log = Callable[[str], None]
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class RunOptions:
    """Device, start, resuming, and who hears of the run."""

    device: str = "auto"
    """ "auto", "cuda", "mps" or "cpu"."""
    init: Path | str | None = None
    """A model file whose weights are the start (fine-tuning)."""
    resume: bool = False
    """Go on where a stopped run was; the result is the same as without the stop."""
    log: Log | None = None
    """Receives one line per step of the run."""
    progress: Report | None = None
    """Called with (what, done, total)."""
    step: Callable[[int, int], None] | None = None
    """Called with (done, total) after every training step of a phase; what it raises ends the run."""
