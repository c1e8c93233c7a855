"""A process of its own for GDCM: ``python -m DGMSegmentationLib.io.dicom_decoder MEMORY``, pairs of files on stdin.

Whatever a damaged file does to it (a crash, a loop, memory without end) happens here, not in the program that reads it.
"""

import json
import os
import sys
from contextlib import suppress


def main() -> None:
    """Decode DICOM files to .npy files (frames, rows, columns), rescaled; a failure is an exit code."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        limit = int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import numpy as np
    import SimpleITK as sitk

    for file, target in json.load(sys.stdin):
        reader = sitk.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(file)
        reader.SetOutputPixelType(sitk.sitkFloat32)
        values = sitk.GetArrayFromImage(reader.Execute())
        np.save(f"{target}.tmp.npy", values.reshape((-1, *values.shape[-2:])))
        os.replace(f"{target}.tmp.npy", target)


if __name__ == "__main__":
    main()
