"""A reader at the page of a study: opens, corrects, signs; and what lies in the folder then."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from app_user import Program, User

from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.cohort.request import Request
from DGMSegmentationLib.cohort.run import run_cohort
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.roi import RoiRow
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.study.places import find_study


def link_study(source: Path, folder: Path, subjects: Sequence[str]) -> Path:
    """A BIDS folder with the maps of some subjects of another one, as links."""
    for subject in subjects:
        (folder / subject / "anat").mkdir(parents=True, exist_ok=True)
        for file in sorted((source / subject / "anat").glob("*_Chimap.nii*")):
            os.symlink(file.resolve(), folder / subject / "anat" / file.name)
    return folder


class Reader(User):
    """A user whose page shows a study."""

    def begin(self, program: Program) -> str:
        """Open the page and wait for the first case; its name."""
        self.page.goto(program.url)
        self.page.wait_for_function("() => window.trame && window.trame.state")
        return self.case_shown(lambda name: bool(name))

    def case_shown(self, is_it) -> str:
        """Wait until a case with labels is shown; its name."""
        name = str(self.wait_for("dgm_case", is_it))
        self.wait_for("dgm_rows", lambda rows: any(row["mean"] for row in rows))
        return name

    def state_of(self, name: str) -> str:
        """The state of a case in the list."""
        return next(one["state"] for one in self.state("dgm_cases") if one["name"] == name)

    def ready(self, name: str) -> None:
        """Wait until a case is segmented."""
        self.until(lambda: self.state_of(name) != "to do", f"{name} was not segmented")

    def correct(self, structure: str, dx: float = 6, dy: float = 4) -> dict[str, str]:
        """Erase a bit of a structure; its new row."""
        self.choose(structure)
        before = self.row(structure)
        self.tool("erase")
        x, y = self.view("axial")
        self.stroke(x, y, dx, dy)
        return self.changed(structure, before)

    def done(self) -> tuple[str, float]:
        """Ctrl+Enter; the next case, and how many seconds until its labels and table are there."""
        before = self.state("dgm_case")
        start = time.monotonic()
        self.page.keyboard.press("Control+Enter")
        name = self.case_shown(lambda case: bool(case) and case != before)
        return name, time.monotonic() - start

    def reject(self, reason: str) -> None:
        """The button Reject, with a reason."""
        self.page.click("#dgm-reject")
        self.page.fill("#dgm-reject-reason", reason)
        self.page.click("#dgm-reject-yes")

    def tables_written(self, folder: Path, states: dict[str, str]) -> None:
        """Wait until the worklist in the folder says this of all cases, and the tables hold what was signed."""
        output = find_study([folder]).output

        def look() -> bool:
            table = output / "worklist.tsv"
            lines = read_table(table) if table.is_file() else []
            return {line["name"]: line["state"] for line in lines} == states

        self.until(look, "the tables were not written")


def rows_of(folder: Path) -> dict[tuple[str, str], RoiRow]:
    """(subject, structure) -> row of the study's long table."""
    table = find_study([folder]).output / "rois_long.tsv"
    return {(row.subject, row.abbreviation): row for row in read_long(table)}


def cohort_agrees(folder: Path, settings: CaseSettings) -> None:
    """``dgmseg cohort`` finds nothing to do in a study that was read, and its tables stay as they are."""
    place = find_study([folder])
    before = rows_of(folder)
    summary = run_cohort(Request(place.source, place.output, settings))
    assert summary.reasons == {}, summary.reasons
    assert {key: str(row) for key, row in rows_of(folder).items()} == {
        k: str(row) for k, row in before.items()
    }
