"""Writes the journal of one session: see :mod:`.journal`."""

import json
import math
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import DGMError
from ..image import Affine
from ..io.atomic import flush_to_disk
from ..io.typed import plain
from ..structures import STANDARD, LabelSet
from .change import Change, change_between
from .event import Event, Parent, Row, Touched
from .journal import journal_folder


@dataclass(frozen=True, eq=False)
class Origin:
    """What the labels are that a session begins with."""

    label_set: LabelSet = STANDARD
    affine: Affine | None = None
    """4x4, from their indices to RAS+ mm."""
    model: str = ""
    """That made them."""
    parents: tuple[Parent, ...] = ()
    """The sessions that this one goes on from."""
    begun_from: str = ""
    """Name of the label file that they are of."""
    editors: Mapping[str, str] = field(default_factory=dict)
    """Who had edited what in it: abbreviation -> reader."""
    image: str = ""
    image_sha256: str = ""
    image_imprint: str = ""
    automatic_sha256: str = ""
    blind: bool = False


class Journal:
    """The file of one reader's session on one case; made with the first line that is worth one."""

    def __init__(
        self,
        output: Path,
        case: str,
        reader: str,
        labels: NDArray[np.integer],
        origin: Origin | None = None,
    ) -> None:
        self._place, self._case, self._reader = journal_folder(output, case), case, reader
        self._origin = origin or Origin()
        self._model = self._origin.model
        self._labels = np.array(labels, order="C")
        self._lines = self._size = 0
        self.path: Path | None = None
        """Of the file; None before its first line, and after one that could not be written."""
        self._went_before: tuple[Parent, ...] = self._origin.parents

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
        return self._origin.label_set

    @property
    def model(self) -> str:
        """That made the labels which the reader works on; empty where none did."""
        return self._model

    @property
    def parents(self) -> tuple[Parent, ...]:
        """What a session goes on from that follows this one."""
        return self._went_before if self.path is None else (Parent(self.path.name, self._lines),)

    def record(
        self,
        labels: NDArray[np.integer],
        means: Mapping[str, tuple[float, float]] | None = None,
        model: str = "",
    ) -> bool:
        """Write what changed since the last line; False when nothing did.

        Args:
            labels: (i, j, k), all of them.
            means: abbreviation -> mean in ppb before and after.
            model: that made these labels, where it is another one than before: a run is an edit, too.

        Raises DGMError when the line cannot be written.
        """
        change = change_between(self._labels, labels)
        if not change:
            return False
        other = model if model != self._model else ""
        touched = self._touched(change, means or {})
        self._append(Event("edit", model=other, structures=touched, change=change.packed()))
        self._labels = np.array(labels, order="C")
        self._model = other or self._model
        return True

    def sign(
        self,
        review: Sequence[dict[str, object]],
        labels: str = "",
        automatic_model: str = "",
        begun_from: str = "",
        labels_sha256: str = "",
    ) -> None:
        """The reader is done with the case.

        Args:
            review: see :mod:`.review`.
            labels: name of the file that was written; empty when all labels stayed the automatic ones.
            automatic_model: that made those.
            begun_from: name of the label file that the reading began with.
            labels_sha256: checksum of the file that was written.
        """
        self._append(
            Event(
                "done",
                review=list(review),
                labels=labels,
                labels_sha256=labels_sha256,
                image_sha256=self._origin.image_sha256,
                automatic_sha256=self._origin.automatic_sha256,
                model=self._model,
                automatic_model=automatic_model,
                begun_from=begun_from,
            )
        )

    def reject(self, reason: str) -> None:
        """The case cannot be used, and why."""
        self._append(Event("rejected", reason=reason))

    def reopen(self) -> None:
        """A case that was done or rejected is to be read again."""
        self._append(Event("reopened"))

    def _touched(self, change: Change, means: Mapping[str, tuple[float, float]]) -> dict[str, Touched]:
        found = {}
        for label in change.labels:
            name = self.label_set.by_label(label).abbreviation if label in self.label_set else str(label)
            before, after = (
                round(mean, 4) if math.isfinite(mean) else None
                for mean in means.get(name, (math.nan, math.nan))
            )
            found[name] = Touched(change.added(label), change.removed(label), before, after)
        return found

    def _append(self, event: Event | None) -> None:
        try:
            if self.path is not None and not self._write([event]):
                self._leave_file()  # somebody else changed it, or took it away
            if self.path is None:
                began = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S")
                self.path = self._place / f"{self._reader}_{began}-{secrets.token_hex(4)}.jsonl"
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._write([self._opening(), event])
        except OSError as error:
            self._leave_file()
            raise DGMError("journal_unwritten", path=self._place, reason=error.strerror or error) from error

    def _write(self, events: Sequence[Event | None]) -> bool:
        """Append lines to the file; False, and nothing is written, where it is not as this session left it."""
        assert self.path is not None
        written = [one for one in events if one is not None]
        content = "".join(_line(one, self._reader, self._case) for one in written).encode("utf-8")
        made = os.O_CREAT | os.O_EXCL if self._lines == 0 else 0
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | made, 0o666)
        except FileNotFoundError:
            if made:
                raise
            return False
        try:
            if os.fstat(descriptor).st_size != self._size:
                return False
            _write_all(descriptor, content)
            flush_to_disk(descriptor)
        finally:
            os.close(descriptor)
        self._lines, self._size = self._lines + len(written), self._size + len(content)
        return True

    def _leave_file(self) -> None:
        """What follows goes into a file of its own, behind what this session wrote: a line may be torn, or more be gone."""
        assert self.path is not None
        if self._lines:
            own = self.parents
            self._went_before = (*own, *self._went_before)
            self._origin = replace(self._origin, begun_from="", editors={})
        elif os.path.lexists(self.path):
            self._went_before = (*self._went_before, Parent(self.path.name, 0))
        self.path, self._lines, self._size = None, 0, 0

    def _opening(self) -> Event:
        origin, (i, j, k) = self._origin, self._labels.shape
        base = change_between(np.zeros_like(self._labels), self._labels)
        return Event(
            "open",
            software=f"DGMSegmentation {__version__}",
            model=self._model,
            parents=self._went_before,
            image=origin.image,
            image_sha256=origin.image_sha256,
            image_imprint=origin.image_imprint,
            automatic_sha256=origin.automatic_sha256,
            shape=(int(i), int(j), int(k)),
            affine=_rows(origin.affine),
            label_set=None if origin.label_set == STANDARD else origin.label_set.to_dict(),
            begun_from=origin.begun_from,
            editors=dict(origin.editors),
            blind=origin.blind,
            change=base.packed(),
        )


def _rows(affine: Affine | None) -> tuple[Row, Row, Row, Row] | None:
    if affine is None:
        return None
    x, y, z, w = ((float(a), float(b), float(c), float(d)) for a, b, c, d in affine)
    return x, y, z, w


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
