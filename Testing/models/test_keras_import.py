"""Original weights: our two networks give what the same networks give in real Keras, patch by patch and on a volume."""

import itertools
import sys

import numpy as np
import pytest

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.models.keras_import import import_keras, read_keras_layers
from DGMSegmentationLib.models.model import load_model

pytest.importorskip("h5py", reason="h5py is not installed (extra 'test')")
pytest.importorskip("keras", reason="keras is not installed (extra 'test')")

from keras_originals import keras_network, predict, write_keras2

PATCHES = {"dolz": (27, 27, 21), "anisotropic": (27, 27, 9)}
HALOS = {"dolz": (9, 9, 9), "anisotropic": (9, 9, 3)}
COUNTS = {"dolz": 2_300_209, "anisotropic": 1_252_609}
SMALL = {"widths": (4, 5, 6), "head": (12, 9, 8)}


@pytest.fixture(scope="module", params=["dolz", "anisotropic"])
def original(request, tmp_path_factory):
    """The true network in Keras, and its weights in a Keras 2 file."""
    name = request.param
    model = keras_network(name, PATCHES[name], (9, 9, 3))
    return name, model, write_keras2(model, tmp_path_factory.mktemp("keras") / f"{name}.h5")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A narrow dolz network with 3x3x3 cores in Keras, to be written to files of all kinds."""
    return keras_network("dolz", (21, 21, 21), (3, 3, 3), **SMALL)


def arrays(name, batch, patch, core, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (batch, 1, *patch)).astype(np.float32)
    place = rng.uniform(-1, 1, (batch, 3, *core)).astype(np.float32)
    return (x, place) if name == "anisotropic" else (x,)


def ours(path, *inputs):
    import torch

    network = load_model(path).build()[0]
    with torch.inference_mode():
        return torch.softmax(network(*(torch.from_numpy(a) for a in inputs)), dim=1).numpy()


def test_patches_equal(original, tmp_path):
    """The networks of the articles at their true size: equal probabilities in every voxel of every patch, to 1e-5."""
    name, model, weights = original
    assert model.count_params() == COUNTS[name]
    path = import_keras(weights, name, tmp_path / "model.safetensors")
    inputs = arrays(name, 4, PATCHES[name], (9, 9, 3))
    expected = predict(model, *inputs)
    assert expected.std() > 0.05, "the comparison needs probabilities that vary"
    assert expected.max() > 0.5, "the comparison needs probabilities that vary"
    assert np.abs(ours(path, *inputs) - expected).max() < 1e-5


def test_whole_volume_equal(original, tmp_path):
    """The Predictor runs an imported network patch by patch; the volume equals Keras run core by core, to 1e-5."""
    from DGMSegmentationLib.inference.predictor import Predictor

    name, model, weights = original
    path = import_keras(weights, name, tmp_path / "model.safetensors")
    imported = load_model(path)
    shape, halo, patch = (18, 18, 6), HALOS[name], PATCHES[name]
    x, place = arrays("anisotropic", 1, shape, shape, seed=3)
    predictor = Predictor(imported, device="cpu")
    assert predictor.patchwise
    found = predictor.predict(x[0], place[0] if name == "anisotropic" else None)

    outside = imported.header.preprocessing.background()
    padded = np.pad(x, [(0, 0), (0, 0), *((h, h) for h in halo)], constant_values=outside)
    expected = np.empty((11, *shape), np.float32)
    for i, j, k in itertools.product(range(0, 18, 9), range(0, 18, 9), range(0, 6, 3)):
        core = (slice(None), slice(i, i + 9), slice(j, j + 9), slice(k, k + 3))
        inputs = [padded[:, :, i : i + patch[0], j : j + patch[1], k : k + patch[2]]]
        if name == "anisotropic":
            inputs.append(place[(slice(None), *core)])
        expected[core] = predict(model, *inputs)[0]
    assert np.abs(found - expected).max() < 1e-5


def test_header_records_the_original_conventions(original, tmp_path):
    name, _, weights = original
    header = load_model(import_keras(weights, name, tmp_path / "model.safetensors")).header
    pre = header.preprocessing
    assert (pre.axes, pre.spacing_mm, pre.shape, pre.back) == ("LAI", (1, 1, 3), (160, 220, 48), "nearest")
    window = {"dolz": 200.0, "anisotropic": 250.0}[name]  # ppb, those of Part 1's and Part 2's articles
    assert pre.windows == ((-window, window),)
    assert pre.levels == 256
    assert pre.coordinates is (name == "anisotropic")
    assert header.network == name
    assert header.network_options["voxel_slopes"] is True
    assert header.network_options["patch_output"] == [9, 9, 3]
    assert header.licence == "unknown (imported)"
    assert header.members[0].labels == tuple(range(11))
    assert header.training["source"] == weights.name
    assert len(header.training["source_sha256"]) == 64


@pytest.mark.parametrize("layout", [{"group": "model_weights"}, {"split": True}])
def test_other_layouts_give_the_same_model(small, tmp_path, layout):
    plain = import_keras(write_keras2(small, tmp_path / "a.h5"), "dolz", tmp_path / "a.safetensors")
    other = import_keras(write_keras2(small, tmp_path / "b.h5", **layout), "dolz", tmp_path / "b.safetensors")
    inputs = arrays("dolz", 2, (21, 21, 21), (3, 3, 3))
    assert np.array_equal(ours(plain, *inputs), ours(other, *inputs))
    assert np.abs(ours(plain, *inputs) - predict(small, *inputs)).max() < 1e-5


def test_shared_slopes_run_densely(small, tmp_path):
    """Slopes shared over the axes become a per-channel network, which takes any tile and equals Keras on each core."""

    def share(_, role, values):
        return values[:, :1, :1, :1] if role == "alpha" else values

    path = import_keras(
        write_keras2(small, tmp_path / "w.h5", edit=share), "dolz", tmp_path / "m.safetensors"
    )
    network = load_model(path).build()[0]
    assert network.dense
    weights = small.get_weights()
    try:
        small.set_weights([np.broadcast_to(w[:, :1, :1, :1], w.shape) if w.ndim == 4 else w for w in weights])
        (x,) = arrays("dolz", 1, (24, 21, 21), (3, 3, 3))
        expected = np.concatenate([predict(small, x[:, :, i : i + 21]) for i in (0, 3)], axis=2)
    finally:
        small.set_weights(weights)
    assert np.abs(ours(path, x) - expected).max() < 1e-5


def test_theano_kernels_are_flipped(small, tmp_path):
    """Keras' Theano backend convolved instead of correlating: its files hold mirrored kernels."""
    import h5py

    def mirror(_, role, values):
        return values[::-1, ::-1, ::-1] if role == "kernel" else values

    weights = write_keras2(small, tmp_path / "w.h5", edit=mirror)
    with h5py.File(weights, "a") as file:
        file.attrs["backend"] = b"theano"
    inputs = arrays("dolz", 1, (21, 21, 21), (3, 3, 3))
    found = ours(import_keras(weights, "dolz", tmp_path / "m.safetensors"), *inputs)
    assert np.abs(found - predict(small, *inputs)).max() < 1e-5


