"""Reading and writing: values, geometry to the last bit, label schemes, and files that are whole or absent."""

import errno
import gzip
import json
import os
import subprocess
import sys

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st
from make_images import head, save_nifti
from orientations import ORIENTATIONS, rotation
from places import snapshot

from DGMSegmentationLib.errors import DGMError, InputError
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.io.files import (
    atomic_path,
    check_writable,
    read_image,
    sha256,
    stem,
    write_json,
    write_nifti,
    write_text,
)
from DGMSegmentationLib.io.labels import read_labels

GEOMETRY = ["pixdim", "qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d"]
GEOMETRY += ["qoffset_x", "qoffset_y", "qoffset_z", "srow_x", "srow_y", "srow_z", "xyzt_units"]
DATA = np.random.default_rng(0).normal(0, 50, (5, 6, 7)).astype(np.float32)
AFFINE = np.array([[0.9375, 0, 0, -120], [0, 0.9375, 0, -110], [0, 0, 3, -70], [0, 0, 0, 1]], float)


def geometry(path):
    header = nib.load(path).header
    return {name: np.asarray(header[name]).tobytes() for name in GEOMETRY if name != "pixdim"} | {
        "pixdim": np.asarray(header["pixdim"][:4]).tobytes()
    }


# --- NIfTI values


@pytest.mark.parametrize(
    "name", ["x.nii", "x.nii.gz", "gzipped_all_the_same.nii", "plain_all_the_same.nii.gz"]
)
def test_nifti_is_known_by_its_content(tmp_path, name):
    save_nifti(tmp_path / "plain.nii", DATA, AFFINE)
    raw = (tmp_path / "plain.nii").read_bytes()
    zipped = name in ("x.nii.gz", "gzipped_all_the_same.nii")
    (tmp_path / name).write_bytes(gzip.compress(raw) if zipped else raw)
    image = read_image(tmp_path / name)
    np.testing.assert_array_equal(image.data, DATA)
    assert image.kind == "nifti"
    assert image.path == tmp_path / name
    assert image.warnings == ()


def test_int16_with_scale_factors(tmp_path):
    image = nib.Nifti1Image(np.arange(210, dtype=np.int16).reshape(5, 6, 7), AFFINE)
    image.to_filename(tmp_path / "x.nii")
    raw = bytearray((tmp_path / "x.nii").read_bytes())
    raw[112:120] = np.array([0.25, -7.5], "<f4").tobytes()  # scl_slope, scl_inter (nifti1.h)
    (tmp_path / "x.nii").write_bytes(raw)
    got = read_image(tmp_path / "x.nii").data
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, np.arange(210).reshape(5, 6, 7) * 0.25 - 7.5)


def test_big_endian(tmp_path):
    header = nib.Nifti1Header(endianness=">")
    nib.Nifti1Image(DATA.astype(">f4"), AFFINE, header).to_filename(tmp_path / "x.nii")
    assert (tmp_path / "x.nii").read_bytes()[:4] == b"\0\0\x01\x5c"
    image = read_image(tmp_path / "x.nii")
    np.testing.assert_array_equal(image.data, DATA)
    assert image.data.dtype.isnative
    write_nifti(tmp_path / "y.nii.gz", np.uint8(image.data > 0), image.affine, like=image)
    assert geometry(tmp_path / "y.nii.gz") == {
        name: value
        if len(value) == 1
        else np.frombuffer(value, _kind(name, ">")).astype(_kind(name, "<")).tobytes()
        for name, value in geometry(tmp_path / "x.nii").items()
    }


def _kind(name, order):
    return order + ("i2" if name.endswith("_code") else "f4")


def test_float64_stays_float64(tmp_path):
    data = DATA.astype(np.float64) + 1e-12
    image = read_image(save_nifti(tmp_path / "x.nii.gz", data, AFFINE))
    assert image.data.dtype == np.float64
    np.testing.assert_array_equal(image.data, data)


@pytest.mark.parametrize("extra", [(1,), (1, 1)])
def test_one_frame_is_squeezed(tmp_path, extra):
    image = read_image(save_nifti(tmp_path / "x.nii.gz", DATA.reshape(*DATA.shape, *extra), AFFINE))
    np.testing.assert_array_equal(image.data, DATA)


def test_nan_and_infinity_stay(tmp_path):
    data = DATA.copy()
    data[0, 0, :3] = np.nan, np.inf, -np.inf
    np.testing.assert_array_equal(read_image(save_nifti(tmp_path / "x.nii", data, AFFINE)).data, data)


