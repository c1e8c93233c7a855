"""How clearly a protocol fitted to few cases must be better than the one that it begins with.

python Testing/experiments/protocol_gain.py --data QSM20

For 1, 3 and 5 training cases in five random orders, from the protocol iron and from none: mean Dice on the test cases, on
the network's grid, where a structure's fit is adopted if it gains more than .002 and more than k standard errors on what was
left out.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from DGMSegmentationLib.inference.case_predictor import open_predictor
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.protocol import Rule, load_protocol, plain_protocol
from DGMSegmentationLib.segmentation.protocol_fit import (
    SIDES,
    SMALLEST_GAIN,
    FitCase,
    dice,
    fit_case,
    fit_rule,
)
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.training.cases import open_subject
from DGMSegmentationLib.training.data import find_subjects
from DGMSegmentationLib.training.settings import DataSettings

ERRORS = (0.0, 0.5, 1.0, 2.0, np.inf)


def mean_dice(rules: Sequence[Rule], cases: Sequence[FitCase]) -> float:
    """Over structures, cases and sides."""
    return float(np.mean([dice(rule, (case, side)) for rule in rules for case in cases for side in SIDES]))


def fitted(rule: Rule, cases: Sequence[FitCase]) -> tuple[Rule, float, float]:
    """The fit to all, and the gain on what was left out in turn (the sides of a single case) with its standard error."""
    groups = [[(c, s) for s in SIDES] for c in cases] if len(cases) > 1 else [[(cases[0], s)] for s in SIDES]
    gains = []
    for n, held in enumerate(groups):
        one = fit_rule(rule, [unit for m, group in enumerate(groups) if m != n for unit in group])
        gains.append(np.mean([dice(one, u) - dice(rule, u) for u in held]))
    whole = fit_rule(rule, [unit for group in groups for unit in group])
    return whole, float(np.mean(gains)), float(np.std(gains, ddof=1) / np.sqrt(len(gains)))


def main() -> None:
    """Print a row an order, and the means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    model = load_model()
    predictor = open_predictor(model, "cpu", log=lambda text: None)
    found = {"train": [], "test": []}
    for subject in find_subjects(parser.parse_args().data):
        opened, labels = open_subject(subject, DataSettings(), STANDARD)
        found.setdefault(subject.split, []).append(fit_case(subject.name, opened, labels, predictor))
    for base in (load_protocol("iron"), plain_protocol(model.header.structures, "none")):
        print(f"{base.name}: {mean_dice(base.rules, found['test']):.4f}", flush=True)
        for count in (1, 3, 5):
            table = []
            for order in range(1, 6):
                chosen = np.random.default_rng(order).permutation(len(found["train"]))[:count]
                fits = [(rule, *fitted(rule, [found["train"][i] for i in chosen])) for rule in base.rules]
                table.append(
                    [
                        mean_dice(
                            [new if g > SMALLEST_GAIN and g > k * e else old for old, new, g, e in fits],
                            found["test"],
                        )
                        for k in ERRORS
                    ]
                )
                print(base.name, count, order, np.round(table[-1], 4), flush=True)
            print(base.name, count, "mean", np.round(np.mean(table, axis=0), 4), flush=True)


if __name__ == "__main__":
    main()
