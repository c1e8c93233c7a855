"""What ``adapt --unlabelled`` gains on the training subjects' maps and on altered versions of them.

python Testing/experiments/unlabelled.py --data QSM20 --labelmaps LABELMAPS --output RUNS [--seeds 0,1] [--jobs 2]
    [--versions "as it is" "1 x 1 x 1 mm" "head nodded by +20 degrees"]

The training subjects' maps (altered as in robustness.py) are a cohort without labels; the model that is adapted to it is
scored on them and on the test subjects, both altered alike. A line of RUNS/unlabelled.tsv per version and seed, and one per
version for the model as it ships; a line that stands there is not run again, a run that was stopped goes on. Ten to twenty
minutes a line on two cores, and twelve once for the anatomies (RUNS/anatomies).
"""

import argparse
import time
from pathlib import Path

import numpy as np
from robustness import ALTERATIONS

from DGMSegmentationLib.adaptation.options import UnlabelledOptions
from DGMSegmentationLib.adaptation.unlabelled import adapt_unlabelled
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.evaluation.overlap import CaseScore, evaluate_case
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import read_image, write_nifti
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table, write_table
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.run import Watch
from DGMSegmentationLib.training.data import Subject, find_subjects

Altered = tuple[str, Image, Image]
SHIPPED = "as shipped"
COLUMNS = [
    "version", "seed", "outcome", "agreement_before", "agreement_after", "largest_move_percent",
    "dice_train", "error_ppb_train", "dice_test", "error_ppb_test", "minutes",
]  # fmt: skip


def altered(subjects: list[Subject], version: str) -> list[Altered]:
    """Name, map and reference of each subject, altered alike."""
    change = ALTERATIONS[version]
    return [(s.name, *change((read_image(s.images[0]), read_labels(s.label)))) for s in subjects]


def written(cases: list[Altered], folder: Path) -> Path:
    """The maps as a BIDS folder, without their labels."""
    for name, image, _ in cases:
        path = folder / name / "anat" / f"{name}_Chimap.nii.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_nifti(path, image.data, image.affine)
    return folder


def scored(model: str | Path, cases: list[Altered]) -> tuple[float, float]:
    """Mean Dice and median error of the ROI means (ppb), as a user gets them."""
    predictor = Predictor(load_model(str(model)), "cpu", log=lambda text: None)
    scores: list[CaseScore] = []
    for name, image, reference in cases:
        result = segment(image, predictor=predictor, log=lambda text: None)
        scores += evaluate_case(result.labels, reference, result.image, subject=name)
    dice = np.mean([s.dice for s in scores])
    return float(dice), float(np.nanmedian([abs(s.mean_error_ppb) for s in scores]))


def adapted(
    cohort: Path, folder: Path, name: str, wanted: argparse.Namespace, seed: int
) -> dict[str, object]:
    """Adapt once: what became of it, and the model's path unless nothing was adopted."""
    output = folder / f"{name}-{seed}.safetensors"
    options = UnlabelledOptions(
        device="cpu",
        seed=seed,
        jobs=wanted.jobs,
        cache=folder / "anatomies",
        anatomies=wanted.anatomies,
        resume=True,
        overwrite=True,
    )
    try:
        done = adapt_unlabelled(cohort, wanted.labelmaps, output, options, Watch(log=print))
    except InputError as error:
        if error.code not in ("adapt_unlabelled_moved", "adapt_unlabelled_agreement"):
            raise
        return {"outcome": f"refused: {error}"}
    moved = [done.after.volumes_mm3[n] / mm3 - 1 for n, mm3 in done.before.volumes_mm3.items() if mm3]
    return {
        "outcome": "adopted",
        "agreement_before": done.before.agreement,
        "agreement_after": done.after.agreement,
        "largest_move_percent": 100 * max(moved, key=abs),
        "model": output,
    }


def main() -> None:
    """Run what is not done yet, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="a BIDS folder with derivatives/reference")
    parser.add_argument("--labelmaps", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    three = ["as it is", "1 x 1 x 1 mm", "head nodded by +20 degrees"]
    parser.add_argument("--versions", nargs="+", choices=list(ALTERATIONS), default=three)
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--anatomies", type=int, help="only the first so many")
    wanted = parser.parse_args()
    path = wanted.output / "unlabelled.tsv"
    rows: list[dict[str, object]] = [*read_table(path)] if path.exists() else []
    subjects = find_subjects(wanted.data)
    for version in wanted.versions:
        name = version.replace(" ", "-")
        sets = {
            split: altered([s for s in subjects if s.split == split], version) for split in ("train", "test")
        }
        cohort = written(sets["train"], wanted.output / name)
        for seed in (SHIPPED, *wanted.seeds.split(",")):
            if any((r["version"], str(r["seed"])) == (version, seed) for r in rows):
                continue
            begun = time.monotonic()
            values: dict[str, object] = {"version": version, "seed": seed, "model": "default"}
            if seed != SHIPPED:
                del values["model"]
                values |= adapted(cohort, wanted.output, name, wanted, int(seed))
            values["minutes"] = (time.monotonic() - begun) / 60
            if "model" in values:
                for split, cases in sets.items():
                    values[f"dice_{split}"], values[f"error_ppb_{split}"] = scored(values["model"], cases)
            rows.append({c: round(v, 4) if isinstance(v := values.get(c, ""), float) else v for c in COLUMNS})
            write_table(path, COLUMNS, rows)
            print("\t".join(str(rows[-1][c]) for c in COLUMNS), flush=True)


if __name__ == "__main__":
    main()