def test_nifti2_in_and_out(tmp_path):
    affine = AFFINE + 1e-9  # more digits than float32 holds: only NIfTI-2 keeps them
    affine[3] = 0, 0, 0, 1
    nib.Nifti2Image(DATA, affine).to_filename(tmp_path / "x.nii")
    image = read_image(tmp_path / "x.nii")
    np.testing.assert_array_equal(image.affine, affine)
    write_nifti(tmp_path / "y.nii.gz", np.uint8(DATA > 0), image.affine, like=image)
    assert isinstance(nib.load(tmp_path / "y.nii.gz"), nib.Nifti2Image)
    assert geometry(tmp_path / "x.nii") == geometry(tmp_path / "y.nii.gz")


def test_unit_comes_from_the_bids_sidecar(tmp_path):
    path = save_nifti(tmp_path / "sub-01_Chimap.nii.gz", DATA, AFFINE)
    assert read_image(path).unit is None
    (tmp_path / "sub-01_Chimap.json").write_text(json.dumps({"Units": "ppm"}))
    assert read_image(path).unit == "ppm"
    (tmp_path / "sub-01_Chimap.json").write_text("[not json")
    assert read_image(path).unit is None


# --- NIfTI geometry


@pytest.mark.parametrize("number", range(48))
def test_geometry_is_bit_exact_for_all_axis_orders(tmp_path, number):
    affine = np.eye(4)
    affine[:3, :3] = (
        rotation((0.11, -0.07, 0.21)) @ np.diag([0.9375, 0.7, 3.1]) @ ORIENTATIONS[number][:3, :3]
    )
    affine[:3, 3] = -91.3, 12.7, 45.1
    path = save_nifti(tmp_path / "x.nii.gz", DATA, affine)
    image = read_image(path)
    np.testing.assert_array_equal(image.affine, nib.load(path).affine)
    write_nifti(tmp_path / "y.nii.gz", np.uint8(image.data > 0), image.affine, like=image)
    np.testing.assert_array_equal(nib.load(tmp_path / "y.nii.gz").affine, nib.load(path).affine)
    assert geometry(path) == geometry(tmp_path / "y.nii.gz")


codes = st.sampled_from([0, 1, 2, 3, 4])
small = st.floats(-0.4, 0.4)


@given(
    orientation=st.sampled_from(ORIENTATIONS),
    angles=st.tuples(small, small, small),
    shears=st.tuples(small, small, small),
    size=st.tuples(*[st.floats(0.3, 4)] * 3),
    origin=st.tuples(*[st.floats(-200, 200)] * 3),
    sform=codes,
    qform=codes,
    gz=st.booleans(),
)
def test_any_header_survives_the_round_trip(
    tmp_path_factory, orientation, angles, shears, size, origin, sform, qform, gz
):
    """Oblique and sheared affines, with the sform, the qform, both or none in force."""
    folder = tmp_path_factory.mktemp("round")
    shear = np.eye(3)
    shear[0, 1], shear[0, 2], shear[1, 2] = shears
    affine = np.eye(4)
    affine[:3, :3] = rotation(angles) @ np.diag(size) @ shear @ orientation[:3, :3]
    affine[:3, 3] = origin
    source = nib.Nifti1Image(DATA, affine)
    source.set_sform(affine, code=sform)
    source.set_qform(affine, code=qform, strip_shears=True)
    source.to_filename(folder / "x.nii")
    image = read_image(folder / "x.nii")
    np.testing.assert_array_equal(image.affine, nib.load(folder / "x.nii").affine)
    target = folder / ("y.nii.gz" if gz else "y.nii")
    write_nifti(target, np.uint8(DATA > 0), image.affine, like=image)
    np.testing.assert_array_equal(nib.load(target).affine, image.affine)
    assert geometry(folder / "x.nii") == geometry(target)
    again = read_labels(target, scheme=None)
    np.testing.assert_array_equal(again.affine, image.affine)


def test_header_without_orientation_warns(tmp_path):
    image = nib.Nifti1Image(DATA, AFFINE)
    image.set_sform(None, code=0)
    image.set_qform(None, code=0)
    image.to_filename(tmp_path / "x.nii")
    (warning,) = read_image(tmp_path / "x.nii").warnings
    assert "left and right may be swapped" in str(warning)


