"""The networks of a model on a device: bringing them there, trusting it, and one forward pass."""

import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..errors import InputError, Remark
from ..models.model import Model
from ..models.networks import SegmentationNetwork
from .devices import limit_torch_threads
from .memory import is_out_of_memory
from .openvino_cpu import OpenvinoNetworks
from .openvino_package import installed
from .tiling import Box

Triple = tuple[int, int, int]

BACKENDS = ("auto", "torch", "openvino")
_CHECK_TILE = (12, 12, 8)
_CHECK_TOLERANCE = 0.05  # of a probability: half precision is off by less, a wrong kernel by far more

_log = logging.getLogger(__name__)


class Placement:
    """A model's networks, on the CPU at first; ``halo``, ``multiple`` and ``context`` are theirs (voxels on each side)."""

    def __init__(self, model: Model, log: Callable[[Remark], None], backend: str = "auto") -> None:
        if backend not in BACKENDS:
            raise InputError("backend_unknown", backend=backend, choices=list(BACKENDS))
        if backend == "openvino" and not installed():
            raise InputError("openvino_missing")
        self.model, self.log, self.backend = model, log, backend
        self.compiled: OpenvinoNetworks | None = None
        """What computed the latest run; None: torch."""
        self._opened: OpenvinoNetworks | None = None
        self.device = torch.device("cpu")
        self.networks = [self._place(network) for network in model.build()]
        first = self.networks[0]
        self.halo: Triple = first.halo
        self.multiple: Triple = first.multiple
        self.context: Triple = first.context
        self.dense, self.uses_coordinates = bool(first.dense), bool(first.uses_coordinates)
        self.patch_output: Triple = first.patch_output
        self.normalises_by_tile = any(
            isinstance(layer, nn.GroupNorm | nn.InstanceNorm3d) for layer in first.modules()
        )
        self.fill = [model.header.preprocessing.background(c) for c in range(len(model.header.channels))]

    @property
    def engine(self) -> str:
        """What computed the latest run: "openvino" or "torch"."""
        return "torch" if self.compiled is None else "openvino"

    def looks_at(self, box: Box, shape: Sequence[int]) -> Box | None:
        """Any voxel of the grid may be needed: tiles have margins, and change when memory runs out."""
        return None

    @property
    def _format(self) -> torch.memory_format:
        """The layout of tensors in which the device is fast; MPS has computed wrong values in channels-last."""
        return torch.preserve_format if self.device.type == "mps" else torch.channels_last_3d

    def _place(self, network: SegmentationNetwork) -> SegmentationNetwork:
        network.to(self.device, memory_format=self._format)  # type: ignore[call-overload]
        return network.eval()

    def move(self, device: torch.device, trusted: bool = True, named: bool = False) -> None:
        """Bring the networks to a device.

        When it is not ``trusted``, they must compute there what they compute on the CPU: torch's own kernels have been
        wrong on some devices. Otherwise the CPU is taken, or InputError raised for a device that was ``named``.
        """
        limit = device.type == "cpu"
        if limit:
            limit_torch_threads()
        if trusted or limit:
            self.device = device
            self.networks = [self._place(network) for network in self.networks]
            return
        expected = self._sample()
        try:
            self.move(device)
            off = float(np.abs(self._sample() - expected).max())
            reason = "" if off <= _CHECK_TOLERANCE else "it computes wrong values for this network"
        except (RuntimeError, NotImplementedError) as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
        if not reason:
            return
        if named:
            raise InputError("device_unusable", device=device.type, reason=reason)
        self.log(Remark("device_left", device=device.type, reason=reason))
        self.networks = self.model.build()
        self.move(torch.device("cpu"))

    def _sample(self) -> NDArray[np.float32]:
        """Probabilities of a small random tile, the same one at every call."""
        rng = np.random.default_rng(0)
        size = _CHECK_TILE if self.dense else self.patch_output
        outer = [-(-(n + 2 * h) // q) * q for n, h, q in zip(size, self.halo, self.multiple, strict=True)]
        inner = [n - 2 * h for n, h in zip(outer, self.halo, strict=True)]
        x = rng.uniform(-1, 1, (1, len(self.fill), *outer)).astype(np.float32)
        where = rng.uniform(-1, 1, (1, 3, *inner)).astype(np.float32)
        return self._forward(x, where if self.uses_coordinates else None).cpu().numpy()

    @torch.inference_mode()
    def _forward(self, x: NDArray[np.float32], where: NDArray[np.float32] | None) -> torch.Tensor:
        """Probabilities (B, K, ...) of the network's whole output, on the device."""
        if self.compiled is not None:
            try:
                done = [torch.from_numpy(part) for part in self.compiled(x, where)]
                return merge_members(done)
            except Exception as error:  # its frontends raise classes of their own, by version
                if is_out_of_memory(error):
                    raise
                _log.info("OpenVINO failed (%s); going on with torch.", error)
                self.compiled = self._opened = None
                self.backend = "torch"
        tensor = self._send(x).to(memory_format=self._format)
        place = self._send(where) if where is not None else None
        half = torch.autocast("cuda", dtype=torch.float16) if self.device.type == "cuda" else nullcontext()
        members = []
        with half:
            for network in self.networks:
                members.append(torch.softmax(network(tensor, place).float(), dim=1))
        return merge_members(members)

    def _send(self, array: NDArray[np.float32]) -> torch.Tensor:
        """The array on the device; to a GPU from pinned memory, so that the copy does not hold up the program."""
        tensor = torch.from_numpy(array)
        if self.device.type == "cuda":
            tensor = tensor.pin_memory()
        return tensor.to(self.device, non_blocking=True)


def merge_members(members: Sequence[torch.Tensor]) -> torch.Tensor:
    """Probabilities of one multi-class network, or of several (B, 2, ...) networks of one ROI each, as one tensor.

    Separate networks do not know of each other: background gets what the surest of them leaves, and all is divided by
    the sum, so that a voxel is a structure's when its own network says more than half and more than the others.
    """
    if len(members) == 1:
        return members[0]
    structures = torch.cat([m[:, 1:] for m in members], dim=1)
    background = 1.0 - structures.amax(dim=1, keepdim=True)
    merged = torch.cat([background, structures], dim=1)
    return merged / merged.sum(dim=1, keepdim=True)
