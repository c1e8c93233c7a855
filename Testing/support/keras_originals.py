"""The two original networks in real Keras (torch backend), and the Keras 2 layout of a weights file."""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import h5py
import numpy as np


def keras_network(name, patch_input, patch_output, n_classes=11, widths=(25, 50, 75), head=(400, 200, 150)):
    """The original network, channels first, one PReLU slope per channel and voxel; probabilities (B, K, x, y, z)."""
    import keras
    from keras import layers

    first = {"data_format": "channels_first"}
    image = keras.Input((1, *patch_input))
    inputs, x, taps = [image], image, []
    for width in widths:
        for _ in range(3 if name == "dolz" else 1):
            x = layers.Conv3D(width, (3, 3, 3) if name == "dolz" else (7, 7, 3), **first)(x)
            x = layers.PReLU()(x)
            if name == "anisotropic":
                x = layers.BatchNormalization(axis=1)(x)
        taps.append(x)
    cropped = []
    for tap in taps:
        margin = [(have - want) // 2 for have, want in zip(tap.shape[2:], patch_output, strict=True)]
        cropped.append(layers.Cropping3D([(m, m) for m in margin], **first)(tap) if any(margin) else tap)
    if name == "anisotropic":
        place = keras.Input((3, *patch_output))
        inputs.append(place)
        cropped.append(place)
    x = layers.Concatenate(axis=1)(cropped)
    for width in head:
        x = layers.PReLU()(layers.Conv3D(width, 1, **first)(x))
        if name == "anisotropic":
            x = layers.Dropout(0.2)(layers.BatchNormalization(axis=1)(x))
    x = layers.PReLU()(layers.Conv3D(n_classes, 1, **first)(x))
    model = keras.Model(inputs, layers.Softmax(axis=1)(x))
    rng, gain = np.random.default_rng(7), 1.7 if name == "dolz" else 1.1
    for layer in model.layers:
        if isinstance(layer, layers.Conv3D):  # enlarged Glorot kernels: probabilities then spread over 0..1
            kernel = layer.get_weights()[0]
            limit = gain * np.sqrt(6 / (np.prod(kernel.shape[:3]) * sum(kernel.shape[3:])))
            layer.set_weights(
                [rng.uniform(-limit, limit, kernel.shape), rng.uniform(-0.2, 0.2, layer.filters)]
            )
        elif isinstance(layer, layers.PReLU):
            layer.set_weights([rng.uniform(-0.3, 0.7, w.shape) for w in layer.get_weights()])
        elif isinstance(layer, layers.BatchNormalization):
            n = layer.get_weights()[0].shape
            layer.set_weights(
                [rng.uniform(a, b, n) for a, b in ((0.5, 1.5), (-0.3, 0.3), (-0.3, 0.3), (0.3, 1.5))]
            )
    return model


def write_keras2(model, path, group=None, split=False, edit=None):
    """Write a model's weights in the layout of Keras 2: layer_names, weight_names, one group per layer.

    ``edit(name, role, values)`` may change the arrays on their way; ``split`` cuts layer_names in pieces, as Keras does
    with long attributes; ``group`` "model_weights" is the layout of a whole saved model.
    """
    with h5py.File(path, "w") as file:
        root = file.create_group(group) if group else file
        names = [layer.name.encode() for layer in model.layers]
        if split:
            root.attrs["layer_names0"], root.attrs["layer_names1"] = names[:9], names[9:]
        else:
            root.attrs["layer_names"] = names
        root.attrs["backend"], root.attrs["keras_version"] = b"tensorflow", b"2.1.3"
        for layer in model.layers:
            inside = root.create_group(layer.name)
            weight_names = [f"{layer.name}/{w.name}:0" for w in layer.weights]
            inside.attrs["weight_names"] = [n.encode() for n in weight_names]
            for weight, weight_name in zip(layer.weights, weight_names, strict=True):
                values = weight.detach().cpu().numpy() if hasattr(weight, "detach") else np.array(weight)
                inside[weight_name] = edit(layer.name, weight.name, values) if edit else values
    return path


def predict(model, *arrays):
    """Class probabilities of the Keras model in inference mode, as numpy."""
    import torch

    with torch.no_grad():
        tensors = [torch.from_numpy(np.ascontiguousarray(a, dtype=np.float32)) for a in arrays]
        out = model(tensors if len(tensors) > 1 else tensors[0], training=False)
        return out.detach().cpu().numpy()