def test_sform_and_qform_that_disagree_warn(tmp_path):
    image = nib.Nifti1Image(DATA, AFFINE)
    moved = AFFINE.copy()
    moved[0, 3] += 5
    image.set_sform(AFFINE, code=1)
    image.set_qform(moved, code=1)
    image.to_filename(tmp_path / "x.nii")
    read = read_image(tmp_path / "x.nii")
    np.testing.assert_array_equal(read.affine, AFFINE)
    assert any("disagree" in str(warning) for warning in read.warnings)


def test_nothing_personal_is_carried_over(tmp_path):
    image = nib.Nifti1Image(DATA, AFFINE)
    image.header["descrip"], image.header["db_name"] = b"Secret^Name", b"Secret"
    image.header["intent_name"], image.header["aux_file"] = b"Secret", b"Secret"
    image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"Secret^Name"))
    image.to_filename(tmp_path / "x.nii")
    read = read_image(tmp_path / "x.nii")
    write_nifti(tmp_path / "y.nii", np.uint8(DATA > 0), read.affine, like=read, description="labels")
    assert b"Secret" in (tmp_path / "x.nii").read_bytes()
    assert b"Secret" not in (tmp_path / "y.nii").read_bytes()


def test_writing_without_a_nifti_source(tmp_path):
    """As after NRRD or DICOM: the affine in float32, in the sform and, where it has no shear, in the qform too."""
    affine = np.eye(4)
    affine[:3, :3] = rotation((0.1, 0.2, 0.3)) @ np.diag([1.1, 0.9, 3.0])
    write_nifti(tmp_path / "x.nii.gz", DATA, affine, description="d" * 200, intent="label")
    image = nib.load(tmp_path / "x.nii.gz")
    np.testing.assert_array_equal(image.affine, affine.astype(np.float32))
    np.testing.assert_allclose(image.get_qform(), affine, atol=1e-4)
    assert (int(image.header["qform_code"]), int(image.header["sform_code"])) == (1, 1)
    assert image.header.get_intent()[0] == "label"
    affine[0, 1] += 0.4
    write_nifti(tmp_path / "sheared.nii.gz", DATA, affine)
    image = nib.load(tmp_path / "sheared.nii.gz")
    np.testing.assert_array_equal(image.affine, affine.astype(np.float32))
    assert int(image.header["qform_code"]) == 0


def test_a_changed_affine_is_not_overruled_by_the_source(tmp_path):
    image = read_image(save_nifti(tmp_path / "x.nii", DATA, AFFINE))
    moved = image.affine.copy()
    moved[2, 2] = 1.5
    write_nifti(tmp_path / "y.nii", DATA, moved, like=image)
    np.testing.assert_array_equal(nib.load(tmp_path / "y.nii").affine, moved)


def test_same_content_gives_the_same_bytes(tmp_path):
    for name in ("a.nii.gz", "b.nii.gz"):
        write_nifti(tmp_path / name, DATA > 0, AFFINE)
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()
    assert nib.load(tmp_path / "a.nii.gz").get_data_dtype() == np.uint8


# --- NRRD


@given(
    orientation=st.sampled_from(ORIENTATIONS),
    angles=st.tuples(small, small, small),
    origin=st.tuples(*[st.floats(-200, 200)] * 3),
)
def test_nrrd_positions(tmp_path_factory, orientation, angles, origin):
    """Every voxel lies where SimpleITK says, which counts in LPS."""
    path = tmp_path_factory.mktemp("nrrd") / "x.nrrd"
    image = sitk.GetImageFromArray(DATA.transpose(2, 1, 0))
    image.SetSpacing((0.5, 0.75, 3.0))
    image.SetDirection((rotation(angles) @ orientation[:3, :3]).ravel().tolist())
    image.SetOrigin(origin)
    sitk.WriteImage(image, str(path))
    read = read_image(path)
    assert read.kind == "nrrd"
    np.testing.assert_array_equal(read.data, DATA)
    for index in [(0, 0, 0), (4, 0, 0), (0, 5, 0), (0, 0, 6), (4, 5, 6)]:
        left, posterior, superior = image.TransformIndexToPhysicalPoint(index)
        np.testing.assert_allclose((read.affine @ [*index, 1])[:3], [-left, -posterior, superior], atol=1e-9)


