"""How the bundled model of atoms was made: simulate and prepare with all cores, train runs side by side, average their weights.

    python Testing/experiments/train_atoms.py --anatomies CACHE --output RUN --volumes 210 --device cuda

CACHE holds prepared anatomies of ``dgmseg simulate --cache`` (here 50 of HOA-2.0 and the 20 whole heads). The volumes are
prepared once and shared by forked processes, for reading them again in every run would take longer than a training on a GPU.
One run sees all volumes, three see 96 of them each: any, none of the whole heads, none of random contrast; these are ablations,
too. On one H200 with 16 cores: 2.5 minutes of simulation, 2 of training for the first run (beside two others), 2.2 for the rest.
"""

import argparse
import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from DGMSegmentationLib.models.model import load_model, save_model
from DGMSegmentationLib.resources import resource_path
from DGMSegmentationLib.simulation.anatomy_files import load_anatomy
from DGMSegmentationLib.simulation.dataset import atoms_path, image_path, write_subject
from DGMSegmentationLib.simulation.subject import simulate
from DGMSegmentationLib.training import run as training
from DGMSegmentationLib.training.cases import Case, prepare_case
from DGMSegmentationLib.training.data import Subject, training_label_set
from DGMSegmentationLib.training.preset import load_preset

SEED = 41
PLAIN = 'data.validation="none"'


@dataclass(frozen=True)
class Volume:
    """A simulated volume, ready to train on, and what was drawn for it."""

    subject: Subject
    case: Case
    settings: dict[str, Any]

    @property
    def is_whole_head(self) -> bool:
        """Whether its nuclei are those of a whole-head map."""
        return self.subject.person.startswith("head")

    @property
    def has_random_contrast(self) -> bool:
        """Whether its contrast was drawn instead of simulated."""
        return bool(self.settings["reconstruction"]["method"] == "random contrast")


def make(task: tuple[int, Path, Path]) -> Volume:
    """Simulate one volume, write it, and bring it to the network grid."""
    number, anatomy, folder = task
    name, preset = f"sub-sim{number + 1:04d}", load_preset("atoms", [PLAIN])
    made = simulate(load_anatomy(anatomy), (SEED, number))
    write_subject(folder, name, made)
    subject = Subject(name, (image_path(folder, name),), atoms_path(folder, name), "train", anatomy.stem)
    label_set = training_label_set(preset.data, [subject])
    return Volume(subject, prepare_case(subject, preset.data, preset.preprocessing, label_set), made.settings)


def train(
    volumes: Sequence[Volume], output: Path, rate: float, steps: int, epochs: int, device: str, workers: int
) -> None:
    """One training on volumes that are in memory."""
    ready = {volume.subject.name: volume.case for volume in volumes}
    training.prepare_cases = lambda used, *rest, **more: [ready[s.name] for s in used]  # type: ignore[attr-defined]
    changes = [
        PLAIN,
        f"stage1.learning_rates=[{rate}]",
        f"stage1.epochs={epochs}",
        f"sampling.steps_per_epoch={steps}",
    ]
    preset = load_preset(
        "atoms", [*changes, f"sampling.workers={workers}", *os.environ.get("CHANGES", "").split()]
    )
    training.train(
        preset,
        volumes[0].subject.images[0].parents[2],
        output,
        training.RunOptions(device=device, init="default"),
        subjects=[v.subject for v in volumes],
    )


def averaged(models: Sequence[Path], target: Path) -> None:
    """The mean of the weights of several models of one kind."""
    loaded = [load_model(path) for path in models]
    mean = {
        name: (sum(m.states[0][name].double() for m in loaded) / len(loaded)).to(first.dtype)
        for name, first in loaded[0].states[0].items()
    }
    header = replace(
        loaded[0].header, name="atoms", title="Atoms: U-Net that tells 30 parts of the deep nuclei apart",
        version="0.3", protocol="anatomical", licence=load_model("default").header.licence, metrics={},
    )  # fmt: skip
    save_model(target, header, [mean])


def main() -> None:
    """Simulate, train, average."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--anatomies", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--volumes", type=int, default=210)
    parser.add_argument("--few", type=int, default=96, help="volumes of each of the other three runs")
    parser.add_argument(
        "--steps", type=int, nargs=2, default=(178, 243), help="steps an epoch: first run, others"
    )
    parser.add_argument("--epochs", type=int, nargs=2, default=(10, 6))
    parser.add_argument("--device", default="auto")
    wanted = parser.parse_args()
    anatomies = sorted(p for p in wanted.anatomies.glob("*.npz") if not p.stem.endswith("_parts"))
    folder, cores = wanted.output / "volumes", os.cpu_count() or 1
    tasks = [(n, anatomies[n % len(anatomies)], folder) for n in range(wanted.volumes)]
    fork = multiprocessing.get_context("fork")  # the volumes are shared, not copied
    with fork.Pool(cores, maxtasksperchild=8) as pool:
        volumes = pool.map(make, tasks, chunksize=1)
    print(f"{len(volumes)} volumes of {len(anatomies)} anatomies", flush=True)
    choices: dict[str, Callable[[Volume], bool]] = {
        "all": lambda v: True,
        "base": lambda v: True,
        "noheads": lambda v: not v.is_whole_head,
        "nocontrast": lambda v: not v.has_random_contrast,
    }
    runs = {}
    for name, fits in choices.items():
        first = name == "all"
        chosen = [v for v in volumes if fits(v)][: None if first else wanted.few]
        args = (
            chosen,
            wanted.output / name,
            8e-4 if first else 6e-4,
            wanted.steps[not first],
            wanted.epochs[not first],
        )
        runs[name] = fork.Process(target=train, args=(*args, wanted.device, max(1, cores // 4)))
        runs[name].start()
    for name, process in runs.items():
        process.join()
        if process.exitcode:
            raise SystemExit(f"The run {name} ended with exit code {process.exitcode}.")
    averaged(
        [wanted.output / name / "model.safetensors" for name in runs], wanted.output / "atoms.safetensors"
    )
    print(wanted.output / "atoms.safetensors", "instead of", resource_path("Models", "atoms.safetensors"))


if __name__ == "__main__":
    main()
