"""DICOM SEG: written from labels on a DICOM series, opened again with pydicom and highdicom."""

import shutil
import subprocess

import numpy as np
import pytest
from dicom_places import SHAPE, check_places, world_of
from make_images import head, save_dicom_series, save_nifti
from orientations import ORIENTATIONS, rotation

from DGMSegmentationLib.cli import main
from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import reorient
from DGMSegmentationLib.io.dicom_seg import write_dicom_seg
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.structures import SIDE_CODES, STANDARD

hd = pytest.importorskip("highdicom")
pydicom = pytest.importorskip("pydicom")


def series(folder, number=0):
    """A DICOM series in one of 48 orientations, slightly oblique; returns its image as we read it."""
    affine = np.eye(4)
    affine[:3, :3] = rotation((0.1, -0.2, 0.05)) @ np.diag([0.9, 0.8, 3.0]) @ ORIENTATIONS[number][:3, :3]
    affine[:3, 3] = 11.5, -30.25, 7.0
    values = np.random.default_rng(2).integers(-300, 300, SHAPE).astype(np.int16)
    save_dicom_series(folder, values, affine)
    return read_image(folder)


@pytest.mark.parametrize("number", [0, 17, 35])
def test_every_segment_lies_where_its_label_lies(tmp_path, labels, number):
    image = series(tmp_path / "qsm", number)
    path = tmp_path / "seg.dcm"
    write_dicom_seg(path, image.replace(data=labels), tmp_path / "qsm", algorithm=("part1", "3"))
    check_places(path, labels, image.affine)


@pytest.mark.parametrize("cropped", [False, True])
def test_a_correction_with_flipped_axes_or_cropped_goes_onto_the_series(tmp_path, labels, cropped):
    """As 3D Slicer may save it: the same voxels in another order, or only those around the structures."""
    image = series(tmp_path / "qsm")
    given = image.replace(data=labels)
    if cropped:
        low, high = np.argwhere(labels).min(axis=0), np.argwhere(labels).max(axis=0) + 1
        affine = image.affine.copy()
        affine[:3, 3] += affine[:3, :3] @ low
        given = image.replace(data=labels[tuple(map(slice, low, high))], affine=affine)
    else:
        given = reorient(given, "LPI" if image.grid.axis_codes != "LPI" else "RAS")
    write_dicom_seg(tmp_path / "seg.dcm", given, tmp_path / "qsm")
    check_places(tmp_path / "seg.dcm", labels, image.affine)


def test_codes_algorithm_references_and_patient(tmp_path, labels):
    image = series(tmp_path / "qsm")
    path = tmp_path / "seg.dcm"
    gone = np.where(labels == 3, 0, labels)
    write_dicom_seg(path, image.replace(data=gone), tmp_path / "qsm", algorithm=("part1", "3"))
    ds = pydicom.dcmread(path)
    assert ds.Modality == "SEG" and ds.SegmentationType == "BINARY" and ds.PatientID == "SECRET-ID"
    assert ds.StudyInstanceUID == "1.2.826.0.1.3680043.8.498.1"
    assert "research use only" in ds.SeriesDescription
    present = [s for s in STANDARD if s.label != 3]  # an empty structure is left out
    assert [item.SegmentLabel for item in ds.SegmentSequence] == [s.name for s in present]
    for item, s in zip(ds.SegmentSequence, present, strict=True):
        kind = item.SegmentedPropertyTypeCodeSequence[0]
        side = kind.SegmentedPropertyTypeModifierCodeSequence[0]
        assert (kind.CodeValue, kind.CodingSchemeDesignator, kind.CodeMeaning) == (
            s.snomed,
            "SCT",
            s.snomed_meaning,
        )
        assert (side.CodeValue, side.CodeMeaning) == (SIDE_CODES[s.side], s.side_name.capitalize())
        assert item.SegmentAlgorithmType == "AUTOMATIC" and item.SegmentAlgorithmName == "part1"
        assert item.TrackingID == s.abbreviation
        rgb = hd.color.CIELabColor.from_dicom_value(item.RecommendedDisplayCIELabValue).to_rgb()
        assert np.abs(np.array(rgb) - np.array(s.rgb) * 255).max() < 3
    sources = {
        pydicom.dcmread(p, stop_before_pixels=True).SOPInstanceUID for p in (tmp_path / "qsm").iterdir()
    }
    referred = {
        item.ReferencedSOPInstanceUID
        for frame in ds.PerFrameFunctionalGroupsSequence
        for item in frame.DerivationImageSequence[0].SourceImageSequence
    }
    assert referred <= sources and len(referred) == int(labels.any(axis=(0, 1)).sum())


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dciodvfy is not installed (Debian: dicom3tools)")
@pytest.mark.parametrize("edited", [False, True])
def test_a_checker_of_others_finds_no_error(tmp_path, labels, edited):
    """dciodvfy of dicom3tools compares the object with the standard; the source here has neither study date nor birth date."""
    image = series(tmp_path / "qsm", 5)
    path = tmp_path / "seg.dcm"
    write_dicom_seg(path, image.replace(data=labels), tmp_path / "qsm", edited=edited)
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True)
    said = (done.stdout + done.stderr).splitlines()
    assert "Segmentation" in said  # it has recognised the object
    assert [line for line in said if line.startswith("Error")] == []


