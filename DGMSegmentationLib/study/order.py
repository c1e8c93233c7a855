"""The order of what one reader did to a case in several sessions: what a session goes on from comes before it, whatever the
clocks of their computers say; the clock decides between two that know nothing of each other.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .journal import Event, Session

Known = Mapping[str, int]
"""Name of a journal -> how many of its lines."""


def in_order(sessions: "Sequence[Session]") -> "tuple[Session, ...]":
    """Each behind those that it goes on from, else by the time of the newest line."""
    left = sorted(sessions, key=lambda session: (session.time, session.path.name))
    placed: list[Session] = []
    while left:
        waiting = {session.path.name for session in left}
        free = (one for one in left if not waiting & (set(_parents(one, sessions)) - {one.path.name}))
        following = next(
            free, left[0]
        )  # files that name each other in a circle were not written by this program
        left.remove(following)
        placed.append(following)
    return tuple(placed)


def known_to(session: "Session", sessions: "Sequence[Session]") -> dict[str, int]:
    """All that a session goes on from, directly or not."""
    by_name = {one.path.name: one for one in sessions}
    known: dict[str, int] = {}
    waiting, seen = [session], {session.path.name}
    while waiting:
        for name, lines in _parents(waiting.pop(), sessions).items():
            known[name] = max(lines, known.get(name, 0))
            if name in by_name and name not in seen:
                seen.add(name)
                waiting.append(by_name[name])
    return known


def heads(sessions: "Sequence[Session]") -> "tuple[Session, ...]":
    """The sessions of one reader that no other one goes on from, the one with the newest line last; several when two
    windows worked on one state.
    """
    known = {one.path.name: known_to(one, sessions) for one in sessions}
    loose = [
        one
        for one in sessions
        if not any(
            one.path.name in lines and lines[one.path.name] >= one.lines
            for name, lines in known.items()
            if name != one.path.name
        )
    ]
    return tuple(sorted(loose, key=lambda session: (session.time, session.path.name)))


def history(sessions: "Sequence[Session]") -> "list[tuple[Session, int, Event]]":
    """Every line of one reader with its session and number, one after the other."""
    read = {one.path.name: 0 for one in sessions}  # lines that stand in the history already
    left = {one.path.name: list(zip(one.numbers, one.events, strict=True)) for one in sessions}
    by_name = {one.path.name: one for one in sessions}
    needed = {one.path.name: _parents(one, sessions) for one in sessions}
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


def _parents(session: "Session", sessions: "Sequence[Session]") -> dict[str, int]:
    """What a session goes on from. Journals of versions that did not write it: all that the reader had done by then."""
    opening = session.opening
    if opening is not None and opening.parents is not None:
        return {parent.file: parent.lines for parent in opening.parents}
    found = {}
    for other in sessions:
        if other.reader != session.reader or other.start >= session.start:
            continue
        earlier = [
            n for n, event in zip(other.numbers, other.events, strict=True) if event.time <= session.start
        ]
        # A line that cannot be read has no time: it belongs to the one before it.
        later = next((n for n in other.numbers if n > max(earlier, default=0)), other.lines + 1)
        found[other.path.name] = later - 1
    return found
