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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import InputError
from ..io.fetched import check_fetched
from ..io.typed import parsed, typed
from ..options import DEFAULT_MODEL
from ..resources import resource_path
from ..structures import LabelSet
from .header import Member, ModelHeader
from .network_options import UNetOptions
from .unet_shape import UNetShape
from .weights import Weights, arrays_of, read_arrays, update_of

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
    states: "Sequence[dict[str, torch.Tensor]]"
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
        count = sum(value.size for arrays in self.arrays for value in arrays.values())
        return (
            f"Model({f'{header.name} {header.version}'!r}, {header.network}, {len(self.labels) - 1} structures, "
            f"channels {', '.join(header.channels)}, {count / 1e6:.2f} M weights)"
        )

    @property
    def arrays(self) -> Sequence[Mapping[str, NDArray[Any]]]:
        """The weights as numpy arrays, one dictionary per member."""
        return arrays_of(self.states)

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
        where = self.path or self.header.name
        for member, arrays in zip(self.header.members, self.arrays, strict=True):
            try:
                wanted = expected_weights(self.header, member)
            except (TypeError, ValueError, RuntimeError, InputError) as error:
                raise InputError("model_header_no_network", model=where, reason=error) from error
            found = {name: (array.shape, array.dtype.kind == "f") for name, array in arrays.items()}
            if wanted.weights != found:
                raise InputError("model_weights_differ", model=where)
            if wanted.coordinates != self.header.preprocessing.coordinates:
                raise InputError("model_coordinates_differ", model=where)
            if max(wanted.reach) > _MAX_REACH:
                raise InputError("model_reach", model=where)
            if not all(bool(np.isfinite(array).all()) for array in arrays.values()):
                raise InputError("model_not_finite", model=where)


@dataclass(frozen=True)
class _Expected:
    """What a member's weights must be, and how far its network looks."""

    weights: Mapping[str, tuple[tuple[int, ...], bool]]
    """Name -> shape, and whether it is a number with a fraction."""
    coordinates: bool
    reach: tuple[int, ...]


def expected_weights(header: ModelHeader, member: Member) -> _Expected:
    """The weights that a member's network has; of a U-Net without torch."""
    if header.network == "unet":
        shape = UNetShape.of(unet_options(header, member))
        reach = (*shape.context, *shape.multiple)
        return _Expected(shape.weights(), bool(shape.options.coordinates), reach)
    import torch

    with torch.device("meta"):
        network = _network(header, member)
    weights = {
        name: (tuple(value.shape), value.is_floating_point()) for name, value in network.state_dict().items()
    }
    return _Expected(weights, bool(network.uses_coordinates), (*network.context, *network.multiple))


def unet_options(header: ModelHeader, member: Member) -> UNetOptions:
    """The options of a member's network; raises InputError for those that are none."""
    return typed(UNetOptions, _options(header, member), "The options", known_only=True)


def _options(header: ModelHeader, member: Member) -> dict[str, object]:
    return {**header.network_options, "in_channels": len(header.channels), "n_classes": len(member.labels)}


def _network(header: ModelHeader, member: Member) -> "SegmentationNetwork":
    from .networks import build_network

    return build_network(header.network, **_options(header, member))


def _digest(header: Mapping[str, object], arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(arrays):
        digest.update(update_of(name, arrays[name]))
    return digest.hexdigest()


def save_model(path: Path | str, header: ModelHeader, states: "Sequence[Mapping[str, torch.Tensor]]") -> Path:
    """Write a model file atomically and return its path; ``states`` holds one state dictionary per header member."""
    from safetensors.numpy import save

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
    arrays = {
        member.prefix + name: np.asarray(array, order="C")
        for member, own in zip(stamped.members, arrays_of(states), strict=True)
        for name, array in own.items()
    }
    plain = json.loads(json.dumps(stamped.to_dict()))
    document = {**plain, "sha256": _digest(plain, arrays)}
    with atomic_path(path) as temporary:
        # By our own hand: a full disk is then an OSError, which has a sentence.
        temporary.write_bytes(save(arrays, metadata={_KEY: json.dumps(document)}))
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
    path = find_model(name_or_path)
    document = _document(path)
    expected = str(document.pop("sha256", ""))
    header = _header(document, path)
    arrays = read_arrays(path)
    if _digest(document, arrays) != expected:
        raise InputError("model_altered", path=path)
    members = [
        {k.removeprefix(m.prefix): v for k, v in arrays.items() if k.startswith(m.prefix)}
        for m in header.members
    ]
    model = Model(header, Weights(members), path, expected)
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
