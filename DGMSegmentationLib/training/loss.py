"""What training minimises: cross entropy, soft Dice, or both; with deep supervision when a network gives several outputs."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from .settings import LossSettings


def soft_dice_loss(
    logits: Tensor, target: Tensor, smooth: float = 1.0, background: bool = False, absent: bool = True
) -> Tensor:
    """1 - mean over classes of (2 sum(p t) + s) / (sum(p) + sum(t) + s), the sums over the whole batch.

    ``logits`` (B, K, X, Y, Z), ``target`` (B, X, Y, Z) class indices. Milletari et al., 3DV 2016, without the squares.
    With ``absent`` the classes that the batch lacks count too: through the smoothing term they ask for no prediction
    there. Small tiles lack most classes, and then Dice alone can end in background everywhere; without ``absent`` only
    the classes in the batch count (and background when it holds nothing else).
    """
    probabilities = torch.softmax(logits.float(), dim=1)
    n_classes = logits.shape[1]
    axes = (0, 2, 3, 4)
    predicted = probabilities.sum(axes)
    count = torch.bincount(target.reshape(-1), minlength=n_classes).to(probabilities.dtype)
    mine = probabilities.gather(1, target.unsqueeze(1)).reshape(-1)
    # The sum of each class' probability over its own voxels, without a one-hot copy of the target.
    hit = torch.zeros(n_classes, dtype=mine.dtype, device=mine.device).index_add(0, target.reshape(-1), mine)
    dice = (2 * hit + smooth) / (predicted + count + smooth)
    counted = torch.ones_like(count, dtype=torch.bool) if absent else count > 0
    if not background and bool(counted[1:].any()):
        counted[0] = False
    return 1 - dice[counted].mean()


class SegmentationLoss(nn.Module):
    """The loss of a preset for logits, or for a list of logits at falling resolution."""

    weights: Tensor | None

    unions: Tensor | None

    def __init__(self, settings: LossSettings, unions: Sequence[int] = ()) -> None:
        """``unions``: the union of each class, where the unions are learnt too (``settings.unions`` is their weight)."""
        super().__init__()
        self.settings = settings
        wanted = unions if settings.unions > 0 else ()
        table = torch.tensor(list(wanted), dtype=torch.long) if wanted else None
        self.register_buffer("unions", table, persistent=False)
        weights = torch.tensor(settings.class_weights) if settings.class_weights else None
        self.register_buffer("weights", weights, persistent=False)

    def single(self, logits: Tensor, target: Tensor) -> Tensor:
        """Loss of one output of the target's size, over the classes and, where asked for, over their unions.

        A union's probability is the sum of its classes' (label-superset loss: Fidon et al., MICCAI 2021).
        """
        if torch.finfo(logits.dtype).bits < 32:  # of layers in mixed precision
            logits = logits.float()
        loss = self._plain(logits, target, self.weights)
        if self.unions is None:
            return loss
        share = self.settings.unions / (1 + self.settings.unions)
        merged = merged_logits(logits.float(), self.unions)
        return (1 - share) * loss + share * self._plain(merged, self.unions[target], None)

    def _plain(self, logits: Tensor, target: Tensor, class_weights: Tensor | None) -> Tensor:
        parts = []
        if self.settings.name in ("cross-entropy", "dice+ce"):
            parts.append(functional.cross_entropy(logits.float(), target, weight=class_weights))
        if self.settings.name in ("dice", "dice+ce"):
            settings = self.settings
            parts.append(
                soft_dice_loss(
                    logits, target, settings.smooth, settings.dice_background, settings.dice_absent
                )
            )
        return torch.stack(parts).sum()

    def forward(self, outputs: Tensor | Sequence[Tensor], target: Tensor) -> Tensor:
        """Weighted sum over the outputs, each half as heavy as the finer one before it; weights sum to one."""
        if isinstance(outputs, Tensor):
            return self.single(outputs, target)
        weights = [0.5**i for i in range(len(outputs))]
        total = torch.zeros((), device=target.device)
        for weight, logits in zip(weights, outputs, strict=True):
            total = total + weight / sum(weights) * self.single(logits, shrink(target, logits.shape[2:]))
        return total


def merged_logits(logits: Tensor, unions: Tensor) -> Tensor:
    """Logits (B, U, ...) of unions of classes from those of the classes (B, K, ...): the logarithm of summed exponentials.

    ``unions[k]`` is the union of class k.
    """
    parts = []
    for union in range(int(unions.max()) + 1):
        members = torch.nonzero(unions == union).reshape(-1)
        part = logits.index_select(1, members)
        parts.append(part if len(members) == 1 else torch.logsumexp(part, dim=1, keepdim=True))
    return torch.cat(parts, dim=1)


def shrink(target: Tensor, size: Sequence[int]) -> Tensor:
    """Class indices (B, X, Y, Z) at a coarser size: each voxel the class that fills most of its block, the lower in a tie.

    One voxel of each block instead (nearest neighbour) would shift the target by half a block towards one corner.
    Raises ValueError for a size that does not divide the target's.
    """
    fine = target.shape[1:]
    if tuple(fine) == tuple(size):
        return target
    if any(n % m for n, m in zip(fine, size, strict=True)):
        raise ValueError(f"targets of {tuple(fine)} voxels have no whole blocks for outputs of {tuple(size)}")
    block = torch.zeros((), dtype=torch.long, device=target.device)
    for n, m in zip((len(target), *fine), (len(target), *size), strict=True):
        block = block.unsqueeze(-1) * m + torch.arange(n, device=target.device) // (n // m)
    classes = int(target.max()) + 1
    whole = len(target) * math.prod(size) * classes
    counts = torch.bincount((block * classes + target).reshape(-1), minlength=whole)
    return counts.reshape(len(target), *size, classes).argmax(-1)
