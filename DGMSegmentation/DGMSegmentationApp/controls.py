"""What the page's buttons do: between the session (the scene) and the state (the page). The table's are in table.py."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from DGMSegmentationScene import navigation
from DGMSegmentationScene.runner import IDLE
from DGMSegmentationScene.sample import sample_file
from DGMSegmentationScene.updates import Update
from trame_server import Server
from trame_server.utils.asynchronous import create_task

from DGMSegmentationLib.errors import DGMError, Remark
from DGMSegmentationLib.io.bids.names import subject_of
from DGMSegmentationLib.io.files import stem
from DGMSegmentationLib.language import texts_of, word

from .editor import EditorLogic
from .messages import FACE
from .models import Models
from .reading import Reading
from .session import Session
from .state import chosen_options, unit_words
from .table import Table
from .uploads import read_as

if TYPE_CHECKING:
    from DGMSegmentationScene.case_loading import LoadedCase

    from DGMSegmentationLib.study.study import Study

_ = texts_of(__name__)
POLL_S = 0.05


class Controls(Table):
    """The actions of the page. All of them run in the server's one loop, the only place where MRML is touched."""

    def __init__(self, server: Server, session: Session, editor: EditorLogic, reading: Reading) -> None:
        super().__init__(server, session, editor, reading)
        reading.window_moved = self._window_moved
        self.actions["reset_views"] = self.reset_views
        self._models = Models(server.state)
        self._loading = asyncio.Lock()
        state = server.state
        state.dgm_sample = sample_file() is not None
        state.change("dgm_units")(self._units_changed)
        state.change("dgm_window")(self._window_changed)
        state.change("dgm_model")(self._model_changed)
        state.change("dgm_protocol")(self._protocol_changed)

    def list_models(self, chosen: str = "") -> None:
        """Offer the bundled models, and ``chosen`` when it is given; raises InputError for a bad file."""
        self._models.offer(chosen)
        self._refresh()

    def _model_changed(self, **_state: Any) -> None:
        self._models.describe()
        self._refresh()

    # --- files ----------------------------------------------------------------------------------------------------

    async def open(self, path: Path, kind: str, name: str = "") -> None:
        """Read a file and show it; ``kind``: volume, labels, model, or any (decided by what it is). Raises DGMError."""
        name = name or path.name
        if kind == "model" or (kind == "any" and name.lower().endswith(".safetensors")):
            with self.state as state:
                self.list_models(str(path))
                state.dgm_done += 1
            return
        if kind == "protocol":
            with self.state as state:
                self._models.offer_protocol(path)
                state.dgm_done += 1
            return
        async with self._loading:
            with self.busy(_("Reading {name}").format(name=name)):
                loop = asyncio.get_running_loop()
                has_volume = self.session.volume is not None
                kind, image = await loop.run_in_executor(None, read_as, path, kind, name, has_volume)
            title, subject = stem(name), subject_of(name)

            def show() -> None:
                self.show_message("")
                self.show_message(self.show(image, kind, title, subject) or "")

            self.unless_lost(kind, show)

    def unless_lost(self, kind: str, action: Callable[[], None]) -> None:
        """Do what takes the place of what is shown, at once or when the user agrees that work is lost by it."""
        question = self._loss(kind)
        if question is not None:
            self.ask(*question, action, save="labels" if self.session.unsaved else "")
            self.state.flush()
        else:
            with self.state:
                action()

    def _loss(self, kind: str) -> tuple[str, list[Remark], str] | None:
        """Title, texts and button of the question before a file that takes work away or ends a run; None otherwise."""
        session = self.session
        ends = [Remark("ends_the_run_too")] if session.running else []
        if session.unsaved or self.journal_failed:
            return _("Leave the edited labels?"), [Remark("edited_labels_unsaved"), *ends], _("Discard")
        if kind == "volume" and session.unsaved_aside:
            return (
                _("Leave the replaced labels?"),
                [Remark("replaced_labels_unsaved"), *ends],
                _("Leave them"),
            )
        if session.running:
            return _("End the run?"), [Remark("run_going_on")], _("End it")
        return None

    async def open_sample(self) -> None:
        """The sample volume that is bundled."""
        path = sample_file()
        try:
            if path is not None:
                await self.open(path, "volume")
        except DGMError as error:
            self.fail(error)

    def show_case(self, loaded: "LoadedCase", study: "Study") -> None:
        """Put a case of a study into the scene and on the page; raises InputError."""
        self.measure_now()
        self.session.open_case(loaded, study)
        self.state.dgm_units = self.session.units
        self.state.dgm_file = loaded.opened.case.name
        self._shown(new_volume=True)

    def show_nothing(self) -> None:
        """Take what is shown away: the case that comes next cannot be shown."""
        self.clear()
        self._refresh()
        self.state.dgm_done += 1

    def show(self, image: Any, kind: str, title: str, subject: str = "") -> Remark | None:
        """Put a volume or labels into the scene and on the page; returns a note for the user."""
        self.measure_now()
        if kind == "labels":
            note = self.session.open_labels(image, title)
        else:
            note = self.session.open_volume(image, title, subject)
            self.state.dgm_units = self.session.units
            self.session.runner.preload()  # the engine loads while the user looks at the volume
            self.state.dgm_file = title
        self._shown(new_volume=kind != "labels")
        return note

    def _shown(self, new_volume: bool) -> None:
        """The page follows what the session shows now."""
        if new_volume:
            self.reading.new_volume()
            self.reading.fit(keep_zoom=True)
        self.state.dgm_warnings = [remark.sentence(FACE) for remark in self.session.warnings]
        self._show_unit()
        self._show_labels()
        self._refresh()
        self.measured()
        self.state.dgm_done += 1

    def _show_labels(self) -> None:
        """New labels are there: surfaces, table, views on them."""
        self._editor.edit(self.session.segmentation, self.session.volume)
        self._editor.show_surfaces(self.session.has_labels)
        self.show_chosen()
        self.show_table()
        self._centre()

    def _centre(self) -> None:
        """Slices through the middle of all structures, which fill the views."""
        if self.session.has_labels and navigation.jump_to_all(self.session.segmentation):
            self.reading.frame()
            self.reading.show_all_in_3d()

    def reset_views(self) -> None:
        """Fit the nuclei into every view, else the volume, with the chosen structure's slices when it is there."""
        self.reading.fit()
        if self.session.has_labels:
            self._centre()
            self.reading.frame(keep_zoom=False)
            centre = navigation.centre_of(self.session.segmentation, int(self.state.dgm_selected))
            if centre is not None:
                self.reading.jump(centre)

    # --- running --------------------------------------------------------------------------------------------------

    def segment(self) -> None:
        """The click on Segment; asks first when labels edited by hand would be replaced."""
        if self.state.dgm_reason or self.session.running:
            return
        if self.session.edited:
            self.ask(
                _("Replace the edited labels?"),
                [Remark("edited_labels_replaced")],
                _("Replace"),
                self._start,
            )
        else:
            self._start()

    def _start(self) -> None:
        state = self.state
        self.show_message("")
        try:
            self.session.start(chosen_options(state))
        except Exception as error:
            self.fail(error)
            return
        state.dgm_progress, state.dgm_step = 0, _("Preparing")
        self._show_phase()
        create_task(self._watch())

    def _protocol_changed(self, **_state: Any) -> None:
        """Label the last run by the chosen protocol, without the network; labels that were edited stay."""
        session, state = self.session, self.state
        self.clear_message("protocol_waits")
        self.clear_message("protocol_waits_for_edits")
        if not session.has_labels or session.running or state.dgm_reason:
            return
        options = chosen_options(state)
        if options.protocol == session.protocol:
            return
        if session.edited:
            self.show_message(Remark("protocol_waits_for_edits"))
        elif session.can_relabel(options):
            self._start()
        else:
            self.show_message(Remark("protocol_waits"))

    def cancel(self) -> None:
        """The click on Cancel."""
        self.session.runner.cancel()
        self._show_phase()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            with self.state:
                try:
                    updates = self.session.poll()
                except Exception as error:
                    self.fail(error)
                    updates = []
                for update in updates:
                    self._show_progress(update)
                self._show_phase()
                if not self.session.running:
                    self.state.dgm_done += 1
                    return

    def _show_progress(self, update: Update) -> None:
        state = self.state
        if update.kind == "progress":
            state.dgm_step = word(update.text)
            if update.fraction >= 0:
                state.dgm_progress = round(100 * update.fraction)
        elif update.kind == "finished":
            if self.session.shows(update):
                self._show_unit()
                self._show_labels()
            else:
                self.show_table()
            if update.text:
                self.show_message(update.text, "warning", update.detail)
        elif update.kind == "failed":
            logging.error("%s\n%s", update.text, update.detail)
            self.show_message(update.text, "error", update.detail or self.session.runner.log)
        else:
            self.show_message(word(update.text))

    def _show_phase(self) -> None:
        runner = self.session.runner
        self._editor.lock(runner.state != IDLE)
        self.state.dgm_phase = runner.state
        self.state.dgm_seconds = int(runner.seconds)
        self._refresh()

    def _refresh(self) -> None:
        if self.session.volume is None:
            reason: Remark | None = Remark("no_volume")
        else:
            reason = self._models.problem()
        self.state.dgm_reason = reason.sentence(FACE) if reason is not None else ""

    # --- small things ---------------------------------------------------------------------------------------------

    def _units_changed(self, **_state: Any) -> None:
        if self.session.units == self.state.dgm_units:
            return
        self.session.units = self.state.dgm_units
        if self.session.volume is None:
            return
        self.session.measure()
        self._show_unit()
        self.show_table()
        if self.session.units_wait:
            used, chosen = self.state.dgm_unit, self.state.dgm_units
            self.show_message(Remark("unit_waits", used=used, chosen=chosen))
        else:
            self.clear_message("unit_waits")

    def _show_unit(self) -> None:
        unit = self.session.unit
        self.state.dgm_unit = unit_words(unit)
        self.state.dgm_factor = unit.factor_to_ppb if unit is not None else 1.0
        self._window_changed()

    def _window_changed(self, **_state: Any) -> None:
        unit = self.session.unit
        display = (
            self.session.volume.GetScalarVolumeDisplayNode() if self.session.volume is not None else None
        )
        if unit is not None and display is not None:
            low, high = (float(value) / unit.factor_to_ppb for value in self.state.dgm_window)
            display.SetAutoWindowLevel(False)
            display.SetWindowLevelMinMax(low, max(high, low + 1e-6))

    def _window_moved(self, low: float, high: float) -> None:
        """The window that the views show, in the volume's own values: the mouse may have set it."""
        unit = self.session.unit
        if unit is not None:
            shown = [round(value * unit.factor_to_ppb) for value in (low, high)]
            if shown != list(self.state.dgm_window):
                self.state.dgm_window = shown
