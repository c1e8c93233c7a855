"""What a reader says of a study's case in the panel: done, rejected and why; and that every edit is in its journal."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

if TYPE_CHECKING:
    from DGMSegmentationScene.case_reading import CaseReading

    from .results import Results
    from .study import PanelStudy


class Signing:
    """The buttons Done and Reject, the line for the reason, and the journal."""

    def __init__(self, ui: Any, results: "Results", study: "PanelStudy") -> None:
        self._ui, self._results, self._study = ui, results, study
        ui.doneCaseButton.connect("clicked(bool)", self.done)
        ui.rejectCaseButton.connect("clicked(bool)", self.ask_why)
        ui.rejectReason.connect("returnPressed()", self.reject)
        ui.rejectNowButton.connect("clicked(bool)", self.reject)
        ui.rejectCancelButton.connect("clicked(bool)", self.forget_reason)
        results.measured = self._measured
        self.forget_reason()

    # --- the journal -----------------------------------------------------------------------------------------------

    def _measured(self, measurement: Any) -> None:
        """The table was measured anew: what was edited goes into the journal."""
        reading, walk = self._study.reading, self._study.walk
        if reading is None or not measurement.cases or not self._study.in_table:
            return
        if self._recorded(reading, measurement.cases) and walk is not None and walk.refresh(reading.name):
            self._study.list.show()

    def kept(self) -> bool:
        """Bring the last stroke into the journal; False when that cannot be written, which is said."""
        reading = self._study.reading
        if reading is None:
            return True
        if not self._study.in_table:  # the table shows another segmentation, and does not follow this one
            return self._recorded(reading, self._of_the_case())
        if self._results.pending:
            self._results.update()
        return self._recorded(reading, self._results.measurement.cases)

    def _of_the_case(self) -> Any:
        from DGMSegmentationScene.measurement import Measurer

        node, volume = self._study.nodes
        return Measurer().measure(node, [volume]).cases

    def _recorded(self, reading: "CaseReading", cases: Any) -> bool:
        from DGMSegmentationLib.errors import DGMError

        try:
            if cases:
                reading.record(cases[0])
        except DGMError as error:
            self._study.say(error)
            return False
        return True

    # --- done and rejected -----------------------------------------------------------------------------------------

    def done(self, *_clicked: Any) -> None:
        """Sign the case, and go to the next one."""
        from DGMSegmentationLib.errors import Remark

        if self._study.blocked:
            self._study.say(Remark("case_unshown", name=self._study.blocked))
        elif self._study.reading is not None and not self._study.in_table:
            text = _(
                "The table shows another segmentation than that of {name}: choose {name} in the list first."
            )
            self._study.note.show(text.format(name=self._study.case))
        else:
            self._signed(self._sign)

    def _sign(self, reading: "CaseReading") -> None:
        from DGMSegmentationLib.errors import InputError

        cases = self._results.measurement.cases
        if not cases:
            raise InputError("study_no_labels", name=reading.name)
        reading.sign(cases[0])

    def ask_why(self, *_clicked: Any) -> None:
        """Show the line for the reason."""
        if self._study.here:
            self._ui.rejectBox.visible = True
            self._ui.rejectReason.setFocus()

    def forget_reason(self, *_clicked: Any) -> None:
        """Nothing is rejected."""
        self._ui.rejectBox.visible = False
        self._ui.rejectReason.text = ""

    def reject(self, *_clicked: Any) -> None:
        """The case cannot be used, and why; go to the next one."""
        from DGMSegmentationLib.errors import Remark

        reason = " ".join(str(self._ui.rejectReason.text or "").split())
        if not reason:
            self._study.say(Remark("reject_why"))
            return
        if self._signed(lambda reading: reading.reject(reason)):
            self.forget_reason()

    def _signed(self, sign: Callable[[Any], object]) -> bool:
        from DGMSegmentationLib.errors import explained

        study, name = self._study, self._study.here
        walk = study.walk
        reading: Any = study.reading
        if study.blocked and walk is not None:
            reading = walk.study.journal_unread(name)
        if reading is None or walk is None or study.is_leaving:
            return False
        try:
            if not self.kept():
                return False
            sign(reading)
        except Exception as error:  # also what nobody foresaw: a button that does nothing signs nothing
            study.say(explained(error, _("Signing")))
            return False
        walk.signed(name)
        study.list.show()
        study.step_from(name, 1)
        return True
