"""Fitting a protocol to corrected cases: thresholds, planes, shifts and scales that bring the labels to a site's convention.

The network's probabilities stay as they are; a few numbers a structure are searched one after another (coordinate descent),
in seconds. What was gained is measured on cases that the numbers were not fitted to, or with one case on its other side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..image import Grid, Image, apply_weights, grid_weights, reorient
from ..io.labels import read_labels
from ..preprocessing.case import Case, open_case
from ..preprocessing.grid import prepare, used_span
from .convention import Convention
from .frame import Frame
from .protocol import SIDES, Part, Protocol, Rule, structure_label
from .region import predict_case, prior_box
from .relabel import AtomMaps, cut_map, move_weights

if TYPE_CHECKING:
    from ..inference.case_predictor import CasePredictor

SMALLEST_GAIN = 0.002
"""Mean Dice, measured on cases left out, below which a fit is not worth a file."""
_THRESHOLDS = np.round(np.arange(0.20, 0.701, 0.025), 3)
_STEPS = (1.0, 0.4)
"""Search steps in mm; scales go in fifteenths of that."""
_MOST_MM, _MOST_SCALE = 4.0, 0.2
_ROOM_MM = 6.0
"""Around a structure, for what moves."""
_VOLUME_WEIGHT = 0.05
"""Of |log(volume / reference)| beside Dice: of two equally good fits the one with the right volume."""
_STAY = 0.0006
"""Cost of a move by one mm (squared): nothing moves for a gain that is chance."""
Number = tuple[str, int, int]


@dataclass(eq=False)
class FitCase:
    """One corrected case: atoms on the network grid, and the corrected labels on the image's own, in parallel axes."""

    name: str
    atoms: AtomMaps
    grid: Grid
    labels: NDArray[np.uint8]
    native: Grid
    person: str = ""
    """Whose head it is: cases of one person are left out together. Empty: of nobody else's."""
    frame: Frame = field(init=False)

    def __post_init__(self) -> None:
        self.frame = self.atoms.frame(self.grid)
        self.weights = grid_weights(self.grid, self.native, antialias=False)
        # The last few: a search moves one number at a time.
        self._cut: dict[
            tuple[tuple[Part, ...], str], tuple[NDArray[np.float32], tuple[slice, ...]] | None
        ] = {}

    def on_native(self, rule: Rule, side: str) -> tuple[NDArray[np.float32], NDArray[np.bool_], int]:
        """A structure's probabilities on native voxels where it can be, the reference there, and its size in all."""
        reference = self.labels == structure_label(rule.structure, side)
        size = int(reference.sum())
        found = self._cut_map(rule, side)
        if found is None:
            return np.zeros(0, np.float32), np.zeros(0, bool), size
        values, box = found
        moves = move_weights(values, rule, side, self.grid, self.frame)
        inner = [w[:, s] @ m for w, s, m in zip(self.weights, box, moves, strict=True)]
        spans = tuple(used_span(w, 1) for w in inner)
        if any(s.start == s.stop for s in spans):
            return np.zeros(0, np.float32), np.zeros(0, bool), size
        native = apply_weights(values, [w[s] for w, s in zip(inner, spans, strict=True)])
        return native.ravel(), reference[spans].ravel(), size

    def _cut_map(self, rule: Rule, side: str) -> tuple[NDArray[np.float32], tuple[slice, ...]] | None:
        key = (rule.parts, side)
        if key not in self._cut:
            if len(self._cut) > 4:
                self._cut.clear()
            margin = [1 + math.ceil(_ROOM_MM / step) for step in self.grid.spacing]
            self._cut[key] = cut_map(self.atoms, rule, side, self.grid, self.frame, margin)
        return self._cut[key]


def open_fit_case(
    images: Sequence[Path], labels: Path, predictor: CasePredictor, person: str = ""
) -> FitCase:
    """Run the network on a head's images, one per channel of the model (the QSM first), and read its corrected labels.

    Raises InputError when they do not belong together.
    """
    image, channels = images[0], predictor.model.header.channels
    case = open_case(image, channels=channels, extra=dict(zip(channels[1:], images[1:], strict=True)))
    drawn = read_labels(labels)
    if not drawn.grid.same_as(case.image.grid, tolerance_mm=1e-2):
        raise InputError("labels_other_grid", path=labels, image=image.name)
    return fit_case(image.name, case, drawn, predictor, person)


def fit_case(name: str, case: Case, drawn: Image, predictor: CasePredictor, person: str = "") -> FitCase:
    """Run the network on an opened case with its corrected labels, which lie on the image's grid."""
    model = predictor.model
    pre = model.header.preprocessing
    ready = prepare(case.channels, case.mask, pre)
    box = prior_box(model, ready)
    found = predict_case(predictor, ready, box, Convention(model))
    grid = ready.grid if box is None else ready.grid.cropped(box)
    turned = reorient(drawn, pre.axes)
    return FitCase(name, AtomMaps(found, model.class_names), grid, turned.data, turned.grid, person)


@dataclass(frozen=True)
class Fitted:
    """A fitted protocol and what it gained: mean Dice over left-out cases and structures before and after, by structure too."""

    protocol: Protocol
    before: dict[str, float]
    after: dict[str, float]
    left_out: str
    """What was left out in turn: "cases", or "sides" of a single one (or of a single person's)."""

    @property
    def gain(self) -> float:
        """Mean gain of Dice on what was left out."""
        return float(np.mean([self.after[n] - self.before[n] for n in self.before]))


Units = Sequence[tuple[FitCase, str]]
"""What a fit sees: cases with the side of each."""


def fit_protocol(base: Protocol, cases: Sequence[FitCase], name: str) -> Fitted:
    """Fit the numbers of a protocol to corrected cases; raises InputError when no structure gains, as :func:`best_protocol`."""
    result = best_protocol(base, cases, name)
    if result.gain <= 0:
        raise InputError(
            "fit_no_gain",
            left_out=result.left_out,
            dice=float(np.mean(list(result.before.values()))),
            protocol=base.name,
        )
    return result


CLEARLY = 2.0
"""Standard errors of the gain by which a fit must beat a protocol that was itself fitted to others' cases: from such a one the
fits to 1, 3 and 5 of fifteen cases never gained on five others, and lost up to .028 of Dice (Docs/results.md)."""


def best_protocol(base: Protocol, cases: Sequence[FitCase], name: str, clearly: float = 0.0) -> Fitted:
    """Fit the numbers of a protocol to corrected cases, structure by structure.

    A structure whose fit gains nothing on what was left out stays as it is; ``clearly`` is how many standard errors (over what
    was left out in turn) count as nothing. Raises InputError when there are no cases, or none
    of the protocol's structures in them.
    """
    if not cases:
        raise InputError("fit_no_cases")
    people: dict[str, list[FitCase]] = {}
    for n, case in enumerate(cases):
        people.setdefault(case.person or f"{n}", []).append(case)
    groups: list[Units] = (
        [[(case, side) for case in own for side in SIDES] for own in people.values()]
        if len(people) > 1
        else [[(case, side) for case in cases] for side in SIDES]
    )
    rules, before, after = [], {}, {}
    for rule in base.rules:
        shown = [g for g in groups if any(_size(c, rule, s) for c, s in g)]
        if len(shown) < 2:  # not labelled by the site
            rules.append(rule)
            continue
        folds = _folds(shown)
        old, new, gains = [], [], []
        for held in folds:
            seen = [unit for n, group in enumerate(shown) if n not in held for unit in group]
            fitted = fit_rule(rule, seen)
            for n in held:
                was, now = ([dice(one, unit) for unit in shown[n]] for one in (rule, fitted))
                old += was
                new += now
                gains.append(np.mean(now) - np.mean(was))
        error = float(np.std(gains, ddof=1) / np.sqrt(len(gains)))
        better = np.mean(new) - np.mean(old) > max(SMALLEST_GAIN, clearly * error)
        rules.append(fit_rule(rule, [unit for group in shown for unit in group]) if better else rule)
        before[rule.structure] = float(np.mean(old))
        after[rule.structure] = float(np.mean(new)) if better else float(np.mean(old))
    if not before:
        raise InputError("fit_no_structures")
    left_out = "cases" if len(people) > 1 else "sides"
    return Fitted(replace(base, name=name, rules=tuple(rules)), before, after, left_out)


def _folds(groups: Sequence[Units], most: int = 5) -> list[list[int]]:
    """Indices left out in turn: each by itself, or in five parts where there are more."""
    parts = min(len(groups), most)
    return [list(range(len(groups)))[n::parts] for n in range(parts)]


def _size(case: FitCase, rule: Rule, side: str) -> int:
    return int((case.labels == structure_label(rule.structure, side)).sum())


def dice(rule: Rule, unit: tuple[FitCase, str]) -> float:
    """Dice of one structure of one case under a rule, on the image's own grid."""
    values, reference, size = unit[0].on_native(rule, unit[1])
    found = values > rule.threshold
    total = int(found.sum()) + size
    return 2.0 * int((found & reference).sum()) / total if total else 1.0


def fit_rule(rule: Rule, units: Units) -> Rule:
    """The numbers of one structure's rule that fit the units best."""
    numbers: list[Number] = [("shift", 0, axis) for axis in range(3)] + [
        ("scale", 0, axis) for axis in range(3)
    ]
    numbers += [("cut", p, c) for p, part in enumerate(rule.parts) for c in range(len(part.cuts))]
    best = _with_best_threshold(rule, rule, units)
    for step in _STEPS:
        for _ in range(2):
            before = best[0]
            for number in numbers:
                for sign in (1.0, -1.0):
                    moved = False
                    while (changed := _changed(best[1], rule, number, sign * step)) is not None:
                        trial = _with_best_threshold(changed, rule, units)
                        if trial[0] <= best[0]:
                            break
                        best, moved = trial, True
                    if moved:
                        break
            if best[0] - before < 2e-4:
                break
    return best[1]


def _changed(rule: Rule, base: Rule, number: Number, step: float) -> Rule | None:
    """The rule with one number moved by a step; None beyond the bounds around where it began."""
    kind, first, second = number
    if kind == "cut":
        cuts = list(rule.parts[first].cuts)
        key, mm = cuts[second]
        cuts[second] = (key, mm + step)
        if abs(mm + step - base.parts[first].cuts[second][1]) > _MOST_MM:
            return None
        parts = list(rule.parts)
        parts[first] = replace(parts[first], cuts=tuple(cuts))
        return replace(rule, parts=tuple(parts))
    values = list(rule.shift_mm if kind == "shift" else rule.scale)
    values[second] += step if kind == "shift" else step / 15.0
    start = (base.shift_mm if kind == "shift" else base.scale)[second]
    if abs(values[second] - start) > (_MOST_MM if kind == "shift" else _MOST_SCALE):
        return None
    triple = (values[0], values[1], values[2])
    return replace(rule, shift_mm=triple) if kind == "shift" else replace(rule, scale=triple)


def _with_best_threshold(rule: Rule, base: Rule, units: Units) -> tuple[float, Rule]:
    """Score of a rule with the threshold that suits it best, and the rule with that threshold."""
    scores = np.zeros(len(_THRESHOLDS))
    for case, side in units:
        values, reference, size = case.on_native(rule, side)
        if not size:
            continue
        # Voxels at or above each threshold, from the counts between thresholds.
        place = np.clip(
            (values * 40).astype(np.int32) - 7, 0, len(_THRESHOLDS)
        )  # one bin per threshold, .025 apart
        n = len(_THRESHOLDS) + 1
        found = np.bincount(place, minlength=n)[::-1].cumsum()[::-1][1:]
        hit = np.bincount(place[reference], minlength=n)[::-1].cumsum()[::-1][1:]
        scores += 2.0 * hit / (found + size) - _VOLUME_WEIGHT * np.abs(np.log((found + 1) / (size + 1)))
    scores /= max(1, len(units))
    moves = sum((a - b) ** 2 for a, b in zip(rule.shift_mm, base.shift_mm, strict=True))
    moves += sum((15.0 * (a - b)) ** 2 for a, b in zip(rule.scale, base.scale, strict=True))
    moves += sum(
        (a[1] - b[1]) ** 2
        for new, old in zip(rule.parts, base.parts, strict=True)
        for a, b in zip(new.cuts, old.cuts, strict=True)
    )
    n = int(scores.argmax())
    return float(scores[n]) - _STAY * moves, replace(rule, threshold=float(_THRESHOLDS[n]))