def test_other_grids_nothing_and_no_dicom_are_refused(tmp_path, labels):
    image = series(tmp_path / "qsm")
    shifted = image.affine.copy()
    shifted[0, 3] += 1
    nifti = save_nifti(tmp_path / "x.nii.gz", image.data.astype(np.float32), image.affine)
    for given, source, match in (
        (image.replace(data=labels, affine=shifted), tmp_path / "qsm", "another grid"),
        (image.replace(data=np.zeros_like(labels)), tmp_path / "qsm", "no structure"),
        (image.replace(data=labels), nifti, "no DICOM series"),
    ):
        with pytest.raises(InputError, match=match):
            write_dicom_seg(tmp_path / "seg.dcm", given, source)
    assert not (tmp_path / "seg.dcm").exists()


def test_what_a_series_lacks_is_said_before_the_network_runs(tmp_path, labels, capsys):
    series(tmp_path / "qsm")
    for path in (tmp_path / "qsm").iterdir():
        header = pydicom.dcmread(path)
        del header.FrameOfReferenceUID
        header.save_as(path)
    assert main(["segment", str(tmp_path / "qsm"), "-o", str(tmp_path / "out"), "--dicom-seg"]) == 2
    assert "Frame of Reference UID" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_convert_command(tmp_path, labels, capsys):
    image = series(tmp_path / "qsm")
    source = save_nifti(tmp_path / "a_dseg.nii.gz", labels, image.affine)
    out = tmp_path / "out.dcm"
    assert main(["convert", str(source), str(out)]) == 2
    assert "--dicom" in capsys.readouterr().err
    assert main(["convert", str(source), str(out), "--dicom", str(tmp_path / "qsm"), "--edited"]) == 0
    capsys.readouterr()
    assert main(["convert", str(out), str(tmp_path / "back.nii.gz")]) == 0
    assert np.count_nonzero(read_labels(tmp_path / "back.nii.gz").data) == np.count_nonzero(labels)
    assert {item.SegmentAlgorithmType for item in pydicom.dcmread(out).SegmentSequence} == {"SEMIAUTOMATIC"}


def test_segment_a_dicom_series_into_a_dicom_seg(tmp_path, capsys):
    """The command on a DICOM head: SEG and NIfTI hold the same voxels; a NIfTI input is refused at once."""
    from models_for_tests import PHANTOM_MODEL

    data, _, affine = head(seed=5)
    save_dicom_series(tmp_path / "qsm", (data * 1000).round().astype(np.int16), affine)
    norms = tmp_path / "norms.tsv"
    norms.write_text("structure\tage\tmean_ppb\tsd_ppb\nPU\t20\t40\t10\nPU\t60\t80\t10\n")
    command = ["segment", "--model", str(PHANTOM_MODEL), "--device", "cpu", "--dicom-seg"]
    assert (
        main(
            [*command, str(tmp_path / "qsm"), "-o", str(tmp_path / "o"), "--norms", str(norms), "--age", "40"]
        )
        == 0
    )
    found = hd.seg.segread(tmp_path / "o" / "qsm_dseg.dcm")
    labels = read_image_labels(tmp_path / "o" / "qsm_dseg.nii.gz")
    counts = [int((labels == s.label).sum()) for s in STANDARD]
    assert found.number_of_segments == sum(n > 0 for n in counts)
    volume = found.get_volume()
    assert volume.array.reshape(-1, found.number_of_segments).sum(axis=0).tolist() == [n for n in counts if n]
    page = (tmp_path / "o" / "qsm_report.html").read_text(encoding="utf-8")
    assert "60.0 ± 10.0" in page and "Age 40" in page
    nifti = save_nifti(tmp_path / "x.nii.gz", data, affine)
    capsys.readouterr()
    assert main([*command, str(nifti)]) == 2
    assert "--dicom-seg" in capsys.readouterr().err


def read_image_labels(path):
    from DGMSegmentationLib.io.labels import read_labels

    return read_labels(path).data


@pytest.mark.parametrize("number", [0, 17, 35])
def test_what_was_written_is_read_as_labels(tmp_path, labels, number):
    """By label, side and code; on the planes that hold a voxel, at the same place in the world."""
    image = series(tmp_path / "qsm", number)
    path = tmp_path / "seg.dcm"
    write_dicom_seg(path, image.replace(data=labels), tmp_path / "qsm")
    found = read_labels(path)
    for s in STANDARD:
        np.testing.assert_allclose(
            world_of(found.data == s.label, found.affine),
            world_of(labels == s.label, image.affine),
            atol=1e-3,
        )
    with pytest.raises(InputError) as refused:
        read_image(path)
    assert refused.value.code == "image_is_labels"


def test_a_segmentation_of_another_program_is_read_by_names_and_codes(tmp_path, labels):
    """Fractional, in bytes, without our names; one that is cut is refused."""
    image = series(tmp_path / "qsm")
    path = tmp_path / "seg.dcm"
    write_dicom_seg(path, image.replace(data=labels), tmp_path / "qsm")
    ds = pydicom.dcmread(path)
    bits = np.unpackbits(np.frombuffer(ds.PixelData, np.uint8), bitorder="little")
    bits = bits[: ds.Rows * ds.Columns * ds.NumberOfFrames]
    ds.PixelData = (bits * np.uint8(200)).tobytes() + b"\0" * (bits.size % 2)
    ds.SegmentationType, ds.BitsAllocated, ds.BitsStored, ds.HighBit = "FRACTIONAL", 8, 8, 7
    ds.MaximumFractionalValue = 255
    for item in ds.SegmentSequence:
        item.SegmentLabel = f"Segment_{item.SegmentNumber}"
    ds.save_as(path)
    found = read_labels(path)
    numbers = [int((found.data == s.label).sum()) for s in STANDARD]
    of_codes = [int((labels == s.label).sum()) for s in STANDARD]
    assert numbers == of_codes
    ds.PixelData = ds.PixelData[: bits.size // 2]
    ds.save_as(path)
    with pytest.raises(InputError):
        read_labels(path)
