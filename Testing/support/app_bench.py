"""The browser app without its web server and without a browser: what the tests of the editor and the controls share."""

import asyncio
import json
import time
from pathlib import Path

import numpy as np
from patience import PATIENCE_S

from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.structures import STANDARD

WIDTH, HEIGHT = 428, 336
LABEL = {s.abbreviation: s.label for s in STANDARD}


class Bench:
    """The app without its web server, and a hand at its axial view."""

    def __init__(self) -> None:
        from DGMSegmentationApp.application import Application
        from DGMSegmentationApp.options import decide

        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.image, self.labels = phantom((80, 96, 76), (2.0, 2.0, 2.0))
        self.app = self.run(self._build(Application, decide(port=0)))
        self.controls, self.editor, self.state = self.app.controls, self.app.editor, self.app.server.state
        self.state.ready()
        self.open()
        self.slicer_editor = self.editor.segmentation_editor
        (self.view,) = (
            view
            for view in self.app.slicer.view_manager.get_slice_views()
            if view.get_orientation() == "Axial"
        )

    @staticmethod
    async def _build(application, options):
        return application(options)

    def run(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    def open(self) -> None:
        """A volume with the true labels, which count as the model's."""
        from DGMSegmentationScene.edits import mark_unedited

        async def show() -> None:
            with self.state:  # as the page's own clicks: what is set is told before anything else is set
                self.controls.show(self.image, "volume", "phantom")
                self.controls.show(self.labels, "labels", "labels")
                for view in self.app.slicer.view_manager.get_views():
                    view.interactor().UpdateSize(WIDTH, HEIGHT)
                    view.interactor().InvokeEvent("WindowResizeEvent")
                self.controls.reset_views()
                mark_unedited(self.app.session.segmentation)
                self.controls.show_table()

        self.run(show())

    @staticmethod
    def write(image, path: Path) -> Path:
        """An image as a file, to be opened."""
        write_nifti(path, image.data.astype(np.float32), image.affine, description="phantom")
        return path

    def rows(self) -> dict[str, tuple[int, float]]:
        return {r.abbreviation: (r.n_voxels, r.mean_ppb) for r in self.app.session.measurement.rows}

    def act(self, action) -> dict[str, tuple[int, float]]:
        """Do something that changes labels; returns the next table."""
        deadline = time.monotonic() + PATIENCE_S

        async def settled() -> None:
            """Until no measurement is on its way: an edit may be measured more than once."""
            before = None
            while before != self.state.dgm_measured:
                before = self.state.dgm_measured
                await asyncio.sleep(0.4)

        async def wait() -> None:
            await settled()
            before = self.state.dgm_measured
            action()
            while self.state.dgm_measured == before:
                assert time.monotonic() < deadline, "the table was not measured again"
                await asyncio.sleep(0.02)
            await settled()

        self.run(wait())
        return self.rows()

    def key(self, name: str) -> None:
        async def press() -> None:
            self.controls.key(name)

        self.run(press())

    def set_range(self, low: float, high: float) -> None:
        """The range of the tool Threshold, once the tool has found its own (a moment after it is taken)."""
        effect, deadline = self.slicer_editor.active_effect, time.monotonic() + PATIENCE_S
        while effect.get_threshold_min_max_values() != (low, high):
            assert time.monotonic() < deadline, "the range was not kept"
            effect.set_threshold_min_max_values((low, high))
            self.run(asyncio.sleep(0.5))

    def first_window(self) -> None:
        """The window of values that the app begins with."""
        from DGMSegmentationApp.reading import WINDOWS_PPB

        async def show() -> None:
            with self.state as state:
                state.dgm_window = list(WINDOWS_PPB[0])

        self.run(show())

    def choose(self, abbreviation: str) -> None:
        self.controls.select(LABEL[abbreviation])

    def stroke(self, dx: int, dy: int, x: int = 0, y: int = 0) -> None:
        """A stroke in the axial view; pixels from its middle."""
        from vtkmodules.vtkWebCore import vtkRemoteInteractionAdapter

        x, y = WIDTH // 2 + x, HEIGHT // 2 + y

        def event(kind: str, px: float, py: float) -> None:
            keys = {"ctrlKey": 0, "controlKey": 0, "shiftKey": 0, "altKey": 0}
            content = {"type": kind, "x": int(px), "y": int(py), "w": WIDTH, "h": HEIGHT, **keys}
            vtkRemoteInteractionAdapter.ProcessEvent(self.view.interactor(), json.dumps(content))

        event("MouseMove", x, y)
        event("LeftButtonPress", x, y)
        for step in range(1, 9):
            event("MouseMove", x + dx * step / 8, y + dy * step / 8)
        event("LeftButtonRelease", x + dx, y + dy)


class FakeRun:
    """A run that ends when the test says, with what it says, without a worker."""

    def __init__(self, bench, monkeypatch, text: str, detail: str = "", node_id: str = "") -> None:
        from DGMSegmentationScene.runner import IDLE, RUNNING
        from DGMSegmentationScene.updates import Update

        runner, self.bench, self.ending = bench.app.session.runner, bench, False

        def start(*_arguments) -> None:
            runner.state = RUNNING

        def poll() -> list:
            if not self.ending:
                return []
            runner.state = IDLE
            node = node_id or bench.app.session.segmentation.GetID()
            return [Update("finished", text, 1.0, detail, node)]

        monkeypatch.setattr(runner, "state", IDLE)
        monkeypatch.setattr(bench.app.session, "start", start)
        monkeypatch.setattr(runner, "poll", poll)
        bench.state.dgm_reason = ""
        self.start()

    def start(self) -> None:
        async def click() -> None:
            self.bench.controls.segment()

        self.bench.run(click())

    def end(self) -> None:
        self.ending = True

        async def wait() -> None:
            deadline = time.monotonic() + PATIENCE_S
            while self.bench.state.dgm_phase != "idle":
                assert time.monotonic() < deadline
                await asyncio.sleep(0.02)

        self.bench.run(wait())
