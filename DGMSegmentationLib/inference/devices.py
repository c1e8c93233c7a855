"""Choosing where the network runs, and with how many threads. A device is trusted only after it has computed something right."""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError, Remark
from ..options import DEVICES

if TYPE_CHECKING:
    import torch

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables by which a user says how many threads torch takes."""

_ROOT = Path("/")
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
        raise InputError("device_unknown", device=name, choices=list(DEVICES))
    candidates = ("cuda", "mps") if name == "auto" else (name,) if name != "cpu" else ()
    for candidate in candidates:
        available = torch.cuda.is_available() if candidate == "cuda" else torch.backends.mps.is_available()
        reason = probe(torch.device(candidate)) if available else "this computer has none that torch can use"
        if reason is None:
            return torch.device(candidate)
        if name != "auto":
            raise InputError("device_unusable", device=name, reason=reason)
        if available:
            _log.warning(Remark("device_visible_only", device=candidate, reason=reason))
    return torch.device("cpu")


def usable_cpus(root: Path = _ROOT) -> int:
    """Processors that this process may use: the affinity mask and a container's CPU quota, not the machine's count.

    ``root`` stands before /proc and /sys, for tests.
    """
    return _within_quota(len(_affinity()), root)


def compute_threads(root: Path = _ROOT) -> int:
    """Threads that pay for arithmetic: one per core that this process may use, within a container's CPU quota.

    Two hyper-threads share the units that multiply, so a second thread on a core only waits for the first.
    """
    allowed = _affinity()
    return _within_quota(_physical_cores(allowed, root) or len(allowed), root)


def threads_asked_for(environment: Mapping[str, str]) -> int | None:
    """The threads that a variable of THREAD_VARIABLES asks for; None when there is none. A word that is no number asks for 1."""
    given = next((environment[name] for name in THREAD_VARIABLES if environment.get(name)), None)
    if given is None:
        return None
    first = given.split(",")[0].strip()
    return max(1, int(first)) if first.isdecimal() else 1


def limit_torch_threads(root: Path = _ROOT) -> int:
    """Bring torch's thread count down to :func:`compute_threads` and return the count that is then in force.

    By itself torch counts cores (or hyper-threads, by build) and knows no container quota, so that its threads wait for
    each other while the container is held. A user's word is kept: a variable of THREAD_VARIABLES in the environment,
    a count that is smaller already, and ``torch.set_num_threads`` after a predictor was made.
    """
    import torch

    wanted, now = compute_threads(root), torch.get_num_threads()
    if now > wanted and threads_asked_for(os.environ) is None:
        torch.set_num_threads(wanted)
        return wanted
    return now


def _affinity() -> set[int]:
    """Numbers of the processors that the scheduler may give to this process; all of them where that is not known."""
    if hasattr(os, "sched_getaffinity"):
        return set(os.sched_getaffinity(0))
    return set(range(os.cpu_count() or 1))


def _within_quota(count: int, root: Path) -> int:
    quota = cgroup_cpus(root)
    return max(1, count if quota is None else min(count, round(quota)))


def _physical_cores(allowed: Iterable[int], root: Path) -> int | None:
    """How many cores the given processors are; None where the system does not say (only Linux does, in sysfs)."""
    cores = set()
    for cpu in allowed:
        path = root / "sys/devices/system/cpu" / f"cpu{cpu}" / "topology" / "thread_siblings_list"
        try:
            cores.add(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return None
    return len(cores) or None


def cgroup_cpus(root: Path = _ROOT) -> float | None:
    """The CPU quota of this process's control group or of one above it, the smallest, in processors; None without one.

    Reads version 2 (``cpu.max``) and version 1 (``cpu.cfs_quota_us``) as the kernel's documentation describes them
    (Documentation/admin-guide/cgroup-v2.rst; scheduler/sched-bwc.rst).
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        lines = ["0::/"]  # no /proc: a container's own limit may be at the top all the same
    found = []
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            for mount in ("sys/fs/cgroup", "sys/fs/cgroup/unified"):
                found += [_quota_v2(folder) for folder in _upwards(root / mount, path)]
        elif "cpu" in controllers.split(","):
            for mount in (f"sys/fs/cgroup/{controllers}", "sys/fs/cgroup/cpu"):
                found += [_quota_v1(folder) for folder in _upwards(root / mount, path)]
    return min((quota for quota in found if quota is not None), default=None)


def _upwards(mount: Path, path: str) -> Iterator[Path]:
    """The group's folder and those above it, up to the mount point.

    In a container the path may be the host's ("/docker/...", "/../..") while the mount shows the container's own group at
    its top: folders that are not there are passed over by the reader, and ".." is never followed.
    """
    parts = [part for part in path.split("/") if part]
    if ".." in parts:
        parts = []
    for length in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:length])


def _quota_v2(folder: Path) -> float | None:
    try:
        quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        return int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None  # absent, or "max": no limit


def _quota_v1(folder: Path) -> float | None:
    try:
        quota = int((folder / "cpu.cfs_quota_us").read_text(encoding="ascii"))
        period = int((folder / "cpu.cfs_period_us").read_text(encoding="ascii"))
        return quota / period if quota > 0 else None  # -1: no limit
    except (OSError, ValueError, ZeroDivisionError):
        return None
