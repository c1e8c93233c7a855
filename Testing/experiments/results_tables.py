"""Markdown tables for Docs/results.md from the evaluation.tsv files that ``dgmseg train`` writes.

python Testing/experiments/results_tables.py NAME=evaluation.tsv [NAME=evaluation.tsv ...]
"""

import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from DGMSegmentationLib.structures import STANDARD

NUCLEUS = {s.abbreviation: s.nucleus for s in STANDARD}


def read(path: Path) -> list[dict[str, str]]:
    """The rows of single cases; mean and SD rows are left out."""
    with open(path, encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return [r for r in rows if r["abbreviation"] in NUCLEUS and r["subject"].startswith("sub-")]


def by_nucleus(rows: list[dict[str, str]], column: str) -> dict[str, list[float]]:
    """Values of a column per nucleus, both sides together."""
    values: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        values[NUCLEUS[row["abbreviation"]]].append(float(row[column] or "nan"))
    return values


def main(words: list[str]) -> None:
    """Print one table per figure, and each case's mean Dice."""
    runs = {name: read(Path(path)) for name, path in (word.split("=", 1) for word in words)}
    for column, title, digits in (
        ("dice", "Dice", 3),
        ("precision", "precision", 3),
        ("sensitivity", "sensitivity", 3),
        ("hd95_mm", "HD95, mm", 2),
        ("volume_error_percent", "volume error, %", 1),
    ):
        print(
            f"\n| {title} | {' | '.join(STANDARD.nuclei)} | all ten |\n|---|{'---|' * (len(STANDARD.nuclei) + 1)}"
        )
        for name, rows in runs.items():
            values = by_nucleus(rows, column)
            everything = [v for part in values.values() for v in part]
            cells = [f"{np.nanmean(values[n]):.{digits}f}" for n in STANDARD.nuclei] + [
                f"{np.nanmean(everything):.{digits}f}"
            ]
            print(f"| {name} | {' | '.join(cells)} |")
    print(
        "\n| ROI-mean error, ppb: bias (median of the absolute error) |",
        " | ".join(STANDARD.nuclei),
        "| all ten |",
    )
    print("|---|" + "---|" * (len(STANDARD.nuclei) + 1))
    for name, rows in runs.items():
        values = by_nucleus(rows, "mean_error_ppb")
        everything = [v for part in values.values() for v in part]
        cells = [
            f"{np.nanmean(v):+.1f} ({np.nanmedian(np.abs(v)):.1f})"
            for v in (*(values[n] for n in STANDARD.nuclei), everything)
        ]
        print(f"| {name} | {' | '.join(cells)} |")
    print(
        "\n| mean Dice of a case |",
        " | ".join(sorted({r["subject"] for rows in runs.values() for r in rows})),
        "|",
    )
    for name, rows in runs.items():
        cases: dict[str, list[float]] = defaultdict(list)
        for row in rows:
            cases[row["subject"]].append(float(row["dice"]))
        worst = min(rows, key=lambda r: float(r["dice"]))
        cells = [f"{np.mean(cases[c]):.3f}" for c in sorted(cases)]
        print(
            f"| {name} | {' | '.join(cells)} | lowest: {worst['abbreviation']} of {worst['subject']}, {float(worst['dice']):.3f}"
        )
        if "false_positive_voxels" in rows[0]:
            counts = {r["subject"]: int(float(r["false_positive_voxels"])) for r in rows}
            print(f"  false-positive voxels before components: {counts}, together {sum(counts.values())}")


if __name__ == "__main__":
    main(sys.argv[1:])
