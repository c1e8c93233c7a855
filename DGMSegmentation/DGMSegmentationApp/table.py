"""The table of structures: measured anew when labels change, rows to choose and to hide, the keys."""

import asyncio
from typing import Any

from DGMSegmentationScene import navigation
from DGMSegmentationScene.segments import structure_segments
from trame_server import Server
from undo_stack import Signal

from .editor import TOOLS, EditorLogic
from .messages import Messages
from .session import Session
from .state import rows_of, verdict_words

SETTLE_S = 0.12  # a stroke or an undo changes the labels several times in a row; the table follows the last


class Table(Messages):
    """What the table shows and does, and the tools' keys."""

    def __init__(self, server: Server, session: Session, editor: EditorLogic) -> None:
        super().__init__(server)
        self.session, self._editor = session, editor
        self._later: Any = None
        self.measured = Signal()
        """The labels were measured; in a study, what was edited is in the journal."""
        self.journal_failed = False
        editor.labels_changed.connect(self._measure_soon)

    def _measure_soon(self, *_arguments: Any) -> None:
        """The labels may have changed: measure once, when they have settled."""
        if self._later is not None:
            self._later.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # before the server runs; whoever changed the labels shows the table itself
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
                self.fail(error, "The measurement")
            self.show_table()
        self.measured()

    def measure_now(self) -> None:
        """Do not wait until the labels have settled."""
        if self._later is not None:
            self._later.cancel()
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
            navigation.jump_to(self.session.segmentation, int(label))

    def toggle(self, label: int) -> None:
        """The click on a colour: show or hide that structure."""
        ids = self._segments()
        if int(label) in ids:
            self._editor.toggle_visibility(ids[int(label)])
            self.show_table()

    def key(self, name: str) -> None:
        """A key that the page's script passes on: undo, redo, a tool's letter, or next and previous structure."""
        if self.session.volume is None:
            return
        if name in ("undo", "redo"):
            getattr(self._editor, name)()
        elif name in ("next", "previous"):
            labels = self.session.label_set.values
            selected = int(self.state.dgm_selected)
            place = labels.index(selected) if selected in labels else -1 if name == "next" else 0
            self.select(labels[(place + (1 if name == "next" else -1)) % len(labels)])
        else:
            for _title, _icon, letter, effect in TOOLS:
                if name == letter:
                    self._editor.use_tool(effect)

    def _segments(self) -> dict[int, str]:
        """Label -> segment id."""
        node = self.session.segmentation
        return structure_segments(node) if node is not None else {}
