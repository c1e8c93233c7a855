"""A whole training run: find and prepare the data, train every member through its stages, write model and results."""

import logging
import os
import shutil
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ..errors import InputError
from ..inference.devices import limit_torch_threads, pick_device
from ..io.bids.label_files import ATOMS
from ..io.files import check_writable, sha256, write_json, write_text
from ..models.header import Member, ModelHeader
from ..models.model import load_model, save_model
from ..structures import STANDARD
from .cases import Case, open_subject, prepare_cases, prior_box
from .curves import draw_curves, history_text
from .data import Subject, choose_validation, describe, find_subjects, training_label_set
from .fitting import Progress, State, new_network, quiet, sample_core
from .header import model_header
from .member import MemberTraining
from .module import SegmentationModule
from .preset import load_preset
from .run_options import RunOptions
from .scoring import score_model, write_scores
from .settings import Preset
from .warm_start import atoms_from_structures

MODEL_NAME = "model.safetensors"
FINE_TUNING = "finetune"  # the preset that is of no use without a model to start from
FINISHED_NAME = "run.json"  # preset and data of a finished run, for --resume to compare with

_log = logging.getLogger(__name__)


def train(
    preset: Preset | str | Path,
    data: Path | str,
    output: Path | str,
    options: RunOptions | None = None,
    *,
    overrides: Sequence[str] = (),
    subjects: Sequence[Subject] | None = None,
) -> Path:
    """Train a model and return its path.

    Args:
        preset: a preset, the name of a shipped one, or a TOML file.
        data: a BIDS folder or a TSV table; see :mod:`.data`.
        output: folder of the results; must hold none of an earlier run unless it is resumed.
        options: device, model to start from, resuming, who hears of the run.
        overrides: changes of the preset such as ``stage1.epochs=10``.
        subjects: the volumes with their splits, instead of what ``data`` says (cross-validation).

    Raises InputError for a bad preset, bad data, and an output folder in use.
    """
    ready = preset if isinstance(preset, Preset) else load_preset(preset, overrides)
    return TrainingRun(ready, Path(data), Path(output), options or RunOptions(), subjects).execute()


def _fits(state: State, wanted: State) -> bool:
    """Whether weights have the names and sizes that a network wants."""
    return {k: v.shape for k, v in state.items()} == {k: v.shape for k, v in wanted.items()}


def _checksum(path: Path) -> str:
    """Of a file's content; none where it cannot be read, which is said when it is opened."""
    try:
        return sha256(path)
    except OSError:
        return ""


