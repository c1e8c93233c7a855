"""SegmentOptions: defaults, checks, dict form, and that every face takes an option from its one field."""

import os
import pickle
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from models_for_tests import PHANTOM_MODEL

from DGMSegmentationLib.cli import options as cli_options
from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.options import DEVICES, UNITS, SegmentOptions, option_fields


def test_dict_form_goes_there_and_back():
    options = SegmentOptions(device="cpu", voxel_size=[1, 1, 3], flip_average=True, subject="sub-01")
    assert options.voxel_size == (1.0, 1.0, 3.0)
    assert SegmentOptions.from_dict(options.to_dict()) == options
    assert SegmentOptions.from_dict({}) == SegmentOptions()
    settings = CaseSettings(options, reference="brain")  # which go to the workers as they are
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": ""},
        {"model": 3},
        {"device": "gpu"},
        {"units": None},
        {"voxel_size": "1,2"},
        {"voxel_size": (1, 1, float("nan"))},
        {"largest_component": 1},
        {"connectivity": 7},
        {"connectivity": True},
        {"flip_average": "yes"},
        {"subject": 1},
        {"orientation": "LRS"},
        {"divice": "cpu"},
    ],
    ids=str,
)
def test_the_first_wrong_option_is_named(wrong):
    (name,) = wrong
    with pytest.raises(InputError, match=name.replace("_", "[ _]")):
        SegmentOptions.from_dict(wrong)
    with pytest.raises(InputError):
        SegmentOptions().changed(**wrong)


def test_records_hold_what_shapes_the_labels():
    """An option that was not asked for is not recorded unless records always had it: those of 0.1 stay up to date."""
    always = {"largest_component": True, "connectivity": 6, "flip_average": False}
    assert SegmentOptions(device="cpu", subject="x", save_probabilities=True).recorded() == always
    assert SegmentOptions(use_prior_box=False).recorded() == {**always, "use_prior_box": False}


def test_enums_of_the_command_line_have_the_fields_choices():
    """Those of commands that take no SegmentOptions."""
    assert tuple(choice.value for choice in cli_options.Device) == DEVICES
    assert tuple(choice.value for choice in cli_options.Units) == UNITS


def test_the_panels_widgets_stand_as_the_fields_say(repository):
    """Each option that panel and app offer has a widget in the .ui file and a parameter, with the field's default."""
    tree = ElementTree.parse(repository / "DGMSegmentation/Resources/UI/DGMSegmentation.ui")
    widgets = {}
    for widget in tree.iter("widget"):
        properties = {p.get("name"): "".join(p.itertext()).strip() for p in widget.findall("property")}
        widgets[properties.get("SlicerParameterName")] = properties
    source = (repository / "DGMSegmentation/DGMSegmentationPanel/parameters.py").read_text(encoding="utf-8")
    for option in option_fields(offered=True):
        name = re.sub("_(.)", lambda match: match[1].upper(), option.name)
        assert re.search(rf"^    {name}: ", source, re.MULTILINE), name
        if option.name not in ("model", "protocol"):  # chosen from a list with descriptions
            assert name in widgets
        if isinstance(option.default, bool):
            assert (widgets[name].get("checked") == "true") is option.default


FIELD = '    smoothing: int = field(default=0, metadata=_about("Rounds of smoothing.", recorded="changed"))\n'
USE = '    with clock("components"):\n        notes["smoothed"] = options.smoothing\n'


def test_a_further_option_is_one_field_and_its_use(repository, tmp_path):
    """A copy of the library with one line more in options.py and its use: every face knows the option."""
    for name in ("DGMSegmentationLib", "DGMSegmentation"):
        shutil.copytree(repository / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "Resources").symlink_to(repository / "Resources")
    insert(tmp_path / "DGMSegmentationLib/options.py", "    subject: str = ", FIELD)
    insert(tmp_path / "DGMSegmentationLib/segmentation/labelling.py", '    with clock("components"):\n', USE)
    (tmp_path / "walk.py").write_text(FACES)
    run = subprocess.run(
        [sys.executable, "walk.py", str(PHANTOM_MODEL)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr + run.stdout
    assert run.stdout.split() == ["command", "python", "cohort", "worker"]


def insert(path, before, text):
    source = path.read_text(encoding="utf-8")
    assert source.count(before) == 1
    path.write_text(source.replace(before, text + before), encoding="utf-8")


FACES = """
import io, json, pickle, sys
from pathlib import Path
import numpy as np
import DGMSegmentationLib
from DGMSegmentationLib import cli
from DGMSegmentationLib.cohort.plan import CaseSettings
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.options import SegmentOptions, option_fields
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.worker.client import request_for
from DGMSegmentationLib.worker.process import SegmentingWorker
from DGMSegmentationLib.worker.protocol import SegmentRequest, decode, encode

here, model = Path.cwd(), sys.argv[1]
assert Path(DGMSegmentationLib.__file__).is_relative_to(here), DGMSegmentationLib.__file__
head, _ = phantom((60, 72, 56), (2.6, 2.6, 2.6))
write_nifti(here / "head.nii.gz", head.data, head.affine)
sys.stdout.flush()

sys.stdout = open("table.txt", "w")
assert cli.main(["segment", "head.nii.gz", "-m", model, "--device", "cpu", "--smoothing", "2"]) == 0
sys.stdout.close()
sys.stdout = sys.__stdout__
told = json.loads((here / "head_provenance.json").read_text())
assert told["smoothed"] == 2 and told["options"]["smoothing"] == 2
print("command")

result = segment(head, model, device="cpu", smoothing=3)
assert result.provenance["smoothed"] == 3
assert "smoothing" not in segment(head, model, device="cpu").provenance["options"]
print("python")

before, now = CaseSettings(SegmentOptions()), CaseSettings(SegmentOptions(smoothing=1))
assert before.of_labels() != now.of_labels() and "smoothing" not in before.of_labels()
assert pickle.loads(pickle.dumps(now)) == now
print("cohort")

np.save(here / "head.npy", head.data)
options = SegmentOptions(model, device="cpu", smoothing=4)
volume = {"path": str(here / "head.npy"), "affine": head.affine.tolist()}
request = request_for("1", image=volume, output=str(here), options=options.to_dict())
events = io.BytesIO()
SegmentingWorker(io.BytesIO(), events)._answer(SegmentRequest.from_message(decode(encode(request.to_message()))))
done = decode(events.getvalue().splitlines()[-1])
assert done["provenance"]["smoothed"] == 4
print("worker")
"""
