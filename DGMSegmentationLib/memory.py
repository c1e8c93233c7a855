"""How much memory this process has held."""

from __future__ import annotations

import sys


def peak_memory_mb() -> float | None:
    """The largest resident memory of this process so far (MiB); None where it is not known.

    On Linux from /proc: getrusage() there starts with what the parent process held when it started this one.
    """
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return float(line.split()[1]) / 2**10
    except OSError:
        pass  # not Linux
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
