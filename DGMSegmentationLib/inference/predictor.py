"""Dense tiled prediction: tiles, batches, devices, progress, cancel, and what to do when memory runs out.

A network of the articles maps an input patch to a smaller core. One slope per channel makes it a plain convolution, so
that it can run on tiles of any size: the result is the same and the halo is not computed again for each small core.
"""

import logging
import math
import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import DGMError, Remark
from ..models.model import Model
from ..models.networks.flops import activation_values, count_macs
from .case_predictor import stop_if
from .devices import pick_device
from .memory import is_out_of_memory
from .openvino_cpu import WORTHWHILE_GMAC, open_networks
from .openvino_package import installed
from .placement import Placement
from .tiling import Box, cut, in_one_piece, tiles

Triple = tuple[int, int, int]
Progress = Callable[[int, int], None]
Cancel = Callable[[], bool]

DENSE_TILE = {"cpu": (48, 56, 24), "mps": (80, 110, 48)}
"""Output voxels per tile and device; a tile's activations must stay well inside memory (75 channels, float32). On CUDA
the tile follows the free memory."""
CUDA_SHARE = 0.5
"""Share of a GPU's free memory that a tile may take, were all its activations kept: some are, and cuDNN needs room."""
PATCH_BATCH = 32  # as in the articles' training
_SMALLEST_TILE = 12

_log = logging.getLogger(__name__)


class Predictor(Placement):
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
        log: Callable[[Remark], None] | None = None,
        backend: str = "auto",
    ) -> None:
        super().__init__(model, log or _log.warning, backend)
        self.patchwise = patchwise or not self.dense
        self.tile: Triple | None = self.patch_output if self.patchwise else tile
        self._asked: tuple[torch.device, Triple | None] | None = None
        """Device and tile as they were before memory ran out; None as long as it has not."""
        # Tiles and devices change where memory runs out, and OpenVINO has one place for its result.
        self._one_at_a_time = threading.Lock()
        self._macs: dict[tuple[int, ...], int] = {}
        self._fitting: dict[tuple[int, ...], Triple] = {}
        self.move(pick_device(device), trusted=False, named=device != "auto")

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

        When memory runs out, tiles become smaller if that changes no value; then the CPU goes on. The next call begins
        on the device and with the tiles that were asked for, so that a case does not depend on the one before it.

        Threads may share a predictor: one predicts after the other.
        """
        if box is None:
            x, y, z = (slice(0, n) for n in inputs.shape[1:])
            box = (x, y, z)
        with self._one_at_a_time:
            if self._asked is not None:
                device, self.tile = self._asked
                self.move(device)
                self._asked = None
            while True:
                try:
                    return self._predict(inputs, coordinates, box, progress, cancel)
                except (RuntimeError, MemoryError) as error:
                    if not is_out_of_memory(error):
                        raise
                    cause = error.with_traceback(
                        None
                    )  # whose frames would keep the failed pass's tensors alive
                self._shrink(cause, [s.stop - s.start for s in box])

    def _shrink(self, error: BaseException, shape: Sequence[int]) -> None:
        """After running out of memory in a region of ``shape``: a smaller tile, then the CPU; tell the user."""
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        self._asked = self._asked or (self.device, self.tile)
        # Where the network normalises over its tile, a smaller one would give other labels.
        fixed = self.patchwise or self.normalises_by_tile
        smaller = None if fixed else self._smaller_tile(shape)
        if smaller is not None:
            self.tile = smaller
            self.log(Remark("tiles_smaller", device=self.device.type, tile=smaller))
        elif self.device.type != "cpu":
            self.log(Remark("memory_of_device", device=self.device.type))
            self.move(torch.device("cpu"))
            if not self.patchwise:
                self.tile = None
        else:
            raise DGMError("memory_for_network") from error

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
            stop_if(cancel)
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

    def in_one_piece(self, shape: Sequence[int]) -> bool:
        """Whether a padding network is given a region of ``shape`` voxels in one piece, as where labels depend on the tile."""
        return not any(self.halo) and in_one_piece(shape)

    def tile_for(self, shape: Sequence[int]) -> Triple:
        """Output voxels per tile of a region of ``shape`` voxels."""
        if self.tile is not None:
            return self.tile
        x, y, z = shape
        if self.in_one_piece(shape):
            return x, y, z
        if self.normalises_by_tile:
            return DENSE_TILE["cpu"]  # on every device, for other tiles give other labels
        return self._fitting_tile((x, y, z)) if self.device.type == "cuda" else DENSE_TILE[self.device.type]

    def _fitting_tile(self, shape: Triple) -> Triple:
        """The largest tile for a region of ``shape`` whose activations fit into the GPU's free memory, at half precision."""
        if shape not in self._fitting:
            free = CUDA_SHARE * torch.cuda.mem_get_info(self.device)[0]
            tile = list(shape)
            while (
                max(tile) > _SMALLEST_TILE
                and 2 * activation_values(self.networks[0], self._outer(tile, shape)) > free
            ):
                axis = int(np.argmax(tile))
                tile[axis] = max(_SMALLEST_TILE, -(-tile[axis] // 2))
            self._fitting[shape] = tile[0], tile[1], tile[2]
        return self._fitting[shape]

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
