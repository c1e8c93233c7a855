"""The table of structures: measured anew when labels change, rows to choose and to hide, the keys."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from DGMSegmentationScene import navigation
from DGMSegmentationScene.segments import structure_segments
from trame_server import Server
from undo_stack import Signal

from DGMSegmentationLib.errors import Remark
from DGMSegmentationLib.language import texts_of

from .editor import TOOLS, EditorLogic
from .keys import DIGITS
from .look import Look
from .messages import Messages
from .reading import Reading
from .session import Session
from .state import rows_of, verdict_words

_ = texts_of(__name__)
SETTLE_S = 0.12  # a stroke or an undo changes the labels several times in a row; the table follows the last
UNMEASURED_S = (
    0.6  # but never waits longer than this after the first: on a slow machine one stroke follows the other
)


class Table(Messages):
    """What the table shows and does, and the tools' keys."""

    def __init__(self, server: Server, session: Session, editor: EditorLogic, reading: Reading) -> None:
        super().__init__(server)
        self.session, self._editor, self.reading = session, editor, reading
        reading.picked = self._picked
        self.look = Look(session, reading, server.state)
        self._later: Any = None
        self._waiting_since = 0.0
        self.measured = Signal()
        """The labels were measured; in a study, what was edited is in the journal."""
        self.journal_failed = False
        self.gone_to = 0
        """The structure that was chosen in this window; 0: none yet."""
        self._exchanged = "", ""
        self.always = {"help"}
        """The actions that need no volume."""
        self.actions: dict[str, Callable[[], None]] = {
            "undo": editor.undo,
            "redo": editor.redo,
            "next": partial(self._step, 1),
            "previous": partial(self._step, -1),
            **{f"structure_{digit}": partial(self._select_at, n) for n, digit in enumerate(DIGITS)},
            **{letter: partial(editor.use_tool, effect) for _title, _icon, letter, effect in TOOLS},
            "exchange": self.exchange,
            "next_doubt": partial(self.next_doubt, 1),
            "previous_doubt": partial(self.next_doubt, -1),
            "slice_up": partial(reading.slice_by, 1),
            "slice_down": partial(reading.slice_by, -1),
            "window": reading.next_window,
            "hide": editor.toggle_labels,
            "outline": editor.next_display,
            "brush_smaller": partial(editor.resize_brush, -1),
            "brush_larger": partial(editor.resize_brush, 1),
            "flat": editor.toggle_ball,
            "take": self.toggle_take,
            "fill_between": editor.fill_between,
            "grow": editor.grow,
            "mirror": editor.mirror,
            "wider": editor.wider,
            "narrower": editor.narrower,
            "help": self._help,
        }
        """What the keys do, by the names in :mod:`.keys`; whoever adds a key adds its action."""
        self.state.change("dgm_take")(lambda dgm_take, **_: editor.take_from_neighbours(bool(dgm_take)))
        editor.told.connect(self.show_message)
        editor.labels_changed.connect(self._measure_soon)

    def _measure_soon(self, *_arguments: Any) -> None:
        """The labels may have changed: measure once, when they have settled."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # before the server runs; whoever changed the labels shows the table itself
        if self._later is None:
            self._waiting_since = loop.time()
        elif loop.time() - self._waiting_since > UNMEASURED_S:
            return
        else:
            self._later.cancel()
        self._later = loop.call_later(SETTLE_S, self._measure_now)

    def _measure_now(self) -> None:
        self._later = None
        if self.session.segmentation is None:
            return
        with self.state:
            self.journal_failed = False
            try:
                self.session.measure()
            except Exception as error:
                self.journal_failed = getattr(error, "code", "") == "journal_unwritten"
                self.fail(error, _("The measurement"))
            self.show_table()
        self.measured()

    def measure_now(self) -> None:
        """Do not wait until the labels have settled; try again what could not be written."""
        if self._later is not None:
            self._later.cancel()
        if self._later is not None or self.journal_failed:
            self._measure_now()

    def show_table(self) -> None:
        """Show the rows that were measured last."""
        session, state = self.session, self.state
        ids = self._segments()
        has_labels = session.has_labels
        state.dgm_rows = rows_of(
            session.measurement.rows if has_labels else [],
            session.measurement.reasons,
            lambda label: label not in ids or self._editor.visible(ids[label]),
            session.label_set,
        )
        state.dgm_verdict = verdict_words(session.measurement.verdict_of(0)) if has_labels else {}
        state.dgm_has_labels = has_labels
        state.dgm_edited = session.edited
        state.dgm_unsaved, state.dgm_unsaved_aside = session.unsaved, session.unsaved_aside
        state.dgm_origin = session.origin
        state.dgm_note = " ".join(note.sentence("app") for note in session.measurement.notes)
        state.dgm_measured += 1
        self.look.soon()

    def clear(self) -> None:
        """Show nothing, as at the start."""
        self.measure_now()
        self._editor.leave()
        self.session.clear()
        self.state.dgm_file, self.state.dgm_warnings = "", []
        self.show_table()

    def show_chosen(self) -> None:
        """Mark the row of the structure that the editor edits."""
        active = self._editor.chosen
        self.state.dgm_selected = next((k for k, known in self._segments().items() if known == active), 0)

    def select(self, label: int) -> None:
        """The click on a row: edit that structure, centre the views on it."""
        ids = self._segments()
        self.state.dgm_selected = int(label)
        if int(label) in ids:
            self._editor.choose(ids[int(label)])
            self._go_to(int(label))

    def _go_to(self, label: int) -> None:
        """Centre the views on a structure."""
        self.gone_to = label
        if navigation.jump_to(self.session.segmentation, label):
            self.reading.snap()

    def go_back(self) -> None:
        """To the structure that was chosen in this window, if one was."""
        if self.gone_to in self._segments():
            self._go_to(self.gone_to)

    def next_doubt(self, by: int = 1) -> None:
        """To the next or previous slice that asks for a look, and to its structure's row; the views stay else."""
        label, ids = self.look.step(by), self._segments()
        if not label:
            self.show_message(Remark("doubts_none"))
        if label in ids:
            self.state.dgm_selected = label
            self._editor.choose(ids[label])

    def _picked(self, label: int) -> None:
        """The click on a structure in a slice: its row; the views stay."""
        ids = self._segments()
        if label in ids:
            with self.state as state:
                state.dgm_selected = label
                self._editor.choose(ids[label])

    def toggle(self, label: int) -> None:
        """The click on a colour: show or hide that structure."""
        ids = self._segments()
        if int(label) in ids:
            self._editor.toggle_visibility(ids[int(label)])
            self.show_table()

    def key(self, name: str) -> None:
        """A key that the page's script passes on, by the name of its action (see :mod:`.keys`)."""
        action = self.actions.get(name)
        if action is not None and (self.session.volume is not None or name in self.always):
            action()

    def _step(self, by: int) -> None:
        labels = self.session.label_set.values
        selected = int(self.state.dgm_selected)
        place = labels.index(selected) if selected in labels else -1 if by > 0 else 0
        self.select(labels[(place + by) % len(labels)])

    def _select_at(self, place: int) -> None:
        labels = self.session.label_set.values
        if place < len(labels):
            self.select(labels[place])

    def exchange(self) -> None:
        """Edit the neighbour of the chosen structure, and the other way round; the views stay."""
        chosen = self._editor.chosen
        came_from, went_to = self._exchanged
        other = came_from if chosen == went_to else self._editor.neighbour()
        if other:
            self._exchanged = chosen, other
            self._editor.choose(other)
            self.show_chosen()

    def toggle_take(self) -> None:
        """Whether the tools may take from neighbours, or not."""
        self.state.dgm_take = not self.state.dgm_take
        self._editor.take_from_neighbours(self.state.dgm_take)

    def _help(self) -> None:
        self.state.dgm_about = not self.state.dgm_about

    def _segments(self) -> dict[int, str]:
        """Label -> segment id."""
        node = self.session.segmentation
        return structure_segments(node) if node is not None else {}
