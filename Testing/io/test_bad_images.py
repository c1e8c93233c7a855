"""Every bad input that has to do with reading: InputError, one plain sentence, and nothing written or changed."""

import gzip
import os
import re
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from make_images import head, save_dicom_series, save_nifti
from models_for_tests import PHANTOM_MODEL
from places import snapshot

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.files import check_writable, read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.preprocessing.mask import brain_mask, check_head_size
from DGMSegmentationLib.preprocessing.units import decide_units

CHI, LABELS, AFFINE = head()
SMALL = CHI[20:30, 20:32, 20:34]


def usable_qsm(path: Path) -> None:
    """What every command does with a QSM before it computes anything."""
    image = read_image(path)
    mask = brain_mask(image.data)
    decide_units(image.data, mask, hint=image.unit)
    check_head_size(mask, image.spacing, image.grid.axis_codes)


def gz(folder: Path, change) -> Path:
    path = save_nifti(folder / "qsm.nii.gz", SMALL, AFFINE)
    path.write_bytes(change(path.read_bytes()))
    return path


def plain(folder: Path, change, name="qsm.nii") -> Path:
    path = save_nifti(folder / name, SMALL, AFFINE)
    path.write_bytes(bytes(change(bytearray(path.read_bytes()))))
    return path


def patched(offset: int, dtype: str, *values):
    def change(raw: bytearray) -> bytearray:
        block = np.array(values, dtype).tobytes()
        raw[offset : offset + len(block)] = block
        return raw

    return change


def array(folder: Path, data, affine=AFFINE, name="qsm.nii.gz") -> Path:
    return save_nifti(folder / name, data, affine)


def text(folder: Path, name: str, content: str = "subject,mean\n1,2\n" * 60) -> Path:
    (folder / name).write_text(content)
    return folder / name


