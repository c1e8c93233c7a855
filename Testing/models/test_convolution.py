"""The convolution that takes another way for a single volume on the CPU."""

import pytest
import torch
from torch import nn

from DGMSegmentationLib.models.networks.convolution import Convolution


@pytest.mark.parametrize(
    ("channels", "kernel", "stride", "padding", "bias"),
    [
        ((4, 32), (3, 3, 3), (1, 1, 1), (1, 1, 1), False),
        ((96, 96), (3, 3, 1), (1, 1, 1), (1, 1, 0), True),
        ((3, 8), (3, 3, 3), (2, 2, 1), (1, 1, 1), False),
        ((1, 25), (3, 3, 3), (1, 1, 1), (0, 0, 0), True),
        ((5, 2), (1, 1, 1), (1, 1, 1), (0, 0, 0), True),
    ],
)
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last_3d])
def test_a_volume_alone_gets_the_values_of_one_in_a_batch(
    channels: tuple[int, int],
    kernel: tuple[int, int, int],
    stride: tuple[int, int, int],
    padding: tuple[int, int, int],
    bias: bool,
    layout: torch.memory_format,
) -> None:
    torch.manual_seed(1)
    ours = Convolution(*channels, kernel, stride, padding, bias=bias).to(memory_format=layout)
    plain = nn.Conv3d(*channels, kernel, stride, padding, bias=bias)
    plain.load_state_dict(ours.state_dict())
    volume = torch.randn(1, channels[0], 13, 14, 9).contiguous(memory_format=layout)
    with torch.inference_mode():
        alone, batch = ours(volume), plain(torch.cat([volume, volume]))[:1]
    torch.testing.assert_close(alone, batch, rtol=1e-4, atol=1e-4)
    assert alone.shape == batch.shape


def test_it_learns() -> None:
    torch.manual_seed(1)
    ours = Convolution(2, 3, 3, padding=1)
    plain = nn.Conv3d(2, 3, 3, padding=1)
    plain.load_state_dict(ours.state_dict())
    volume = torch.randn(1, 2, 6, 5, 4)
    for layer in (ours, plain):
        layer(volume).square().sum().backward()
    torch.testing.assert_close(ours.weight.grad, plain.weight.grad)
