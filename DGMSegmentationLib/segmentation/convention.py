"""What the classes of a network become in a run: structures as they are, or atoms that a protocol puts together."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..image import Grid, bounding_box
from ..models.header import ModelHeader
from ..models.model import Model
from ..options import DEFAULT_MODEL, SegmentOptions
from ..structures import LabelSet
from .protocol import (
    ATOMS_PROTOCOL,
    NO_PROTOCOL,
    Protocol,
    load_protocol,
    protocol_from_text,
    protocol_names,
)
from .relabel import apply_protocol


def structures_given(header: ModelHeader, protocol: str = "") -> LabelSet:
    """The structures that a run of a model can give, under a protocol or its own convention.

    Raises InputError for an unknown protocol.
    """
    chosen = protocol_followed(header, protocol)
    return header.structures if chosen is None else chosen.label_set


def protocol_followed(header: ModelHeader, protocol: str = "") -> Protocol | None:
    """The protocol that a run of a model follows: the one asked for, or the model's own; None for none ("none" asks for that).

    Raises InputError for an unknown protocol, and when a model of atoms is to follow none.
    """
    if protocol == NO_PROTOCOL and not header.atoms:
        return None
    if protocol == NO_PROTOCOL:
        raise InputError("protocol_needed", model=header.name)
    if header.protocol_text and protocol in ("", header.protocol):
        return protocol_from_text(header.protocol_text, f"the model {header.name}", header.protocol)
    name = protocol or header.protocol or (ATOMS_PROTOCOL if header.atoms else "")
    return load_protocol(name) if name else None


def model_for(options: SegmentOptions) -> str:
    """The model that a run takes: the one asked for, or where that is the default, the one that its protocol was made for.

    Raises InputError for an unknown protocol.
    """
    if options.model != DEFAULT_MODEL or options.protocol in ("", NO_PROTOCOL):
        return options.model
    return load_protocol(options.protocol).model or options.model


def check_protocol(protocol: Protocol, header: ModelHeader) -> None:
    """Raise InputError for a protocol of atoms that the model does not tell apart."""
    known = {structure.nucleus for structure in header.structures}
    lacking = [a for rule in protocol.rules for part in rule.parts for a in part.atoms if a not in known]
    if lacking:
        raise InputError(
            "protocol_not_of_model",
            protocol=protocol.name,
            model=header.name,
            parts=list(dict.fromkeys(lacking)),
        )


def protocols_for(header: ModelHeader, chosen: str = "") -> dict[str, Protocol]:
    """The protocols that ship and fit a model, by name, the default first.

    ``chosen``: the name that the user chose the model by. Beside the default model they are those of the other bundled ones
    too: a run takes the model that its protocol was made for (:func:`model_for`).
    """
    fitting = {}
    for name in protocol_names():
        protocol = load_protocol(name)
        with contextlib.suppress(InputError):
            if chosen != DEFAULT_MODEL or not protocol.model:
                check_protocol(protocol, header)
            fitting[name] = protocol
    return fitting


@dataclass(frozen=True, eq=False)
class Kept:
    """What another protocol needs of a run: the probabilities of the network's classes, where it found anything at all."""

    model: Model
    options: SegmentOptions
    probabilities: NDArray[np.float32]
    """(K, x, y, z) on ``grid``. Half precision would halve them, and take longer to make than the labels."""
    grid: Grid
    native: Grid
    """The image's grid in the model's axes."""

    @classmethod
    def of(
        cls,
        model: Model,
        options: SegmentOptions,
        probabilities: NDArray[np.float32],
        grid: Grid,
        native: Grid,
    ) -> Kept:
        """Cut to the voxels that are not clearly background, and a voxel around them."""
        busy = probabilities[0] < 1.0 - 1e-3
        box = bounding_box(busy) or (slice(1, 0),) * 3  # of nothing one voxel is kept
        spans = [slice(max(0, s.start - 1), min(n, s.stop + 1)) for s, n in zip(box, grid.shape, strict=True)]
        part = probabilities[(slice(None), *spans)]
        if 2 * part.size < probabilities.size:  # else the copy would cost more time than it saves memory
            part = part.copy()
        return cls(model, options, part, grid.cropped(spans), native)


@dataclass(frozen=True)
class Convention:
    """The labelling convention of a run. Without a protocol the model's classes are the structures."""

    model: Model
    protocol: Protocol | None = None

    @classmethod
    def of(cls, model: Model, protocol: str = "") -> Convention:
        """The convention that was asked for, or the model's own.

        Raises InputError for an unknown protocol and one of atoms that the model does not tell apart.
        """
        chosen = protocol_followed(model.header, protocol)
        if chosen is not None:
            check_protocol(chosen, model.header)
        return cls(model, chosen)

    @property
    def labels(self) -> tuple[int, ...]:
        """Class of the result -> label, background first."""
        return self.model.labels if self.protocol is None else self.protocol.labels

    @property
    def thresholds(self) -> tuple[float, ...] | None:
        """The probability from which a voxel is of each structure; None: the largest probability decides."""
        return None if self.protocol is None else self.protocol.thresholds

    @property
    def label_set(self) -> LabelSet:
        """The structures that the run can give."""
        return self.model.label_set if self.protocol is None else self.protocol.label_set

    @property
    def words(self) -> str:
        """What label files and tables say of the model: name, version, and the protocol where one was followed, with the
        beginning of its checksum.
        """
        made = f"{self.model.header.name} {self.model.header.version}"
        return f"{made} ({self.protocol.name} {self.protocol.checksum[:8]})" if self.protocol else made

    @property
    def mirrored_classes(self) -> list[int]:
        """For each class of the network, the class of the mirrored head that it corresponds to."""
        labels, label_set = list(self.model.labels), self.model.header.whole_set
        other = [label_set.mirrored(label) for label in labels]
        lacking = set(other) - set(labels)
        if lacking:
            known = label_set.by_label(label_set.mirrored(lacking.pop()))
            raise InputError("model_one_sided", model=self.model.header.name, structure=known.name)
        return [labels.index(label) for label in other]

    def structures(self, probabilities: NDArray[np.float32], grid: Grid) -> NDArray[np.float32]:
        """Probabilities of ``labels`` from those of the network's classes, (K, x, y, z) on ``grid``."""
        if self.protocol is None:
            return probabilities
        return apply_protocol(self.protocol, probabilities, self.model.class_names, grid)[0]
