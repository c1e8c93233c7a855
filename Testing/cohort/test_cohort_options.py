"""What a user can say of a whole cohort: how its arrays lie, and how its tables are written; and measure's same option."""

import nibabel as nib
import numpy as np
import pytest
from cohorts import MODEL, add_subject
from make_images import head, save_nifti

from DGMSegmentationLib.cli import main as dgmseg
from DGMSegmentationLib.io.tables import number, read_table
from DGMSegmentationLib.measurement.tables import read_long


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A cohort whose header names the second axis the wrong way round, and who said so."""
    folder = tmp_path_factory.mktemp("told")
    image = add_subject(folder / "bids", "sub-1", 0)
    data, _, affine = head(seed=0)
    save_nifti(image, data, affine @ np.diag([1, -1, 1, 1]))
    words = [
        "cohort",
        str(folder / "bids"),
        *MODEL,
        "--workers",
        "1",
        "-o",
        str(folder / "out"),
        "--reference",
        "brain",
    ]
    assert dgmseg([*words, "--orientation", "RAS", "--decimal-comma"]) == 0
    return folder / "out"


def test_a_cohort_is_read_as_the_user_says(told):
    labels = nib.load(told / "sub-1/anat/sub-1_seg-DGM_dseg.nii.gz")
    assert nib.aff2axcodes(labels.affine) == tuple("RAS")
    (line,) = read_table(told / "cases.tsv")
    assert "orientation" not in line["verdict_reasons"]
    assert len(read_long(told / "rois_long.tsv")) == 10


def test_tables_of_the_cohort_have_commas_and_what_means_are_relative_to(told):
    assert (told / "rois_long.tsv").read_bytes().startswith(b"\xef\xbb\xbf")
    (line,) = read_table(told / "cases.tsv")
    assert line["reference"] == "brain" and "," in line["reference_mean_ppb"]
    assert number(line["reference_mean_ppb"]) == pytest.approx(number(line["brain_mean_ppb"]))
    assert number(line["reference_sd_ppb"]) > 1 and int(line["reference_n_voxels"]) > 10_000
    case = (told / "sub-1/anat/sub-1_seg-DGM_stats.tsv").read_bytes()
    assert not case.startswith(b"\xef\xbb\xbf"), "BIDS derivatives keep the decimal dot"


def test_measure_takes_the_orientation_for_image_and_labels(tmp_path, capsys):
    data, labels, affine = head()
    wrong = np.diag([-1.0, 1, 1, 1]) @ affine
    image, mask = (
        str(save_nifti(tmp_path / name, values, wrong))
        for name, values in (("x.nii", data), ("y.nii", labels))
    )
    assert dgmseg(["measure", image, "-s", mask]) == 0
    assert "left structures lie on the right" in capsys.readouterr().err
    assert dgmseg(["measure", image, "-s", mask, "--orientation", "ras"]) == 0
    assert "left structures" not in capsys.readouterr().err
    assert dgmseg(["measure", image, "-s", mask, "--orientation", "RRS"]) == 2
