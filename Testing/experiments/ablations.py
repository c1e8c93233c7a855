"""What each part of the simulator is worth: short trainings without it, scored on real QSM (a table for Docs/results.md).

python Testing/experiments/ablations.py --labelmaps LABELMAPS --data QSM20 --output RUNS [--cache DIR]
    [--variants full no-veins ...]

Every variant simulates its own subjects with one seed and trains the preset ``default``, shortened, on them; the table
compares variants with each other, not with the bundled model. A finished step is not done again: run it again to go on,
with other numbers in another --output. The one reconstruction is truncated k-space division, the harshest of the four.
"""

import argparse
import csv
import subprocess
import sys
from pathlib import Path

import numpy as np

from DGMSegmentationLib.cli import main as dgmseg
from DGMSegmentationLib.io.files import write_text
from DGMSegmentationLib.structures import STANDARD

HERE = Path(__file__).resolve().parent
VARIANTS: dict[str, list[str]] = {
    "full": [],
    "no-veins": ["--no-veins"],
    "one-reconstruction": ["--reconstruction", "tkd"],
    "no-deformation": ["--no-deformation"],
}
EPOCHS, STEPS = 4, 250
NUCLEUS = {s.abbreviation: s.nucleus for s in STANDARD}


def run(arguments: list[str]) -> None:
    """A command of dgmseg; its failure ends the script."""
    if dgmseg(arguments):
        raise SystemExit(1)


def main() -> None:
    """Simulate, train and score what is missing, then print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labelmaps", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="prepared anatomies, as for dgmseg simulate")
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--anatomies", type=int, default=64)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    wanted = parser.parse_args()
    wanted.output.mkdir(parents=True, exist_ok=True)
    preset = wanted.output / "short.toml"
    write_text(
        preset,
        f'base = "default"\nname = "short"\n[sampling]\nsteps_per_epoch = {STEPS}\n[stage1]\nepochs = {EPOCHS}\n',
    )
    cache = wanted.cache or wanted.output / "anatomies"
    for name in wanted.variants:
        folder = wanted.output / name
        scores = folder / "scores"
        if (scores / "cases.tsv").exists():
            continue
        simulate = [
            "simulate",
            "--labelmaps",
            str(wanted.labelmaps),
            "--output",
            str(folder / "data"),
            "--seed",
            "4",
        ]
        simulate += [
            "--count",
            str(wanted.count),
            "--anatomies",
            str(wanted.anatomies),
            "--cache",
            str(cache),
        ]
        run([*simulate, "--jobs", str(wanted.jobs), *VARIANTS[name]])
        model = folder / "run" / "model.safetensors"
        if not model.exists():
            train = ["train", "--preset", str(preset), "--data", str(folder / "data")]
            run([*train, "--output", str(folder / "run"), "--resume"])
        script = [sys.executable, str(HERE / "score_on_real.py"), "--data", str(wanted.data)]
        subprocess.run([*script, "--output", str(scores), "--model", str(model)], check=True)
    print(f"| variant | {' | '.join(STANDARD.nuclei)} | mean Dice | median ROI-mean error, ppb |")
    print("|---|" + "---|" * (len(STANDARD.nuclei) + 2))
    for name in VARIANTS:
        table = wanted.output / name / "scores" / "cases.tsv"
        if not table.exists():
            continue
        with open(table, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        dice = [
            np.mean([float(r["dice"]) for r in rows if NUCLEUS[r["abbreviation"]] == n])
            for n in STANDARD.nuclei
        ]
        error = np.median([abs(float(r["mean_error_ppb"])) for r in rows if r["mean_error_ppb"]])
        print(
            f"| {name} | {' | '.join(f'{d:.3f}' for d in dice)} | {np.mean([float(r['dice']) for r in rows]):.3f} | {error:.1f} |"
        )


if __name__ == "__main__":
    main()
