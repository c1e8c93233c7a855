"""What machine this is, and how fast it multiplies matrices: the measure of everything else."""

import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from ..inference.devices import usable_cpus

_SIZE = 2048  # float32 matrices of 16 MiB: larger than the caches, as the networks' activations are


Found = TypeVar("Found")


def in_new_process(function: Callable[..., Found], *words: object) -> Found:
    """What a function of a module returns in a process of its own, whose peak memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *words).result()


def describe() -> dict[str, object]:
    """Processor, cores, memory, GPU and the versions that matter."""
    import torch

    from .. import __version__

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    return {
        "processor": _processor(),
        "usable_cpus": usable_cpus(),
        "threads": torch.get_num_threads(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "memory_gib": round(memory, 1),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "openvino": _version("openvino"),
        "software": f"DGMSegmentation {__version__}",
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            for line in info:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def gemm_gflops(device: str = "cpu", seconds: float = 2.0) -> float:
    """The best rate of matrix products of 2048 x 2048 (GFLOP/s) within some seconds.

    In the precision that networks run in there: half on CUDA, float32 (sgemm) elsewhere.
    """
    import torch

    a, b = torch.randn(2, _SIZE, _SIZE, device=device)
    if device == "cuda":
        a, b = a.half(), b.half()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        torch.mm(a, b)
        if device == "cuda":
            torch.cuda.synchronize()
        elif device == "mps":
            torch.mps.synchronize()
        best = min(best, time.perf_counter() - start)
    return float(2 * _SIZE**3 / best / 1e9)


def knows_bf16(device: str = "cpu") -> bool:
    """Whether a device has instructions for bfloat16; without them mixed precision is slower, not faster."""
    import torch

    if device == "cuda":
        return torch.cuda.get_device_capability()[0] >= 8  # Ampere; torch's own question counts emulation
    probes = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")  # torch 2.4 knows neither
    return device == "cpu" and any(bool(getattr(torch.cpu, name, bool)()) for name in probes)
