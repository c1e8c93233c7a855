"""What a reader says of a case: done, rejected and why, to be read again; and that all is saved."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from trame_server.utils.asynchronous import create_task

from DGMSegmentationLib.errors import InputError, Remark
from DGMSegmentationLib.language import texts_of
from DGMSegmentationLib.study.state import REJECTED

from .controls import Controls
from .messages import FACE

if TYPE_CHECKING:
    from .reading_room import ReadingRoom

_ = texts_of(__name__)
_LONGEST = 500  # letters of a reason


class Signing:
    """What the buttons Done, Reject and Read again do."""

    def __init__(self, room: "ReadingRoom", controls: Controls) -> None:
        self._room, self._controls = room, controls

    @property
    def _state(self) -> Any:
        return self._controls.state

    def save(self) -> None:
        """Ctrl+S: everything is in the journal already; say so."""
        if self._room.flush() and self._room.case:
            self._controls.show_message(Remark("reading_saved", name=self._room.case))

    def done(self) -> None:
        """The button Done: sign this case, and go to the next one."""
        if self._room.blocked:
            self._controls.show_message(Remark("case_unshown", name=self._room.here), "warning")
        elif self._controls.session.running:
            self._controls.show_message(Remark("signing_waits"), "warning")
        else:
            self._signed(self._sign)

    def _sign(self, reading: Any) -> None:
        cases = self._controls.session.measurement.cases
        if not cases:
            raise InputError("study_no_labels", name=reading.name)
        reading.sign(cases[0])

    def ask_why(self) -> None:
        """The button Reject: ask for the reason."""
        state = self._state
        if state.dgm_case and state.dgm_case_state != REJECTED and state.dgm_phase == "idle":
            state.dgm_reject_reason = state.dgm_reject_problem = ""
            state.dgm_rejecting = True

    def reject(self, reason: str) -> None:
        """The case cannot be used, for this reason; go to the next one."""
        reason = " ".join(str(reason or "").split())[:_LONGEST]
        if not reason:
            self._state.dgm_reject_problem = Remark("reject_why").sentence(FACE)
            return
        self._state.dgm_rejecting = False
        self._signed(lambda reading: reading.reject(reason))

    def reopen(self) -> None:
        """A case that was done or rejected is read again."""
        reading, walk = self._reading, self._room.walk
        if reading is not None and walk is not None and self._room.flush():
            reading.reopen()
            walk.refresh(self._room.here)
            self._room.show_list()

    @property
    def _reading(self) -> Any:
        """What takes the reader's word on the case where they stand; None at none."""
        study = self._room.study
        if self._room.blocked and study is not None:
            return study.journal_unread(self._room.here)
        return self._controls.session.reading

    def _signed(self, sign: Callable[[Any], object]) -> None:
        room, name, reading = self._room, self._room.here, self._reading
        # While the next case is being read nobody has seen it.
        leaving = room.leaving or self._controls.session.running
        if reading is None or room.walk is None or leaving or not room.flush():
            return
        try:
            sign(reading)
        except Exception as error:  # also what nobody foresaw is said: a key that does nothing signs nothing
            self._controls.fail(error, _("Signing"))
            return
        room.walk.signed(name)
        room.show_list()
        following = room.walk.neighbour(name, 1)
        if following:
            create_task(room.go(following))
        else:
            self._controls.show_message(Remark("worklist_end"))
