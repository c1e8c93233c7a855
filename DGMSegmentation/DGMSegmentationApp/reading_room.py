"""A study in the app: the worklist, from case to case, done and rejected, while the next case is made ready."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from DGMSegmentationScene.case_loading import LoadedCase, load_case
from DGMSegmentationScene.growing_table import growing_table
from trame_server.utils.asynchronous import create_task

from DGMSegmentationLib.errors import DGMError, Remark, explained
from DGMSegmentationLib.language import texts_of
from DGMSegmentationLib.study.places import find_study
from DGMSegmentationLib.study.study import Study
from DGMSegmentationLib.study.walk import Walk
from DGMSegmentationLib.study.worklist import counts

from .controls import Controls
from .messages import FACE
from .options import Options
from .signing import Signing
from .state import chosen_options
from .study_state import case_of

_ = texts_of(__name__)
POLL_S = 0.2


class ReadingRoom:
    """What the worklist's buttons and keys do. All of it runs in the server's one loop."""

    def __init__(self, controls: Controls, options: Options) -> None:
        self._controls, self._options = controls, options
        self.walk: Walk | None = None
        """The way through the study that is open."""
        self.signing = Signing(self, controls)
        self._ready: dict[str, asyncio.Future[LoadedCase]] = {}
        self._awaited = self._blocked = ""  # the case that the reader waits for; one that cannot be shown
        self._said: list[Remark] = []
        controls.measured.connect(self._measured)
        self._state.change("dgm_order")(self._order_changed)

    @property
    def _state(self) -> Any:
        return self._controls.state

    @property
    def study(self) -> Study | None:
        """The study that is open."""
        return self.walk.study if self.walk is not None else None

    @property
    def case(self) -> str:
        """The name of the case that is open; empty when none is."""
        reading = self._controls.session.reading
        return reading.name if reading is not None else ""

    @property
    def here(self) -> str:
        """The name of the case where the reader stands, be it open or one that cannot be shown."""
        return self.case or self._blocked

    @property
    def blocked(self) -> bool:
        """Whether the reader stands at a case that cannot be shown."""
        return bool(self._blocked) and not self.leaving

    @property
    def leaving(self) -> bool:
        """Whether the next case is being read: the one that is shown is left already."""
        return bool(self._awaited and not self._state.dgm_awaited)

    # --- a study ----------------------------------------------------------------------------------------------------

    def open_study(self, paths: Sequence[Path]) -> None:
        """Open a folder, or several files; the worklist appears. Raises InputError for what is no study."""
        from DGMSegmentationLib.cohort.plan import CaseSettings

        options = chosen_options(self._state)
        study = Study(find_study(paths), self._options.reader, CaseSettings(options), self._options.blind)
        self.close()
        self.walk = Walk(study, self._state.dgm_order)
        self._ready.clear()
        self._blocked, self._state.dgm_blocked = "", {}
        self._state.dgm_study, self._state.dgm_reader = study.name, study.reader
        self._state.dgm_blind = study.blind
        self._state.dgm_study_place = str(study.output)
        self._state.dgm_worklist = True
        self.show_list()

    def start(self, said: Remark | None = None) -> None:
        """When the server runs: open the first case that is not done; ``said`` is shown with it."""
        if self.walk is None:
            return
        self._said = [said] if said else []
        create_task(self._watch(self.walk))
        self.walk.catch_up()
        create_task(self.go(self.walk.first()))

    def close(self) -> None:
        """End the process in the background; what it had to do is found again at the next start."""
        if self.walk is not None:
            self.walk.stop()
        self.walk = None

    def show_list(self) -> None:
        """The page shows the list as it is now."""
        walk, state = self.walk, self._state
        if walk is None:
            return
        state.dgm_cases = [case_of(item) for item in walk.items]
        state.dgm_counts = counts(walk.items)
        state.dgm_case = self.here
        state.dgm_case_state = walk[self.here].state if self.here in walk else ""
        state.dgm_study_table = growing_table(walk.items)
        state.dgm_segmenting_all &= any(walk.lacks_labels(item.name) for item in walk.items)

    def _order_changed(self, **_state: Any) -> None:
        if self.walk is not None:
            self.walk.list_all(self._state.dgm_order)
            self.show_list()

    # --- from case to case -----------------------------------------------------------------------------------------

    async def go(self, name: str) -> None:
        """Show a case; while it is not segmented yet, that is said and it appears when it is."""
        walk = self.walk
        if walk is None or name not in walk or not self.flush():
            return
        self._awaited = name
        if walk.lacks_labels(name):
            with self._state as state:
                state.dgm_awaited = name
                self._controls.show_message(Remark("case_being_segmented", name=name))
            walk.want(name, now=True)
            return
        await self._show(name)

    async def _show(self, name: str) -> None:
        walk, problem = self.walk, ""
        try:
            loaded = await self._loading(name)
        except Exception as error:
            problem = self._why(error)
        if self._awaited != name or walk is None or walk is not self.walk:
            return  # the reader went on
        self._awaited = self._blocked = ""
        self._ready.pop(name, None)
        with self._state as state:
            state.dgm_awaited, state.dgm_blocked = "", {}
            self._controls.show_message("")
            try:
                if not problem:
                    self._controls.show_case(loaded, walk.study)
            except Exception as error:
                problem = self._why(error)
            walk.refresh(name)
            if problem:
                self._block(name, problem)
                return
            self.show_list()
            said = " ".join(remark.sentence(FACE) for remark in (*self._said, *loaded.opened.remarks))
            self._said = []
            if said:
                self._controls.show_message(said)
        self._prepare_next(name)

    @staticmethod
    def _why(error: Exception) -> str:
        if not isinstance(error, DGMError):
            logging.error("A case cannot be shown", exc_info=error)
        return explained(error, _("Opening the case")).sentence(FACE)

    def _block(self, name: str, problem: str) -> None:
        """The reader stands at a case that cannot be shown: what was shown before goes, so that nobody takes it for this one."""
        self._controls.show_nothing()
        self._blocked, self._said = name, []
        self._state.dgm_blocked = {"name": name, "problem": problem}
        self.show_list()
        self._prepare_next(name)

    def _loading(self, name: str) -> "asyncio.Future[LoadedCase]":
        study = self.study
        assert study is not None
        if name not in self._ready:
            loop = asyncio.get_running_loop()
            self._ready[name] = loop.run_in_executor(None, load_case, study, name)
        return self._ready[name]

    def _prepare_next(self, name: str) -> None:
        """Segment the next case, and read it, while this one is read."""
        walk = self.walk
        following = walk.neighbour(name, 1) if walk is not None else ""
        for kept in set(self._ready) - {following}:
            self._ready.pop(kept)
        if walk is None or not following:
            return
        if walk.lacks_labels(following):
            walk.want(following)
        elif following not in self._ready:
            self._loading(following).add_done_callback(_heard)

    def key(self, name: str) -> None:
        """A key that the page's script passes on: next, previous, done, ask_why, save."""
        if name in ("next", "previous"):
            getattr(self, name)()
        elif name in ("done", "ask_why", "save"):
            getattr(self.signing, name)()

    def next(self) -> None:
        """The key N."""
        self._step(1)

    def previous(self) -> None:
        """The key B."""
        self._step(-1)

    def _step(self, step: int) -> None:
        if self.walk is None:
            return
        name = self.walk.neighbour(self._awaited or self.here, step)
        if name:
            create_task(self.go(name))
        else:
            self._controls.show_message(Remark("worklist_end") if step > 0 else Remark("worklist_begin"))

    def look_for_cases(self, asked: bool = True) -> None:
        """Cases that came into the folder since it was opened stand in the list; the open one stays.

        ``asked``: somebody waits for the answer that there are none.
        """
        if self.walk is None:
            return
        try:
            came = self.walk.look_again(self.here)
        except (DGMError, OSError) as error:
            if asked:
                self._controls.fail(error, _("The look for new cases"))
            return
        self.show_list()
        if came:
            self._controls.show_message(Remark("cases_came", names=came))
        elif asked:
            self._controls.show_message(Remark("cases_none_new"))

    def segment_all(self) -> None:
        """Segment every case of the list, in the background."""
        if self.walk is not None:
            self.walk.segment_all()
            self._state.dgm_segmenting_all = True

    # --- what happens meanwhile ------------------------------------------------------------------------------------

    def flush(self) -> bool:
        """Bring the last stroke into the journal; False when that cannot be written, which is said."""
        if self.case:
            self._controls.measure_now()
        return not self._controls.journal_failed

    def _measured(self) -> None:
        """The labels were measured, and what was edited is in the journal."""
        if self._controls.session.volume is not None:
            self._blocked = ""
        name, walk = self.here, self.walk
        if walk is None:
            return
        other = name != self._state.dgm_case and not self._awaited  # another file took the case's place
        if walk.refresh(name) or other:
            with self._state:
                self.show_list()

    async def _watch(self, walk: Walk) -> None:
        while walk is self.walk:
            await asyncio.sleep(POLL_S)
            if walk.grown():
                with self._state:
                    self.look_for_cases(asked=False)
            finished, changed = walk.poll(), walk.changed()
            if not finished and not changed:
                continue
            with self._state:
                self.show_list()
            self._read_again(changed)
            for one in finished:
                await self._after(walk, one.name, one.problem)

    def _read_again(self, names: Sequence[str]) -> None:
        """What was read of a case before somebody else changed it does not count."""
        for name in names:
            if name != self._awaited and self._ready.pop(name, None) is not None:
                self._prepare_next(self.here)

    async def _after(self, walk: Walk, name: str, problem: str) -> None:
        if name and name == self._awaited:
            if problem:
                self._said = [Remark("case_failed", name=name, problem=problem)]
            await self._show(name)
        elif name and not problem and name == walk.neighbour(self.here, 1):
            self._prepare_next(self.here)


def _heard(future: "asyncio.Future[LoadedCase]") -> None:
    """A case that cannot be read says so when it is opened."""
    if not future.cancelled():
        future.exception()
