"""What mean_referenced_ppb is relative to: masks, chosen labels, thresholds; and what the sidecar says of it."""

import json

import nibabel as nib
import numpy as np
import pytest
from seg_files import head, head_labels

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.tables import read_table
from DGMSegmentationLib.measurement.files import open_ppb
from DGMSegmentationLib.measurement.reference import reference_for


def save(path, data, affine):
    nib.save(nib.Nifti1Image(data, affine), path)
    return path


@pytest.fixture
def files(tmp_path):
    image, _ = head()
    labels = head_labels()
    qsm = save(tmp_path / "sub-01_Chimap.nii.gz", np.asarray(image.data, np.float32), image.affine)
    share = np.where(labels.data == 9, 1.0, np.where(image.data != 0, 0.01, 0)).astype(np.float32)
    save(tmp_path / "p.nii.gz", share, image.affine)
    save(
        tmp_path / "aseg.nii.gz",
        np.where(labels.data > 0, labels.data + 40, 0).astype(np.uint8),
        image.affine,
    )
    save(tmp_path / "mask.nii.gz", (labels.data == 9).astype(np.uint8) * 255, image.affine)
    return tmp_path, qsm, labels


def test_a_mask_labels_and_a_threshold_give_the_same_region(files):
    folder, qsm, labels = files
    opened = open_ppb(qsm)
    inside = opened.image.data[labels.data == 9].astype(float)
    for spec in ("mask.nii.gz", "aseg.nii.gz:49", "p.nii.gz>0.9", "p.nii.gz>=1"):
        found, said = reference_for(opened, str(folder / spec))
        assert found.name == spec and said == ()
        assert (found.value_ppb, found.n_voxels) == (pytest.approx(inside.mean()), inside.size)
        assert found.sd_ppb == pytest.approx(inside.std(ddof=1))
        brain = opened.image.data[opened.mask].mean(dtype=float)
        assert found.to_dict()["difference_to_brain_ppb"] == pytest.approx(inside.mean() - brain)
    two, _ = reference_for(opened, f"{folder / 'aseg.nii.gz'}:49,50")
    assert two.n_voxels == np.count_nonzero(labels.data >= 9)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("p.nii.gz", r"holds fractions, .*>0\.9"),
        ("aseg.nii.gz", r"several values .*aseg.nii.gz:41"),
        ("aseg.nii.gz:49,99", "no voxel with the value 99"),
        ("aseg.nii.gz:0", "no voxel with the value 0"),
        ("aseg.nii.gz>200", "covers no voxel"),
        ("nowhere.nii.gz:4", "is no file"),
    ],
)
def test_what_is_no_region(files, spec, why):
    folder, qsm, _ = files
    with pytest.raises(InputError, match=why):
        reference_for(open_ppb(qsm), str(folder / spec))


def test_a_file_of_that_name_goes_before_the_reading_of_its_end(files):
    folder, qsm, labels = files
    odd = folder / "m.nii.gz:4"
    odd.write_bytes((folder / "mask.nii.gz").read_bytes())
    assert reference_for(open_ppb(qsm), str(odd))[0].n_voxels == np.count_nonzero(labels.data == 9)


def test_background_in_the_region_is_left_out_and_counted(files):
    folder, qsm, labels = files
    image, _ = head()
    half = labels.data == 9
    outside = np.argwhere(np.asarray(image.data) == 0)[: half.sum()]
    region = half.copy()
    region[tuple(outside.T)] = True
    save(folder / "half.nii.gz", region.astype(np.uint8), image.affine)
    opened = open_ppb(qsm)
    found, said = reference_for(opened, str(folder / "half.nii.gz"))
    assert found.value_ppb == pytest.approx(opened.image.data[half].mean(dtype=float))
    assert (found.n_voxels, found.n_excluded) == (half.sum(), len(outside))
    assert [remark.code for remark in said] == ["reference_voxels_left_out"]


def test_the_sidecar_of_the_table(files, capsys):
    folder, qsm, _ = files
    image, labels = head()
    save(folder / "l.nii.gz", labels.data.astype(np.uint8), labels.affine)
    table = folder / "rois.csv"
    command = ["measure", str(qsm), "-s", str(folder / "l.nii.gz"), "-o", str(table)]
    assert main([*command, "--reference", f"{folder / 'p.nii.gz'}>0.9"]) == 0
    told = json.loads((folder / "rois.json").read_text())
    (image,) = told["Images"]
    assert image["reference"]["name"] == "p.nii.gz>0.9" == read_table(table)[0]["reference"]
    assert {"mean_ppb", "sd_ppb", "n_voxels", "n_excluded", "difference_to_brain_ppb"} <= set(
        image["reference"]
    )
    assert told["mean_ppb"]["Description"] and image["warnings"] == []
    assert main(command) == 2  # both are there already
    (folder / "rois.json").write_text("{}")
    assert main([*command, "--overwrite"]) == 2
    assert "another file" in capsys.readouterr().err
