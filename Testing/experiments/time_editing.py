"""What editing in the browser app takes on this machine, in real Chromium: strokes to the table, pictures after a key or a click.

python Testing/experiments/time_editing.py [QSM] [--grid 512x512x160] [--times 8]

Without QSM, the bundled sample. "wall" is what the user waits, "CPU" what the server computed meanwhile (POSIX only). Stroke
and undo end with the new row in the table; the others with the next picture of the axial view in the browser. ``--grid``:
the QSM is repeated to that many voxels first (nearest neighbour).
"""

# ruff: noqa: E402 (the path comes first)

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1]), str(HERE.parents[1] / "support")]

from app_user import PATIENCE_S, Program, User, browser, missing
from finer import repeated

from DGMSegmentationLib.resources import resource_path

WATCH = """
    window.shown = [];
    window.widest = 0;
    const make = URL.createObjectURL;
    URL.createObjectURL = function (blob) {
        const size = createImageBitmap(blob);
        size.then(({width}) => {
            window.widest = Math.max(width, window.widest);
            window.shown.push([performance.now(), width]);
        }, () => {});
        return make.call(URL, blob);
    };
"""
ACT = """async act => {
    const began = performance.now();
    new Function(act)();
    for (;;) {
        const found = window.shown.find(([when, width]) => when > began && width === window.widest);
        if (found) return found[0] - began;
        if (performance.now() - began > 20000) return -1;
        await new Promise(go => setTimeout(go, 2));
    }
}"""
PRESS = "document.body.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}', bubbles: true}}))"
ACTIONS = {
    "slice step": [PRESS.format(key="PageDown")] * 3 + [PRESS.format(key="PageUp")] * 3,
    "row click": [f"document.querySelector('tr[data-label={s}]').click()" for s in ("GP_L", "PU_R", "CN_L", "PU_L")],
    "window": [PRESS.format(key="w")],
    "labels hidden or shown": [PRESS.format(key="h")],
}  # fmt: skip


class Times:
    """Seconds by action."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.found: dict[str, list[tuple[float, float]]] = {}

    def note(self, what: str, act: Callable[[], float | None]) -> None:
        """Measure an action; what it returns is the wall time in seconds, else its own is taken."""
        cpu, wall = self._program.cpu(), time.perf_counter()
        given = act()
        taken = time.perf_counter() - wall if given is None else given
        self.found.setdefault(what, []).append((taken, self._program.cpu() - cpu))
        print(f"{what}: {taken:.3f} s, CPU {self.found[what][-1][1]:.3f} s", flush=True)

    def table(self) -> str:
        """Markdown."""
        lines = ["| action | wall, s | range | CPU of the server, s | range |", "|---|---|---|---|---|"]
        for what, pairs in self.found.items():
            cells = []
            for values in zip(*pairs, strict=True):
                cells += [f"{statistics.median(values):.3f}", f"{min(values):.3f} to {max(values):.3f}"]
            lines.append(f"| {what} | " + " | ".join(cells) + " |")
        return "\n".join(lines)


def measure(user: User, times: Times, repeats: int) -> None:
    """All actions, on a page with labels."""
    page = user.page

    def rest() -> None:
        page.wait_for_timeout(
            1500
        )  # pictures in full quality, doubts, thumbnails: nothing of the action before

    def note(what: str, do: Callable[[], object], number: int) -> None:
        """Until the row is another one; the first of a kind warms up."""
        before = user.row("PU_L")

        def act() -> None:
            do()
            user.changed("PU_L", before)

        if number:
            times.note(what, act)
        else:
            act()

    for what, scripts in ACTIONS.items():
        for number in range(repeats + 1):
            rest()
            script = scripts[number % len(scripts)]
            act = lambda script=script: page.evaluate(ACT, script) / 1000  # noqa: E731
            times.note(what, act) if number else act()  # the first of a kind warms up
    user.choose("PU_L")
    user.tool("erase", key="e")
    x, y = user.view("axial")
    mouse = page.mouse
    for number in range(repeats + 1):
        rest()
        mouse.move(x - 8, y)
        mouse.down()
        mouse.move(x + 8 + number, y + 8, steps=8)
        page.wait_for_timeout(500)
        note("stroke to table", mouse.up, number)
        rest()
        note("undo to table", lambda: page.keyboard.press("Control+z"), number)


def main() -> None:
    """Start the program, segment, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("qsm", type=Path, nargs="?")
    parser.add_argument("--grid")
    parser.add_argument("--times", type=int, default=8)
    wanted = parser.parse_args()
    if missing():
        sys.exit(missing())
    from playwright.sync_api import sync_playwright

    file = wanted.qsm or resource_path("Sample", "sub-sample_Chimap.nii.gz")
    os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        if wanted.grid:
            grid = tuple(int(n) for n in wanted.grid.split("x"))
            file = repeated(file, grid, Path(work) / "sub-fine_Chimap.nii.gz")
        program = Program(str(file), model=None)
        try:
            chromium = playwright.chromium.launch(
                executable_path=browser(), args=["--no-sandbox", "--disable-gpu"]
            )
            context = chromium.new_context(viewport={"width": 1280, "height": 720})
            context.set_default_timeout(1000 * PATIENCE_S)
            context.add_init_script(WATCH)
            user = User(context.new_page())
            user.open_page(program.url)
            user.wait_for("dgm_file", bool)
            user.segment()
            times = Times(program)
            print(f"load before: {os.getloadavg()[0]:.1f}", flush=True)
            measure(user, times, wanted.times)
            print(times.table())
            print(f"load after: {os.getloadavg()[0]:.1f}")
            chromium.close()
        finally:
            program.clean()


if __name__ == "__main__":
    main()
