"""Weights of the two original networks, from a Keras 2 HDF5 file (:mod:`.keras_layers`) to a model file of ours."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from ..errors import InputError
from ..structures import STANDARD
from .keras_layers import KINDS, Array, KerasLayer, read_keras_layers

if TYPE_CHECKING:
    from torch import Tensor

    from .networks import PatchNetwork
    from .networks.layers import Unit

WINDOWS_PPB = {"dolz": 200.0, "anisotropic": 250.0}
"""Grey window that the weights of each network were trained with, in ppb to both sides (+-0.2 ppm in Part 1's article,
+-250 ppb in Part 2's): a weights file itself does not say."""


def _expected_kinds(network: str, n_convolutions: int) -> list[str]:
    """Kinds of the layers with weights, in order: every convolution has its PReLU, the logits too."""
    if network == "dolz":
        return ["conv", "prelu"] * n_convolutions
    return ["conv", "prelu", "norm"] * (n_convolutions - 1) + ["conv", "prelu"]


class FoundOptions(TypedDict, total=False):
    """Options of a network as its layers show them."""

    in_channels: int
    n_classes: int
    widths: list[int]
    head_widths: list[int]
    coordinates: int
    voxel_slopes: bool
    patch_output: list[int]


def network_options(path: Path | str, layers: Sequence[KerasLayer], network: str) -> FoundOptions:
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
                kind=KINDS[layer.kind],
                network=network,
                expected=KINDS[kind],
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
    options: FoundOptions = {
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


def _units(network: "PatchNetwork") -> "list[tuple[str, Unit]]":
    """Name prefix and module of every unit (convolution, PReLU, batch normalisation) in the order of the file."""
    from .networks.layers import Unit

    return [(name, module) for name, module in network.named_modules() if isinstance(module, Unit)]


def to_state(
    path: Path | str, layers: Sequence[KerasLayer], network: "PatchNetwork", name: str
) -> "dict[str, Tensor]":
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
    from .header import Member, ModelHeader
    from .model import save_model
    from .networks import PatchNetwork, build_network

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
    built = build_network(network, **options)
    assert isinstance(built, PatchNetwork)
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
