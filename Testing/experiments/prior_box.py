"""What the prior box changes: every case segmented in the box and in the whole volume, and the voxels that differ.

python Testing/experiments/prior_box.py --data QSM20 [--models default RUN/model.safetensors ...] [--subjects sub-N001 ...]

Networks without a normalisation over the tile (Part 1, Part 2) must agree in every voxel. The bundled U-Net normalises
over its tile, so that its outlines differ (Docs/performance.md); the count is printed beside that of the structures.
"""

import argparse
from pathlib import Path

import numpy as np

from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.training.data import find_subjects


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Dice of two masks; 1 where both are empty, for then nothing differs."""
    total = np.count_nonzero(first) + np.count_nonzero(second)
    return 2 * np.count_nonzero(first & second) / total if total else 1.0


def main() -> None:
    """Segment every case twice with every model, and print one row a case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", nargs="+", default=["default"])
    parser.add_argument("--subjects", nargs="+", default=[])
    wanted = parser.parse_args()
    subjects = [s for s in find_subjects(wanted.data) if not wanted.subjects or s.name in wanted.subjects]
    for name in wanted.models:
        predictor = Predictor(load_model(name))
        print(f"\n{name} ({predictor.backend})", flush=True)
        print(
            "| case | voxels of structures | differing | lowest Dice | s in the box | s in the whole volume |"
        )
        print("|---|---|---|---|---|---|", flush=True)
        for subject in subjects:
            runs = [
                segment(subject.images[0], predictor=predictor, use_prior_box=box, log=lambda text: None)
                for box in (True, False)
            ]
            box, whole = (run.labels.data for run in runs)
            lowest = min(overlap(box == s.label, whole == s.label) for s in STANDARD)
            seconds = [f"{run.seconds['network']:.1f}" for run in runs]
            print(
                f"| {subject.name} | {np.count_nonzero(whole)} | {np.count_nonzero(box != whole)} | {lowest:.4f} | "
                f"{' | '.join(seconds)} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
