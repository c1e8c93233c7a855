"""The button, the progress and the messages. Three states: idle, running, cancelling."""

import html
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import qt
import slicer
from DGMSegmentationScene.edits import is_edited
from DGMSegmentationScene.runner import CANCELLING, IDLE, Runner
from DGMSegmentationScene.updates import Update
from slicer.i18n import tr as _

from .dependencies import Dependencies
from .inputs import Inputs
from .notes import Note, tool_tip
from .parameters import options_of

if TYPE_CHECKING:
    from DGMSegmentationScene.measurement import RunMeasured

POLL_MS = 40


class Running:
    """Starts, watches and cancels runs of the logic's runner."""

    def __init__(
        self,
        ui: Any,
        runner: Runner,
        inputs: Inputs,
        dependencies: Dependencies,
        finished: "Callable[[Any, RunMeasured | None], None]",
    ) -> None:
        self._ui, self._runner, self._inputs = ui, runner, inputs
        self._dependencies, self._finished = dependencies, finished
        self._message, self._progress = Note(ui.messageLabel), Note(ui.progressLabel)
        self._step = ""
        self._ready = False
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._poll)
        ui.segmentButton.connect("clicked(bool)", self.start)
        ui.cancelButton.connect("clicked(bool)", self.cancel)
        ui.detailsButton.connect("toggled(bool)", self._show_details)

    def refresh(self) -> None:
        """Enable or disable the button; the reason why not is its tooltip."""
        if self._runner.state != IDLE:
            reason = _("A segmentation is running.")
        elif not self._ready:
            reason = _("Install the required packages first.")
        else:
            reason = self._inputs.reason()
        button = self._ui.segmentButton
        button.enabled = not reason
        button.toolTip = tool_tip(reason or _("Segment the deep-gray-matter nuclei in the chosen volume."))

    def check_packages(self) -> None:
        """Look again whether everything that a run needs is there."""
        self._ready = self._dependencies.show()
        if self._ready:
            self._inputs.list_models()
            self._runner.preload()
        self.refresh()

    def start(self) -> None:
        """The click on Segment."""
        parameters = self._inputs.parameters
        if self._runner.state != IDLE or parameters is None or self._inputs.reason():
            self.refresh()
            return
        output = parameters.outputSegmentation
        if is_edited(output):
            question = _(
                "{name} holds labels that were edited by hand. Replace them? A hidden copy is kept in the scene."
            ).format(name=output.GetName())
            # A message box guesses whether a text is HTML, and a node's name may be anything.
            if not slicer.util.confirmYesNoDisplay(f"<p>{html.escape(question)}</p>"):
                return
        self.show_message("")
        try:
            options = options_of(parameters)
            self._runner.start(parameters.inputVolume, options, output, self._inputs.channels())
        except Exception as error:
            self._fail(error)
            return
        self._step = _("Preparing")
        self._ui.progressBar.value = 0
        self._timer.start()
        self._show_state()

    def cancel(self) -> None:
        """The click on Cancel."""
        self._runner.cancel()
        self._show_state()

    def abort(self) -> None:
        """The scene is closing: end a run without a word."""
        self._timer.stop()
        self._runner.abort()
        self.show_message("")
        self._show_state()

    def stop(self) -> None:
        """The module is going away: end the run and the worker."""
        self._timer.stop()
        self._runner.stop()

    def show_message(self, text: str, detail: str = "") -> None:
        """Show one plain sentence below the button, the rest behind Details; an empty text hides both."""
        self._ui.messageBox.visible = bool(text)
        self._message.show(text)
        self._ui.detailsButton.visible = bool(detail)
        self._ui.detailsButton.checked = False
        self._ui.detailsText.plainText = detail

    def _poll(self) -> None:
        for update in self._runner.poll():
            if update.kind == "progress":
                self._step = update.text
                if update.fraction >= 0:
                    self._ui.progressBar.value = int(100 * update.fraction)
                continue
            self._timer.stop()
            self._show_state()
            if update.kind == "failed":
                logging.error("DGMSegmentation: %s\n%s", update.text, update.detail)
                self.show_message(update.text, update.detail or self._runner.log)
            elif update.kind == "cancelled":
                self.show_message(update.text)
                self._runner.preload()  # the worker may have been ended; the next click shall not wait for the engine
            else:
                self.show_message(update.text, update.detail)
                # In the loop's next turn, so that no single step holds the window for long.
                qt.QTimer.singleShot(0, partial(self._present, update))
        if self._runner.state != IDLE:
            self._show_state()

    def _present(self, update: Update) -> None:
        self._finished(slicer.mrmlScene.GetNodeByID(update.node_id), update.measured)

    def _fail(self, error: BaseException) -> None:
        import traceback

        from DGMSegmentationLib.errors import explained

        detail = "".join(traceback.format_exception(error))
        logging.error("DGMSegmentation: %s", detail)
        self.show_message(explained(error, _("The segmentation")).sentence("panel"), detail)
        self._show_state()

    def _show_state(self) -> None:
        state = self._runner.state
        self._ui.progressBox.visible = state != IDLE
        self._ui.cancelButton.enabled = state not in (IDLE, CANCELLING)
        step = _("Cancelling") if state == CANCELLING else self._step
        self._progress.show(f"{step} - {self._runner.seconds:.0f} s")
        self.refresh()

    def _show_details(self, shown: bool) -> None:
        self._ui.detailsText.visible = shown
