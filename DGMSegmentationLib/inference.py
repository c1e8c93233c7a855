"""Dense tiled prediction: tiles, batches, devices, progress, cancel, and what to do when memory runs out.

A network of the articles maps an input patch to a smaller core. One slope per channel makes it a plain convolution, so
that it can run on tiles of any size: the result is the same and the halo is not computed again for each small core.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from .devices import pick_device
from .errors import Cancelled, DGMError, InputError
from .model import Model
from .networks.flops import macs_per_output
from .openvino_cpu import WORTHWHILE_GMAC, OpenvinoNetworks, installed, open_networks

Box = tuple[slice, slice, slice]
Progress = Callable[[int, int], None]
Cancel = Callable[[], bool]

DENSE_TILE = {"cpu": (48, 56, 24), "cuda": (160, 220, 48), "mps": (80, 110, 48)}
"""Output voxels per tile and device; a tile's activations must stay well inside memory (75 channels, float32)."""
PATCH_BATCH = 32  # as in the articles' training
BACKENDS = ("auto", "torch", "openvino")
_SMALLEST_TILE = 12

_log = logging.getLogger(__name__)


def split_evenly(length: int, most: int) -> list[slice]:
    """Cut 0..length into the fewest nearly equal pieces of at most ``most``."""
    pieces = max(1, -(-length // most))
    edges = [round(i * length / pieces) for i in range(pieces + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


def tiles(shape: Sequence[int], tile: Sequence[int]) -> list[Box]:
    """Tiles that cover ``shape`` without overlap."""
    x, y, z = (split_evenly(n, t) for n, t in zip(shape, tile, strict=True))
    return [(a, b, c) for a in x for b in y for c in z]


def cut(
    array: NDArray[Any], low: Sequence[int] | NDArray[Any], size: Sequence[int], fill: Sequence[float]
) -> NDArray[np.float32]:
    """Take (C, *size) starting at voxel ``low`` (may be negative); outside the array stands ``fill`` per channel."""
    result = np.empty((array.shape[0], *size), np.float32)
    source, target = [], []
    for start, n, length in zip(low, size, array.shape[1:], strict=True):
        first, last = max(0, start), min(length, start + n)
        source.append(slice(first, max(first, last)))
        target.append(slice(first - start, max(first, last) - start))
    if [s.stop - s.start for s in target] != list(size):
        result[:] = np.asarray(fill, np.float32).reshape(-1, 1, 1, 1)
    result[(slice(None), *target)] = array[(slice(None), *source)]
    return result


def _is_out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError | MemoryError)
        or "out of memory" in text
        or "not enough memory" in text
        or "allocate memory" in text
    )


class Predictor:
    """A model on a device, ready to predict any number of cases.

    ``tile``: output voxels per tile, or None for the device's default. ``patchwise`` runs the network as the original
    does, one patch per small core: slow, and the only way for networks with one slope per voxel. ``backend`` computes on
    the CPU: "auto" takes OpenVINO when it is installed and the run is large enough to pay for compiling.
    """

    def __init__(
        self,
        model: Model,
        device: str = "auto",
        tile: tuple[int, int, int] | None = None,
        patchwise: bool = False,
        log: Callable[[str], None] | None = None,
        backend: str = "auto",
    ) -> None:
        if backend not in BACKENDS:
            raise InputError(f"Backend {backend!r} is none of {', '.join(BACKENDS)}; choose one of these.")
        if backend == "openvino" and not installed():
            raise InputError(
                "OpenVINO is not installed; install the extra fast-cpu, or leave the choice to auto."
            )
        self.model = model
        self.backend = backend
        self.compiled: OpenvinoNetworks | None = None
        self.device = pick_device(device)
        self.networks = [self._place(network) for network in model.build()]
        first: Any = self.networks[0]
        self.halo: tuple[int, int, int] = tuple(first.halo)
        self.multiple: tuple[int, int, int] = tuple(first.multiple)
        self.context: tuple[int, int, int] = tuple(first.context)
        self.patchwise = patchwise or not first.dense
        self.tile = tuple(first.patch_output) if self.patchwise else tile or DENSE_TILE[self.device.type]
        self.fill = [model.header.preprocessing.background(c) for c in range(len(model.header.channels))]
        self.log = log or _log.warning

    def _place(self, network: nn.Module) -> nn.Module:
        return network.to(self.device, memory_format=torch.channels_last_3d).eval()  # type: ignore[call-overload]

    def predict(
        self,
        inputs: NDArray[np.float32],
        coordinates: NDArray[np.float32] | None = None,
        box: Box | None = None,
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> NDArray[np.float32]:
        """Class probabilities (K, x, y, z), summing to one over K, for all voxels of ``inputs`` or of ``box``.

        ``inputs`` (C, x, y, z) and ``coordinates`` (3, x, y, z) come from :func:`preprocess.prepare`. Voxels at the
        border are predicted too: beyond it the network sees background. ``progress(done, total)`` counts tiles;
        ``cancel()`` is asked between tiles and raises Cancelled.
        """
        box = box or tuple(slice(0, n) for n in inputs.shape[1:])  # type: ignore[assignment]
        assert box is not None
        while True:
            try:
                return self._predict(inputs, coordinates, box, progress, cancel)
            except (RuntimeError, MemoryError) as error:
                if not _is_out_of_memory(error):
                    raise
                self._shrink(error)

    def _shrink(self, error: BaseException) -> None:
        """After running out of memory: a smaller tile, then the CPU; tell the user."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        if not self.patchwise and max(self.tile) > _SMALLEST_TILE:
            axis = int(np.argmax(self.tile))
            smaller = list(self.tile)
            smaller[axis] = max(_SMALLEST_TILE, smaller[axis] // 2)
            self.tile = tuple(smaller)
            self.log(f"Out of memory on {self.device.type}; trying again with tiles of {self.tile} voxels.")
        elif self.device.type != "cpu":
            self.log(f"Out of memory on {self.device.type} with the smallest tile; going on with the CPU.")
            self.device = torch.device("cpu")
            self.networks = [self._place(network) for network in self.networks]
            if not self.patchwise:
                self.tile = DENSE_TILE["cpu"]
        else:
            raise DGMError(
                "This computer has too little free memory for the network; close other programs."
            ) from error

    def _predict(
        self,
        inputs: NDArray[np.float32],
        coordinates: NDArray[np.float32] | None,
        box: Box,
        progress: Progress | None,
        cancel: Cancel | None,
    ) -> NDArray[np.float32]:
        shape = tuple(s.stop - s.start for s in box)
        origin = [s.start for s in box]
        result = np.empty((len(self.model.labels), *shape), np.float32)
        batches = list(self.batches(shape))
        self._choose_backend(batches)
        fixed = self._uniform(batches) if self.compiled is not None else None
        for done, batch in enumerate(batches):
            if cancel is not None and cancel():
                raise Cancelled
            size = self.tile if self.patchwise else fixed or [s.stop - s.start for s in batch[0]]
            for part, values in zip(batch, self._run(inputs, coordinates, origin, batch, size), strict=True):
                result[(slice(None), *part)] = values[
                    (slice(None), *(slice(0, s.stop - s.start) for s in part))
                ]
            if progress is not None:
                progress(done + 1, len(batches))
        return result

    def _choose_backend(self, batches: Sequence[Sequence[Box]]) -> None:
        """Compile for OpenVINO when that is wanted or pays; torch goes on by itself when it cannot be used."""
        if self.device.type != "cpu" or self.backend == "torch" or self.compiled is not None:
            return
        if self.backend == "auto":
            if not installed():
                return
            size = self._uniform(batches)
            outer = self.input_size(size, self.halo)
            voxels = int(np.prod(size)) * sum(len(batch) for batch in batches)
            work = sum(macs_per_output(network, outer) for network in self.networks) * voxels
            if work < WORTHWHILE_GMAC * 1e9:
                return
        self.compiled = open_networks(self.networks)
        if self.compiled is None:
            self.backend = "torch"

    def input_size(self, size: Sequence[int], margin: Sequence[int]) -> list[int]:
        """Voxels that the network is given for an output of ``size`` and a margin: up to the next multiple it accepts."""
        return [-(-(n + 2 * m) // q) * q for n, m, q in zip(size, margin, self.multiple, strict=True)]

    @staticmethod
    def _uniform(batches: Sequence[Sequence[Box]]) -> list[int]:
        """The largest extent of all tiles along each axis."""
        return [max(part[a].stop - part[a].start for batch in batches for part in batch) for a in range(3)]

    def batches(self, shape: Sequence[int]) -> Iterator[list[Box]]:
        """Tiles one by one, or patches of one fixed size (the last may reach over the border) 32 at a time."""
        if not self.patchwise:
            for one in tiles(shape, self.tile):
                yield [one]
            return
        starts = [range(0, n, t) for n, t in zip(shape, self.tile, strict=True)]
        parts = [
            tuple(slice(s, min(s + t, n)) for s, t, n in zip((a, b, c), self.tile, shape, strict=True))
            for a in starts[0]
            for b in starts[1]
            for c in starts[2]
        ]
        for first in range(0, len(parts), PATCH_BATCH):
            yield parts[first : first + PATCH_BATCH]  # type: ignore[misc]

    def _run(
        self,
        inputs: NDArray[np.float32],
        coordinates: NDArray[np.float32] | None,
        origin: Sequence[int],
        batch: Sequence[Box],
        size: Sequence[int],
    ) -> NDArray[np.float32]:
        """Probabilities (B, K, ...) of a batch of tiles, computed for ``size`` voxels: at least the tile's."""
        valid = any(self.halo)
        whole = not valid and all(n >= m for n, m in zip(size, inputs.shape[1:], strict=True))
        margin = self.halo if valid else (0, 0, 0) if whole else self.context
        outer = self.input_size(size, margin)
        lows = [[o + s.start for o, s in zip(origin, part, strict=True)] for part in batch]
        x = np.stack([cut(inputs, np.subtract(low, margin), outer, self.fill) for low in lows])
        where = None
        if coordinates is not None:
            inner = [n - 2 * h for n, h in zip(outer, self.halo, strict=True)]
            inset = (0, 0, 0) if valid else margin
            where = np.stack(
                [cut(coordinates, np.subtract(low, inset), inner, (0.0, 0.0, 0.0)) for low in lows]
            )
        probabilities = self._forward(x, where)
        if not valid:
            keep = tuple(slice(m, m + n) for m, n in zip(margin, size, strict=True))
            probabilities = probabilities[(slice(None), slice(None), *keep)]
        return probabilities

    @torch.inference_mode()
    def _forward(self, x: NDArray[np.float32], where: NDArray[np.float32] | None) -> NDArray[np.float32]:
        if self.compiled is not None:
            try:
                done = [torch.from_numpy(part) for part in self.compiled(x, where)]
                return merge_members(done).numpy()
            except RuntimeError as error:
                if _is_out_of_memory(error):
                    raise
                _log.info("OpenVINO failed (%s); going on with torch.", error)
                self.compiled, self.backend = None, "torch"
        tensor = torch.from_numpy(x).to(self.device, memory_format=torch.channels_last_3d)
        place = torch.from_numpy(where).to(self.device) if where is not None else None
        half = self.device.type == "cuda"
        members = []
        with torch.autocast(self.device.type, dtype=torch.float16, enabled=half):
            for network in self.networks:
                members.append(torch.softmax(network(tensor, place).float(), dim=1))
        return merge_members(members).cpu().numpy()


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
