"""Misleading images from the command line: rc 0, one sentence on stderr, and the doubt in every output."""

import json
import subprocess
import sys

import nibabel as nib
import numpy as np
import pytest
from places import REPOSITORY

from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.measurement.verdict import Verdict

SAMPLE = REPOSITORY / "Resources" / "Sample" / "sub-sample_Chimap.nii.gz"


def dgmseg(*words):
    """``dgmseg WORDS`` with its output in a pipe."""
    command = [sys.executable, "-m", "DGMSegmentationLib", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)


@pytest.fixture(scope="module")
def flipped(tmp_path_factory):
    """The sample's array flipped front to back under its header, and what ``segment`` did with it."""
    folder = tmp_path_factory.mktemp("flipped")
    sample = nib.load(SAMPLE)
    nib.save(nib.Nifti1Image(sample.get_fdata(dtype=np.float32)[:, ::-1], sample.affine), folder / "x.nii.gz")
    return folder, dgmseg("segment", folder / "x.nii.gz", "--device", "cpu")


def test_a_flipped_head_is_doubted_in_every_output(flipped):
    folder, done = flipped
    assert done.returncode == 0
    (said,) = [line for line in done.stderr.splitlines() if "doubtful" in line]
    assert "orientation is probably wrong" in said and "flipped front to back" in said
    assert "--orientation, e.g. RPS or its mirror image LPS" in said and "left is then unknown" in said
    verdict = json.loads((folder / "x_provenance.json").read_text())["verdict"]
    assert verdict["status"] == "doubtful" and "orientation_doubted" in [
        r["code"] for r in verdict["reasons"]
    ]
    assert all(reason["sentence"] in said for reason in verdict["reasons"])
    page = (folder / "x_report.html").read_text(encoding="utf-8")
    assert page.index("must not be used") < page.index("<img") and "flipped front to back" in page
    assert len(read_long(folder / "x_rois.tsv")) == 10


def test_the_user_can_say_how_the_array_lies(flipped):
    folder, _ = flipped
    done = dgmseg(
        "segment", folder / "x.nii.gz", "--orientation", "rps", "--device", "cpu", "-o", folder / "told"
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads((folder / "told/x_provenance.json").read_text())
    assert told["verdict"] == Verdict().to_dict() and told["options"]["orientation"] == "RPS"
    labels, image = nib.load(folder / "told/x_dseg.nii.gz"), nib.load(folder / "x.nii.gz")
    assert labels.shape == image.shape and nib.aff2axcodes(labels.affine) == tuple("RPS")
    assert "verdict: ok" in (folder / "told/x_report.html").read_text(encoding="utf-8")
    assert dgmseg("segment", folder / "x.nii.gz", "--orientation", "LRS").returncode == 2


def test_measure_says_it_too(tmp_path):
    """A constant was added to the map."""
    sample, labels = nib.load(SAMPLE), SAMPLE.with_name("sub-sample_seg-DGM_dseg.nii.gz")
    data = sample.get_fdata(dtype=np.float32)
    nib.save(nib.Nifti1Image(np.where(data != 0, data + 0.5, 0), sample.affine), tmp_path / "x.nii.gz")
    page = tmp_path / "x.html"
    done = dgmseg("measure", tmp_path / "x.nii.gz", "-s", labels, "--units", "ppm", "--report", page)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 11
    (said,) = done.stderr.splitlines()
    assert ("doubtful" in said and "subtract it" in said and "0.49" in said) or "0.5" in said
    assert "subtract it" in page.read_text(encoding="utf-8")
    assert dgmseg("measure", SAMPLE, "-s", labels).stderr == ""
