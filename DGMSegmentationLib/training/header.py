"""What a trained model's file says of itself."""

import platform
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from .. import __version__
from ..io.bids.derivatives import data_licence
from ..models.header import Member, ModelHeader
from ..models.networks import build_network

if TYPE_CHECKING:
    from .run import TrainingRun

_STATED_ELSEWHERE = ("in_channels", "n_classes")  # by the channels and the members


def model_header(run: "TrainingRun", members: Sequence[Member], note: str = "") -> ModelHeader:
    """The header of a run's model file; ``note`` is added to the title of the one after stage 1."""
    preset = run.preset
    # All of them, also those that the preset leaves at their defaults: a default may change, this file may not.
    with torch.device("meta"):  # no weights are drawn
        network = build_network(preset.network.name, **preset.network.options)
    options = {k: v for k, v in network.options().items() if k not in _STATED_ELSEWHERE}
    rows = [row for row in run.progress.rows if not note or row["stage"] == 1]
    number = 1 if note or not preset.stage2.enabled else 2
    stage = preset.stages[number - 1]
    # The Dice of the weights that are kept: the last of the last stage, or its lowest loss (each stage has validation
    # samples of its own); several members have several.
    judged = [row for row in rows if row["stage"] == number and row["val_loss"] == row["val_loss"]]
    kept = None
    if len(members) == 1 and judged:
        last = judged[-1]
        kept = last if stage.keep == "last" else min(judged, key=lambda row: row["val_loss"])
    licence = f"follows the training data: {data_licence(run.data)}"
    if run.initial is not None:
        first = run.initial.header
        licence += f"; started from the model {first.name} {first.version}: {first.licence}"
    return ModelHeader(
        name=preset.name,
        title=preset.title + note,
        description=preset.description,
        network=preset.network.name,
        network_options=options,
        preprocessing=preset.preprocessing,
        members=tuple(members),
        channels=preset.data.channels,
        atoms=run.atoms,
        label_set=run.label_set,
        prior_box=run.prior,
        licence=licence,
        training={
            "preset": preset.to_dict(),
            "data": run.data.resolve().name,
            "subjects": run.split,
            "seed": preset.seed,
            "epochs": len(rows),
            "initial_model": run.initial.sha256 if run.initial else None,
            "software": f"DGMSegmentation {__version__}, torch {torch.__version__}, Python {platform.python_version()}",
        },
        metrics={"validation_dice": kept["val_dice"]} if kept else {},
    )
