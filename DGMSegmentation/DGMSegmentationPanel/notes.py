"""Words of the panel: lines of text below or beside a widget: shown when there is something to say, as high as their text is."""

import html
from collections.abc import Callable
from typing import Any

import qt


def tool_tip(*sentences: str) -> str:
    """A tooltip that wraps, one paragraph a sentence; names in it may hold any sign. Empty without words.

    Slicer wraps and escapes plain tooltips of widgets, not those of a table's items; with tags both read the same.
    """
    return "".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences if sentence)


class Note:
    """A label of the .ui file whose words wrap.

    A wrapping label asks for a width that its text likes, and for a height that depends on its width; in a scroll area
    layouts keep the one and forget the other, so that the label lies over its neighbour. This one takes any width and
    gets the height of its text anew whenever text or width change.
    """

    def __init__(self, label: Any) -> None:
        self.label = label
        label.setMinimumWidth(0)
        label.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Fixed)
        self._watch = _Resized(self._fit)
        label.installEventFilter(self._watch)

    def show(self, text: str) -> None:
        """Show a text; an empty one hides the line."""
        if self.label.text != text:
            self.label.text = text
        self._fit()
        self.label.visible = bool(text)

    def _fit(self) -> None:
        self.label.setMinimumHeight(0)  # the height for a width is never less
        height = self.label.heightForWidth(self.label.width)
        if height > 0:
            self.label.setFixedHeight(height)


class _Resized(qt.QObject):
    """Calls a function whenever the watched widget got another size or font."""

    def __init__(self, react: Callable[[], None]) -> None:
        qt.QObject.__init__(self)
        self._react = react

    def eventFilter(self, _watched: Any, event: Any) -> bool:
        if event.type() in (qt.QEvent.Resize, qt.QEvent.FontChange):
            self._react()
        return False
