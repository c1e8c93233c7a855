"""The result: a table that follows the labels as they are edited."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import qt
import slicer
import vtk
from DGMSegmentationScene import lookup, navigation
from DGMSegmentationScene.edits import origin
from DGMSegmentationScene.measurement import Measurement, Measurer, RunMeasured
from DGMSegmentationScene.provenance import INPUT_ROLE, attribute, own_volume
from DGMSegmentationScene.segments import colours, label_set_of_node
from DGMSegmentationScene.volumes import refusal, source_of
from slicer.i18n import tr as _

from .further import Further
from .look import Look
from .notes import Note
from .table import RoiTable
from .verdict import VerdictBanner
from .views import Views

if TYPE_CHECKING:
    from .parameters import DGMSegmentationParameters

DEBOUNCE_MS = 250
UNMEASURED_MS = 1000
"""A reader who strokes without a pause is measured, and so in the journal, at the latest so long after the first stroke."""
WAIT_MS = 10


class Results:
    """Measures the chosen segmentation again whenever its labels or its volumes change."""

    def __init__(self, ui: Any, changed: Callable[[], None]) -> None:
        self._ui, self._changed = ui, changed
        self._table: RoiTable | None = None
        self._note = Note(ui.resultNote)
        self._verdict = VerdictBanner(ui)
        self._measurer = Measurer()
        self._observed: list[tuple[Any, int]] = []
        self._observed_ids = ("", "")
        self.parameters: DGMSegmentationParameters | None = None
        self.measurement = Measurement([])
        self.measured: Callable[[Measurement], None] = lambda _measurement: None
        """Called with every new measurement that is shown."""
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.connect("timeout()", self._begin)
        self._turns: Iterator[int] | None = None
        self._waiting_since = 0.0  # the first change that no table shows yet; 0: there is none
        self._changed_since = 0.0  # the first one after a measurement that is under way began
        self._turn_timer = qt.QTimer()
        self._turn_timer.setSingleShot(True)
        self._turn_timer.connect("timeout()", self._next_turn)
        self._further = Further(ui, self.schedule)
        self._views = Views(ui, self)
        self.look = Look(ui, self)
        ui.shownSelector.connect("currentIndexChanged(int)", self._show_table)

    def use(self, parameters: "DGMSegmentationParameters | None") -> None:
        """Work with the parameters of a scene; None while there is no scene."""
        self.parameters = parameters
        self._further.use(parameters)
        if parameters is None:
            self.stop()
            self.look.stop()
            self._views.forget()
        else:
            self._observe()

    @property
    def node(self) -> Any:
        """The segmentation that the table measures, or None."""
        return self.parameters.resultSegmentation if self.parameters is not None else None

    @property
    def volume(self) -> Any:
        """The segmentation's own volume; of one that we did not make, the chosen input volume. None when it is gone."""
        if self.parameters is None or self.node is None:
            return None
        return own_volume(self.node, self.parameters.inputVolume)

    @property
    def _shown(self) -> int:
        """Which of the volumes the table shows."""
        return max(0, int(self._ui.shownSelector.currentIndex))

    @property
    def pending(self) -> bool:
        """True while a change waits to be measured."""
        return bool(self._timer.active) or self._turns is not None

    def volumes(self) -> list[Any]:
        """All volumes to measure, the segmentation's own first."""
        own = self.volume
        chosen = [own] if not refusal(own) else []
        return chosen + [volume for volume in self._further.volumes() if volume is not own]

    def sources(self) -> dict[str, str]:
        """Where each measured volume came from, by the name that it has in the table."""
        return {volume.GetName(): source_of(volume) for volume in self.volumes()}

    def label_of(self, row: int) -> int:
        """The label of a row of the table."""
        return self._table.label_of(row) if self._table is not None else 0

    def present(self, node: Any, measured: RunMeasured | None = None) -> None:
        """A run has finished: show its segmentation, and its table in the loop's next turn. ``measured``: by the worker."""
        if self.parameters is None or node is None or not node.GetDisplayVisibility():
            return  # the scene was closed meanwhile, or labels that were edited meanwhile stay in sight
        self.parameters.resultSegmentation = node
        self._measurer.adopt(measured)
        self._observe()
        volume = self.volume
        unit = self._measurer.unit_of(volume, "auto", node)
        navigation.show_volume(slicer.mrmlScene, volume, unit.factor_to_ppb if unit else None)
        self._timer.start(0)

    def stop(self) -> None:
        """Forget the scene: no timer, no observer."""
        self._timer.stop()
        self._turns = None
        self._waiting_since = self._changed_since = 0.0
        for caller, tag in self._observed:
            caller.RemoveObserver(tag)
        self._observed = []
        self._observed_ids = ("", "")

    def update(self) -> None:
        """Measure all and show it."""
        for _pause in self._measuring(in_threads=False):
            pass
        self._turns = None
        self._waiting_since = self._changed_since = 0.0

    def _begin(self) -> None:
        """Measure and show one volume after the other, in turns of the event loop: none holds the window for long."""
        self._turns = self._measuring(in_threads=True)
        self._next_turn()

    def _next_turn(self) -> None:
        if self._turns is None:
            return  # given up for a newer change
        pause = next(self._turns, None)
        if pause is None:
            self._turns = None
            self._waiting_since, self._changed_since = self._changed_since, 0.0
            if self._waiting_since:
                self._timer.start(DEBOUNCE_MS)
        else:
            self._turn_timer.start(pause)

    def _measuring(self, in_threads: bool) -> Iterator[int]:
        """Each piece of the work gives the milliseconds to wait before the next one."""
        from DGMSegmentationLib.errors import explained

        self._timer.stop()
        node, volumes = self.node, self.volumes() if self.node is not None else []
        note, whole = self._why_no_own_volume(node) if node is not None else "", Measurement([])
        try:
            units = self.parameters.units if self.parameters is not None else "auto"
            turns = self._measurer.in_turns(node, volumes, units, in_threads)
            for measured in turns if volumes else ():
                whole = measured or whole
                if measured is not None and self._shown < len(whole.cases) < len(volumes):
                    self._show(whole, volumes, note)
                yield 0 if measured is not None else WAIT_MS
        except Exception as error:
            logging.exception("DGMSegmentation: the table could not be made")
            note, whole = explained(error, _("The measurement")).sentence("panel"), Measurement([])
        self._show(whole, volumes, note)

    def _show(self, measurement: Measurement, volumes: list[Any], note: str) -> None:
        node, self.measurement = self.node, measurement
        self._list_volumes(volumes)
        self._show_table()
        if node is not None:
            notes = [remark.sentence("panel") for remark in self.measurement.notes]
            sentences = [note, *notes, lookup.doubt(node), origin(node)]
            note = " ".join(filter(None, sentences))
        self._note.show(note)
        self._show_unit(node)
        self._views.update()
        self.look.soon()
        self.measured(measurement)
        self._changed()

    def take_over(self, measured: RunMeasured | None) -> None:
        """Show the chosen segmentation, which was measured already."""
        self._measurer.adopt(measured)
        self._observe()
        unit = self._measurer.unit_of(self.volume, "auto", self.node)
        navigation.show_volume(slicer.mrmlScene, self.volume, unit.factor_to_ppb if unit else None)
        self.update()

    def follow_parameters(self) -> None:
        """The user chose another segmentation, volume or unit: observe it and measure again."""
        if self.parameters is not None:
            self._observe()
            self.schedule()

    def schedule(self, *_arguments: Any) -> None:
        """Measure soon: something that the table shows has changed. What is under way would be out of date, and begins
        anew, but not for ever: else nothing of a reader who strokes without a pause would be measured.
        """
        now = time.monotonic()
        self._waiting_since = self._waiting_since or now
        left = UNMEASURED_MS - 1000 * (now - self._waiting_since)
        if self._turns is not None and left <= 0:
            self._changed_since = self._changed_since or now
            return
        self._turns = None
        self._timer.start(int(max(0, min(DEBOUNCE_MS, left))))

    def _why_no_own_volume(self, node: Any) -> str:
        volume, made_from = self.volume, attribute(node, "InputName")
        if volume is not None or not made_from:
            return refusal(volume)
        return _(
            "The volume of this segmentation, {name}, is not in the scene: load it and choose it as QSM volume, or tick "
            "another one under Also measure."
        ).format(name=made_from)

    def _observe(self) -> None:
        node, volume = self.node, self.volume
        lookup.recognise(node)
        if node is not None and volume is not None and attribute(node, "InputName"):
            node.SetNodeReferenceID(INPUT_ROLE, volume.GetID())  # it was loaded again
        ids = (node.GetID() if node is not None else "", volume.GetID() if volume is not None else "")
        if ids == self._observed_ids:
            return
        self.stop()
        self._observed_ids = ids
        if node is not None:
            segmentation = node.GetSegmentation()
            for event in (
                slicer.vtkSegmentation.SourceRepresentationModified,
                slicer.vtkSegmentation.SegmentAdded,
                slicer.vtkSegmentation.SegmentRemoved,
                slicer.vtkSegmentation.SegmentModified,
            ):
                self._follow(segmentation, event)
            self._follow(node, slicer.vtkMRMLTransformableNode.TransformModifiedEvent)
            if volume is not None:
                self._follow(volume, slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent)
                self._follow(volume, vtk.vtkCommand.ModifiedEvent)
        self.schedule()

    def _follow(self, caller: Any, event: Any) -> None:
        self._observed.append((caller, caller.AddObserver(event, self.schedule)))

    def _list_volumes(self, volumes: list[Any]) -> None:
        selector = self._ui.shownSelector
        names = [volume.GetName() for volume in volumes]
        if [selector.itemText(i) for i in range(selector.count)] != names:
            selector.blockSignals(True)
            index = max(0, selector.currentIndex)
            selector.clear()
            selector.addItems(names)
            selector.currentIndex = min(index, len(names) - 1)
            selector.blockSignals(False)
        for widget in (selector, self._ui.shownLabel):
            widget.visible = len(names) > 1

    def _show_unit(self, node: Any) -> None:
        unit, detected = attribute(node, "Units"), attribute(node, "UnitsDetected") == "true"
        self._ui.unitsDetected.text = (
            f"{unit}, {_('detected') if detected else _('as given')}" if unit else ""
        )

    def _show_table(self, *_arguments: Any) -> None:
        if self._table is None:
            self._table = RoiTable(self._ui.table)
        rows, reasons = self.measurement.of_volume(self._shown), self.measurement.reasons_of(self._shown)
        self._table.show(rows, label_set_of_node(self.node), reasons, colours(self.node))
        self._verdict.show(self.measurement.verdict_of(self._shown))
