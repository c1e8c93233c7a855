"""What a forward pass costs: multiply-adds, counted on the convolutions, for the rest is small; values of activations."""

from collections.abc import Callable, Sequence
from copy import deepcopy

import torch
from torch import Tensor, nn

from .network import SegmentationNetwork


def count_macs(network: SegmentationNetwork, tile: Sequence[int]) -> int:
    """Multiply-adds of one forward pass in evaluation mode on one input tile (x, y, z).

    Runs on torch's meta device: shapes only, no memory and no arithmetic.

    Raises:
        ValueError: the network does not accept this tile.
    """
    total = 0

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        assert isinstance(layer, nn.Conv3d | nn.ConvTranspose3d)
        # A convolution multiplies once per output and kernel element, a transposed one once per input and
        # element.
        positions = output.numel() if isinstance(layer, nn.Conv3d) else inputs[0].numel()
        others = layer.in_channels if isinstance(layer, nn.Conv3d) else layer.out_channels
        kernel = layer.kernel_size[0] * layer.kernel_size[1] * layer.kernel_size[2]
        total += positions * (others // layer.groups) * kernel

    _run_on_shapes(network, tile, lambda layer: isinstance(layer, nn.Conv3d | nn.ConvTranspose3d), count)
    return total


def activation_values(network: SegmentationNetwork, tile: Sequence[int]) -> int:
    """Values that all layers together put out in one forward pass on one input tile (x, y, z).

    More than is held at once, for a layer's output is freed when nothing needs it any more.
    """
    total = 0

    def count(_layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        total += output.numel()

    _run_on_shapes(network, tile, lambda layer: not any(layer.children()), count)
    return total


def _run_on_shapes(
    network: SegmentationNetwork,
    tile: Sequence[int],
    wanted: Callable[[nn.Module], bool],
    hook: Callable[..., None],
) -> None:
    """One forward pass on torch's meta device, with the hook after each wanted layer."""
    model = deepcopy(network).eval().to("meta")
    for layer in model.modules():
        if wanted(layer):
            layer.register_forward_hook(hook)
    x = torch.empty((1, model.in_channels, *tile), device="meta")
    core = [n - 2 * h for n, h in zip(tile, model.halo, strict=True)]
    coordinates = torch.empty((1, 3, *core), device="meta") if model.uses_coordinates else None
    with torch.no_grad():
        model(x, coordinates)


def macs_per_output(network: SegmentationNetwork, tile: Sequence[int]) -> float:
    """Multiply-adds per predicted voxel on an input tile (x, y, z): it shows the price of halos."""
    voxels = 1
    for n, h in zip(tile, network.halo, strict=True):
        voxels *= n - 2 * h
    return count_macs(network, tile) / voxels
