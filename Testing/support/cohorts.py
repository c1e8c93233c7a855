"""Small real cohorts for tests: procedural heads in a BIDS folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
from make_images import head, save_nifti
from models_for_tests import PHANTOM_MODEL

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = ["--model", str(PHANTOM_MODEL), "--device", "cpu"]


def add_subject(root: Path, name: str, seed: int, labels: Path | None = None) -> Path:
    """Put a head below ``root`` as NAME_Chimap.nii.gz; with ``labels`` (an output folder) its corrected labels there."""
    folder = Path(
        name.split("_")[0], *[part for part in name.split("_")[1:] if part.startswith("ses-")], "anat"
    )
    (root / folder).mkdir(parents=True, exist_ok=True)
    data, truth, affine = head(seed=seed)
    if labels is not None:
        (labels / folder).mkdir(parents=True, exist_ok=True)
        save_nifti(labels / folder / f"{name}_seg-DGM_desc-edited_dseg.nii.gz", truth, affine)
    return save_nifti(root / folder / f"{name}_Chimap.nii.gz", data, affine)


def break_subjects(root: Path) -> dict[str, str]:
    """Add broken subjects; returns name -> a word of the reason that is expected."""
    cut = add_subject(root, "sub-cut", 50)
    cut.write_bytes(cut.read_bytes()[:20_000])
    add_subject(root, "sub-empty", 50).write_bytes(b"")
    data, _, affine = head(seed=50)
    phase = np.clip(np.rint(data / 0.2 * 4096), -4096, 4096).astype(np.int16)
    phase[25, 30, 26], phase[26, 30, 26] = 4096, -4096
    save_nifti(add_subject(root, "sub-phase", 50), phase, affine)
    add_subject(root, "sub-zeros", 50)
    save_nifti(root / "sub-zeros/anat/sub-zeros_Chimap.nii.gz", np.zeros_like(data), affine)
    twice = add_subject(root, "sub-twice", 50)
    save_nifti(twice.with_name("sub-twice_Chimap.nii"), data, affine)
    gone = add_subject(root, "sub-link", 50)
    gone.unlink()
    gone.symlink_to("../../.git/annex/objects/nowhere")
    return {
        "sub-cut": "cut", "sub-empty": "empty", "sub-phase": "phase", "sub-zeros": "no brain",
        "sub-twice": "keep one", "sub-link": "datalad get",
    }  # fmt: skip


def start(arguments: list[str]) -> subprocess.Popen[str]:
    """``dgmseg ARGUMENTS`` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "DGMSegmentationLib", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests in the background of a shell or under nohup inherit that Ctrl-C or a closed terminal is ignored.
        preexec_fn=_heed_signals if os.name != "nt" else None,
    )


def _heed_signals() -> None:
    for ending in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, signal.SIG_DFL)
