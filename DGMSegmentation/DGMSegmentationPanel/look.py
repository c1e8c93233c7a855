"""Look here first in the panel: a button, and a key, that go from one doubtful slice to the next."""

from functools import partial
from typing import TYPE_CHECKING, Any

import qt
import slicer
from DGMSegmentationScene.doubtful import doubts_of, flagged_after, middle_of_slice, slice_shown
from DGMSegmentationScene.provenance import provenance_of
from DGMSegmentationScene.turns import Task, let_threads_work
from slicer.i18n import tr as _

from DGMSegmentationLib.language import word

if TYPE_CHECKING:
    from .results import Results

LATER_MS = 600
POLL_MS = 50
AXIAL = "Red"


class Look:
    """Follows the table, a moment later and in a thread: doubts are no part of the table's time."""

    def __init__(self, ui: Any, results: "Results") -> None:
        self._ui, self._results = ui, results
        self._case: Any = None
        self._task: Task[Any] | None = None
        self._doubts: Any = None
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._turn)
        ui.doubtButton.connect("clicked(bool)", self.next)
        self._show()

    def soon(self) -> None:
        """The labels were measured: look again when they have been at rest for a moment."""
        cases = self._results.measurement.cases
        case = cases[0] if cases and any(row.n_voxels for row in cases[0].rows) else None
        if case is self._case:
            return
        if case is None or self._case is None or case.opened is not self._case.opened:
            self._doubts = None  # what was found in another volume is gone at once
            self._show()
        self._case, self._task = case, None
        if case is None:
            self._timer.stop()
        else:
            self._timer.start(LATER_MS)

    def stop(self) -> None:
        """The scene is gone, or the module."""
        self._timer.stop()
        self._case = self._task = self._doubts = None
        self._show()

    def _turn(self) -> None:
        if self._task is None:
            self._task = Task(partial(doubts_of, self._case, provenance_of(self._results.node)))
        let_threads_work()
        if self._task.is_alive():
            self._timer.start(POLL_MS)
            return
        self._doubts, self._task = self._task.result(), None
        self._show()

    def _show(self) -> None:
        slices = {doubt.index for doubt in self._doubts.flagged} if self._doubts is not None else set()
        self._ui.doubtButton.enabled = bool(slices)
        self._ui.doubtButton.text = (
            _("Next doubtful slice ({count})").format(count=len(slices)) if slices else _("No doubtful slice")
        )

    def next(self, *_clicked: Any) -> bool:
        """To the next doubtful slice in the axial view, and to its structure's row; the button's tooltip says why.

        False when there is none.
        """
        volume = self._results.volume
        node = slicer.mrmlScene.GetSingletonNode(AXIAL, "vtkMRMLSliceNode")
        flagged = self._doubts.flagged if self._doubts is not None else []
        if volume is None or node is None or not flagged:
            return False
        axis = flagged[0].axis
        doubt = flagged_after(flagged, slice_shown(volume, node, axis), 1)
        node.JumpSliceByOffsetting(*middle_of_slice(volume, axis, doubt.index))
        self._ui.doubtButton.toolTip = word(doubt.words)
        table = self._ui.table
        for row in range(table.rowCount):
            if self._results.label_of(row) == doubt.structure.label:
                table.selectRow(row)
        return True
