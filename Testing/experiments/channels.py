"""Does a second channel help? QSM against QSM + R2* and QSM + magnitude, on simulated heads, the channel right, off and missing.

python Testing/experiments/channels.py --anatomies PREPARED --held HELD --output RUNS
    [--heads 96] [--test 16] [--epochs 6] [--steps 300] [--jobs 1] [--device auto] [--arms qsm r2star magnitude]
    [--set optimiser.precision=bf16-mixed]
python Testing/experiments/channels.py --output RUNS --print

PREPARED and HELD hold anatomies that ``dgmseg simulate --cache DIR`` has made, HELD those of other people. Every network trains
with the preset ``default``, shortened, on the same heads, for as many steps of the same tiles. A test head is segmented with its
channel as simulated; displaced by 2 mm in a random direction, as it is and after what ``segment`` does with it
(`preprocessing.coregistration`); and missing: 0 everywhere, which is what a network sees outside the head. Resumable: heads,
trainings and rows that are there are kept; other numbers need another --output. ``--print`` gives the table.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from DGMSegmentationLib.evaluation.overlap import evaluate_case
from DGMSegmentationLib.image import Image, resample_to
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table, write_table
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.preprocessing.case import Case, open_case
from DGMSegmentationLib.preprocessing.coregistration import on_grid_of
from DGMSegmentationLib.segmentation.labelling import label_case
from DGMSegmentationLib.segmentation.run import Watch
from DGMSegmentationLib.simulation.dataset import (
    CHANNEL_NAMES,
    channel_path,
    image_path,
    labels_path,
    simulate_anatomies,
)
from DGMSegmentationLib.simulation.relaxation import CHANNELS
from DGMSegmentationLib.simulation.subject import Options
from DGMSegmentationLib.structures import STANDARD
from DGMSegmentationLib.training.run import train
from DGMSegmentationLib.training.run_options import RunOptions

ARMS = {
    "qsm": (),
    "r2star": (
        'data.channels=["qsm", "R2starmap"]',
        "preprocessing.windows=[[-300.0, 300.0], [0.0, 100.0]]",
    ),
    "magnitude": (
        'data.channels=["qsm", "T2starw"]',
        "preprocessing.windows=[[-300.0, 300.0], [0.0, 2.0]]",
        'preprocessing.window_units=["own", "median"]',
    ),
}
"""What each network changes of the preset."""
OPTIONS = Options(random_contrast=False, channels=CHANNELS)
TRAIN_SEED, TEST_SEED, SHIFT_SEED, SHIFT_MM = 2041, 2042, 2043, 2.0
COLUMNS = ("network", "channel", "head", "abbreviation", "dice", "mean_error_ppb", "left_mm")
CONDITIONS = ("right", "2 mm off", "2 mm off, registered", "missing")
QUIET = Watch(log=lambda remark: None)


def prepared(folder: Path) -> list[Path]:
    """The anatomies of a cache."""
    return sorted(p for p in folder.glob("*.npz") if not p.stem.endswith("_parts"))


def learn(arm: str, asked: argparse.Namespace) -> Path:
    """Train one network, or go on with it."""
    less = (f"stage1.epochs={asked.epochs}", f"sampling.steps_per_epoch={asked.steps}", f'name="{arm}"')
    # Nuclei remixed in the QSM alone would teach that R2* says nothing of iron.
    changes = (*ARMS[arm], *less, "augmentation.contrast=0.0", *asked.set)
    options = RunOptions(asked.device, resume=True, log=lambda text: print(arm, text, flush=True))
    return train("default", asked.output / "train", asked.output / arm, options, overrides=changes)


def conditions(case: Case, head: int) -> Iterator[tuple[str, Case, float]]:
    """The case with its channel as each condition has it, and by how many mm it then is off at the brain's centre."""
    yield "right", case, 0.0
    if not case.extra:
        return
    (channel,) = case.extra
    towards = np.random.default_rng([SHIFT_SEED, head]).standard_normal(3)
    shift = SHIFT_MM * towards / np.linalg.norm(towards)
    affine = channel.affine.copy()
    affine[:3, 3] += shift
    moved = resample_to(channel.data, Image(channel.data, affine).grid, channel.grid).astype(np.float32)
    off = channel.replace(data=moved)
    yield "2 mm off", replace(case, extra=(off,)), SHIFT_MM
    back, move, _ = on_grid_of(off, case.image, case.mask)
    left = shift if move is None else shift + np.array(move.shift_mm)
    yield "2 mm off, registered", replace(case, extra=(back,)), float(np.linalg.norm(left))
    yield "missing", replace(case, extra=(channel.replace(data=np.zeros_like(moved)),)), float("nan")


