"""The three networks: ``dolz`` (Part 1), ``anisotropic`` (Part 2) and ``unet`` (ours).

Every network maps a tile (B, C, X, Y, Z) to logits (B, K, X - 2 hx, Y - 2 hy, Z - 2 hz) and says how it wants
to be run: ``halo`` (hx, hy, hz), ``multiple`` (tile edges are multiples of it), ``context`` (radius of the
receptive field), ``uses_coordinates``, ``dense`` (False: runs at ``patch_input`` only), ``patch_input``,
``patch_output``, and ``options()``, the arguments that rebuild it.
"""

from typing import Any

from torch import nn

from ...errors import InputError
from ...structures import STANDARD
from .anisotropic import Anisotropic
from .dolz import Dolz
from .layers import PatchNetwork
from .unet import UNet

NETWORKS: dict[str, type[PatchNetwork] | type[UNet]] = {
    "dolz": Dolz,
    "anisotropic": Anisotropic,
    "unet": UNet,
}


def build_network(
    name: str, *, in_channels: int = 1, n_classes: int = STANDARD.n_classes, **options: Any
) -> nn.Module:
    """Build a network by name; ``build_network(name, **network.options())`` rebuilds one.

    Raises:
        InputError: unknown name or option, or option values that make no network.
    """
    if name not in NETWORKS:
        raise InputError("network_unknown", network=name, choices=list(NETWORKS))
    try:
        return NETWORKS[name](in_channels=in_channels, n_classes=n_classes, **options)
    except (TypeError, ValueError) as error:
        raise InputError("network_options", network=name, reason=error) from error


def count_parameters(network: nn.Module, *, trainable_only: bool = False) -> int:
    """Number of parameters; running statistics of batch normalisation count too unless ``trainable_only``.

    That is how Keras counts (its ``summary()``), and how the originals' numbers were given. Torch's own
    counter of batches in each batch normalisation is no parameter and stays out.
    """
    total = sum(p.numel() for p in network.parameters() if p.requires_grad or not trainable_only)
    if trainable_only:
        return total
    return total + sum(
        b.numel() for name, b in network.named_buffers() if not name.endswith("num_batches_tracked")
    )


__all__ = ["NETWORKS", "Anisotropic", "Dolz", "PatchNetwork", "UNet", "build_network", "count_parameters"]
