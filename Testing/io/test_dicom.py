"""DICOM series: values, order and positions of the slices, and series that make no volume."""

import numpy as np
import pytest
from make_images import save_dicom_series, save_nifti
from orientations import ORIENTATIONS, rotation
from places import snapshot

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.files import read_image

RNG = np.random.default_rng(1)
DATA = RNG.integers(-300, 300, (6, 5, 12)).astype(np.int16)
AFFINE = np.array([[-0.9, 0, 0, 40], [0, -0.8, 0, 50], [0, 0, 3.0, -20], [0, 0, 0, 1]])


def values_by_position(image, data, affine):
    """The value that ``image`` holds at each of the voxels of (data, affine)."""
    index = np.indices(data.shape).reshape(3, -1)
    world = affine @ np.vstack([index, np.ones(index.shape[1])])
    found = np.linalg.inv(image.affine) @ world
    np.testing.assert_allclose(found, np.rint(found), atol=1e-4)
    i, j, k = np.rint(found[:3]).astype(int)
    return image.data[i, j, k].reshape(data.shape)


@pytest.mark.parametrize("number", range(0, 48, 5))
def test_every_voxel_lies_where_its_slice_says(tmp_path, number):
    affine = np.eye(4)
    affine[:3, :3] = rotation((0.1, -0.2, 0.05)) @ np.diag([0.9, 0.8, 3.0]) @ ORIENTATIONS[number][:3, :3]
    affine[:3, 3] = 11.5, -30.25, 7.0
    save_dicom_series(tmp_path / "qsm", DATA, affine, slope=0.5)
    image = read_image(tmp_path / "qsm")
    assert image.kind == "dicom"
    np.testing.assert_allclose(values_by_position(image, DATA, affine), DATA * 0.5)


def test_tilted_stack_gives_a_sheared_affine(tmp_path):
    affine = AFFINE.copy()
    affine[1, 2] = 0.8  # each slice is shifted along its own plane, as with a tilted gantry
    save_dicom_series(tmp_path, DATA, affine)
    image = read_image(tmp_path)
    np.testing.assert_allclose(values_by_position(image, DATA, affine), DATA)
    np.testing.assert_allclose(image.grid.voxel_volume_mm3, 0.9 * 0.8 * 3.0, rtol=1e-6)


def test_one_file_stands_for_its_series(tmp_path):
    first = save_dicom_series(tmp_path, DATA, AFFINE, series="1")
    save_dicom_series(tmp_path, DATA[..., :11] + 1000, AFFINE, series="2")
    image = read_image(first[4])
    np.testing.assert_allclose(values_by_position(image, DATA, AFFINE), DATA)


def test_one_file_by_its_bare_name(tmp_path, monkeypatch):
    first = save_dicom_series(tmp_path, DATA, AFFINE)
    monkeypatch.chdir(tmp_path)
    assert read_image(first[0].name).shape == DATA.shape
    assert read_image(".").shape == DATA.shape


def test_several_series_are_named(tmp_path):
    save_dicom_series(tmp_path, DATA, AFFINE, series="1", description="QSM_a")
    save_dicom_series(tmp_path, DATA, AFFINE, series="2", description="mag_b")
    before = snapshot(tmp_path)
    with pytest.raises(InputError, match=r"2 DICOM series.*12 files") as caught:
        read_image(tmp_path)
    assert "QSM_a" in str(caught.value)
    assert "mag_b" in str(caught.value)
    assert "Secret" not in str(caught.value)
    assert snapshot(tmp_path) == before


def test_a_scout_does_not_hide_the_series(tmp_path):
    save_dicom_series(tmp_path, DATA, AFFINE, series="1")
    save_dicom_series(tmp_path, DATA[..., :3], AFFINE, series="2", description="localizer")
    assert read_image(tmp_path).shape == DATA.shape


def test_other_files_in_the_folder_do_not_matter(tmp_path):
    save_dicom_series(tmp_path, DATA, AFFINE)
    (tmp_path / "README.txt").write_text("notes")
    save_nifti(tmp_path / "converted.nii.gz", np.zeros((3, 3, 3), np.float32), AFFINE)
    assert read_image(tmp_path).shape == DATA.shape


def test_missing_slice(tmp_path):
    save_dicom_series(tmp_path, DATA, AFFINE, keep=[0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11])
    with pytest.raises(InputError, match=r"6.00 mm after slice 6, 3.00 mm elsewhere.*a slice is missing"):
        read_image(tmp_path)


def test_two_volumes_at_one_place(tmp_path):
    for names, offset in ((range(12), 0), (range(20, 32), 7)):
        save_dicom_series(tmp_path, DATA + offset, AFFINE, names=list(names))
    with pytest.raises(InputError, match="lie at the same place"):
        read_image(tmp_path)


def test_a_cut_file(tmp_path):
    victim = save_dicom_series(tmp_path, DATA, AFFINE)[5]
    victim.write_bytes(victim.read_bytes()[:-30])
    with pytest.raises(InputError):
        read_image(tmp_path)


def test_a_single_slice_is_2d(tmp_path):
    (only,) = save_dicom_series(tmp_path, DATA, AFFINE, keep=[3])
    with pytest.raises(InputError, match="2-D"):
        read_image(only)


def test_unit_from_the_header(tmp_path):
    save_dicom_series(tmp_path / "a", DATA, AFFINE, rescale_type="ppb")
    save_dicom_series(tmp_path / "b", DATA, AFFINE)
    assert read_image(tmp_path / "a").unit == "ppb"
    assert read_image(tmp_path / "b").unit is None


def test_nothing_personal_is_kept(tmp_path):
    save_dicom_series(tmp_path, DATA, AFFINE)
    assert "Secret" not in repr(read_image(tmp_path)).title()
