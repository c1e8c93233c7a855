"""A 3-D convolution that also runs fast on one small volume."""

import torch
from torch import Tensor, nn


class Convolution(nn.Conv3d):
    """``nn.Conv3d`` with oneDNN's kernels for a single volume on the CPU.

    Where a batch is one volume of few channels, torch (2.13) leaves oneDNN aside and multiplies copies of all neighbourhoods,
    which takes three to seven times as long: the U-Net's first and deepest layers, a fifth of its time. Values agree to rounding.
    """

    def forward(self, input: Tensor) -> Tensor:
        """(B, C, X, Y, Z) -> (B, K, X', Y', Z'), as ``nn.Conv3d``."""
        if (
            torch.jit.is_tracing()  # OpenVINO's reader knows the plain operation alone
            or torch.is_grad_enabled()  # the backward pass would choose the slow kernels by itself
            or input.device.type != "cpu"
            or input.dtype != torch.float32
            or input.shape[0] != 1
            or not (torch.backends.mkldnn.is_available() and torch.backends.mkldnn.enabled)
        ):
            return super().forward(input)
        found: Tensor = torch.ops.aten.mkldnn_convolution(
            input, self.weight, self.bias, self.padding, self.stride, self.dilation, self.groups
        )
        return found
