"""What a reader did to a case, line by line: append-only JSON lines, one file a reader and session.

Nobody else ever writes into a session's file, so a network share needs no locks. A line is written whole and flushed to the
disk before the next stroke; a last line that a crash tore is left out, and that is said. The first line holds the labels
that the session began with, so each file alone gives all its labels back.
"""

import json
import math
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import DGMError, InputError, Remark
from ..io.atomic import flush_to_disk
from ..io.bids.derivatives import STATE
from ..io.limits import check_voxels
from ..io.typed import parsed, plain, typed
from ..structures import STANDARD, LabelSet
from .change import Change, applied, change_between, unpacked

FORMAT = 1
FOLDER = "journal"
_NAME = re.compile(r"(?P<reader>[A-Za-z0-9]+)_(?P<began>\d{8}T\d{6})-[0-9a-f]{8}\.jsonl")
_LARGEST = 1 << 28  # bytes of a journal


@dataclass(frozen=True)
class Touched:
    """What a change did to one structure."""

    added: int
    removed: int
    mean_before_ppb: float | None = None
    mean_after_ppb: float | None = None


@dataclass(frozen=True)
class Event:
    """One line."""

    event: Literal["open", "edit", "done", "rejected", "reopened"]
    time: str = ""
    """UTC, ISO 8601."""
    reader: str = ""
    case: str = ""
    software: str = ""
    model: str = ""
    shape: tuple[int, int, int] | None = None
    """Of the label map (first line)."""
    label_set: dict[str, object] | None = None
    """Of labels of another set than the standard one (first line)."""
    blind: bool = False
    structures: dict[str, Touched] = field(default_factory=dict)
    """By abbreviation: those that changed."""
    change: str = ""
    """See :mod:`.change`."""
    review: list[dict[str, object]] = field(default_factory=list)
    """What was signed, a structure each (last line of a finished reading)."""
    labels: str = ""
    """Name of the label file that was written; empty when all labels stayed the automatic ones."""
    reason: str = ""
    format: int = FORMAT


