"""Where everything of a cohort lies: BIDS derivatives of each case, the tables of all, and the records of the runs.

Names follow BIDS Derivatives: ``sub-01/[ses-1/]anat/sub-01_[ses-1_]seg-DGM_dseg.nii.gz`` with a JSON file beside it, and
``_stats.tsv``, ``_report.html``. Labels corrected by hand carry ``desc-edited`` and are never written.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import InputError
from ..io.files import write_json, write_text
from ..io.labels import lookup_text
from ..measurement.tables import COLUMN_DESCRIPTIONS
from .find import Cohort, CohortCase
from .names import ATLAS, derivative_stems

SOFTWARE_NAME = "DGMSegmentation"
BIDS_VERSION = "1.10.0"
STATE = ".dgmseg"
_EDITED_SUFFIXES = (".nii.gz", ".nii", ".seg.nrrd", ".nrrd")

LONG, WIDE, CASES = "rois_long.tsv", "rois_wide.tsv", "cases.tsv"
CHANGES, CHANGES_PAGE, NORMS = "changes.tsv", "changes.html", "norms.tsv"
PAGE = "cohort.html"

_README = "Deep-gray-matter nuclei in susceptibility maps, made by dgmseg cohort. For research use only.\n"
_IGNORED = "*.html\nrois_*.tsv\ncases.tsv\nchanges.tsv\nnorms.tsv\n*_stats.*\n"


@dataclass(frozen=True)
class CasePaths:
    """The files of one case."""

    folder: Path
    stem: str
    """With seg-DGM, without desc-edited."""
    edited_stem: str
    record: Path

    def of(self, suffix: str, edited: bool = False) -> Path:
        """A file of the case, e.g. ``of("_stats.tsv")``."""
        return self.folder / f"{self.edited_stem if edited else self.stem}{suffix}"

    @property
    def labels(self) -> Path:
        """The automatic segmentation."""
        return self.of("_dseg.nii.gz")

    def edited_labels(self) -> list[Path]:
        """Segmentations corrected by hand that lie here; more than one is a mistake of the user's."""
        candidates = [self.of(f"_dseg{suffix}", edited=True) for suffix in _EDITED_SUFFIXES]
        return [path for path in candidates if path.exists()]


def case_paths(output: Path, case: CohortCase) -> CasePaths:
    """The files of a case below the output folder."""
    stem, edited_stem = derivative_stems(case.name)
    folder = output / stem.split("_")[0]
    if case.session:
        folder = folder / case.session
    return CasePaths(folder / "anat", stem, edited_stem, output / STATE / f"{case.name}.json")


def check_output(output: Path, root: Path) -> None:
    """Refuse an output folder that belongs to something else; raises InputError."""
    if output.exists() and not output.is_dir():
        raise InputError(f"{output} is a file: give a folder for the derivatives.")
    if output.resolve() == root.resolve():
        raise InputError(
            f"{output} is the folder of the images: give another one, for example {root / 'derivatives' / 'dgmseg'}."
        )
    try:
        text = (output / "dataset_description.json").read_text(encoding="utf-8")
        content = json.loads(text)
        makers = [str(maker.get("Name")) for maker in content.get("GeneratedBy", [])]
        name = ", ".join(makers) or str(content.get("Name", "unnamed"))
    except FileNotFoundError:
        if output.is_dir() and any(output.glob("sub-*")) and not (output / STATE).is_dir():
            raise InputError(
                f"{output} already holds subjects of something else: give a folder of its own."
            ) from None
        return
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            f"{output / 'dataset_description.json'} cannot be read: give another output folder."
        ) from error
    if SOFTWARE_NAME not in makers:
        raise InputError(f"{output} belongs to another dataset ({name}): give a folder of its own.")


def write_frame(output: Path, cohort: Cohort) -> None:
    """The files that BIDS asks for once: description, label table, meaning of the columns; only where they change.

    What a person wrote into README, .bidsignore or the description stays.
    """
    description: dict[str, Any] = {
        "Name": "Deep-gray-matter nuclei in quantitative susceptibility maps",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": SOFTWARE_NAME, "Version": __version__}],
        "DatasetLinks": {"raw": _link(output, cohort.root)},
    }
    columns = {name: {"Description": text, **_units(name)} for name, text in COLUMN_DESCRIPTIONS.items()} | {
        "asymmetry_percent": {"Description": COLUMN_DESCRIPTIONS["asymmetry_percent"], "Units": "percent"}
    }
    _write_changed(output / "dataset_description.json", _with_additions(output, description))
    _write_changed(output / f"{ATLAS}_stats.json", columns)
    lookup = output / f"{ATLAS}_dseg.tsv"
    if not lookup.exists() or lookup.read_text(encoding="utf-8") != lookup_text():
        write_text(lookup, lookup_text())
    for name, text in (("README", _README), (".bidsignore", _IGNORED)):  # people write in these
        if not (output / name).exists():
            write_text(output / name, text)


def _with_additions(output: Path, ours: dict[str, Any]) -> dict[str, Any]:
    """Our description with what people added to it (authors, licence, a name of their own)."""
    try:
        known = json.loads((output / "dataset_description.json").read_text(encoding="utf-8"))
        others = [maker for maker in known.get("GeneratedBy", []) if maker.get("Name") != SOFTWARE_NAME]
        links = {**known.get("DatasetLinks", {}), **ours["DatasetLinks"]}
    except (OSError, ValueError, AttributeError, TypeError):
        return ours
    kept = {key: value for key, value in known.items() if key not in ("BIDSVersion", "DatasetType")}
    return {**ours, **kept, "GeneratedBy": [*ours["GeneratedBy"], *others], "DatasetLinks": links}


def _units(column: str) -> dict[str, str]:
    if column.endswith("_mm3"):
        return {"Units": "mm3"}
    ppb = column.endswith("_ppb") or column in ("p05", "p25", "p75", "p95", "min", "max")
    return {"Units": "ppb"} if ppb else {}


def _write_changed(path: Path, content: Any) -> None:
    try:
        same = json.loads(path.read_text(encoding="utf-8")) == content
    except (OSError, ValueError):
        same = False
    if not same:
        write_json(path, content)


def _link(output: Path, root: Path) -> str:
    """The images' folder as seen from the output; as a URI where there is no relative path (another drive)."""
    try:
        return Path(os.path.relpath(root.resolve(), output.resolve())).as_posix()
    except ValueError:
        return root.resolve().as_uri()
