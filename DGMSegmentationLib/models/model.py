"""A trained model as one ``.safetensors`` file whose header says everything about it.

The header is JSON in the file's metadata, key "dgmseg". A SHA-256 over header and tensors is part of it, so a file that
was cut or altered is refused. Nothing is ever unpickled.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import InputError
from ..io.fetched import check_fetched
from ..options import DEFAULT_MODEL
from ..preprocessing.grid import Preprocessing
from ..resources import resource_path

if TYPE_CHECKING:
    import torch
    from torch import nn

FORMAT = "dgmseg-model"
FORMAT_VERSION = 1
_KEY = "dgmseg"


@dataclass(frozen=True)
class Member:
    """One network of a model: the classes it tells apart. A multi-class model has one, a binary model one per ROI."""

    prefix: str
    labels: tuple[int, ...]
    """Class index -> our label; the first is background, 0."""


@dataclass(frozen=True)
class ModelHeader:
    """What a model file says of itself."""

    name: str
    network: str
    network_options: dict[str, Any] = field(default_factory=dict)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    members: tuple[Member, ...] = (Member("", tuple(range(11))),)
    channels: tuple[str, ...] = ("qsm",)
    """Names of the input channels in order; the first is always QSM."""
    title: str = ""
    description: str = ""
    version: str = "1"
    licence: str = "not stated"
    prior_box: dict[str, list[float]] | None = None
    """{"low_mm": [...], "high_mm": [...]} along the model's axes, from the centre of the brain mask's bounding box."""
    training: dict[str, Any] = field(default_factory=dict)
    """Data, preset, seed, software: how the model was made."""
    metrics: dict[str, Any] = field(default_factory=dict)
    intended_use: str = "For research use only; not a medical device."
    created: str = ""
    software: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ModelHeader":
        """Read back what :meth:`to_dict` wrote; raises InputError when it is not a header of ours."""
        if values.get("format") != FORMAT:
            raise InputError("The file is not a DGMSegmentation model; give a file made by dgmseg train.")
        if int(values.get("format_version", 0)) > FORMAT_VERSION:
            raise InputError("The model file was made by a newer DGMSegmentation; update this one to use it.")
        known = {f.name for f in fields(cls)}
        if not {"name", "network", "members"} <= set(values):
            raise InputError("The header of the model file is not complete; get the file again.")
        ready = {k: v for k, v in values.items() if k in known}
        ready["preprocessing"] = Preprocessing.from_dict(ready.get("preprocessing", {}))
        ready["members"] = tuple(Member(m["prefix"], tuple(m["labels"])) for m in ready["members"])
        ready["channels"] = tuple(ready.get("channels", ("qsm",)))
        return cls(**ready)


@dataclass(frozen=True, eq=False)
class Model:
    """A header with its weights, one state dictionary per member."""

    header: ModelHeader
    states: tuple["dict[str, torch.Tensor]", ...]
    path: Path | None = None
    sha256: str = ""

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels that the model can give, class by class, background first."""
        if len(self.header.members) == 1:
            return self.header.members[0].labels
        return (0, *(label for member in self.header.members for label in member.labels[1:]))

    def build(self) -> "list[nn.Module]":
        """The networks with their weights, in evaluation mode, on the CPU."""
        from .networks import build_network

        header, built = self.header, []
        for member, state in zip(header.members, self.states, strict=True):
            try:
                options = {"in_channels": len(header.channels), **header.network_options}
                options["n_classes"] = len(member.labels)
                network = build_network(header.network, **options)
                network.load_state_dict(state)
            except (KeyError, TypeError, ValueError, RuntimeError) as error:
                where = self.path or header.name
                raise InputError(
                    f"{where}: weights and header do not belong together; get the file again."
                ) from error
            built.append(network.eval())
        return built


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
    return ModelHeader.from_dict(document), str(document.get("sha256", ""))


def _document(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError, safe_open

    check_fetched(path)
    if not path.exists():
        raise InputError(f"{path}: there is no such model file; check the name, or see dgmseg models.")
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a .safetensors model file.")
    try:
        with safe_open(str(path), framework="numpy") as handle:
            metadata = handle.metadata() or {}
    except (SafetensorError, OSError, ValueError) as error:
        raise InputError(f"{path} is cut, damaged, or no model file; get it again.") from error
    if _KEY not in metadata:
        raise InputError(
            f"{path} is no DGMSegmentation model; give a file made by dgmseg train or import-keras."
        )
    try:
        return dict(json.loads(metadata[_KEY]))
    except (json.JSONDecodeError, TypeError, ValueError) as error:
        raise InputError(f"{path}: the header cannot be read; get the file again.") from error


def load_model(name_or_path: Path | str = DEFAULT_MODEL) -> Model:
    """Read a model by the name of a bundled one or by path, and verify its checksum.

    Raises InputError for a missing, cut, altered or foreign file.
    """
    import torch
    from safetensors import SafetensorError, safe_open

    path = find_model(name_or_path)
    document = _document(path)
    expected = str(document.pop("sha256", ""))
    try:
        header = ModelHeader.from_dict(document)
        with safe_open(str(path), framework="pt") as handle:
            tensors: dict[str, torch.Tensor] = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is cut, damaged, or no model file; get it again.") from error
    if _digest(document, tensors) != expected:
        raise InputError(f"{path} was altered after it was made (checksum differs); get the file again.")
    states = tuple(
        {k.removeprefix(m.prefix): v for k, v in tensors.items() if k.startswith(m.prefix)}
        for m in header.members
    )
    return Model(header, states, path, expected)


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
    names = ", ".join(bundled) or "none in this version"
    raise InputError(
        f"There is no model {str(name_or_path)!r} (bundled: {names}); "
        "give a model file with --model, for example one that dgmseg train made."
    )
