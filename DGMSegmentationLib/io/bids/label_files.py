"""Which file below ``derivatives/`` holds the labels of a volume: drawn or corrected by hand, never a model's own.

``dgmseg cohort`` writes its segmentations into a derivative folder too. A model that trained on them would learn to agree
with itself, so of such a folder only the corrections count: ``..._desc-edited_dseg``, as the cohort names them.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from ...errors import InputError
from ..suffixes import LABEL_SUFFIXES
from .derivatives import case_paths, is_automatic, raw_dataset
from .names import longer_names

ATOMS = "atoms"
"""The setting data.labels that trains on atoms (:mod:`..atoms`), which ``dgmseg simulate`` writes."""
_ATOMS_FOLDER = "atoms"  # below derivatives/
_LABELS = re.compile(".+_dseg(" + "|".join(map(re.escape, LABEL_SUFFIXES)) + ")")
_EDITED = re.compile(r"_desc-(edited|[A-Za-z0-9]+Edited)_")


def find_atoms(root: Path, image: Path, stem: str) -> Path | None:
    """The map of atoms of an image of the BIDS folder ``root``."""
    place = image.parent.relative_to(root)
    path = root / "derivatives" / _ATOMS_FOLDER / place / f"{stem}_seg-atoms_dseg.nii.gz"
    return path if path.is_file() else None


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
    for folder in _derivatives(root):
        if not (folder / place).is_dir() or folder.name == _ATOMS_FOLDER:
            continue
        if is_automatic(folder):
            paths = case_paths(folder, stem)
            passed_over = passed_over or paths.labels.exists()
            found += paths.edited_labels()
            continue
        files = [
            p
            for p in sorted((folder / place).iterdir())
            if p.name.startswith(f"{stem}_") and _LABELS.fullmatch(p.name)
        ]
        files = [p for p in files if not p.name.startswith(longer)]
        found += [p for p in files if _EDITED.search(p.name)] or files
    if len(found) > 1:
        names = " and ".join(os.path.relpath(p, root) for p in found[:2])
        raise InputError("label_files_many", name=stem, names=names)
    return (found[0] if found else None), passed_over


def _derivatives(root: Path) -> list[Path]:
    """The derivative folders of a data set; of a derivative folder with maps: those beside it too."""
    raw = raw_dataset(root)
    beside = [p for p in raw.glob("derivatives/*") if not p.samefile(root)] if raw else []
    return [*sorted(root.glob("derivatives/*")), *sorted(beside)]
