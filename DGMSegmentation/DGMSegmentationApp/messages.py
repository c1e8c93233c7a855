"""What the app says and asks: one plain sentence, one question at a time."""

import contextlib
import logging
import traceback
from collections.abc import Iterator, Sequence
from typing import Any

from trame_server import Server

from DGMSegmentationLib.errors import Coded, InputError, Remark, explained
from DGMSegmentationLib.language import texts_of

from .state import FACE

_ = texts_of(__name__)


class Messages:
    """The line below the button Segment, and the dialog."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._pending: Any = None
        self._code = ""

    @property
    def state(self) -> Any:
        """The values that the page shows."""
        return self._server.state

    def ask(self, title: str, texts: Sequence[Remark], yes: str, action: Any, save: str = "") -> None:
        """Open the dialog; ``action`` is done when the user agrees.

        ``save``: what the page downloads first when the user chooses "Save and go on"; empty: that is not offered.
        """
        self._pending = action
        text = " ".join(remark.sentence(FACE) for remark in texts)
        self.state.dgm_question = {"title": title, "text": text, "yes": yes, "save": save}

    def answer(self, agreed: bool) -> None:
        """The user's answer closes the dialog."""
        action, self._pending = self._pending, None
        self.state.dgm_question = {}
        if agreed and action is not None:
            try:
                action()
            except Exception as error:
                self.fail(error, _("Opening the file"))

    def show_message(self, content: Coded | str, kind: str = "info", detail: str = "") -> None:
        """Show one plain sentence, a remark's or one that is ready; an empty one takes it away."""
        self._code = content.code if isinstance(content, Coded) else ""
        text = content.sentence(FACE) if isinstance(content, Coded) else content
        with self.state as state:
            state.dgm_message, state.dgm_message_kind, state.dgm_detail = text, kind, detail
            if text:
                state.dgm_panel = True  # else nobody would see it

    def clear_message(self, code: str) -> None:
        """Take a remark away when it is the one that is shown."""
        if self._code == code:
            self.show_message("")

    @contextlib.contextmanager
    def busy(self, text: str) -> Iterator[None]:
        """Show what the app is doing as long as it lasts; nothing else can be clicked meanwhile."""
        with self.state as state:
            state.dgm_busy = text
        try:
            yield
        finally:
            with self.state as state:
                state.dgm_busy = ""

    def fail(self, error: BaseException, what: str = "") -> None:
        """Show an error as one plain sentence: ``what`` failed, or the segmentation.

        What only a programmer understands goes behind Details.
        """
        expected = isinstance(error, InputError)
        detail = "" if expected else "".join(traceback.format_exception(error))
        if not expected:
            logging.error("%s", detail)
        self.show_message(explained(error, what or _("The segmentation")), "error", detail)
