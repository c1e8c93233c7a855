"""One member's training: its stages, their phases, and what survives a kill.

A phase is one learning rate: one Lightning fit with early stopping. Finished phases and the last epoch's checkpoint lie
in the folder ``checkpoints`` of the output; a resumed run goes on from there and gives the same model.
"""

import logging
import math
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import lightning.pytorch as pl
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ProgressBar
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader

from ..errors import InputError
from ..io.files import atomic_path
from ..models.networks import SegmentationNetwork, build_network
from .augment import Augmenter
from .module import Checkpointer, EpochLabel, Row, SegmentationModule
from .run_state import Progress, refuse_damaged
from .settings import Preset, StageSettings
from .tiles import Sample, Tiles, TileSampler, TileSource, validation_tiles

State = dict[str, Tensor]


class EpochData(pl.LightningDataModule):
    """Training and validation samples of one stage; every epoch's training samples follow from its number."""

    def __init__(
        self,
        preset: Preset,
        source: TileSource,
        train: NDArray[np.int32] | TileSampler,
        validation: NDArray[np.int32],
        false_positives: dict[int, NDArray[np.int16]] | None = None,
        part: float = 0.0,
    ) -> None:
        super().__init__()
        self.preset, self.source, self.train, self.validation = preset, source, train, validation
        self.false_positives, self.part = false_positives, part
        self.key: tuple[int, ...] = ()
        """Of the phase: seed, member, stage, phase."""
        mirror = source.cases[0].label_set.mirror
        self.augmenter = Augmenter.of(preset.augmentation, preset.preprocessing, mirror)

    def epoch_table(self, epoch: int) -> NDArray[np.int32]:
        """Rows (case, i, j, k) of an epoch, in the order of training."""
        sampling, key = self.preset.sampling, (*self.key, epoch)
        if isinstance(self.train, TileSampler):
            count = sampling.steps_per_epoch * sampling.batch
            return self.train.draw(count, (*key, 5), self.false_positives, self.part)
        if not sampling.shuffle:
            return self.train
        return self.train[np.random.default_rng([*key, 6]).permutation(len(self.train))]

    def _loader(
        self, table: NDArray[np.int32], augmenter: Augmenter | None, key: tuple[int, ...]
    ) -> DataLoader[Sample]:
        tiles = Tiles(self.source, table, augmenter, key)
        sampling = self.preset.sampling
        return DataLoader(tiles, batch_size=sampling.batch, shuffle=False, num_workers=sampling.workers)

    def train_dataloader(self) -> DataLoader[Sample]:
        """Samples of the current epoch."""
        assert self.trainer is not None
        epoch = self.trainer.current_epoch
        return self._loader(self.epoch_table(epoch), self.augmenter, (*self.key, epoch, 7))

    def val_dataloader(self) -> DataLoader[Sample] | list[Sample]:
        """The fixed validation samples."""
        return self._loader(self.validation, None, ()) if len(self.validation) else []


def new_network(preset: Preset, n_classes: int, seed: Sequence[int]) -> SegmentationNetwork:
    """A network with fresh weights that follow from the seed."""
    torch.manual_seed(int(np.random.default_rng(list(seed)).integers(2**31)))
    options = {k: v for k, v in preset.network.options.items() if k not in ("in_channels", "n_classes")}
    network = build_network(
        preset.network.name, in_channels=len(preset.data.channels), n_classes=n_classes, **options
    )
    if preset.network.init == "he":
        for layer in network.modules():
            if isinstance(layer, nn.Conv3d):
                nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    return network


def sample_core(preset: Preset, network: SegmentationNetwork) -> tuple[int, int, int]:
    """Output voxels of one sample; raises InputError when the network cannot have it."""
    core = preset.sampling.core if preset.sampling.mode == "patch" else preset.sampling.tile
    if not network.dense and core != network.patch_output:
        raise InputError("sampling_cores", network=preset.network.name, core=network.patch_output)
    if any((c + 2 * h) % m for c, h, m in zip(core, network.halo, network.multiple, strict=True)):
        raise InputError("sampling_tiles", core=core, multiple=network.multiple)
    return core


def quiet() -> None:
    """Keep Lightning's notices and advice off the user's terminal."""
    for name in ("lightning.pytorch", "lightning.fabric", "lightning.pytorch.utilities.rank_zero"):
        logging.getLogger(name).setLevel(logging.ERROR)
    for text in (
        ".*does not have many workers.*",
        ".*number of training batches.*",
        ".*isinstance.*treespec.*",
        ".*LeafSpec.*",
    ):
        warnings.filterwarnings("ignore", text)
    warnings.filterwarnings("ignore", module="lightning.*")


def progress_callbacks() -> list[Callback]:
    """A bar on a terminal, nothing when piped."""
    if not sys.stderr.isatty():
        return []
    from lightning.pytorch.callbacks import RichProgressBar

    return [RichProgressBar(leave=False)]


class StepCounter(Callback):
    """Tells of every training step of a phase."""

    def __init__(self, tell: Callable[[int, int], None], total: int) -> None:
        self.tell, self.total = tell, total

    def on_train_batch_end(self, trainer: pl.Trainer, *_: object) -> None:
        """After a step."""
        self.tell(trainer.global_step, self.total)


