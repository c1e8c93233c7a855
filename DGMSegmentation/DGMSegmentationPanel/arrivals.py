"""The volume that is chosen while the user has chosen none: one that is there, or one that is loaded."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import qt
import slicer
from DGMSegmentationScene.volumes import refusal

if TYPE_CHECKING:
    from .parameters import DGMSegmentationParameters

VOLUME = "vtkMRMLScalarVolumeNode"


class Arrivals:
    """Chooses a volume for the parameters as long as there is none."""

    def __init__(self) -> None:
        self.parameters: DGMSegmentationParameters | None = None
        self._arrived: list[str] = []
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._choose_arrived)

    def choose(self) -> None:
        """Choose the first usable volume of the scene."""
        scene = slicer.mrmlScene
        count = scene.GetNumberOfNodesByClass(VOLUME)
        self._choose(scene.GetNthNodeByClass(index, VOLUME) for index in range(count))

    def arrived(self, node: Any) -> None:
        """A node was added: a volume is chosen as soon as it has its voxels."""
        if self.parameters is not None and node.IsA(VOLUME):
            self._arrived.append(node.GetID())
            self._timer.start(0)

    def forget(self) -> None:
        """What came before is no longer waited for: the user removed the chosen volume."""
        self._arrived = []

    def stop(self) -> None:
        """The module goes away."""
        self._timer.stop()

    def _choose_arrived(self) -> None:
        arrived, self._arrived = self._arrived, []
        nodes = map(slicer.mrmlScene.GetNodeByID, arrived)
        self._choose(node for node in nodes if node is not None)

    def _choose(self, volumes: Iterable[Any]) -> None:
        if self.parameters is not None and self.parameters.inputVolume is None:
            first = next((volume for volume in volumes if not refusal(volume)), None)
            if first is not None:
                self.parameters.inputVolume = first
