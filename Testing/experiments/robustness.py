"""How much a model loses on altered volumes: other voxels, a tilted head, a shifted field of view, an offset, other units.

python Testing/experiments/robustness.py --data QSM20 [--model default] [--subjects sub-N028,...] [--output robustness.tsv]

Each alteration changes the image and its reference labels alike; the model segments the altered file as a user would
have it, and Dice and ROI means are taken on the altered grid. Prints a Markdown table for Docs/results.md.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import ndimage
from scipy.spatial.transform import Rotation

from DGMSegmentationLib.evaluation.overlap import CaseScore, evaluate_case
from DGMSegmentationLib.image import Grid, Image, resample_to
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import read_image, write_text
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.structures import STANDARD

Pair = tuple[Image, Image]


def on_grid(pair: Pair, grid: Grid) -> Pair:
    """Image (linear) and labels (nearest neighbour) on another grid; the image stays 0 outside its mask."""
    image, labels = pair
    inside = resample_to((image.data != 0).astype(np.uint8), image.grid, grid, 0) > 0
    values = np.where(inside, resample_to(image.data, image.grid, grid, 1), 0).astype(np.float32)
    drawn = resample_to(labels.data, labels.grid, grid, 0)
    return image.replace(data=values, affine=grid.affine), labels.replace(data=drawn, affine=grid.affine)


def with_spacing(*spacing: float) -> Callable[[Pair], Pair]:
    """Resampled to another voxel size (mm) over the same field of view."""

    def alter(pair: Pair) -> Pair:
        grid = pair[0].grid
        scale = np.array(spacing) / grid.spacing
        size = [round(n / s) for n, s in zip(grid.shape, scale, strict=True)]
        affine = grid.affine.copy()
        affine[:3, :3] = grid.affine[:3, :3] * scale
        affine[:3, 3] += grid.affine[:3, :3] @ ((scale - 1) / 2)
        return on_grid(pair, Grid((size[0], size[1], size[2]), affine))

    return alter


def smoothed(fwhm_mm: float) -> Callable[[Pair], Pair]:
    """Blurred inside the mask, like an average over a group."""

    def alter(pair: Pair) -> Pair:
        image, labels = pair
        sigma = fwhm_mm / 2.355 / np.array(image.spacing)
        inside = (image.data != 0).astype(np.float32)
        weight = ndimage.gaussian_filter(inside, sigma)
        values = ndimage.gaussian_filter(image.data.astype(np.float32), sigma) / np.maximum(weight, 1e-3)
        return image.replace(data=np.where(inside > 0, values, 0).astype(np.float32)), labels

    return alter


def tilted(degrees: float, axis: str = "x") -> Callable[[Pair], Pair]:
    """The head turned about an axis of the scanner through the centre of the volume; the slices stay where they were."""

    def alter(pair: Pair) -> Pair:
        grid = pair[0].grid
        centre = grid.affine @ np.array([*(np.array(grid.shape) - 1) / 2, 1.0])
        turn = np.eye(4)
        turn[:3, :3] = Rotation.from_euler(axis, degrees, degrees=True).as_matrix()
        turn[:3, 3] = centre[:3] - turn[:3, :3] @ centre[:3]
        turned = on_grid(pair, Grid(grid.shape, turn @ grid.affine))
        return turned[0].replace(affine=grid.affine), turned[1].replace(affine=grid.affine)

    return alter


def cropped(pair: Pair) -> Pair:
    """An off-centre field of view: a fifth cut off behind, a tenth on the left, the upper quarter above the labels."""
    image, labels = pair
    where = np.argwhere(image.data != 0)
    low, high = where.min(axis=0), where.max(axis=0) + 1
    low[0] += (high[0] - low[0]) // 10
    low[1] += (high[1] - low[1]) // 5
    top = int(np.argwhere(labels.data > 0)[:, 2].max()) + 3
    high[2] = min(high[2], top)
    cut = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    affine = image.grid.cropped(cut).affine
    return image.replace(data=image.data[cut], affine=affine), labels.replace(
        data=labels.data[cut], affine=affine
    )


def offset(ppb: float) -> Callable[[Pair], Pair]:
    """Another reference: all of the brain shifted by a constant."""
    return lambda pair: (
        pair[0].replace(data=np.where(pair[0].data != 0, pair[0].data + ppb * 1e-3, 0).astype(np.float32)),
        pair[1],
    )


def in_ppb(pair: Pair) -> Pair:
    """The same map in ppb instead of ppm; the unit is left to be found out."""
    return pair[0].replace(data=pair[0].data * 1e3), pair[1]


ALTERATIONS: dict[str, Callable[[Pair], Pair]] = {
    "as it is": lambda pair: pair,
    "1 x 1 x 1 mm": with_spacing(1, 1, 1),
    "0.5 x 0.5 x 2 mm": with_spacing(0.5, 0.5, 2),
    "smoothed, 2.5 mm FWHM": smoothed(2.5),
    "head nodded by +20 degrees": tilted(20),
    "head nodded by -20 degrees": tilted(-20),
    "head rolled by 20 degrees": tilted(20, "y"),
    "off-centre field of view": cropped,
    "reference +30 ppb": offset(30),
    "reference -30 ppb": offset(-30),
    "ppb instead of ppm": in_ppb,
}


def main() -> None:
    """Score every alteration and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="a BIDS folder with derivatives/reference")
    parser.add_argument("--model", default="default")
    parser.add_argument("--subjects", default="", help="names with commas between; all when left out")
    parser.add_argument("--flip-average", action="store_true")
    parser.add_argument("--protocol", default="", help="a labelling protocol's name or file")
    parser.add_argument("--output", type=Path, help="a TSV with a row per alteration, case and structure")
    wanted = parser.parse_args()
    names = [n for n in wanted.subjects.split(",") if n] or sorted(p.name for p in wanted.data.glob("sub-*"))
    predictor = Predictor(load_model(wanted.model), log=lambda text: None)
    nucleus = {s.abbreviation: s.nucleus for s in STANDARD}
    lines = ["alteration\tsubject\tstructure\tdice\tmean_error_ppb"]
    print(
        f"| alteration | {' | '.join(STANDARD.nuclei)} | mean Dice | lowest case | median ROI-mean error, ppb |"
    )
    print("|---|" + "---|" * (len(STANDARD.nuclei) + 3))
    for title, alter in ALTERATIONS.items():
        scores: list[CaseScore] = []
        for name in names:
            image = read_image(wanted.data / name / "anat" / f"{name}_Chimap.nii.gz")
            folder = wanted.data / "derivatives" / "reference" / name / "anat"
            changed, reference = alter((image, read_labels(folder / f"{name}_seg-DGM_dseg.nii.gz")))
            result = segment(
                changed,
                predictor=predictor,
                flip_average=wanted.flip_average,
                protocol=wanted.protocol,
                log=lambda text: None,
            )
            scores += evaluate_case(result.labels, reference, result.image, subject=name)
        lines += [
            f"{title}\t{s.subject}\t{s.abbreviation}\t{s.dice:.4f}\t{s.mean_error_ppb:.2f}" for s in scores
        ]
        mine = [np.mean([s.dice for s in scores if nucleus[s.abbreviation] == n]) for n in STANDARD.nuclei]
        cases = [np.mean([s.dice for s in scores if s.subject == n]) for n in names]
        error = np.nanmedian([abs(s.mean_error_ppb) for s in scores])
        cells = [f"{m:.3f}" for m in (*mine, np.mean(cases), min(cases))] + [f"{error:.1f}"]
        print(f"| {title} | {' | '.join(cells)} |", flush=True)
    if wanted.output:
        write_text(wanted.output, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