def test_nhdr_with_raw_data_and_sheared_directions_in_ras(tmp_path):
    (tmp_path / "x.raw").write_bytes(np.asfortranarray(DATA).tobytes(order="F"))
    (tmp_path / "x.nhdr").write_text(
        "NRRD0004\ntype: float\ndimension: 3\nspace: right-anterior-superior\nsizes: 5 6 7\n"
        "space directions: (1,0,0) (0.25,2,0) (0,0.5,3)\nspace origin: (-10,20,30)\nkinds: domain domain domain\n"
        "endian: little\nencoding: raw\ndata file: x.raw\n"
    )
    read = read_image(tmp_path / "x.nhdr")
    np.testing.assert_array_equal(read.data, DATA)
    expected = np.array([[1, 0.25, 0, -10], [0, 2, 0.5, 20], [0, 0, 3, 30], [0, 0, 0, 1]])
    np.testing.assert_allclose(read.affine, expected, atol=1e-12)


def test_nrrd_without_a_space_warns(tmp_path):
    (tmp_path / "x.nrrd").write_bytes(
        b"NRRD0004\ntype: float\ndimension: 3\nsizes: 5 6 7\nendian: little\nencoding: raw\n\n"
        + DATA.tobytes(order="F")
    )
    assert any("left and right" in str(warning) for warning in read_image(tmp_path / "x.nrrd").warnings)


def save_segmentation(path, names):
    array = np.zeros((5, 6, 7), np.uint8)
    for value, _ in enumerate(names, start=1):
        array[value % 5, value % 6] = value
    image = sitk.GetImageFromArray(array.transpose(2, 1, 0))
    for index, name in enumerate(names):
        image.SetMetaData(f"Segment{index}_Name", name)
        image.SetMetaData(f"Segment{index}_LabelValue", str(index + 1))
    sitk.WriteImage(image, str(path))
    return array


def test_slicer_segmentation_goes_by_segment_names(tmp_path):
    array = save_segmentation(tmp_path / "x.seg.nrrd", ["CN_R", "RN_L"])
    labels = read_labels(tmp_path / "x.seg.nrrd").data
    np.testing.assert_array_equal(labels, np.array([0, 10, 1], np.uint8)[array])
    assert labels.dtype == np.uint8
    with pytest.raises(InputError, match="segmentation"):
        read_image(tmp_path / "x.seg.nrrd")


def test_slicer_segmentation_with_foreign_names_is_refused_with_the_list(tmp_path):
    save_segmentation(tmp_path / "x.seg.nrrd", ["one", "two"])
    with pytest.raises(InputError, match=r"no structure of ours \(one, two\); .*RN_L, RN_R"):
        read_labels(tmp_path / "x.seg.nrrd")


# --- labels


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_labels_of_any_type_that_are_whole_numbers(tmp_path, dtype):
    values = np.arange(210).reshape(5, 6, 7) % 11
    labels = read_labels(save_nifti(tmp_path / "x.nii.gz", values.astype(dtype), AFFINE))
    np.testing.assert_array_equal(labels.data, values)
    assert labels.data.dtype == np.uint8


def test_label_schemes(tmp_path):
    original = np.zeros((5, 6, 7), np.int16)
    original.flat[:11] = [0, *range(2, 12)]
    path = save_nifti(tmp_path / "x.nii.gz", original, AFFINE)
    expected = np.where(original > 0, original - 1, 0)
    np.testing.assert_array_equal(read_labels(path, "segdgm").data, expected)
    with pytest.raises(InputError, match="value 11"):
        read_labels(path, "dgm")
    np.testing.assert_array_equal(read_labels(path, scheme=None).data, original)
    np.testing.assert_array_equal(read_labels(path, {5: 9}).data, np.where(original == 5, 9, 0))
    with pytest.raises(InputError, match="value 2, 3"):
        read_labels(path, {5: 9}, unlisted="error")
    with pytest.raises(InputError, match="choose one of"):
        read_labels(path, "nonsense")


def test_freesurfer_numbers(tmp_path):
    aseg = np.zeros((5, 6, 7), np.int32)
    aseg.flat[:6] = 11, 50, 13, 2, 1035, 251  # caudate L and R, pallidum L; other structures are background
    path = save_nifti(tmp_path / "aseg.nii.gz", aseg, AFFINE)
    assert read_labels(path, "freesurfer").data.flat[:6].tolist() == [9, 10, 5, 0, 0, 0]
    aseg.flat[:3] = 0
    with pytest.raises(InputError, match="freesurfer"):
        read_labels(save_nifti(tmp_path / "none.nii.gz", aseg, AFFINE), "freesurfer")