def test_file_that_keras_itself_wrote(small, tmp_path):
    """Keras 3's own HDF5 of a whole model still has the old layout inside."""
    small.save(tmp_path / "whole.h5")
    inputs = arrays("dolz", 1, (21, 21, 21), (3, 3, 3))
    found = ours(import_keras(tmp_path / "whole.h5", "dolz", tmp_path / "m.safetensors"), *inputs)
    assert np.abs(found - predict(small, *inputs)).max() < 1e-5


def fails(pattern, weights, tmp_path, network="dolz", **options):
    target = tmp_path / "never.safetensors"
    with pytest.raises(InputError, match=pattern) as caught:
        import_keras(weights, network, target, **options)
    assert "\n" not in str(caught.value)
    assert not target.exists()


def test_wrong_network_is_refused(small, tmp_path):
    weights = write_keras2(small, tmp_path / "w.h5")
    fails("where anisotropic has a batch normalisation", weights, tmp_path, "anisotropic")
    fails("network 'unet'", weights, tmp_path, "unet")


def test_misfitting_shape_names_the_layer(small, tmp_path):
    name = small.layers[5].name  # the third convolution

    def cut(layer, role, values):
        return values[:2] if (layer, role) == (name, "kernel") else values

    fails(f"'kernel' of layer '{name}'", write_keras2(small, tmp_path / "w.h5", edit=cut), tmp_path)


def test_channels_last_slopes_are_refused(small, tmp_path):
    def turn(_, role, values):
        return np.moveaxis(values, 0, -1) if role == "alpha" else values

    fails("'alpha' of layer", write_keras2(small, tmp_path / "w.h5", edit=turn), tmp_path)


def test_missing_layers_are_counted(small, tmp_path):
    import h5py

    weights = write_keras2(small, tmp_path / "w.h5")
    with h5py.File(weights, "a") as file:
        file.attrs["layer_names"] = list(file.attrs["layer_names"])[:-3]
    fails("layers with weights, dolz has 26", weights, tmp_path)


def test_not_finite_weights_are_refused(small, tmp_path):
    weights = write_keras2(
        small, tmp_path / "w.h5", edit=lambda _, role, v: v * np.nan if role == "bias" else v
    )
    fails("not finite", weights, tmp_path)


def test_other_class_counts_need_labels(tmp_path):
    model = keras_network("dolz", (21, 21, 21), (3, 3, 3), n_classes=3, **SMALL)
    weights = write_keras2(model, tmp_path / "w.h5")
    fails("3 classes instead of 11", weights, tmp_path)
    fails("as many different labels", weights, tmp_path, labels=[0, 1])
    fails("as many different labels", weights, tmp_path, labels=[1, 0, 2])
    header = load_model(import_keras(weights, "dolz", tmp_path / "m.safetensors", labels=[0, 3, 4])).header
    assert header.members[0].labels == (0, 3, 4)


