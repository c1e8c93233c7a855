"""Dense tiled prediction: tiles, batches, devices, progress, cancel, and what to do when memory runs out.

A network of the articles maps an input patch to a smaller core. One slope per channel makes it a plain convolution, so
that it can run on tiles of any size: the result is the same and the halo is not computed again for each small core.
"""

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from .devices import limit_torch_threads, pick_device
from .errors import Cancelled, DGMError, InputError
from .model import Model
from .networks.flops import count_macs
from .openvino_cpu import WORTHWHILE_GMAC, OpenvinoNetworks, installed, open_networks
from .tiling import Box, cut, tiles

Triple = tuple[int, int, int]
Progress = Callable[[int, int], None]
Cancel = Callable[[], bool]

DENSE_TILE = {"cpu": (48, 56, 24), "cuda": (160, 220, 48), "mps": (80, 110, 48)}
"""Output voxels per tile and device; a tile's activations must stay well inside memory (75 channels, float32)."""
ONE_PIECE_VOXELS = 1_000_000
"""A padding network (halo 0) is given a region of up to so many voxels in one piece. Cut into tiles, each with its whole
receptive field around it, the bundled model's prior box would cost 17 times the work."""
PATCH_BATCH = 32  # as in the articles' training
BACKENDS = ("auto", "torch", "openvino")
_SMALLEST_TILE = 12

_log = logging.getLogger(__name__)


def _is_out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError | MemoryError)
        or "out of memory" in text
        or "not enough memory" in text
        or "allocate memory" in text
        or "bad_alloc" in text  # of C++, as OpenVINO passes it on
    )


