"""The network on a CPU through OpenVINO, when it is installed (extra ``fast-cpu``): the same float32 numbers, sooner.

OpenVINO compiles a network for one tile size, which takes about a second; so all tiles of a run get one size, and small
runs stay with torch.
"""

import importlib.util
import logging
import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .devices import usable_cpus

WORTHWHILE_GMAC = 60.0
"""Billion multiply-adds of a run from which compiling pays (2 cores; see Docs/performance.md)."""

_log = logging.getLogger(__name__)


def installed() -> bool:
    """Whether OpenVINO could be imported; does not import it."""
    return importlib.util.find_spec("openvino") is not None


class _Probabilities(nn.Module):
    """A network with its softmax, so that one compiled graph gives probabilities."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, where: Tensor | None = None) -> Tensor:
        return torch.softmax(self.network(x, where), dim=1)


class OpenvinoNetworks:
    """Networks of one model, compiled for the tile sizes that they are called with."""

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        import openvino

        self._core = openvino.Core()
        self._networks = [_Probabilities(network).eval() for network in networks]
        self._compiled: dict[tuple[int, ...], list[Any]] = {}
        self.seconds = 0.0
        """Spent compiling so far."""

    def __call__(
        self, x: NDArray[np.float32], where: NDArray[np.float32] | None
    ) -> list[NDArray[np.float32]]:
        """Probabilities (B, K, ...) of each network for images (B, C, ...) and coordinates (B, 3, ...)."""
        inputs = [x] if where is None else [x, where]
        if x.shape not in self._compiled:
            start = time.perf_counter()
            self._compiled[x.shape] = [self._compile(network, inputs) for network in self._networks]
            self.seconds += time.perf_counter() - start
        return [np.array(compiled(inputs)[0]) for compiled in self._compiled[x.shape]]

    def _compile(self, network: nn.Module, inputs: Sequence[NDArray[np.float32]]) -> Any:
        import openvino

        example = tuple(torch.from_numpy(array) for array in inputs)
        with torch.no_grad(), warnings.catch_warnings():
            # One graph serves one tile size, so constants in the trace are wanted.
            warnings.simplefilter("ignore", torch.jit.TracerWarning)
            converted = openvino.convert_model(
                network, example_input=example, input=[list(a.shape) for a in inputs]
            )
        settings = {
            "INFERENCE_NUM_THREADS": usable_cpus(),
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
        }
        return self._core.compile_model(converted, "CPU", settings)


def open_networks(networks: Sequence[nn.Module]) -> OpenvinoNetworks | None:
    """The networks in OpenVINO, or None with a line in the log when it cannot be used."""
    try:
        return OpenvinoNetworks(networks)
    except (ImportError, RuntimeError, OSError) as error:
        _log.info("OpenVINO cannot be used (%s); going on with torch.", error)
        return None
