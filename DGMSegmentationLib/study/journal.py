"""What a reader did to a case, line by line: append-only JSON lines, one file a reader and session.

Nobody else ever writes into a session's file, so a network share needs no locks. A line is written whole and flushed to the
disk before the next stroke; a last line that a crash tore is left out, and that is said. The first line holds the labels
that the session began with and where their voxels lie, so each file alone gives all its labels back; it also names the
sessions that this one goes on from (:mod:`.order`). :mod:`.journal_writer` writes, this module reads.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Affine
from ..io.bids.derivatives import STATE
from ..io.limits import check_voxels
from ..io.typed import parsed, typed
from ..structures import STANDARD, LabelSet
from .change import apply, unpacked
from .event import Event
from .order import in_order

FOLDER = "journal"
_NAME = re.compile(r"(?P<reader>[A-Za-z0-9]+)_(?P<began>\d{8}T\d{6})-[0-9a-f]{8}\.jsonl")
_LARGEST = 1 << 28  # bytes of a journal
_FLAT = 1e-9  # mm3: voxels that lie nowhere


@dataclass(frozen=True)
class Session:
    """A journal file as it was read."""

    path: Path
    reader: str
    began: str
    """By the file's name: UTC, ISO 8601."""
    events: tuple[Event, ...]
    """All lines that can be read; those behind a damaged one tell what was done, and no labels."""
    numbers: tuple[int, ...]
    """The number of each line."""
    lines: int
    """How many there are, damaged ones counted."""
    torn: bool = False
    """Whether an unfinished line follows."""
    read: bool = True
    """Whether the file could be read at all."""

    @property
    def last(self) -> Event:
        """The newest line that can be read; raises IndexError where there is none."""
        return self.events[-1]

    @property
    def time(self) -> str:
        """Of the newest line."""
        return self.events[-1].time if self.events else self.began

    @property
    def opening(self) -> Event | None:
        """The first line; None where it is damaged."""
        first = self.events[0] if self.events and self.numbers[0] == 1 else None
        return first if first is not None and first.event == "open" else None

    @property
    def start(self) -> str:
        """When it began."""
        return self.opening.time if self.opening is not None else self.began

    @property
    def label_set(self) -> LabelSet:
        """What the values of its labels mean."""
        own = self.opening.label_set if self.opening is not None else None
        return STANDARD if own is None else LabelSet.from_dict(own)

    @property
    def affine(self) -> Affine | None:
        """4x4, from the labels' indices to RAS+ mm; None where the journal does not say."""
        known = self.opening.affine if self.opening is not None else None
        affine = None if known is None else np.array(known, np.float64)
        return None if affine is None or abs(np.linalg.det(affine)) < _FLAT else affine

    @property
    def holds_labels(self) -> bool:
        """False where a case was rejected that had none: its image could not be read, or not segmented."""
        opening = self.opening
        if opening is None or opening.shape is None or any(event.event == "edit" for event in self.events):
            return True
        try:
            return bool(unpacked(opening.change, int(np.prod(opening.shape))))
        except InputError:
            return True  # it says so when it is read

    @cached_property
    def known(self) -> int:
        """Number of the last line whose labels are known, before the first damaged one; 0 where those of the first are not."""
        try:
            return max((number for number, _ in self.steps()), default=0)
        except InputError:
            return 0

    @property
    def is_whole(self) -> bool:
        """Whether no line is damaged but perhaps the last, which a crash tore."""
        return 0 < self.lines == self.known

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What cannot be read of it, and what that costs."""
        damaged = self.known + 1
        if not self.read:
            return (Remark("journal_unusable", path=self.path),)
        if damaged == 1:
            return (Remark("journal_begin_damaged", path=self.path),)
        if damaged > self.lines:
            return (Remark("journal_line_torn", path=self.path),) if self.torn else ()
        if damaged == self.lines and damaged not in self.numbers:
            return (Remark("journal_line_torn", path=self.path),)
        return (Remark("journal_line_damaged", path=self.path, number=damaged),)

    def steps(
        self, lines: int | None = None, base: NDArray[np.integer] | None = None
    ) -> Iterator[tuple[int, NDArray[np.integer]]]:
        """The number of each line and the labels (i, j, k) after it, up to the first damaged one; always the same array.

        Args:
            lines: after so many it ends.
            base: what the session began with, where its first line is damaged.

        Raises InputError when nothing is known of the labels that it began with, and when its changes do not follow from
        ``base``.
        """
        if base is not None:
            labels, expected = np.array(base, order="C"), 1 if self._begins_with_a_change else 2
            yield expected - 1, labels
        else:
            labels, expected = self._nothing(), 1
        for number, event in zip(self.numbers, self.events, strict=True):
            if number < expected:
                continue
            if number > expected or (lines is not None and number > lines):
                return  # what follows was made of labels that are not known
            if event.change:
                try:
                    apply(unpacked(event.change, labels.size), labels)
                except InputError as error:
                    if base is not None and error.code == "journal_other_labels":
                        raise
                    return
            yield number, labels
            expected += 1

    @property
    def _begins_with_a_change(self) -> bool:
        """Whether the file was taken away while its session went on, so that its first line is no opening."""
        return bool(self.events) and self.numbers[0] == 1 and self.events[0].event != "open"

    def _nothing(self) -> NDArray[np.integer]:
        shape = self.opening.shape if self.opening is not None else None
        if shape is None or min(shape) < 0:
            raise InputError("journal_unusable", path=self.path)
        check_voxels(shape, self.path)
        return np.zeros(shape, self.label_set.dtype)

    def replay(
        self, lines: int | None = None, base: NDArray[np.integer] | None = None
    ) -> NDArray[np.integer]:
        """The labels (i, j, k) after so many lines, or after the last one before a damaged line: see :meth:`steps`.

        Raises InputError when nothing is known of the labels that it began with.
        """
        labels: NDArray[np.integer] | None = None
        for _, now in self.steps(lines, base):
            labels = now
        if labels is None:
            raise InputError("journal_unusable", path=self.path)
        return labels

    def lines_with(self, labels: NDArray[np.integer]) -> tuple[int, ...]:
        """The lines after which the labels were these; none where that is not known."""
        try:
            return tuple(number for number, now in self.steps() if np.array_equal(now, labels))
        except InputError:
            return ()

    def begun_after(self, other: "Session") -> tuple[int, ...]:
        """The lines of another session after which it had the labels that this one began with."""
        if other.path.name not in self._compared:
            self._compared[other.path.name] = other.lines_with(self.replay(1)) if self.known else ()
        return self._compared[other.path.name]

    @cached_property
    def _compared(self) -> dict[str, tuple[int, ...]]:
        return {}

    @property
    def tells_parents(self) -> bool:
        """Whether it names the sessions that it goes on from; the first versions did not."""
        return self.opening is not None and self.opening.parents is not None


def journal_folder(output: Path, case: str) -> Path:
    """Where the journals of a case lie. Raises InputError for one that would lie beyond the output folder."""
    folder = output / STATE / FOLDER / case
    if Path(case).name != case or not folder.resolve().is_relative_to(output.resolve()):
        raise InputError("journal_place", path=folder)
    return folder


def place_of(journal: Path) -> tuple[Path, str]:
    """The output folder and the case of a journal."""
    return journal.parents[1 + len(Path(STATE, FOLDER).parts)], journal.parent.name


def journal_files(output: Path, case: str) -> list[Path]:
    """The journals of a case by name, which holds reader and time."""
    folder = journal_folder(output, case)
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in names if _NAME.fullmatch(name)]


def read_sessions(output: Path, case: str) -> tuple[Session, ...]:
    """All journals of a case, each behind those that it goes on from, else the one with the newest line last.

    What cannot be read of one is said in its remarks.
    """
    found = [read_session(path) for path in journal_files(output, case)]
    return in_order([session for session in found if session is not None])


def read_session(path: Path) -> Session | None:
    """One journal, damaged or not; None for a file that is none by its name."""
    name = _NAME.fullmatch(path.name)
    if name is None:
        return None
    day, clock = name["began"].split("T")
    began = f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}+00:00"
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            raise InputError("journal_unusable", path=path)
        lines = path.read_bytes().split(b"\n")
    except (OSError, InputError):
        return Session(path, name["reader"], began, (), (), 0, read=False)
    whole = lines[:-1]  # a whole line ends with a line end, so that the last part is empty
    read = [
        (number, event) for number, line in enumerate(whole, 1) if (event := _event(line, path)) is not None
    ]
    return Session(
        path,
        name["reader"],
        began,
        tuple(event for _, event in read),
        tuple(number for number, _ in read),
        len(whole),
        torn=bool(lines[-1]),
    )


def _event(line: bytes, path: Path) -> Event | None:
    try:
        return typed(Event, parsed(line, str(path)), str(path))
    except InputError:
        return None
