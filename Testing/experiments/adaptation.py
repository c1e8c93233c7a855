"""What a few corrected cases teach: Dice and ROI error on the test cases against how many there are, and by which recipe.

python Testing/experiments/adaptation.py --data QSM20 --output RUNS [--held SIMULATED] [--rows FIRST:LAST] [--start none]
python Testing/experiments/adaptation.py --output RUNS --print

The corrected cases are the first N training subjects of a random order (five orders); the test cases are those that the data
call so. Every row begins with the default model's weights: ``--start none`` without a protocol (for iron was fitted to all of
the training subjects), ``--start iron`` as it ships. A finished row stands in RUNS/rows.tsv and is not run again; a row that
was stopped goes on. With ``--held`` (a BIDS folder of ``dgmseg simulate``) some rows also say what is forgotten: Dice on
simulated volumes, each left out of a protocol that is fitted to the others, before and after.
"""

import argparse
import resource
import shutil
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from DGMSegmentationLib.adaptation.options import AdaptOptions, Recipe
from DGMSegmentationLib.adaptation.run import adapt
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.evaluation.overlap import CaseScore, evaluate_case
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.tables import read_table, write_table
from DGMSegmentationLib.models.model import Model, load_model
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.segmentation.labelling import label_case
from DGMSegmentationLib.segmentation.protocol import plain_protocol
from DGMSegmentationLib.segmentation.protocol_fit import best_protocol, fit_case
from DGMSegmentationLib.segmentation.run import Watch
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.training.cases import open_subject
from DGMSegmentationLib.training.data import Subject, find_subjects
from DGMSegmentationLib.training.run import train
from DGMSegmentationLib.training.run_options import RunOptions
from DGMSegmentationLib.training.settings import DataSettings

QUIET = Watch(log=lambda remark: None)
NUCLEUS = {s.abbreviation: s.nucleus for s in STANDARD}
WHOLE = Recipe()
RECIPES = {
    "protocol": Recipe(weights=False),
    "whole": WHOLE,
    "no replay": replace(WHOLE, replay=False),
    "no averaging": replace(WHOLE, share=1.0),
    "no synthesis": replace(WHOLE, synthesis=False),
}
PLAIN = "plain"
"""``dgmseg train --preset finetune`` on all cases: nothing left out, nothing averaged, no protocol."""
FORGETTING = ("whole", PLAIN, "no replay", "no averaging")
COLUMNS = [
    "start", "cases", "order", "recipe", "adopted", *STANDARD.nuclei, "dice", "error_ppb", "bias_ppb", "lowest",
    "promised_before", "promised_after", "held_before", "held_after", "seconds", "peak_mb",
]  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One adaptation."""

    cases: int
    order: int
    recipe: str

    def key(self, start: str) -> tuple[str, ...]:
        """By which a finished row is known."""
        return (start, str(self.cases), str(self.order), self.recipe)


def rows() -> list[Row]:
    """All rows, the most telling first."""
    found = [Row(0, 0, "first")]
    found += [Row(n, order, "protocol") for n in (3, 1, 5) for order in range(1, 6)]
    found += [Row(10, order, "protocol") for order in (1, 2)]
    for order in range(1, 6):
        found += [Row(3, order, "whole"), Row(3, order, PLAIN)]
    found += [Row(5, order, "whole") for order in range(1, 6)]
    found += [Row(3, order, part) for part in RECIPES if part.startswith("no ") for order in (1, 2)]
    found += [Row(5, order, PLAIN) for order in range(1, 6)] + [Row(1, order, PLAIN) for order in range(1, 6)]
    found += [Row(10, order, recipe) for recipe in ("whole", PLAIN) for order in (1, 2)]
    found += [Row(3, order, part) for part in RECIPES if part.startswith("no ") for order in (3, 4, 5)]
    return found


def scored(model: Model, protocol: str, subjects: list[Subject]) -> list[CaseScore]:
    """Scores as a user gets them."""
    predictor = Predictor(model, "cpu", log=lambda text: None)
    found = []
    for subject in subjects:
        opened, reference = open_subject(subject, DataSettings(), STANDARD)
        labels = label_case(opened, predictor, SegmentOptions(protocol=protocol), QUIET).labels
        found += evaluate_case(labels, reference, opened.image, subject=subject.name)
    return found


def remembered(model: Model, subjects: list[Subject]) -> float:
    """Mean Dice on simulated volumes, each left out of a protocol that is fitted to the others.

    So no model is blamed for the convention that it has learnt; what it no longer knows of the anatomies is left.
    """
    predictor = Predictor(model, "cpu", log=lambda text: None)
    cases = []
    for subject in subjects:
        opened, reference = open_subject(subject, DataSettings(), STANDARD)
        cases.append(fit_case(subject.name, opened, reference, predictor))
    return float(np.mean([*best_protocol(plain_protocol(STANDARD, "none"), cases, "held").after.values()]))


@cache
def remembered_at_first(subjects: tuple[Subject, ...]) -> float:
    """:func:`remembered` of the model that every row begins with: minutes, so once."""
    return remembered(load_model(), list(subjects))


class Table:
    """The rows that are done."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, object]] = [*read_table(path)] if path.exists() else []

    def has(self, row: Row, start: str) -> bool:
        """Whether a row is done."""
        return row.key(start) in {
            tuple(str(r[c]) for c in ("start", "cases", "order", "recipe")) for r in self.rows
        }

    def add(self, values: dict[str, object]) -> None:
        """Append a row."""
        self.rows.append({c: values.get(c, "") for c in COLUMNS})
        write_table(self.path, COLUMNS, self.rows)


