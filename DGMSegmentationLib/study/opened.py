"""A case as a reader has it before them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..cohort.find import CohortCase
from ..cohort.record import Record
from ..errors import InputError, Remark
from ..image import Image
from .event import Event, Parent
from .journal import Session
from .journal_writer import Journal
from .order import known_to
from .resume import Begun, words_of
from .same_image import are_alike, labels_of_model
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


def is_image_of(opened: Opened, checksum: str, own: Sequence[Session]) -> bool:
    """Whether the image is the one of this checksum, be it stored anew; True where nothing is known of that."""
    if opened.image_sha256 in ("", checksum) or not checksum:
        return True
    known = (session.opening for session in own)
    return any(
        are_alike(one.image_imprint, opened.image_imprint)
        for one in known
        if one is not None and one.image_sha256 == checksum
    )


def is_of_other_labels(opened: Opened, first: Event) -> bool:
    """Whether a session began on the same image with other labels of the model; its first line tells."""
    if first.image_sha256 not in ("", opened.image_sha256):
        return False  # they turned with the image
    return first.automatic_sha256 not in ("", labels_of_model(opened.record))


def of_other(reading: Reading) -> Remark:
    """What another reader did."""
    time = words_of(reading.time)
    if reading.state == DONE:
        return Remark("reading_done_by", reader=reading.reader, time=time)
    if reading.state == REJECTED:
        return Remark("reading_rejected_by", reader=reading.reader, reason=reading.reason)
    return Remark("reading_open_by", reader=reading.reader, time=time)
