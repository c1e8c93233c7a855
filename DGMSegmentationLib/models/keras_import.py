"""Weights of the two original networks, from a Keras 2 HDF5 file to a model file of ours.

The layout (what ``Model.save_weights("x.h5")`` of Keras 2 writes): an attribute ``layer_names`` at the root,
or in a group ``model_weights`` when the whole model was saved; one group per layer with an attribute
``weight_names`` that names its datasets. Long attributes come in pieces ``layer_names0``, ``layer_names1``,
... Names of layers are not known in advance, so layers with weights are matched in their order, and every
shape is checked.

- Convolution kernels are (x, y, z, in, out) whatever the data format, torch's are (out, in, x, y, z). Both libraries
  correlate; only Keras' Theano backend convolved, and its files say so, so that their kernels are flipped here.
- PReLU slopes are (channels, x, y, z) in a channels-first network, (channels, 1, 1, 1) with shared axes.
- Batch normalisation holds gamma, beta, moving mean and moving variance.

Only numbers are read from the file: nothing in it is executed or unpickled.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..io.fetched import check_fetched
from ..structures import STANDARD

Array = NDArray[np.floating[Any]]

WINDOWS_PPB = {"dolz": 200.0, "anisotropic": 250.0}
"""Grey window that the weights of each network were trained with, in ppb to both sides (+-0.2 ppm in Part 1's article,
+-250 ppb in Part 2's): a weights file itself does not say."""

_MAX_WEIGHTS = 50_000_000
"""Of a whole file; the original networks have two million."""
_DAMAGE = (
    *(OSError, KeyError, RuntimeError, TypeError, ValueError, AttributeError, IndexError, OverflowError),
    *(RecursionError, MemoryError),
)
_KINDS = {"conv": "convolution", "prelu": "PReLU", "norm": "batch normalisation"}
_BY_ORDER = {
    "conv": ("kernel", "bias"),
    "prelu": ("alpha",),
    "norm": ("gamma", "beta", "moving_mean", "moving_variance"),
}


@dataclass(frozen=True, eq=False)
class KerasLayer:
    """One layer with weights as the file holds it: its name, its kind ("conv", "prelu", "norm") and its arrays."""

    name: str
    kind: str
    arrays: dict[str, Array]


def read_keras_layers(path: Path | str) -> list[KerasLayer]:
    """The layers with weights of a Keras 2 HDF5 file, in the file's order.

    Raises:
        InputError: missing file, no HDF5, another layout, or a layer that the two networks do not have.
    """
    try:
        import h5py
    except ImportError as error:
        raise InputError("h5py_missing") from error
    path = Path(path)
    check_fetched(path)
    if not path.is_file():
        raise InputError("weights_missing", path=path)
    try:
        with h5py.File(path, "r") as file:
            root = _inside(path, file, "model_weights") if "model_weights" in file else file
            names = _names(root, "layer_names")
            if names is None:
                raise InputError("keras_no_weights", path=path)
            flip = _text(root.attrs.get("backend", "")) == "theano"
            left = _MAX_WEIGHTS
            layers = []
            for name in names:
                layers.append(_read_layer(path, _inside(path, root, name), name, flip, left))
                left -= sum(array.size for array in layers[-1].arrays.values()) if layers[-1] else 0
    except _DAMAGE as error:
        raise InputError("keras_damaged", path=path) from error
    return [layer for layer in layers if layer is not None]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _names(group: Any, attribute: str) -> list[str] | None:
    """A list of names from an attribute that may be split in numbered pieces; None when it is absent."""
    if attribute in group.attrs:
        return [_text(name) for name in group.attrs[attribute]]
    names: list[str] = []
    piece = 0
    while f"{attribute}{piece}" in group.attrs:
        names += [_text(name) for name in group.attrs[f"{attribute}{piece}"]]
        piece += 1
    return names if piece else None


def _inside(path: Path, group: Any, name: str) -> Any:
    """What a group holds under a name. Raises InputError when it lies in another file: links and external storage could make
    any file of this computer part of a model.
    """
    import h5py

    for part in filter(None, name.split("/")):
        if not isinstance(group.get(part, getlink=True), h5py.HardLink):
            raise InputError("keras_links", path=path, name=name)
        group = group[part]
    if isinstance(group, h5py.Dataset) and (group.external or group.is_virtual):
        raise InputError("keras_links", path=path, name=name)
    return group


def _read_layer(path: Path, group: Any, name: str, flip: bool, left: int) -> KerasLayer | None:
    """One layer group as arrays by role; None when it has no weights. ``left``: how many it may have."""
    weight_names = _names(group, "weight_names")
    if not weight_names:
        return None
    arrays = []
    for weight_name in weight_names:
        dataset = _inside(path, group, weight_name)
        left -= dataset.size
        if dataset.dtype.kind != "f" or left < 0:
            raise InputError("keras_layer_other", path=path, layer=name)
        values = np.asarray(dataset[()], np.float32)
        if not np.isfinite(values).all():
            raise InputError("keras_layer_not_finite", path=path, layer=name)
        arrays.append(values)
    roles = [weight_name.split("/")[-1].split(":")[0] for weight_name in weight_names]
    shapes = [array.ndim for array in arrays]
    if shapes == [5, 1] or "kernel" in roles:
        kind = "conv"
    elif shapes == [1, 1, 1, 1] or "gamma" in roles:
        kind = "norm"
    elif len(arrays) == 1:
        kind = "prelu"
    else:
        kind = ""
    if not kind or len(arrays) != len(_BY_ORDER[kind]):
        raise InputError("keras_layer_kind", path=path, layer=name, shapes=[a.shape for a in arrays])
    known = set(roles) == set(_BY_ORDER[kind])  # files with unusual names are read in Keras' order of weights
    by_role = dict(zip(roles if known else _BY_ORDER[kind], arrays, strict=True))
    if kind == "conv" and flip:
        by_role["kernel"] = by_role["kernel"][::-1, ::-1, ::-1]
    return KerasLayer(name, kind, by_role)


def _expected_kinds(network: str, n_convolutions: int) -> list[str]:
    """Kinds of the layers with weights, in order: every convolution has its PReLU, the logits too."""
    if network == "dolz":
        return ["conv", "prelu"] * n_convolutions
    return ["conv", "prelu", "norm"] * (n_convolutions - 1) + ["conv", "prelu"]


def network_options(path: Path | str, layers: Sequence[KerasLayer], network: str) -> dict[str, Any]:
    """The options of our network that has these layers: channels, widths, classes, slopes per channel or voxel.

    Raises:
        InputError: number or order of the layers is not that of the network, or a shape cannot be.
    """
    feature, per_stage = (9, 3) if network == "dolz" else (3, 1)
    count = feature + 4
    expected = _expected_kinds(network, count)
    for i, (layer, kind) in enumerate(zip(layers, expected, strict=False)):
        if layer.kind != kind:
            raise InputError(
                "keras_layer_order",
                path=path,
                layer=layer.name,
                number=i + 1,
                kind=_KINDS[layer.kind],
                network=network,
                expected=_KINDS[kind],
            )
    if len(layers) != len(expected):
        raise InputError(
            "keras_layer_count", path=path, count=len(layers), network=network, expected=len(expected)
        )
    convolutions = [layer for layer in layers if layer.kind == "conv"]
    for layer in convolutions:
        if layer.arrays["kernel"].ndim != 5:
            raise InputError("keras_layer_not_3d", path=path, layer=layer.name)
    outputs = [int(layer.arrays["kernel"].shape[4]) for layer in convolutions]
    inputs = [int(layer.arrays["kernel"].shape[3]) for layer in convolutions]
    widths = outputs[per_stage - 1 : feature : per_stage]
    options: dict[str, Any] = {
        "in_channels": inputs[0],
        "n_classes": outputs[-1],
        "widths": widths,
        "head_widths": outputs[feature:-1],
    }
    if network == "anisotropic":
        options["coordinates"] = max(0, inputs[feature] - sum(widths))
    slopes = [layer.arrays["alpha"] for layer in layers if layer.kind == "prelu"]
    options["voxel_slopes"] = any(a.ndim == 4 and a[0].size > 1 for a in slopes)
    if options["voxel_slopes"]:
        options["patch_output"] = [int(n) for n in slopes[-1].shape[1:]]
    return options


def _units(network: Any) -> list[tuple[str, Any]]:
    """Name prefix and module of every unit (convolution, PReLU, batch normalisation) in the order of the file."""
    units = [
        (f"stages.{i}.{j}", unit) for i, stage in enumerate(network.stages) for j, unit in enumerate(stage)
    ]
    return units + [(f"head.{i}", unit) for i, unit in enumerate(network.head)]


def to_state(path: Path | str, layers: Sequence[KerasLayer], network: Any, name: str) -> dict[str, Any]:
    """Fill the state dictionary of ``network`` (of the architecture ``name``) with the layers' weights.

    Raises:
        InputError: a shape does not fit; the sentence names the layer.
    """
    import torch

    state = {key: value.clone() for key, value in network.state_dict().items()}
    remaining = iter(layers)

    def put(layer: KerasLayer, role: str, key: str, values: Array) -> None:
        if tuple(state[key].shape) != values.shape:
            raise InputError(
                "keras_layer_shape",
                path=path,
                role=role,
                layer=layer.name,
                shape=layer.arrays[role].shape,
                name=name,
            )
        state[key] = torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))

    for prefix, unit in _units(network):
        layer = next(remaining)
        kernel = layer.arrays["kernel"].transpose(4, 3, 0, 1, 2)
        put(layer, "kernel", f"{prefix}.conv.weight", kernel)
        put(layer, "bias", f"{prefix}.conv.bias", layer.arrays["bias"])
        layer = next(remaining)
        slopes = layer.arrays["alpha"]
        shared = slopes.ndim == 1 or slopes[0].size == 1
        if state[f"{prefix}.act.weight"].ndim == 1:
            slopes = slopes.reshape(-1)
        else:
            size = tuple(state[f"{prefix}.act.weight"].shape[2:])
            slopes = np.broadcast_to(slopes.reshape(-1, 1, 1, 1), (len(slopes), *size)) if shared else slopes
            slopes = slopes[None]
        put(layer, "alpha", f"{prefix}.act.weight", slopes)
        if unit.norm is not None:
            layer = next(remaining)
            put(layer, "gamma", f"{prefix}.norm.weight", layer.arrays["gamma"])
            put(layer, "beta", f"{prefix}.norm.bias", layer.arrays["beta"])
            put(layer, "moving_mean", f"{prefix}.norm.running_mean", layer.arrays["moving_mean"])
            put(layer, "moving_variance", f"{prefix}.norm.running_var", layer.arrays["moving_variance"])
    return state


