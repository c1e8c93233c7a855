"""The network learns from the corrections: judged with parts of the cases left out in turn, then from all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..io.files import stem
from ..io.labels import read_labels, write_labels
from ..models.header import ModelHeader
from ..models.model import Model, load_model
from ..options import SegmentOptions
from ..preprocessing.case import open_case
from ..segmentation.labelling import label_case
from ..segmentation.protocol import Protocol, protocol_text
from ..segmentation.run import Watch
from ..segmentation.sample import bundled_sample
from ..training.data import Subject, find_subjects
from ..training.preset import load_preset
from ..training.run_options import RunOptions
from ..training.settings import NetworkSettings, Preset
from .cases import STRANGE_DICE, mean_dice
from .options import AdaptOptions, Recipe, UnlabelledOptions

if TYPE_CHECKING:
    import torch

    from ..inference.case_predictor import CasePredictor

PRESET = "adapt"
_PLAIN = ("augmentation.contrast=0", "augmentation.elastic_mm=1.5", "augmentation.rotation_deg=10")
"""Of the preset without synthesis: what fine-tuning does anyway."""


@dataclass(frozen=True, eq=False)
class Part:
    """A model that learnt from all cases but some."""

    model: Model
    left_out: tuple[int, ...]
    """Indices of the cases that it has not seen."""


def can_learn(model: Model) -> bool:
    """Whether corrections can train a model: one network of structures that takes tiles of any size; not of atoms, and not
    one network a structure.
    """
    return len(model.states) == 1 and not model.header.atoms and model.build()[0].dense


def preset_for(model: Model, recipe: Recipe) -> Preset:
    """The training preset for a model: its own network, preprocessing and tiles."""
    header = model.header
    changes = list(() if recipe.synthesis else _PLAIN)
    trained = header.training.get("preset")
    sampling = trained.get("sampling") if isinstance(trained, Mapping) else None
    tile = sampling.get("tile") if isinstance(sampling, Mapping) else None
    if isinstance(tile, Sequence) and not isinstance(tile, str):
        changes.append(f"sampling.tile={list(tile)}")
    preset = load_preset(PRESET, [*changes, *recipe.changes])
    network = model.build()[0]
    x, y, z = (
        max(m, (n + 2 * halo) // m * m) - 2 * halo
        for n, halo, m in zip(preset.sampling.tile, network.halo, network.multiple, strict=True)
    )
    return replace(
        preset,
        sampling=replace(preset.sampling, tile=(x, y, z)),
        network=NetworkSettings(header.network, "own", dict(header.network_options)),
        preprocessing=header.preprocessing,
        data=replace(preset.data, channels=header.channels),
    )


def last_preset_for(model: Model, recipe: Recipe) -> Preset:
    """The training preset of the run on all cases."""
    return preset_for(model, replace(recipe, changes=(*recipe.changes, *recipe.last)))


def divided(count: int, parts: int) -> list[tuple[int, ...]]:
    """Indices of ``count`` cases in at most ``parts`` parts, each of which is left out once."""
    parts = min(count, parts)
    return [tuple(range(count))[n::parts] for n in range(parts)]


def divided_people(people: Sequence[str], parts: int) -> list[tuple[int, ...]]:
    """Indices of cases in at most ``parts`` parts; those of one person stay together."""
    named = list(dict.fromkeys(people))
    return [
        tuple(n for n, person in enumerate(people) if named.index(person) in held)
        for held in divided(len(named), parts)
    ]


def learn(
    subjects: Sequence[Subject],
    model: Model,
    replay: Callable[[tuple[int, ...]], Sequence[Subject]],
    folder: Path,
    options: AdaptOptions,
    tell: Callable[[int, int, int], None],
) -> list[Part]:
    """Train on all but each part of the cases in turn.

    Args:
        subjects: the corrected cases of two or more persons, each of whom is named.
        model: the model to go on from.
        replay: gives labelled volumes that are learnt beside the cases; called with the indices of those left out, which
            their labels must know nothing of.
        folder: holds the runs, each of which can be resumed.
        options: recipe, device, resuming.
        tell: called with (part, steps done, steps) after every step; what it raises ends the run.
    """
    preset = preset_for(model, options.recipe)
    found = []
    for number, held in enumerate(divided_people([s.person for s in subjects], options.recipe.parts)):
        shown = [s for n, s in enumerate(subjects) if n not in held]

        def step(done: int, total: int, number: int = number) -> None:
            tell(number, done, total)

        learnt = trained(preset, [*shown, *replay(held)], model, folder / f"part-{number + 1}", options, step)
        found.append(Part(learnt, held))
    return found


def learn_all(
    subjects: Sequence[Subject],
    model: Model,
    replay: Sequence[Subject],
    folder: Path,
    options: AdaptOptions,
    step: Callable[[int, int], None],
) -> Model:
    """The model that is written where :func:`learn`'s gained: the same for all cases, and for longer."""
    preset = last_preset_for(model, options.recipe)
    return trained(preset, [*subjects, *replay], model, folder / "part-all", options, step)


