"""A U-Net on the CPU through OpenVINO, from numpy weights to probabilities; torch is imported only when this cannot go on."""

import logging
import math
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Cancelled, DGMError, Remark
from ..models.model import Model, unet_options
from ..models.unet_shape import Triple, UNetShape
from .case_predictor import Progress, stop_if
from .devices import compute_threads, limit_torch_threads, threads_asked_for
from .memory import is_out_of_memory
from .openvino_package import openvino_package, settings
from .tiling import Box, cut, in_one_piece
from .unet_graph import unet_graph

if TYPE_CHECKING:
    from .predictor import Predictor

_KEPT = 3
"""Compiled sizes of tile that are held: the model's own box, and what a search around it took."""
_log = logging.getLogger(__name__)


class GraphPredictor:
    """A U-Net of one member, predicting regions in one piece; whole volumes are left to torch's tiles."""

    device = "cpu"

    def __init__(self, model: Model, log: Callable[[Remark], None] | None = None) -> None:
        self.model, self.log = model, log or _log.warning
        self.shape = UNetShape.of(unet_options(model.header, model.header.members[0]))
        self.normalises_by_tile = self.shape.normalises_by_tile
        self.compiled: object | None = None
        self._fill = [model.header.preprocessing.background(c) for c in range(len(model.header.channels))]
        self._graphs: dict[Triple, Any] = {}
        self._making: tuple[Triple, threading.Thread] | None = None
        self._broken = False

    def begin(self) -> None:
        """Compile for a region of the usual size in a thread: meanwhile the image is read, or its file chosen."""
        size = usual_region(self.model)
        if size is None or self._making is not None or not in_one_piece(size):
            return
        outer = self._outer(size)

        def make() -> None:
            try:
                self._graphs.setdefault(outer, self._made(outer))
            except Exception as error:  # the run tries again, and says then what is wrong
                _log.info("OpenVINO could not begin (%s).", error)

        self._making = outer, threading.Thread(target=make, name="dgmseg engine")
        self._making[1].start()

    def in_one_piece(self, shape: Sequence[int]) -> bool:
        """Whether a region of ``shape`` voxels is predicted in one piece."""
        return in_one_piece(shape)

    def work(self, shape: Sequence[int]) -> int:
        """Multiply-adds of predicting a region of ``shape`` voxels, padding included."""
        return (
            self.shape.multiply_adds(self._outer(shape)) if in_one_piece(shape) else self._torch.work(shape)
        )

    def predict(
        self,
        inputs: NDArray[np.float32],
        coordinates: NDArray[np.float32] | None = None,
        box: Box | None = None,
        progress: Progress | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> NDArray[np.float32]:
        """As :meth:`.predictor.Predictor.predict`; ``cancel()`` is asked before and after the one piece."""
        if box is None:
            x, y, z = (slice(0, n) for n in inputs.shape[1:])
            box = (x, y, z)
        size = [s.stop - s.start for s in box]
        found = self._run(inputs, box, size, cancel) if in_one_piece(size) and not self._broken else None
        if found is None:
            values = self._torch.predict(inputs, coordinates, box, progress, cancel)
            self.compiled = self._torch.compiled
            return values
        if progress is not None:
            progress(1, 1)
        return found

    @cached_property
    def _torch(self) -> "Predictor":
        from .predictor import Predictor

        return Predictor(self.model, "cpu", log=lambda remark: self.log(remark))

    @property
    def _margin(self) -> Triple:
        # Statistics over the region are right for a region as in training: a margin would change them for all voxels.
        return (0, 0, 0) if self.normalises_by_tile else self.shape.context

    def _outer(self, size: Sequence[int]) -> Triple:
        """Voxels that the network is given for ``size``: up to the next multiple that it accepts."""
        x, y, z = (
            -(-(n + 2 * m) // q) * q for n, m, q in zip(size, self._margin, self.shape.multiple, strict=True)
        )
        return x, y, z

    def _run(
        self, inputs: NDArray[np.float32], box: Box, size: Sequence[int], cancel: Callable[[], bool] | None
    ) -> NDArray[np.float32] | None:
        """Probabilities of the box, or None when OpenVINO cannot be used."""
        outer, margin = self._outer(size), self._margin
        low = np.subtract([s.start for s in box], margin)
        tile = cut(inputs, low, outer, self._fill)[None]
        keep = tuple(slice(m, m + n) for m, n in zip(margin, size, strict=True))
        try:
            stop_if(cancel)
            graph = self._compiled(outer)
            stop_if(cancel)
            found = graph([tile])[0][0]
            self.compiled = graph
            return np.array(found[(slice(None), *keep)])
        except Cancelled:
            raise
        except Exception as error:  # its frontends raise classes of their own, by version
            if is_out_of_memory(error):
                raise DGMError("memory_for_network") from error
            _log.info("OpenVINO cannot be used (%s); going on with torch.", error)
            self._broken = True
            self._graphs.clear()
            return None

    def _compiled(self, outer: Triple) -> Any:
        if self._making is not None and self._making[0] == outer:
            self._making[1].join()
        if outer not in self._graphs:
            if len(self._graphs) >= _KEPT:
                self._graphs.pop(next(iter(self._graphs)))
            self._graphs[outer] = self._made(outer)
        return self._graphs[outer]

    def _made(self, outer: Triple) -> Any:
        graph = unet_graph(self.shape, self.model.arrays[0], outer)
        return _core().compile_model(graph, "CPU", settings(_threads()))


def usual_region(model: Model) -> Triple | None:
    """Voxels of the region where the model's structures are expected in a whole head; None where its header does not say."""
    prior, pre = model.header.prior_box, model.header.preprocessing
    if not prior:
        return None
    sizes = [
        math.ceil((high - low) / step) + 2
        for low, high, step in zip(prior["low_mm"], prior["high_mm"], pre.spacing_mm, strict=True)
    ]
    x, y, z = (min(n, m) for n, m in zip(sizes, pre.shape or sizes, strict=True))
    return x, y, z


def _threads() -> int:
    """As many as torch would take, whether it is there or not."""
    if "torch" in sys.modules:
        return limit_torch_threads()
    return threads_asked_for(os.environ) or compute_threads()


_cores: list[Any] = []


_one_core = threading.Lock()


def _core() -> Any:
    """OpenVINO's core of this process."""
    with _one_core:
        if not _cores:
            _cores.append(openvino_package().Core())
        return _cores[0]