def test_empty_label_map_is_all_background(tmp_path):
    assert not read_labels(save_nifti(tmp_path / "x.nii", np.zeros((5, 6, 7), np.uint8), AFFINE)).data.any()


def test_label_intent_is_no_image(tmp_path):
    write_nifti(tmp_path / "x_dseg.nii.gz", np.uint8(DATA > 0), AFFINE, intent="label")
    with pytest.raises(InputError, match="label map"):
        read_image(tmp_path / "x_dseg.nii.gz")
    assert read_labels(tmp_path / "x_dseg.nii.gz", structure="PU_L").data.max() == 7


# --- whole or not at all


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), SystemExit(1)])
def test_a_failure_while_writing_changes_nothing(tmp_path, error):
    (tmp_path / "old.txt").write_text("old")
    before = snapshot(tmp_path)
    with pytest.raises(type(error)), atomic_path(tmp_path / "old.txt") as temporary:
        temporary.write_text("half")
        raise error
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOSPC, DGMError), (errno.EACCES, InputError), (errno.EROFS, InputError)]
)
def test_operating_system_errors_become_sentences(tmp_path, number, kind):
    with pytest.raises(DGMError) as caught, atomic_path(tmp_path / "x.nii.gz") as temporary:
        temporary.write_text("half")
        raise OSError(number, os.strerror(number))
    assert type(caught.value) is kind
    assert "x.nii.gz" in str(caught.value)
    assert snapshot(tmp_path) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="needs the POSIX limit on file sizes")
def test_a_file_that_does_not_fit_leaves_nothing(tmp_path):
    code = (
        "import resource, numpy as np; resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "from DGMSegmentationLib.io.files import write_nifti\n"
        "from DGMSegmentationLib.errors import DGMError\n"
        "try: write_nifti('big.nii', np.zeros((20, 20, 20)), np.eye(4))\n"
        "except DGMError as error: print(error)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert run.stdout.startswith("big.nii cannot be written"), run.stderr
    assert snapshot(tmp_path) == {}


def test_outputs_get_ordinary_permissions(tmp_path):
    write_text(tmp_path / "a.txt", "x")
    (tmp_path / "b.txt").write_text("x")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode


def test_check_writable(tmp_path):
    (tmp_path / "x.tsv").write_text("old")
    check_writable([tmp_path / "new" / "deep" / "y.tsv"])
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="overwrite=True"):
        check_writable([tmp_path / "y.tsv", tmp_path / "x.tsv"])
    check_writable([tmp_path / "x.tsv"], overwrite=True)
    with pytest.raises(InputError, match="is a folder"):
        check_writable([tmp_path], overwrite=True)
    with pytest.raises(InputError, match="is a file"):
        check_writable([tmp_path / "x.tsv" / "y.tsv"])
    with pytest.raises(InputError):
        write_text(tmp_path / "x.tsv" / "y.tsv", "new")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="permission"):
            check_writable([tmp_path / "x.tsv"])
    finally:
        tmp_path.chmod(0o700)


def test_json_has_no_nan_and_takes_numpy(tmp_path):
    value = {
        "a": np.float32(1.5),
        "b": [np.nan, np.int64(3)],
        "c": np.arange(2),
        "d": tmp_path,
        1: np.bool_(True),
    }
    write_json(tmp_path / "x.json", value)
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"a": 1.5, "b": [None, 3], "c": [0, 1], "d": str(tmp_path), "1": True}
    assert text.endswith("}\n")


# --- names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sub-01_Chimap.nii.gz", "sub-01_Chimap"),
        ("a.b.nii", "a.b"),
        ("X.NII.GZ", "X"),
        ("q.nrrd", "q"),
        ("q.nhdr", "q"),
        ("q.seg.nrrd", "q"),
    ],
)
def test_stem(name, expected):
    assert stem(name) == expected


def test_stem_of_dicom(tmp_path):
    folder = tmp_path / "QSM_series"
    folder.mkdir()
    (folder / "IM0001").write_bytes(b"x")
    assert stem(folder) == "QSM_series"
    assert stem(folder / "IM0001") == "QSM_series"