def import_keras(
    weights: Path | str,
    network: str,
    output: Path | str,
    *,
    window_ppb: float | None = None,
    labels: Sequence[int] | None = None,
    name: str | None = None,
    overwrite: bool = False,
) -> Path:
    """Turn a Keras 2 HDF5 weights file of an original network into a model file and return its path.

    The model records the original's conventions: axes Left, Anterior, Inferior; (1, 1, 3) mm; (160, 220, 48)
    voxels; labels back on the native grid by nearest neighbour; licence unknown.

    Args:
        weights: the HDF5 file.
        network: "dolz" (Part 1) or "anisotropic" (Part 2).
        output: the .safetensors file to write.
        window_ppb: susceptibilities are clipped to +- this before they become 256 grey levels; that of the network's article
            when None.
        labels: class index -> our label, when they are not background and the standard set; the first is 0.
        name: the model's name; the output's stem when None.
        overwrite: replace an existing output.

    Raises:
        InputError: the file cannot be read, does not fit the network, or the output cannot be written.
    """
    from ..io.files import check_writable
    from ..preprocessing.grid import Preprocessing
    from .model import Member, ModelHeader, save_model
    from .networks import build_network

    if network not in WINDOWS_PPB:
        raise InputError("keras_networks", networks=list(WINDOWS_PPB), network=network)
    if window_ppb is None:
        window_ppb = WINDOWS_PPB[network]
    if not window_ppb > 0:
        raise InputError("keras_window", window=window_ppb)
    path, output = Path(weights), Path(output)
    if output.suffix != ".safetensors":
        raise InputError("model_file_name", path=output)
    check_writable([output], overwrite)
    layers = read_keras_layers(path)
    options = network_options(path, layers, network)
    members = (Member("", _class_labels(path, options["n_classes"], labels)),)
    built: Any = build_network(network, **options)
    state = to_state(path, layers, built, network)
    channels = ("qsm", *(f"channel{i + 2}" for i in range(options["in_channels"] - 1)))
    header = ModelHeader(
        name=name or output.stem,
        title=f"Imported Keras weights ({network})",
        description="Weights of an original Keras network, imported; the preprocessing is that of the articles.",
        network=network,
        network_options=built.options(),
        preprocessing=Preprocessing(
            axes="LAI",
            spacing_mm=(1.0, 1.0, 3.0),
            shape=(160, 220, 48),
            windows=((-float(window_ppb), float(window_ppb)),) * len(channels),
            coordinates=built.uses_coordinates,
            back="nearest",
        ),
        members=members,
        channels=channels,
        label_set=STANDARD,
        licence="unknown (imported)",
        training={"source": path.name, "source_sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
    )
    save_model(output, header, [state])
    return output


def _class_labels(path: Path, n_classes: int, labels: Sequence[int] | None) -> tuple[int, ...]:
    """Class index -> our label. The original's class k is its label value k + 1, which is our label k."""
    if labels is None:
        if n_classes != STANDARD.n_classes:
            raise InputError("keras_labels_needed", path=path, classes=n_classes, expected=STANDARD.n_classes)
        return (0, *STANDARD.values)
    wanted = tuple(int(label) for label in labels)
    usable = (
        wanted[:1] == (0,)
        and len(set(wanted)) == len(wanted)
        and all(v == 0 or v in STANDARD for v in wanted)
    )
    if len(wanted) != n_classes or not usable:
        raise InputError("keras_labels_count", path=path, classes=n_classes, largest=STANDARD.largest)
    return wanted