class TrainingRun:
    """The steps of :func:`train`, with what they share."""

    def __init__(
        self,
        preset: Preset,
        data: Path,
        output: Path,
        options: RunOptions,
        subjects: Sequence[Subject] | None = None,
    ) -> None:
        self.preset, self.data, self.output, self.device = preset, data, output, options.device
        self.resume = options.resume
        self.log = options.log or (lambda text: None)
        self.report = options.progress or (lambda what, done, total: None)
        self.step = options.step
        self.initial = None if options.init is None else load_model(options.init)
        self.atoms = preset.data.labels == ATOMS
        found = subjects if subjects is not None else find_subjects(data, preset.data.channels, self.atoms)
        self.subjects = list(found)
        header = None if self.initial is None else self.initial.header
        self.label_set = training_label_set(preset.data, self.subjects, header)
        self.patches: dict[str, object] = {}
        if self.initial is not None and self.atoms and not self.initial.header.atoms:
            states = tuple(atoms_from_structures(s, self.initial.labels) for s in self.initial.states)
            self.initial = replace(self.initial, states=states)

    def execute(self) -> Path:
        """Run everything that is not done yet."""
        target = self.output / MODEL_NAME
        self._check_output()
        self._divide()
        finished = Progress(self.output / "checkpoints", self.fingerprint, self.output / FINISHED_NAME)
        if self.resume and target.exists() and finished.file.exists():
            finished.load()  # refuses when it was another preset or other data
            self.log(f"{target} is finished already.")
            return target
        quiet()
        self._check_initial()
        device = pick_device(self.device).type
        if device == "cpu":
            limit_torch_threads()
        self._rehearse(device)
        self._open()
        self.progress.load()
        members = self.members()
        stage1: list[State] = []
        final: list[State] = []
        for number, member in enumerate(members):
            first, last = MemberTraining(self, number, member).train()
            stage1.append(first)
            final.append(last)
        two = self.preset.stage2.enabled
        if two:
            save_model(
                self.output / "model_stage1.safetensors", self.header(members, ", after stage 1"), stage1
            )
        save_model(target, self.header(members), final)
        self._results(target, two)
        os.replace(self.progress.file, self.output / FINISHED_NAME)
        shutil.rmtree(self.progress.folder, ignore_errors=True)
        return target

    def members(self) -> tuple[Member, ...]:
        """One network for all structures, or one for each in binary mode."""
        if self.atoms or not self.preset.binary:
            return (Member("", (0, *self.label_set.values)),)
        return tuple(Member(f"{s.abbreviation}_", (0, s.label)) for s in self.label_set)

    def _check_output(self) -> None:
        used = [
            n for n in (MODEL_NAME, "history.csv", "checkpoints/state.json") if (self.output / n).exists()
        ]
        if used and not self.resume:
            raise InputError("run_exists", path=self.output, name=used[0])
        if self.output.exists() and not self.output.is_dir():
            raise InputError("run_is_file", path=self.output)
        check_writable([self.output / MODEL_NAME], overwrite=True)

    def _check_initial(self) -> None:
        """A model to start from must be there for the preset that needs one, and be of the same kind."""
        if self.initial is None:
            if self.preset.name == FINE_TUNING:
                raise InputError("init_needed", preset=FINE_TUNING)
            return
        header, preset = self.initial.header, self.preset
        if header.network != preset.network.name or len(header.members) != len(self.members()):
            raise InputError(
                "init_network", path=self.initial.path, network=header.network, wanted=preset.network.name
            )
        if header.preprocessing != preset.preprocessing or header.channels != preset.data.channels:
            raise InputError("init_preprocessing", path=self.initial.path)

    def _rehearse(self, device: str) -> None:
        """Run one sample of nothing through device, network and loss, so that a preset that cannot work fails early."""
        preset = self.preset
        precision = preset.optimiser.precision
        if precision != "float32" and device == "mps":  # torch 2.4 fails there, later ones only warn
            raise InputError("precision_device", precision=precision, device=device)
        try:
            member = self.members()[0]
            network = new_network(preset, len(member.labels), (preset.seed, 0, 0, 0))
            core = sample_core(preset, network)
            if self.initial is not None and not _fits(self.initial.states[0], network.state_dict()):
                raise InputError("init_weights", path=self.initial.path)
            if bool(network.uses_coordinates) != preset.preprocessing.coordinates:
                wants = "needs" if network.uses_coordinates else "takes no"
                raise InputError("network_coordinates", network=preset.network.name, wants=wants)
            names = [name for name, _ in network.named_parameters()]
            for part in preset.optimiser.freeze:
                if not any(name.startswith(part) for name in names):  # it would train what shall stay
                    found = ", ".join(dict.fromkeys(name.split(".")[0] for name in names))
                    raise InputError("freeze_unknown", network=preset.network.name, part=part, found=found)
            module = SegmentationModule(network, preset, preset.stage1, 1e-3, (0,))
            module.configure_optimizers()
            outer = [c + 2 * h for c, h in zip(core, network.halo, strict=True)]
            where = torch.zeros(1, 3, *core) if network.uses_coordinates else None
            with torch.no_grad():
                logits = network.eval()(torch.zeros(1, len(preset.data.channels), *outer), where)
                module.loss(logits, torch.zeros(1, *core, dtype=torch.long))
        except InputError:
            raise
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError("preset_untrainable", preset=preset.name, reason=reason) from error

    def _divide(self) -> None:
        """Who trains, validates and tests, and what tells this run from another."""
        settings = self.preset.data
        fraction = settings.validation_fraction if settings.validation == "subjects" else 0.0
        self.validating = choose_validation(self.subjects, fraction, self.preset.seed)
        if settings.validation in ("last-quarter", "random-patches") and any(
            s.split == "val" for s in self.subjects
        ):
            raise InputError("validation_names_subjects", rule=settings.validation)
        self.split = describe(self.subjects, self.validating)
        used = [s for s in self.subjects if s.split in ("train", "val")]
        preset = self.preset.to_dict()
        if not preset["data"]["label_set"]:  # as before there were label sets
            del preset["data"]["label_set"]
        known = {} if self.atoms or self.label_set == STANDARD else {"label set": self.label_set.checksum}
        self.fingerprint: dict[str, object] = {
            "preset": preset,
            **known,
            "data": {"split": self.split, "images": [p.name for s in used for p in (*s.images, s.label)]},
            "initial model": self.initial.sha256 if self.initial else "",
            # A label corrected under its old name is other data, too.
            "image or label": [_checksum(p) for s in self.subjects for p in (*s.images, s.label)],
        }

    def _open(self) -> None:
        """Prepare the training and validation cases and the folder of the run's state; look at the test cases."""
        settings = self.preset.data
        held = self.validating
        used = [s for s in self.subjects if s.split in ("train", "val")]
        for subject in self.subjects:
            if subject.split == "test":
                open_subject(
                    subject, settings, self.label_set
                )  # a broken one must not show after hours of training
        started = time.monotonic()
        self.log(f"Preparing {len(used)} volumes.")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            tick = lambda done, total: self.report("Preparing the volumes", done, total)  # noqa: E731
            self.cases: list[Case] = prepare_cases(
                used, settings, self.preset.preprocessing, tick, self.label_set
            )
        for text in dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, UserWarning)):
            self.log(text)
            _log.warning("%s", text)
        self.held = [i for i, s in enumerate(used) if s.name in set(held)]
        self.training = [i for i in range(len(used)) if i not in self.held]
        same = self.initial is not None and self.initial.header.atoms == self.atoms
        first = self.initial.header.prior_box if self.initial is not None and same else None
        self.prior = prior_box(self.cases, settings.prior_margin_mm, first, settings.prior_share)
        self._check_all_present()
        self.log(f"Prepared in {time.monotonic() - started:.0f} s; validation: {', '.join(held) or 'none'}.")
        self.progress = Progress(self.output / "checkpoints", self.fingerprint)
        self.progress.folder.mkdir(parents=True, exist_ok=True)
        if not self.progress.file.exists():
            self.progress.save()

    def _check_all_present(self) -> None:
        """Fine-tuning would unlearn a structure that no volume shows: all of it would be background."""
        if self.initial is None or self.atoms:
            return
        shown = np.unique(np.concatenate([np.unique(self.cases[i].labels) for i in self.training]))
        lacking = [s.abbreviation for s in self.label_set if s.label not in shown]
        if lacking:
            raise InputError("structures_lacking", structures=lacking)

    def header(self, members: Sequence[Member], note: str = "") -> ModelHeader:
        """The header of the run's model files."""
        return model_header(self, members, note)

    def _results(self, target: Path, two: bool) -> None:
        """Score the test cases, write tables and curves, and put the scores into the model's header."""
        tests = [s for s in self.subjects if s.split == "test"]
        if tests and self.atoms:  # atoms lie on a grid of their own, and a run gives a protocol's structures
            self.log(
                "Volumes of the split test are not scored: a model of atoms gives structures by a protocol."
            )
            tests = []
        if tests:
            for name in (["model_stage1"] if two else []) + ["model"]:
                path = self.output / f"{name}.safetensors"
                self.log(f"Scoring {len(tests)} test volumes with {path.name}.")
                tick = lambda done, total: self.report("Scoring the test volumes", done, total)  # noqa: E731
                result = score_model(load_model(path), tests, self.preset.data, self.device, tick)
                suffix = "_stage1" if name.endswith("stage1") else ""
                write_scores(result.scores, self.output / f"evaluation{suffix}.tsv", result.false_positives)
                key = (
                    "test_false_positive_voxels_after_stage1"
                    if suffix or not two
                    else "test_false_positive_voxels_after_stage2"
                )
                self.patches[key] = result.false_positives
                model = load_model(path)
                metrics = {**model.header.metrics, "test": result.summary()}
                save_model(path, replace(model.header, metrics=metrics), model.states)
                self.log(f"{path.name}: mean test Dice {result.mean_dice:.3f}.")
        write_text(self.output / "history.csv", history_text(self.progress.rows))
        draw_curves(self.progress.rows, self.output / "curves.png")
        write_json(self.output / "patches.json", self.patches)
