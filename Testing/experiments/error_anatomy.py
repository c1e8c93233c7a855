"""Where the wrong voxels of predicted labels lie: in end slices or between them, and which way each nucleus is off.

    python Testing/experiments/error_anatomy.py --data qsm20 --predictions SCORES

SCORES is the folder that ``score_on_real.py`` wrote (SUBJECT_dseg.nii.gz). An end slice is the first or last slice of prediction
or reference, or lies between them.
"""

import argparse
from pathlib import Path

import numpy as np

from DGMSegmentationLib.image import reorient
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.structures import STANDARD


def main() -> None:
    """Compare and print a table of nuclei."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--predictions", type=Path, required=True)
    wanted = parser.parse_args()
    found: dict[str, list[list[float]]] = {name: [] for name in STANDARD.nuclei}
    for path in sorted(wanted.predictions.glob("*_dseg.nii.gz")):
        name = path.name.split("_")[0]
        reference = wanted.data / "derivatives" / "reference" / name / "anat" / f"{name}_seg-DGM_dseg.nii.gz"
        predicted, drawn = (reorient(read_labels(p), "RAS") for p in (path, reference))
        steps = np.array(drawn.grid.spacing)
        for structure in STANDARD:
            one, two = predicted.data == structure.label, drawn.data == structure.label
            slices = [np.flatnonzero(mask.any(axis=(0, 1))) for mask in (one, two)]
            if not slices[0].size or not slices[1].size:
                continue
            wrong = (one != two).sum(axis=(0, 1))
            first, last = (sorted(int(s[k]) for s in slices) for k in (0, -1))
            at_ends = int(wrong[first[0] : first[1] + 1].sum() + wrong[last[0] : last[1] + 1].sum())
            shared = np.intersect1d(*slices)
            inner = 2 * (one & two)[..., shared].sum() / (one[..., shared].sum() + two[..., shared].sum())
            offset = (np.argwhere(one).mean(axis=0) - np.argwhere(two).mean(axis=0)) * steps
            outwards = -1.0 if structure.side == "L" else 1.0
            bottom, top = (float(slices[0][k] - slices[1][k]) * steps[2] for k in (0, -1))
            whole = 2 * (one & two).sum() / (one.sum() + two.sum())
            row = [
                wrong.sum(),
                at_ends,
                whole,
                inner,
                offset[0] * outwards,
                offset[1],
                offset[2],
                bottom,
                top,
            ]
            found[structure.nucleus].append([float(v) for v in row])
    columns = (
        "wrong_in_end_slices dice dice_in_shared_slices lateral_mm anterior_mm superior_mm bottom_mm top_mm"
    )
    print("nucleus", *columns.split(), sep="\t")
    every = np.array([row for rows in found.values() for row in rows])
    for nucleus, rows in (*((k, np.array(v)) for k, v in found.items()), ("all", every)):
        means = rows[:, 2:].mean(axis=0)
        cells = [f"{rows[:, 1].sum() / rows[:, 0].sum():.2f}", *(f"{v:.3f}" for v in means[:2])]
        print(nucleus, *cells, *(f"{v:+.2f}" for v in means[2:]), sep="\t")


if __name__ == "__main__":
    main()
