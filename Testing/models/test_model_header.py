"""Every altered header of a model file is read or refused with one sentence, and no network beyond bounds is built."""

import copy
import json
from dataclasses import replace

import pytest
import torch
from models_for_tests import PHANTOM_MODEL, small_model, unet_model
from safetensors import safe_open
from safetensors.torch import save_file

from DGMSegmentationLib.errors import DGMError, InputError
from DGMSegmentationLib.models.header import ModelHeader
from DGMSegmentationLib.models.model import _digest, bundled_models, load_model, read_header, save_model
from DGMSegmentationLib.models.networks import count_parameters
from DGMSegmentationLib.preprocessing.grid import MAX_GRID_VOXELS, prepare
from DGMSegmentationLib.preprocessing.mask import brain_mask
from DGMSegmentationLib.segmentation.region import prior_box
from DGMSegmentationLib.simulation.phantom import phantom

GONE = object()
DEEP = "deep"
VALUES = (
    GONE, None, True, False, "", "x", "../../x", "9" * 30_000, 0, 1, 2, -1, 7, 255, 256, 2**31, 2**63, 10**400,
    0.5, -0.5, 1e-320, 1e30, 1e308, -1e308, float("nan"), float("inf"), -float("inf"), [], [[]], [None], ["x"], [0],
    [-1], [3, 3, 3], [2**40] * 3, [float("nan")] * 3, [1] * 10_000, [[1, 2]], [[1e308, -1e308]], {}, {"a": 1},
    {"low_mm": [0, 0, 0]}, DEEP,
)  # fmt: skip
FREE = ("training", "metrics", "sha256")
"""What says how a model was made may say anything; the checksum is the one thing that has no other right value."""


def places(value, before=()):
    """The place of every field of a document, and of the first item of every list."""
    items = (
        value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    )
    for key, inner in items:
        yield (*before, key)
        if key not in FREE:
            yield from places(inner, (*before, key))


def altered(document, place, value):
    changed = copy.deepcopy(document)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    if value is GONE:
        del inner[place[-1]]
    elif value is DEEP:
        inner[place[-1]] = 0
        for _ in range(300):
            inner[place[-1]] = [inner[place[-1]]]
    else:
        inner[place[-1]] = value
    return changed


