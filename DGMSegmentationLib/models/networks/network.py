"""What every network says of itself, so that inference and training can run it."""

from dataclasses import asdict

from torch import Tensor, nn

from ..network_options import NetworkOptions

Triple = tuple[int, int, int]


class SegmentationNetwork(nn.Module):
    """Maps a tile (B, C, X, Y, Z) to logits (B, K, X - 2 hx, Y - 2 hy, Z - 2 hz)."""

    halo: Triple = (0, 0, 0)
    """(hx, hy, hz), voxels on each side that the logits lack."""
    multiple: Triple = (1, 1, 1)
    """Tile edges are multiples of it."""
    context: Triple
    """Radius of the receptive field."""
    dense: bool = True
    """False: runs at ``patch_input`` only."""
    uses_coordinates: bool
    patch_input: Triple
    """The tile of one training sample, and what it predicts."""
    patch_output: Triple
    _options: NetworkOptions

    @property
    def in_channels(self) -> int:
        """Images, without coordinates."""
        return self._options.in_channels

    def options(self) -> dict[str, object]:
        """The keyword arguments that rebuild this network, as JSON-able values."""
        return {name: _listed(value) for name, value in asdict(self._options).items()}

    def forward(self, x: Tensor, coordinates: Tensor | None = None) -> Tensor | list[Tensor]:
        """Logits; a network with deep supervision gives a list of several resolutions in training mode."""
        raise NotImplementedError


def _listed(value: object) -> object:
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value
