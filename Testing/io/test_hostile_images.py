"""Files that lie about their size, never end, or hold what a decoder cannot stand: one sentence each, and soon."""

import bz2
import gzip
import os
import socket

import nibabel as nib
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from make_images import head, save_dicom_series, save_nifti
from pydicom.filewriter import dcmwrite

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.limits import MAX_VOXELS, VARIABLE
from DGMSegmentationLib.io.nrrd_file import read_nrrd_file

CHI, _LABELS, AFFINE = head()
SMALL = np.ascontiguousarray(CHI[20:30, 20:32, 20:34])
VOXELS = np.arange(24, dtype="<i2").reshape(2, 3, 4, order="F")
NRRD = (
    *("type: short", "dimension: 3", "sizes: 2 3 4", "endian: little", "space: RAS"),
    *("space directions: (1,0,0) (0,2,0) (0,0,3)", "space origin: (4,5,6)"),
)


def nrrd(path, voxels, *more, without=()):
    """A file of VOXELS with further header lines; ``without``: beginnings of lines to leave out."""
    lines = [line for line in NRRD if not line.startswith(tuple(without))] if without else list(NRRD)
    path.write_bytes(("\n".join(["NRRD0004", *lines, *more]) + "\n\n").encode() + voxels)
    return path


def refused(path, code=None):
    with pytest.raises(InputError) as caught:
        read_image(path)
    assert code is None or caught.value.code == code
    assert "\n" not in str(caught.value)
    return str(caught.value)


TEXT = " ".join(map(str, VOXELS.ravel(order="F"))).encode()


@pytest.mark.parametrize(
    "encoding, packed",
    [
        ("raw", VOXELS.tobytes(order="F")),
        ("gzip", gzip.compress(VOXELS.tobytes(order="F"))),
        ("bzip2", bz2.compress(VOXELS.tobytes(order="F"))),
        ("ascii", TEXT),
        ("text", TEXT.replace(b" ", b"\n")),
    ],
    ids=["raw", "gzip", "bzip2", "ascii", "text"],  # bytes packed by gzip hold the time: no name for a test
)
def test_every_encoding_of_nrrd(tmp_path, encoding, packed):
    image = read_image(nrrd(tmp_path / "x.nrrd", packed, f"encoding: {encoding}"))
    np.testing.assert_array_equal(image.data, VOXELS)
    np.testing.assert_array_equal(image.affine, [[1, 0, 0, 4], [0, 2, 0, 5], [0, 0, 3, 6], [0, 0, 0, 1]])


@pytest.mark.parametrize("header", ["x.nhdr", "x.nrrd"])
@pytest.mark.parametrize(
    "told", ["data file: a.raw", "data file: LIST\na.raw\nb.raw", "datafile: s%02d.raw 1 2 1"]
)
def test_nrrd_with_its_voxels_in_files_of_their_own(tmp_path, header, told):
    raw = VOXELS.tobytes(order="F")
    (tmp_path / "a.raw").write_bytes(raw if "LIST" not in told else raw[:24])
    (tmp_path / "b.raw").write_bytes(raw[24:])
    (tmp_path / "s01.raw").write_bytes(raw[:24])
    (tmp_path / "s02.raw").write_bytes(raw[24:])
    image = read_image(nrrd(tmp_path / header, b"", "encoding: raw", told))
    np.testing.assert_array_equal(image.data, VOXELS)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize(
    "dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]
)
def test_nrrd_as_itk_writes_and_reads_it(tmp_path, dtype, compressed):
    rng = np.random.default_rng(4)
    image = sitk.GetImageFromArray((40 * rng.normal(size=(5, 6, 7))).astype(dtype))
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    image.SetDirection((turn * np.linalg.det(turn)).ravel())
    image.SetSpacing((0.5, 0.7, 2.0))
    image.SetOrigin((1.5, -20, 7))
    sitk.WriteImage(image, str(tmp_path / "x.nrrd"), compressed)
    read = sitk.ReadImage(str(tmp_path / "x.nrrd"))
    affine = np.eye(4)
    affine[:3, :3] = np.array(read.GetDirection()).reshape(3, 3) * np.array(read.GetSpacing())
    affine[:3, 3] = read.GetOrigin()
    ours = read_nrrd_file(tmp_path / "x.nrrd")
    assert ours.array.dtype.newbyteorder("=") == np.dtype(dtype)
    np.testing.assert_array_equal(ours.array.transpose(2, 1, 0), sitk.GetArrayFromImage(read))
    np.testing.assert_allclose(ours.affine, np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine, atol=1e-9)


