"""Where the segments of a DICOM SEG lie."""

import numpy as np
import pytest

from DGMSegmentationLib.structures import STANDARD

SHAPE = (24, 20, 12)


def world_of(mask, affine):
    """The world coordinates (RAS) of the voxels of a mask, sorted."""
    points = (affine @ np.c_[np.argwhere(mask), np.ones(mask.sum())].T)[:3].T
    return points[np.lexsort(np.round(points, 2).T)]


def check_places(path, labels, affine):
    """Every segment of the file lies in the world where the voxels of its label lie."""
    hd = pytest.importorskip("highdicom")
    found = hd.seg.segread(path)
    for s in STANDARD:
        (index,) = found.get_segment_numbers(segment_label=s.name)
        volume = found.get_volume(segment_numbers=[index])
        place = np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.affine
        np.testing.assert_allclose(
            world_of(volume.array[..., 0] > 0, place), world_of(labels == s.label, affine), atol=1e-3
        )
