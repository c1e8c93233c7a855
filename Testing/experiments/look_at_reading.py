"""Pictures of every state of the reading room for a person to look at: dark and light, 1280x720 and at a zoom of 200 %.

    python Testing/experiments/look_at_reading.py BIDS_DIR FOLDER [--model default] [--only dark]

FOLDER becomes a study with links to the first three maps of BIDS_DIR, and gets the pictures in FOLDER/pictures. The first case's
right putamen loses a slab in the journal, so that there is something to look at first; the program is killed amid that.
"""

# ruff: noqa: E402 (the path comes first)

import argparse
import signal
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1] / "support")]

from app_user import Program, browser
from playwright.sync_api import sync_playwright
from reading import Reader, link_study

from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.study.places import find_study
from DGMSegmentationLib.study.study import Study
from DGMSegmentationLib.study.work import Job, bring_up

READER, CUT = "anna", "PU_R"
LARGE, ZOOMED = {"width": 1280, "height": 720}, {"width": 640, "height": 360}
LOOKS = {
    "dark": {"viewport": LARGE, "color_scheme": "dark"},
    "light": {"viewport": LARGE, "color_scheme": "light"},
    "dark-200": {"viewport": ZOOMED, "device_scale_factor": 2, "color_scheme": "dark"},
    "light-200": {"viewport": ZOOMED, "device_scale_factor": 2, "color_scheme": "light"},
    "dark-fine": {"viewport": LARGE, "device_scale_factor": 2, "color_scheme": "dark"},
}
IN_LIST = ("#dgm-show-all", "#dgm-adapt")
SHARP_MS = 2500  # the views send a sharp picture a moment after the last change


class Album:
    """One look's pictures."""

    def __init__(self, reader: Reader, folder: Path, look: str) -> None:
        self.reader, self._folder, self._look = reader, folder, look

    def take(self, state: str) -> None:
        """A picture of the page as it is."""
        self.reader.page.wait_for_timeout(SHARP_MS)
        self.reader.page.screenshot(path=self._folder / f"{self._look}-{state}.png")
        print(self._look, state, flush=True)


def prepare(folder: Path, model: str) -> None:
    """Two cases segmented, of both a slab lost; the second one signed, the third one rejected, nothing of it done twice."""
    study = Study(find_study([folder]), READER, CaseSettings(SegmentOptions(model)))
    first, second, third = study.names
    for name in (first, second):
        if study.sessions(name):
            continue
        print(bring_up(Job.of(study), name))
        opened = study.open(name)
        assert opened.labels is not None
        inside = opened.labels.data == next(s.label for s in opened.labels.label_set if s.abbreviation == CUT)
        k = np.indices(inside.shape)[2]
        gone = inside & (k <= np.quantile(k[inside], 0.4))
        data = np.where(gone, 0, opened.labels.data).astype(opened.labels.data.dtype)
        journal = study.journal(opened, opened.labels)
        journal.record(data)
        if name == second:
            study.sign(opened, opened.labels.replace(data=data), open_case(opened.image).image, journal)
    if not study.sessions(third):
        opened = study.open(third)
        nothing = np.zeros(opened.image.shape, np.uint8)
        study.journal(opened, opened.image.replace(data=nothing, unit=None)).reject("The head moved")


def study_states(album: Album, program: Program) -> None:
    """The study from the first look to the last dialog."""
    reader, page = album.reader, album.reader.page
    reader.begin(program)
    album.take("after-crash")
    reader.wait_for("dgm_flagged", bool)
    page.locator("#dgm-views").focus()
    page.keyboard.press("Tab")
    reader.wait_for("dgm_here", bool)
    album.take("doubtful-slice")
    page.keyboard.press("p")
    album.take("paint")
    page.keyboard.press("v")
    for keys, state in (("?", "keys"), ("F6 F6", "focus-in-table"), ("F6 F6", "focus-in-list")):
        for key in keys.split():
            page.keyboard.press(key)
        album.take(state)
        if keys == "?":
            page.keyboard.press("Escape")
    for button, state in (
        ("#dgm-show-all", "all-cases"),
        ("#dgm-reject", "reject"),
        ("#dgm-adapt", "adapt"),
        ("#dgm-open", "open-menu"),
    ):
        if page.viewport_size == ZOOMED:  # there the open list covers the bar
            listed = "true" if button in IN_LIST else "false"
            page.evaluate(f"window.trame.state.set('dgm_worklist', {listed})")
            page.wait_for_timeout(SHARP_MS)
        if page.locator(button).is_disabled():
            print(f"{button} cannot be pressed")
            continue
        page.click(button)
        album.take(state)
        if state == "adapt":
            page.click("#dgm-adapt-dialog button:has-text('Close')")
        else:
            page.keyboard.press("Escape")
        page.wait_for_timeout(SHARP_MS)


def question(album: Album, program: Program, other: Path) -> None:
    """One file: an edit, another file, the question, Discard; the labels are gone then."""
    reader, page = album.reader, album.reader.page
    reader.open_page(program.url)
    reader.segment()
    before = reader.row("PU_L")
    reader.correct("PU_L")
    page.click("#dgm-open")
    with page.expect_file_chooser() as chooser:
        page.click("#dgm-open-volume")
    chooser.value.set_files(other)
    reader.wait_for("dgm_question", lambda asked: asked.get("title"))
    album.take("question")
    page.click("#dgm-yes")
    reader.wait_for("dgm_question", lambda asked: not asked)
    reader.wait_for("dgm_has_labels", lambda there: not there)
    album.take("discarded")
    reader.segment()
    print("as before the edit:", before == reader.row("PU_L"))


def main() -> None:
    """Take the pictures of all looks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bids", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--only", default="", help="looks, with commas")
    given = parser.parse_args()
    pictures = given.folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    link_study(given.bids, given.folder, sorted(p.name for p in given.bids.glob("sub-*"))[:3])
    prepare(given.folder, given.model)
    model = Path(given.model) if given.model != "default" else None
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        for look in given.only.split(",") if given.only else LOOKS:
            for arguments, states in (
                ((str(given.folder), "--reader", READER), study_states),
                ((str(next(given.folder.glob("sub-*/anat/*_Chimap.nii*"))),), question),
            ):
                program = Program(*arguments, model=model)
                context = chromium.new_context(**LOOKS[look])
                try:
                    album = Album(Reader(context.new_page()), pictures, look)
                    if states is question:
                        image = next(given.folder.glob("sub-*/anat/*_Chimap.nii*")).resolve()
                        question(album, program, image)
                    else:
                        study_states(album, program)
                finally:
                    context.close()
                    program.stop(signal.SIGKILL)
                    program.clean()
        chromium.close()


if __name__ == "__main__":
    main()
