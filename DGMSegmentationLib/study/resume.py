"""The labels of a case as a reader left them, brought to the image as it is now: of the last session, with what another
window of the same reader did meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import InputError, Remark
from ..image import Affine, Image, label_set_of
from .event import Parent
from .journal import Session
from .merge import merged
from .order import Known, heads, history, in_order, known_to
from .unplaced import lies_as, signed_affine

Say = Callable[[Remark], object]


@dataclass(frozen=True, eq=False)
class Begun:
    """What a reading began with."""

    file: str = ""
    """Name of the label file; empty: the automatic labels."""
    editors: Mapping[str, str] = field(default_factory=dict)
    """Who had edited what in it: abbreviation -> reader."""
    labels: Image | None = None
    """Those of the file, on the image's grid."""
    now: bool = False
    """Whether this session is the one that begins with it."""


@dataclass(frozen=True, eq=False)
class Resumed:
    """Where a reader goes on."""

    labels: Image
    """On the image's grid."""
    model: str
    """That made them; empty where the journals do not say."""
    begun: Begun
    session: Session
    """The one that they are of."""


def words_of(time: str) -> str:
    """A time of a journal as people read it."""
    return time[:16].replace("T", " ") + " UTC"


def parents_of(sessions: Sequence[Session]) -> tuple[Parent, ...]:
    """What a new session of this reader goes on from: the newest words, and the newest labels where those have none."""
    newest = {one.path.name: one for one in (*heads(_labelled(sessions)), *heads(sessions))}
    return tuple(Parent(name, one.lines) for name, one in newest.items())


def _labelled(sessions: Sequence[Session]) -> list[Session]:
    return [session for session in sessions if session.holds_labels]


def turned_with(image: Image, labels: Image) -> Image | None:
    """Labels of an image that was stored anew with flipped, swapped or cropped axes, on its grid of now, voxel for voxel.

    None where that cannot be: on a grid between the voxels, and where nothing but the place in the header differs, for either
    the head or the header may have moved.
    """
    from ..measurement.roi import labels_on_grid

    if labels.grid.same_as(image.grid):
        return labels
    if labels.shape == image.shape and _same_axes(labels.affine, image.affine):
        return None
    try:
        data, resampled = labels_on_grid(labels, image)
    except InputError:
        return None
    return None if resampled else labels.replace(data=data, affine=image.affine)


