"""What a forward pass costs: multiply-adds, counted on the convolutions, for the rest is small; values of activations."""

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import nn

from .network import SegmentationNetwork


@dataclass(frozen=True)
class _Pass:
    """What went into a layer and came out of it: channels and edges (x, y, z)."""

    layer: nn.Module
    given: tuple[int, ...]
    made: tuple[int, ...]


def count_macs(network: SegmentationNetwork, tile: Sequence[int]) -> int:
    """Multiply-adds of one forward pass in evaluation mode on one input tile (x, y, z).

    Raises:
        ValueError: the network does not accept this tile.
    """
    total = 0
    for one in _passes(network, tile):
        if isinstance(one.layer, nn.Conv3d | nn.ConvTranspose3d):
            total += convolution_macs(one.layer, math.prod(one.given), math.prod(one.made))
    return total


def convolution_macs(layer: nn.Conv3d | nn.ConvTranspose3d, given: int, made: int) -> int:
    """Multiply-adds of a convolution that makes so many values of so many: once per output and kernel element, a transposed
    one once per input and element.
    """
    down = isinstance(layer, nn.Conv3d)
    others = layer.in_channels if down else layer.out_channels
    return (made if down else given) * (others // layer.groups) * math.prod(layer.kernel_size)


def activation_values(network: SegmentationNetwork, tile: Sequence[int]) -> int:
    """Values that all layers together put out in one forward pass on one input tile (x, y, z).

    More than is held at once, for a layer's output is freed when nothing needs it any more.
    """
    return sum(math.prod(one.made) for one in _passes(network, tile))


def _passes(network: SegmentationNetwork, tile: Sequence[int]) -> list[_Pass]:
    """Every layer of a pass over a tile, without that pass: every edge is linear in the tile's, so two small tiles tell it.

    A pass on torch's meta device would import its compiler (a second of a cold start).
    """
    step, halo = network.multiple, network.halo
    if any(n <= 2 * h or n % m for n, h, m in zip(tile, halo, step, strict=True)):
        raise ValueError(f"the network takes no tile of {tuple(tile)}")
    if not network.dense:
        return _run(network, tile)
    small = [m * max(2, -(-(2 * h + 1) // m)) for m, h in zip(step, halo, strict=True)]
    first, second = (_run(network, [n + k * m for n, m in zip(small, step, strict=True)]) for k in (0, 1))

    def at_tile(one: tuple[int, ...], two: tuple[int, ...]) -> tuple[int, ...]:
        edges = zip(one[1:], two[1:], tile, small, step, strict=True)
        return (one[0], *(a + (b - a) * ((n - s) // m) for a, b, n, s, m in edges))

    return [
        _Pass(a.layer, at_tile(a.given, b.given), at_tile(a.made, b.made))
        for a, b in zip(first, second, strict=True)
    ]


def _run(network: SegmentationNetwork, tile: Sequence[int]) -> list[_Pass]:
    """The layers of a real pass over a tile of nothing."""
    found: list[_Pass] = []
    model = deepcopy(network).cpu().float().eval()
    for layer in model.modules():
        if not any(layer.children()):
            layer.register_forward_hook(
                lambda layer, given, made: found.append(
                    _Pass(layer, tuple(given[0].shape[1:]), tuple(made.shape[1:]))
                )
            )
    core = [n - 2 * h for n, h in zip(tile, model.halo, strict=True)]
    coordinates = torch.zeros((1, 3, *core)) if model.uses_coordinates else None
    with torch.no_grad():
        model(torch.zeros((1, model.in_channels, *tile)), coordinates)
    return found


def macs_per_output(network: SegmentationNetwork, tile: Sequence[int]) -> float:
    """Multiply-adds per predicted voxel on an input tile (x, y, z): it shows the price of halos."""
    voxels = 1
    for n, h in zip(tile, network.halo, strict=True):
        voxels *= n - 2 * h
    return count_macs(network, tile) / voxels
