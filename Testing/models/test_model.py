"""Model files: one file that says everything, and that is refused when it was cut or altered."""

import json
import struct

import pytest
import torch
from models_for_tests import small_model, small_model_file
from safetensors.torch import save_file

from DGMSegmentationLib.errors import DGMError, InputError
from DGMSegmentationLib.models.header import ModelHeader
from DGMSegmentationLib.models.model import find_model, load_model, read_header, save_model


@pytest.mark.parametrize("members", [1, 3])
def test_what_is_written_is_read(tmp_path, members):
    model = small_model("dolz", members=members)
    path = save_model(tmp_path / "m.safetensors", model.header, model.states)
    again = load_model(path)
    assert again.header.members == model.header.members
    assert again.header.preprocessing == model.header.preprocessing
    assert again.header.created and again.header.software.startswith("DGMSegmentation ")
    for ours, theirs in zip(model.states, again.states, strict=True):
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[k], theirs[k]) for k in ours)
    assert len(again.build()) == members
    assert read_header(path)[1] == again.sha256


def altered_tensor(path):
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def altered_header(path):
    data = path.read_bytes()
    path.write_bytes(data.replace(b"CC0-1.0", b"MIT-9.0"))


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def cut_to_nothing(path):
    path.write_bytes(b"")


def text(path):
    path.write_text("not a model")


def foreign(path):
    save_file({"a": torch.zeros(3)}, str(path))


def foreign_header(path):
    save_file({"a": torch.zeros(3)}, str(path), metadata={"dgmseg": json.dumps({"format": "other"})})


def newer(path):
    document = {**small_model().header.to_dict(), "format_version": 99}
    save_file({"a": torch.zeros(3)}, str(path), metadata={"dgmseg": json.dumps(document)})


def pickle(path):
    torch.save({"a": torch.zeros(3)}, path)


def huge_header(path):
    path.write_bytes(struct.pack("<Q", 1 << 62) + b"{}")


@pytest.mark.parametrize(
    "spoil",
    [
        altered_tensor,
        altered_header,
        cut,
        cut_to_nothing,
        text,
        foreign,
        foreign_header,
        newer,
        pickle,
        huge_header,
    ],
    ids=lambda f: f.__name__,
)
def test_a_spoiled_file_is_refused_with_one_sentence(tmp_path, spoil):
    path = small_model_file(tmp_path)
    spoil(path)
    with pytest.raises(InputError) as caught:
        load_model(path)
    sentence = str(caught.value)
    assert "\n" not in sentence and path.name in sentence


def test_weights_that_do_not_fit_the_header(tmp_path):
    model = small_model()
    header = ModelHeader(**{**vars(model.header), "network": "anisotropic"})
    path = save_model(tmp_path / "m.safetensors", header, model.states)
    with pytest.raises(InputError, match="do not belong together"):
        load_model(path).build()


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(InputError, match="bundled"):
        find_model("no-such-model")


def test_a_full_disk_is_said_and_leaves_the_old_file(tmp_path):
    resource = pytest.importorskip("resource")  # POSIX
    path, model = small_model_file(tmp_path), small_model()
    before, (soft, hard) = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(DGMError, match=path.name):
            save_model(path, model.header, model.states)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