def trained(
    preset: Preset,
    subjects: Sequence[Subject],
    model: Model,
    run: Path,
    options: AdaptOptions | UnlabelledOptions,
    step: Callable[[int, int], None],
) -> Model:
    """The model that goes on from another one on these subjects, its weights averaged with those of the first.

    ``run`` is the folder of the training, which goes on where it is there already; ``step`` is told (steps done, steps).
    """
    from ..training.run import train  # needs packages that a protocol alone does not

    running = RunOptions(
        options.device, model.path or options.model, run.exists(), log=options.log, step=step
    )
    path = train(preset, run.parent, run, running, subjects=_as_training(subjects))
    learnt = load_model(path)
    state = averaged(model.states[0], [learnt.states[0]], options.recipe.share)
    return Model(replace(model.header, prior_box=learnt.header.prior_box), (state,))


def _as_training(subjects: Sequence[Subject]) -> list[Subject]:
    """Subjects that all train, of names that differ: those of two folders may not."""
    return [replace(s, name=f"{n}-{s.name}", person="", split="train") for n, s in enumerate(subjects)]


def averaged(
    first: "Mapping[str, torch.Tensor]", learnt: "Sequence[Mapping[str, torch.Tensor]]", share: float
) -> "dict[str, torch.Tensor]":
    """Weights ``share`` of the way from the first ones to the mean of the learnt ones; whole numbers stay the first's."""
    result = {}
    for name, value in first.items():
        if not value.dtype.is_floating_point:
            result[name] = value.clone()
            continue
        mean = sum((state[name].double() for state in learnt), start=value.double() * 0) / len(learnt)
        result[name] = value.double().lerp(mean, share).to(value.dtype)
    return result


def replay_volumes(
    predictor: "CasePredictor", site: Protocol, folder: Path, options: AdaptOptions, count: int, watch: Watch
) -> list[Subject]:
    """Simulated volumes with labels of the site's convention: what the first network finds in them, under its protocol.

    The bundled sample, or up to ``count`` volumes of the user's own. The sample is left out where the network does not
    know it again, and where it lacks a channel.
    """
    header = predictor.model.header
    if options.replay is not None:
        volumes = find_subjects(options.replay, header.channels)[:count]
    elif header.channels == ("qsm",):
        sample = bundled_sample()
        volumes = [Subject("sample", (sample.image,), sample.labels)]
    else:
        volumes = []
    folder.mkdir(parents=True, exist_ok=True)
    protocol = folder / "site.toml"
    protocol.write_text(protocol_text(site), encoding="utf-8")
    asked = SegmentOptions(protocol=str(protocol))
    found = []
    for number, volume in enumerate(volumes):
        watch.stop_if_cancelled()
        extra = dict(zip(header.channels[1:], volume.images[1:], strict=True))
        case = open_case(volume.images[0], channels=header.channels, extra=extra)
        labels = label_case(case, predictor, asked, Watch(log=lambda remark: None)).labels
        if options.replay is None and mean_dice(labels, read_labels(volume.label)) < STRANGE_DICE:
            continue
        path = folder / f"{number}-{stem(volume.images[0])}_dseg.nii.gz"  # two folders may hold the same name
        write_labels(path, labels)
        found.append(Subject(volume.name, volume.images, path))
    return found


def check_learnable(header: ModelHeader) -> None:
    """Raise InputError for a model whose structures no protocol can name: nothing of it can be adapted."""
    if header.atoms:
        return
    from ..segmentation.protocol import plain_protocol

    try:
        plain_protocol(header.structures, header.name)
    except InputError as error:
        raise InputError("adapt_structures", model=header.name) from error
