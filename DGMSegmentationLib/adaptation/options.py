"""How corrections are learnt from; the defaults were chosen on corrected cases of their own (Docs/results.md)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..options import DEFAULT_MODEL


@dataclass(frozen=True)
class Recipe:
    """The parts of the recipe, each of which can be left out to see what it is worth."""

    weights: bool = True
    """Whether the network learns too, or only its protocol is fitted."""
    share: float = 0.6
    """Of the way from the first weights to the learnt ones that the new weights lie (Wortsman et al., CVPR 2022)."""
    replay: bool = True
    """Whether simulated volumes are learnt beside the corrections, labelled by the first network under the fitted protocol."""
    synthesis: bool = True
    """Whether nuclei of the corrected cases get other contrasts and shapes."""
    parts: int = 3
    """Into so many parts the cases are divided, each left out in turn to see what learning brings."""
    changes: tuple[str, ...] = ()
    """Of the training preset, such as ``stage1.epochs=4``."""
    last: tuple[str, ...] = ("stage1.epochs=8",)
    """Further ones for the run on all cases, which makes the weights that are written."""


@dataclass(frozen=True)
class AdaptOptions:
    """What is adapted, where it runs, and by which recipe."""

    model: str = DEFAULT_MODEL
    protocol: str = ""
    """The protocol to begin with; "" is the model's own."""
    device: str = "auto"
    replay: Path | None = None
    """Simulated volumes of the user's own (``dgmseg simulate``) instead of the bundled sample."""
    resume: bool = False
    overwrite: bool = False
    picture: bool = False
    """Whether a picture is made of what the new model changes in one of the cases."""
    recipe: Recipe = field(default_factory=Recipe)
    log: Callable[[str], None] | None = None
    """Receives a line per epoch of training."""


UNLABELLED = Recipe(share=0.7, replay=False, synthesis=False, changes=("stage1.epochs=15",))
"""Of a run without labels: 300 steps on simulated volumes, averaged with the first weights as above."""


@dataclass(frozen=True)
class UnlabelledOptions:
    """What is adapted to a cohort without labels, and how."""

    model: str = DEFAULT_MODEL
    protocol: str = ""
    """The protocol that the labels are compared under; "" is the model's own. The new model keeps its parent's."""
    device: str = "auto"
    volumes: int = 100
    """Simulated volumes to learn from."""
    heads: int = 20
    """Of the cohort that are looked at, at most."""
    jobs: int = 1
    """Processes that simulate side by side."""
    cache: Path | None = None
    """Prepared anatomies (``dgmseg simulate --cache``)."""
    anatomies: int | None = None
    """Only the first so many anatomies."""
    seed: int = 0
    resume: bool = False
    overwrite: bool = False
    recipe: Recipe = UNLABELLED
    log: Callable[[str], None] | None = None
    """Receives a line per epoch of training."""
