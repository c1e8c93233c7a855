"""Does under-segmentation move the ROI mean? Labels from a rising probability threshold, against reference labels.

python Testing/experiments/under_segmentation.py MODEL BIDS_DIR SUBJECT [SUBJECT ...]
A voxel gets a structure when its probability exceeds the threshold: .5 is the usual rule, more is under-segmentation.
"""

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.postprocess import largest_components
from DGMSegmentationLib.structures import STANDARD

THRESHOLDS = (0.3, 0.5, 0.7, 0.9, 0.97)


def main(model: str, folder: Path, subjects: list[str]) -> None:
    """Print Dice, precision, volume error and ROI-mean error per nucleus and threshold."""
    predictor = Predictor(load_model(model))
    figures: dict[tuple[float, str], list[tuple[float, float, float, float]]] = defaultdict(list)
    for subject in subjects:
        found = segment(
            folder / subject / "anat" / f"{subject}_Chimap.nii.gz",
            predictor=predictor,
            save_probabilities=True,
        )
        reference = next(folder.glob(f"derivatives/*/{subject}/anat/*_dseg.nii.gz"))
        truth, chi, shares = read_labels(reference).data, found.image.data, found.probabilities
        assert shares is not None
        for threshold in THRESHOLDS:
            best = shares[1:].argmax(axis=0) + 1
            labels = np.where(shares[1:].max(axis=0) > threshold, best, 0).astype(np.uint8)
            labels = largest_components(labels)[0]
            for s in STANDARD:
                ours, theirs = labels == s.label, truth == s.label
                both = (ours & theirs).sum()
                figures[threshold, s.nucleus].append(
                    (
                        2 * both / (ours.sum() + theirs.sum()),
                        both / max(1, ours.sum()),
                        100 * (ours.sum() / theirs.sum() - 1),
                        float(chi[ours].mean() - chi[theirs].mean()) if ours.any() else np.nan,
                    )
                )
    print(f"| threshold | {' | '.join(STANDARD.nuclei)} |\n|---|{'---|' * len(STANDARD.nuclei)}")
    for threshold in THRESHOLDS:
        cells = []
        for nucleus in STANDARD.nuclei:
            dice, precision, volume, mean = np.nanmean(figures[threshold, nucleus], axis=0)
            cells.append(f"{dice:.2f} / {precision:.2f} / {volume:+.0f} % / {mean:+.1f} ppb")
        print(f"| {threshold} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
