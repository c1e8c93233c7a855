"""A study in the app: the worklist, from case to case, done and rejected, while the next case is made ready."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from DGMSegmentationScene.case_loading import LoadedCase, load_case
from trame_server.utils.asynchronous import create_task

from DGMSegmentationLib.errors import DGMError, Remark
from DGMSegmentationLib.study.background import LATER, NOW, SOON, Background
from DGMSegmentationLib.study.places import find_study
from DGMSegmentationLib.study.state import TO_DO
from DGMSegmentationLib.study.study import Study
from DGMSegmentationLib.study.work import Job
from DGMSegmentationLib.study.worklist import Item, counts, item_of, worklist

from .controls import Controls
from .messages import FACE
from .state import chosen_options
from .study_state import case_of, growing_table

POLL_S = 0.2


class ReadingRoom:
    """What the worklist's buttons and keys do. All of it runs in the server's one loop."""

    def __init__(self, controls: Controls, reader: str = "", blind: bool = False) -> None:
        self._controls, self._reader, self._blind = controls, reader, blind
        self.study: Study | None = None
        self._background: Background | None = None
        self._items: dict[str, Item] = {}
        self._order: list[str] = []
        self._ready: dict[str, asyncio.Future[LoadedCase]] = {}
        self._awaited = ""
        controls.measured.connect(self._measured)
        self._state.change("dgm_order")(self._order_changed)

    @property
    def _state(self) -> Any:
        return self._controls.state

    @property
    def case(self) -> str:
        """The name of the case that is open; empty when none is."""
        reading = self._controls.session.reading
        return reading.name if reading is not None else ""

    # --- a study ----------------------------------------------------------------------------------------------------

    def open_study(self, paths: Sequence[Path]) -> None:
        """Open a folder, or several files; the worklist appears. Raises InputError for what is no study."""
        from DGMSegmentationLib.cohort.plan import CaseSettings

        options = chosen_options(self._state)
        study = Study(find_study(paths), self._reader, CaseSettings(options), self._blind)
        self.close()
        self.study, self._background = study, Background(Job.of(study))
        self._ready.clear()
        self._state.dgm_study, self._state.dgm_reader = study.name, study.reader
        self._state.dgm_worklist = True
        self._list_all()

    def start(self) -> None:
        """When the server runs: open the first case that is not done."""
        if self.study is None:
            return
        create_task(self._watch())
        self._catch_up()
        first = next((n for n in self._order if self._items[n].state not in ("done", "rejected")), None)
        create_task(self.go(first or self._order[0]))

    def close(self) -> None:
        """End the process in the background; what it had to do is found again at the next start."""
        if self._background is not None:
            self._background.stop()
        self._background = None

    def _catch_up(self) -> None:
        """Corrections that were signed and not measured before the program ended."""
        assert self.study is not None and self._background is not None
        for name in self._order:
            reading = next((r for r in self.study.readings(name) if r.signed and r.signed.labels), None)
            record = self.study.record(name)
            if reading is not None and (record is None or record.edited is None):
                self._background.want(name, LATER)
        self._background.want_tables()

    def _list_all(self) -> None:
        assert self.study is not None
        items = worklist(self.study, self._state.dgm_order)
        self._items = {item.name: item for item in items}
        self._order = [item.name for item in items]
        self._show_list()

    def _show_list(self) -> None:
        state, items = self._state, [self._items[name] for name in self._order]
        state.dgm_cases = [case_of(item) for item in items]
        state.dgm_counts = counts(items)
        state.dgm_case = self.case
        state.dgm_case_state = self._items[self.case].state if self.case in self._items else ""
        assert self.study is not None
        state.dgm_study_table = growing_table(self.study, items)

    def _refresh(self, name: str) -> None:
        if self.study is not None and name in self._items:
            self._items[name] = item_of(self.study, name)

    def _order_changed(self, **_state: Any) -> None:
        if self.study is not None:
            self._list_all()

    # --- from case to case -----------------------------------------------------------------------------------------

    async def go(self, name: str) -> None:
        """Show a case; while it is not segmented yet, that is said and it appears when it is."""
        if self.study is None or self._background is None or name not in self._items:
            return
        if not self._flush():
            return
        self._awaited = name
        item = self._items[name]
        if item.state == TO_DO and item.verdict != "failed":
            with self._state as state:
                state.dgm_awaited = name
                self._controls.show_message(Remark("case_being_segmented", name=name))
            self._background.want(name, NOW)
            return
        await self._show(name)

    async def _show(self, name: str) -> None:
        try:
            loaded = await self._loading(name)
        except DGMError as error:
            self._ready.pop(name, None)
            self._awaited = self._state.dgm_awaited = ""
            self._controls.fail(error, "Opening the case")
            self._prepare_next(name)
            return
        finally:
            self._state.flush()
        if self._awaited != name or self.study is None:
            return  # the reader went on
        self._awaited = ""
        self._ready.pop(name, None)
        with self._state as state:
            state.dgm_awaited = ""
            self._controls.show_message("")
            self._controls.show_case(loaded, self.study)
            self._refresh(name)
            self._show_list()
            said = " ".join(remark.sentence(FACE) for remark in loaded.opened.remarks)
            if said:
                self._controls.show_message(said)
        self._prepare_next(name)

    def _loading(self, name: str) -> "asyncio.Future[LoadedCase]":
        study = self.study
        assert study is not None
        if name not in self._ready:
            loop = asyncio.get_running_loop()
            self._ready[name] = loop.run_in_executor(None, load_case, study, name)
        return self._ready[name]

    def _neighbour(self, name: str, step: int) -> str:
        if name not in self._order:
            return self._order[0] if self._order else ""
        place = self._order.index(name) + step
        return self._order[place] if 0 <= place < len(self._order) else ""

    def _prepare_next(self, name: str) -> None:
        """Segment the next case, and read it, while this one is read."""
        following = self._neighbour(name, 1)
        for kept in set(self._ready) - {following}:
            self._ready.pop(kept)
        if not following or self._background is None:
            return
        item = self._items[following]
        if item.state == TO_DO and item.verdict != "failed":
            self._background.want(following, SOON)
        elif following not in self._ready and item.state != TO_DO:
            self._loading(following).add_done_callback(_heard)

    def key(self, name: str) -> None:
        """A key that the page's script passes on: next, previous, done, save."""
        if name in ("next", "previous", "done", "save"):
            getattr(self, name)()

    def next(self) -> None:
        """The key N."""
        self._step(1)

    def previous(self) -> None:
        """The key B."""
        self._step(-1)

    def _step(self, step: int) -> None:
        name = self._neighbour(self._awaited or self.case, step)
        if name:
            create_task(self.go(name))
        elif self.study is not None:
            self._controls.show_message(Remark("worklist_end" if step > 0 else "worklist_begin"))

    # --- what is signed --------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Ctrl+S: everything is in the journal already; say so."""
        if self._flush() and self.case:
            self._controls.show_message(Remark("reading_saved", name=self.case))

    def done(self) -> None:
        """The button Done: sign this case, and go to the next one."""
        self._signed(lambda reading, case: reading.sign(case))

    def reject(self, reason: str) -> None:
        """The case cannot be used, for this reason; go to the next one."""
        reason = " ".join(str(reason or "").split())[:500]
        self._state.dgm_rejecting = False
        if not reason:
            self._controls.show_message(Remark("reject_why"), "warning")
            return
        self._signed(lambda reading, _case: reading.reject(reason))

    def reopen(self) -> None:
        """A case that was done or rejected is read again."""
        reading = self._controls.session.reading
        if reading is not None and self._flush():
            reading.reopen()
            self._refresh(reading.name)
            self._show_list()

    def _signed(self, sign: Callable[[Any, Any], object]) -> None:
        session = self._controls.session
        reading = session.reading
        if reading is None or session.running or not self._flush():
            return
        try:
            sign(reading, session.measurement.cases[0])
        except DGMError as error:
            self._controls.fail(error, "Signing")
            return
        name = reading.name
        if self._background is not None:
            self._background.want(name, LATER)
            self._background.want_tables()
        self._refresh(name)
        self._show_list()
        following = self._neighbour(name, 1)
        if following:
            create_task(self.go(following))
        else:
            self._controls.show_message(Remark("worklist_end"))

    def segment_all(self) -> None:
        """Segment every case of the list, in the background."""
        for name in self._order:
            if self._items[name].state == TO_DO and self._background is not None:
                self._background.want(name, LATER)
        self._state.dgm_segmenting_all = True

    # --- what happens meanwhile ------------------------------------------------------------------------------------

    def _flush(self) -> bool:
        """Bring the last stroke into the journal; False when that cannot be written, which is said."""
        if self.case:
            self._controls.measure_now()
        return not self._controls.journal_failed

    def _measured(self) -> None:
        """The labels were measured, and what was edited is in the journal."""
        name = self.case
        if self.study is not None and name != self._state.dgm_case and not self._awaited:
            self._show_list()  # another file took the case's place
        if name in self._items and self.study is not None:
            before = self._items[name].state
            self._refresh(name)
            if self._items[name].state != before:
                self._show_list()

    async def _watch(self) -> None:
        background = self._background
        while background is not None and background is self._background:
            await asyncio.sleep(POLL_S)
            finished = background.poll()
            if not finished:
                continue
            with self._state as state:
                for one in finished:
                    if one.problem:
                        logging.error("%s: %s", one.name or "tables", one.problem)
                    self._refresh(one.name)
                self._show_list()
                state.dgm_segmenting_all &= any(item.state == TO_DO for item in self._items.values())
            for one in finished:
                await self._after(one.name, one.problem)

    async def _after(self, name: str, problem: str) -> None:
        if name and name == self._awaited:
            if problem:
                self._awaited = self._state.dgm_awaited = ""
                self._controls.show_message(Remark("case_failed", name=name, problem=problem), "error")
                self._state.flush()
                self._prepare_next(name)
            else:
                await self._show(name)
        elif name and name == self._neighbour(self.case, 1) and not problem:
            self._prepare_next(self.case)


def _heard(future: "asyncio.Future[LoadedCase]") -> None:
    """A case that cannot be read says so when it is opened."""
    if not future.cancelled():
        future.exception()