def document_of(path):
    with safe_open(str(path), framework="pt") as handle:
        document = json.loads(handle.metadata()["dgmseg"])
        return document, {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118


def write(path, document, tensors):
    """A model file whose checksum fits: what a program with a mistake would write, not a damaged disk."""
    plain = {key: value for key, value in document.items() if key != "sha256"}
    signed = {
        **plain,
        "sha256": document.get("sha256") or _digest(plain, {k: t.numpy() for k, t in tensors.items()}),
    }
    save_file(tensors, str(path), metadata={"dgmseg": json.dumps(signed)})


def original(tmp_path, name):
    model = {"unet": unet_model, "binary": lambda: small_model(members=2)}[name]()
    small = replace(model.header.preprocessing, shape=(20, 24, 10), spacing_mm=(8.0, 8.0, 16.0))
    box = {"low_mm": [-50.0, -40.0, -30.0], "high_mm": [50.0, 60.0, 40.0], "margin_mm": [10.0] * 3}
    header = replace(model.header, preprocessing=small, prior_box=box)
    document, tensors = document_of(save_model(tmp_path / f"{name}.safetensors", header, model.states))
    document.pop("sha256")
    return document, tensors


def refusal(path, document, tensors):
    """What is said of a header, or the model that is loaded with it."""
    try:
        ModelHeader.from_dict(document)  # the first thing that load_model does, and faster without a file
        write(path, document, tensors)
        return "", load_model(path)
    except InputError as error:
        return str(error), None


@pytest.fixture(scope="module")
def head():
    image, _labels = phantom((20, 24, 19), (8.0, 8.0, 8.0))
    return image, brain_mask(image.data)


@pytest.mark.parametrize("name", ["unet", "binary"])
def test_every_altered_field_is_read_or_refused(tmp_path, head, name):
    image, mask = head
    document, tensors = original(tmp_path, name)
    path = tmp_path / "altered.safetensors"
    tried = refused = 0
    for place in places(document):
        for value in VALUES:
            tried += 1
            sentence, model = refusal(path, altered(document, place, value), tensors)
            if model is None:
                refused += 1
                assert "\n" not in sentence and len(sentence) < 1000, (place, value)
                continue
            assert sum(map(count_parameters, model.build())) < 100_000
            try:
                prepared = prepare([image], mask, model.header.preprocessing)
            except InputError:  # a grid that this head does not fit, say
                continue
            assert prepared.inputs[0].size <= MAX_GRID_VOXELS
            box = prior_box(model, prepared)
            assert box is None or all(
                s.start < s.stop <= n for s, n in zip(box, prepared.grid.shape, strict=True)
            )
    assert tried > 1_000 and refused > 0.7 * tried, (tried, refused)


@pytest.mark.parametrize("value", [None, 3, "x", [], [1], True])
def test_a_header_that_is_no_table_is_refused(tmp_path, value):
    path = tmp_path / "m.safetensors"
    save_file({"a": torch.zeros(3)}, str(path), metadata={"dgmseg": json.dumps(value)})
    for read in (load_model, read_header):
        with pytest.raises(InputError, match=r"m\.safetensors"):
            read(path)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a": ' * 100_000, "9" * 10_000, "\x00", "{", '{"format": 1e999}']
)
def test_a_header_that_is_no_json_is_refused(tmp_path, text):
    path = tmp_path / "m.safetensors"
    save_file({"a": torch.zeros(3)}, str(path), metadata={"dgmseg": text})
    with pytest.raises(InputError, match=r"m\.safetensors"):
        load_model(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers_are_refused(tmp_path, value):
    model = small_model()
    states = [{name: tensor.clone() for name, tensor in state.items()} for state in model.states]
    next(iter(states[0].values())).view(-1)[5] = value
    path = save_model(tmp_path / "m.safetensors", model.header, states)
    with pytest.raises(InputError, match="NaN or infinite"):
        load_model(path)


def test_networks_beyond_bounds_are_refused_before_anything_is_built(tmp_path):
    """Each within the bounds of its single fields, all together out of any memory."""
    model = unet_model()
    document, tensors = document_of(save_model(tmp_path / "m.safetensors", model.header, model.states))
    document.pop("sha256")
    for options in (
        {
            "widths": [2048] * 12,
            "pooling": [[8, 8, 8]] * 11,
            "convolutions": [16] * 12,
            "kernels": [[15, 15, 15]] * 12,
        },
        {"stem": [8, 8, 8], "widths": [2048, 2048], "pooling": [[8, 8, 8]]},
    ):
        write(tmp_path / "m.safetensors", {**document, "network_options": options}, tensors)
        with pytest.raises(InputError, match="do not belong together"):
            load_model(tmp_path / "m.safetensors")


def test_an_unknown_setting_of_the_preprocessing_is_refused(tmp_path):
    """It would change the results; an unknown field beside it is a later version's remark."""
    model = small_model()
    document, tensors = document_of(save_model(tmp_path / "m.safetensors", model.header, model.states))
    document.pop("sha256")
    write(tmp_path / "m.safetensors", {**document, "remark": "of a later version"}, tensors)
    assert load_model(tmp_path / "m.safetensors").header == load_model(tmp_path / "m.safetensors").header
    document["preprocessing"]["sharpen"] = True
    write(tmp_path / "m.safetensors", document, tensors)
    with pytest.raises(InputError, match="sharpen"):
        load_model(tmp_path / "m.safetensors")


def test_the_models_that_ship_are_within_all_bounds():
    assert bundled_models()
    for path in (*bundled_models().values(), PHANTOM_MODEL):
        try:
            load_model(path)
        except DGMError as error:
            pytest.fail(str(error))
