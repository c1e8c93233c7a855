"""What the browser tests and the screenshots share: the real program in a process of its own, real Chromium on its page."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from models_for_tests import PHANTOM_MODEL
from patience import PATIENCE_S

REPOSITORY = Path(__file__).resolve().parents[2]
EXTRA = ("trame_slicer", "slicer", "trame", "playwright")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def missing() -> str:
    """Why the browser tests cannot run here; empty when they can."""
    import importlib.util

    absent = [name for name in EXTRA if importlib.util.find_spec(name) is None]
    if absent:
        return f"not installed: {', '.join(absent)} (pip install '.[test-app]', see make test-app)"
    if browser() is None:
        return "no Chromium on the path (Debian: apt-get install chromium), nor in DGMSEG_CHROMIUM"
    return ""


def browser() -> str | None:
    """The path of the system's Chromium."""
    named = os.environ.get("DGMSEG_CHROMIUM")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


MARKS = [
    pytest.mark.skipif(bool(missing()), reason=missing() or "everything is here"),
]
SHAPE, SPACING = (80, 96, 76), (2.0, 2.0, 2.0)  # of the phantom that the tests open


class Program:
    """``dgmseg app`` in a process of its own; ``url`` is what it printed. ``folder``: where it is started."""

    def __init__(
        self, *arguments: str, model: Path | None = PHANTOM_MODEL, folder: Path = REPOSITORY
    ) -> None:
        self.temporary = Path(tempfile.mkdtemp(prefix="dgmseg-app-test-"))
        command = [
            sys.executable,
            "-m",
            "DGMSegmentationLib",
            "app",
            "--no-browser",
            "--port",
            "0",
            *(() if "--language" in arguments else ("--language", "en")),
            *arguments,
        ]
        if model is not None:
            command += ["--model", str(model)]
        environment = {"OMP_NUM_THREADS": "1", **os.environ, "TMPDIR": str(self.temporary)}
        environment["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
        started = time.monotonic()
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._found = threading.Event()
        self.url = ""
        threading.Thread(target=self._read, daemon=True).start()
        self._found.wait(PATIENCE_S)
        self.seconds = time.monotonic() - started
        if not self.url:
            self.clean()
            raise AssertionError("the app did not start:\n" + "".join(self.lines))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.search(r"runs at (http\S+)", line)
            if found:
                self.url = found[1]
                self._found.set()
        self._found.set()

    def cpu(self) -> float:
        """Seconds of CPU that the program has used, without its children (Linux)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def children(self) -> list[int]:
        """Process ids of the program's children (the worker)."""
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        return [int(word) for word in found.stdout.split()]

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End the program as a terminal does and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        code = self.process.wait()
        return code

    def clean(self) -> None:
        """Remove what a failed test may have left."""
        self.stop()
        shutil.rmtree(self.temporary, ignore_errors=True)


class User:
    """A user at the page. Waits end when the thing happens, never after a fixed time."""

    def __init__(self, page) -> None:
        self.page = page

    def until(self, look, why: str, seconds: float = PATIENCE_S):
        """Look again and again until something true is seen; returns it."""
        deadline = time.monotonic() + seconds
        while not (seen := look()):
            assert time.monotonic() < deadline, f"{why}; message: {self.state('dgm_message')!r}"
            self.page.wait_for_timeout(25)
        return seen

    def state(self, name: str):
        return self.page.evaluate("name => window.trame && window.trame.state.get(name)", name)

    def wait_for(self, name: str, condition, seconds: float = PATIENCE_S):
        """Wait until the state's value fulfils the condition; returns the value."""
        seen: list = [None]

        def look() -> bool:
            seen[0] = self.state(name)
            return bool(condition(seen[0]))

        self.until(look, f"{name} did not become what was expected", seconds)
        return seen[0]

    def open_page(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector("#dgm-segment, #dgm-choose", state="attached")
        self.wait_for("dgm_rows", bool)

    def open(self, path: Path | list[Path], kind: str = "volume", agree: bool = True) -> None:
        """Open > ..., with the browser's own file chooser; waits until it is open, or for another message."""
        before = self.state("dgm_done"), self.state("dgm_message")
        self.page.click("#dgm-open")
        with self.page.expect_file_chooser() as chooser:
            self.page.click(f"#dgm-open-{kind}")
        chooser.value.set_files(path)
        self.page.locator(f"#dgm-open-{kind}").wait_for(state="hidden")

        willing = [agree]

        def look() -> bool:
            self._agree_once(willing)
            return (self.state("dgm_done"), self.state("dgm_message")) != before and not self.busy()

        self.until(look, "nothing happened after a file was chosen")

    def _agree_once(self, willing: list[bool]) -> None:
        """Say yes when the program asks, and not again while the answered question fades away."""
        if willing[0] and self.state("dgm_question").get("title"):
            willing[0] = False
            self.page.click("#dgm-yes")

    def busy(self) -> bool:
        return bool(self.state("dgm_busy") or self.state("dgm_saving")) or self.state("dgm_upload") >= 0

    def forget_message(self) -> None:
        """So that the same sentence is seen when it comes again."""
        self.page.evaluate("window.trame.state.update({ dgm_message: '' })")
        self.wait_for("dgm_message", lambda text: text == "")

    def segment(self) -> None:
        """Segment, agree when asked, and wait for the new table."""
        before = self.state("dgm_done")
        self.page.click("#dgm-segment")

        willing = [True]

        def look() -> bool:
            self._agree_once(willing)
            assert self.state("dgm_message_kind") != "error" or not self.state("dgm_message")
            return self.state("dgm_done") > before

        self.until(look, "the run did not end with a table")
        self.page.locator("#dgm-question").wait_for(state="hidden")
        assert self.state("dgm_message") == ""
        assert self.state("dgm_has_labels")

    def row(self, abbreviation: str) -> dict[str, str]:
        """A row of the table as the page shows it, read in one moment."""
        return self.page.evaluate(
            """id => Object.fromEntries([...document.querySelectorAll(`tr[data-label=${id}] td[data-column]`)]
                .map(cell => [cell.dataset.column, cell.innerText]))""",
            abbreviation,
        )

    def rows(self) -> list[dict[str, str]]:
        return [{k: row[k] for k in ("id", "mean", "sd", "volume")} for row in self.state("dgm_rows")]

    def choose(self, abbreviation: str) -> None:
        """A click on a row: that structure is the one to edit, in the middle of the views."""
        row = self.page.locator(f"tr[data-label={abbreviation}]")
        row.click()
        self.until(lambda: row.get_attribute("aria-selected") == "true", f"{abbreviation} was not chosen")

    def tool(self, name: str, key: str = "") -> None:
        """Take a tool by its key, else by its button."""
        if key:
            self.page.keyboard.press(key)
        else:
            self.page.click(f"#dgm-tool-{name}")
        self.page.wait_for_selector(f"#dgm-tool-{name}.v-btn--active")

    def view(self, name: str) -> tuple[float, float]:
        """The middle of a view of the first layout."""
        order = ("axial", "coronal", "sagittal", "threed")
        box = self.page.locator(".layout-grid-item").nth(order.index(name)).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def stroke(self, x: float, y: float, dx: float, dy: float) -> None:
        """One stroke with the left button. What the mouse does reaches the program in its order, however late."""
        mouse = self.page.mouse
        mouse.move(x - 3, y)
        mouse.move(x, y)
        self.page.wait_for_timeout(100)
        mouse.down()
        mouse.move(x + dx, y + dy, steps=8)
        self.page.wait_for_timeout(100)
        mouse.up()

    def changed(self, abbreviation: str, before: dict[str, str]) -> dict[str, str]:
        """Wait for other numbers in a row; returns them."""
        seen: list = [before]

        def look() -> bool:
            seen[0] = self.row(abbreviation)
            return seen[0] != before

        self.until(look, f"the row of {abbreviation} stayed {before}")
        return seen[0]

    def save(self, kind: str, folder: Path) -> Path:
        """Save > ..., as a real download."""
        self.page.click("#dgm-save")
        with self.page.expect_download() as download:
            self.page.click(f"#dgm-save-{kind}")
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        self.page.locator(f"#dgm-save-{kind}").wait_for(state="hidden")
        return path
