"""Dice on the test cases against the number of labelled subjects that a model is fine-tuned on.

python Testing/experiments/fine_tuning.py --data QSM20 --output RUNS [--model default] [--counts 1 3 5 10 15] [--seed 1]

Each count is one ``dgmseg train --preset finetune --init MODEL`` on the first N training subjects of one random order
(the smaller sets lie inside the larger ones); 0 is the model as it is. A finished count is not run again:
another model or seed needs another --output.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from DGMSegmentationLib.cli import main as dgmseg
from DGMSegmentationLib.io.files import write_text
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.training.data import Subject, find_subjects
from DGMSegmentationLib.training.preset import load_preset
from DGMSegmentationLib.training.scoring import score_model, write_scores


def write_table(path: Path, subjects: list[Subject]) -> None:
    """A training table with absolute paths."""
    rows = [f"{s.name}\t{s.images[0].resolve()}\t{s.label.resolve()}\t{s.split}" for s in subjects]
    write_text(path, "\n".join(["subject\timage\tlabel\tsplit", *rows]) + "\n")


def read(path: Path) -> list[dict[str, str]]:
    """Rows of single cases of an evaluation table."""
    with open(path, encoding="utf-8", newline="") as table:
        return [r for r in csv.DictReader(table, delimiter="\t") if r["subject"] not in ("mean", "sd")]


def main() -> None:
    """Train what is missing and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--model", default="default")
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 3, 5, 10, 15])
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    wanted.output.mkdir(parents=True, exist_ok=True)
    subjects = find_subjects(wanted.data)
    train = [s for s in subjects if s.split == "train"]
    test = [s for s in subjects if s.split == "test"]
    if max(wanted.counts) > len(train):
        raise SystemExit(f"There are {len(train)} training subjects; --counts asks for {max(wanted.counts)}.")
    order = np.random.default_rng(wanted.seed).permutation(len(train))
    start = wanted.output / "0.tsv"
    if not start.exists():
        scores = score_model(load_model(wanted.model), test, load_preset("finetune").data)
        write_scores(scores.scores, start)
    tables = {0: start}
    for count in wanted.counts:
        folder = wanted.output / str(count)
        tables[count] = folder / "evaluation.tsv"
        if not tables[count].exists():
            table = wanted.output / f"{count}_subjects.tsv"
            write_table(table, [train[i] for i in order[:count]] + test)
            words = ["train", "--preset", "finetune", "--init", wanted.model, "--data", str(table)]
            if dgmseg([*words, "--output", str(folder), "--resume", "--verbose"]):
                raise SystemExit(1)
    nucleus = {s.abbreviation: s.nucleus for s in STANDARD}
    print(f"| subjects | {' | '.join(STANDARD.nuclei)} | mean Dice | median ROI-mean error, ppb |")
    print("|---|" + "---|" * (len(STANDARD.nuclei) + 2))
    for count, path in sorted(tables.items()):
        rows = read(path)
        mine = [
            np.mean([float(r["dice"]) for r in rows if nucleus[r["abbreviation"]] == n])
            for n in STANDARD.nuclei
        ]
        errors = [abs(float(r["mean_error_ppb"])) for r in rows if r["mean_error_ppb"]]
        cells = [f"{d:.3f}" for d in (*mine, np.mean(mine))] + [f"{np.median(errors):.1f}"]
        print(f"| {count} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
