"""A U-Net on the CPU without torch, whose import takes longer than a run: by OpenVINO where it is installed, else in numpy."""

import logging
import math
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import Cancelled, DGMError, Remark
from ..models.model import Model, unet_options
from ..models.unet_shape import Triple, UNetShape
from .blas import blas_has_one_thread
from .case_predictor import Progress, stop_if
from .devices import compute_threads, limit_torch_threads, threads_asked_for
from .memory import is_out_of_memory
from .openvino_package import installed, openvino_package, settings
from .tiling import Box, cut, in_one_piece
from .unet_arrays import UNetOfArrays
from .unet_graph import unet_graph

if TYPE_CHECKING:
    from .predictor import Predictor

_KEPT = 3
"""Sizes of tile whose networks are held: the model's own box, and what a search around it took."""
_log = logging.getLogger(__name__)


class _Network(Protocol):
    """A network for one size of tile."""

    def __call__(self, images: NDArray[np.float32], stop: Callable[[], None]) -> NDArray[np.float32]:
        """Probabilities (K, x, y, z) of images (C, x, y, z), until the next call; ``stop()`` raises when the run is to end."""


class GraphPredictor:
    """A U-Net of one member, predicting regions in one piece; whole volumes are left to torch's tiles.

    Threads may share it: one predicts after the other.
    """

    device = "cpu"

    def __init__(self, model: Model, log: Callable[[Remark], None] | None = None, engine: str = "") -> None:
        """``engine``: "openvino" or "numpy"; else OpenVINO where it is installed."""
        self.model, self.log = model, log or _log.warning
        self.engine = engine or ("openvino" if installed() else "numpy")
        """What computed the latest run; "torch" after a whole volume."""
        self.shape = UNetShape.of(unet_options(model.header, model.header.members[0]))
        self.normalises_by_tile = self.shape.normalises_by_tile
        self._own = self.engine
        self._fill = [model.header.preprocessing.background(c) for c in range(len(model.header.channels))]
        self._networks: dict[Triple, _Network] = {}
        self._making: tuple[Triple, threading.Thread] | None = None
        # A compiled network has one place for its result: another thread's pass would overwrite it before it is copied.
        self._one_at_a_time = threading.Lock()

    def begin(self) -> None:
        """Compile for a region of the usual size in a thread: meanwhile the image is read, or its file chosen."""
        size = usual_region(self.model)
        if self._own == "numpy" or size is None or self._making is not None or not in_one_piece(size):
            return
        outer = self._outer(size)

        def make() -> None:
            try:
                self._networks.setdefault(outer, self._made(outer))
            except Exception as error:  # the run tries again, and says then what is wrong
                _log.info("OpenVINO could not begin (%s).", error)

        self._making = outer, threading.Thread(target=make, name="dgmseg engine")
        self._making[1].start()

    def in_one_piece(self, shape: Sequence[int]) -> bool:
        """Whether a region of ``shape`` voxels is predicted in one piece."""
        return in_one_piece(shape)

    def looks_at(self, box: Box, shape: Sequence[int]) -> Box | None:
        """All voxels of a grid of ``shape`` that it takes to predict a box of it; None: any."""
        size = [s.stop - s.start for s in box]
        if not self.normalises_by_tile or not in_one_piece(size):
            return None
        x, y, z = (
            slice(s.start, min(n, s.start + o)) for s, o, n in zip(box, self._outer(size), shape, strict=True)
        )
        return x, y, z

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
        if not in_one_piece(size):
            with self._one_at_a_time:
                values = self._torch.predict(inputs, coordinates, box, progress, cancel)
                self.engine = self._torch.engine
            return values
        with self._one_at_a_time:
            found = self._run(inputs, box, size, lambda: stop_if(cancel))
            self.engine = self._own
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
        self, inputs: NDArray[np.float32], box: Box, size: Sequence[int], stop: Callable[[], None]
    ) -> NDArray[np.float32]:
        """Probabilities of the box."""
        outer, margin = self._outer(size), self._margin
        tile = cut(inputs, np.subtract([s.start for s in box], margin), outer, self._fill)
        keep = tuple(slice(m, m + n) for m, n in zip(margin, size, strict=True))
        while True:
            try:
                stop()
                return np.array(self._network(outer)(tile, stop)[(slice(None), *keep)])
            except Cancelled:
                raise
            except Exception as error:  # OpenVINO's frontends raise classes of their own, by version
                if is_out_of_memory(error):
                    raise DGMError("memory_for_network") from error
                if self._own == "numpy":
                    raise
                _log.info("OpenVINO cannot be used (%s); going on with numpy.", error)
                self._own = "numpy"
                self._networks.clear()

    def _network(self, outer: Triple) -> _Network:
        if self._making is not None and self._making[0] == outer:
            self._making[1].join()
        if outer not in self._networks:
            if len(self._networks) >= _KEPT:
                self._networks.pop(next(iter(self._networks)))
            self._networks[outer] = self._made(outer)
        return self._networks[outer]

    def _made(self, outer: Triple) -> _Network:
        arrays = self.model.arrays[0]
        if self._own == "numpy":
            return UNetOfArrays(self.shape, arrays, outer, _threads() if blas_has_one_thread() else 1)
        graph = _core().compile_model(unet_graph(self.shape, arrays, outer), "CPU", settings(_threads()))

        def run(images: NDArray[np.float32], stop: Callable[[], None]) -> NDArray[np.float32]:
            found: NDArray[np.float32] = graph([images[None]], share_outputs=True)[0][0]
            stop()
            return found

        return run


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
