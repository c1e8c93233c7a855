"""Which file below ``derivatives/`` holds the labels of a volume: drawn or corrected by hand, never a model's own.

``dgmseg cohort`` writes its segmentations into a derivative folder too. A model that trained on them would learn to agree
with itself, so of such a folder only the corrections count: ``..._desc-edited_dseg``, as the cohort names them.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from ..cohort.find import CohortCase
from ..cohort.layout import SOFTWARE_NAME, STATE, case_paths
from ..cohort.names import longer_names
from ..errors import InputError

HOW_TO_CORRECT = (
    "automatic ones of dgmseg do not train: save a correction beside them as ..._desc-edited_dseg.nii.gz"
)
_LABELS = re.compile(r".+_dseg(\.nii|\.nii\.gz|\.seg\.nrrd|\.nrrd)")
_EDITED = re.compile(r"_desc-(edited|[A-Za-z0-9]+Edited)_")


def is_automatic(folder: Path) -> bool:
    """True for a derivative folder that ``dgmseg cohort`` wrote (the labels of ``dgmseg simulate`` are exact)."""
    if (folder / STATE).is_dir():
        return True
    try:
        described = json.loads((folder / "dataset_description.json").read_text(encoding="utf-8"))
        return any(maker["Name"] == SOFTWARE_NAME for maker in described["GeneratedBy"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def find_labels(root: Path, image: Path, stem: str, stems: Sequence[str] = ()) -> tuple[Path | None, bool]:
    """The label file of an image of the BIDS folder ``root``, and whether an automatic one was passed over.

    Args:
        root: the BIDS folder.
        image: an image in it, ``sub-*/[ses-*/]anat/<stem>_Chimap.nii[.gz]``.
        stem: the image's BIDS name without its suffix.
        stems: those of all images: labels of ``sub-01_run-2`` are none of ``sub-01``.

    In one derivative folder a correction goes before what it corrects. Raises InputError when several are left.
    """
    place = image.parent.relative_to(root)
    longer = longer_names(stem, stems)
    found: list[Path] = []
    passed_over = False
    for folder in sorted(p for p in root.glob("derivatives/*") if (p / place).is_dir()):
        if is_automatic(folder):
            edited, automatic = _corrections(folder, image, place, stem)
            passed_over = passed_over or automatic
            found += edited
            continue
        files = [
            p
            for p in sorted((folder / place).iterdir())
            if p.name.startswith(f"{stem}_") and _LABELS.fullmatch(p.name)
        ]
        files = [p for p in files if not p.name.startswith(longer)]
        found += [p for p in files if _EDITED.search(p.name)] or files
    if len(found) > 1:
        names = " and ".join(str(p.relative_to(root)) for p in found[:2])
        raise InputError(
            f"{stem}: more than one label file ({names}); keep one, or use a TSV table to choose."
        )
    return (found[0] if found else None), passed_over


def _corrections(folder: Path, image: Path, place: Path, stem: str) -> tuple[list[Path], bool]:
    """Of a folder of the cohort's: the labels corrected by hand, and whether there are automatic ones."""
    session = next((part for part in place.parts if part.startswith("ses-")), "")
    case = CohortCase(stem, place.parts[0], session, image, image.name, image.name)
    paths = case_paths(folder, case)
    return paths.edited_labels(), paths.labels.exists()
