"""A trained model as one ``.safetensors`` file whose header says everything about it.

The header is JSON in the file's metadata, key "dgmseg". A SHA-256 over header and tensors is part of it, so a file that
was cut or altered is refused. Nothing is ever unpickled.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from msgspec import Meta

from .. import __version__
from ..errors import InputError
from ..io.fetched import check_fetched
from ..io.typed import parsed, typed
from ..options import DEFAULT_MODEL
from ..preprocessing.grid import Preprocessing
from ..resources import resource_path
from ..structures import LARGEST_LABEL, STANDARD, LabelSet
from ..structures.atoms import atoms
from .network_options import MAX_CLASSES, OPTIONS

if TYPE_CHECKING:
    import torch
    from torch import nn

FORMAT = "dgmseg-model"
FORMAT_VERSION = 2
"""Of models of atoms or of structures beyond the standard set; others stay at 1, which older versions read."""
_KEY = "dgmseg"
_MAX_REACH = 512
"""Voxels to each side that a network may look at, and whose multiples its tiles may have to be."""

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
    network_options: dict[str, Any] = field(default_factory=dict)
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
    prior_box: PriorBox | None = None
    training: dict[str, Any] = field(default_factory=dict)
    """Data, preset, seed, software: how the model was made."""
    metrics: dict[str, Any] = field(default_factory=dict)
    intended_use: Text = "For research use only; not a medical device."
    created: Text = ""
    software: Text = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        values = asdict(self)
        if not self.atoms:  # as versions before 0.4 read it
            del values["atoms"]
        if self.label_set is not None:
            values["label_set"] = self.label_set.to_dict()
        older = not self.atoms and set(self.labels[1:]) <= set(STANDARD.values)
        return {"format": FORMAT, "format_version": 1 if older else FORMAT_VERSION, **values}

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
        options = typed(OPTIONS[self.network], self.network_options, what)
        if options.get("in_channels", len(self.channels)) != len(self.channels):
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


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A header with its weights, one state dictionary per member.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> model = dgm.load_model()
        >>> [name for name in model.class_names if name][:2]
        ['RN_L', 'RN_R']
    """

    header: ModelHeader
    states: tuple["dict[str, torch.Tensor]", ...]
    path: Path | None = None
    sha256: str = ""

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels that the model can give, class by class, background first."""
        return self.header.labels

    @property
    def label_set(self) -> LabelSet:
        """The structures that the model can give."""
        return self.header.structures

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes' abbreviations with side ("GPE_L", or "GP_L" of a model of structures); "" is background."""
        return ("", *(self.label_set.by_label(label).abbreviation for label in self.labels[1:]))

    def __repr__(self) -> str:
        header = self.header
        count = sum(value.numel() for state in self.states for value in state.values())
        return (
            f"Model({f'{header.name} {header.version}'!r}, {header.network}, {len(self.labels) - 1} structures, "
            f"channels {', '.join(header.channels)}, {count / 1e6:.2f} M weights)"
        )

    def build(self) -> "list[nn.Module]":
        """The networks with their weights, in evaluation mode, on the CPU."""
        built = []
        for member, state in zip(self.header.members, self.states, strict=True):
            network = _network(self.header, member)
            network.load_state_dict(state)
            built.append(network.eval())
        return built

    def check(self) -> None:
        """Whether header and weights belong together; raises InputError. Nothing is computed and no memory taken."""
        import torch

        where = self.path or self.header.name
        for member, state in zip(self.header.members, self.states, strict=True):
            try:
                with torch.device("meta"):
                    network: Any = _network(self.header, member)
            except (TypeError, ValueError, RuntimeError) as error:
                raise InputError("model_header_no_network", model=where, reason=error) from error
            wanted = {
                name: (value.shape, value.is_floating_point()) for name, value in network.state_dict().items()
            }
            if wanted != {name: (value.shape, value.is_floating_point()) for name, value in state.items()}:
                raise InputError("model_weights_differ", model=where)
            if bool(network.uses_coordinates) != self.header.preprocessing.coordinates:
                raise InputError("model_coordinates_differ", model=where)
            if max(*network.context, *network.multiple) > _MAX_REACH:
                raise InputError("model_reach", model=where)
            if not all(bool(value.isfinite().all()) for value in state.values()):
                raise InputError("model_not_finite", model=where)


def _network(header: ModelHeader, member: Member) -> "nn.Module":
    from .networks import build_network

    options = {**header.network_options, "in_channels": len(header.channels), "n_classes": len(member.labels)}
    return build_network(header.network, **options)


