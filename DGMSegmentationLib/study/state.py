"""How far the reading of a case is, told by its journals and its record: nothing else is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..cohort.record import Record
from ..io.bids.derivatives import STATE, case_paths
from ..language import marked
from .event import Event
from .files import owner_of
from .journal import FOLDER, Session, read_sessions
from .order import history, known_to
from .same_image import file_checksum

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
    signature: Event | None = None
    """The newest line that signed it, whatever came after."""
    began: str = ""
    """When the session of the last line began, UTC."""
    blind: bool = False
    """Whether that session saw nothing of other readers."""
    gone: str = ""
    """Name of the label file that was signed and is not there any more, or is another reader's now."""
    changed: str = ""
    """Name of the label file that was signed, where another program changed it since."""
    other_labels: bool = False
    """Whether it was signed as the model gave it, and the model's labels are others since."""
    other_image: bool = False
    """Whether it was signed, and the image is another one since."""

    def as_of(self, image: str, automatic: str) -> "Reading":
        """As it counts for the image and the model's labels that are there now (checksums); empty ones say nothing.

        Labels that were accepted as the model gave them do not stand for those of another model.
        """
        line = self.signed
        if line is None:
            return self
        other_image = bool(image) and line.image_sha256 not in ("", image)
        other_labels = bool(automatic) and not line.labels and line.automatic_sha256 not in ("", automatic)
        if not other_image and not other_labels:
            return self
        return replace(self, state=IN_REVIEW, signed=None, other_image=other_image, other_labels=other_labels)


def readings_of(sessions: Sequence[Session], folder: Path | None = None) -> tuple[Reading, ...]:
    """The readings of a case by its journals, the newest last.

    ``folder``: of its label files; a signature whose file is gone does not count.
    """
    by_reader: dict[str, list[Session]] = {}
    for session in sessions:
        by_reader.setdefault(session.reader, []).append(session)
    found = [_reading(reader, own) for reader, own in by_reader.items()]
    found = [_of_sessions(one, by_reader[one.reader]) for one in found]
    if folder is not None:
        found = [_with_file(reading, folder) for reading in found]
    return tuple(sorted(found, key=lambda reading: reading.time))


def _reading(reader: str, sessions: Sequence[Session]) -> Reading:
    lines = history(sessions)
    told = [(session, event) for session, _, event in lines if event.event != "open"]
    if not told:
        return Reading(reader, IN_REVIEW, max(session.time for session in sessions))
    (session, last), strokes = told[-1], 0
    rejection = _rejection(lines, sessions)
    if rejection is not None:
        return Reading(reader, REJECTED, last.time, rejection.reason)
    if last.event == "done":
        # What another window did meanwhile was not signed with it.
        known = {**known_to(session, sessions), session.path.name: session.lines}
        strokes = sum(e.event == "edit" and n > known.get(s.path.name, 0) for s, n, e in lines)
        return (
            Reading(reader, IN_REVIEW, last.time, strokes=strokes)
            if strokes
            else Reading(reader, DONE, last.time, signed=last)
        )
    for _, event in reversed(told):
        if event.event != "edit":
            break
        strokes += 1
    return Reading(reader, IN_REVIEW, last.time, strokes=strokes)


def _rejection(lines: Sequence[tuple[Session, int, Event]], sessions: Sequence[Session]) -> Event | None:
    """The newest one that stands: what another window did without knowing of it does not lift it."""
    for place, (session, number, event) in reversed(list(enumerate(lines))):
        if event.event != "rejected":
            continue
        later = (one for one, _, what in lines[place + 1 :] if what.event != "open")
        if not any(
            one is session or known_to(one, sessions).get(session.path.name, 0) >= number for one in later
        ):
            return event
    return None


def _of_sessions(reading: Reading, sessions: Sequence[Session]) -> Reading:
    lines = history(sessions)
    signature = next((event for _, _, event in reversed(lines) if event.event == "done"), None)
    session = lines[-1][0] if lines else sessions[-1]
    blind = session.opening is not None and session.opening.blind
    return replace(reading, signature=signature, began=session.start, blind=blind)


def newest_of(readings: Sequence[Reading]) -> Reading | None:
    """The reading that a case follows for nobody in particular: the newest one, but a rejection stays until whoever made it
    lifts it, or somebody who could see it reads on. None where nobody read it.
    """
    standing = [
        one
        for one in readings
        if one.state == REJECTED
        and not any(later.began > one.time and not later.blind for later in readings if later is not one)
    ]
    return next(reversed(standing or list(readings)), None)


def _with_file(reading: Reading, folder: Path) -> Reading:
    line = reading.signature
    name = Path(line.labels).name if line is not None else ""
    if line is None or not name:
        return reading
    file = folder / name
    if file.is_file():
        if line.labels_sha256 and file_checksum(file) == line.labels_sha256:
            return reading
        owner = owner_of(file)
        if owner == reading.reader:
            return reading
        if not owner:
            return replace(reading, changed=name)
    return replace(reading, state=IN_REVIEW, signed=None, gone=name) if reading.signed else reading


def rejected_cases(output: Path, names: Sequence[str]) -> Mapping[str, str]:
    """Of the cases those that a reader rejected for all (:func:`newest_of`), and why; ``output`` is the folder of the results."""
    if not (output / STATE / FOLDER).is_dir():
        return {}
    found = {}
    for name in names:
        readings = readings_of(read_sessions(output, name), case_paths(output, name).folder)
        newest = newest_of(readings)
        if newest is not None and newest.state == REJECTED:
            found[name] = newest.reason or REJECTED
    return found


def state_of(
    record: Record | None, readings: Sequence[Reading], reader: str, blind: bool
) -> tuple[str, Reading | None]:
    """The state of a case as a reader sees it, and the reading that it follows.

    A reader's own reading goes before others'; blind to others, theirs do not count. Nobody's own (no ``reader``): see
    :func:`newest_of`.
    """
    own = next((reading for reading in readings if reading.reader == reader), None)
    shown = own or (None if blind else newest_of(readings))
    if shown is not None:
        return shown.state, shown
    if record is None or (record.automatic is None and not (record.status == "done" and record.corrected)):
        return TO_DO, None
    return (DONE if record.corrected and record.status == "done" and not blind else SEGMENTED), None
