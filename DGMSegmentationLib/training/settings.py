"""The settings of a training run, section by section, with their defaults; ``presets/part1.toml`` says what each means."""

from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal

from msgspec import Meta

from ..preprocessing.grid import Preprocessing

Whole = Annotated[int, Meta(ge=0, le=2**31)]
Positive = Annotated[int, Meta(ge=1, le=2**31)]
Amount = Annotated[float, Meta(ge=0, le=1e9)]
Share = Annotated[float, Meta(ge=0, le=1)]
Rate = Annotated[float, Meta(gt=0, le=1e3)]
Precision = Literal["float32", "bf16-mixed"]
Triple = tuple[Positive, Positive, Positive]


@dataclass(frozen=True)
class NetworkSettings:
    """Which network, with which options of its own."""

    name: str = "dolz"
    init: Literal["own", "he"] = "own"
    options: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class DataSettings:
    """How the files become cases, and which of them validate."""

    labels: str = "dgm"
    label_set: str = ""
    channels: tuple[str, ...] = ("qsm",)
    units: Literal["auto", "ppm", "ppb"] = "auto"
    label_resampling: Literal["linear", "nearest"] = "linear"
    validation: Literal["subjects", "last-quarter", "random-patches", "none"] = "subjects"
    validation_fraction: Share = 0.25
    crop_margin_mm: Amount = 0.0
    prior_margin_mm: Amount = 10.0
    prior_share: Share = 1.0


@dataclass(frozen=True)
class SamplingSettings:
    """What one training sample is, and how many make an epoch."""

    mode: Literal["patch", "dense"] = "patch"
    batch: Positive = 32
    shuffle: bool = True
    core: Triple = (9, 9, 3)
    step: Triple = (3, 3, 3)
    keep: Literal["core-has-label", "all"] = "core-has-label"
    tile: Triple = (27, 27, 9)
    steps_per_epoch: Positive = 50
    validation_tiles: Positive = 24
    balanced: Share = 0.6
    anywhere: Share = 0.1
    workers: Whole = 0


@dataclass(frozen=True)
class LossSettings:
    """What is minimised."""

    name: Literal["cross-entropy", "dice", "dice+ce"] = "cross-entropy"
    class_weights: tuple[Amount, ...] = ()
    smooth: Amount = 1.0
    dice_background: bool = False
    dice_absent: bool = True
    unions: Amount = 0.0


@dataclass(frozen=True)
class OptimiserSettings:
    """How it is minimised."""

    name: Literal["adam", "adamw", "sgd"] = "adam"
    weight_decay: Amount = 0.0
    gradient_clip: Amount = 0.0
    ema: Share = 0.0
    batch_norm_momentum: Share = 0.01
    precision: Precision = "float32"
    freeze: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageSettings:
    """One stage: phases of one learning rate each."""

    enabled: bool = True
    learning_rates: tuple[Rate, ...] = (1e-4, 1e-5)
    epochs: Positive = 40
    epochs_total: Whole = 0
    patience: Whole = 5
    reload_best: bool = True
    keep: Literal["best", "last"] = "best"
    schedule: Literal["constant", "cosine"] = "constant"
    warmup_epochs: Whole = 0
    false_positives: bool = False
    false_positive_order: Literal["by-subject", "appended"] = "by-subject"
    false_positive_fraction: Share = 0.5


@dataclass(frozen=True)
class AugmentationSettings:
    """Random changes of the training samples; all off unless a preset turns them on."""

    mirror: Share = 0.0
    spatial: Share = 0.0
    rotation_deg: Amount = 0.0
    scale: Amount = 0.0
    shear: Amount = 0.0
    elastic_mm: Amount = 0.0
    elastic_grid_mm: Amount = 30.0
    intensity: Amount = 0.0
    gain: Amount = 0.0
    offset: Amount = 0.0
    gamma: Amount = 0.0
    noise: Amount = 0.0
    blur: Amount = 0.0
    low_resolution: Amount = 0.0
    contrast: Amount = 0.0


@dataclass(frozen=True)
class Preset:
    """All choices of a training run."""

    name: str = "unnamed"
    title: str = ""
    description: str = ""
    seed: Whole = 1
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
        return {**asdict(self), "preprocessing": self.preprocessing.to_dict()}

    @property
    def stages(self) -> tuple[StageSettings, ...]:
        """The stages in their order."""
        return self.stage1, self.stage2
