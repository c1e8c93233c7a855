"""NRRD files (.nrrd, .nhdr) as images; Slicer's segmentations (.seg.nrrd) as label maps."""

from pathlib import Path

import numpy as np

from ..errors import Remark
from ..image import Image
from ..structures.segments import Segment
from .nifti import checked_affine, volume_shape
from .nrrd_file import read_nrrd_file
from .seg_nrrd import segments_in


def read_nrrd(path: Path) -> tuple[Image, dict[int, Segment] | None]:
    """Read a NRRD file; return the image and, for a Slicer segmentation, its segments by value (None for another file).

    Raises InputError when the file cannot be read or holds anything but one 3-D volume of real numbers.
    """
    file = read_nrrd_file(path)
    array = file.array
    shape = volume_shape(array.shape, path)
    warnings = () if "space" in file.fields else (Remark("space_unsaid", name=path.name),)
    wide = array.dtype.itemsize > 4 or (array.dtype.kind in "iu" and array.dtype.itemsize == 4)
    data = np.ascontiguousarray(array.reshape(shape), dtype=np.float64 if wide else np.float32)
    affine = checked_affine(file.affine, path)
    return Image(data, affine, path, "nrrd", warnings=warnings), segments_in(file.values, path)