def test_voxels_that_are_said_to_be_text_and_are_not(tmp_path):
    """ITK's reader ends the process here (0.1: the whole browser app)."""
    noise = np.random.default_rng(0).integers(0, 256, 4000, np.uint8).tobytes()
    for voxels in (noise, VOXELS.tobytes(order="F"), TEXT.replace(b"7", b"x"), b"\0" * 48):
        refused(nrrd(tmp_path / "x.nrrd", voxels, "encoding: ascii"))
    assert "ends too early" in refused(nrrd(tmp_path / "x.nrrd", TEXT[:-9], "encoding: ascii"))
    for large in (b"70000", b"2.5", b"nan"):  # 16 bits would make 4464, 2 and anything of them
        assert "cannot hold" in refused(
            nrrd(tmp_path / "x.nrrd", TEXT.replace(b"7", large, 1), "encoding: ascii")
        )


@pytest.mark.parametrize(
    ("space", "placed"),
    [("left-posterior-superior-time", True), ("scanner-xyz", False), ("3D-right-handed", False)],
)
def test_spaces_that_do_not_tell_left_from_right_are_said(tmp_path, space, placed):
    path = nrrd(tmp_path / "x.nrrd", TEXT, f"space: {space}", "encoding: ascii", without=("space: ",))
    image = read_image(path)
    assert image.placed is placed and bool(image.warnings) is not placed


@pytest.mark.parametrize(
    "lines, without",
    [
        (["sizes: 2 3 4000000000"], ["sizes"]),
        (["sizes: 100000 100000 100000"], ["sizes"]),
        (["sizes: 2 3 -4"], ["sizes"]),
        (["sizes: 2 3 0"], ["sizes"]),
        (["sizes: 2 3"], ["sizes"]),
        (["sizes: 2 3 4e0"], ["sizes"]),
        (["sizes: 2 3 5"], ["sizes"]),
        (["dimension: 2000000000"], ["dimension"]),
        (["dimension: three"], ["dimension"]),
        (["type: block"], ["type"]),
        (["type: \0"], ["type"]),
        (["endian: middle"], ["endian"]),
        (["encoding: hex"], ["encoding"]),
        (["encoding: gzip"], ["encoding"]),
        (["encoding: bzip2"], ["encoding"]),
        (["line skip: 999999999999"], []),
        (["byte skip: 999999999999"], []),
        (["byte skip: -7"], []),
        (["space directions: (1,0,0) (0,2,0)"], ["space directions"]),
        (["space directions: (1,0) (0,2) (0,0)"], ["space directions"]),
        (["space directions: (1,0,0) (0,2,0) (0,x,3)"], ["space directions"]),
        (["space directions: (1,0,0) (0,2,0) (nan,0,3)"], ["space directions"]),
        (["space directions: (1,0,0) (2,0,0) (0,0,3)"], ["space directions"]),
        (["space directions: none none none"], ["space directions"]),
        (["kinds: domain domain"], []),
        (["data file: /etc/passwd"], []),
        (["data file: ../../../etc/passwd"], []),
        (["data file: nowhere.raw"], []),
        (["data file: LIST"], []),
        (["data file: %9999999d.raw 1 2 1"], []),
        (["data file: x%d.raw 1 999999999999 1"], []),
        (["data file: fifo"], []),
        (["no field at all"], []),
    ],
)
def test_nrrd_headers_that_no_file_should_have(tmp_path, lines, without):
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "fifo")
    more = lines if any(line.startswith("encoding") for line in lines) else [*lines, "encoding: raw"]
    refused(nrrd(tmp_path / "x.nrrd", VOXELS.tobytes(order="F"), *more, without=without or ("-",)))


