"""The layers of a Keras 2 HDF5 file, as plain arrays.

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

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..io.fetched import check_fetched

if TYPE_CHECKING:
    import h5py

Array = NDArray[np.floating]

_MAX_WEIGHTS = 50_000_000
"""Of a whole file; the original networks have two million."""
_DAMAGE = (
    *(OSError, KeyError, RuntimeError, TypeError, ValueError, AttributeError, IndexError, OverflowError),
    *(RecursionError, MemoryError),
)
KINDS = {"conv": "convolution", "prelu": "PReLU", "norm": "batch normalisation"}
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


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _names(group: "h5py.Group", attribute: str) -> list[str] | None:
    """A list of names from an attribute that may be split in numbered pieces; None when it is absent."""
    if attribute in group.attrs:
        return [_text(name) for name in group.attrs[attribute]]
    names: list[str] = []
    piece = 0
    while f"{attribute}{piece}" in group.attrs:
        names += [_text(name) for name in group.attrs[f"{attribute}{piece}"]]
        piece += 1
    return names if piece else None


def _inside(path: Path, group: "h5py.Group", name: str) -> "h5py.Group | h5py.Dataset":
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


def _read_layer(path: Path, group: "h5py.Group", name: str, flip: bool, left: int) -> KerasLayer | None:
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
