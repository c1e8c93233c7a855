"""Choosing where the network runs. A device is trusted only after it has computed something right."""

import logging
import os
from typing import TYPE_CHECKING

from .errors import InputError

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cuda", "mps", "cpu")
_log = logging.getLogger(__name__)


def probe(device: "torch.device") -> str | None:
    """Run a small 3-D convolution on the device; return why it cannot be used, or None when its result is right.

    A GPU can be visible and still hold no kernel for this torch build, or have no free memory.
    """
    import torch

    try:
        generator = torch.Generator().manual_seed(0)
        x = torch.randn(1, 1, 8, 8, 8, generator=generator)
        w = torch.randn(2, 1, 3, 3, 3, generator=generator)
        expected = torch.nn.functional.conv3d(x, w)
        result = torch.nn.functional.conv3d(x.to(device), w.to(device)).cpu()
    except (RuntimeError, NotImplementedError, AssertionError, OSError) as error:
        return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    # Tensor cores may round to TF32, hence the wide tolerance: a wrong kernel is off by far more.
    return None if torch.allclose(result, expected, atol=0.05) else "it computes a wrong convolution"


def pick_device(name: str = "auto") -> "torch.device":
    """The device to run on. "auto" takes CUDA, then MPS, then the CPU, the first that passes a real operation.

    Raises InputError for an unknown name, and for a device asked for by name that does not work.
    """
    import torch

    if name not in DEVICES:
        raise InputError(f"Device {name!r} is none of {', '.join(DEVICES)}; choose one of these.")
    candidates = ("cuda", "mps") if name == "auto" else (name,) if name != "cpu" else ()
    for candidate in candidates:
        available = torch.cuda.is_available() if candidate == "cuda" else torch.backends.mps.is_available()
        reason = probe(torch.device(candidate)) if available else "this computer has none that torch can use"
        if reason is None:
            return torch.device(candidate)
        if name != "auto":
            raise InputError(f"Device {name} cannot be used: {reason}; use --device cpu or auto.")
        if available:
            _log.warning(
                "%s is visible but cannot be used (%s); running on the CPU instead.", candidate, reason
            )
    return torch.device("cpu")


def usable_cpus() -> int:
    """Processors that this process may use: the affinity mask and a container's CPU quota, not the machine's count."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as handle:
            quota, period = handle.read().split()
        if quota != "max":
            count = min(count, max(1, round(int(quota) / int(period))))
    except (OSError, ValueError):
        pass  # no cgroup v2: the affinity mask is all there is to know
    return max(1, count)
