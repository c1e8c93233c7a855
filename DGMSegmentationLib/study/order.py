"""The order of what one reader did to a case in several sessions: what a session goes on from comes before it, whatever the
clocks of their computers say; the clock decides between two that know nothing of each other.

Journals of the first versions do not name what they go on from. Their first labels tell it: those that another session had
after some of its lines. Only where they tell nothing does the clock.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .event import Event
    from .journal import Session

Known = Mapping[str, int]
"""Name of a journal -> how many of its lines."""


def in_order(sessions: "Sequence[Session]") -> "tuple[Session, ...]":
    """Each behind those that it goes on from, else by the time of the newest line."""
    left = sorted(sessions, key=lambda session: (session.time, session.path.name))
    parents = _parents(sessions)
    placed: list[Session] = []
    while left:
        waiting = {session.path.name for session in left}
        free = (one for one in left if not waiting & (set(parents[one.path.name]) - {one.path.name}))
        following = next(
            free, left[0]
        )  # files that name each other in a circle were not written by this program
        left.remove(following)
        placed.append(following)
    return tuple(placed)


def known_to(session: "Session", sessions: "Sequence[Session]") -> dict[str, int]:
    """All that a session goes on from, directly or not."""
    return _reached(session.path.name, _parents(sessions))


def _reached(name: str, parents: Mapping[str, Known]) -> dict[str, int]:
    known: dict[str, int] = {}
    waiting, seen = [name], {name}
    while waiting:
        for parent, lines in parents[waiting.pop()].items():
            known[parent] = max(lines, known.get(parent, 0))
            if parent in parents and parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return known


def heads(sessions: "Sequence[Session]") -> "tuple[Session, ...]":
    """The sessions of one reader that no other one goes on from, the one with the newest line last; several when two
    windows worked on one state. Of sessions that name each other in a circle each is one.
    """
    parents = _parents(sessions)
    known = {name: _reached(name, parents) for name in parents}

    def goes_on_from(one: "Session", other: "Session") -> bool:
        return known[one.path.name].get(other.path.name, -1) >= other.lines

    loose = [
        one
        for one in sessions
        if not any(goes_on_from(other, one) and not goes_on_from(one, other) for other in sessions)
    ]
    return tuple(sorted(loose, key=lambda session: (session.time, session.path.name)))


def history(sessions: "Sequence[Session]") -> "list[tuple[Session, int, Event]]":
    """Every line of one reader with its session and number, one after the other."""
    read = {one.path.name: 0 for one in sessions}  # lines that stand in the history already
    left = {one.path.name: list(zip(one.numbers, one.events, strict=True)) for one in sessions}
    by_name = {one.path.name: one for one in sessions}
    needed = _parents(sessions)
    told: list[tuple[Session, int, Event]] = []
    while any(left.values()):
        waiting = [name for name, lines in left.items() if lines]
        free = [
            name
            for name in waiting
            if read[name] or all(_is_told(one, lines, read, left) for one, lines in needed[name].items())
        ]
        name = min(free or waiting, key=lambda one: (left[one][0][1].time, one))
        number, event = left[name].pop(0)
        read[name] = number
        told.append((by_name[name], number, event))
    return told


def _is_told(name: str, lines: int, read: Known, left: "Mapping[str, list[tuple[int, Event]]]") -> bool:
    """Whether so many lines of a journal stand in the history; those that cannot be read are not waited for."""
    return name not in read or not left[name] or left[name][0][0] > lines


def _parents(sessions: "Sequence[Session]") -> dict[str, dict[str, int]]:
    """What each session goes on from: name -> name of a journal -> how many of its lines."""
    found: dict[str, dict[str, int]] = {}
    untold: list[Session] = []
    for session in sessions:
        opening = session.opening
        told = (opening.parents if opening is not None else None) or ()
        found[session.path.name] = {parent.file: parent.lines for parent in told}
        if not session.tells_parents:
            untold.append(session)
    pairs = [
        (one, other)
        for one in sorted(untold, key=lambda session: (session.start, session.path.name), reverse=True)
        for other in sessions
        if other.reader == one.reader and other is not one
    ]
    for by in (_by_content, _by_time):
        for one, other in pairs:
            lines = by(one, other)
            name, parent = one.path.name, other.path.name
            if lines is not None and parent not in found[name] and name not in _reached(parent, found):
                found[name][parent] = lines
    return found


def _by_content(session: "Session", other: "Session") -> int | None:
    """After how many lines another session had the labels that this one began with, and had not begun with itself."""
    same = session.begun_after(other)
    return same[-1] if same and 1 not in same else None


def _by_time(session: "Session", other: "Session") -> int | None:
    """How many lines another session had when this one began, by the clock."""
    if other.start >= session.start or (session.opening is not None and other.tells_parents):
        return None
    earlier = [n for n, event in zip(other.numbers, other.events, strict=True) if event.time <= session.start]
    # A line that cannot be read has no time: it belongs to the one before it.
    lines = next((n for n in other.numbers if n > max(earlier, default=0)), other.lines + 1) - 1
    # Two windows that began with the same labels: what the one did afterwards, the other has not seen.
    return max((n for n in session.begun_after(other) if n <= lines), default=lines)
