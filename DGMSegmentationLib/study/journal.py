"""What a reader did to a case, line by line: append-only JSON lines, one file a reader and session.

Nobody else ever writes into a session's file, so a network share needs no locks. A line is written whole and flushed to the
disk before the next stroke; a last line that a crash tore is left out, and that is said. The first line holds the labels
that the session began with and where their voxels lie, so each file alone gives all its labels back; it also names the
sessions that this one goes on from (:mod:`.order`). :mod:`.journal_writer` writes, this module reads.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, Remark
from ..image import Affine
from ..io.bids.derivatives import STATE
from ..io.limits import check_voxels
from ..io.typed import parsed, typed
from ..structures import STANDARD, LabelSet
from .change import applied, unpacked
from .order import in_order

FORMAT = 1
FOLDER = "journal"
_NAME = re.compile(r"(?P<reader>[A-Za-z0-9]+)_(?P<began>\d{8}T\d{6})-[0-9a-f]{8}\.jsonl")
_LARGEST = 1 << 28  # bytes of a journal
_FLAT = 1e-9  # mm3: voxels that lie nowhere


@dataclass(frozen=True)
class Touched:
    """What a change did to one structure."""

    added: int
    removed: int
    mean_before_ppb: float | None = None
    mean_after_ppb: float | None = None


@dataclass(frozen=True)
class Parent:
    """A session that another one goes on from."""

    file: str
    """Name of its journal."""
    lines: int
    """How many of its lines were read."""


Row = tuple[float, float, float, float]


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
    """That made the labels which the session began with (first line), those of a run (edit), or those that were signed (done)."""
    automatic_model: str = ""
    """That made the automatic labels which the review compares with (done)."""
    parents: tuple[Parent, ...] | None = None
    """The sessions that this one goes on from (first line); None: a version that did not write them."""
    image: str = ""
    """Name of the image's file (first line)."""
    image_sha256: str = ""
    """Its checksum, where the cohort's record knew it (first line, done)."""
    image_imprint: str = ""
    """By which its content is known again, however it is stored: see :mod:`.same_image` (first line)."""
    automatic_sha256: str = ""
    """Checksum of the automatic label file (first line, done); empty where there was none."""
    shape: tuple[int, int, int] | None = None
    """Of the label map (first line)."""
    affine: tuple[Row, Row, Row, Row] | None = None
    """From its voxel indices to RAS+ mm (first line); None: a version that did not write it."""
    begun_from: str = ""
    """Name of the label file that the session (first line), or the whole reading (done), began with, where that was one."""
    editors: dict[str, str] = field(default_factory=dict)
    """Who had edited what in that file: abbreviation -> reader (first line)."""
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
    labels_sha256: str = ""
    """Its checksum."""
    reason: str = ""
    format: int = FORMAT


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
    remarks: tuple[Remark, ...] = ()

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

    @property
    def is_whole(self) -> bool:
        """Whether no line is damaged but perhaps the last, which a crash tore."""
        return (
            bool(self.events) and self.numbers == tuple(range(1, self.lines + 1)) and self.opening is not None
        )

    def replay(
        self, lines: int | None = None, base: NDArray[np.integer] | None = None
    ) -> NDArray[np.integer]:
        """The labels (i, j, k) after so many lines, or after the last one before a damaged line.

        ``base``: what it began with, where the first line is damaged. Raises InputError when a line cannot follow the one
        before, or nothing is known of the labels that it began with.
        """
        opening = self.opening
        if opening is not None:
            if opening.shape is None or min(opening.shape) < 1:
                raise InputError("journal_unusable", path=self.path)
            check_voxels(opening.shape, self.path)
            labels: NDArray[np.integer] = np.zeros(opening.shape, self.label_set.dtype)
        elif base is not None:
            labels = base
        else:
            raise InputError("journal_unusable", path=self.path)
        expected = 1 if opening is not None else 2
        for number, event in zip(self.numbers, self.events, strict=True):
            if number != expected or (lines is not None and number > lines):
                break  # what follows was made of labels that are not known
            expected += 1
            if event.change:
                labels = applied(unpacked(event.change, labels.size), labels)
        return labels


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
        return Session(path, name["reader"], began, (), (), 0, (Remark("journal_unusable", path=path),))
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
        _said(path, [event for _, event in read], [n for n, _ in read], lines),
    )


def _event(line: bytes, path: Path) -> Event | None:
    try:
        return typed(Event, parsed(line, str(path)), str(path))
    except InputError:
        return None


def _said(path: Path, events: list[Event], numbers: list[int], lines: list[bytes]) -> tuple[Remark, ...]:
    """What cannot be read of a journal, and what that costs."""
    count = len(lines) - 1
    if not events or numbers[0] != 1 or events[0].event != "open":
        return (Remark("journal_begin_damaged", path=path),)
    damaged = next((number for number, known in enumerate(numbers, 1) if number != known), len(numbers) + 1)
    if damaged == count or (damaged > count and lines[-1]):
        return (Remark("journal_line_torn", path=path),)
    return (Remark("journal_line_damaged", path=path, number=damaged),) if damaged < count else ()