def test_a_small_file_that_unpacks_to_gigabytes(tmp_path):
    """Refused by its header, or when much more follows than the header told: never unpacked whole."""
    zeros = bytes(1 << 20)
    huge = nib.Nifti1Header()
    huge.set_data_dtype(np.float32)
    huge.set_data_shape((1024, 1024, 1024))
    huge["vox_offset"], huge["magic"] = 352, b"n+1"
    small = save_nifti(tmp_path / "small.nii", SMALL, AFFINE).read_bytes()
    with gzip.open(tmp_path / "huge.nii.gz", "wb") as file:
        file.write(huge.binaryblock + bytes(4) + zeros)
    with gzip.open(tmp_path / "longer.nii.gz", "wb") as file:
        file.write(small)
        for _ in range(40):
            file.write(zeros)
    assert "1024 x 1024 x 1024" in refused(tmp_path / "huge.nii.gz", "image_beyond_limit")
    refused(tmp_path / "longer.nii.gz", "image_longer_than_said")
    longer = gzip.compress(VOXELS.tobytes(order="F") + 40 * zeros)
    refused(nrrd(tmp_path / "longer.nrrd", longer, "encoding: gzip"), "image_longer_than_said")


def test_the_limit_is_the_users(tmp_path, monkeypatch):
    path = save_nifti(tmp_path / "x.nii.gz", SMALL, AFFINE)
    assert SMALL.size < MAX_VOXELS
    monkeypatch.setenv(VARIABLE, str(SMALL.size - 1))
    assert VARIABLE in refused(path, "image_beyond_limit")
    monkeypatch.setenv(VARIABLE, str(SMALL.size))
    assert read_image(path).shape == SMALL.shape
    monkeypatch.setenv(VARIABLE, "as many as there are")
    assert read_image(path).shape == SMALL.shape


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_no_file_is_not_opened(tmp_path, kind):
    path = tmp_path / "x.nii.gz"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
    refused(path, "file_special")


def test_a_pipe_among_dicom_files_is_left_alone(tmp_path):
    save_dicom_series(tmp_path, np.zeros((5, 4, 6), np.int16), AFFINE)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
    assert read_image(tmp_path).shape == (5, 4, 6)


def test_nifti_whose_header_does_not_say_where_the_voxels_begin(tmp_path):
    """Some programs write vox_offset 0; 0.1 read the header as voxels, and all others 88 places further on."""
    path = save_nifti(tmp_path / "x.nii", SMALL, AFFINE)
    raw = bytearray(path.read_bytes())
    raw[108:112] = np.float32(0).tobytes()
    for name, content in (("y.nii", bytes(raw)), ("y.nii.gz", gzip.compress(bytes(raw)))):
        (tmp_path / name).write_bytes(content)
        np.testing.assert_array_equal(read_image(tmp_path / name).data, SMALL)


@pytest.mark.parametrize("offset", [np.nan, np.inf, -352.0, 1e30])
def test_nifti_whose_voxels_begin_nowhere(tmp_path, offset):
    path = save_nifti(tmp_path / "x.nii", SMALL, AFFINE)
    raw = bytearray(path.read_bytes())
    raw[108:112] = np.float32(offset).tobytes()
    path.write_bytes(bytes(raw))
    refused(path)


# DICOM

SLICES = np.random.default_rng(1).integers(-300, 300, (6, 5, 12)).astype(np.int16)


def changed(path, **values):
    ds = pydicom.dcmread(path)
    for name, value in values.items():
        setattr(ds, name, value)
    ds.save_as(path)


@pytest.mark.parametrize("number", [0, 5, 11])
@pytest.mark.parametrize("keep", [0.5, 0.0, 2.0])
def test_pixels_that_are_not_as_many_as_rows_and_columns(tmp_path, number, keep):
    """GDCM hands out whatever lies in memory for what is missing."""
    path = save_dicom_series(tmp_path, SLICES, AFFINE, names=range(12))[number]
    pixels = pydicom.dcmread(path).PixelData
    changed(path, PixelData=(2 * pixels)[: int(len(pixels) * keep)])
    refused(tmp_path, "dicom_pixels_length" if keep else "dicom_no_pixels")


