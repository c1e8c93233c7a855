"""Thresholds at which the structures of a protocol have their true volume on simulated heads, and how well they are found there.

    python Testing/experiments/operating_point.py --data HELD_OUT --model atoms --protocol anatomical [--output FILE.toml]

HELD_OUT is a folder of ``dgmseg simulate`` with heads that trained nothing; its truth is the atoms, brought to the image's grid
by partial volume. Heads are divided into two halves by anatomy: thresholds are chosen on the first, all is scored on the second.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from DGMSegmentationLib.image import Grid, apply_weights, grid_weights, reorient
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import write_text
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.preprocessing.grid import prepare
from DGMSegmentationLib.segmentation.convention import Convention, model_for
from DGMSegmentationLib.segmentation.frame import Frame
from DGMSegmentationLib.segmentation.protocol import SIDES, Protocol, Rule, load_protocol, protocol_text
from DGMSegmentationLib.segmentation.region import cropped, predict_case, prior_box
from DGMSegmentationLib.segmentation.relabel import AtomMaps, structure_map
from DGMSegmentationLib.simulation.dataset import atoms_path, image_path
from DGMSegmentationLib.structures.atoms import atoms

THRESHOLDS = np.round(np.arange(0.2, 0.701, 0.025), 3)


class Head:
    """One simulated head: probabilities and truth of each structure's side on the image's grid, and the image in ppb."""

    def __init__(self, folder: Path, name: str, predictor: Predictor, protocol: Protocol) -> None:
        pre = predictor.model.header.preprocessing
        case = open_case(image_path(folder, name))
        ready = prepare(case.channels, case.mask, pre)
        box = prior_box(predictor.model, ready)
        found = predict_case(predictor, ready, box, Convention(predictor.model))
        grid = ready.grid if box is None else cropped(ready.grid, box)
        image = reorient(case.image, pre.axes)
        drawn = reorient(read_labels(atoms_path(folder, name), scheme=None), pre.axes)
        index = {s.abbreviation: s.label for s in atoms()}
        names = ("", *(s.abbreviation for s in atoms()))
        truth = np.stack([np.zeros(drawn.data.shape, np.float32)] * len(names))
        for k, atom in enumerate(names[1:], start=1):
            truth[k] = drawn.data == index[atom]
        self.name, self.native, self.ppb, self.mask = name, image.grid, image.data, image.data != 0
        maps = AtomMaps(found, predictor.model.class_names)
        real = AtomMaps(truth, names)
        self.frame = maps.frame(grid)
        self.found = {k: self._on_native(maps, *k, grid) for k in self._keys(protocol)}
        self.truth = {
            k: self._on_native(real, *k, drawn.grid, real.frame(drawn.grid)) > 0.5
            for k in self._keys(protocol)
        }

    @staticmethod
    def _keys(protocol: Protocol) -> list[tuple[Rule, str]]:
        return [(rule, side) for rule in protocol.rules for side in SIDES]

    def _on_native(
        self, maps: AtomMaps, rule: Rule, side: str, grid: Grid, frame: Frame | None = None
    ) -> NDArray[np.float32]:
        result = np.zeros(self.native.shape, np.float32)
        found = structure_map(maps, rule, side, grid, frame or self.frame)
        if found is None:
            return result
        values, box = found
        weights = grid_weights(grid.cropped(box), self.native, frame is not None)
        return apply_weights(values, weights) * self.mask


def score(head: Head, key: tuple[Rule, str], threshold: float) -> tuple[float, float, float]:
    """Dice, log of the volume's ratio, and error of the mean in ppb."""
    found, truth = head.found[key] > threshold, head.truth[key]
    total = int(found.sum() + truth.sum())
    dice = 2.0 * int((found & truth).sum()) / total if total else np.nan
    if not found.any() or not truth.any():
        return dice, np.nan, np.nan
    error = float(head.ppb[found].mean() - head.ppb[truth].mean())
    return dice, float(np.log(found.sum() / truth.sum())), error


def main() -> None:
    """Choose, score, print a table, and write the protocol."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--protocol", default="anatomical")
    parser.add_argument("--model", default="default", help="default: the one that the protocol is made for")
    parser.add_argument("--output", type=Path, help="the protocol with these thresholds")
    wanted = parser.parse_args()
    protocol = load_protocol(wanted.protocol)
    model = model_for(SegmentOptions(model=wanted.model, protocol=wanted.protocol))
    predictor = Predictor(load_model(model), "cpu")
    names = sorted(p.name for p in wanted.data.glob("sub-*"))
    heads = [Head(wanted.data, name, predictor, protocol) for name in names]
    middle = names[len(names) // 2][:-1]  # two volumes of one anatomy stay together
    first = [h for h in heads if h.name[:-1] < middle]
    second = [h for h in heads if h.name[:-1] >= middle]
    print(f"{len(first)} volumes to choose on, {len(second)} to score")
    print("structure\tthreshold\tdice\tvolume_percent\tmean_error_ppb\tdice_at_half")
    rules = []
    for rule in protocol.rules:
        keys = [(rule, side) for side in SIDES]
        bias = [abs(np.nanmean([score(h, k, t)[1] for h in first for k in keys])) for t in THRESHOLDS]
        threshold = float(THRESHOLDS[int(np.nanargmin(bias))])
        rules.append(replace(rule, threshold=threshold))
        figures = np.array([score(h, k, threshold) for h in second for k in keys])
        half = np.nanmean([score(h, k, 0.5)[0] for h in second for k in keys])
        dice, log_volume, error = np.nanmean(figures, axis=0)
        print(
            f"{rule.structure}\t{threshold:.3f}\t{dice:.3f}\t{100 * np.expm1(log_volume):+.1f}\t{error:+.1f}\t{half:.3f}"
        )
    if wanted.output:
        write_text(wanted.output, protocol_text(replace(protocol, rules=tuple(rules))))


if __name__ == "__main__":
    main()
