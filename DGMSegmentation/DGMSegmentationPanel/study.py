"""A study in the panel: the worklist and the way from case to case; the same folder and journal as the browser app's."""

from collections.abc import Callable, Sequence
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

from .case_list import CaseList
from .files import folder_for
from .notes import Note
from .signing import Signing

if TYPE_CHECKING:
    from DGMSegmentationLib.errors import Coded
    from DGMSegmentationLib.study.walk import Walk

    from .results import Results

POLL_MS = 200


class PanelStudy:
    """What the section Study does; MRML and Qt in the main thread alone."""

    def __init__(self, ui: Any, results: "Results", python: Callable[[], str | None]) -> None:
        self._ui, self._results, self._python = ui, results, python
        self.note = Note(ui.studyNote)
        self.walk: Walk | None = None
        """The way through the study that is open."""
        self.reading: CaseReading | None = None
        """Of the case that is open."""
        self.nodes: list[Any] = []
        """Its segmentation and its volume."""
        self.blocked = ""
        """The case where the reader stands and that cannot be shown."""
        self._ready: dict[str, Task[LoadedCase]] = {}
        self._awaited = self._problem = ""
        self._in_sight = False
        self.signing = Signing(ui, results, self)
        self.list = CaseList(ui, self)
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._poll)
        ui.openStudyButton.connect("clicked(bool)", self._choose)
        ui.previousCaseButton.connect("clicked(bool)", partial(self.step, -1))
        ui.nextCaseButton.connect("clicked(bool)", partial(self.step, 1))
        self._keys = [
            self._key(keys, act)
            for keys, act in (
                ("Ctrl+Return", self.signing.done),
                ("Ctrl+Backspace", self.signing.ask_why),
                ("Ctrl+J", partial(self.step, 1)),
                ("Ctrl+K", partial(self.step, -1)),
                ("Ctrl+L", self._next_doubt),
            )
        ]
        self.list.show()

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
        if not self.signing.kept():
            return
        self.stop()
        self.walk = Walk(study, self.list.order, python=self._python())
        self.enter(self._in_sight)
        self.walk.catch_up()
        self._timer.start()
        self.list.show()
        self.go(self.walk.first())

    def stop(self) -> None:
        """Leave the study: no process, no timer. The last stroke goes into the journal, the scene keeps what it shows."""
        if self.nodes and all(slicer.mrmlScene.GetNodeByID(node.GetID()) is node for node in self.nodes):
            self.signing.kept()
        self._timer.stop()
        if self.walk is not None:
            self.walk.stop()
        self.walk = self.reading = None
        self._awaited = self.blocked = ""
        self._ready.clear()
        self.nodes.clear()
        self.list.show()

    def enter(self, in_sight: bool = True) -> None:
        """The module is in sight, or not any more: in sight its keys work."""
        self._in_sight = in_sight
        for key in self._keys:
            key.enabled = in_sight and self.walk is not None

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
            self.note.show(error.sentence("panel"))

    # --- from case to case -----------------------------------------------------------------------------------------

    def go(self, name: str) -> None:
        """Show a case as soon as it is segmented and read."""
        walk = self.walk
        if walk is None or name not in walk or not self.signing.kept():
            return
        self._awaited = name
        if walk.lacks_labels(name):
            walk.want(name, now=True)
            self.note.show(_("{name} is being segmented; it appears as soon as it is.").format(name=name))
        else:
            self._loading(name)
            self.note.show(_("Reading {name}").format(name=name))

    def _loading(self, name: str) -> "Task[LoadedCase]":
        assert self.walk is not None
        if name not in self._ready:
            self._ready[name] = Task(partial(load_case, self.walk.study, name))
        return self._ready[name]

    def step(self, step: int, *_clicked: Any) -> None:
        """To the case below (1) or above (-1)."""
        self.step_from(self._awaited or self.here, step)

    def step_from(self, name: str, step: int) -> None:
        """To the case below (1) or above (-1) another one."""
        from DGMSegmentationLib.errors import Remark

        if self.walk is not None:
            name = self.walk.neighbour(name, step)
            if name:
                self.go(name)
            else:
                self.say(Remark("worklist_end") if step > 0 else Remark("worklist_begin"))

    def _next_doubt(self) -> None:
        from DGMSegmentationLib.errors import Remark

        if not self._results.look.next():
            self.say(Remark("doubts_none"))

    def say(self, remark: "Coded") -> None:
        """One sentence below the list."""
        self.note.show(remark.sentence("panel"))

    @property
    def results(self) -> Path | None:
        """The folder of results of the study that is open; None when none is. Raises InputError for a blind reader."""
        from DGMSegmentationLib.errors import InputError

        if self.walk is not None and self.walk.study.blind:
            raise InputError("blind_withheld")
        return self.walk.study.output if self.walk is not None else None

    @property
    def here(self) -> str:
        """The name of the case where the reader stands, be it open or one that cannot be shown."""
        return self.case or self.blocked

    @property
    def is_leaving(self) -> bool:
        """Whether the next case is being read: it appears at any moment, and nobody has seen it."""
        return self._awaited in self._ready

    @property
    def in_table(self) -> bool:
        """Whether the table shows the labels of the case that is open."""
        return self.nodes[:1] == [self._results.node]

    @property
    def case(self) -> str:
        """The name of the case that is open; empty when none is."""
        return self.reading.name if self.reading is not None else ""

    def _poll(self) -> None:
        walk = self.walk
        if walk is None:
            return
        let_threads_work()
        finished = walk.poll()
        failed = next((one for one in finished if one.name == self._awaited and one.problem), None)
        if failed is not None:  # it is shown without labels where its image can be read
            self._problem = _("{name} cannot be segmented: {problem}").format(
                name=failed.name, problem=failed.problem
            )
        if walk.grown():
            self.list.look_for_cases(asked=False)
        changed = walk.changed()
        for name in changed:
            if name != self._awaited:
                self._ready.pop(name, None)  # read before somebody else changed it
        if finished or changed:
            self.list.show()
        if self._awaited and (
            failed is not None or self._awaited in self._ready or not walk.lacks_labels(self._awaited)
        ):
            if not self._loading(self._awaited).is_alive():
                self._present(self._ready.pop(self._awaited))
        elif self.here:
            self._prepare_next()

    def _prepare_next(self) -> None:
        walk = self.walk
        following = walk.neighbour(self.here, 1) if walk is not None else ""
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
        if not self.signing.kept():  # a stroke that was made while this one was read
            return
        self.blocked = ""
        try:
            self._show_case(task.result())
        except Exception as error:
            self._block(name, explained(error, _("Opening the case")))
        assert self.walk is not None
        self.walk.refresh(name)
        self._ready = {key: task for key, task in self._ready.items() if key == self.walk.neighbour(name, 1)}
        self.list.show()

    def _block(self, name: str, error: "Coded") -> None:
        """The reader stands at a case that cannot be shown: the one before goes, so that nobody takes it for this one."""
        self.reading, self.blocked, self._problem = None, name, ""
        self._remove(self.nodes)
        self.nodes = []
        self.say(error)

    @staticmethod
    def _remove(nodes: Sequence[Any]) -> None:
        scene = slicer.mrmlScene
        for old in nodes:
            if scene.GetNodeByID(old.GetID()) is old:
                hierarchy.remove(old)

    def _show_case(self, loaded: LoadedCase) -> None:
        """The case's volume and segmentation in place of the case before; other nodes of the scene stay."""
        scene, opened, parameters = slicer.mrmlScene, loaded.opened, self._results.parameters
        assert self.walk is not None
        if parameters is None:
            return
        volume = add_volume(scene, opened.image, opened.case.name)
        node = create_segmentation(scene, volume)
        reading = CaseReading(self.walk.study, opened)
        reading.show(node, volume)
        before, self.nodes = self.nodes, [node, volume]
        self.reading = reading
        parameters.inputVolume = volume
        parameters.outputSegmentation = parameters.resultSegmentation = node
        self._results.take_over(loaded.measured_on(node, volume))
        self._remove(before)
        navigation.show_alone(node)
        navigation.jump_to_all(node)
        problem, self._problem = self._problem, ""
        self.note.show(" ".join([problem, *(remark.sentence("panel") for remark in opened.remarks)]).strip())
