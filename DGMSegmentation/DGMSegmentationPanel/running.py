"""The button, the progress and the messages. Three states: idle, running, cancelling."""

import html
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import qt
import slicer
from DGMSegmentationScene.edits import is_edited
from DGMSegmentationScene.provenance import is_ours, own_volume
from DGMSegmentationScene.runner import CANCELLING, IDLE, Runner
from DGMSegmentationScene.updates import Update
from slicer.i18n import tr as _

from DGMSegmentationLib.language import word

from .dependencies import Dependencies
from .inputs import Inputs
from .notes import Note, tool_tip
from .parameters import DGMSegmentationParameters, options_of
from .protocols import Protocols

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
        protocols: Protocols,
        finished: "Callable[[Any, RunMeasured | None], None]",
    ) -> None:
        self._ui, self._runner, self._inputs = ui, runner, inputs
        self._dependencies, self._protocols, self._finished = dependencies, protocols, finished
        self._message, self._progress = Note(ui.messageLabel), Note(ui.progressLabel)
        self._step = self._at_the_end = ""
        self._ready = False
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._poll)
        ui.segmentButton.connect("clicked(bool)", self.start)
        ui.cancelButton.connect("clicked(bool)", self.cancel)
        ui.detailsButton.connect("toggled(bool)", self._show_details)

    def refresh(self) -> None:
        """Enable or disable the button; the reason why not is its tooltip."""
        self._protocols.refresh()
        reason, button = self._reason(), self._ui.segmentButton
        button.enabled = not reason
        button.toolTip = tool_tip(reason or _("Segment the deep-gray-matter nuclei in the chosen volume."))

    def _reason(self) -> str:
        """Why no run can start now; empty when one can."""
        if self._runner.state != IDLE:
            return _("A segmentation is running.")
        if not self._ready:
            return _("Install the required packages first.")
        return self._inputs.reason() or self._protocols.reason()

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
        if parameters is None or self._reason():
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
        self._begin(parameters, output)

    def relabel(self, result: Any) -> str:
        """Label the last run by the protocol that was just chosen; what is still to be done, when that is not enough.

        ``result``: the segmentation that is shown. It gets the labels when a run made it and no hand changed it.
        """
        parameters = self._inputs.parameters
        if parameters is None or self._reason():
            return ""
        options = options_of(parameters)
        if not self._runner.can_relabel(parameters.inputVolume, options, self._inputs.channels()):
            return _("Click Segment to label by this protocol.") if result is not None else ""
        ours = is_ours(result) and own_volume(result) is parameters.inputVolume
        edited = ours and is_edited(result)
        kept = _("{name} was edited by hand and is kept, hidden: choose it under Segmentation to see it.")
        self._begin(
            parameters,
            result if ours and not edited else None,
            kept.format(name=result.GetName()) if edited else "",
        )
        return ""

    def _begin(self, parameters: DGMSegmentationParameters, output: Any, at_the_end: str = "") -> None:
        """Start a run; ``at_the_end``: what to say when it has finished and warned of nothing."""
        self.show_message("")
        self._protocols.show_note("")
        self._at_the_end = at_the_end
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
                self._step = word(update.text)
                if update.fraction >= 0:
                    self._ui.progressBar.value = int(100 * update.fraction)
                continue
            self._timer.stop()
            self._show_state()
            if update.kind == "failed":
                logging.error("DGMSegmentation: %s\n%s", update.text, update.detail)
                self.show_message(update.text, update.detail or self._runner.log)
            elif update.kind == "cancelled":
                self.show_message(word(update.text))
                self._runner.preload()  # the worker may have been ended; the next click shall not wait for the engine
            else:
                said = filter(None, (self._at_the_end, update.text))
                self.show_message(" ".join(said), update.detail)
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
