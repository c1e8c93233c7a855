"""How much memory this process has held, and how its lack shows."""

from __future__ import annotations

import sys

_LACKING = (
    "out of memory",
    "not enough memory",
    "allocate memory",
    "alloc_failed",  # cuDNN, cuBLAS
    "unable to find an engine",  # cuDNN, when none fits into what is free
    "invalid buffer size",  # MPS
    "bad_alloc",  # of C++, as OpenVINO passes it on
)
"""What libraries say, in small letters, when memory does not suffice; they raise plain RuntimeErrors."""


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


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of torch, CUDA, MPS or OpenVINO means that memory does not suffice."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(words in text for words in _LACKING)
