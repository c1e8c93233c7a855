"""The reading room without a browser: a case that cannot be shown, the ends of the list, a blind reading."""

import asyncio
import importlib.util
import shutil
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from cohorts import add_subject
from patience import PATIENCE_S
from small_study import Reader, labelled, study_of

sys.path.append(str(Path(__file__).resolve().parents[2] / "DGMSegmentation"))

if importlib.util.find_spec("trame_slicer") is None:
    pytest.skip("not installed: trame-slicer (extra: app)", allow_module_level=True)

from DGMSegmentationLib.study.journal import journal_files, read_sessions
from DGMSegmentationLib.study.lookout import Lookout
from DGMSegmentationLib.study.places import find_study
from DGMSegmentationLib.study.work import Job, bring_up, write_tables
from DGMSegmentationLib.study.worklist import item_of

pytest_plugins = ["app_fixtures"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three cases with labels; the second one's image is cut, as the background finds it."""
    root = tmp_path_factory.mktemp("room")
    for number in (1, 3):
        labelled(root, f"sub-{number:02}", number)
    path = add_subject(root, "sub-02", 2)
    path.write_bytes(path.read_bytes()[:20_000])
    assert bring_up(Job.of(study_of(root)), "sub-02")
    return root


class Visit:
    """A reader in the room; what they do happens in the app's own loop."""

    def __init__(self, bench, folder, reader, blind=False):
        from DGMSegmentationApp.options import decide

        self.bench, self.room, self.state = bench, bench.app.room, bench.state
        self.room._options = decide(port=0, reader=reader, blind=blind)

        async def begin():
            with self.state:
                self.room.open_study([folder])
                self.room.start()

        bench.run(begin())
        self.until(lambda: self.room.here and not self.room.leaving)

    def until(self, condition):
        deadline = time.monotonic() + PATIENCE_S

        async def wait():
            while not condition():
                assert time.monotonic() < deadline, self.state.dgm_message
                await asyncio.sleep(0.02)

        self.bench.run(wait())

    def do(self, act, *arguments):
        async def now():
            with self.state:
                act(*arguments)

        self.bench.run(now())

    def press(self, key, name=""):
        """A key; with a name wait until the reader stands at that case."""
        self.do(self.room.key, key)
        if name:
            self.until(lambda: self.state.dgm_case == name and not self.room.leaving)

    def open(self, name):
        """A click in the list."""
        self.bench.run(self.room.go(name))
        self.until(lambda: self.state.dgm_case == name and not self.room.leaving)

    def leave(self):
        self.do(self.room.close)
        self.state.update({"dgm_study": "", "dgm_case": "", "dgm_cases": []})
        self.bench.open()


@pytest.fixture
def visit(bench, folder):
    begun = []

    def begin(reader, blind=False):
        begun.append(Visit(bench, folder, reader, blind))
        return begun[-1]

    yield begin
    for one in begun:
        one.leave()


def test_an_image_that_cannot_be_read_is_passed_and_rejected(visit, folder):
    here = visit("anna")
    session, state = here.bench.app.session, here.state
    output = find_study([folder]).output
    assert state.dgm_case == "sub-01" and state.dgm_has_labels
    here.press("previous")
    assert "the first case" in state.dgm_message
    here.do(here.bench.editor.resize_brush, 3)
    here.do(here.bench.controls.key, "p")
    brush = here.bench.slicer_editor.active_effect.get_brush_diameter()
    here.press("next", "sub-02")
    # nothing of the patient before is left, and why is said
    assert state.dgm_blocked["name"] == "sub-02" and "cut" in state.dgm_blocked["problem"]
    assert session.volume is None and session.segmentation is None and not state.dgm_file
    assert not any(row["mean"] for row in state.dgm_rows) and not state.dgm_has_labels
    for key in ("next_doubt", "undo", "p", "slice_up", "structure_1", "hide", "exchange"):
        here.do(here.bench.controls.key, key)
    here.press("done")
    assert "sub-02 cannot be shown" in state.dgm_message and journal_files(output, "sub-02") == []
    here.press("previous", "sub-01")
    assert not state.dgm_blocked and state.dgm_has_labels
    here.press("next", "sub-02")
    here.press("next", "sub-03")
    assert state.dgm_has_labels and session.volume is not None
    here.do(here.bench.controls.key, "p")
    assert here.bench.slicer_editor.active_effect.get_brush_diameter() == brush
    here.press("next")
    assert "the last case" in state.dgm_message and state.dgm_case == "sub-03"
    here.press("previous", "sub-02")
    here.press("ask_why")
    assert state.dgm_rejecting
    here.do(here.room.signing.reject, "  ")
    assert "few words" in state.dgm_reject_problem and state.dgm_rejecting
    assert journal_files(output, "sub-02") == []
    here.do(here.room.signing.reject, "cut while it was copied")
    here.until(lambda: state.dgm_case == "sub-03" and not here.room.leaving)
    assert not state.dgm_rejecting
    item = item_of(study_of(folder, "bert"), "sub-02")
    assert (item.state, item.reason, item.reader) == ("rejected", "cut while it was copied", "anna")
    # whoever comes later passes it, and can take the word back
    here.press("previous", "sub-02")
    assert state.dgm_case_state == "rejected"
    here.press("ask_why")
    assert not state.dgm_rejecting
    here.do(here.room.signing.reopen)
    assert state.dgm_case_state == "in review"
    here.do(here.room.signing.reject, "cut while it was copied")
    here.until(lambda: state.dgm_case == "sub-03" and not here.room.leaving)


def test_an_image_that_was_mended_begins_with_its_labels(visit, folder, tmp_path):
    """The rejection's journal holds no labels, and takes none away."""
    study = study_of(folder)
    broken = study.case("sub-02").image
    kept = broken.read_bytes()
    study.journal_unread("sub-02").reject("cut")
    broken.write_bytes(add_subject(tmp_path, "sub-02", 2).read_bytes())
    try:
        opened = study.open("sub-02")
        assert opened.labels is None and opened.remarks == ()
        here = visit("anna")
        here.press("next", "sub-02")
        assert not here.state.dgm_blocked and here.bench.app.session.volume is not None
        here.do(here.room.signing.reopen)
        assert here.state.dgm_case_state == "in review"
    finally:
        broken.write_bytes(kept)
        for path in journal_files(study.output, "sub-02"):
            path.unlink()


def test_a_blind_reading_shows_nothing_of_what_others_signed(visit, folder):
    """Neither in the list, nor by the addresses of the page, the table and the pictures."""
    import aiohttp
    from aiohttp import web
    from aiohttp.test_utils import TestServer
    from DGMSegmentationApp.study_routes import StudyRoutes

    study = study_of(folder)
    assert Reader(study, "sub-01").stroke().sign() is not None
    assert bring_up(Job.of(study), "sub-01") == "" and write_tables(Job.of(study)) == ""
    addresses = ("/study/page", "/study/table", "/study/picture/sub-01", "/study/picture/sub-03")

    async def answers(room):
        application = web.Application()
        StudyRoutes(room).add_to(application)
        async with TestServer(application) as server, aiohttp.ClientSession() as client:
            found = {}
            for address in addresses:
                async with client.get(server.make_url(address)) as answer:
                    found[address] = answer.status, "blind reading" in await answer.text(errors="replace")
            return found

    here = visit("bert", blind=True)
    withheld, shown, none_yet = (403, True), (200, False), (404, False)
    assert here.bench.run(answers(here.room)) == dict(
        zip(addresses, (withheld, withheld, withheld, none_yet), strict=True)
    )
    assert here.state.dgm_blind and here.state.dgm_adapt_count == 0
    first = here.state.dgm_cases[0]
    silent = {"verdict": "", "flagged": 0, "reader": "", "others": "", "why": "", "picture": ""}
    assert first["state"] == "segmented" and {key: first[key] for key in silent} == silent
    assert here.state.dgm_study_table["rows"] == []
    assert not any(read.reader == "bert" for read in read_sessions(study.output, "sub-01"))
    here.leave()
    here = visit("bert")
    assert [*here.bench.run(answers(here.room)).values()] == [shown, shown, shown, none_yet]
    assert [line["name"] for line in here.state.dgm_study_table["rows"]] == ["sub-01"]


def test_cases_that_come_into_the_folder_stand_in_the_list(visit, folder, monkeypatch):
    """By the button at once, and by themselves; the open one stays, also when its image goes."""
    monkeypatch.setattr("DGMSegmentationLib.study.walk.Lookout", partial(Lookout, every_s=0.05))
    here = visit("fred")
    here.open("sub-03")
    gone = folder / "sub-03/anat"
    try:
        labelled(folder, "sub-00", 4)
        gone.rename(folder / "away")
        here.do(here.room.look_for_cases)
        assert here.state.dgm_case == "sub-03"
        names = [case["name"] for case in here.state.dgm_cases]
        assert names == ["sub-00", "sub-01", "sub-02", "sub-03"]
        here.until(lambda: len(here.state.dgm_cases) == 4)
        here.press("previous", "sub-02")
        here.do(here.room.look_for_cases)
        assert [case["name"] for case in here.state.dgm_cases] == ["sub-00", "sub-01", "sub-02"]
        (folder / "away").rename(gone)
        here.until(lambda: len(here.state.dgm_cases) == 4)
        assert "sub-03" in here.state.dgm_message and here.state.dgm_case == "sub-02"
    finally:
        if not gone.is_dir():
            (folder / "away").rename(gone)
        shutil.rmtree(folder / "sub-00")
