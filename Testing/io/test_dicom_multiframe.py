"""One DICOM file that holds all slices (enhanced MR): its place in space, and a DICOM SEG beside it."""

import numpy as np
import pytest
from dicom_places import SHAPE, check_places, world_of
from orientations import ORIENTATIONS, rotation

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.io.dicom_seg import write_dicom_seg
from DGMSegmentationLib.io.files import read_image, stem

hd = pytest.importorskip("highdicom")
pydicom = pytest.importorskip("pydicom")


def save_enhanced(path, data, affine, order):
    """Write int16 data (i, j, k) as an enhanced MR image, written with pydicom; ``order``: the slices as they follow."""
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    def one(**values):
        item = Dataset()
        for name, value in values.items():
            setattr(item, name, value)
        return item

    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine
    spacing = np.sqrt((lps[:3, :3] ** 2).sum(axis=0))
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4.1"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = (generate_uid() for _ in range(3))
    ds.Modality, ds.SeriesDescription, ds.SeriesNumber, ds.InstanceNumber = "MR", "QSM", 1, 1
    ds.PatientName, ds.PatientID = "Secret^Name", "SECRET-ID"
    ds.Rows, ds.Columns, ds.NumberOfFrames = data.shape[1], data.shape[0], len(order)
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    cosines = [f"{v:.10g}" for v in (*(lps[:3, 0] / spacing[0]), *(lps[:3, 1] / spacing[1]))]
    measures = one(
        PixelSpacing=[f"{spacing[1]:.10g}", f"{spacing[0]:.10g}"],
        SliceThickness=f"{spacing[2]:.10g}",
        SpacingBetweenSlices=f"{spacing[2]:.10g}",
    )
    rescale = one(RescaleIntercept="0", RescaleSlope="1", RescaleType="US")
    ds.SharedFunctionalGroupsSequence = [
        one(
            PixelMeasuresSequence=[measures],
            PlaneOrientationSequence=[one(ImageOrientationPatient=cosines)],
            PixelValueTransformationSequence=[rescale],
        )
    ]
    ds.PerFrameFunctionalGroupsSequence = [
        one(
            PlanePositionSequence=[one(ImagePositionPatient=[f"{v:.10g}" for v in (lps @ [0, 0, k, 1])[:3]])],
            FrameContentSequence=[one(DimensionIndexValues=[n], InStackPositionNumber=n, StackID="1")],
        )
        for n, k in enumerate(order, start=1)
    ]
    ds.PixelData = b"".join(np.ascontiguousarray(data[:, :, k].T).astype("<i2").tobytes() for k in order)
    ds.save_as(path, enforce_file_format=True)
    return path


def volume(number):
    affine = np.eye(4)
    affine[:3, :3] = rotation((0.1, -0.2, 0.05)) @ np.diag([0.9, 0.8, 3.0]) @ ORIENTATIONS[number][:3, :3]
    affine[:3, 3] = 11.5, -30.25, 7.0
    return np.random.default_rng(2).integers(-300, 300, SHAPE).astype(np.int16), affine


UP, DOWN = list(range(SHAPE[2])), list(range(SHAPE[2]))[::-1]


@pytest.mark.parametrize("order", [UP, DOWN, UP[::2] + UP[1::2]], ids=["up", "down", "interleaved"])
@pytest.mark.parametrize("number", [0, 17])
def test_every_voxel_lies_where_its_frame_says(tmp_path, number, order):
    data, affine = volume(number)
    image = read_image(save_enhanced(tmp_path / "qsm.dcm", data, affine, order))
    for value in (data.max(), data.min()):
        np.testing.assert_allclose(
            world_of(image.data == value, image.affine), world_of(data == value, affine), atol=1e-3
        )


@pytest.mark.parametrize("order", [UP, DOWN, UP[::2] + UP[1::2]], ids=["up", "down", "interleaved"])
def test_segments_beside_one_file_of_all_slices(tmp_path, labels, order):
    data, affine = volume(5)
    source = save_enhanced(tmp_path / "qsm.dcm", data, affine, order)
    image = read_image(source)
    mine = np.zeros(image.shape, np.uint8)
    back = np.linalg.inv(image.affine) @ affine  # indices of ``labels`` -> indices of the image that was read
    for label in range(1, 11):
        points = np.c_[np.argwhere(labels == label), np.ones((labels == label).sum())]
        mine[tuple(np.rint((back @ points.T)[:3]).astype(int))] = label
    write_dicom_seg(tmp_path / "seg.dcm", image.replace(data=mine), source)
    check_places(tmp_path / "seg.dcm", labels, affine)


def test_frames_of_several_echoes_or_scales_are_refused(tmp_path):
    data, affine = volume(0)
    with pytest.raises(InputError, match="at the same place"):
        read_image(save_enhanced(tmp_path / "twice.dcm", data, affine, [*UP, *UP]))
    path = save_enhanced(tmp_path / "scales.dcm", data, affine, UP)
    ds = pydicom.dcmread(path)
    for n, frame in enumerate(ds.PerFrameFunctionalGroupsSequence):
        rescale = pydicom.Dataset()
        rescale.RescaleIntercept, rescale.RescaleSlope, rescale.RescaleType = "0", f"{1 + n}", "US"
        frame.PixelValueTransformationSequence = [rescale]
    del ds.SharedFunctionalGroupsSequence[0].PixelValueTransformationSequence
    ds.save_as(path)
    with pytest.raises(InputError, match="different scales"):
        read_image(path)


@pytest.mark.parametrize("one_series", [True, False])
def test_two_volumes_in_a_folder_are_read_by_their_files(tmp_path, one_series):
    """A named file is that volume, under its own name; for the folder both are named."""
    affine = np.diag([-2.0, -2.0, 3.0, 1.0])
    volumes = [np.random.default_rng(seed).integers(-90, 90, SHAPE).astype(np.int16) for seed in (1, 2)]
    for name, data in zip(("a.dcm", "b.dcm"), volumes, strict=True):
        save_enhanced(tmp_path / name, data, affine, range(SHAPE[2]))
    if one_series:
        uid = pydicom.dcmread(tmp_path / "a.dcm", stop_before_pixels=True).SeriesInstanceUID
        second = pydicom.dcmread(tmp_path / "b.dcm")
        second.SeriesInstanceUID = uid
        second.save_as(tmp_path / "b.dcm")
    for name, data in zip(("a.dcm", "b.dcm"), volumes, strict=True):
        assert np.array_equal(read_image(tmp_path / name).data, data)
        assert stem(tmp_path / name) == name[0]
    with pytest.raises(InputError, match=r"a\.dcm.*b\.dcm.*give one"):
        read_image(tmp_path)
