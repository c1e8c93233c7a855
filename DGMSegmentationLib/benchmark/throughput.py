"""Training: output voxels per second of patch mode and dense mode, with the presets' own batches."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, TypedDict

import numpy as np

if TYPE_CHECKING:
    from ..training.settings import Precision, Preset


class Throughput(TypedDict):
    """Training of one preset."""

    preset: str
    precision: str
    mode: str
    batch: int
    output: list[int]
    seconds_per_step: float
    loading_seconds: float
    loading_percent: float
    voxels_per_second: float


def training_throughput(
    preset_name: str, device: str, steps: int = 3, precision: "Precision" = "float32"
) -> Throughput:
    """Forward, backward and optimiser on random samples; the median step of a few, after one to warm up.

    Beside it, the seconds that cutting and augmenting one batch take: they come on top, unless the preset has workers.
    """
    import torch

    from ..inference.devices import pick_device
    from ..training.fitting import new_network, sample_core
    from ..training.loss import SegmentationLoss
    from ..training.preset import load_preset

    preset = load_preset(preset_name)
    place = pick_device(device)
    network = new_network(preset, 11, (preset.seed, 0, 0, 0)).to(place).train()
    core = sample_core(preset, network)
    batch = preset.sampling.batch
    outer = [c + 2 * h for c, h in zip(core, network.halo, strict=True)]
    image = torch.randn(batch, len(preset.data.channels), *outer, device=place)
    where = torch.randn(batch, 3, *core, device=place) if network.uses_coordinates else None
    target = torch.randint(0, 11, (batch, *core), device=place)
    loss = SegmentationLoss(preset.loss).to(place)
    optimiser = torch.optim.Adam(network.parameters(), 1e-4)
    seconds = []
    for _ in range(steps + 1):
        start = time.perf_counter()
        optimiser.zero_grad()
        with torch.autocast(place.type, torch.bfloat16) if precision == "bf16-mixed" else nullcontext():
            found = network(image.contiguous(memory_format=torch.channels_last_3d), where)
        loss(found, target).backward()
        optimiser.step()
        if place.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    median = float(np.median(seconds[1:]))
    loading = _loading_seconds(preset, core, network.halo, steps)
    voxels = batch * int(np.prod(core))
    return {
        "preset": preset_name,
        "precision": precision,
        "mode": preset.sampling.mode,
        "batch": batch,
        "output": list(core),
        "seconds_per_step": median,
        "loading_seconds": loading,
        "loading_percent": 100 * loading / (loading + median),
        "voxels_per_second": voxels / median,
    }


def _loading_seconds(preset: "Preset", core: Sequence[int], halo: Sequence[int], steps: int) -> float:
    """Seconds to cut and augment one batch of a procedural head: the mean of a few, after one to warm up."""
    from torch.utils.data import DataLoader

    from ..preprocessing.case import open_case
    from ..simulation.phantom import phantom
    from ..structures import STANDARD
    from ..training.augment import Augmenter
    from ..training.cases import on_network_grid
    from ..training.tiles import Tiles, TileSampler, TileSource

    image, labels = phantom((160, 200, 76), (1.0, 1.0, 2.0))
    case = on_network_grid("phantom", open_case(image), labels, preset.data, preset.preprocessing)
    x, y, z = core
    sampler = TileSampler([case], [0], preset.sampling, (x, y, z), STANDARD.values)
    table = sampler.draw((steps + 1) * preset.sampling.batch, (preset.seed,))
    fill = [preset.preprocessing.background(0)]
    augmenter = Augmenter.of(preset.augmentation, preset.preprocessing)
    source = TileSource([case], core, halo, np.arange(256), fill)
    tiles = Tiles(source, table, augmenter, (preset.seed,))
    batches = iter(DataLoader(tiles, batch_size=preset.sampling.batch))
    next(batches)
    start = time.perf_counter()
    for _ in batches:
        pass
    return (time.perf_counter() - start) / steps
