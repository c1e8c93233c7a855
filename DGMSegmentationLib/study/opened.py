"""A case as a reader has it before them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..cohort.find import CohortCase
from ..cohort.record import Record
from ..errors import InputError, Remark
from ..image import Image
from .event import Parent
from .journal import Session
from .journal_writer import Journal
from .order import known_to
from .resume import Begun, words_of
from .state import DONE, REJECTED, Reading


@dataclass(frozen=True, eq=False)
class Opened:
    """A case as it is shown first."""

    case: CohortCase
    image: Image
    automatic: Image | None
    """The model's labels on the image's grid; None when there are none."""
    labels: Image | None
    """What the reader goes on with: an earlier session's, a label file's, or the automatic ones."""
    record: Record
    remarks: tuple[Remark, ...] = ()
    model: str = ""
    """That made the labels; empty where none did."""
    parents: tuple[Parent, ...] = ()
    """The sessions that a new one goes on from."""
    begun: Begun = field(default_factory=Begun)
    image_sha256: str = ""
    """Checksum of the image's file, where the record knows one to compare with."""
    image_imprint: str = ""
    """See :mod:`.same_image`."""


@dataclass(frozen=True, eq=False)
class Taken:
    """Labels of a file that a reader goes on with, on the image's grid."""

    labels: Image
    model: str
    begun: Begun


def check_unread(own: Sequence[Session], parents: Sequence[Parent], journal: Journal) -> None:
    """Raises InputError where another window of this reader signed or rejected a case since this one opened it.

    Args:
        own: the reader's sessions as they are now.
        parents: what this window opened.
        journal: of this window.
    """
    known: dict[str, int] = {}
    by_name = {session.path.name: session for session in own}
    for parent in (*parents, *journal.parents):
        before = known_to(by_name[parent.file], own) if parent.file in by_name else {}
        for name, lines in (*before.items(), (parent.file, parent.lines)):
            known[name] = max(lines, known.get(name, 0))
    for session in own:
        seen = known.get(session.path.name, 0)
        for number, event in zip(session.numbers, session.events, strict=True):
            if number > seen and event.event in ("done", "rejected"):
                raise InputError("study_read_elsewhere", time=words_of(event.time))


def of_other(reading: Reading) -> Remark:
    """What another reader did."""
    time = words_of(reading.time)
    if reading.state == DONE:
        return Remark("reading_done_by", reader=reading.reader, time=time)
    if reading.state == REJECTED:
        return Remark("reading_rejected_by", reader=reading.reader, reason=reading.reason)
    return Remark("reading_open_by", reader=reading.reader, time=time)
