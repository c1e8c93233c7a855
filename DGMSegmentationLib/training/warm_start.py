"""Weights of a model of structures as the start of a model of atoms: only the last layers have other classes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ..errors import InputError
from ..structures import STANDARD
from ..structures.atoms import atoms, union_of

_HEADS = "heads."
_UNLIKELY = 3.0
"""Logits by which atoms that the first model does not know begin below its background."""


def parent_classes(labels: Sequence[int]) -> list[int | None]:
    """For each class of a model of atoms the class of a model of structures (its ``labels``) that holds it; None: none does."""
    parents: list[int | None] = [0]
    for atom in atoms():
        nucleus = {"ACC": "CN"}.get(
            atom.nucleus, union_of()[atom.nucleus]
        )  # the caudate takes the upper accumbens
        try:
            parents.append(list(labels).index(STANDARD.by_abbreviation(f"{nucleus}_{atom.side}").label))
        except (InputError, ValueError):
            parents.append(None)
    return parents


def atoms_from_structures(state: Mapping[str, Tensor], labels: Sequence[int]) -> dict[str, Tensor]:
    """The weights with last layers for atoms: atoms of one structure share its probability evenly at first."""
    parents = parent_classes(labels)
    counts = [parents.count(parent) for parent in parents]
    source = torch.tensor([parent or 0 for parent in parents])
    less = torch.tensor(
        [_UNLIKELY if p is None else math.log(n) if p else 0.0 for p, n in zip(parents, counts, strict=True)]
    )
    result = {}
    for name, value in state.items():
        if not name.startswith(_HEADS):
            result[name] = value.clone()
            continue
        by_class = value.reshape(len(labels), -1, *value.shape[1:])[source].clone()
        if name.endswith("bias"):
            by_class -= less[:, None]
        result[name] = by_class.reshape(-1, *value.shape[1:])
    return result
