"""The network on a CPU through OpenVINO, when it is installed (extra ``fast-cpu``): the same float32 numbers, sooner.

OpenVINO compiles a network for one tile size, which takes a second or two; so all tiles of a run get one size, and small
runs stay with torch.
"""

import logging
import time
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .openvino_package import openvino_package, settings

if TYPE_CHECKING:
    import openvino

WORTHWHILE_GMAC = 2000.0
"""Billion multiply-adds per network from which compiling pays: ``dgmseg benchmark --part networks`` shows it as "pays from".

That is the compiling's seconds over what OpenVINO saves per multiply-add, both measured in one run: 2058 (dolz), 861
(U-Net) on the machine of Docs/performance.md.
"""

_log = logging.getLogger(__name__)


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
        start = time.perf_counter()
        self._core = openvino_package().Core()
        self._networks = [_Probabilities(network).eval() for network in networks]
        self._compiled: dict[tuple[int, ...], list[openvino.CompiledModel]] = {}
        self.seconds = time.perf_counter() - start
        """Spent importing OpenVINO and compiling so far."""

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

    def _compile(self, network: nn.Module, inputs: Sequence[NDArray[np.float32]]) -> "openvino.CompiledModel":
        openvino = openvino_package()
        example = tuple(torch.from_numpy(array) for array in inputs)
        with torch.no_grad(), warnings.catch_warnings():
            # One graph serves one tile size, so constants in the trace are wanted.
            warnings.simplefilter("ignore", torch.jit.TracerWarning)
            warnings.filterwarnings("ignore", "`torch.jit", DeprecationWarning)
            converted = openvino.convert_model(
                network, example_input=example, input=[list(a.shape) for a in inputs]
            )
        return self._core.compile_model(converted, "CPU", settings(torch.get_num_threads()))


def open_networks(networks: Sequence[nn.Module]) -> OpenvinoNetworks | None:
    """The networks in OpenVINO, or None with a line in the log when it cannot be used."""
    try:
        return OpenvinoNetworks(networks)
    except Exception as error:
        # A broken or ill-matched installation fails in many ways; torch is always there.
        _log.info("OpenVINO cannot be used (%s); going on with torch.", error)
        return None
