"""Small but real image files for the tests: a procedural head as NIfTI, NRRD, and DICOM."""

from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from DGMSegmentationLib.simulation.phantom import phantom


def head(shape=(50, 60, 52), spacing=(3.2, 3.2, 3.2), seed=0) -> tuple[NDArray, NDArray, NDArray]:
    """Susceptibility in ppm (float32, 0 outside the brain), labels (uint8), affine."""
    image, labels = phantom(shape, spacing, seed)
    return np.asarray(image.data, np.float32), np.asarray(labels.data, np.uint8), image.affine


def save_nifti(path: Path, data: NDArray, affine: NDArray, **header_fields) -> Path:
    """Write with nibabel, not with the code under test."""
    image = nib.Nifti1Image(data, affine)
    for name, value in header_fields.items():
        image.header[name] = value
    image.to_filename(path)
    return path


def save_dicom_series(
    folder: Path,
    data: NDArray,
    affine: NDArray,
    *,
    slope: float = 1.0,
    description: str = "QSM",
    series: str = "1",
    names=None,
    keep=None,
    rescale_type: str | None = None,
) -> list[Path]:
    """Write int16 data (i, j, k) as one MR slice per file; the affine maps to RAS+ mm. File names are shuffled."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

    folder.mkdir(parents=True, exist_ok=True)
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine
    spacing = np.sqrt((lps[:3, :3] ** 2).sum(axis=0))
    order = np.random.default_rng(3).permutation(data.shape[2]) if names is None else names
    root = "1.2.826.0.1.3680043.8.498."
    paths = []
    for k in range(data.shape[2]):
        if keep is not None and k not in keep:
            continue
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = MRImageStorage
        meta.MediaStorageSOPInstanceUID = f"{root}9.{series}.{k + 1}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        path = folder / f"series{series}_{int(order[k]):03d}.dcm"
        ds = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
        ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, meta.MediaStorageSOPInstanceUID
        ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{root}1", f"{root}2.{series}"
        ds.FrameOfReferenceUID = f"{root}3"
        ds.Modality, ds.SeriesDescription, ds.SeriesNumber = "MR", description, int(series)
        ds.PatientName, ds.PatientID = "Secret^Name", "SECRET-ID"
        ds.InstanceNumber = k + 1
        ds.ImagePositionPatient = [f"{v:.10g}" for v in (lps @ [0, 0, k, 1])[:3]]
        ds.ImageOrientationPatient = [
            f"{v:.10g}" for v in (*(lps[:3, 0] / spacing[0]), *(lps[:3, 1] / spacing[1]))
        ]
        ds.PixelSpacing = [f"{spacing[1]:.10g}", f"{spacing[0]:.10g}"]
        ds.SliceThickness = f"{spacing[2]:.10g}"
        ds.Rows, ds.Columns = data.shape[1], data.shape[0]
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
        ds.RescaleSlope, ds.RescaleIntercept = f"{slope:.10g}", "0"
        if rescale_type:
            ds.RescaleType = rescale_type
        ds.PixelData = np.ascontiguousarray(data[:, :, k].T).astype("<i2").tobytes()
        ds.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths
