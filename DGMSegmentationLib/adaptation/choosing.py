"""What is adopted: the fitted protocol, the new weights with a protocol of theirs, or nothing. Cases left out decide."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..segmentation.protocol import SIDES, Protocol
from ..segmentation.protocol_fit import CLEARLY, SMALLEST_GAIN, FitCase, Fitted, best_protocol, dice

LARGEST_LOSS = 0.02
"""Mean Dice that no structure may lose, whatever the others gain."""


@dataclass(frozen=True)
class Candidate:
    """A protocol with the weights that it goes with, and mean Dice by structure on what it was not fitted to."""

    what: str
    """ "protocol" for the first weights, "weights" for new ones."""
    protocol: Protocol
    before: dict[str, float]
    after: dict[str, float]
    left_out: str = "cases"
    """What was left out in turn: "cases", or "sides" of a single one."""

    @property
    def gain(self) -> float:
        """Mean over the structures."""
        return float(np.mean([self.after[name] - self.before[name] for name in self.before]))

    @property
    def losers(self) -> list[str]:
        """Structures that lose more than any may."""
        return [name for name, dice in self.before.items() if self.after[name] < dice - LARGEST_LOSS]

    @property
    def good(self) -> bool:
        """Whether it may be adopted."""
        return self.gain > SMALLEST_GAIN and not self.losers


def of_protocol(base: Protocol, cases: Sequence[FitCase], name: str) -> Candidate:
    """The first weights under a protocol fitted to the cases, each left out in turn."""
    fitted = best_protocol(base, cases, name, _clearly(base))
    return Candidate("protocol", fitted.protocol, fitted.before, fitted.after, fitted.left_out)


def _clearly(base: Protocol) -> float:
    """A protocol that was fitted to others' cases knows what few cases of one's own do not; a plain one knows nothing."""
    return CLEARLY if base.sources else 0.0


def of_weights(
    bases: Sequence[Protocol], unseen: Sequence[FitCase], name: str, before: dict[str, float]
) -> Candidate:
    """New weights under a protocol fitted to what they give for cases that they have not seen; ``before`` of the first ones.

    ``bases`` are the protocols that the fit begins with; a later one counts only where it is better than those before it, for few
    cases do not tell close ones apart.
    """
    best: Candidate | None = None
    for base in bases:
        fitted: Fitted = best_protocol(base, unseen, name, _clearly(base))
        known = {name: dice for name, dice in before.items() if name in fitted.after}
        found = Candidate("weights", fitted.protocol, known, {name: fitted.after[name] for name in known})
        if best is None or found.gain > best.gain + SMALLEST_GAIN:
            best = found
    assert best is not None
    return best


def holds(best: Candidate, learnt: Sequence[FitCase]) -> bool:
    """Whether the weights that are to be written find in the cases which they learnt from at least what the first ones found.

    The figures are those of copies that had seen fewer cases; a last run that went astray shows here.
    """
    rules = [rule for rule in best.protocol.rules if rule.structure in best.before]
    found = [dice(rule, (case, side)) for rule in rules for case in learnt for side in SIDES]
    return float(np.mean(found)) >= float(np.mean(list(best.before.values())))


def chosen(protocol: Candidate, weights: Candidate | None) -> Candidate | None:
    """The better one; new weights only where they gain over the protocol alone, which changes less. None: nothing gains."""
    if weights is not None and weights.good and weights.gain > protocol.gain + SMALLEST_GAIN:
        return weights
    if protocol.good:
        return protocol
    return weights if weights is not None and weights.good else None
