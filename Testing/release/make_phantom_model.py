"""Make Testing/data/phantom.safetensors: a small network that has learnt the procedural phantom's ten nuclei.

python Testing/release/make_phantom_model.py [STEPS]: about five minutes on one core. It is a test fixture, good for nothing else.
"""

import sys
import time

import numpy as np
import torch
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.models.header import ModelHeader
from DGMSegmentationLib.models.model import save_model
from DGMSegmentationLib.models.networks import build_network
from DGMSegmentationLib.preprocessing.grid import Preprocessing, labels_to_grid, prepare
from DGMSegmentationLib.simulation.phantom import phantom

PREPROCESSING = Preprocessing(axes="LAI", spacing_mm=(3.0, 3.0, 6.0), shape=(52, 64, 26), coordinates=True)
HALO = (9, 9, 3)
HEADS = 8


def crops() -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Inputs, coordinates and labels around the nuclei of some phantoms, at different voxel sizes."""
    made = []
    for seed in range(100, 100 + HEADS):
        shape, spacing = (((80, 96, 72), (2.0, 2.0, 2.0)), ((150, 190, 54), (1.0, 1.0, 3.0)))[seed % 2]
        image, labels = phantom(shape, spacing, seed=seed)
        prepared = prepare([image.replace(data=image.data * 1000)], image.data != 0, PREPROCESSING)
        target = labels_to_grid(labels, prepared.grid, PREPROCESSING)
        inside = np.argwhere(target)
        low = np.maximum(inside.min(axis=0) - 4, HALO)
        high = np.minimum(inside.max(axis=0) + 5, np.array(target.shape) - HALO)
        core = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        outer = tuple(slice(a - h, b + h) for a, b, h in zip(low, high, HALO, strict=True))
        assert prepared.coordinates is not None
        made.append(
            (
                torch.from_numpy(prepared.inputs[(slice(None), *outer)][None].copy()),
                torch.from_numpy(prepared.coordinates[(slice(None), *core)][None].copy()),
                torch.from_numpy(target[core][None].astype("int64")),
            )
        )
    return made


def recalibrate(
    network: torch.nn.Module, cases: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]
) -> None:
    """Take the batch-norm statistics anew with the final weights: with momentum 0.99 they lag behind a short training."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm3d):
            module.reset_running_stats()
            module.momentum = None  # a plain average
    network.train()
    with torch.no_grad():
        for x, where, _ in cases:
            network(x, where)


def main(steps: int) -> None:
    """Train on dense crops with cross entropy and write the model file."""
    torch.manual_seed(0)
    network = build_network(
        "anisotropic", in_channels=1, n_classes=11, widths=(8, 12, 16), head_widths=(48,), dropout=0.0
    )
    cases = crops()
    weights = torch.ones(11)
    weights[1:5] = 3.0  # the smallest nuclei hold a few voxels each on this grid
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-2, total_steps=steps)
    start = time.time()
    for step in range(steps):
        x, where, target = cases[step % HEADS]
        loss = torch.nn.functional.cross_entropy(network(x, where), target, weight=weights)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 20 == 0:
            print(step, round(loss.item(), 4), f"{time.time() - start:.0f} s", flush=True)
    recalibrate(network, cases)
    header = ModelHeader(
        name="phantom",
        title="Test fixture trained on procedural phantoms",
        network="anisotropic",
        network_options=network.options(),
        preprocessing=PREPROCESSING,
        licence="CC0-1.0",
        training={"data": f"{HEADS} procedural phantoms", "steps": steps, "seed": 0},
        intended_use="Tests only.",
    )
    PHANTOM_MODEL.parent.mkdir(exist_ok=True)
    print(save_model(PHANTOM_MODEL, header, [network.state_dict()]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 320)
