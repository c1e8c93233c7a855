"""NRRD files (.nrrd, .nhdr) as images; Slicer's segmentations (.seg.nrrd) as label maps."""

from pathlib import Path

import numpy as np

from ..errors import InputError, Remark
from ..image import Image
from ..structures.segments import Segment
from .nifti import checked_affine, volume_shape
from .nrrd_file import read_nrrd_file
from .seg_nrrd import has_segments, segments_in


def read_nrrd(path: Path) -> tuple[Image, list[Segment] | None]:
    """Read a NRRD file; return the image and, for a Slicer segmentation, its segments (None for another file).

    Segments that overlap lie in several layers: each has its own then, and the image is the first.

    Raises InputError when the file cannot be read or holds anything but one 3-D volume of real numbers.
    """
    file = read_nrrd_file(path)
    array = file.array
    is_segmentation = has_segments(file.values)
    count = array.shape[3] if array.ndim == 4 else 1
    if count > 1 and path.name.lower().endswith(".seg.nrrd") and not is_segmentation:
        raise InputError("layers_unnamed", path=path, count=count)
    shape = volume_shape(array.shape[:3] if is_segmentation and array.ndim == 4 else array.shape, path)
    warnings = () if file.placed else (Remark("space_unsaid", name=path.name),)
    wide = array.dtype.itemsize > 4 or (array.dtype.kind in "iu" and array.dtype.itemsize == 4)
    layers = [
        np.ascontiguousarray(layer, dtype=np.float64 if wide else np.float32)
        for layer in np.moveaxis(array.reshape(*shape, count), -1, 0)
    ]
    affine = checked_affine(file.affine, path)
    image = Image(layers[0], affine, path, "nrrd", warnings=warnings, placed=file.placed)
    return image, segments_in(file.values, path, layers if count > 1 else ())
