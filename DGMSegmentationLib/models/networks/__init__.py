"""The three networks: ``dolz`` (Part 1), ``anisotropic`` (Part 2) and ``unet`` (ours).

What each of them says of itself is in :class:`.network.SegmentationNetwork`.
"""

from torch import nn

from ...errors import InputError
from ...io.typed import typed
from ..network_options import OPTIONS
from .anisotropic import Anisotropic
from .dolz import Dolz
from .layers import PatchNetwork
from .network import SegmentationNetwork
from .unet import UNet

NETWORKS: dict[str, type[SegmentationNetwork]] = {
    "dolz": Dolz,
    "anisotropic": Anisotropic,
    "unet": UNet,
}


def build_network(name: str, **options: object) -> SegmentationNetwork:
    """Build a network by name; ``build_network(name, **network.options())`` rebuilds one.

    Raises:
        InputError: unknown name or option, or option values that make no network.
    """
    if name not in NETWORKS:
        raise InputError("network_unknown", network=name, choices=list(NETWORKS))
    try:
        return NETWORKS[name](typed(OPTIONS[name], options, "The options", known_only=True))
    except (TypeError, ValueError, InputError) as error:
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


__all__ = [
    "NETWORKS",
    "Anisotropic",
    "Dolz",
    "PatchNetwork",
    "SegmentationNetwork",
    "UNet",
    "build_network",
    "count_parameters",
]