@dataclass(frozen=True)
class Session:
    """A journal file as it was read."""

    path: Path
    reader: str
    events: tuple[Event, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def last(self) -> Event:
        """The newest line."""
        return self.events[-1]

    @property
    def label_set(self) -> LabelSet:
        """What the values of its labels mean."""
        own = self.events[0].label_set
        return STANDARD if own is None else LabelSet.from_dict(own)

    def replay(self) -> NDArray[np.integer]:
        """The labels (i, j, k) after the last line. Raises InputError when a line cannot follow the one before."""
        shape = self.events[0].shape
        if shape is None or min(shape) < 1:
            raise InputError("journal_unusable", path=self.path)
        check_voxels(shape, self.path)
        labels: NDArray[np.integer] = np.zeros(shape, self.label_set.dtype)
        for event in self.events:
            if event.change:
                labels = applied(unpacked(event.change, labels.size), labels)
        return labels


class Journal:
    """The file of one reader's session on one case; made with the first line that is worth one."""

    def __init__(
        self,
        output: Path,
        case: str,
        reader: str,
        labels: NDArray[np.integer],
        label_set: LabelSet = STANDARD,
        model: str = "",
        blind: bool = False,
    ) -> None:
        self._place, self._case, self._reader = journal_folder(output, case), case, reader
        self._label_set, self._model, self._blind = label_set, model, blind
        self._labels = np.array(labels, order="C")
        self.path: Path | None = None

    @property
    def labels(self) -> NDArray[np.integer]:
        """The labels as the journal knows them."""
        return self._labels

    def begin(self) -> None:
        """Write the first line now: these labels are what a reader works on, though nothing was edited yet."""
        if self.path is None:
            self._append(None)

    @property
    def label_set(self) -> LabelSet:
        """What the values of its labels mean."""
        return self._label_set

    def record(
        self, labels: NDArray[np.integer], means: Mapping[str, tuple[float, float]] | None = None
    ) -> bool:
        """Write what changed since the last line; False when nothing did.

        Args:
            labels: (i, j, k), all of them.
            means: abbreviation -> mean in ppb before and after.

        Raises DGMError when the line cannot be written.
        """
        change = change_between(self._labels, labels)
        if not change:
            return False
        self._append(Event("edit", structures=self._touched(change, means or {}), change=change.packed()))
        self._labels = np.array(labels, order="C")
        return True

    def sign(self, review: Sequence[dict[str, object]], labels: str = "") -> None:
        """The reader is done with the case."""
        self._append(Event("done", review=list(review), labels=labels))

    def reject(self, reason: str) -> None:
        """The case cannot be used, and why."""
        self._append(Event("rejected", reason=reason))

    def reopen(self) -> None:
        """A case that was done or rejected is to be read again."""
        self._append(Event("reopened"))

    def _touched(self, change: Change, means: Mapping[str, tuple[float, float]]) -> dict[str, Touched]:
        found = {}
        for label in change.labels:
            name = self._label_set.by_label(label).abbreviation if label in self._label_set else str(label)
            before, after = (
                round(mean, 4) if math.isfinite(mean) else None
                for mean in means.get(name, (math.nan, math.nan))
            )
            found[name] = Touched(change.added(label), change.removed(label), before, after)
        return found

    def _append(self, event: Event | None) -> None:
        lines = [] if self.path else [self._opening()]
        if self.path is None:
            began = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S")
            self.path = self._place / f"{self._reader}_{began}-{secrets.token_hex(4)}.jsonl"
        text = "".join(_line(one, self._reader, self._case) for one in (*lines, event) if one)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                _write_all(descriptor, text.encode("utf-8"))
                flush_to_disk(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            self.path = None  # a line may be torn: what follows goes into a file of its own
            raise DGMError("journal_unwritten", path=self._place, reason=error.strerror or error) from error

    def _opening(self) -> Event:
        shape = tuple(int(n) for n in self._labels.shape)
        base = change_between(np.zeros_like(self._labels), self._labels)
        own = None if self._label_set == STANDARD else self._label_set.to_dict()
        return Event(
            "open",
            software=f"DGMSegmentation {__version__}",
            model=self._model,
            shape=(shape[0], shape[1], shape[2]),
            label_set=own,
            blind=self._blind,
            change=base.packed(),
        )


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _line(event: Event, reader: str, case: str) -> str:
    empty = asdict(Event(event.event))
    values = {
        **asdict(event),
        "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        "reader": reader,
        "case": case,
    }
    kept = {key: value for key, value in values.items() if value != empty[key] or key in ("event", "format")}
    return json.dumps(plain(kept), ensure_ascii=False, allow_nan=False) + "\n"


def journal_folder(output: Path, case: str) -> Path:
    """Where the journals of a case lie. Raises InputError for one that would lie beyond the output folder."""
    folder = output / STATE / FOLDER / case
    if Path(case).name != case or not folder.resolve().is_relative_to(output.resolve()):
        raise InputError("journal_place", path=folder)
    return folder


def journal_files(output: Path, case: str) -> list[Path]:
    """The journals of a case by name, which holds reader and time."""
    folder = journal_folder(output, case)
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in names if _NAME.fullmatch(name)]


def read_sessions(output: Path, case: str) -> tuple[Session, ...]:
    """All journals of a case, the one with the newest line last; what cannot be read is left out with a remark."""
    found = [read_session(path) for path in journal_files(output, case)]
    return tuple(sorted((s for s in found if s is not None), key=lambda s: (s.last.time, s.path.name)))


def read_session(path: Path) -> Session | None:
    """One journal; None when not even its first line is whole."""
    name = _NAME.fullmatch(path.name)
    try:
        if name is None or path.is_symlink() or path.stat().st_size > _LARGEST:
            return None
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return None
    events: list[Event] = []
    remarks: list[Remark] = []
    for number, line in enumerate(lines, start=1):
        torn = number == len(lines)  # a whole line ends with a line end, so that the last part is empty
        if torn and not line:
            break
        try:
            if torn:
                raise InputError("journal_unusable", path=path)
            events.append(typed(Event, parsed(line, str(path)), str(path)))
        except InputError:
            last = number >= len(lines) - 1
            remarks.append(
                Remark("journal_line_torn", path=path)
                if last
                else Remark("journal_line_damaged", path=path, number=number)
            )
            break  # what follows was made of labels that are not known
    if not events or events[0].event != "open":
        return None
    return Session(path, name["reader"], tuple(events), tuple(remarks))