def run_row(
    row: Row, start: str, subjects: list[Subject], held: list[Subject], folder: Path
) -> dict[str, object]:
    """Adapt, score, measure."""
    pool = [s for s in subjects if s.split == "train"]
    test = [s for s in subjects if s.split == "test"]
    cases = [pool[i] for i in np.random.default_rng(row.order).permutation(len(pool))[: row.cases]]
    name = f"{start}-{row.cases}-{row.order}-{row.recipe.replace(' ', '-')}"
    begun = time.monotonic()
    values: dict[str, object] = {"start": start, **vars(row)}
    model, protocol = load_model(), start
    if row.recipe == PLAIN:
        own = [replace(s, split="train") for s in cases]
        run = RunOptions("cpu", "default", (folder / name).exists())
        model, protocol = load_model(train("finetune", folder, folder / name, run, subjects=own)), "none"
    elif row.recipe != "first":
        table = folder / f"{name}.tsv"
        lines = [
            {"subject": s.name, "image": s.images[0].resolve(), "label": s.label.resolve()} for s in cases
        ]
        write_table(table, ["subject", "image", "label"], lines)
        options = AdaptOptions(
            protocol=start, device="cpu", resume=True, overwrite=True, recipe=RECIPES[row.recipe]
        )
        try:
            done = adapt([table], folder / f"{name}.safetensors", options, QUIET)
        except InputError as error:
            if error.code != "adapt_no_gain":
                raise
            values["adopted"] = "nothing"
        else:
            model, protocol = load_model(done.path), ""
            values |= {
                "adopted": done.what,
                "promised_before": np.mean([*done.before.values()]),
                "promised_after": np.mean([*done.after.values()]),
            }
    values["seconds"] = time.monotonic() - begun
    values["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    scores = scored(model, protocol, test)
    for nucleus in STANDARD.nuclei:
        values[nucleus] = np.mean([s.dice for s in scores if NUCLEUS[s.abbreviation] == nucleus])
    values["dice"] = np.mean([s.dice for s in scores])
    values["lowest"] = min(s.dice for s in scores)
    values["error_ppb"] = np.nanmedian([abs(s.mean_error_ppb) for s in scores])
    values["bias_ppb"] = np.nanmean([s.mean_error_ppb for s in scores])
    if held and row.cases == 3 and row.recipe in FORGETTING:
        values["held_before"], values["held_after"] = (
            remembered_at_first(tuple(held)),
            remembered(model, held),
        )
    shutil.rmtree(folder / name, ignore_errors=True)
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in values.items()}


def show(table: Table) -> None:
    """Means and SD over the orders as Markdown."""
    print("| start | cases | recipe | orders | Dice (SD) | " + " | ".join(STANDARD.nuclei))
    groups: dict[tuple[str, int, str], list[dict[str, object]]] = {}
    for row in table.rows:
        groups.setdefault((str(row["start"]), int(str(row["cases"])), str(row["recipe"])), []).append(row)

    def mean(rows: list[dict[str, object]], column: str) -> tuple[float, float]:
        values = [float(str(r[column])) for r in rows if str(r[column]) not in ("", "nan")]
        if not values:
            return float("nan"), float("nan")
        return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")

    for key, found in sorted(groups.items()):
        dice, spread = mean(found, "dice")
        nuclei = " | ".join(f"{mean(found, n)[0]:.3f}" for n in STANDARD.nuclei)
        gained = mean(found, "held_after")[0] - mean(found, "held_before")[0]
        adopted = sorted({str(r["adopted"]) for r in found if r["adopted"]})
        print(
            f"| {key[0]} | {key[1]} | {key[2]} | {len(found)} | {dice:.3f} ({spread:.3f}) | {nuclei} "
            f"| {mean(found, 'error_ppb')[0]:.1f} ({mean(found, 'error_ppb')[1]:.1f}) | {gained:+.3f} "
            f"| {mean(found, 'seconds')[0]:.0f} | {mean(found, 'peak_mb')[0]:.0f} | {', '.join(adopted)} |"
        )


def main() -> None:
    """Run what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--held", type=Path)
    parser.add_argument("--start", default="none")
    parser.add_argument("--rows", default=":")
    parser.add_argument("--print", action="store_true")
    wanted = parser.parse_args()
    wanted.output.mkdir(parents=True, exist_ok=True)
    table = Table(wanted.output / "rows.tsv")
    if wanted.print:
        show(table)
        return
    subjects = find_subjects(wanted.data)
    held = find_subjects(wanted.held)[::3] if wanted.held else []
    first, _, last = wanted.rows.partition(":")
    for row in rows()[int(first or 0) : int(last) if last else None]:
        if table.has(row, wanted.start):
            continue
        values = run_row(row, wanted.start, subjects, held, wanted.output)
        table.add(values)
        print(*row.key(wanted.start), values.get("adopted"), values["dice"], values["error_ppb"], flush=True)


if __name__ == "__main__":
    main()
