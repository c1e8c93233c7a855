"""A scripted reader in Chromium: from ``dgmseg app STUDY`` to the finished table, with the seconds from Done to the next patient.

    python Testing/experiments/read_twenty.py BIDS_DIR FOLDER [--subjects 20] [--model default] [--correct 5]

FOLDER becomes a study with links to the maps of BIDS_DIR. Every ``--correct``-th patient gets a stroke of the eraser. In the end
the cohort must have nothing to do, and its tables those of the reading. Needs two idle cores for times that mean anything.
"""

# ruff: noqa: E402 (the path comes first)

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1] / "support")]

from app_user import Program, browser
from playwright.sync_api import sync_playwright
from reading import Reader, cohort_agrees, link_study

from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.options import SegmentOptions

MOST = 20


def read(folder: Path, model: str, correct: int, look_s: float) -> list[tuple[float, float]]:
    """Read all patients of a study; seconds from each Done to the next one's labels and table, and of the server's CPU."""
    program = Program(str(folder), "--reader", "script", model=Path(model))
    waits = []
    try:
        with sync_playwright() as playwright:
            opened = playwright.chromium.launch(
                executable_path=browser(), args=["--no-sandbox", "--disable-gpu"]
            )
            reader = Reader(opened.new_context(viewport={"width": 1280, "height": 720}).new_page())
            name = reader.begin(program)
            names = [one["name"] for one in reader.state("dgm_cases")]
            for number, expected in enumerate(names):
                assert name == expected, (name, expected)
                if correct and number % correct == 0:
                    reader.correct("PU_L")
                reader.page.wait_for_timeout(1000 * look_s)  # nobody signs without a look
                if number + 1 == len(names):
                    reader.page.keyboard.press("Control+Enter")
                    break
                reader.ready(names[number + 1])
                before = program.cpu()
                name, seconds = reader.done()
                waits.append((seconds, program.cpu() - before))
                print(
                    f"{expected}: next patient after {seconds:.2f} s, {waits[-1][1]:.2f} s of CPU", flush=True
                )
            states = dict.fromkeys(names, "done")
            reader.wait_for("dgm_cases", lambda cases: {c["name"]: c["state"] for c in cases} == states)
            reader.tables_written(folder, states)
            opened.close()
    finally:
        program.clean()
    return waits


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bids", type=Path)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--subjects", type=int, default=MOST)
    parser.add_argument("--model", default="default")
    parser.add_argument("--correct", type=int, default=5)
    parser.add_argument("--look", type=float, default=4.0, help="seconds of looking before each Done")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="reading-"))
    subjects = sorted(p.name for p in given.bids.glob("sub-*"))[: given.subjects]
    link_study(given.bids, folder, subjects)
    waits = read(folder, given.model, given.correct, given.look)
    cohort_agrees(folder, CaseSettings(SegmentOptions(given.model)))
    seconds, cpu = zip(*waits, strict=True)
    print(
        f"{len(subjects)} patients; Done to the next one: median {statistics.median(seconds):.2f} s, "
        f"{min(seconds):.2f} to {max(seconds):.2f} s; of the server's CPU {statistics.median(cpu):.2f} s; "
        f"load {os.getloadavg()[0]:.1f}; the cohort's tables are those of the reading"
    )


if __name__ == "__main__":
    main()