@pytest.mark.parametrize(
    "values",
    [
        {"Rows": 60000, "Columns": 60000},
        {"Rows": 0},
        {"NumberOfFrames": 2000000000},
        {"NumberOfFrames": 2},
        {"SamplesPerPixel": 3},
        {"BitsAllocated": 12},
        {"BitsAllocated": 0},
        {"BitsStored": 17},
        {"HighBit": 40},
        {"BitsAllocated": 32},
    ],
)
def test_dicom_headers_that_do_not_fit_their_voxels(tmp_path, values):
    for path in save_dicom_series(tmp_path, SLICES, AFFINE, names=range(12)):
        changed(path, **values)
    refused(tmp_path)


@pytest.mark.parametrize("length", [140, 400, 700])
def test_a_cut_last_slice_is_said(tmp_path, length):
    """What is left of it may not even tell its series: the slices that are whole make a volume that is too short."""
    path = save_dicom_series(tmp_path, SLICES, AFFINE, names=range(12))[-1]
    path.write_bytes(path.read_bytes()[:length])
    said = []
    try:
        said += read_image(tmp_path).warnings
        codes = ["dicom_left_out"]
    except InputError as error:
        said.append(error)
        codes = ["dicom_file_unreadable", "dicom_no_pixels", "dicom_pixels_length", "dicom_no_place"]
    assert len(said) == 1 and said[0].code in codes and path.name in str(said[0])


def test_bits_that_nobody_stored_are_no_values(tmp_path):
    """Overlays stood once in the bits above the highest stored one."""
    positive = np.abs(SLICES)
    for path in save_dicom_series(tmp_path / "a", positive | np.int16(0x4000), AFFINE, names=range(12)):
        changed(path, BitsStored=12, HighBit=11, PixelRepresentation=0)
    save_dicom_series(tmp_path / "b", positive, AFFINE, names=range(12))
    np.testing.assert_array_equal(read_image(tmp_path / "a").data, read_image(tmp_path / "b").data)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2"])
def test_other_ways_to_write_the_same_voxels(tmp_path, syntax):
    for path in save_dicom_series(tmp_path / "a", SLICES, AFFINE, names=range(12), slope=0.5):
        ds = pydicom.dcmread(path)
        ds.file_meta.TransferSyntaxUID = syntax
        if syntax.endswith(".2.2"):
            ds.PixelData = np.frombuffer(ds.PixelData, "<i2").astype(">i2").tobytes()
        big, implicit = syntax.endswith("1.2.2"), syntax.endswith("1008.1.2")
        dcmwrite(path, ds, little_endian=not big, implicit_vr=implicit, force_encoding=True)
    save_dicom_series(tmp_path / "b", SLICES, AFFINE, names=range(12), slope=0.5)
    np.testing.assert_array_equal(read_image(tmp_path / "a").data, read_image(tmp_path / "b").data)


@pytest.mark.parametrize("syntax", ["RLELossless", "JPEGLSLossless"])
def test_compressed_dicom_is_read_and_damaged_one_refused(tmp_path, syntax):
    """The decoder works in a process of its own; with noise for voxels it may crash there."""
    if syntax.startswith("JPEGLS"):
        pytest.importorskip("jpeg_ls")
    voxels = np.random.default_rng(1).integers(-300, 300, (32, 24, 3)).astype(np.int16)
    paths = save_dicom_series(tmp_path / "a", voxels, AFFINE, names=range(3), slope=0.5)
    for path in paths:
        ds = pydicom.dcmread(path)
        ds.compress(getattr(pydicom.uid, syntax), generate_instance_uid=False)
        ds.save_as(path)
    save_dicom_series(tmp_path / "b", voxels, AFFINE, names=range(3), slope=0.5)
    np.testing.assert_array_equal(read_image(tmp_path / "a").data, read_image(tmp_path / "b").data)
    ds = pydicom.dcmread(paths[1])
    raw = bytes(ds.PixelData)
    noise = np.random.default_rng(0).bytes(len(raw))
    for damaged in (raw[:24] + noise[24:-8] + raw[-8:], raw[: len(raw) // 2], raw[:16] + bytes(16)):
        ds.PixelData = damaged
        ds["PixelData"].is_undefined_length = True
        ds.save_as(paths[1])
        refused(tmp_path / "a")
