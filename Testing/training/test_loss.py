"""Losses against values computed by hand."""

import math

import pytest
import torch

from DGMSegmentationLib.training.loss import SegmentationLoss, shrink, soft_dice_loss
from DGMSegmentationLib.training.module import mean_dice
from DGMSegmentationLib.training.settings import LossSettings

# Two voxels, three classes: p = softmax of these logits.
LOGITS = torch.log(torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.7, 0.2]])).T.reshape(1, 3, 2, 1, 1)
TARGET = torch.tensor([0, 1]).reshape(1, 2, 1, 1)


def test_cross_entropy_is_the_mean_of_minus_log_p():
    loss = SegmentationLoss(LossSettings())(LOGITS, TARGET)
    assert loss.item() == pytest.approx(-(math.log(0.5) + math.log(0.7)) / 2, abs=1e-6)


def test_class_weights_are_a_weighted_mean():
    loss = SegmentationLoss(LossSettings(class_weights=(1.0, 3.0, 1.0)))(LOGITS, TARGET)
    assert loss.item() == pytest.approx(-(math.log(0.5) + 3 * math.log(0.7)) / 4, abs=1e-6)


def test_dice_by_hand():
    # Class 1: (2 * .7 + 1) / (1.0 + 1 + 1) = .8; class 2: (0 + 1) / (.4 + 0 + 1); background (2 * .5 + 1) / (.6 + 1 + 1).
    one, two, zero = 2.4 / 3.0, 1 / 1.4, 2.0 / 2.6
    assert soft_dice_loss(LOGITS, TARGET).item() == pytest.approx(1 - (one + two) / 2, abs=1e-6)
    assert soft_dice_loss(LOGITS, TARGET, background=True).item() == pytest.approx(
        1 - (one + two + zero) / 3, abs=1e-6
    )


def test_dice_plus_cross_entropy_is_their_sum():
    parts = [
        SegmentationLoss(LossSettings(name=n))(LOGITS, TARGET) for n in ("dice", "cross-entropy", "dice+ce")
    ]
    assert parts[2].item() == pytest.approx(parts[0].item() + parts[1].item(), abs=1e-6)


def test_a_perfect_prediction_has_no_dice_loss_and_a_gradient_elsewhere():
    target = torch.arange(3).reshape(1, 3, 1, 1)
    perfect = 50.0 * torch.eye(3).reshape(1, 3, 3, 1, 1)
    assert soft_dice_loss(perfect, target).item() == pytest.approx(0, abs=1e-6)
    logits = torch.zeros(1, 3, 3, 1, 1, requires_grad=True)
    soft_dice_loss(logits, target).backward()
    gradient = logits.grad
    assert gradient is not None and (gradient[0, 1, 1] < 0).all()  # raising the right class lowers the loss


def test_deep_supervision_weighs_finer_outputs_double():
    target = torch.zeros(1, 4, 4, 4, dtype=torch.long)
    fine, coarse = torch.zeros(1, 2, 4, 4, 4), torch.zeros(1, 2, 2, 2, 2)
    coarse[:, 0] = 3.0
    loss = SegmentationLoss(LossSettings())([fine, coarse], target)
    expected = (math.log(2) * 2 + math.log(1 + math.exp(-3))) / 3
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_targets_shrink_to_the_size_of_coarser_outputs():
    target = torch.arange(4).repeat_interleave(2).reshape(1, 8, 1, 1).expand(1, 8, 2, 2)
    assert shrink(target, (4, 1, 1))[0, :, 0, 0].tolist() == [0, 1, 2, 3]


def test_shrunk_targets_stay_where_they_are():
    """The class that fills most of a block: nothing moves, and mirrored targets shrink to mirrored ones."""
    place = torch.stack(torch.meshgrid(*[torch.arange(32.0)] * 3, indexing="ij"), -1)
    target = 3 * ((place - torch.tensor([15.2, 14.7, 16.9])).norm(dim=-1) < 10).long().unsqueeze(0)
    coarse = shrink(target, (8, 16, 8))
    before, after = (torch.nonzero(t[0]).double().mean(0) + 0.5 for t in (target, coarse))
    assert torch.allclose(after * torch.tensor([4, 2, 4]), before, atol=0.3)
    noise = torch.randint(0, 11, (2, 16, 8, 8), generator=torch.Generator().manual_seed(1))
    for axes in ((1,), (2, 3), (1, 2, 3)):
        assert torch.equal(shrink(noise.flip(axes), (4, 4, 2)), shrink(noise, (4, 4, 2)).flip(axes))
    tied = torch.tensor([0, 5, 5, 2]).reshape(1, 4, 1, 1)
    assert shrink(tied, (2, 1, 1)).flatten().tolist() == [0, 2]  # the lower class
    with pytest.raises(ValueError, match="whole blocks"):
        shrink(target, (5, 16, 8))


def test_mean_dice_from_a_confusion_table():
    # Reference rows, prediction columns. Class 1: 2*3/(4+3) ; class 2 absent from both and left out.
    table = torch.tensor([[5, 0, 0], [1, 3, 0], [0, 0, 0]])
    assert mean_dice(table) == pytest.approx(6 / 7)


def test_dice_over_the_classes_of_the_batch_only():
    target = torch.zeros(1, 2, 2, 2, dtype=torch.long)
    target[0, 0] = 1  # four voxels of class 1, four of background, none of class 2
    logits = torch.zeros(1, 3, 2, 2, 2)  # one third everywhere
    one = (2 * 4 / 3 + 1) / (8 / 3 + 4 + 1)
    assert float(soft_dice_loss(logits, target, 1.0, False, False)) == pytest.approx(1 - one, abs=1e-6)
    assert float(soft_dice_loss(logits, target, 1.0, True, False)) == pytest.approx(1 - one, abs=1e-6)
    third = 1 / (8 / 3 + 1)
    assert float(soft_dice_loss(logits, target, 1.0, False, True)) == pytest.approx(
        1 - (one + third) / 2, abs=1e-6
    )
    empty = torch.zeros_like(target)
    alone = (2 * 8 / 3 + 1) / (8 / 3 + 8 + 1)
    assert float(soft_dice_loss(logits, empty, 1.0, False, False)) == pytest.approx(1 - alone, abs=1e-6)
