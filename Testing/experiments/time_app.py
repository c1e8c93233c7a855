"""The browser app's times on this machine, in real Chromium: start to usable page, click to labels, stroke to table.

python Testing/experiments/time_app.py [QSM] [--repeats 5]

Without QSM, the bundled sample. Every repeat starts the program anew; medians and the range are printed.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent), str(HERE), str(HERE.parents[1])]

STROKES = 6


def main() -> None:
    """Start the program several times and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("qsm", type=Path, nargs="?")
    parser.add_argument("--repeats", type=int, default=5)
    wanted = parser.parse_args()
    from app_user import browser, missing
    from playwright.sync_api import sync_playwright

    from DGMSegmentationLib.resources import resource_path

    if missing():
        sys.exit(missing())
    file = wanted.qsm or resource_path("Sample", "sub-sample_Chimap.nii.gz")
    times: dict[str, list[float]] = {}
    os.environ["OMP_NUM_THREADS"] = str(os.cpu_count())  # the tests give the program one thread
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        for repeat in range(wanted.repeats):
            # Every other time the click comes as soon as it can, before the engine has loaded by itself.
            _run(chromium, file, bool(repeat % 2), times)
        chromium.close()
    print("| step | median, s | range |\n|---|---|---|")
    for step, seconds in times.items():
        print(f"| {step} | {statistics.median(seconds):.2f} | {min(seconds):.2f} to {max(seconds):.2f} |")


def _run(chromium, file: Path, wait: bool, times: dict[str, list[float]]) -> None:
    from app_user import PATIENCE_S, Program, User

    def note(step: str, since: float) -> None:
        times.setdefault(step, []).append(time.perf_counter() - since)

    started = time.perf_counter()
    program = Program(str(file), model=None)
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(1000 * PATIENCE_S)
    try:
        note("start to address", started)
        page = context.new_page()
        user = User(page)
        user.open_page(program.url)
        page.wait_for_selector("#dgm-segment:not([disabled])")
        note("start to usable page, volume open", started)
        page.wait_for_timeout(6000 if wait else 0)
        clicked = time.perf_counter()
        user.segment()
        note(f"click to labels and table, {'engine loaded meanwhile' if wait else 'at once'}", clicked)
        clicked = time.perf_counter()
        user.segment()
        note("click to labels and table, again", clicked)
        user.choose("PU_L")
        user.tool("paint", key="p")
        x, y = user.view("axial")
        for number in range(STROKES):
            before = user.row("PU_L")
            user.stroke(x, y, 10 * number, -70)
            lifted = time.perf_counter()
            painted = user.changed("PU_L", before)
            note("stroke to table", lifted)
            page.keyboard.press("Control+z")
            user.changed("PU_L", painted)
    finally:
        context.close()
        program.clean()


if __name__ == "__main__":
    main()
