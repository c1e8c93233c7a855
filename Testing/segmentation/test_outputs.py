"""The files of a run belong together: no stale ones, and no broken drawing library that loses the labels."""

import json
import sys

import PIL.ImageDraw
import pytest
from models_for_tests import PHANTOM_MODEL, small_model_file

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.measurement.tables import read_long
from DGMSegmentationLib.models.model import read_header
from DGMSegmentationLib.simulation.phantom import phantom

LABELS, TABLE = "head_dseg.nii.gz", "head_rois.tsv"
REPORT, PROVENANCE, PROBABILITIES = "head_report.html", "head_provenance.json", "head_probseg.nii.gz"


@pytest.fixture
def head(tmp_path):
    image, _labels = phantom((80, 96, 72), (2.0, 2.0, 2.0))
    return write_nifti(tmp_path / "head.nii.gz", image.data, image.affine) or tmp_path / "head.nii.gz"


def run(head, *more):
    return main(["segment", str(head), "--model", str(PHANTOM_MODEL), "--device", "cpu", *more])


def test_probabilities_of_an_earlier_run_go_with_it(head):
    assert run(head, "--save-probabilities") == 0
    assert (head.parent / PROBABILITIES).exists()
    (head.parent / "head_other.nii.gz").write_bytes(b"not ours")
    assert run(head, "--overwrite") == 0
    assert not (head.parent / PROBABILITIES).exists()
    assert (head.parent / "head_other.nii.gz").exists()


@pytest.mark.parametrize("how", ["import", "drawing"])
def test_a_broken_drawing_costs_the_page_and_nothing_else(head, monkeypatch, capsys, how):
    assert run(head) == 0
    first = read_labels(head.parent / LABELS).data
    (head.parent / LABELS).unlink()
    if how == "import":  # built for another Python, say
        monkeypatch.setitem(sys.modules, "PIL.ImageDraw", None)
        monkeypatch.delattr(PIL, "ImageDraw", raising=False)
    else:

        def broken(*_arguments, **_options):
            raise OSError("no font was found")

        monkeypatch.setattr(PIL.ImageDraw, "Draw", broken)
    capsys.readouterr()
    assert run(head, "--overwrite") == 0
    said = capsys.readouterr().err.strip()
    assert "could not be drawn" in said and "\n" not in said
    assert (read_labels(head.parent / LABELS).data == first).all()
    assert len(read_long(head.parent / TABLE)) == 10
    assert not (head.parent / REPORT).exists(), "a page of the earlier run does not belong to these labels"
    warnings = json.loads((head.parent / PROVENANCE).read_text())["warnings"]
    assert any("could not be drawn" in text for text in warnings)


def test_models_check_reads_the_weights(tmp_path, capsys):
    path = small_model_file(tmp_path)
    assert main(["models", str(path), "--check"]) == 0
    assert read_header(path)[1] in capsys.readouterr().out
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    assert main(["models", str(path)]) == 0  # the header alone is still good
    assert main(["models", str(path), "--check"]) == 2
    assert "altered" in capsys.readouterr().err