def test_files_that_are_no_weights(small, tmp_path):
    import h5py

    fails("no such weights file", tmp_path / "absent.h5", tmp_path)
    fails("no such weights file", tmp_path, tmp_path)
    (tmp_path / "text.h5").write_text("not HDF5")
    fails("no HDF5", tmp_path / "text.h5", tmp_path)
    whole = write_keras2(small, tmp_path / "w.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    fails("no HDF5", tmp_path / "cut.h5", tmp_path)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["layers"] = np.zeros(3)
    fails("no layer_names", tmp_path / "other.h5", tmp_path)
    small.save_weights(tmp_path / "new.weights.h5")
    fails("no layer_names", tmp_path / "new.weights.h5", tmp_path)
    fails("no positive number", tmp_path / "w.h5", tmp_path, window_ppb=0)


def test_existing_output_is_kept(small, tmp_path):
    weights = write_keras2(small, tmp_path / "w.h5")
    target = tmp_path / "m.safetensors"
    target.write_bytes(b"mine")
    with pytest.raises(InputError, match="exists"):
        import_keras(weights, "dolz", target)
    assert target.read_bytes() == b"mine"
    import_keras(weights, "dolz", target, overwrite=True, window_ppb=300)
    assert load_model(target).header.preprocessing.windows == ((-300.0, 300.0),)


def test_without_h5py_one_plain_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InputError, match=r"the package h5py.*pip install"):
        read_keras_layers(tmp_path / "w.h5")


def test_command_line(small, tmp_path, capsys):
    from DGMSegmentationLib.cli import main

    weights = write_keras2(small, tmp_path / "w.h5")
    assert main(["import-keras", str(weights), "--network", "dolz", "--window", "300"]) == 0
    assert "slopes per voxel" in capsys.readouterr().out
    assert load_model(tmp_path / "w.safetensors").header.preprocessing.windows == ((-300.0, 300.0),)
    assert main(["import-keras", str(weights), "--network", "anisotropic", "--overwrite"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "check --network" in said


def layer_of(file, dataset=None):
    """The skeleton of a Keras 2 file with one layer, whose kernel the caller makes."""
    file.attrs["layer_names"] = [b"conv"]
    group = file.create_group("conv")
    group.attrs["weight_names"] = [b"kernel:0", b"bias:0"]
    group["bias:0"] = np.zeros(4, np.float32)
    return group


@pytest.mark.parametrize(
    "how", ["external storage", "external link", "layer elsewhere", "virtual", "soft link"]
)
def test_weights_that_lie_in_another_file_are_refused(tmp_path, how):
    """Else a file from elsewhere would copy any file that its reader may read, such as /etc/passwd, into a model."""
    import h5py

    secret = tmp_path / "secret"
    with h5py.File(secret, "w") as other:
        other["kernel:0"] = np.zeros((3, 3, 3, 1, 4), np.float32)
        layer_of(other)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        group = layer_of(file)
        if how == "external storage":
            group.create_dataset("kernel:0", (108,), np.float32, external=[(str(secret), 0, 432)])
        elif how == "external link":
            group["kernel:0"] = h5py.ExternalLink(str(secret), "/kernel:0")
        elif how == "virtual":
            layout = h5py.VirtualLayout((3, 3, 3, 1, 4), np.float32)
            layout[:] = h5py.VirtualSource(str(secret), "kernel:0", (3, 3, 3, 1, 4))
            group.create_virtual_dataset("kernel:0", layout)
        elif how == "soft link":
            group["kernel:0"] = h5py.SoftLink("/elsewhere")
        else:
            del file["conv"]
            file["conv"] = h5py.ExternalLink(str(secret), "/conv")
    with pytest.raises(InputError, match="refers to another place"):
        read_keras_layers(tmp_path / "x.h5")


def test_weights_beyond_any_network_are_refused_before_they_are_read(tmp_path):
    """A dataset that was never written takes no room in the file, and any in memory."""
    import h5py

    with h5py.File(tmp_path / "x.h5", "w") as file:
        group = layer_of(file)
        group.create_dataset("kernel:0", (10**4, 10**4, 1, 1, 4), np.float32)
    assert (tmp_path / "x.h5").stat().st_size < 10_000
    with pytest.raises(InputError):
        read_keras_layers(tmp_path / "x.h5")


def test_every_altered_weights_file_is_read_or_refused(tmp_path, small):
    """Bytes of the file changed here and there: one sentence, or the layers."""
    whole = write_keras2(small, tmp_path / "whole.h5").read_bytes()
    rng = np.random.default_rng(5)
    path = tmp_path / "x.h5"
    refused = []
    for number in range(60):
        raw = bytearray(whole)
        for place in rng.integers(0, len(raw) if number % 2 else min(4000, len(raw)), 20):
            raw[place] = rng.integers(0, 256)
        path.write_bytes(bytes(raw[: rng.integers(1, len(raw))]) if number % 5 == 0 else bytes(raw))
        try:
            read_keras_layers(path)
        except InputError as error:
            refused.append(str(error))
    assert len(refused) > 10 and not any("\n" in text for text in refused)
