"""Pictures of the pages for a person to look at: report, cohort and changes, on a screen and printed on A4.

python Testing/experiments/look_at_pages.py FOLDER

Makes the pages of procedural heads (true labels, no model) in FOLDER, with the long names, flags and failures that strain
a layout; takes a picture of each in Chromium at a width of 1280 pixels and prints it to PDF (and the PDF to pictures where
pdftoppm of poppler-utils is installed).
"""

import argparse
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent), str(HERE), str(HERE.parents[1])]

from opened import measured  # noqa: E402

from DGMSegmentationLib.cohort.longitudinal import Visit, session_changes  # noqa: E402
from DGMSegmentationLib.io.files import write_bytes, write_text  # noqa: E402
from DGMSegmentationLib.measurement.norms import read_norms  # noqa: E402
from DGMSegmentationLib.measurement.roi import RoiRow  # noqa: E402
from DGMSegmentationLib.reports.agreement_plot import agreement_plot  # noqa: E402
from DGMSegmentationLib.reports.case_page import environment, flatten, write_report  # noqa: E402
from DGMSegmentationLib.reports.cohort_page import write_cohort_report  # noqa: E402
from DGMSegmentationLib.simulation.phantom import phantom  # noqa: E402

PROVENANCE = {
    "software": "DGMSegmentation",
    "model": {"name": "default", "version": "1.0", "sha256": "0123456789abcdef" * 4},
    "options": {"units": "auto", "largest_component": True, "reference": "none", "further channels": []},
    "input": "sub-01_ses-baseline_acq-highresolution_run-01_desc-reconstructedwithalongname_Chimap.nii.gz",
}
NORMS = "structure\tage\tmean_ppb\tsd_ppb\n" + "".join(
    f"{nucleus}\t{age}\t{mean + age / 4}\t12\n"
    for nucleus, mean in (("CN", 30), ("PU", 30), ("GP", 110), ("SN", 100), ("RN", 70))
    for age in (20, 80)
)


def report_pages(folder: Path) -> list[RoiRow]:
    """A quiet case, and one with flags, norms, a reference and an empty structure; returns rows of the first."""
    image, labels = phantom()
    image = image.replace(data=image.data * 1000)
    (folder / "norms.tsv").write_text(NORMS)
    norms = read_norms(folder / "norms.tsv", 47, "F")
    spoiled = labels.data.copy()
    spoiled[spoiled == 1] = 0  # no red nucleus
    spoiled[60:64, 90:94, 20:30] = 4  # a loose part
    first: list[RoiRow] = []
    for name, data in (("report", labels.data), ("report-flags", spoiled)):
        shown = labels.replace(data=data)
        reference = "brain" if name == "report-flags" else "none"
        case = measured(
            image, shown, image.data != 0, subject="sub-01", image_name="QSM.nii.gz", reference=reference
        )
        write_report(
            folder / f"{name}.html",
            case,
            title="sub-01 ses-baseline" if not first else PROVENANCE["input"].split(".")[0],
            provenance=PROVENANCE,
            norms=norms if first else None,
        )
        first = first or case.rows
    return first


def cohort_pages(folder: Path, rows: list[RoiRow], subjects: int = 40) -> None:
    """A cohort of two sessions each, with outliers, flags and failures; its changes; and an agreement plot."""
    rng = np.random.default_rng(1)
    cohort, visits = [], []
    for number in range(subjects):
        for session in ("ses-1", "ses-2"):
            name = f"sub-{number:03d}_{session}_acq-highres_Chimap.nii.gz"
            here = [
                replace(
                    row,
                    subject=f"sub-{number:03d}",
                    image=name,
                    mean_ppb=row.mean_ppb + rng.normal(0, 8) + 90 * (number == 7 and row.label == 5),
                    edited=number == 3,
                    flags=("mean_high;asymmetry;components;touches_border" if number == 7 else "")
                    or ("thick_voxels" if number % 9 == 0 else ""),
                )
                for row in rows
            ]
            cohort += here
            visits.append(Visit(f"sub-{number:03d}", session, "acq-highres", here))
    write_cohort_report(
        folder / "cohort.html",
        cohort,
        pages={(row.subject, row.image): f"{row.subject}/report.html" for row in cohort if row.label == 1},
        failures=[
            ("sub-phase", "The values fill -4096..4096 as raw phase does: give a susceptibility map."),
            (
                "sub-twice",
                "sub-twice/anat/sub-twice_Chimap.nii and .nii.gz would both be sub-twice: keep one.",
            ),
        ],
        provenance=PROVENANCE,
        related={"changes between sessions": "changes.html"},
    )
    page = environment().get_template("changes.html")
    changes = session_changes(visits)[5:10]
    text = page.render(title="Changes", changes=changes, provenance=list(flatten(PROVENANCE)), software="DGM")
    write_text(folder / "changes.html", text)
    methods = {name: [row for row in cohort if f"_{name}_" in row.image] for name in ("ses-1", "ses-2")}
    write_bytes(folder / "agreement.png", agreement_plot(methods))


def chromium(browser: str, page: Path, *options: str) -> None:
    """One headless run on a page."""
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *options]
    subprocess.run([*command, page.resolve().as_uri()], check=True, capture_output=True, timeout=300)


def main() -> None:
    """Write the pages and their pictures."""
    from app_user import browser

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--height", type=int, default=2000, help="height of the screen pictures, pixels")
    arguments = parser.parse_args()
    folder, found = arguments.folder.resolve(), browser()
    if found is None:
        sys.exit("No Chromium is on the path (Debian: apt-get install chromium), nor in DGMSEG_CHROMIUM.")
    folder.mkdir(parents=True, exist_ok=True)
    cohort_pages(folder, report_pages(folder))
    for page in sorted(folder.glob("*.html")):
        screen, paper = page.with_suffix(".png"), page.with_suffix(".pdf")
        chromium(found, page, f"--window-size=1280,{arguments.height}", f"--screenshot={screen}")
        chromium(found, page, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
        if shutil.which("pdftoppm"):
            subprocess.run(["pdftoppm", "-r", "80", "-png", paper, page.with_suffix("")], check=True)
        print(f"{page.name}: {screen.name}, {paper.name}")


if __name__ == "__main__":
    main()
