"""NRRD files (.nrrd, .nhdr), read with SimpleITK; Slicer's segmentations (.seg.nrrd) as label maps."""

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, Remark
from ..image import Affine, Image
from ..structures.segments import Segment
from .nifti import volume_shape
from .seg_nrrd import segments_in

NRRD_MAGIC = b"NRRD000"
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])  # ITK's world axes run Left, Posterior, Superior


def read_nrrd(path: Path) -> tuple[Image, dict[int, Segment] | None]:
    """Read a NRRD file; return the image and, for a Slicer segmentation, its segments by value (None for another file).

    Raises InputError when the file cannot be read or holds anything but one 3-D volume of real numbers.
    """
    import SimpleITK as sitk

    try:
        image = quietly(lambda: sitk.ReadImage(str(path)))
    except RuntimeError as error:
        raise InputError("nrrd_unreadable", path=path) from error
    size = image.GetSize()
    if image.GetNumberOfComponentsPerPixel() > 1:
        size = (*size, image.GetNumberOfComponentsPerPixel())
    shape = volume_shape(size, path)
    array = sitk.GetArrayFromImage(image)
    if array.dtype.kind not in "iuf":
        raise InputError("image_values", path=path, kind="complex or unknown values")
    metadata = {key: image.GetMetaData(key) for key in image.GetMetaDataKeys()}
    warnings: tuple[Remark, ...] = ()
    if "NRRD_space" not in metadata:
        warnings = (Remark("space_unsaid", name=path.name),)
    wide = array.dtype.itemsize > 4 or (array.dtype.kind in "iu" and array.dtype.itemsize == 4)
    # ITK's arrays are (k, j, i) in memory.
    data = array.reshape(shape[::-1]).transpose(2, 1, 0).astype(np.float64 if wide else np.float32)
    return Image(data, itk_affine(image), path, "nrrd", warnings=warnings), segments_in(metadata)


def itk_affine(image: Any) -> Affine:
    """The affine (voxel index -> RAS+ mm) of the first three axes of a SimpleITK image."""
    n = image.GetDimension()
    affine = np.eye(4)
    direction = np.array(image.GetDirection()).reshape(n, n)[:3, :3]
    affine[:3, :3] = direction * np.array(image.GetSpacing()[:3])
    affine[:3, 3] = image.GetOrigin()[:3]
    return LPS_TO_RAS @ affine


def quietly(action: Any) -> Any:
    """Run a SimpleITK call without ITK's own warnings on stderr (its errors are exceptions)."""
    import SimpleITK as sitk

    before = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        return action()
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(before)
