"""The way through a worklist, without a window: what every case's state is, which comes next, and what is made ready for it."""

import logging
from collections.abc import Sequence

from .background import LATER, NOW, SOON, Background, Finished
from .lookout import Lookout
from .state import DONE, REJECTED, TO_DO
from .study import Study
from .work import Job
from .worklist import Item, item_of, worklist


class Walk:
    """The worklist of a study with the process that works in the background and a look at what others do; ends with
    :meth:`stop`.
    """

    def __init__(self, study: Study, order: str = "name", python: str | None = None) -> None:
        self.study = study
        self._background = Background(Job.of(study), python)
        self._lookout = Lookout(study)
        self._items: dict[str, Item] = {}
        self.list_all(order)

    @property
    def items(self) -> Sequence[Item]:
        """All cases in the order of the list."""
        return tuple(self._items.values())

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __getitem__(self, name: str) -> Item:
        return self._items[name]

    def look_again(self, here: str = "") -> list[str]:
        """Cases may have come into the folder, or gone; the one where the reader stands stays. Returns those that came.

        Raises InputError when none is left.
        """
        before = set(self._items)
        self.study.look_again(here)
        self.list_all(self._order)
        return [name for name in self._items if name not in before]

    def grown(self) -> bool:
        """Whether images came into the folder, or went, since the last call."""
        return self._lookout.grown()

    def list_all(self, order: str) -> None:
        """Read the states of all cases anew; by "name", or by "doubt"."""
        self._order = order
        self._items = {item.name: item for item in worklist(self.study, order)}

    def refresh(self, name: str) -> bool:
        """Read one case anew; True when the list shows something else of it now."""
        if name not in self._items:
            return False
        before, now = self._items[name], item_of(self.study, name)
        self._items[name] = now
        return _told(before) != _told(now)

    def first(self) -> str:
        """The first case that is neither done nor rejected; else the first of all."""
        waiting = (item.name for item in self.items if item.state not in (DONE, REJECTED))
        return next(waiting, self.items[0].name)

    def neighbour(self, name: str, step: int) -> str:
        """The case that stands ``step`` lines below; empty at the ends."""
        names = list(self._items)
        place = names.index(name) + step if name in names else 0
        return names[place] if 0 <= place < len(names) else ""

    def lacks_labels(self, name: str) -> bool:
        """Whether a case must be segmented before it can be shown, also because its image is another one since; one for which
        that failed is shown without labels.
        """
        item = self._items[name]
        return (item.state == TO_DO or item.image_changed) and item.verdict != "failed"

    def want(self, name: str, now: bool = False) -> None:
        """Segment a case: while the reader waits, or soon."""
        self._background.want(name, NOW if now else SOON)

    def wanted(self, name: str) -> bool:
        """Whether a case waits to be segmented, or is being segmented."""
        return self._background.has(name)

    def signed(self, name: str) -> None:
        """A case was signed or rejected: its rows, and the tables of all."""
        self.refresh(name)
        self._background.want(name, LATER)
        self._background.want_tables()

    def segment_all(self) -> None:
        """Segment every case that is not yet."""
        for item in self.items:
            if self.lacks_labels(item.name):
                self._background.want(item.name, LATER)

    def catch_up(self) -> None:
        """Corrections that were signed, again or for the first time, or that went, and were not measured before the program
        ended; and the tables.
        """
        for item in self.items:
            if self.study.is_stale(item.name):
                self._background.want(item.name, LATER)
        self._background.want_tables()

    def poll(self) -> list[Finished]:
        """What was done since the last call; the states of these cases are read anew."""
        finished = self._background.poll()
        for one in finished:
            if one.problem:
                logging.error("%s: %s", one.name or "tables", one.problem)
            self.refresh(one.name)
        return finished

    def changed(self) -> list[str]:
        """The cases that somebody changed since the last call and that are other ones now, whoever it was."""
        return [name for name in sorted(self._lookout.poll()) if self.refresh(name)]

    def stop(self) -> None:
        """End the process; what it had to do is found again by :meth:`catch_up`."""
        self._lookout.stop()
        self._background.stop()


def _told(item: Item) -> tuple[object, ...]:
    return (
        item.state,
        item.verdict,
        item.reader,
        item.others,
        item.image_changed,
        str(item.rows),
    )  # rows hold NaN
