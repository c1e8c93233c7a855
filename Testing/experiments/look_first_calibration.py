"""How many lost slabs "look here first" finds, and how many good structures it asks to look at: the table of Docs/quality.md.

python Testing/experiments/look_first_calibration.py BIDS_DIR [--model default] [--labels FOLDER] [--subjects sub-01,sub-02]

BIDS_DIR holds reference labels in derivatives; FOLDER what ``dgmseg cohort`` made of it already: no network runs. The model's
own labels are cut, one structure at a time: its lower, upper, front or back third, or a quarter at a corner (10 to 60 % of it).
Caught: a flagged slice of that structure is one that was cut. Good: structures of uncut labels with a Dice of .75 or more
against the reference.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from DGMSegmentationLib.image import Image
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.measurement.look_first import look_first
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.segmentation.pipeline import segment

GOOD = 0.75
_AROUND_MM = 20.0
_THIRD = 0.35


def around(labels: Image, image: Image, *more: np.ndarray) -> tuple[Image, Image, list[np.ndarray]]:
    """Everything cut to the surroundings of the nuclei."""
    found, reach = np.argwhere(labels.data), np.ceil(_AROUND_MM / np.array(labels.spacing)).astype(int)
    low = np.maximum(found.min(axis=0) - reach, 0)
    box = tuple(slice(a, b) for a, b in zip(low, found.max(axis=0) + reach + 1, strict=True))
    affine = labels.grid.cropped(box).affine
    return (
        labels.replace(data=labels.data[box], affine=affine),
        image.replace(data=image.data[box], affine=affine),
        [m[box] for m in more],
    )


def slabs(inside: np.ndarray) -> Iterator[np.ndarray]:
    """Parts of a structure to be lost; the third axis runs upwards, the second to the front."""
    where, places = np.argwhere(inside), np.indices(inside.shape)
    for axis, sign in ((2, 1), (2, -1), (1, 1), (1, -1)):
        limit = np.quantile(sign * where[:, axis], _THIRD, method="inverted_cdf")
        yield inside & (sign * places[axis] <= limit)
    middle = np.median(where, axis=0)
    yield inside & (places[1] < middle[1]) & (places[2] <= middle[2])


def labelled(bids: Path, name: str, predictor: Predictor | None, made: Path | None) -> tuple[Image, Image]:
    """Automatic labels of a subject, run or read, and the map in ppb."""
    image = next((bids / name / "anat").glob("*_Chimap.nii.gz"))
    if made is None:
        result = segment(image, predictor=predictor)
        return result.labels, result.image
    labels = next((made / name / "anat").glob(f"{name}_seg-DGM_dseg.nii.gz"))
    return read_labels(labels), open_case(read_image(image)).image


def main() -> None:
    """Segment, cut, look, count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bids", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--subjects", default="")
    wanted = parser.parse_args()
    predictor = None if wanted.labels else Predictor(load_model(wanted.model), "cpu")
    names = (
        wanted.subjects.split(",") if wanted.subjects else [p.name for p in sorted(wanted.bids.glob("sub-*"))]
    )
    caught: dict[str, list[bool]] = {}
    good: dict[str, list[bool]] = {}
    for name in names:
        labels, image = labelled(wanted.bids, name, predictor, wanted.labels)
        truth = read_labels(next(wanted.bids.glob(f"derivatives/*/{name}/anat/*_seg-DGM_dseg.nii.gz"))).data
        labels, image, (truth,) = around(labels, image, truth)
        flagged = {d.structure.abbreviation for d in look_first(labels, image).flagged}
        print(name, "flagged:", " ".join(sorted(flagged)) or "none", flush=True)
        for structure in labels.label_set:
            inside, true = labels.data == structure.label, truth == structure.label
            if not inside.any():
                continue
            if 2 * (inside & true).sum() >= GOOD * (inside.sum() + true.sum()):
                good.setdefault(structure.nucleus, []).append(structure.abbreviation in flagged)
            for gone in slabs(inside):
                if not 0.1 <= gone.sum() / inside.sum() <= 0.6:
                    continue
                cut = labels.replace(data=np.where(gone, 0, labels.data))
                seen = [d.index for d in look_first(cut, image).flagged if d.structure == structure]
                lost = set(np.flatnonzero(gone.any(axis=(0, 1))).tolist())
                caught.setdefault(structure.nucleus, []).append(bool(lost & set(seen)))
    print("| nucleus | slabs | caught | good structures | flagged |\n|---|---|---|---|---|")
    for nucleus in [*caught, ""]:
        kinds = [nucleus] if nucleus else list(caught)
        hits = [x for k in kinds for x in caught[k]]
        false = [x for k in kinds for x in good.get(k, [])]
        print(
            f"| {nucleus or 'all'} | {len(hits)} | {100 * np.mean(hits):.0f} % | {len(false)} | {100 * np.mean(false):.0f} % |"
        )


if __name__ == "__main__":
    main()