class Predictor:
    """A model on a device, ready to predict any number of cases.

    ``tile``: output voxels per tile, or None to choose by network, region and device. ``patchwise`` runs the network as
    the original does, one patch per small core: slow, and the only way for networks with one slope per voxel.
    ``backend`` computes on the CPU: "auto" takes OpenVINO when it is installed and the work is enough to pay for compiling.
    On the CPU, torch takes one thread a core at the most (:func:`devices.limit_torch_threads`).
    """

    def __init__(
        self,
        model: Model,
        device: str = "auto",
        tile: Triple | None = None,
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
        """What computed the latest run; None: torch."""
        self._opened: OpenvinoNetworks | None = None
        self.device = pick_device(device)
        if self.device.type == "cpu":
            limit_torch_threads()
        self.networks = [self._place(network) for network in model.build()]
        first: Any = self.networks[0]
        self.halo: Triple = tuple(first.halo)
        self.multiple: Triple = tuple(first.multiple)
        self.context: Triple = tuple(first.context)
        self.normalises_by_tile = any(
            isinstance(layer, nn.GroupNorm | nn.InstanceNorm3d) for layer in first.modules()
        )
        self.patchwise = patchwise or not first.dense
        self.tile: Triple | None = tuple(first.patch_output) if self.patchwise else tile
        self.fill = [model.header.preprocessing.background(c) for c in range(len(model.header.channels))]
        self.log = log or _log.warning
        self._macs: dict[tuple[int, ...], int] = {}

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

        Networks without padding and those that normalise by fixed numbers give a voxel the same value whatever the box.
        One that normalises over its tile is given the box in one piece, as it was given tiles in training.
        """
        if box is None:
            x, y, z = (slice(0, n) for n in inputs.shape[1:])
            box = (x, y, z)
        while True:
            try:
                return self._predict(inputs, coordinates, box, progress, cancel)
            except (RuntimeError, MemoryError) as error:
                if not _is_out_of_memory(error):
                    raise
                self._shrink(error, [s.stop - s.start for s in box])

    def _shrink(self, error: BaseException, shape: Sequence[int]) -> None:
        """After running out of memory in a region of ``shape``: a smaller tile, then the CPU; tell the user."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        smaller = None if self.patchwise else self._smaller_tile(shape)
        if smaller is not None:
            self.tile = smaller
            self.log(f"Out of memory on {self.device.type}; trying again with tiles of {smaller} voxels.")
        elif self.device.type != "cpu":
            self.log(f"Out of memory on {self.device.type} with the smallest tile; going on with the CPU.")
            self.device = torch.device("cpu")
            limit_torch_threads()
            self.networks = [self._place(network) for network in self.networks]
            if not self.patchwise:
                self.tile = None
        else:
            raise DGMError(
                "This computer has too little free memory for the network; close other programs."
            ) from error

    def _smaller_tile(self, shape: Sequence[int]) -> Triple | None:
        """The longest edge halved until the network's input shrinks (with margins it may not); None at the smallest."""
        tile = [min(t, n) for t, n in zip(self.tile_for(shape), shape, strict=True)]
        now = math.prod(self._outer(tile, shape))
        while max(tile) > _SMALLEST_TILE:
            axis = int(np.argmax(tile))
            tile[axis] = max(_SMALLEST_TILE, tile[axis] // 2)
            if math.prod(self._outer(tile, shape)) < now:
                return tile[0], tile[1], tile[2]
        return None

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
        self._choose_backend(shape)
        batches = list(self.batches(shape))
        for done, (batch, size) in enumerate(zip(batches, self._sizes(batches, shape), strict=True)):
            if cancel is not None and cancel():
                raise Cancelled
            found = self._run(inputs, coordinates, origin, batch, size, shape)
            for part, values in zip(batch, found, strict=True):
                result[(slice(None), *part)] = values[
                    (slice(None), *(slice(0, s.stop - s.start) for s in part))
                ]
            if progress is not None:
                progress(done + 1, len(batches))
        return result

    def _choose_backend(self, shape: Sequence[int]) -> None:
        """Compile for OpenVINO when that is wanted or pays; torch goes on by itself when it cannot be used.

        The region alone decides, not what was run before: a case gets the same arithmetic wherever it stands in a cohort.
        """
        self.compiled = None
        if self.device.type != "cpu" or self.backend == "torch":
            return
        if self.backend == "auto":
            needed = WORTHWHILE_GMAC * 1e9 * len(self.networks)  # each is compiled
            if not installed() or self.work(shape) < needed:
                return
        if self._opened is None:
            self._opened = open_networks(self.networks)
        self.compiled = self._opened
        if self.compiled is None:
            self.backend = "torch"

    def work(self, shape: Sequence[int]) -> int:
        """Multiply-adds of predicting a region of ``shape`` voxels, halos and padding included."""
        total = 0
        batches = list(self.batches(shape))
        for batch, size in zip(batches, self._sizes(batches, shape), strict=True):
            outer = tuple(self._outer(size, shape))
            if outer not in self._macs:
                self._macs[outer] = sum(count_macs(network, outer) for network in self.networks)
            total += len(batch) * self._macs[outer]
        return total

    def tile_for(self, shape: Sequence[int]) -> Triple:
        """Output voxels per tile of a region of ``shape`` voxels."""
        if self.tile is not None:
            return self.tile
        x, y, z = shape
        if not any(self.halo) and x * y * z <= ONE_PIECE_VOXELS:
            return x, y, z
        return DENSE_TILE[self.device.type]

    def _margin(self, size: Sequence[int], shape: Sequence[int]) -> Triple:
        """Voxels that the network is given on each side of ``size`` output voxels in a region of ``shape``."""
        if any(self.halo):
            return self.halo
        one_piece = all(n >= m for n, m in zip(size, shape, strict=True))
        # Statistics over the tile are right for a tile as in training: a margin would change them for all voxels.
        return (0, 0, 0) if one_piece and self.normalises_by_tile else self.context

    def _outer(self, size: Sequence[int], shape: Sequence[int]) -> list[int]:
        """Voxels that the network is given for ``size`` output voxels: up to the next multiple that it accepts."""
        margin = self._margin(size, shape)
        return [-(-(n + 2 * m) // q) * q for n, m, q in zip(size, margin, self.multiple, strict=True)]

    def _sizes(self, batches: Sequence[Sequence[Box]], shape: Sequence[int]) -> list[Triple]:
        """Output voxels that are computed for each batch: the patch's, the tile's own, or for OpenVINO the largest tile's."""
        if self.patchwise:
            return [self.tile_for(shape)] * len(batches)
        own = [tuple(s.stop - s.start for s in batch[0]) for batch in batches]
        if self.compiled is not None:
            own = [tuple(np.max(own, axis=0).tolist())] * len(own)
        return own

    def batches(self, shape: Sequence[int]) -> Iterator[list[Box]]:
        """Tiles one by one, or patches of one fixed size (the last may reach over the border) 32 at a time."""
        tile = self.tile_for(shape)
        if not self.patchwise:
            for one in tiles(shape, tile):
                yield [one]
            return
        starts = [range(0, n, t) for n, t in zip(shape, tile, strict=True)]
        parts = [
            tuple(slice(s, min(s + t, n)) for s, t, n in zip((a, b, c), tile, shape, strict=True))
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
        shape: Sequence[int],
    ) -> NDArray[np.float32]:
        """Probabilities (B, K, *size) of a batch of tiles of a region of ``shape``, none larger than ``size``."""
        margin, outer = self._margin(size, shape), self._outer(size, shape)
        lows = [[o + s.start for o, s in zip(origin, part, strict=True)] for part in batch]
        if self.patchwise and self.compiled is not None:
            lows += [lows[-1]] * (PATCH_BATCH - len(lows))  # another number of patches would be compiled anew
        x = np.stack([cut(inputs, np.subtract(low, margin), outer, self.fill) for low in lows])
        where = None
        inset = np.subtract(margin, self.halo)  # 0 for a network that needs its margin for itself
        if coordinates is not None:
            inner = [n - 2 * h for n, h in zip(outer, self.halo, strict=True)]
            where = np.stack(
                [cut(coordinates, np.subtract(low, inset), inner, (0.0, 0.0, 0.0)) for low in lows]
            )
        keep = tuple(slice(int(m), int(m) + n) for m, n in zip(inset, size, strict=True))
        # Cropped where it was computed, so that a GPU sends back what is wanted only.
        return self._forward(x, where)[(slice(len(batch)), slice(None), *keep)].cpu().numpy()

    @torch.inference_mode()
    def _forward(self, x: NDArray[np.float32], where: NDArray[np.float32] | None) -> torch.Tensor:
        """Probabilities (B, K, ...) of the network's whole output, on the device."""
        if self.compiled is not None:
            try:
                done = [torch.from_numpy(part) for part in self.compiled(x, where)]
                return merge_members(done)
            except Exception as error:  # its frontends raise classes of their own, by version
                if _is_out_of_memory(error):
                    raise
                _log.info("OpenVINO failed (%s); going on with torch.", error)
                self.compiled = self._opened = None
                self.backend = "torch"
        tensor = torch.from_numpy(x).to(self.device, memory_format=torch.channels_last_3d)
        place = torch.from_numpy(where).to(self.device) if where is not None else None
        half = self.device.type == "cuda"
        members = []
        with torch.autocast(self.device.type, dtype=torch.float16, enabled=half):
            for network in self.networks:
                members.append(torch.softmax(network(tensor, place).float(), dim=1))
        return merge_members(members)


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
