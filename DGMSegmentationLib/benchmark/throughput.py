"""Training: output voxels per second of patch mode and dense mode, with the presets' own batches."""

import time
from typing import Any

import numpy as np


def training_throughput(preset_name: str, device: str, steps: int = 3) -> dict[str, Any]:
    """Forward, backward and optimiser on random samples; the median step of a few, after one to warm up."""
    import torch

    from ..devices import pick_device
    from ..training.fitting import new_network, sample_core
    from ..training.loss import SegmentationLoss
    from ..training.preset import load_preset

    preset = load_preset(preset_name)
    place = pick_device(device)
    network: Any = new_network(preset, 11, (preset.seed, 0, 0, 0)).to(place).train()
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
        loss(network(image.contiguous(memory_format=torch.channels_last_3d), where), target).backward()
        optimiser.step()
        if place.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    median = float(np.median(seconds[1:]))
    voxels = batch * int(np.prod(core))
    return {
        "preset": preset_name,
        "mode": preset.sampling.mode,
        "batch": batch,
        "output": list(core),
        "seconds_per_step": median,
        "voxels_per_second": voxels / median,
    }
