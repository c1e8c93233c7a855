"""The page's keys in one table: what a key press is called in the program, and what the list under "?" says of it."""

from collections.abc import Iterator
from dataclasses import dataclass


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
        "Up, Down",
        "previous or next structure, centred in the views",
        (_one("previous", "arrowup", repeats=True), _one("next", "arrowdown", repeats=True)),
    ),
    Line(
        "1 to 9, 0",
        "the structures in the order of the table",
        tuple(_one(f"structure_{digit}", digit) for digit in DIGITS),
    ),
    Line("X", "exchange the structure with its neighbour, and back", (_one("exchange", "x"),)),
    Line(
        "Page Up, Page Down",
        "slices of the view under the mouse, else of the axial one",
        (_one("slice_up", "pageup", repeats=True), _one("slice_down", "pagedown", repeats=True)),
    ),
    Line(
        "Tab, Shift+Tab",
        "next or previous doubtful slice (with the focus in the views)",
        (_one("next_doubt", "tab"), _one("previous_doubt", "shift+tab")),
    ),
    Line("N, B; Ctrl+Enter; Ctrl+S", "of a study: next, previous case; done; save"),
    Line("F6", "the focus from the views to the panel and back"),
    Line("H", "hide the labels, or show them", (_one("hide", "h"),)),
    Line("O", "filled and outlined, outlined, filled", (_one("outline", "o"),)),
    Line(
        "W, R",
        "next window of values; views back to the nuclei",
        (_one("window", "w"), _one("reset_views", "r")),
    ),
    Line(
        "P, E, D, C",
        "paint, erase, draw, scissors",
        tuple(_one(letter) for letter in "pedc"),
    ),
    Line(
        "I, S, T, V",
        "islands, smooth, threshold, view only",
        (*(_one(letter) for letter in "ist"), _one("v", "v", "escape")),
    ),
    Line(
        "[, ]",
        "brush smaller, larger",
        (_one("brush_smaller", "[", repeats=True), _one("brush_larger", "]", repeats=True)),
    ),
    Line(
        "F, K",
        "brush flat or a ball; it may take from neighbours or not",
        (_one("flat", "f"), _one("take", "k")),
    ),
    Line(
        "L, G, M",
        "fill between slices; grow to the edge; mirror from the other side",
        (_one("fill_between", "l"), _one("grow", "g"), _one("mirror", "m")),
    ),
    Line("+, -", "margin: one voxel wider, narrower", (_one("wider", "+"), _one("narrower", "-"))),
    Line(
        "Ctrl+Z, Ctrl+Y",
        "undo, redo",
        (
            _one("undo", "ctrl+z", repeats=True),
            _one("redo", "ctrl+y", "ctrl+shift+z", repeats=True),
        ),
    ),
    Line("?", "this list", (_one("help", "?"),)),
    Line("Mouse in the views", "wheel: slices; left: window; right: zoom; middle: move; Shift: the cross"),
)


def all_keys() -> Iterator[Key]:
    """Every key of the table."""
    for line in LINES:
        yield from line.keys


def by_press() -> dict[str, dict[str, object]]:
    """Press -> action and whether it repeats: what the page's script looks keys up in."""
    return {press: {"action": k.action, "repeats": k.repeats} for k in all_keys() for press in k.presses}
