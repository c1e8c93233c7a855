"""One network of a run: its samples, its two stages, the false positives between them."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..inference.devices import pick_device
from ..io.files import write_text
from ..models.header import Member
from ..models.model import Model
from .curves import history_text
from .fitting import EpochData, Fitting, State, new_network, run_stage, sample_core
from .mining import BrainPredictor, false_positive_patches, mine
from .module import Row
from .patches import merge_tables, patch_table, split_table
from .run_state import refuse_damaged
from .settings import StageSettings
from .tiles import TileSampler, TileSource, validation_tiles

if TYPE_CHECKING:
    from .run import TrainingRun


class MemberTraining:
    """The training of one member of a run's model: all structures at once, or one network of a binary model."""

    def __init__(self, run: "TrainingRun", number: int, member: Member) -> None:
        self.run, self.number, self.member = run, number, member

    def train(self) -> tuple[State, State]:
        """Both stages; returns the weights after each."""
        run, number, member = self.run, self.number, self.member
        preset, wanted = run.preset, member.labels[1:]
        classes = np.zeros(run.label_set.largest + 1, np.int64)
        classes[list(wanted)] = np.arange(1, len(member.labels))
        network = new_network(preset, len(member.labels), (preset.seed, number, 0, 0))
        core = sample_core(preset, network)
        start = {k: v.clone() for k, v in network.state_dict().items()}
        if run.initial is not None:
            start = dict(run.initial.states[number])
        fill = [preset.preprocessing.background(c) for c in range(len(preset.data.channels))]
        source = TileSource(run.cases, core, network.halo, classes, fill)
        counts: dict[str, Mapping[str, object]] = {}
        run.patches[member.prefix.rstrip("_") or "all"] = counts
        if preset.sampling.mode == "patch":
            table = patch_table(
                [np.isin(c.labels, wanted) for c in run.cases],
                core,
                preset.sampling.step,
                preset.sampling.keep,
            )
            data = EpochData(preset, source, *self._divided(table, counts, "stage1"))
        else:
            sampler = TileSampler(run.cases, run.training, preset.sampling, core, wanted)
            fixed = validation_tiles(
                run.cases, run.held, core, preset.sampling.validation_tiles, preset.seed, wanted
            )
            data = EpochData(preset, source, sampler, fixed)
            per_epoch = preset.sampling.steps_per_epoch * preset.sampling.batch
            counts["stage1"] = {
                "tiles_per_epoch": per_epoch,
                "validation_tiles": len(fixed),
                "tile": list(core),
            }
        first = self._stage(1, preset.stage1, data, start)
        if not preset.stage2.enabled:
            return first, first
        if preset.stage2.false_positives:
            voxels = self._mined(first, classes)
            names = [case.name for case in run.cases]
            counts["false_positive_voxels_after_stage1"] = {names[i]: len(v) for i, v in voxels.items()}
            if preset.sampling.mode == "patch":
                wrong = false_positive_patches(run.cases, voxels, core, preset.sampling.step)
                merged = merge_tables(table, wrong, preset.stage2.false_positive_order)
                data = EpochData(preset, source, *self._divided(merged, counts, "stage2"))
            else:
                wrong = false_positive_patches(
                    [run.cases[i] for i in run.held],
                    {k: voxels[i] for k, i in enumerate(run.held)},
                    core,
                    core,
                )
                data = EpochData(
                    preset,
                    source,
                    sampler,
                    self._with_false(fixed, wrong),
                    voxels,
                    preset.stage2.false_positive_fraction,
                )
                counts["stage2"] = {**counts["stage1"], "validation_tiles": len(data.validation)}
        return first, self._stage(2, preset.stage2, data, first)

    def _with_false(self, fixed: NDArray[np.int32], wrong: NDArray[np.int32]) -> NDArray[np.int32]:
        """Validation tiles of stage 2 in dense mode: those of stage 1, and a quarter as many that hold false positives."""
        if not len(wrong):
            return fixed
        rows = wrong.copy()
        rows[:, 0] = np.asarray(self.run.held)[wrong[:, 0]]
        order = np.random.default_rng([self.run.preset.seed, 8]).permutation(len(rows))
        return np.concatenate([fixed, rows[np.sort(order[: max(1, len(fixed) // 4)])]])

    def _divided(
        self, table: NDArray[np.int32], counts: dict[str, Mapping[str, object]], stage: str
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        settings = self.run.preset.data
        train, held = split_table(
            table, settings.validation, settings.validation_fraction, self.run.held, self.run.preset.seed
        )
        if not len(train):
            raise InputError("training_no_patch", path=self.run.data)
        counts[stage] = {"patches": len(table), "train": len(train), "validation": len(held)}
        self.run.log(f"{stage}: {len(table)} patches, {len(train)} to train and {len(held)} to validate.")
        return train, held

    def _stage(self, number: int, stage: StageSettings, data: EpochData, start: State) -> State:
        run, member = self.run, self.member
        run.log(f"Training stage {number}{' of ' + member.prefix.rstrip('_') if member.prefix else ''}.")

        def note() -> None:
            write_text(run.output / "history.csv", history_text(run.progress.rows))
            run.log(_epoch_line(run.progress.rows[-1]))

        device = pick_device(run.device)
        fitting = Fitting(
            run.preset, self.number, member.prefix, len(member.labels), run.progress, device, note, run.step
        )
        return run_stage(fitting, number, stage, data, start)

    def _mined(self, state: State, classes: NDArray[np.int64]) -> dict[int, NDArray[np.int16]]:
        """False positives of stage 1 in every case, kept in a file so that a resumed run need not predict again."""
        run, member = self.run, self.member
        file = run.progress.folder / f"{member.prefix}false_positives.npz"
        if not file.exists():
            run.log("Looking for false positives in the training volumes.")
            single = Member("", member.labels)
            model = Model(replace(run.header((single,)), prior_box=None), (state,))
            tick = lambda done, total: run.report("Looking for false positives", done, total)  # noqa: E731
            found = mine(run.cases, BrainPredictor(model, run.device), classes, tick)
            temporary = file.with_name("mined.part.npz")
            arrays: dict[str, Any] = {str(k): v for k, v in found.items()}
            np.savez_compressed(temporary, **arrays)
            temporary.replace(file)
        with refuse_damaged(file), np.load(file) as stored:
            return {int(k): stored[k] for k in stored.files}


def _epoch_line(row: Row) -> str:
    """What is said of an epoch; what was not measured is left out (fine-tuning validates nobody)."""
    parts = [f"train {row['train_loss']:.4f}"]
    if math.isfinite(row["val_loss"]):
        parts.append(f"validation {row['val_loss']:.4f}")
    if math.isfinite(row["val_dice"]):
        parts.append(f"Dice {row['val_dice']:.3f}")
    return f"stage {row['stage']} phase {row['phase']} epoch {row['epoch']}: {', '.join(parts)}, {row['seconds']:.0f} s"
