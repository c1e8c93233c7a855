"""Volumes of the scene as the library opens them: in ppb, with their brain mask. A large one takes a second or more, so
a thread can do it while the window goes on.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from .provenance import INPUT_ROLE, attribute
from .turns import Task
from .volumes import image_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from DGMSegmentationLib.image import Image
    from DGMSegmentationLib.preprocessing.case import Case
    from DGMSegmentationLib.preprocessing.units import UnitDecision


@dataclass(frozen=True)
class _State:
    """What an opened volume depends on."""

    voxels_time: int
    affine: bytes
    unit: str
    used: bool
    """The unit is that of the run that made the segmentation."""
    detected: bool


class Opener:
    """Opens volumes and keeps each as long as neither its voxels nor its unit change.

    The unit of a volume that a segmentation was made from is the one that the run used; of others it is given ("ppm",
    "ppb") or decided from the values ("auto"). What is no QSM is opened in its own unit.
    """

    def __init__(self) -> None:
        self._opened: dict[str, tuple[_State, Case]] = {}
        self._tasks: dict[str, tuple[_State, Task[Case]]] = {}

    def is_open(self, volume: Any, units: str, node: Any) -> bool:
        """Whether :meth:`open` would return at once."""
        known = self._opened.get(volume.GetID())
        return known is not None and known[0] == _state(volume, units, node)

    def begin(self, volume: Any, units: str, node: Any, mask: "NDArray[Any] | None" = None) -> bool:
        """Open the volume in a thread; True once :meth:`open` returns (or raises) at once.

        The thread works on a copy of the voxels; when they change meanwhile, it is begun anew.
        """
        if self.is_open(volume, units, node):
            return True
        state = _state(volume, units, node)
        running = self._tasks.get(volume.GetID())
        if running is None or running[0] != state:
            work = partial(_opened, image_of(volume, copy=True), state, mask)
            self._tasks[volume.GetID()] = state, Task(work)
            return False
        return not running[1].is_alive()

    def open(self, volume: Any, units: str, node: Any, mask: "NDArray[Any] | None" = None) -> "Case":
        """The opened volume, also when that takes a while. ``mask``: the brain mask where it is known.

        Raises InputError for an unusable volume.
        """
        state = _state(volume, units, node)
        known = self._opened.get(volume.GetID())
        if known is not None and known[0] == state:
            return known[1]
        running = self._tasks.pop(volume.GetID(), None)
        if running is not None and running[0] == state:
            opened = running[1].result()
        else:
            opened = _opened(image_of(volume), state, mask)
        self._opened[volume.GetID()] = state, opened
        return opened

    def unit_of(self, volume: Any, units: str = "auto", node: Any = None) -> "UnitDecision | None":
        """The unit of a volume; None when it is no QSM."""
        from DGMSegmentationLib.preprocessing.units import OWN_UNIT

        state = _state(volume, units, node)
        decision = _decision(state) if state.used else self.open(volume, units, node).units
        return None if decision.unit == OWN_UNIT else decision

    def keep(self, volumes: Any) -> None:
        """Forget all others."""
        ids = {volume.GetID() for volume in volumes}
        self._opened = {key: value for key, value in self._opened.items() if key in ids}
        self._tasks = {key: value for key, value in self._tasks.items() if key in ids}


def _state(volume: Any, units: str, node: Any) -> _State:
    from DGMSegmentationLib.preprocessing.units import FACTOR_TO_PPB

    used = attribute(node, "Units")
    own = used in FACTOR_TO_PPB and node.GetNodeReferenceID(INPUT_ROLE) == volume.GetID()
    image = image_of(volume)
    return _State(
        volume.GetImageData().GetMTime(),
        image.affine.tobytes(),
        used if own else units,
        own,
        own and attribute(node, "UnitsDetected") == "true",
    )


def _decision(state: _State) -> "UnitDecision":
    from DGMSegmentationLib.preprocessing.units import FACTOR_TO_PPB, UnitDecision

    return UnitDecision(state.unit, FACTOR_TO_PPB[state.unit], "as used for the segmentation", state.detected)


def _opened(image: "Image", state: _State, mask: "NDArray[Any] | None") -> "Case":
    import numpy as np

    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.measurement.files import open_ppb
    from DGMSegmentationLib.preprocessing.units import OWN_UNIT

    try:
        opened = open_ppb(image, state.unit, mask)
    except InputError:
        return open_ppb(image, OWN_UNIT, np.ones(image.shape, bool))
    return replace(opened, units=_decision(state)) if state.used else opened
