"""The settings of a training run, section by section, with their defaults; ``presets/part1.toml`` says what each means."""

from dataclasses import asdict, dataclass, field
from typing import Any

from ..options import UNITS
from ..preprocessing.grid import Preprocessing

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class NetworkSettings:
    """Which network, with which options of its own."""

    name: str = "dolz"
    init: str = "own"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DataSettings:
    """How the files become cases, and which of them validate."""

    labels: str = "dgm"
    label_set: str = ""
    channels: tuple[str, ...] = ("qsm",)
    units: str = "auto"
    label_resampling: str = "linear"
    validation: str = "subjects"
    validation_fraction: float = 0.25
    crop_margin_mm: float = 0.0
    prior_margin_mm: float = 10.0
    prior_share: float = 1.0


@dataclass(frozen=True)
class SamplingSettings:
    """What one training sample is, and how many make an epoch."""

    mode: str = "patch"
    batch: int = 32
    shuffle: bool = True
    core: Triple = (9, 9, 3)
    step: Triple = (3, 3, 3)
    keep: str = "core-has-label"
    tile: Triple = (27, 27, 9)
    steps_per_epoch: int = 50
    validation_tiles: int = 24
    balanced: float = 0.6
    anywhere: float = 0.1
    workers: int = 0


@dataclass(frozen=True)
class LossSettings:
    """What is minimised."""

    name: str = "cross-entropy"
    class_weights: tuple[float, ...] = ()
    smooth: float = 1.0
    dice_background: bool = False
    dice_absent: bool = True
    unions: float = 0.0


@dataclass(frozen=True)
class OptimiserSettings:
    """How it is minimised."""

    name: str = "adam"
    weight_decay: float = 0.0
    gradient_clip: float = 0.0
    ema: float = 0.0
    batch_norm_momentum: float = 0.01
    freeze: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageSettings:
    """One stage: phases of one learning rate each."""

    enabled: bool = True
    learning_rates: tuple[float, ...] = (1e-4, 1e-5)
    epochs: int = 40
    epochs_total: int = 0
    patience: int = 5
    reload_best: bool = True
    keep: str = "best"
    schedule: str = "constant"
    warmup_epochs: int = 0
    false_positives: bool = False
    false_positive_order: str = "by-subject"
    false_positive_fraction: float = 0.5


@dataclass(frozen=True)
class AugmentationSettings:
    """Random changes of the training samples; all off unless a preset turns them on."""

    mirror: float = 0.0
    spatial: float = 0.0
    rotation_deg: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    elastic_mm: float = 0.0
    elastic_grid_mm: float = 30.0
    intensity: float = 0.0
    gain: float = 0.0
    offset: float = 0.0
    gamma: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    low_resolution: float = 0.0


@dataclass(frozen=True)
class Preset:
    """All choices of a training run."""

    name: str = "unnamed"
    title: str = ""
    description: str = ""
    seed: int = 1
    binary: bool = False
    network: NetworkSettings = field(default_factory=NetworkSettings)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    data: DataSettings = field(default_factory=DataSettings)
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)
    stage1: StageSettings = field(default_factory=StageSettings)
    stage2: StageSettings = field(default_factory=lambda: StageSettings(enabled=False, false_positives=True))
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @property
    def stages(self) -> tuple[StageSettings, ...]:
        """The stages in their order."""
        return self.stage1, self.stage2


CHOICES: dict[str, tuple[str, ...]] = {
    "network.init": ("own", "he"),
    "data.units": UNITS,
    "data.label_resampling": ("linear", "nearest"),
    "data.validation": ("subjects", "last-quarter", "random-patches", "none"),
    "sampling.mode": ("patch", "dense"),
    "sampling.keep": ("core-has-label", "all"),
    "loss.name": ("cross-entropy", "dice", "dice+ce"),
    "optimiser.name": ("adam", "adamw", "sgd"),
    "stage1.keep": ("best", "last"),
    "stage2.keep": ("best", "last"),
    "stage1.schedule": ("constant", "cosine"),
    "stage2.schedule": ("constant", "cosine"),
    "stage1.false_positive_order": ("by-subject", "appended"),
    "stage2.false_positive_order": ("by-subject", "appended"),
}
"""The settings that are one of a few words."""