def test_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")  # the example of FIPS 180-4
    assert sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    before = sha256(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert sha256(tmp_path) != before


# --- real data


def test_real_volumes_read_as_nibabel_reads_them(qsm_files, tmp_path):
    for path in qsm_files[::7]:
        image, reference = read_image(path), nib.load(path)
        np.testing.assert_array_equal(image.data, np.asanyarray(reference.dataobj))
        np.testing.assert_array_equal(image.affine, reference.affine)
        write_nifti(tmp_path / "y.nii.gz", np.uint8(image.data != 0), image.affine, like=image)
        assert geometry(path) == geometry(tmp_path / "y.nii.gz")


def test_head_fixture_is_an_image(tmp_path):
    chi, labels, affine = head()
    image = Image(chi, affine)
    assert image.shape == labels.shape
    assert set(np.unique(labels)) == set(range(11))


def test_what_is_written_can_be_read_by_others(tmp_path):
    """Model files are written by a library that makes them readable for their owner only."""
    path = tmp_path / "a.bin"
    with atomic_path(path) as temporary:
        temporary.write_bytes(b"x")
        temporary.chmod(0o600)
    assert path.stat().st_mode & 0o777 == 0o666 & ~_mask_of(tmp_path)


def _mask_of(folder):
    plain = folder / "plain"
    plain.write_bytes(b"")
    return 0o666 & ~(plain.stat().st_mode & 0o777)


def test_a_link_keeps_its_own_name(tmp_path):
    """A pseudonym's link: its target's name may tell who was examined."""
    target = tmp_path / "Doe_Jane"
    target.mkdir()
    (target / "IM0001").write_bytes(b"x")
    link = tmp_path / "P017"
    link.symlink_to(target)
    assert stem(link) == "P017" and stem(link / "IM0001") == "P017"
    image = tmp_path / "P017_Chimap.nii.gz"
    image.symlink_to(target / "IM0001")
    assert stem(image) == "P017_Chimap"


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
ANNEX = "../.git/annex/objects/zK/7f/SHA256E-s9--0.nii.gz/SHA256E-s9--0.nii.gz"


@pytest.mark.parametrize("name", ["x_Chimap.nii.gz", "x.nrrd", "IM0001", "x.dcm"])
def test_content_that_was_not_fetched_is_said(tmp_path, name):
    for make, remedy in (
        (lambda path: path.write_bytes(LFS), "git lfs pull"),
        (lambda path: path.symlink_to(ANNEX), "datalad get"),
        (lambda path: path.write_text("/annex/objects/SHA256E-s9--0.nii.gz\n"), "datalad get"),
        (lambda path: path.symlink_to("moved/away.nii"), "link to moved/away.nii"),
    ):
        path = tmp_path / name
        make(path)
        for read in (read_image, read_labels):
            with pytest.raises(InputError, match=remedy):
                read(path)
        with pytest.raises(InputError, match=remedy):
            read_image(tmp_path)  # a folder of such files, as of a DICOM series
        path.unlink()


def test_tables_and_models_that_were_not_fetched_are_said(tmp_path):
    from DGMSegmentationLib.io.tables import read_table
    from DGMSegmentationLib.models.model import find_model, read_header

    for name, read in (("t.tsv", read_table), ("m.safetensors", read_header), ("m.safetensors", find_model)):
        path = tmp_path / name
        path.symlink_to(ANNEX)
        with pytest.raises(InputError, match="datalad get"):
            read(path)
        path.unlink()


def test_the_voxel_size_of_a_written_file_is_that_of_its_affine(tmp_path):
    """Of an image whose pixdim is half of its sform's: some programs read the one, some the other."""
    affine = np.diag([-1.0, 1.0, 3.0, 1.0])
    affine[:3, 3] = 20, -30, 5
    source = nib.Nifti1Image(np.zeros((4, 5, 6), np.float32), affine)
    source.header["pixdim"][1:4] = 0.5, 0.5, 1.5
    nib.save(source, tmp_path / "source.nii.gz")
    assert nib.load(tmp_path / "source.nii.gz").header.get_zooms() == (0.5, 0.5, 1.5)
    image = read_image(tmp_path / "source.nii.gz")
    np.testing.assert_array_equal(image.affine, affine)
    write_nifti(tmp_path / "out.nii.gz", np.ones((4, 5, 6), np.uint8), image.affine, like=image)
    written = nib.load(tmp_path / "out.nii.gz")
    assert written.header.get_zooms() == (1.0, 1.0, 3.0)
    for found in (written.affine, written.get_sform(), written.get_qform()):
        np.testing.assert_allclose(found, affine, atol=1e-4)
