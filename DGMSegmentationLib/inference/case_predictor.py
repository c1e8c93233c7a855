"""What a run asks of a predictor, and which one a model gets on this computer."""

import importlib
import importlib.util
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import Cancelled, Remark
from ..models.model import Model, unet_options
from .openvino_package import installed, openvino_package
from .tiling import Box
from .unet_graph import has_graph

_ACCELERATORS = ("nvidiactl", "nvidia0", "kfd", "dxg")
"""Linux' files of GPUs that torch can use: NVIDIA, AMD, and either within Windows."""
_DEV = Path("/dev")
Progress = Callable[[int, int], None]


class CasePredictor(Protocol):
    """A model ready to predict any number of cases."""

    model: Model
    log: Callable[[Remark], None]
    normalises_by_tile: bool

    @property
    def device(self) -> object:
        """Where it computes; its text is the name."""

    @property
    def engine(self) -> str:
        """What computed the latest run: "openvino", "numpy" or "torch"."""

    def in_one_piece(self, shape: Sequence[int]) -> bool:
        """Whether a region of ``shape`` voxels is predicted in one piece."""

    def looks_at(self, box: Box, shape: Sequence[int]) -> Box | None:
        """All voxels of a grid of ``shape`` that it takes to predict a box of it; None: any."""

    def work(self, shape: Sequence[int]) -> int:
        """Multiply-adds of predicting a region of ``shape`` voxels."""

    def predict(
        self,
        inputs: NDArray[np.float32],
        coordinates: NDArray[np.float32] | None = None,
        box: Box | None = None,
        progress: Progress | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> NDArray[np.float32]:
        """As :meth:`.predictor.Predictor.predict`."""


def open_predictor(
    model: Model, device: str = "auto", log: Callable[[Remark], None] | None = None
) -> CasePredictor:
    """The model on a device. A U-Net on a CPU runs without torch.

    The same on every run of an installation, so that a case gets the same arithmetic from the command line, a cohort, and the
    worker. Raises InputError for a device that there is not.
    """
    if device == "cpu" or (device == "auto" and not may_have_accelerator()):
        members = model.header.members
        unet = model.header.network == "unet" and len(members) == 1
        if unet and has_graph(unet_options(model.header, members[0])):
            from .graph_predictor import GraphPredictor

            predictor = GraphPredictor(model, log)
            predictor.begin()
            return predictor
    from .predictor import Predictor

    return Predictor(model, device, log=log)


def stop_if(cancel: Callable[[], bool] | None) -> None:
    """Raise Cancelled when the run is to end."""
    if cancel is not None and cancel():
        raise Cancelled


def import_engine() -> None:
    """Import what most models compute with on this computer, while nobody waits for it yet."""
    if may_have_accelerator():
        importlib.import_module(".predictor", __package__)
    elif installed():
        openvino_package()


def may_have_accelerator(dev: Path = _DEV) -> bool:
    """Whether torch might find a GPU here; False is sure. Looks at files only, for importing torch takes longer than a run.

    ``dev`` stands for /dev, for tests.
    """
    if platform.system() == "Linux":
        return any((dev / name).exists() for name in _ACCELERATORS)
    spec = importlib.util.find_spec("torch")
    if platform.system() == "Darwin" or spec is None or spec.origin is None:
        return spec is not None
    try:
        told = Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
    except OSError:
        return True
    return any(f"{name}: Optional[str] = None" not in told for name in ("cuda", "hip"))