class Resume:
    """Goes on with the sessions of one reader.

    Args:
        sessions: all of them.
        image: as its file is now.
        automatic: the model's labels on its grid, where there are any.
        say: takes what the reader has to know.
    """

    def __init__(self, sessions: Sequence[Session], image: Image, automatic: Image | None, say: Say) -> None:
        self._sessions = in_order(_labelled(sessions))
        self._image, self._automatic, self._say = image, automatic, say

    def resumed(self) -> Resumed | None:
        """None where no session's labels can be used."""
        usable = self._usable()
        if not usable:
            return None
        (newest, labels), *others = usable
        known = self._known(newest)
        for session, there in others:
            labels = self._joined(newest, labels, known, session, there)
            known = _together(known, self._known(session))
        told = [(s, event) for s, _, event in history(self._sessions)]
        model = next((event.model for _, event in reversed(told) if event.model), "")
        return Resumed(labels, model, self._begun(newest), newest)

    def _usable(self) -> list[tuple[Session, Image]]:
        """The last sessions with their labels, the newest first; in place of one without, those that it goes on from."""
        left, tried = list(self._sessions), dict[str, Image | None]()
        while True:
            last = heads(left)
            for session in (one for one in last if one.path.name not in tried):
                for remark in session.remarks:
                    self._say(remark)
                tried[session.path.name] = self._labels_of(session, self._say)
            found = [(one, labels) for one in reversed(last) if (labels := tried[one.path.name]) is not None]
            if len(found) == len(last):
                return found
            left = [one for one in left if one not in last or tried[one.path.name] is not None]

    def _labels_of(self, session: Session, say: Say, lines: int | None = None) -> Image | None:
        """After so many lines, on the image's grid; None where they are not known, or not where they lie."""
        try:
            if not session.known:
                return self._rebuilt(session, say, lines)
            affine = session.affine
            if affine is None:
                affine = signed_affine(session, self._sessions)
            known = affine is not None
            affine = self._image.affine if affine is None else affine
            labels = Image(session.replay(lines), affine, label_set=session.label_set)
        except InputError as error:
            say(Remark("reading_not_replayed", path=session.path, problem=error))
            return None
        if known:
            return self._placed(session.path, labels, say)
        if labels.shape != self._image.shape:
            say(Remark("reading_other_grid", path=session.path))
            return None
        if not lies_as(labels, self._automatic, self._sessions):
            say(Remark("reading_grid_unknown", path=session.path))
            return None
        return labels

    def _placed(self, path: Path, labels: Image, say: Say) -> Image | None:
        from ..measurement.roi import labels_on_grid

        image = self._image
        if labels.grid.same_as(image.grid):
            return labels.replace(affine=image.affine)
        try:
            data, resampled = labels_on_grid(labels, image)
        except InputError:
            data, resampled = np.zeros(image.shape, labels.data.dtype), True
        placed = Image(data, image.affine, label_set=labels.label_set)
        by_voxel = labels.replace(affine=image.affine)
        # Was the head moved, or its header rewritten? The model's labels of today tell.
        if (
            labels.shape == image.shape
            and _same_axes(labels.affine, image.affine)
            and (np.array_equal(data, labels.data) or self._share(by_voxel) > self._share(placed))
        ):
            say(Remark("reading_moved"))
            return by_voxel
        if labels.data.any() and not data.any():
            say(Remark("reading_other_grid", path=path))
            return None
        say(Remark("reading_resampled", path=path) if resampled else Remark("reading_turned"))
        return placed

    def _share(self, labels: Image) -> float:
        """Of the labelled voxels those that are the same in the automatic labels; 1 where there are none to compare with."""
        automatic, here = self._automatic, labels.data > 0
        if automatic is None or label_set_of(automatic) != label_set_of(labels):
            return 1.0
        return float((labels.data == automatic.data)[here].mean()) if here.any() else 0.0

    def _rebuilt(self, session: Session, say: Say, lines: int | None) -> Image | None:
        """Of a session whose first line is damaged: its changes on labels from which every one of them follows."""
        whole = {one.path.name: one for one in reversed(self._sessions) if one.known}
        before = known_to(session, self._sessions)
        bases = (
            *(
                self._labels_of(whole[name], _unsaid, count)
                for name, count in before.items()
                if name in whole
            ),
            *(self._labels_of(one, _unsaid) for one in whole.values()),
            self._automatic,
        )
        edits = [n for n, event in zip(session.numbers, session.events, strict=True) if event.event == "edit"]
        for base in bases:
            if base is None:
                continue
            try:
                *_, (number, _) = session.steps(base=base.data)
            except InputError:
                continue
            if not any(n <= number for n in edits):
                break  # it was not found by its changes
            damaged = Remark("journal_line_damaged", path=session.path, number=number + 1)
            say(damaged if edits[-1] > number else Remark("reading_rebuilt"))
            return base.replace(data=session.replay(lines, base.data))
        say(Remark("reading_not_rebuilt"))
        return None

    def _joined(self, newest: Session, here: Image, ours: Known, other: Session, there: Image) -> Image:
        """With what another window did since both began; ``ours``: what these labels hold already."""
        theirs = self._known(other)
        strokes = sum(
            event.event == "edit" and ours.get(one.path.name, 0) < number <= theirs.get(one.path.name, 0)
            for one, number, event in history(self._sessions)
        )
        if not strokes or np.array_equal(here.data, there.data):
            return here
        what = {"file": other.path.name, "time": words_of(other.time), "strokes": strokes}
        before = self._shared(ours, theirs)
        if before is None or not label_set_of(before) == label_set_of(here) == label_set_of(there):
            self._say(Remark("reading_window_apart", **what))
            return here
        found, names = merged(before.data, here.data, there.data), label_set_of(here)
        taken, refused = (
            [names.by_label(label).abbreviation for label in labels if label in names]
            for labels in (found.taken, found.refused)
        )
        if taken:
            self._say(Remark("reading_window_joined", structures=taken, **what))
        if refused:
            self._say(Remark("reading_windows_differ", structures=refused, kept=newest.path.name, **what))
        return here.replace(data=found.labels)

    def _known(self, session: Session) -> dict[str, int]:
        return {**known_to(session, self._sessions), session.path.name: session.lines}

    def _shared(self, mine: Known, theirs: Known) -> Image | None:
        """The labels that both began with: all that either of them knew of; None where they began with different ones."""
        both = {name: min(lines, theirs.get(name, 0)) for name, lines in mine.items()}
        points = [(one, both[one.path.name]) for one in self._sessions if both.get(one.path.name, 0) > 0]
        before = {one.path.name: known_to(one, self._sessions) for one, _ in points}
        last = [
            (one, lines)
            for one, lines in points
            if not any(known.get(one.path.name, 0) >= lines for known in before.values())
        ]
        if not last:
            roots = [next(s for s in self._sessions if s.path.name in known) for known in (mine, theirs)]
            first, second = (self._labels_of(root, _unsaid, 1) for root in roots)
            same = first is not None and second is not None and np.array_equal(first.data, second.data)
            return first if same else None
        (newest, lines), *others = reversed(last)
        labels = self._labels_of(newest, _unsaid, lines)
        known = {**before[newest.path.name], newest.path.name: lines}
        for other, count in others:
            there = self._labels_of(other, _unsaid, count)
            then = {**before[other.path.name], other.path.name: count}
            base = self._shared(known, then)
            if labels is None or there is None or base is None:
                return labels
            labels = labels.replace(data=merged(base.data, labels.data, there.data).labels)
            known = _together(known, then)
        return labels

    def _begun(self, newest: Session) -> Begun:
        """With what this reading began, told by the last session that took a label file."""
        known = self._known(newest)
        for session in reversed(self._sessions):
            opening = session.opening
            if opening is not None and opening.begun_from and session.path.name in known:
                return Begun(opening.begun_from, opening.editors, self._labels_of(session, _unsaid, 1))
        return Begun()


def _same_axes(one: Affine, other: Affine) -> bool:
    """Whether two grids differ in nothing but where they begin."""
    return bool(np.allclose(one[:3, :3], other[:3, :3], atol=1e-3))


def _together(one: Known, other: Known) -> dict[str, int]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in (*one, *other)}


def _unsaid(_remark: Remark) -> None:
    return None
