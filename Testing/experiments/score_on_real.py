"""Score a model on labelled real QSM that it never saw: tables for Docs/results.md and figures for the model's header.

python Testing/experiments/score_on_real.py --data QSM20 --output SCORES [--model default] [--flip-average]
    [--looked-at sub-N001,...]

Writes SCORES/cases.tsv (one row per case and structure), SCORES/summary.tsv (Bland-Altman, ICC per structure),
SCORES/metrics.json and the label maps, and prints Markdown tables: all cases, and those that nobody looked at.
"""

import argparse
from pathlib import Path

import numpy as np

from DGMSegmentationLib.evaluation.overlap import (
    CASE_COLUMNS,
    SUMMARY_COLUMNS,
    CaseScore,
    case_rows,
    evaluate_case,
    summarise,
)
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import write_json, write_nifti
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import write_table
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.structures import STANDARD

NUCLEUS = {s.abbreviation: s.nucleus for s in STANDARD}


def table(groups: dict[str, list[CaseScore]]) -> None:
    """Dice, precision, HD95 and ROI-mean error per nucleus and group of cases."""
    print(
        f"\n| cases | figure | {' | '.join(STANDARD.nuclei)} | all ten |\n|---|---|{'---|' * (len(STANDARD.nuclei) + 1)}"
    )
    for title, scores in groups.items():
        parts = [[s for s in scores if NUCLEUS[s.abbreviation] == n] for n in STANDARD.nuclei] + [scores]
        for figure, values in (
            ("Dice", [f"{np.mean([s.dice for s in p]):.3f}" for p in parts]),
            ("precision", [f"{np.nanmean([s.precision for s in p]):.3f}" for p in parts]),
            ("HD95, mm", [f"{np.nanmean([s.hd95_mm for s in p]):.2f}" for p in parts]),
            (
                "ROI-mean error: bias, ppb",
                [f"{np.nanmean([s.mean_error_ppb for s in p]):+.1f}" for p in parts],
            ),
            (
                "median of its size",
                [f"{np.nanmedian([abs(s.mean_error_ppb) for s in p]):.1f}" for p in parts],
            ),
            (
                "95th percentile",
                [f"{np.nanpercentile([abs(s.mean_error_ppb) for s in p], 95):.1f}" for p in parts],
            ),
        ):
            print(f"| {title} | {figure} | {' | '.join(values)} |")


def metrics(scores: list[CaseScore]) -> dict[str, object]:
    """The figures that travel with the model."""
    errors = [abs(s.mean_error_ppb) for s in scores]
    return {
        "cases": len({s.subject for s in scores}),
        "dice": round(float(np.mean([s.dice for s in scores])), 4),
        "dice_by_nucleus": {
            n: round(float(np.mean([s.dice for s in scores if NUCLEUS[s.abbreviation] == n])), 4)
            for n in STANDARD.nuclei
        },
        "median_roi_mean_error_ppb": round(float(np.nanmedian(errors)), 2),
    }


def main() -> None:
    """Segment, score, write, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--model", default="default")
    parser.add_argument("--flip-average", action="store_true")
    parser.add_argument("--protocol", default="", help="a labelling protocol's name or file")
    parser.add_argument("--looked-at", default="")
    wanted = parser.parse_args()
    wanted.output.mkdir(parents=True, exist_ok=True)
    predictor = Predictor(load_model(wanted.model), log=lambda text: None)
    scores: list[CaseScore] = []
    for folder in sorted(wanted.data.glob("sub-*")):
        name = folder.name
        reference = wanted.data / "derivatives" / "reference" / name / "anat" / f"{name}_seg-DGM_dseg.nii.gz"
        result = segment(
            folder / "anat" / f"{name}_Chimap.nii.gz", predictor=predictor,
            flip_average=wanted.flip_average, protocol=wanted.protocol,
            log=lambda text, name=name: print(f"{name}: {text}"),
        )  # fmt: skip
        mine = evaluate_case(result.labels, read_labels(reference), result.image, subject=name)
        scores += mine
        write_nifti(
            wanted.output / f"{name}_dseg.nii.gz", result.labels.data, result.labels.affine,
            description="DGM labels", intent="label",
        )  # fmt: skip
        cells = " ".join(f"{s.abbreviation} {s.dice:.2f}" for s in mine)
        print(f"{name}: {cells}; mean {np.mean([s.dice for s in mine]):.3f}", flush=True)
    looked = set(wanted.looked_at.split(","))
    groups = {f"all {len({s.subject for s in scores})}": scores}
    rest = [s for s in scores if s.subject not in looked]
    if len(rest) < len(scores):
        groups[f"the {len({s.subject for s in rest})} not looked at"] = rest
    table(groups)
    write_table(wanted.output / "cases.tsv", CASE_COLUMNS, case_rows(scores))
    write_table(wanted.output / "summary.tsv", SUMMARY_COLUMNS, summarise(scores))
    write_json(
        wanted.output / "metrics.json",
        {f"{wanted.data.name}, {title}": metrics(part) for title, part in groups.items()},
    )


if __name__ == "__main__":
    main()
