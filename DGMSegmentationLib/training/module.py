"""The Lightning side of training: one module for every network, and the checkpointer: best weights, history, resuming."""

import copy
import math
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypedDict

import lightning.pytorch as pl
import numpy as np
import torch
from lightning.pytorch.callbacks import Checkpoint
from torch import Tensor, nn

from ..errors import DGMError
from ..io.bids.label_files import ATOMS
from ..models.networks import SegmentationNetwork
from ..structures.atoms import atom_unions
from .loss import SegmentationLoss
from .settings import OptimiserSettings, Preset, StageSettings


class EpochLabel(TypedDict):
    """Which epochs of a run."""

    member: str
    stage: int
    phase: int


class Row(EpochLabel):
    """One epoch of the history; NaN where nothing was validated."""

    epoch: int
    learning_rate: float
    train_loss: float
    val_loss: float
    val_dice: float
    seconds: float


class SegmentationModule(pl.LightningModule):
    """A network with its loss and optimiser for one phase (one learning rate).

    ``average`` is the exponential moving average of the network, when the preset asks for one; validation and the
    resulting model then use it.
    """

    def __init__(
        self,
        network: SegmentationNetwork,
        preset: Preset,
        stage: StageSettings,
        rate: float,
        key: tuple[int, ...],
    ) -> None:
        super().__init__()
        self.network = network
        self.average: SegmentationNetwork | None = (
            copy.deepcopy(network).requires_grad_(False) if preset.optimiser.ema else None
        )
        self.loss = SegmentationLoss(preset.loss, atom_unions() if preset.data.labels == ATOMS else ())
        self.settings: OptimiserSettings = preset.optimiser
        self.stage, self.rate, self.key = stage, rate, key
        self.register_buffer("updates", torch.zeros((), dtype=torch.long))
        self.sums: dict[str, float] = {}
        self.counts: Tensor | None = None
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm3d):
                layer.momentum = self.settings.batch_norm_momentum
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(not any(name.startswith(part) for part in self.settings.freeze))

    @property
    def evaluated(self) -> SegmentationNetwork:
        """The network that validates and becomes the model."""
        return self.network if self.average is None else self.average

    def rate_at(self, epoch: int) -> float:
        """Learning rate of an epoch: constant, or half a cosine; a linear warm-up before either.

        The cosine would reach 1 % one epoch after the last: the last one has 5 % of the rate with 9 epochs, one of them
        warm-up, and 26 % with 4.
        """
        if epoch < self.stage.warmup_epochs:
            return self.rate * (epoch + 1) / (self.stage.warmup_epochs + 1)
        if self.stage.schedule == "constant":
            return self.rate
        done = (epoch - self.stage.warmup_epochs) / max(1, self.stage.epochs - self.stage.warmup_epochs)
        return self.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The preset's optimiser over all parameters that are not frozen."""
        parameters = [p for p in self.network.parameters() if p.requires_grad]
        decay = self.settings.weight_decay
        if self.settings.name == "sgd":
            return torch.optim.SGD(parameters, self.rate, momentum=0.99, nesterov=True, weight_decay=decay)
        kind = torch.optim.AdamW if self.settings.name == "adamw" else torch.optim.Adam
        return kind(parameters, self.rate, weight_decay=decay)

    def on_train_epoch_start(self) -> None:
        """Set the epoch's learning rate and start its sums."""
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = self.rate_at(self.current_epoch)
        self.sums = {"loss": 0.0, "n": 0.0}

    def on_train_batch_start(self, batch: object, batch_index: int) -> None:
        """Give every step a random state of its own (dropout), whatever ran before: loaders draw from torch's too."""
        torch.manual_seed(
            int(np.random.default_rng([*self.key, self.current_epoch, batch_index, 9]).integers(2**31))
        )
        for layer in self.network.modules():
            if isinstance(layer, nn.BatchNorm3d) and not layer.weight.requires_grad:
                layer.eval()  # frozen: its running statistics, which are no parameters, stay as they are, too

    def _outputs(self, network: SegmentationNetwork, batch: Mapping[str, Tensor]) -> Tensor | list[Tensor]:
        image = batch["image"].contiguous(memory_format=torch.channels_last_3d)
        outputs: Tensor | list[Tensor] = network(image, batch.get("coordinates"))
        return outputs

    def training_step(self, batch: Mapping[str, Tensor], batch_index: int) -> Tensor:
        """Loss of one batch."""
        loss: Tensor = self.loss(self._outputs(self.network, batch), batch["target"])
        value = float(loss.detach())
        if not math.isfinite(value):
            raise DGMError("loss_not_finite")
        self.sums["loss"] += value * len(batch["target"])
        self.sums["n"] += len(batch["target"])
        return loss

    def on_train_batch_end(self, outputs: object, batch: object, batch_index: int) -> None:
        """Move the averaged weights; the average is short at first (as in TensorFlow's ExponentialMovingAverage)."""
        if self.average is None:
            return
        updates = self.get_buffer("updates").add_(1)
        decay = min(self.settings.ema, (1 + int(updates)) / (10 + int(updates)))
        with torch.no_grad():
            live = self.network.state_dict()
            for name, value in self.average.state_dict().items():
                if value.dtype.is_floating_point:
                    value.lerp_(live[name], 1 - decay)
                else:
                    value.copy_(live[name])

    def on_validation_epoch_start(self) -> None:
        """Start the epoch's sums."""
        self.evaluated.eval()
        self.validation = {"loss": 0.0, "n": 0.0}
        self.counts = None

    def validation_step(self, batch: Mapping[str, Tensor], batch_index: int) -> None:
        """Sum the loss and the overlap counts."""
        logits, target = self._outputs(self.evaluated, batch), batch["target"]
        assert isinstance(logits, Tensor)  # in evaluation mode
        self.validation["loss"] += float(self.loss(logits, target)) * len(target)
        self.validation["n"] += len(target)
        n = logits.shape[1]
        table = torch.bincount((target * n + logits.argmax(1)).reshape(-1), minlength=n * n).reshape(n, n)
        self.counts = table if self.counts is None else self.counts + table

    def on_validation_epoch_end(self) -> None:
        """Log the mean loss and the mean Dice over the structures that occur."""
        assert self.counts is not None
        self.log("val_loss", self.validation["loss"] / self.validation["n"])
        self.log("val_dice", mean_dice(self.counts))


