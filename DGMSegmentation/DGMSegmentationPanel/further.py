"""The volumes that are measured beside the segmentation's own: ticked in the panel, kept in the scene."""

from collections.abc import Callable
from typing import Any

import qt
from DGMSegmentationScene.volumes import refusal

from .parameters import DGMSegmentationParameters, node_of

ROLE = "furtherVolume"
"""Node reference of the parameter node: it is saved with the scene, and follows when Slicer renames ids."""


class Further:
    """The list "Also measure". What counts is the scene; the list forgets its ticks whenever it is filled anew."""

    def __init__(self, ui: Any, changed: Callable[[], None]) -> None:
        self._selector, self._changed = ui.furtherSelector, changed
        self._parameters: DGMSegmentationParameters | None = None
        self._restoring = False
        self._selector.connect("checkedNodesChanged()", self._ticked)

    def use(self, parameters: DGMSegmentationParameters | None) -> None:
        """Show the ticks of a scene; None while there is no scene."""
        self._parameters = parameters
        if parameters is not None:
            self._restoring = True
            qt.QTimer.singleShot(0, self._restore)  # once the list has been filled

    def volumes(self) -> list[Any]:
        """The ticked volumes that can be measured and are still there."""
        return [volume for volume in self._kept() if not refusal(volume)]

    def _kept(self) -> list[Any]:
        if self._parameters is None:
            return []
        node = node_of(self._parameters)
        found = [node.GetNthNodeReference(ROLE, n) for n in range(node.GetNumberOfNodeReferences(ROLE))]
        return [volume for volume in found if volume is not None]

    def _restore(self) -> None:
        self._restoring = False
        if self._parameters is None:
            return
        kept, before = self._kept(), self._selector.blockSignals(True)
        for volume in self._selector.nodes():
            self._selector.setCheckState(volume, qt.Qt.Checked if volume in kept else qt.Qt.Unchecked)
        self._selector.blockSignals(before)
        self._changed()

    def _ticked(self) -> None:
        if self._restoring or self._parameters is None:
            return
        node = node_of(self._parameters)
        ticked = [volume.GetID() for volume in self._selector.checkedNodes()]
        if ticked != [volume.GetID() for volume in self._kept()]:
            modified = node.StartModify()
            node.RemoveNodeReferenceIDs(ROLE)
            for node_id in ticked:
                node.AddNodeReferenceID(ROLE, node_id)
            node.EndModify(modified)
        self._changed()
