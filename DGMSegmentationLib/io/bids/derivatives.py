"""Where the results of an image lie in a derivative folder, and whose folder it is.

Names follow BIDS Derivatives: ``sub-01/[ses-1/]anat/sub-01_[ses-1_]seg-DGM_dseg.nii.gz`` with a JSON file beside it, and
``_stats.tsv``, ``_report.html``. Labels corrected by hand carry ``desc-edited`` and are never written.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ...errors import InputError
from ..suffixes import LABEL_SUFFIXES
from .names import derivative_stems, session_of

SOFTWARE_NAME = "DGMSegmentation"
BIDS_VERSION = "1.10.0"
DESCRIPTION = "dataset_description.json"
STATE = ".dgmseg"
"""The folder of a run's own records in a derivative folder."""


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
        candidates = [self.of(f"_dseg{suffix}", edited=True) for suffix in LABEL_SUFFIXES]
        return [path for path in candidates if path.exists()]


def case_paths(output: Path, name: str) -> CasePaths:
    """The files below the output folder of the image with this BIDS name, e.g. "sub-01_ses-1_run-2"."""
    stem, edited_stem = derivative_stems(name)
    folder = output / stem.split("_")[0] / session_of(name) / "anat"
    return CasePaths(folder, stem, edited_stem, output / STATE / f"{name}.json")


def read_description(folder: Path) -> dict[str, object]:
    """What ``dataset_description.json`` says.

    Raises OSError when there is none or it cannot be read, ValueError when it holds no JSON object.
    """
    content = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError("no object")
    return content


def makers(description: Mapping[str, object]) -> list[dict[str, object]]:
    """The entries of "GeneratedBy"; those that are no objects are left out."""
    listed = description.get("GeneratedBy")
    return [maker for maker in listed if isinstance(maker, dict)] if isinstance(listed, list) else []


def raw_dataset(folder: Path) -> Path | None:
    """The BIDS folder that a folder ``derivatives/NAME`` belongs to; None for another folder."""
    whole = Path(os.path.abspath(folder))
    return whole.parents[1] if whole.parent.name == "derivatives" else None


def linked_raw(folder: Path) -> Path | None:
    """The images' folder as the description of a derivative folder names it; None where it does not."""
    try:
        links = read_description(folder).get("DatasetLinks")
    except (OSError, ValueError):
        return None
    link = links.get("raw") if isinstance(links, dict) else None
    if not isinstance(link, str) or not link:
        return None
    if link.startswith("file:"):
        return Path(url2pathname(urlsplit(link).path))
    return None if "://" in link else Path(os.path.abspath(folder.resolve() / link))


def is_automatic(folder: Path) -> bool:
    """True for a derivative folder that ``dgmseg cohort`` wrote (the labels of ``dgmseg simulate`` are exact)."""
    if (folder / STATE).is_dir():
        return True
    try:
        return any(maker.get("Name") == SOFTWARE_NAME for maker in makers(read_description(folder)))
    except (OSError, ValueError):
        return False


def data_licence(folder: Path) -> str:
    """What the data set's description says of its licence; "not stated" when it says nothing."""
    try:
        return str(read_description(folder).get("License") or "not stated")
    except (OSError, ValueError):
        return "not stated"


def check_output(output: Path, root: Path) -> None:
    """Refuse an output folder that belongs to something else; raises InputError."""
    if output.exists() and not output.is_dir():
        raise InputError("derivatives_is_file", path=output)
    if output.resolve() == root.resolve():
        raise InputError("derivatives_is_source", path=output, suggested=root / "derivatives" / "dgmseg")
    try:
        description = read_description(output)
    except FileNotFoundError:
        if output.is_dir() and any(output.glob("sub-*")) and not (output / STATE).is_dir():
            raise InputError("derivatives_foreign", path=output) from None
        return
    except (OSError, ValueError) as error:
        raise InputError("derivatives_unreadable", path=output / DESCRIPTION) from error
    names = [str(maker.get("Name")) for maker in makers(description)]
    if SOFTWARE_NAME not in names:
        name = ", ".join(names) or str(description.get("Name", "unnamed"))
        raise InputError("derivatives_other_tool", path=output, name=name)


def described(output: Path, root: Path, version: str) -> dict[str, object]:
    """The description of a cohort's derivatives, with what people added to the one that lies there.

    Authors, a licence and a name of their own stay; what made the labels and where the images of ``root`` lie is told anew.
    """
    made_by, raw = {"Name": SOFTWARE_NAME, "Version": version}, {"raw": _link(output, root)}
    ours: dict[str, object] = {
        "Name": "Deep-gray-matter nuclei in quantitative susceptibility maps",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [made_by],
        "DatasetLinks": raw,
    }
    try:
        known = read_description(output)
    except (OSError, ValueError):
        return ours
    links = known.get("DatasetLinks", {})
    if not isinstance(links, dict):
        return ours
    others = [maker for maker in makers(known) if maker.get("Name") != SOFTWARE_NAME]
    kept = {key: value for key, value in known.items() if key not in ("BIDSVersion", "DatasetType")}
    return {**ours, **kept, "GeneratedBy": [made_by, *others], "DatasetLinks": {**links, **raw}}


def _link(output: Path, root: Path) -> str:
    """The images' folder as seen from the output; as a URI where there is no relative path (another drive).

    A folder that is a link keeps the link's name: its target's may tell who was examined.
    """
    whole = Path(os.path.abspath(root))
    named = whole.parent.resolve() / whole.name
    try:
        return Path(os.path.relpath(named, output.resolve())).as_posix()
    except ValueError:
        return named.as_uri()
