"""The page's keys in one table: what a key press is called in the program, and what the list under "?" says of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from DGMSegmentationLib.language import marked, texts_of

_ = texts_of(__name__)


@dataclass(frozen=True)
class Key:
    """One action with its keys."""

    action: str
    """The name that :meth:`.table.Table.key` gets."""
    presses: tuple[str, ...]
    """As the page's script spells them: small letters, "ctrl+" and "shift+" before them."""
    repeats: bool = False
    """Whether it goes on while the key is held down."""


@dataclass(frozen=True)
class Line:
    """A line of the list of keys."""

    shown: str
    does: str
    keys: tuple[Key, ...] = ()


def _one(action: str, *presses: str, repeats: bool = False) -> Key:
    return Key(action, presses or (action,), repeats)


DIGITS = "1234567890"
"""Keys of the first structures of the table."""

LINES = (
    Line(
        marked("Up, Down"),
        marked("previous or next structure, centred in the views"),
        (_one("previous", "arrowup", repeats=True), _one("next", "arrowdown", repeats=True)),
    ),
    Line(
        marked("1 to 9, 0"),
        marked("the structures in the order of the table"),
        tuple(_one(f"structure_{digit}", digit) for digit in DIGITS),
    ),
    Line(
        marked("X"), marked("exchange the structure with its neighbour, and back"), (_one("exchange", "x"),)
    ),
    Line(
        marked("Page Up, Page Down"),
        marked("slices of the view under the mouse, else of the axial one"),
        (_one("slice_up", "pageup", repeats=True), _one("slice_down", "pagedown", repeats=True)),
    ),
    Line(
        marked("Tab, Shift+Tab"),
        marked("next or previous doubtful slice (with the focus in the views)"),
        (_one("next_doubt", "tab"), _one("previous_doubt", "shift+tab")),
    ),
    Line(
        marked("N, B; Ctrl+Enter; Ctrl+Backspace; Ctrl+S"),
        marked("of a study: next, previous case; done; reject; save"),
    ),
    Line(
        marked("F6, Shift+F6"),
        marked(
            "the focus from the views to the worklist, to the table, and back; Tab goes on from there to every button"
        ),
    ),
    Line(
        marked("Up, Down; Enter"),
        marked(
            "in the worklist: to a case; open it. In the table: to a structure; Space on its dot hides it"
        ),
    ),
    Line(marked("H"), marked("hide the labels, or show them"), (_one("hide", "h"),)),
    Line(marked("O"), marked("filled and outlined, outlined, filled"), (_one("outline", "o"),)),
    Line(
        marked("W, R"),
        marked("next window of values; views back to the nuclei"),
        (_one("window", "w"), _one("reset_views", "r")),
    ),
    Line(
        marked("P, E, D, C"),
        marked("paint, erase, draw, scissors"),
        tuple(_one(letter) for letter in "pedc"),
    ),
    Line(
        marked("I, S, T, V"),
        marked("islands, smooth, threshold, view only"),
        (*(_one(letter) for letter in "ist"), _one("v", "v", "escape")),
    ),
    Line(
        marked("[, ]"),
        marked("brush smaller, larger"),
        (_one("brush_smaller", "[", repeats=True), _one("brush_larger", "]", repeats=True)),
    ),
    Line(
        marked("F, K"),
        marked("brush flat or a ball; it may take from neighbours or not"),
        (_one("flat", "f"), _one("take", "k")),
    ),
    Line(
        marked("L, G, M"),
        marked("fill between slices; grow to the edge; mirror from the other side"),
        (_one("fill_between", "l"), _one("grow", "g"), _one("mirror", "m")),
    ),
    Line(
        marked("+, -"),
        marked("margin: one voxel wider, narrower"),
        (_one("wider", "+"), _one("narrower", "-")),
    ),
    Line(
        marked("Ctrl+Z, Ctrl+Y"),
        marked("undo, redo"),
        (
            _one("undo", "ctrl+z", repeats=True),
            _one("redo", "ctrl+y", "ctrl+shift+z", repeats=True),
        ),
    ),
    Line(marked("?"), marked("this list"), (_one("help", "?"),)),
    Line(
        marked("Mouse in the views"),
        marked("wheel: slices; left: window; right: zoom; middle: move; Shift: the cross"),
    ),
)


def shown_lines() -> Iterator[tuple[str, str]]:
    """Keys and what they do, in the language of the page."""
    for line in LINES:
        yield _(line.shown), _(line.does)


def all_keys() -> Iterator[Key]:
    """Every key of the table."""
    for line in LINES:
        yield from line.keys


def by_press() -> dict[str, dict[str, object]]:
    """Press -> action and whether it repeats: what the page's script looks keys up in."""
    return {press: {"action": k.action, "repeats": k.repeats} for k in all_keys() for press in k.presses}
