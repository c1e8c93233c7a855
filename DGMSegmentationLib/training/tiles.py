"""From rows (case, i, j, k) to samples: patches in patch mode, larger random tiles in dense mode.

Every random choice comes from (seed, stage, phase, epoch, sample), never from a running generator, so a run that was
killed and resumed sees the same samples as one that was not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from ..inference.predictor import cut
from ..preprocessing.grid import mask_box
from .augment import Augmenter
from .cases import Case
from .patches import lattice
from .settings import SamplingSettings

Triple = tuple[int, int, int]
Sample = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class TileSource:
    """What samples are cut from, and how."""

    cases: Sequence[Case]
    core: Sequence[int]
    """Voxels (x, y, z) of a sample that are predicted."""
    halo: Sequence[int]
    """Further input voxels on each side."""
    classes: NDArray[np.int64]
    """Label -> class."""
    fill: Sequence[float]
    """Values beyond the volume, by channel."""


class Tiles(Dataset[Sample]):
    """Samples of one core size: input (C, core + 2 halo), target (core), and coordinates (3, core) where wanted."""

    def __init__(
        self,
        source: TileSource,
        table: NDArray[np.int32],
        augmenter: Augmenter | None = None,
        key: Sequence[int] = (),
    ) -> None:
        self.cases, self.table = source.cases, table
        self.core, self.halo = tuple(source.core), tuple(source.halo)
        self.outer = tuple(c + 2 * h for c, h in zip(self.core, self.halo, strict=True))
        self.fill, self.classes = source.fill, source.classes
        self.augmenter, self.key = augmenter, tuple(key)

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, index: int) -> Sample:
        number, *start = self.table[index].tolist()
        case = self.cases[number]
        low = [s - h for s, h in zip(start, self.halo, strict=True)]
        if self.augmenter is None:
            image = cut(case.inputs, low, self.outer, self.fill)
            labels = cut(case.labels[None], start, self.core, (0,))[0]
            where = None if case.coordinates is None else cut(case.coordinates, start, self.core, (0, 0, 0))
        else:
            rng = np.random.default_rng([*self.key, index])
            image, labels, where = self.augmenter(case, low, self.outer, self.fill, rng)
            inner = tuple(slice(h, h + c) for h, c in zip(self.halo, self.core, strict=True))
            labels = labels[inner]
            where = None if where is None else where[(slice(None), *inner)]
        sample: Sample = {
            "image": np.ascontiguousarray(image, np.float32),
            "target": self.classes[labels.astype(np.int64)],
        }
        if where is not None:
            sample["coordinates"] = np.ascontiguousarray(where, np.float32)
        return sample


class TileSampler:
    """Draws the tiles of a dense epoch.

    Of all tiles, ``balanced`` are centred near a voxel of a randomly chosen structure (all structures alike, so that
    the red nucleus is seen as often as the putamen), ``anywhere`` near any voxel of the brain, the rest near any voxel
    of the box around the labels. In stage 2 a given part is centred near false-positive voxels instead.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        members: Sequence[int],
        settings: SamplingSettings,
        core: Triple,
        wanted: Sequence[int],
    ) -> None:
        self.cases, self.members, self.settings, self.core = cases, list(members), settings, core
        self.boxes: dict[tuple[int, bool], tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self.voxels: dict[tuple[int, int], NDArray[np.int16]] = {}
        self.present: dict[int, list[int]] = {}
        for number in self.members:
            labels, mask = cases[number].labels, cases[number].mask
            marked = np.isin(labels, wanted)
            where = np.argwhere(marked).astype(np.int16)
            self.boxes[number, True] = mask_box(mask if mask.any() else np.ones_like(mask))
            self.boxes[number, False] = mask_box(marked) if len(where) else self.boxes[number, True]
            values = labels[tuple(where.T)]
            self.present[number] = sorted(np.unique(values).tolist())
            for label in self.present[number]:
                self.voxels[number, label] = where[values == label]

    def draw(
        self,
        count: int,
        key: Sequence[int],
        false_positives: dict[int, NDArray[np.int16]] | None = None,
        part: float = 0.0,
    ) -> NDArray[np.int32]:
        """Rows (case, i, j, k) of ``count`` tiles; the cases take turns in a random order."""
        rng = np.random.default_rng(list(key))
        turns: list[int] = []
        while len(turns) < count:
            turns += [self.members[i] for i in rng.permutation(len(self.members))]
        rows = np.empty((count, 4), np.int32)
        for row, number in zip(rows, turns[:count], strict=True):
            wrong = None if false_positives is None else false_positives.get(number)
            if wrong is not None and len(wrong) and rng.random() < part:
                centre = wrong[rng.integers(len(wrong))].astype(int)
            else:
                centre = self._centre(number, rng)
            row[0], row[1:] = number, self._start(centre, self.cases[number].shape, rng)
        return rows

    def _centre(self, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
        chance, labels = rng.random(), self.present[number]
        if labels and chance < self.settings.balanced:
            voxels = self.voxels[number, labels[rng.integers(len(labels))]]
            return voxels[rng.integers(len(voxels))].astype(np.int64)
        anywhere = not labels or chance >= 1 - self.settings.anywhere
        low, high = self.boxes[number, anywhere]
        return rng.integers(low, high + 1)

    def _start(self, centre: NDArray[Any], shape: Triple, rng: np.random.Generator) -> NDArray[np.int64]:
        """The tile holds the chosen voxel anywhere in its inner half, and stays inside the volume where it can."""
        core = np.array(self.core)
        jitter = rng.integers(-(core // 4), core // 4 + 1)
        most = np.maximum(np.array(shape) - core, 0)
        return np.clip(centre - core // 2 + jitter, 0, most)


def validation_tiles(
    cases: Sequence[Case], members: Sequence[int], core: Triple, most: int, seed: int, wanted: Sequence[int]
) -> NDArray[np.int32]:
    """Fixed tiles of the validation cases: a lattice over the box around the labels of each.

    When there are more than ``most``, an equal number per case is drawn, once for the whole run.
    """
    tables = []
    share = -(-most // max(1, len(members)))
    for number in members:
        case = cases[number]
        marked = np.isin(case.labels, wanted)
        if not marked.any():
            continue
        low, high = mask_box(marked)
        starts = lattice((high - low + 1).tolist(), core, core)
        grid = np.stack(np.meshgrid(*starts, indexing="ij"), -1).reshape(-1, 3) + low
        grid = np.minimum(grid, np.maximum(np.array(case.shape) - core, 0))
        if len(grid) > share:
            keep = np.random.default_rng([seed, 3, number]).permutation(len(grid))[:share]
            grid = grid[np.sort(keep)]
        tables.append(np.column_stack([np.full(len(grid), number), grid]))
    return np.concatenate(tables).astype(np.int32) if tables else np.zeros((0, 4), np.int32)
