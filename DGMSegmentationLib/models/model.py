"""A trained model as one ``.safetensors`` file whose header says everything about it.

The header is JSON in the file's metadata, key "dgmseg". A SHA-256 over header and tensors is part of it, so a file that
was cut or altered is refused. Nothing is ever unpickled.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from ..errors import InputError
from ..io.fetched import check_fetched
from ..io.typed import parsed
from ..options import DEFAULT_MODEL
from ..resources import resource_path
from ..structures import LabelSet
from .header import Member, ModelHeader

if TYPE_CHECKING:
    import torch

    from .networks import SegmentationNetwork

_KEY = "dgmseg"
_MAX_REACH = 512
"""Voxels to each side that a network may look at, and whose multiples its tiles may have to be."""


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

    def build(self) -> "list[SegmentationNetwork]":
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
                    network = _network(self.header, member)
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


def _network(header: ModelHeader, member: Member) -> "SegmentationNetwork":
    from .networks import build_network

    options = {**header.network_options, "in_channels": len(header.channels), "n_classes": len(member.labels)}
    return build_network(header.network, **options)


def _digest(header: Mapping[str, object], tensors: "Mapping[str, torch.Tensor]") -> str:
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


def _document(path: Path) -> dict[str, object]:
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