@dataclass(frozen=True)
class Fitting:
    """Which network of a run is fitted, where, and who hears of it."""

    preset: Preset
    member: int
    prefix: str
    """Of the member's weights in the model file."""
    n_classes: int
    progress: Progress
    device: torch.device
    report: Callable[[], None]
    """Called after every epoch."""
    step: Callable[[int, int], None] | None = None
    """Called after every step, instead of a bar on the terminal."""


def fit_phase(
    module: SegmentationModule,
    data: EpochData,
    epochs: int,
    name: str,
    label: EpochLabel,
    fitting: Fitting,
    report: Callable[[list[Row]], None],
) -> Checkpointer:
    """Train one phase to its end, from its last checkpoint when there is one; return the checkpointer with the best weights."""
    progress, device, step = fitting.progress, fitting.device, fitting.step
    stage, checkpoint = module.stage, progress.folder / f"{name}.ckpt"
    checkpointer = Checkpointer(checkpoint, label, stage.keep, epochs, report)
    if checkpoint.exists():
        with refuse_damaged(checkpoint):
            saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
            state = saved["callbacks"][checkpointer.state_key]
            finished = state["finished"]
        if finished:
            checkpointer.load_state_dict(state)
            module.load_state_dict(saved["state_dict"])
            return checkpointer
    callbacks: list[Callback] = [checkpointer, *([] if step else progress_callbacks())]
    if stage.patience and len(data.validation):
        callbacks.append(EarlyStopping("val_loss", patience=stage.patience, mode="min"))
    if step is not None:
        callbacks.append(StepCounter(step, epochs * data.preset.sampling.steps_per_epoch))
    trainer = pl.Trainer(
        accelerator={"cuda": "gpu"}.get(device.type, device.type),
        devices=1,
        max_epochs=epochs,
        logger=False,
        callbacks=callbacks,
        enable_model_summary=False,
        enable_progress_bar=any(isinstance(c, ProgressBar) for c in callbacks),
        num_sanity_val_steps=0,
        reload_dataloaders_every_n_epochs=1,
        gradient_clip_val=module.settings.gradient_clip or None,
        precision="bf16-mixed" if module.settings.precision == "bf16-mixed" else "32-true",
        use_distributed_sampler=False,
        default_root_dir=str(progress.folder),
    )
    resume = str(checkpoint) if checkpoint.exists() else None
    try:
        trainer.fit(module, datamodule=data, ckpt_path=resume, weights_only=True if resume else None)
    except Exception as error:
        if _amid_an_interrupt(error):  # Lightning stumbles where it is stopped between epochs
            raise KeyboardInterrupt from error
        raise
    if trainer.interrupted:
        raise KeyboardInterrupt
    return checkpointer


def _amid_an_interrupt(error: BaseException) -> bool:
    """Whether an error was raised while a KeyboardInterrupt was handled."""
    before = error.__context__
    return before is not None and (isinstance(before, KeyboardInterrupt) or _amid_an_interrupt(before))


def run_stage(fitting: Fitting, number: int, stage: StageSettings, data: EpochData, start: State) -> State:
    """All phases of a stage from the weights ``start``; return the weights that the stage ends with."""
    preset, progress, prefix = fitting.preset, fitting.progress, fitting.prefix
    best, best_loss, last, left = start, math.inf, start, stage.epochs_total or math.inf
    for phase, rate in enumerate(stage.learning_rates):
        name = f"{prefix}stage{number}_phase{phase + 1}"
        epochs = int(min(stage.epochs, left))
        if epochs < 1:
            break
        if name not in progress.finished:
            before = list(progress.rows)

            def note(rows: list[Row], before: list[Row] = before) -> None:
                progress.rows = before + rows
                fitting.report()

            key = (preset.seed, fitting.member, number, phase)
            module = SegmentationModule(new_network(preset, fitting.n_classes, key), preset, stage, rate, key)
            weights = best if stage.reload_best else last
            module.network.load_state_dict(weights)
            if module.average is not None:
                module.average.load_state_dict(weights)
            data.key = key
            label = EpochLabel(member=prefix.rstrip("_") or "all", stage=number, phase=phase + 1)
            module.to(memory_format=torch.channels_last_3d)
            checkpointer = fit_phase(module, data, epochs, name, label, fitting, note)
            progress.rows = before + checkpointer.rows
            tensors = {f"best.{k}": v.contiguous() for k, v in checkpointer.best.items()}
            tensors |= {
                f"last.{k}": v.detach().cpu().contiguous() for k, v in module.evaluated.state_dict().items()
            }
            with atomic_path(progress.folder / f"{name}.safetensors") as temporary:
                save_file(tensors, str(temporary))
            progress.finished[name] = {"loss": checkpointer.best_loss, "epochs": len(checkpointer.rows)}
            progress.save()
            (progress.folder / f"{name}.ckpt").unlink(missing_ok=True)
        with refuse_damaged(progress.folder / f"{name}.safetensors"):
            done = progress.finished[name]
            tensors = load_file(str(progress.folder / f"{name}.safetensors"))
        last = {k.removeprefix("last."): v for k, v in tensors.items() if k.startswith("last.")}
        if done["loss"] < best_loss or stage.keep == "last":
            best_loss = done["loss"]
            best = {k.removeprefix("best."): v for k, v in tensors.items() if k.startswith("best.")}
        left -= done["epochs"]
    return best


__all__ = [
    "EpochData",
    "Progress",
    "TileSampler",
    "new_network",
    "quiet",
    "run_stage",
    "sample_core",
    "validation_tiles",
]
