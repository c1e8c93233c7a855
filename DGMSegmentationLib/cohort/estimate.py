"""Time, memory and disk that a cohort will take, computed from what finished cases took."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..io.bids.derivatives import STATE
from .record import Record


@dataclass(frozen=True)
class Rates:
    """What one case takes, measured."""

    seconds: float
    """Wall time of one case in one worker, the model already loaded."""
    memory_mb: float
    """The most memory that a worker has held."""
    disk_mb: float
    """What is written for a case."""
    cases: int = 1
    """How many cases these figures come from."""


@dataclass(frozen=True)
class Estimate:
    """What a number of cases takes."""

    hours: float
    memory_gb: float
    disk_gb: float


def estimate_from_records(records: Iterable[Record], output: Path) -> Rates | None:
    """Medians over the finished cases of an output folder that the network has run for; None without any."""
    done = [r for r in records if r.status == "done" and r.automatic and not r.edited]
    if not done:
        return None
    sizes = [sum(r.outputs.values()) + _size(output / STATE / f"{r.name}.json") for r in done]
    return Rates(
        statistics.median(r.seconds or 0.0 for r in done),
        max(r.peak_memory_mb or 0 for r in done),
        statistics.median(sizes) / 1e6,
        len(done),
    )


def estimate(rates: Rates, cases: int, workers: int = 1, efficiency: float = 1.0) -> Estimate:
    """The whole for ``cases`` cases in ``workers`` workers.

    ``efficiency``: speed of that many workers over that many times one worker's (1: they do not slow each other).
    """
    return Estimate(
        cases * rates.seconds / workers / efficiency / 3600,
        workers * rates.memory_mb / 1024,
        cases * rates.disk_mb / 1000,
    )


def estimate_text(rates: Rates | None, cases: int, workers: int) -> str:
    """The estimate as a sentence."""
    if rates is None:
        return f"{workers} workers; no case has been done yet from which the time could be told."
    whole = estimate(rates, cases, workers)
    return (
        f"About {whole.hours:.1f} h with {workers} workers, {whole.memory_gb:.1f} GB of memory and {whole.disk_gb:.2f} GB "
        f"of disk, from {rates.cases} finished cases "
        f"({rates.seconds:.0f} s, {rates.memory_mb:.0f} MB, {rates.disk_mb:.1f} MB each)."
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
