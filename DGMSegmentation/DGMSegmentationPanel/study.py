"""A study in the panel: the worklist, from case to case, done and rejected; the same folder and journal as the browser app's."""

from collections.abc import Callable
from functools import partial, partialmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from DGMSegmentationScene import hierarchy, navigation
from DGMSegmentationScene.case_loading import LoadedCase, load_case
from DGMSegmentationScene.case_reading import CaseReading
from DGMSegmentationScene.segments import create_segmentation
from DGMSegmentationScene.turns import Task, let_threads_work
from DGMSegmentationScene.volumes import add_volume
from slicer.i18n import tr as _

from .case_table import CaseTable
from .files import folder_for
from .notes import Note

if TYPE_CHECKING:
    from DGMSegmentationLib.study.walk import Walk

    from .results import Results

POLL_MS = 200


class PanelStudy:
    """What the section Study does; MRML and Qt in the main thread alone."""

    def __init__(self, ui: Any, results: "Results", python: Callable[[], str | None]) -> None:
        self._ui, self._results, self._python = ui, results, python
        self._note = Note(ui.studyNote)
        self._walk: Walk | None = None
        self._reading: CaseReading | None = None
        self._nodes: list[Any] = []
        self._ready: dict[str, Task[LoadedCase]] = {}
        self._awaited, self._order = "", "name"
        self._in_sight = False
        self._table = CaseTable(ui.studyTable)
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._poll)
        ui.openStudyButton.connect("clicked(bool)", self._choose)
        ui.studyTable.connect("cellDoubleClicked(int,int)", self._picked)
        ui.doubtfulFirstBox.connect("toggled(bool)", self._sort)
        ui.previousCaseButton.connect("clicked(bool)", partial(self._step, -1))
        ui.nextCaseButton.connect("clicked(bool)", partial(self._step, 1))
        ui.rejectCaseButton.connect("clicked(bool)", self._ask_why)
        ui.doneCaseButton.connect("clicked(bool)", self._done)
        self._keys = [
            self._key(keys, act)
            for keys, act in (
                ("Ctrl+Return", self._done),
                ("Ctrl+J", partial(self._step, 1)),
                ("Ctrl+K", partial(self._step, -1)),
                ("Ctrl+L", results.look.next),
            )
        ]
        results.measured = self._measured
        self._show()

    def _key(self, keys: str, act: Callable[..., None]) -> Any:
        shortcut = qt.QShortcut(self._ui.studySection)
        shortcut.setKey(qt.QKeySequence(keys))
        shortcut.setContext(qt.Qt.ApplicationShortcut)
        shortcut.connect("activated()", act)
        shortcut.enabled = False
        return shortcut

    # --- a study ----------------------------------------------------------------------------------------------------

    def open(self, paths: list[Path], reader: str = "", model: str = "", blind: bool = False) -> None:
        """Open a folder, or several images; raises InputError for what is no study.

        ``blind``: the reader sees nothing of what others did.
        """
        from DGMSegmentationLib.cohort.plan import CaseSettings
        from DGMSegmentationLib.options import SegmentOptions
        from DGMSegmentationLib.study.places import find_study
        from DGMSegmentationLib.study.study import Study
        from DGMSegmentationLib.study.walk import Walk

        chosen = model or (self._results.parameters.model if self._results.parameters else "")
        options = SegmentOptions().changed(**({"model": chosen} if chosen else {}))
        study = Study(find_study(paths), reader, CaseSettings(options), blind)
        self.stop()
        self._walk = Walk(study, self._order, python=self._python())
        self.enter(self._in_sight)
        self._walk.catch_up()
        self._timer.start()
        self._show()
        self.go(self._walk.first())

    def stop(self) -> None:
        """Leave the study: no process, no timer. The scene keeps what it shows."""
        self._timer.stop()
        if self._walk is not None:
            self._walk.stop()
        self._walk = self._reading = None
        self._awaited = ""
        self._ready.clear()
        self._nodes.clear()
        self._show()

    def enter(self, in_sight: bool = True) -> None:
        """The module is in sight, or not any more: in sight its keys work."""
        self._in_sight = in_sight
        for key in self._keys:
            key.enabled = in_sight and self._walk is not None

    exit = partialmethod(enter, False)

    def _choose(self) -> None:
        from DGMSegmentationLib.errors import DGMError

        window = slicer.util.mainWindow()
        folder = str(
            qt.QFileDialog.getExistingDirectory(window, _("Choose a study"), folder_for(what="Study")) or ""
        )
        if not folder:
            return
        try:
            self.open([Path(folder)], str(self._ui.readerEdit.text), blind=bool(self._ui.blindBox.checked))
        except DGMError as error:
            self._note.show(error.sentence("panel"))

    # --- from case to case -----------------------------------------------------------------------------------------

    def go(self, name: str) -> None:
        """Show a case as soon as it is segmented and read."""
        walk = self._walk
        if walk is None or name not in walk or not self._kept():
            return
        self._awaited = name
        if walk.lacks_labels(name):
            walk.want(name, now=True)
            self._note.show(_("{name} is being segmented; it appears as soon as it is.").format(name=name))
        else:
            self._loading(name)
            self._note.show(_("Reading {name}").format(name=name))

    def _loading(self, name: str) -> "Task[LoadedCase]":
        assert self._walk is not None
        if name not in self._ready:
            self._ready[name] = Task(partial(load_case, self._walk.study, name))
        return self._ready[name]

    def _step(self, step: int, *_clicked: Any) -> None:
        if self._walk is not None:
            name = self._walk.neighbour(self._awaited or self.case, step)
            if name:
                self.go(name)

    def _picked(self, row: int, _column: int) -> None:
        if self._walk is not None:
            self.go(self._walk.items[row].name)

    @property
    def results(self) -> Path | None:
        """The folder of results of the study that is open; None when none is."""
        return self._walk.study.output if self._walk is not None else None

    @property
    def case(self) -> str:
        """The name of the case that is open; empty when none is."""
        return self._reading.name if self._reading is not None else ""

    def _poll(self) -> None:
        walk = self._walk
        if walk is None:
            return
        let_threads_work()
        finished = walk.poll()
        for one in finished:
            if one.name == self._awaited and one.problem:
                self._awaited = ""
                self._note.show(
                    _("{name} cannot be segmented: {problem}").format(name=one.name, problem=one.problem)
                )
        changed = walk.changed()
        for name in changed:
            if name != self._awaited:
                self._ready.pop(name, None)  # read before somebody else changed it
        if finished or changed:
            self._show()
        if self._awaited and not walk.lacks_labels(self._awaited):
            if not self._loading(self._awaited).is_alive():
                self._present(self._ready.pop(self._awaited))
        elif self.case:
            self._prepare_next()

    def _prepare_next(self) -> None:
        walk = self._walk
        following = walk.neighbour(self.case, 1) if walk is not None else ""
        if walk is None or not following:
            return
        if walk.lacks_labels(following):
            if not walk.wanted(following):
                walk.want(following)
        else:
            self._loading(following)

    def _present(self, task: "Task[LoadedCase]") -> None:
        from DGMSegmentationLib.errors import explained

        name, self._awaited = self._awaited, ""
        try:
            self._show_case(task.result())
        except Exception as error:
            self._note.show(explained(error, _("Opening the case")).sentence("panel"))
            return
        assert self._walk is not None
        self._walk.refresh(name)
        self._ready = {key: task for key, task in self._ready.items() if key == self._walk.neighbour(name, 1)}
        self._show()

    def _show_case(self, loaded: LoadedCase) -> None:
        """The case's volume and segmentation in place of the case before; other nodes of the scene stay."""
        scene, opened, parameters = slicer.mrmlScene, loaded.opened, self._results.parameters
        assert self._walk is not None
        if parameters is None:
            return
        volume = add_volume(scene, opened.image, opened.case.name)
        node = create_segmentation(scene, volume)
        reading = CaseReading(self._walk.study, opened)
        reading.show(node, volume)
        before, self._nodes = self._nodes, [node, volume]
        self._reading = reading
        parameters.inputVolume = volume
        parameters.outputSegmentation = parameters.resultSegmentation = node
        self._results.take_over(loaded.measured_on(node, volume))
        for old in before:
            if scene.GetNodeByID(old.GetID()) is old:
                hierarchy.remove(old)
        navigation.show_alone(node)
        navigation.jump_to_all(node)
        self._note.show(" ".join(remark.sentence("panel") for remark in opened.remarks))

    # --- what is signed --------------------------------------------------------------------------------------------

    def _measured(self, measurement: Any) -> None:
        """The table was measured anew: what was edited goes into the journal."""
        reading = self._reading
        if reading is None or not measurement.cases or self._nodes[:1] != [self._results.node]:
            return
        from DGMSegmentationLib.errors import DGMError

        try:
            reading.record(measurement.cases[0])
        except DGMError as error:
            self._note.show(error.sentence("panel"))
            return
        if self._walk is not None and self._walk.refresh(reading.name):
            self._show()

    def _kept(self) -> bool:
        """Bring the last stroke into the journal; False when that cannot be written, which is said."""
        reading = self._reading
        if reading is None or self._nodes[:1] != [self._results.node]:
            return True
        if self._results.pending:
            self._results.update()
        from DGMSegmentationLib.errors import DGMError

        try:
            if self._results.measurement.cases:
                reading.record(self._results.measurement.cases[0])
        except DGMError as error:
            self._note.show(error.sentence("panel"))
            return False
        return True

    def _done(self, *_clicked: Any) -> None:
        self._signed(lambda reading: reading.sign(self._results.measurement.cases[0]))

    def _ask_why(self, *_clicked: Any) -> None:
        if self._reading is None:
            return
        why = qt.QInputDialog.getText(
            slicer.util.mainWindow(), _("Reject the case"), _("Why it cannot be used:")
        )
        reason = " ".join(str(why or "").split())
        if reason:
            self._signed(lambda reading: reading.reject(reason))

    def _signed(self, sign: Callable[[CaseReading], object]) -> None:
        from DGMSegmentationLib.errors import DGMError

        reading, walk = self._reading, self._walk
        if reading is None or walk is None:
            return
        if self._nodes[:1] != [self._results.node]:
            text = _(
                "The table shows another segmentation than that of {name}: choose {name} in the list first."
            )
            self._note.show(text.format(name=reading.name))
            return
        try:
            if not self._kept() or not self._results.measurement.cases:
                return
            sign(reading)
        except DGMError as error:
            return self._note.show(error.sentence("panel"))
        walk.signed(reading.name)
        self._show()
        if following := walk.neighbour(reading.name, 1):
            self.go(following)
        else:
            self._note.show(_("This is the last case of the list."))

    # --- the list --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        walk = self._walk
        self._ui.studyTable.visible = walk is not None
        for button in (self._ui.previousCaseButton, self._ui.nextCaseButton):
            button.enabled = walk is not None
        for button in (self._ui.rejectCaseButton, self._ui.doneCaseButton):
            button.enabled = self._reading is not None
        items, output = ((), Path()) if walk is None else (walk.items, walk.study.output)
        self._table.show(items, self.case, output)

    def _sort(self, doubtful_first: bool) -> None:
        self._order = "doubt" if doubtful_first else "name"
        if self._walk is not None:
            self._walk.list_all(self._order)
            self._show()
