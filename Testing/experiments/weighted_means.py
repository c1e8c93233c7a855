"""ROI means of a model against those of reference labels: as they are, and weighted by the network's probabilities.

python Testing/experiments/weighted_means.py --data QSM20 [--model default]

Prints a Markdown table: bias and median size of the error in ppb, of the fifteen (split train), the five (test), each nucleus.
"""

import argparse
from pathlib import Path

import numpy as np

from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.case import measure_case
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.structures import nucleus_of


def main() -> None:
    """Segment, measure both ways, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="default")
    wanted = parser.parse_args()
    predictor = Predictor(load_model(wanted.model), log=lambda text: None)
    split = {line["participant_id"]: line["split"] for line in read_table(wanted.data / "participants.tsv")}
    errors: dict[str, list[tuple[float, float]]] = {}
    for file in sorted(wanted.data.glob("sub-*/anat/*_Chimap.nii.gz")):
        subject = file.parts[-3]
        reference = wanted.data / f"derivatives/reference/{subject}/anat/{subject}_seg-DGM_dseg.nii.gz"
        result = segment(file, predictor=predictor, weighted_means=True, log=lambda text: None)
        truth = measure_case(read_labels(reference), result.measured.opened)
        for ours, theirs in zip(result.rows, truth, strict=True):
            error = (ours.mean_ppb - theirs.mean_ppb, ours.mean_weighted_ppb - theirs.mean_ppb)
            for group in (split[subject], nucleus_of(ours.abbreviation), "all"):
                errors.setdefault(group, []).append(error)
    print("| cases | mean: bias | median size | weighted mean: bias | median size |\n|---|---|---|---|---|")
    for group, pairs in errors.items():
        bias, size = np.nanmean(pairs, axis=0), np.nanmedian(np.abs(pairs), axis=0)
        print(f"| {group} | {bias[0]:+.1f} | {size[0]:.1f} | {bias[1]:+.1f} | {size[1]:.1f} |")


if __name__ == "__main__":
    main()
