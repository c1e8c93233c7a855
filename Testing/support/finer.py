"""An image on a finer grid, for measurements at sizes that no file here has."""

from pathlib import Path

import numpy as np

from DGMSegmentationLib.io.files import read_image, write_nifti


def repeated(source: Path, grid: tuple[int, ...], target: Path) -> Path:
    """The image on a finer grid: the voxels that lie nearest."""
    image = read_image(source)
    factor = np.array(grid) / image.shape
    index = [
        np.clip(np.rint((np.arange(n) + 0.5) / f - 0.5).astype(int), 0, m - 1)
        for n, f, m in zip(grid, factor, image.shape, strict=True)
    ]
    affine = image.affine.copy()
    affine[:3, :3] /= factor
    affine[:3, 3] += image.affine[:3, :3] @ (0.5 / factor - 0.5)
    write_nifti(target, np.asarray(image.data[np.ix_(*index)], np.float32), affine, description="repeated")
    return target