def measure(arm: str, model: Path, heads: list[str], output: Path) -> None:
    """Append the rows of the test heads that have none yet."""
    path = output / "rows.tsv"
    rows: list[dict[str, object]] = [{**row} for row in read_table(path)] if path.exists() else []
    done = {row["head"] for row in rows if row["network"] == arm}
    loaded = load_model(model)
    predictor = Predictor(loaded, "cpu", log=lambda text: None)
    for number, head in enumerate(heads):
        if head in done:
            continue
        files = {
            CHANNEL_NAMES[channel].rpartition("_")[2]: channel_path(output / "test", head, channel)
            for channel in CHANNELS
        }
        names = loaded.header.channels
        extra = {name: files[name] for name in names[1:]}
        case = open_case(image_path(output / "test", head), channels=names, extra=extra)
        truth = read_labels(labels_path(output / "test", head))
        for condition, changed, left in conditions(case, number):
            labels = label_case(changed, predictor, SegmentOptions(), QUIET).labels
            for score in evaluate_case(labels, truth, case.image, subject=head):
                values = (score.abbreviation, score.dice, score.mean_error_ppb, left)
                cells = [v if isinstance(v, str) else round(v, 3) for v in values]
                rows.append(dict(zip(COLUMNS, (arm, condition, head, *cells), strict=True)))
        write_table(path, COLUMNS, rows)
        print(arm, head, flush=True)


def tell(output: Path) -> None:
    """Print the table as Markdown."""
    rows = list(read_table(output / "rows.tsv"))
    nucleus = {s.abbreviation: s.nucleus for s in STANDARD}
    print(f"{len({r['head'] for r in rows})} heads")
    print(f"| network | further channel | {' | '.join(STANDARD.nuclei)} | mean Dice | lowest head "
          "| median ROI-mean error, ppb | channel off by, mm |")  # fmt: skip
    print("|---|---|" + "---|" * (len(STANDARD.nuclei) + 4))
    for arm in ARMS:
        for condition in CONDITIONS:
            mine = [r for r in rows if (r["network"], r["channel"]) == (arm, condition)]
            if not mine:
                continue
            dice = {
                n: np.mean([float(r["dice"]) for r in mine if nucleus[r["abbreviation"]] == n])
                for n in STANDARD.nuclei
            }
            heads = {
                h: np.mean([float(r["dice"]) for r in mine if r["head"] == h])
                for h in {r["head"] for r in mine}
            }
            errors = np.array([abs(float(r["mean_error_ppb"] or "nan")) for r in mine])
            left = np.mean([float(r["left_mm"] or "nan") for r in mine])
            cells = [f"{d:.3f}" for d in (*dice.values(), np.mean(list(heads.values())), min(heads.values()))]
            cells += [
                f"{np.nanmedian(errors):.1f}" if np.isfinite(errors).any() else "-",
                f"{left:.1f}" if np.isfinite(left) and arm != "qsm" else "-",
            ]
            named = "none" if arm == "qsm" else condition
            print(f"| {'QSM' if arm == 'qsm' else f'QSM + {arm}'} | {named} | {' | '.join(cells)} |")


def main() -> None:
    """Simulate, train and measure what is missing, then print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--anatomies", type=Path)
    parser.add_argument("--held", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--heads", type=int, default=96)
    parser.add_argument("--test", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=list(ARMS))
    parser.add_argument("--set", action="append", default=[], help="a further change of the preset")
    parser.add_argument("--print", action="store_true")
    asked = parser.parse_args()
    if not asked.print:
        if asked.anatomies is None or asked.held is None:
            parser.error("--anatomies and --held are needed to run")
        made = {"options": OPTIONS, "jobs": asked.jobs}
        simulate_anatomies(prepared(asked.anatomies), asked.output / "train", asked.heads, TRAIN_SEED, **made)
        test = asked.output / "test"
        heads = simulate_anatomies(prepared(asked.held), test, asked.test, TEST_SEED, **made)
        for arm in asked.arms:
            measure(arm, learn(arm, asked), heads, asked.output)
    tell(asked.output)


if __name__ == "__main__":
    main()
