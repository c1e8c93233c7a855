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

from models_for_tests import PHANTOM_MODEL

REPOSITORY = Path(__file__).resolve().parent.parent
EXTRA = ("trame_slicer", "slicer", "trame", "playwright")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE_S = 240  # waits end when a thing happens; only a failure, or a very busy machine, needs this long


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


class Program:
    """``dgmseg app`` in a process of its own; ``url`` is what it printed."""

    def __init__(self, *arguments: str, model: Path | None = PHANTOM_MODEL) -> None:
        self.temporary = Path(tempfile.mkdtemp(prefix="dgmseg-app-test-"))
        command = [
            sys.executable,
            "-m",
            "DGMSegmentationLib",
            "app",
            "--no-browser",
            "--port",
            "0",
            *arguments,
        ]
        if model is not None:
            command += ["--model", str(model)]
        environment = {**os.environ, "TMPDIR": str(self.temporary), "OMP_NUM_THREADS": "1"}
        environment["PYTHONPATH"] = os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
        started = time.monotonic()
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=REPOSITORY,
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
            self.stop()
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
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        code = self.process.wait()
        return code

    def clean(self) -> None:
        """Remove what a failed test may have left."""
        self.stop()
        shutil.rmtree(self.temporary, ignore_errors=True)


class Hand:
    """A user at the page."""

    def __init__(self, page) -> None:
        self.page = page

    def state(self, name: str):
        return self.page.evaluate("name => window.trame && window.trame.state.get(name)", name)

    def wait_for(self, name: str, condition, seconds: float = PATIENCE_S):
        """Wait until the state's value fulfils the condition; returns the value."""
        deadline = time.monotonic() + seconds
        while True:
            value = self.state(name)
            if condition(value):
                return value
            assert time.monotonic() < deadline, (
                f"{name} is still {value!r}; message: {self.state('dgm_message')!r}"
            )
            self.page.wait_for_timeout(20)

    def open_page(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector("#dgm-segment, #dgm-choose", state="attached")
        self.wait_for("dgm_rows", lambda rows: bool(rows))

    def open(self, path: Path | list[Path], kind: str = "volume", agree: bool = True) -> None:
        """Open > ..., with the browser's own file chooser."""
        before = self.state("dgm_measured"), self.state("dgm_message")
        self.page.click("#dgm-open")
        with self.page.expect_file_chooser() as chooser:
            self.page.click(f"#dgm-open-{kind}")
        chooser.value.set_files(path)
        deadline = time.monotonic() + PATIENCE_S
        while (self.state("dgm_measured"), self.state("dgm_message")) == before or self.busy():
            if agree and self.page.locator("#dgm-yes").is_visible():
                self.page.click("#dgm-yes")
            assert time.monotonic() < deadline, "nothing happened after a file was chosen"
            self.page.wait_for_timeout(20)

    def busy(self) -> bool:
        return bool(self.state("dgm_busy")) or self.state("dgm_upload") >= 0

    def segment(self) -> None:
        """Segment, and wait for the new table."""
        self.page.click("#dgm-segment")
        yes = self.page.locator("#dgm-yes")
        self.page.wait_for_timeout(300)
        if yes.is_visible():
            yes.click()
        self.wait_for("dgm_phase", lambda phase: phase != "idle")
        self.wait_for("dgm_phase", lambda phase: phase == "idle")
        assert self.state("dgm_message") == ""
        self.wait_for("dgm_has_labels", bool)

    def row(self, abbreviation: str) -> dict[str, str]:
        """A row of the table as the page shows it."""
        cells = self.page.locator(f"tr[data-label={abbreviation}] td[data-column]")
        return {
            cell.get_attribute("data-column"): cell.inner_text()
            for cell in (cells.nth(i) for i in range(cells.count()))
        }

    def rows(self) -> list[dict[str, str]]:
        return [{k: row[k] for k in ("id", "mean", "sd", "volume")} for row in self.state("dgm_rows")]

    def view(self, name: str) -> tuple[float, float]:
        """The middle of a view of the layout Quad View."""
        order = ("coronal", "sagittal", "threed", "axial")  # column by column
        box = self.page.locator(".layout-grid-item").nth(order.index(name)).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def stroke(self, x: float, y: float, dx: float, dy: float) -> None:
        """One stroke with the left button."""
        mouse = self.page.mouse
        mouse.move(x, y)
        self.page.wait_for_timeout(150)
        mouse.down()
        mouse.move(x + dx, y + dy, steps=8)
        self.page.wait_for_timeout(100)
        mouse.up()

    def changed(
        self, abbreviation: str, before: dict[str, str], seconds: float = PATIENCE_S
    ) -> dict[str, str]:
        """Wait for other numbers in a row."""
        deadline = time.monotonic() + seconds
        while self.row(abbreviation) == before:
            assert time.monotonic() < deadline, f"the row of {abbreviation} stayed {before}"
            self.page.wait_for_timeout(20)
        self.page.wait_for_timeout(250)
        return self.row(abbreviation)

    def save(self, kind: str, folder: Path) -> Path:
        """Save > ..., as a real download."""
        self.page.click("#dgm-save")
        with self.page.expect_download() as download:
            self.page.click(f"#dgm-save-{kind}")
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        self.page.wait_for_timeout(300)  # the menu closes
        return path
