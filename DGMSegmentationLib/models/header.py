"""What a model file says of itself: network, preprocessing, labels, origin. Light: no torch."""

from dataclasses import asdict, dataclass, field
from typing import Annotated, TypedDict

from msgspec import Meta

from ..errors import InputError
from ..io.typed import typed
from ..preprocessing.grid import Preprocessing
from ..structures import LARGEST_LABEL, STANDARD, LabelSet
from ..structures.atoms import atoms
from .network_options import MAX_CLASSES, OPTIONS

FORMAT = "dgmseg-model"
FORMAT_VERSION = 3
"""Of models that hold a protocol of their own. Models of atoms, of a bundled protocol, or of structures beyond the standard set
stay at 2, others at 1, which older versions read."""

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=20_000)]
Labels = Annotated[
    tuple[Annotated[int, Meta(ge=0, le=LARGEST_LABEL)], ...], Meta(min_length=2, max_length=MAX_CLASSES)
]
Mm = Annotated[float, Meta(ge=-1000, le=1000)]
MmTriple = Annotated[list[Mm], Meta(min_length=3, max_length=3)]


class _Box(TypedDict):
    low_mm: MmTriple
    high_mm: MmTriple


class PriorBox(_Box, total=False):
    """Where structures can be, along the model's axes, from the centre of the brain mask's bounding box."""

    margin_mm: MmTriple
    """What of it was added around the structures that were seen."""


@dataclass(frozen=True)
class Member:
    """One network of a model: the classes it tells apart. A multi-class model has one, a binary model one per ROI."""

    prefix: str
    labels: Labels
    """Class index -> our label; the first is background, 0."""


@dataclass(frozen=True)
class ModelHeader:
    """What a model file says of itself."""

    name: Name
    network: Name
    network_options: dict[str, object] = field(default_factory=dict)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    members: Annotated[tuple[Member, ...], Meta(min_length=1, max_length=MAX_CLASSES)] = (
        Member("", (0, *STANDARD.values)),
    )
    channels: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=16)] = ("qsm",)
    """Names of the input channels in order; the first is always QSM."""
    label_set: LabelSet | None = None
    """The whole set that the labels of the members belong to. None, in files of 0.1, stands for the standard set."""
    title: Text = ""
    description: Text = ""
    version: Text = "1"
    licence: Text = "not stated"
    atoms: bool = False
    """The members' labels are numbers of atoms (:mod:`..structures.atoms`): a labelling protocol makes structures of them."""
    protocol: Annotated[str, Meta(max_length=200)] = ""
    """The protocol that its runs follow when none is asked for; "": its own classes, of atoms the default one."""
    protocol_text: Text = ""
    """That protocol whole, as a TOML file, where it is none of the bundled ones (``dgmseg adapt``)."""
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    """How sure it is at least of a good map as a whole, where that was calibrated; None: nobody judges a map
    by how sure the network is."""
    prior_box: PriorBox | None = None
    training: dict[str, object] = field(default_factory=dict)
    """Data, preset, seed, software: how the model was made."""
    metrics: dict[str, object] = field(default_factory=dict)
    intended_use: Text = "For research use only; not a medical device."
    created: Text = ""
    software: Text = ""

    def to_dict(self) -> dict[str, object]:
        """As plain JSON values."""
        values = {**asdict(self), "preprocessing": self.preprocessing.to_dict()}
        for later in ("atoms", "protocol", "protocol_text", "confidence"):  # as earlier versions read it
            if not values[later]:
                del values[later]
        if self.label_set is not None:
            values["label_set"] = self.label_set.to_dict()
        older = not (self.atoms or self.protocol) and set(self.labels[1:]) <= set(STANDARD.values)
        version = FORMAT_VERSION if self.protocol_text else 1 if older else 2
        return {"format": FORMAT, "format_version": version, **values}

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels that the model can give, class by class, background first."""
        if len(self.members) == 1:
            return self.members[0].labels
        return (0, *(label for member in self.members for label in member.labels[1:]))

    @property
    def whole_set(self) -> LabelSet:
        """The set that the labels belong to, with structures that the model does not know."""
        return self.label_set or (atoms() if self.atoms else STANDARD)

    @property
    def structures(self) -> LabelSet:
        """The structures, or atoms, that the model can tell apart."""
        return self.whole_set.subset(self.labels[1:])

    @classmethod
    def from_dict(cls, values: object) -> "ModelHeader":
        """Read back what :meth:`to_dict` wrote; raises InputError when it is not a header of ours, or asks for a network
        that nobody would build.
        """
        what = "The header of the model file"
        kind = typed(_Kind, values, what)
        if kind.format != FORMAT:
            raise InputError("model_foreign_header")
        if kind.format_version > FORMAT_VERSION:
            raise InputError("model_newer")
        Preprocessing.from_dict(kind.preprocessing)  # an unknown setting of it would change the results
        header = typed(cls, values, what)
        header.check()
        return header

    def check(self) -> None:
        """What must hold between the fields; raises InputError."""
        if self.network not in OPTIONS:
            raise InputError("network_unknown", network=self.network, choices=list(OPTIONS))
        what = f"The options of the network '{self.network}'"
        typed(OPTIONS[self.network], self.network_options, what)
        if self.network_options.get("in_channels", len(self.channels)) != len(self.channels):
            raise InputError("network_channels", what=what, channels=self.channels)
        if self.channels[0] != "qsm" or len(set(self.channels)) < len(self.channels):
            raise InputError("channels_wrong")
        if len(self.preprocessing.windows) != len(self.channels):
            raise InputError("preprocessing_channels")
        for member in self.members:
            if member.labels[0] != 0 or len(set(member.labels)) < len(member.labels):
                raise InputError("member_labels", labels=member.labels)
            if unknown := set(member.labels[1:]) - set(self.whole_set.values):
                raise InputError("member_label_unknown", label=min(unknown))
        if len({member.prefix for member in self.members}) < len(self.members):
            raise InputError("member_prefixes")
        box = self.prior_box
        if box and not all(low < high for low, high in zip(box["low_mm"], box["high_mm"], strict=True)):
            raise InputError("prior_box_empty")


@dataclass(frozen=True)
class _Kind:
    """What tells a header of ours from others."""

    format: str = ""
    format_version: Annotated[int, Meta(ge=0)] = 0
    preprocessing: dict[str, object] = field(default_factory=dict)