def rgb(folder: Path) -> Path:
    data = np.zeros(SMALL.shape, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nib.Nifti1Image(data, AFFINE).to_filename(folder / "qsm.nii.gz")
    return folder / "qsm.nii.gz"


def nrrd(folder: Path, data, cut: int = 0) -> Path:
    image = sitk.GetImageFromArray(data)
    sitk.WriteImage(image, str(folder / "qsm.nrrd"))
    if cut:
        (folder / "qsm.nrrd").write_bytes((folder / "qsm.nrrd").read_bytes()[:-cut])
    return folder / "qsm.nrrd"


def detached_header_alone(folder: Path) -> Path:
    return text(
        folder,
        "qsm.nhdr",
        "NRRD0004\ntype: float\ndimension: 3\nsizes: 4 4 4\nencoding: raw\ndata file: no.raw\n",
    )


def empty_folder(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def folder_with_nifti(folder: Path) -> Path:
    array(folder, CHI)
    return folder


def wrong_spacing(folder: Path) -> Path:
    return array(folder, CHI, np.diag([1.0, 1.0, 1.0, 1.0]))


BAD = {
    "missing": lambda f: f / "nowhere.nii.gz",
    "missing folder": lambda f: f / "nowhere" / "qsm.nii.gz",
    "empty folder": empty_folder,
    "folder without DICOM": folder_with_nifti,
    "empty .nii.gz": lambda f: gz(f, lambda raw: b""),
    "empty .nii": lambda f: plain(f, lambda raw: b""),
    "empty gzip stream": lambda f: gz(f, lambda raw: gzip.compress(b"")),
    ".nii.gz cut in half": lambda f: gz(f, lambda raw: raw[: len(raw) // 2]),
    ".nii.gz without its last 4 bytes": lambda f: gz(f, lambda raw: raw[:-4]),
    ".nii.gz with a flipped bit": lambda f: gz(f, lambda raw: raw[:-8] + bytes([raw[-8] ^ 1]) + raw[-7:]),
    ".nii.gz of 5 bytes": lambda f: gz(f, lambda raw: raw[:5]),
    "gzipped cut .nii": lambda f: gz(f, lambda raw: gzip.compress(gzip.decompress(raw)[:-100])),
    "cut .nii": lambda f: plain(f, lambda raw: raw[:-100]),
    "cut header": lambda f: plain(f, lambda raw: raw[:200]),
    "text as .nii": lambda f: text(f, "qsm.nii"),
    "text as .nii.gz": lambda f: text(f, "qsm.nii.gz"),
    "text as .nrrd": lambda f: text(f, "qsm.nrrd"),
    "text as .dcm": lambda f: text(f, "qsm.dcm"),
    "a table": lambda f: text(f, "qsm.csv"),
    "gzipped text": lambda f: gz(f, lambda raw: gzip.compress(b"hello " * 200)),
    "several frames": lambda f: array(f, np.stack([SMALL, SMALL], axis=3)),
    "vectors": lambda f: array(f, np.stack([SMALL] * 3, axis=3)[:, :, :, None]),
    "2-D": lambda f: array(f, SMALL[:, :, 0]),
    "a single slice": lambda f: array(f, SMALL[:, :, :1]),
    "1-D": lambda f: array(f, SMALL[:, 0, 0]),
    "zero-sized": lambda f: array(f, SMALL[:, :, :0]),
    "dimensions of zero": lambda f: plain(f, patched(40, "<i2", 3, 0, 0, 0)),
    "negative dimensions": lambda f: plain(f, patched(40, "<i2", 3, -5, 4, 4)),
    "gigantic dimensions": lambda f: plain(f, patched(40, "<i2", 3, 32767, 32767, 32767)),
    "unknown data type": lambda f: plain(f, patched(70, "<i2", 4321)),
    "affine of zeros": lambda f: plain(f, patched(280, "<f4", *[0.0] * 12)),
    "affine of NaN": lambda f: plain(f, patched(280, "<f4", *[np.nan] * 12)),
    "colours": rgb,
    "complex": lambda f: array(f, SMALL.astype(np.complex64)),
    "all zeros": lambda f: array(f, np.zeros_like(CHI)),
    "all NaN": lambda f: array(f, np.full_like(CHI, np.nan)),
    "all background sentinel": lambda f: array(f, np.full_like(CHI, -32768)),
    "phase 12 bit": lambda f: array(
        f, np.random.default_rng(0).integers(-4096, 4097, CHI.shape).astype(np.int16)
    ),
    "phase in radians": lambda f: array(f, np.random.default_rng(0).uniform(-np.pi, np.pi, CHI.shape)),
    "unknown units": lambda f: array(f, CHI * 100),
    "label map": lambda f: array(f, LABELS),
    "label map as float": lambda f: array(f, LABELS.astype(np.float32)),
    "brain mask": lambda f: array(f, np.uint8(CHI != 0)),
    "spacing of no human brain": wrong_spacing,
    "cut .nrrd": lambda f: nrrd(f, SMALL, cut=300),
    ".nrrd of vectors": lambda f: nrrd(f, np.stack([SMALL] * 2)),
    "2-D .nrrd": lambda f: nrrd(f, SMALL[0]),
    "complex .nrrd": lambda f: nrrd(f, SMALL.astype(np.complex64)),
    ".nhdr without its data": detached_header_alone,
    "one DICOM slice": lambda f: save_dicom_series(f, np.zeros((4, 4, 1), np.int16), AFFINE)[0],
    "cut DICOM": lambda f: cut_dicom(f),
    "voxels before the header's end": lambda f: plain(f, patched(108, "<f4", -1.0)),
    "voxels that begin nowhere": lambda f: plain(f, patched(108, "<f4", np.nan)),
    "voxels far beyond the end": lambda f: plain(f, patched(108, "<f4", 1e30)),
    ".nii.gz that unpacks to far more": lambda f: gz(
        f, lambda raw: gzip.compress(gzip.decompress(raw) + bytes(20_000_000))
    ),
    "more voxels than any head": lambda f: plain(f, patched(40, "<i2", 3, 2000, 2000, 2000)),
    "a pipe": lambda f: pipe(f),
    ".nrrd of binary voxels said to be text": lambda f: nrrd_of(f, "encoding: ascii"),
    ".nrrd with an encoding that nobody knows": lambda f: nrrd_of(f, "encoding: lzma"),
    ".nrrd with gigantic sizes": lambda f: nrrd_of(f, "encoding: raw", sizes="90000 90000 90000"),
    ".nrrd with negative sizes": lambda f: nrrd_of(f, "encoding: raw", sizes="4 4 -4"),
    ".nrrd larger than its voxels": lambda f: nrrd_of(f, "encoding: raw", sizes="4 4 5"),
    ".nrrd with its voxels in /etc/passwd": lambda f: nrrd_of(f, "encoding: raw\ndata file: /etc/passwd"),
    ".nrrd without encoding": lambda f: nrrd_of(f, "content: x"),
    ".nrrd without directions": lambda f: nrrd_of(f, "encoding: raw\nspace directions: none none none"),
    "DICOM with half of its voxels": lambda f: dicom_with(
        f, lambda ds: setattr(ds, "PixelData", ds.PixelData[:64])
    ),
    "DICOM without voxels": lambda f: dicom_with(f, lambda ds: delattr(ds, "PixelData")),
    "DICOM in colours": lambda f: dicom_with(f, lambda ds: setattr(ds, "SamplesPerPixel", 3)),
    "DICOM with 12 bits": lambda f: dicom_with(f, lambda ds: setattr(ds, "BitsAllocated", 12)),
    "DICOM without places": lambda f: dicom_with(f, lambda ds: delattr(ds, "ImagePositionPatient")),
    "DICOM larger than any head": lambda f: dicom_with(f, lambda ds: setattr(ds, "Rows", 65000)),
    "a Git LFS pointer": lambda f: text(
        f, "qsm.nii.gz", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"
    ),
}


def test_the_table_is_long():
    assert len(BAD) + len(BAD_LABELS) >= 75


def pipe(folder: Path) -> Path:
    if not hasattr(os, "mkfifo"):
        pytest.skip("pipes with names are POSIX's")
    os.mkfifo(folder / "qsm.nii.gz")
    return folder / "qsm.nii.gz"


def nrrd_of(folder: Path, more: str, sizes: str = "4 4 4") -> Path:
    header = f"NRRD0004\ntype: float\ndimension: 3\nsizes: {sizes}\nendian: little\n{more}\n\n"
    voxels = np.random.default_rng(0).normal(size=64).astype("<f4").tobytes()
    (folder / "qsm.nrrd").write_bytes(header.encode() + voxels)
    return folder / "qsm.nrrd"


def dicom_with(folder: Path, change) -> Path:
    from pydicom import dcmread

    for path in save_dicom_series(folder / "series", np.zeros((8, 8, 12), np.int16), AFFINE):
        ds = dcmread(path)
        change(ds)
        ds.save_as(path)
    return folder / "series"


def cut_dicom(folder: Path) -> Path:
    paths = save_dicom_series(folder / "series", np.zeros((8, 8, 12), np.int16), AFFINE)
    paths[3].write_bytes(paths[3].read_bytes()[:400])
    return folder / "series"


def assert_one_plain_sentence(message: str) -> None:
    assert "\n" not in message
    assert message.endswith(".")
    assert message[0].isupper() or message.startswith("/") or re.match(r"[A-Za-z]:\\", message)
    assert not re.search(r"[a-z]{3}\. [A-Z]", message), "more than one sentence"
    for jargon in ("Traceback", "Error", "Exception", "itk::", "0x", "ndarray", "NoneType"):
        assert jargon not in message
    assert 30 < len(message) < 600


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_bad_image(tmp_path, make, capfd):
    path = make(tmp_path)
    before = snapshot(tmp_path)
    with pytest.raises(InputError) as caught:
        usable_qsm(path)
    assert_one_plain_sentence(str(caught.value))
    assert caught.value.exit_code == 2
    assert snapshot(tmp_path) == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_the_command_line_says_it_too(tmp_path, make, capfd):
    path = make(tmp_path)
    before = snapshot(tmp_path)
    assert main(["segment", str(path), "--output", str(tmp_path / "out"), "--model", str(PHANTOM_MODEL)]) == 2
    error = capfd.readouterr().err
    assert error.startswith("dgmseg: ") and error.count("\n") == 1 and "The run failed" not in error
    assert snapshot(tmp_path) == before


def test_the_good_image_passes(tmp_path):
    """So that the tests above fail for their own reason, not because nothing passes."""
    usable_qsm(array(tmp_path, CHI))


BAD_LABELS = {
    "an image": lambda f: array(f, CHI),
    "an image in ppb as integers": lambda f: array(f, np.rint(CHI * 1000).astype(np.int16)),
    "probabilities": lambda f: array(f, np.abs(SMALL)),
    "unknown value": lambda f: array(f, np.where(LABELS == 3, 37, LABELS).astype(np.uint8)),
    "negative value": lambda f: array(f, LABELS.astype(np.int16) - 1),
    "infinite value": lambda f: array(f, np.where(LABELS == 3, np.inf, LABELS).astype(np.float32)),
    "huge value": lambda f: array(f, np.where(LABELS == 3, np.int32(2**30), LABELS)),
    "several frames": lambda f: array(f, np.stack([LABELS] * 2, axis=3)),
    "missing": lambda f: f / "nowhere.nii.gz",
    "cut": lambda f: gz(f, lambda raw: raw[:-20]),
}


@pytest.mark.parametrize("make", BAD_LABELS.values(), ids=BAD_LABELS.keys())
def test_bad_labels(tmp_path, make):
    path = make(tmp_path)
    before = snapshot(tmp_path)
    with pytest.raises(InputError) as caught:
        read_labels(path)
    assert_one_plain_sentence(str(caught.value))
    assert snapshot(tmp_path) == before


def test_labels_that_a_file_scaled_are_labels(tmp_path):
    """A label map saved from floats with the type int16: nibabel scales it, and 1 comes back as 1.00008."""
    image = nib.Nifti1Image(LABELS.astype(float), AFFINE)
    image.header.set_data_dtype(np.int16)
    nib.save(image, tmp_path / "labels.nii.gz")
    assert not np.array_equal(nib.load(tmp_path / "labels.nii.gz").get_fdata(), LABELS)
    np.testing.assert_array_equal(read_labels(tmp_path / "labels.nii.gz").data, LABELS)


def test_a_pair_of_files_is_named_as_such(tmp_path):
    nib.save(nib.Nifti1Pair(CHI, AFFINE), tmp_path / "x.hdr")
    with pytest.raises(InputError, match=r"NIfTI pair \(\.hdr and \.img\)") as caught:
        read_image(tmp_path / "x.hdr")
    assert_one_plain_sentence(str(caught.value))


def test_unknown_label_values_are_named(tmp_path):
    path = array(tmp_path, np.where(LABELS > 8, LABELS + 20, LABELS).astype(np.uint8))
    with pytest.raises(InputError, match="29, 30"):
        read_labels(path)


def test_existing_output(tmp_path):
    (tmp_path / "x_dseg.nii.gz").write_bytes(b"precious")
    before = snapshot(tmp_path)
    with pytest.raises(InputError, match="overwrite=True") as caught:
        check_writable([tmp_path / "x_dseg.nii.gz"])
    assert_one_plain_sentence(str(caught.value))
    assert snapshot(tmp_path) == before


def test_unwritable_output(tmp_path):
    (tmp_path / "file").write_bytes(b"precious")
    before = snapshot(tmp_path)
    with pytest.raises(InputError) as caught:
        check_writable([tmp_path / "file" / "x_dseg.nii.gz"])
    assert_one_plain_sentence(str(caught.value))
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    "words", [["segment"], ["convert", "labels.nii.gz"], ["models"], ["cohort", "-o", "x"]]
)
@pytest.mark.parametrize("kind", ["too long", "closed"])
def test_a_path_that_cannot_even_be_looked_at(tmp_path, words, kind, capfd):
    """Python raises where it asks whether such a file is there: exit code 2 and a sentence, as for a missing file."""
    folder = tmp_path / "closed"
    if kind == "closed" and (not hasattr(os, "geteuid") or os.geteuid() == 0):
        pytest.skip("root may look everywhere")
    folder.mkdir(mode=0o000 if kind == "closed" else 0o700)
    try:
        assert main([*words, str(folder / ("x" * (300 if kind == "too long" else 3) + ".nii.gz"))]) == 2
    finally:
        folder.chmod(0o700)
    assert_one_plain_sentence(capfd.readouterr().err.removeprefix("dgmseg: ").strip())