def _digest(header: Mapping[str, Any], tensors: "Mapping[str, torch.Tensor]") -> str:
    import torch

    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name}{tensor.dtype}{tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b"")
    return digest.hexdigest()


def save_model(path: Path | str, header: ModelHeader, states: "Sequence[Mapping[str, torch.Tensor]]") -> Path:
    """Write a model file atomically and return its path; ``states`` holds one state dictionary per header member."""
    from safetensors.torch import save_file

    from ..io.files import atomic_path

    path = Path(path)
    header.check()
    if len(states) != len(header.members):
        raise ValueError(f"{len(header.members)} members in the header, {len(states)} state dictionaries")
    stamped = replace(
        header,
        created=header.created or datetime.now(timezone.utc).isoformat(timespec="seconds"),
        software=header.software or f"DGMSegmentation {__version__}",
    )
    tensors = {
        member.prefix + name: tensor.detach().cpu().contiguous().clone()
        for member, state in zip(stamped.members, states, strict=True)
        for name, tensor in state.items()
    }
    plain = json.loads(json.dumps(stamped.to_dict()))
    document = {**plain, "sha256": _digest(plain, tensors)}
    with atomic_path(path) as temporary:
        save_file(tensors, str(temporary), metadata={_KEY: json.dumps(document)})
    return path


def read_header(path: Path | str) -> tuple[ModelHeader, str]:
    """Header and checksum of a model file, without its weights and without torch."""
    document = _document(Path(path))
    return _header(document, Path(path)), str(document.get("sha256", ""))


def _header(document: Mapping[str, object], path: Path) -> ModelHeader:
    try:
        return ModelHeader.from_dict(document)
    except InputError as error:
        raise InputError("model_header_bad", path=path, problem=error) from error


def _document(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError, safe_open

    check_fetched(path)
    if not path.exists():
        raise InputError("model_file_missing", path=path)
    if path.is_dir():
        raise InputError("model_is_folder", path=path)
    try:
        with safe_open(str(path), framework="numpy") as handle:
            metadata = handle.metadata() or {}
    except (SafetensorError, OSError, ValueError) as error:
        raise InputError("model_damaged", path=path) from error
    if _KEY not in metadata:
        raise InputError("model_foreign", path=path)
    # What is free to be said of the training may hold NaN, and did in files of 0.1; fields with bounds take none.
    document = parsed(metadata[_KEY], f"{path}: its header", nan=True)
    if not isinstance(document, dict):
        raise InputError("model_header_unreadable", path=path)
    return document


def load_model(name_or_path: Path | str = DEFAULT_MODEL) -> Model:
    """Read a model and verify its checksum.

    Args:
        name_or_path: the name of a bundled model, or a model file that ``dgmseg train`` or ``import-keras`` wrote.

    Raises:
        InputError: for a missing, cut, altered or foreign file.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> dgm.load_model("default").header.channels
        ('qsm',)
    """
    import torch
    from safetensors import SafetensorError, safe_open

    path = find_model(name_or_path)
    document = _document(path)
    expected = str(document.pop("sha256", ""))
    header = _header(document, path)
    try:
        with safe_open(str(path), framework="pt") as handle:
            tensors: dict[str, torch.Tensor] = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError("model_damaged", path=path) from error
    if _digest(document, tensors) != expected:
        raise InputError("model_altered", path=path)
    states = tuple(
        {k.removeprefix(m.prefix): v for k, v in tensors.items() if k.startswith(m.prefix)}
        for m in header.members
    )
    model = Model(header, states, path, expected)
    model.check()
    return model


def bundled_models() -> dict[str, Path]:
    """The models that ship with this version, by name: the default one first, the others by alphabet."""
    try:
        folder = resource_path("Models")
    except FileNotFoundError:
        return {}
    found = sorted(folder.glob("*.safetensors"), key=lambda path: (path.stem != DEFAULT_MODEL, path.stem))
    return {path.stem: path for path in found}


def find_model(name_or_path: Path | str) -> Path:
    """The file of a bundled model's name or of a path; raises InputError when there is neither."""
    bundled = bundled_models()
    if str(name_or_path) in bundled:
        return bundled[str(name_or_path)]
    path = Path(name_or_path)
    if path.exists():
        return path
    check_fetched(path)
    raise InputError("model_unknown", name=str(name_or_path), bundled=list(bundled))
