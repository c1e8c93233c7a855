"""OpenVINO (extra ``fast-cpu``) in this process: whether it is there, its import, how it computes. No torch.

On import OpenVINO reports to its maker over the internet unless the user has forbidden it; a program that handles
patients' images must not, so its reporting package is kept out of this process.
"""

import importlib.util
import sys
from types import ModuleType


def installed() -> bool:
    """Whether OpenVINO could be imported; does not import it."""
    return importlib.util.find_spec("openvino") is not None


def openvino_package() -> ModuleType:
    """The package, imported without ``openvino_telemetry``: OpenVINO then takes its own empty stand-in."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def settings(threads: int) -> dict[str, object]:
    """How a network is compiled: float32, with as many threads as torch would take."""
    return {
        # A container's quota and the user's word are kept; several processes (dgmseg cohort) would all be pinned to the
        # same first cores.
        "INFERENCE_NUM_THREADS": threads,
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
    }
