"""How flags and their thresholds relate to true Dice: the tables of Docs/quality.md.

python Testing/experiments/quality_calibration.py MODEL BIDS_DIR OUTPUT.tsv [SUBJECT ...]  segment, as they are and spoiled (slow)
python Testing/experiments/quality_calibration.py OUTPUT.tsv                               only the tables, from an earlier run

BIDS_DIR holds reference labels in derivatives; without subjects those of the split "test" in participants.tsv are taken.
Every structure of every volume is one line of OUTPUT.tsv; a run goes on where an earlier one stopped. Dice, entropy and
flags are those of a plain run, the agreement of the head with its mirror image that of a run with flip averaging.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import ndimage

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.evaluation.overlap import evaluate_case
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table, write_table
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment

COLUMNS = ("subject", "spoiled", "abbreviation", "dice", "undecided", "flip_dice", "beyond_box", "flags")
GOOD, BAD = 0.75, 0.5
UNDECIDED = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
FLIP = (0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9)


def noisy(sd: float) -> Callable[[Image], Image]:
    """Add white noise, in shares of the brain's own standard deviation."""

    def spoil(image: Image) -> Image:
        brain = image.data != 0
        noise = np.random.default_rng(0).normal(0, sd * image.data[brain].std(), image.shape)
        return image.replace(data=np.where(brain, image.data + noise, 0).astype(np.float32))

    return spoil


def blurred(mm: float) -> Callable[[Image], Image]:
    """Smooth with a Gaussian of this standard deviation."""

    def spoil(image: Image) -> Image:
        smooth = ndimage.gaussian_filter(image.data, [mm / s for s in image.spacing])
        return image.replace(data=np.where(image.data != 0, smooth, 0).astype(np.float32))

    return spoil


def scaled(factor: float) -> Callable[[Image], Image]:
    """Less contrast, or the opposite sign."""
    return lambda image: image.replace(data=image.data * np.float32(factor))


def tilted(degrees: float) -> Callable[[Image], Image]:
    """Turn the header about the left-right axis, as of a head that lies otherwise; labels keep the array."""

    def spoil(image: Image) -> Image:
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        turn = np.array([[1, 0, 0, 0], [0, c, -s, 0], [0, s, c, 0], [0, 0, 0, 1.0]])
        return image.replace(affine=turn @ image.affine)

    return spoil


def cut_brain(image: Image) -> Image:
    """A brain mask that lost the lowest quarter of its height, on one half of the head."""
    brain = image.data != 0
    axis = "".join(image.grid.axis_codes)
    lateral, height = (next(i for i, code in enumerate(axis) if code in pair) for pair in ("LR", "IS"))
    used = np.flatnonzero(brain.any(axis=tuple(a for a in range(3) if a != height)))
    quarter = round(used[0] + 0.45 * (used[-1] - used[0]))
    gone: list[slice] = [slice(None)] * 3
    gone[height] = slice(0, quarter) if axis[height] == "S" else slice(image.shape[height] - quarter, None)
    gone[lateral] = slice(0, image.shape[lateral] // 2)
    data = image.data.copy()
    data[tuple(gone)] = 0
    return image.replace(data=data)


SPOILS: dict[str, Callable[[Image], Image]] = {
    "as it is": lambda image: image,
    "noise 1 SD": noisy(1.0),
    "noise 2 SD": noisy(2.0),
    "blurred 3 mm": blurred(3.0),
    "contrast 0.4": scaled(0.4),
    "sign flipped": scaled(-1.0),
    "tilted 25 degrees": tilted(25.0),
    "brain cut": cut_brain,
}


def measure(model: str, folder: Path, output: Path, subjects: list[str]) -> None:
    """Segment every subject as it is and spoiled, and append the lines to ``output``."""
    if not subjects:
        table = read_table(folder / "participants.tsv")
        subjects = [line["participant_id"] for line in table if line.get("split") == "test"]
    lines = read_table(output) if output.exists() else []
    done = {(line["subject"], line["spoiled"]) for line in lines}
    predictor = Predictor(load_model(model))
    for subject in subjects:
        image = read_image(folder / subject / "anat" / f"{subject}_Chimap.nii.gz")
        truth = read_labels(next(folder.glob(f"derivatives/*/{subject}/anat/*_dseg.nii.gz")))
        for name, spoil in SPOILS.items():
            if (subject, name) in done:
                continue
            spoiled = spoil(image)
            try:
                found = segment(spoiled, predictor=predictor, log=lambda text: None)
                both = segment(spoiled, predictor=predictor, flip_average=True, log=lambda text: None)
            except InputError as error:  # said at once, before any flag is needed
                print(subject, name, f"refused: {error}", flush=True)
                continue
            scores = evaluate_case(found.labels, truth.replace(affine=found.labels.affine), found.image)
            notes, agree = found.provenance, both.provenance["flip_dice"]
            for score, row, mean in zip(scores, found.rows, both.rows, strict=True):
                part = row.abbreviation
                codes = row.flags.split(";") + [c for c in mean.flags.split(";") if c == "flip_disagreement"]
                lines.append(
                    {
                        "subject": subject,
                        "spoiled": name,
                        "abbreviation": part,
                        "dice": f"{score.dice:.4f}",
                        "undecided": f"{notes['undecided'].get(part, float('nan')):.4f}",
                        "flip_dice": f"{agree.get(part, float('nan')):.4f}",
                        "beyond_box": str(part in notes.get("beyond_prior_box", ())).lower(),
                        "flags": ";".join(code for code in codes if code),
                    }
                )
            write_table(output, COLUMNS, lines)
            print(subject, name, f"mean Dice {np.mean([s.dice for s in scores]):.3f}", flush=True)


def show(output: Path) -> None:
    """Print the tables: each flag, and each threshold of the two that are measured, against Dice."""
    lines = read_table(output)
    dice = np.array([float(line["dice"]) for line in lines])
    good, bad = dice >= GOOD, dice < BAD
    print(f"{good.sum()} structures with Dice >= {GOOD}, {bad.sum()} below {BAD}, of {len(lines)}\n")
    print(f"| flag | of good (Dice >= {GOOD}) | of bad (< {BAD}) |\n|---|---|---|")

    def row(name: str, fires: np.ndarray) -> None:
        shares = [f"{100 * fires[group].mean():.0f} %" if group.any() else "-" for group in (good, bad)]
        print(f"| {name} | {shares[0]} | {shares[1]} |")

    codes = sorted({code for line in lines for code in line["flags"].split(";") if code})
    for code in codes:
        row(f"`{code}`", np.array([code in line["flags"].split(";") for line in lines]))
    row("any", np.array([bool(line["flags"]) for line in lines]))
    undecided = np.array([float(line["undecided"]) for line in lines])
    agree = np.array([float(line["flip_dice"]) for line in lines])
    for threshold in UNDECIDED:
        row(f"undecided > {threshold}", undecided > threshold)
    for threshold in FLIP:
        row(f"flip Dice < {threshold}", agree < threshold)
    row("beyond the prior box", np.array([line["beyond_box"] == "true" for line in lines]))
    print("\n| volume | mean Dice | structures with a flag |\n|---|---|---|")
    for name in dict.fromkeys(line["spoiled"] for line in lines):
        here = np.array([line["spoiled"] == name for line in lines])
        flagged = np.mean([bool(line["flags"]) for line, h in zip(lines, here, strict=True) if h])
        print(f"| {name} | {dice[here].mean():.2f} | {100 * flagged:.0f} % |")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
    show(Path(sys.argv[-1] if len(sys.argv) == 2 else sys.argv[3]))
