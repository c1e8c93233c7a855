"""The sample that ships, the demo that runs on it, and the default model as soon as it is there."""

import gzip
import json
import os

import nibabel as nib
import numpy as np
import pytest
from models_for_tests import PHANTOM_MODEL, small_model_file

import DGMSegmentationLib.models.model as model
from DGMSegmentationLib.cli import main
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.segmentation.pipeline import segment
from DGMSegmentationLib.segmentation.sample import COLUMNS, FILES, bundled_sample

MEGABYTE = 1_000_000


def test_the_sample_is_small_integers_in_ppm_with_its_papers(repository):
    sample = bundled_sample()
    assert sample.image.stat().st_size < 3 * MEGABYTE
    stored = nib.load(sample.image)
    header = stored.header
    assert header.get_data_dtype() == np.int16
    assert 0 < stored.dataobj.slope < 1e-3 and stored.dataobj.inter == 0
    assert header["sform_code"] > 0 and header["qform_code"] > 0
    image = read_image(sample.image)
    assert image.spacing == pytest.approx((0.9, 0.9, 2.0), abs=0.02)
    inside = image.data[image.data != 0] * 1000
    low, high = np.percentile(inside, [1, 99])
    assert -150 < low < -20 and 40 < high < 250
    note = (repository / "Resources" / "Sample" / "README.md").read_text(encoding="utf-8")
    for word in ("HOA-2.0", "3D Slicer licence", "CIT168", "CC BY 4.0", "Apache-2.0", "make_sample.py"):
        assert word in note
    assert all(name in note for name in FILES.values())
    settings = json.loads((sample.image.parent / FILES["settings"]).read_text())
    number = int(settings["anatomy"].removeprefix("hoa-")[:3])
    assert number > 64, "the bundled model is trained on the first 64 anatomies"


def test_the_truth_is_that_of_the_labels():
    sample = bundled_sample()
    image, labels = read_image(sample.image), read_labels(sample.labels)
    assert labels.grid.same_as(image.grid, 1e-4)
    rows = measure(labels, image.replace(data=image.data * np.float32(1000), unit="ppb"))
    for row, true in zip(rows, read_long(sample.table), strict=True):
        assert (row.abbreviation, row.n_voxels) == (true.abbreviation, true.n_voxels)
        assert row.n_voxels > 50
        assert row.mean_ppb == pytest.approx(true.mean_ppb, abs=1e-3)
        assert row.volume_mm3 == pytest.approx(true.volume_mm3, rel=1e-5)


def test_demo_writes_everything_and_compares_with_the_truth(tmp_path, capsys, monkeypatch):
    """With the tests' own model, whose labels are bad here: what counts are the files and the comparison."""
    output = tmp_path / "a demo"
    arguments = ["demo", "--output", str(output), "--model", str(PHANTOM_MODEL), "--device", "cpu"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    stem = "sub-sample_Chimap"
    made = {f"{stem}{e}" for e in ("_dseg.nii.gz", "_dseg.tsv", "_rois.tsv", "_report.html", "_picture.png",
                                   "_provenance.json")}  # fmt: skip
    assert {p.name for p in output.iterdir()} == made | {"sub-sample_comparison.tsv"}
    assert str(output) in printed and "mean Dice" in printed
    assert (output / f"{stem}_picture.png").read_bytes().startswith(b"\x89PNG")
    rows = read_table(output / "sub-sample_comparison.tsv")
    assert tuple(rows[0]) == COLUMNS and len(rows) == 10

    sample = bundled_sample()
    found, true = read_labels(output / f"{stem}_dseg.nii.gz").data, read_labels(sample.labels).data
    for label, (row, truth) in enumerate(zip(rows, read_long(sample.table), strict=True), start=1):
        a, b = found == label, true == label
        assert float(row["dice"]) == pytest.approx(2 * (a & b).sum() / (a.sum() + b.sum()), abs=1e-5)
        assert float(row["true_volume_mm3"]) == pytest.approx(truth.volume_mm3, abs=1e-4)
        assert row["structure"] in printed
    # A second run replaces the first.
    (output / f"{stem}_rois.tsv").write_text("old")
    assert main(arguments) == 0
    assert len(read_long(output / f"{stem}_rois.tsv")) == 10

    def full(rows, path):
        raise OSError(28, "No space left on device")

    # All of the files or none, the comparison included.
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    monkeypatch.setattr("DGMSegmentationLib.segmentation.sample.write_comparison", full)
    assert main(arguments) == 1 and "No space left" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before


def test_demo_says_at_once_that_a_model_is_missing(tmp_path, capsys):
    output = tmp_path / "demo"
    assert main(["demo", "--output", str(output), "--model", "no-such-model"]) == 2
    assert "no-such-model" in capsys.readouterr().err
    assert not output.exists()


def test_demo_does_not_replace_labels_that_were_edited(tmp_path, capsys):
    assert main(["demo", "--output", str(tmp_path), "--device", "cpu"]) == 0
    assert main(["demo", "--output", str(tmp_path), "--device", "cpu"]) == 0, "its own files it may replace"
    labels = next(tmp_path.glob("*_dseg.nii.gz"))
    later = labels.stat().st_mtime + 60
    os.utime(labels, (later, later))
    capsys.readouterr()
    assert main(["demo", "--output", str(tmp_path)]) == 2
    assert "was changed after the demo wrote it" in capsys.readouterr().err


def test_the_model_named_default_comes_first(tmp_path, monkeypatch):
    """Whatever other models ship: the command line and the panel offer "default" when the user chose none."""
    folder = tmp_path / "Models"
    folder.mkdir()
    source = small_model_file(tmp_path)
    for name in ("zebra", "default", "a-model"):
        (folder / f"{name}.safetensors").write_bytes(source.read_bytes())
    monkeypatch.setattr(model, "resource_path", lambda *parts: tmp_path.joinpath(*parts))
    assert list(model.bundled_models()) == ["default", "a-model", "zebra"]
    assert model.load_model().path == folder / "default.safetensors"
    (folder / "default.safetensors").unlink()
    assert list(model.bundled_models()) == ["a-model", "zebra"]


@pytest.fixture(scope="module")
def default_on_sample():
    """The default model's result on the sample."""
    if model.DEFAULT_MODEL not in model.bundled_models():
        pytest.skip("Resources/Models/default.safetensors is not there yet: it is being trained")
    return segment(bundled_sample().image, device="cpu")


def test_the_default_model_finds_all_ten(default_on_sample):
    truth = read_labels(bundled_sample().labels).data
    found = default_on_sample.labels.data
    pairs = [(found == k, truth == k) for k in range(1, 11)]
    dice = [2 * (a & b).sum() / (a.sum() + b.sum()) for a, b in pairs]
    assert np.mean(dice) > 0.7, dice
    assert min(dice) > 0.5, dice
    for row, true in zip(default_on_sample.rows, read_long(bundled_sample().table), strict=True):
        assert row.mean_ppb == pytest.approx(true.mean_ppb, abs=30)


def test_the_default_model_ships_under_10_megabytes(default_on_sample):
    path = model.bundled_models()[model.DEFAULT_MODEL]
    assert path.stat().st_size < 10 * MEGABYTE
    header, sha256 = model.read_header(path)
    assert len(sha256) == 64
    assert "research use only" in header.intended_use.lower()


def test_files_of_the_sample_are_reproducible():
    """No time stamp in the gzip header: the same command gives the same bytes."""
    for name in ("image", "labels"):
        raw = getattr(bundled_sample(), name).read_bytes()
        assert raw[4:8] == b"\0\0\0\0", name
        assert gzip.decompress(raw)
