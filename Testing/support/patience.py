"""Waiting for a condition, never for a time: the limit is for what hangs, and a busy machine must not reach it."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 600.0
"""Below pytest's own limit for a test, so that what was waited for is said."""


def until(
    condition: Callable[[], Any],
    why: str = "waited in vain",
    pause: Callable[[float], None] = time.sleep,
    patience: float = PATIENCE_S,
) -> Any:
    """Look again and again until something true is seen, and return it; fails, saying ``why``, when patience ends."""
    end = time.monotonic() + patience
    while not (seen := condition()):
        assert time.monotonic() < end, why
        pause(0.02)
    return seen
