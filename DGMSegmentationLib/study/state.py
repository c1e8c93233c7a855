"""How far the reading of a case is, told by its journals and its record: nothing else is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..cohort.record import Record
from ..language import marked
from .journal import Event, Session

TO_DO, SEGMENTED, IN_REVIEW = marked("to do"), marked("segmented"), marked("in review")
DONE, REJECTED = marked("done"), marked("rejected")
STATES = (TO_DO, SEGMENTED, IN_REVIEW, DONE, REJECTED)


@dataclass(frozen=True)
class Reading:
    """What one reader did to a case."""

    reader: str
    state: str
    """ "in review", "done" or "rejected"."""
    time: str
    """Of the last line, UTC."""
    reason: str = ""
    """Why it was rejected."""
    signed: Event | None = None
    """The line that signed it, when it is done."""
    strokes: int = 0
    """Changes since it was signed or begun."""


def readings_of(sessions: Sequence[Session]) -> tuple[Reading, ...]:
    """The readings of a case by its journals, the newest last."""
    by_reader: dict[str, list[Event]] = {}
    for session in sessions:
        by_reader.setdefault(session.reader, []).extend(session.events)
    found = [_reading(reader, sorted(events, key=lambda e: e.time)) for reader, events in by_reader.items()]
    return tuple(sorted(found, key=lambda reading: reading.time))


def _reading(reader: str, events: Sequence[Event]) -> Reading:
    told = [event for event in events if event.event != "open"]
    if not told:
        return Reading(reader, IN_REVIEW, events[-1].time)
    last, strokes = told[-1], 0
    for event in reversed(told):
        if event.event != "edit":
            break
        strokes += 1
    if last.event == "done":
        return Reading(reader, DONE, last.time, signed=last)
    if last.event == "rejected":
        return Reading(reader, REJECTED, last.time, last.reason)
    return Reading(reader, IN_REVIEW, last.time, strokes=strokes)


def state_of(
    record: Record | None, readings: Sequence[Reading], reader: str, blind: bool
) -> tuple[str, Reading | None]:
    """The state of a case as a reader sees it, and the reading that it follows.

    A reader's own reading goes before others'; blind to others, theirs do not count.
    """
    own = next((reading for reading in readings if reading.reader == reader), None)
    shown = own or (None if blind else next(iter(reversed(readings)), None))
    if shown is not None:
        return shown.state, shown
    if record is None or (record.automatic is None and not (record.status == "done" and record.corrected)):
        return TO_DO, None
    return (DONE if record.corrected and record.status == "done" and not blind else SEGMENTED), None
