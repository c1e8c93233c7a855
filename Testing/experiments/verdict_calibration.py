"""How many maps the verdict doubts: real ones as they are and altered, in a few minutes for a few subjects.

    python Testing/experiments/verdict_calibration.py BIDS_DIR OUT.tsv [--subjects sub-01,sub-02] [--kinds as it is,field]
        [--model default]

Lines of OUT.tsv that are there are not made again. The table of kinds is printed at the end: how many were ok, doubtful or
refused; "good" kinds must be ok, all others doubtful or refused.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Grid, Image, resample_to
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import read_image, write_text
from DGMSegmentationLib.io.tables import read_table, table_text
from DGMSegmentationLib.measurement.verdict import confidence
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.simulation.physics import forward_field

COLUMNS = ("subject", "kind", "status", "codes", "confidence", "lost_slabs", "seconds")
GOOD = ("as it is", "tilted 25", "in ppb", "offset +40 ppb", "offset -40 ppb", "gain 1.4", "gain 0.8")


def turned(image: Image, degrees: float, axis: int) -> Image:
    """The head turned about its middle and resampled on its grid."""
    a, b = (k for k in range(3) if k != axis)
    angle = np.deg2rad(degrees)
    turn = np.eye(4)
    turn[a, a] = turn[b, b] = np.cos(angle)
    turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
    middle = image.affine @ np.append((np.array(image.shape) - 1) / 2, 1)
    turn[:3, 3] = middle[:3] - turn[:3, :3] @ middle[:3]
    source = Grid(image.shape, turn @ image.affine)
    return image.replace(
        data=resample_to(image.data, source, image.grid, 0 if image.data.dtype == bool else 1)
    )


def affine_turned(image: Image, degrees: float) -> Image:
    """The header says that the volume is turned, which it is not."""
    angle = np.deg2rad(degrees)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return image.replace(affine=turn @ image.affine)


def spaced(image: Image, factors: tuple[float, float, float]) -> Image:
    """The header's voxel size times factors."""
    return image.replace(affine=image.affine @ np.diag([*factors, 1.0]))