def mean_dice(confusion: Tensor) -> float:
    """Mean Dice of classes 1.. from a confusion table (reference, prediction); classes that occur in neither are left out."""
    table = confusion.double()
    sizes = table.sum(0) + table.sum(1)
    seen = sizes[1:] > 0
    dice = 2 * table.diagonal()[1:][seen] / sizes[1:][seen]
    return float(dice.mean()) if bool(seen.any()) else float("nan")


class Checkpointer(Checkpoint):
    """Keeps the best weights and the history, and writes one checkpoint at the end of each epoch, atomically.

    Lightning calls checkpoint callbacks last, so the state of early stopping is in the file too. ``finished`` says
    whether the phase is over, so that a run killed right after its last epoch does not train one more.
    """

    def __init__(
        self, path: Path, label: EpochLabel, keep: str, epochs: int, report: Callable[[list[Row]], None]
    ) -> None:
        self.path, self.label, self.keep, self.epochs, self.report = path, label, keep, epochs, report
        self.rows: list[Row] = []
        self.best_loss = math.inf
        self.best_epoch = -1
        self.best: dict[str, Tensor] = {}
        self.finished = False
        self.started = time.monotonic()

    @property
    def state_key(self) -> str:
        """Where checkpoints hold this state; those of 0.1 do under the name that the class then had."""
        return "Keeper"

    def state_dict(self) -> dict[str, object]:
        """All of it; plain numbers, text and tensors."""
        names = ("rows", "best_loss", "best_epoch", "best", "finished")
        return {name: getattr(self, name) for name in names}

    def load_state_dict(self, state_dict: dict[str, object]) -> None:
        """Take up where the checkpoint was written."""
        for name, value in state_dict.items():
            setattr(self, name, value)

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start the clock."""
        self.started = time.monotonic()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Compare, note, save."""
        assert isinstance(pl_module, SegmentationModule)
        train_loss = pl_module.sums["loss"] / max(1.0, pl_module.sums["n"])
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
        loss = metrics.get("val_loss", train_loss)
        if loss < self.best_loss or self.keep == "last" or not self.best:
            self.best_loss, self.best_epoch = loss, trainer.current_epoch
            self.best = {k: v.detach().cpu().clone() for k, v in pl_module.evaluated.state_dict().items()}
        self.rows.append(
            {
                **self.label,
                "epoch": trainer.current_epoch + 1,
                "learning_rate": pl_module.rate_at(trainer.current_epoch),
                "train_loss": round(train_loss, 6),
                "val_loss": round(metrics.get("val_loss", math.nan), 6),
                "val_dice": round(metrics.get("val_dice", math.nan), 5),
                "seconds": round(time.monotonic() - self.started, 2),
            }
        )
        self.finished = bool(trainer.should_stop) or trainer.current_epoch + 1 >= self.epochs
        temporary = self.path.with_suffix(".part")
        trainer.save_checkpoint(temporary)
        os.replace(temporary, self.path)
        self.report(self.rows)
