"""Look here first on the page: marks beside the slider of the axial view, doubtful tissue in colour, keys to the next slice."""

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
from DGMSegmentationScene.doubtful import doubts_of, flagged_after, hints_of
from DGMSegmentationScene.provenance import provenance_of
from trame_server.utils.asynchronous import create_task

from DGMSegmentationLib.language import word
from DGMSegmentationLib.measurement.look_first import Doubt, Doubts

from .background import mark
from .reading import Reading
from .session import Session

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from DGMSegmentationLib.measurement.case import MeasuredCase
    from DGMSegmentationLib.measurement.notes import NetworkNotes

LATER_S = 0.6  # after the last stroke: the doubts are no part of the table's time


class Look:
    """What is doubtful in the labels that are shown."""

    def __init__(self, session: Session, reading: Reading, state: Any) -> None:
        self._session, self._reading, self._state = session, reading, state
        self._later: Any = None
        self._volume: Any = None
        self._labels: Any = None
        self._coloured = False
        self._doubts = Doubts([], np.zeros((0, 0, 0), bool))
        state.change("dgm_hints")(self._hints_changed)

    def _hints_changed(self, **_state: Any) -> None:
        """The switch: look again, and colour more, or less."""
        self._labels = None
        self.soon()

    def soon(self) -> None:
        """Look again when the labels have been at rest for a moment; what was found in another volume is gone at once."""
        if self._session.volume is not self._volume:
            self._volume = self._session.volume
            self._forget()
            self._show()
        if self._later is not None:
            self._later.cancel()
        try:
            self._later = asyncio.get_running_loop().call_later(LATER_S, self._again)
        except RuntimeError:
            self.now()  # before the server runs

    def _again(self) -> None:
        self._later = None
        create_task(self._look())

    async def _look(self) -> None:
        """In a thread: on a fine map it takes a second, in which the next stroke begins."""
        case = self._case()
        if case is not None:
            network = provenance_of(self._session.segmentation)
            shown = self._colours
            found = await asyncio.get_running_loop().run_in_executor(None, _found, case, network, shown)
            if case is not self._case() or shown != self._colours:
                return  # a stroke, or the switch, came first, after which it is looked again
            self._take(case, *found)
        with self._state:
            self._show()

    def now(self) -> None:
        """Look, and show what there is."""
        self._later = None
        case = self._case()
        if case is not None:
            network = provenance_of(self._session.segmentation)
            self._take(case, *_found(case, network, self._colours))
        self._show()

    @property
    def _colours(self) -> bool:
        """Whether hints are to be coloured, too."""
        return bool(self._state.dgm_hints)

    def _case(self) -> "MeasuredCase | None":
        """The one that is to be looked at; None when there is none, or nothing has changed in it."""
        cases = self._session.measurement.cases
        if not cases or not self._session.has_labels:
            self._forget()
            return None
        labels = cases[0].labels.data
        known = self._labels is not None and self._coloured == self._colours
        return None if known and np.array_equal(self._labels, labels) else cases[0]

    def _take(self, case: "MeasuredCase", found: Doubts, hints: "NDArray[np.uint8] | None") -> None:
        self._labels, self._doubts, self._coloured = case.labels.data, found, hints is not None
        kinds = found.tissue.astype(np.uint8) if hints is None else np.where(found.tissue, np.uint8(1), hints)
        mark(self._session.scene, kinds)

    def _forget(self) -> None:
        self._doubts, self._labels = Doubts([], np.zeros((0, 0, 0), bool)), None
        mark(self._session.scene, None)

    def _show(self) -> None:
        self._state.dgm_doubts = [
            {
                "index": index,
                "at": round(self._reading.place_on_slider(doubts[0].axis, index), 2),
                "flagged": any(doubt.flagged for doubt in doubts),
                "words": "; ".join(
                    word(doubt.words) for doubt in doubts if doubt.flagged == any(d.flagged for d in doubts)
                ),
            }
            for index, doubts in sorted(self._by_slice().items())
        ]
        self._state.dgm_flagged = sum(entry["flagged"] for entry in self._state.dgm_doubts)

    def _by_slice(self) -> dict[int, list[Doubt]]:
        found: dict[int, list[Doubt]] = {}
        for doubt in self._doubts.slices:
            found.setdefault(doubt.index, []).append(doubt)
        return found

    def step(self, by: int) -> int:
        """Go to the next (1) or previous (-1) slice that asks for a look; the label of the structure there, 0 without one."""
        if not self._doubts.flagged and self._case() is not None:
            if self._later is not None:
                self._later.cancel()
            self.now()  # else "none" would be said of labels that nobody has looked at
        flagged = self._doubts.flagged
        if not flagged:
            return 0
        axis = flagged[0].axis
        doubt = flagged_after(flagged, self._reading.slice_shown(axis), by)
        self._reading.show_slice(axis, doubt.index)
        return int(doubt.structure.label)


def _found(
    case: "MeasuredCase", network: "NetworkNotes", hints: bool
) -> "tuple[Doubts, NDArray[np.uint8] | None]":
    return doubts_of(case, network), hints_of(case) if hints else None
