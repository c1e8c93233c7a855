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
    share: float = 0.7
    """Of the way from the first weights to the learnt ones that the new weights lie (Wortsman et al., CVPR 2022)."""
    replay: bool = True
    """Whether simulated volumes are learnt beside the corrections, labelled by the first network under the fitted protocol."""
    synthesis: bool = True
    """Whether nuclei of the corrected cases get other contrasts and shapes."""
    parts: int = 3
    """Into so many parts the cases are divided, each left out in turn; the new weights are the mean over the parts."""
    changes: tuple[str, ...] = ()
    """Of the training preset, such as ``stage1.epochs=4``."""


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