def cut(image: Image) -> Image:
    """Only the lower half of the volume."""
    return image.replace(data=image.data[:, :, : image.shape[2] // 2])


def versions(image: Image) -> Iterator[tuple[str, Callable[[], Image]]]:
    """Altered versions of a map in ppm, by kind."""
    chi, inside = np.asarray(image.data, np.float32), image.data != 0

    def values(data: np.ndarray) -> Image:
        return image.replace(data=np.where(inside, data, 0).astype(np.float32))

    def noise() -> np.ndarray:
        return np.random.default_rng(0).normal(0, 0.03, chi.shape)

    def field() -> Image:
        return values(forward_field(chi, image.spacing))

    yield "as it is", lambda: image
    yield "tilted 25", lambda: turned(image, 25, 0)
    yield "in ppb", lambda: values(1000 * chi)
    yield "offset +40 ppb", lambda: values(chi + 0.04)
    yield "offset -40 ppb", lambda: values(chi - 0.04)
    yield "gain 1.4", lambda: values(1.4 * chi)
    yield "gain 0.8", lambda: values(0.8 * chi)
    for name, axes in {
        "front to back": (1,),
        "upside down": (2,),
        "front to back and upside down": (1, 2),
    }.items():
        yield f"flipped {name}", lambda axes=axes: image.replace(data=np.flip(chi, axes))
    for first, second in ((0, 1), (0, 2), (1, 2)):
        yield f"axes {first}, {second} exchanged", lambda a=first, b=second: _exchanged(image, a, b)
    yield "affine turned 46", lambda: affine_turned(image, 46)
    yield "affine turned 60", lambda: affine_turned(image, 60)
    yield "slices thinner by a third", lambda: spaced(image, (1, 1, 2 / 3))
    yield "slices thicker by a half", lambda: spaced(image, (1, 1, 1.5))
    yield "field", field
    yield "field in Hz at 3 T", lambda: field().replace(data=field().data * 127.7)
    yield "Hz at 3 T", lambda: values(chi * 127.7)
    yield "Hz at 7 T", lambda: values(chi * 298)
    yield "radians", lambda: values(chi * 16)
    yield "times 10", lambda: values(chi * 10)
    yield "times 4 pi", lambda: values(chi * 4 * np.pi)
    yield "divided by 10", lambda: values(chi / 10)
    yield "sign flipped", lambda: values(-chi)
    yield "unsigned, +2048", lambda: image.replace(data=np.where(inside, np.round(chi * 1000) + 2048, 0))
    yield "noise", lambda: values(noise())
    yield "magnitude of it", lambda: values(np.abs(chi))
    yield "only its lower half", lambda: cut(image)
    yield (
        "not masked, noise outside",
        lambda: image.replace(data=np.where(inside, chi, noise()).astype(np.float32)),
    )


def _exchanged(image: Image, first: int, second: int) -> Image:
    """Two axes of the array exchanged, each with its voxel size, under the header's directions."""
    order = [0, 1, 2]
    order[first], order[second] = second, first
    size = np.array(image.spacing)
    directions = image.affine[:3, :3] / size
    affine = np.eye(4)
    affine[:3, :3] = directions * size[order]
    return image.replace(data=np.transpose(image.data, order), affine=affine)


def judged(image: Image, predictor: Predictor) -> dict[str, object]:
    """Status, codes and evidence of a run on it."""
    try:
        result = segment(image, predictor=predictor, log=lambda remark: None)
    except InputError as error:
        return {"status": "refused", "codes": error.code}
    entropies = result.provenance["undecided"]
    return {
        "status": result.measured.verdict.status,
        "codes": ";".join(result.measured.verdict.codes),
        "confidence": round(confidence(entropies, len(result.rows)), 3),
        "lost_slabs": ";".join(flag.abbreviation for flag in result.flags if flag.code == "lost_slab"),
        "seconds": round(sum(result.seconds.values()), 1),
    }


def main() -> None:
    """Judge what is not judged yet, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bids", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--subjects", default="")
    parser.add_argument("--kinds", default="")
    parser.add_argument("--model", default="default")
    asked = parser.parse_args()
    lines: list[dict[str, object]] = [*read_table(asked.out)] if asked.out.exists() else []
    done = {(line["subject"], line["kind"]) for line in lines}
    predictor = Predictor(load_model(asked.model), "cpu", log=lambda remark: None)
    paths = sorted(asked.bids.glob("sub-*/anat/*_Chimap.nii*"))
    wanted, kinds = set(filter(None, asked.subjects.split(","))), set(filter(None, asked.kinds.split(",")))
    for path in paths:
        subject = path.name.split("_")[0]
        if wanted and subject not in wanted:
            continue
        for kind, make in versions(read_image(path)):
            if (subject, kind) in done or (kinds and kind not in kinds):
                continue
            lines.append({"subject": subject, "kind": kind, **judged(make(), predictor)})
            write_text(asked.out, table_text(COLUMNS, lines, missing="n/a"))
    show(lines)


def show(lines: list[dict[str, object]]) -> None:
    """One line a kind: how many of what status, and the codes of the reasons."""
    by_kind: dict[str, list[dict[str, object]]] = defaultdict(list)
    for line in lines:
        by_kind[str(line["kind"])].append(line)
    for kind, here in by_kind.items():
        statuses = Counter(str(line["status"]) for line in here)
        right = statuses["ok"] if kind in GOOD else len(here) - statuses["ok"]
        codes = Counter(code for line in here for code in str(line["codes"]).split(";") if code)
        told = ", ".join(f"{code} {count}" for code, count in codes.most_common())
        print(f"| {kind} | {right} of {len(here)} | {told} |")


if __name__ == "__main__":
    main()
