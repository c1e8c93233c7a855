"""Kill the app at random moments of editing: at most the stroke in progress may be missing when it is opened again.

    python Testing/experiments/kill_reading.py [--kills 20] [--seed 1]

One small head is corrected in Chromium, stroke after stroke, and the server is killed (SIGKILL) at a random moment. The labels
that the next session opens must be those of the last table that the page showed, or of a stroke later. POSIX only.
"""

# ruff: noqa: E402 (the path comes first)

import argparse
import contextlib
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1]), str(HERE.parents[1] / "support")]

from app_user import Program, browser
from cohorts import add_subject
from playwright.sync_api import Error, sync_playwright
from reading import Reader

from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.study.journal import read_sessions
from DGMSegmentationLib.study.places import find_study

EDITED = "PU_L"


def edit_until_killed(
    reader: Reader, program: Program, after_s: float, tool: str, chance: random.Random
) -> list[str]:
    """Stroke after stroke until the server is gone; the volumes that the page showed, all different: one tool only."""
    reader.choose(EDITED)
    reader.tool(tool)
    x, y = reader.view("axial")
    shown = [reader.row(EDITED)["volume"]]
    threading.Timer(after_s, program.process.send_signal, [signal.SIGKILL]).start()
    while program.process.poll() is None:
        with contextlib.suppress(Error):  # of a page whose server has gone
            reader.stroke(x + chance.randint(-20, 20), y + chance.randint(-30, 30), 5, 3)
            volume = reader.row(EDITED).get("volume", "")
            if volume and volume != shown[-1]:
                shown.append(volume)
    program.process.wait()
    return shown


def replayed(folder: Path) -> list[str]:
    """The volumes of the structure after each line of the newest journal, as the page writes them."""
    sessions = read_sessions(find_study([folder]).output, "sub-01")
    if not sessions:
        return []
    from DGMSegmentationLib.io.files import read_image
    from DGMSegmentationLib.study.change import applied, unpacked

    grid = read_image(next((folder / "sub-01/anat").iterdir())).grid
    session = sessions[-1]
    label = STANDARD.by_abbreviation(EDITED).label
    labels, volumes = 0 * session.replay(), []
    for event in session.events:
        if event.change:
            labels = applied(unpacked(event.change, labels.size), labels)
            volumes.append(f"{(labels == label).sum() * grid.voxel_volume_mm3:.0f}")
    return volumes


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--longest", type=float, default=20.0, help="seconds of editing before a kill, at most"
    )
    given = parser.parse_args()
    chance = random.Random(given.seed)
    folder = Path(tempfile.mkdtemp(prefix="kill-reading-"))
    add_subject(folder, "sub-01", 1)
    lost = 0
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox", "--disable-gpu"])
        for number in range(given.kills):
            program = Program(str(folder), "--reader", "script")
            context = opened.new_context(viewport={"width": 1280, "height": 720})
            reader = Reader(context.new_page())
            reader.begin(program)
            before = replayed(folder)
            reader.page.wait_for_selector(f"tr[data-label={EDITED}] td[data-column=volume]")
            if before:
                assert reader.row(EDITED)["volume"] == before[-1], "the case did not open as it was"
            start = time.monotonic()
            shown = edit_until_killed(
                reader, program, chance.uniform(1.0, given.longest), ("erase", "paint")[number % 2], chance
            )
            context.close()
            program.clean()
            volumes = replayed(folder)
            kept = not volumes or shown[-1] in (volumes[-1:] + volumes[-2:-1])
            lost += not kept
            print(
                f"kill {number + 1} after {time.monotonic() - start:.1f} s: {len(shown) - 1} strokes shown, last volume "
                f"{shown[-1]}, journal ends with {volumes[-2:]}: {'kept' if kept else 'LOST'}",
                flush=True,
            )
        opened.close()
    print(f"{given.kills} kills, {lost} with a stroke lost that the table had shown")
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
