"""What the tests of DICOM SEG share."""

import numpy as np
import pytest
from dicom_places import SHAPE

from DGMSegmentationLib.structures import STANDARD


@pytest.fixture(scope="module")
def labels():
    """Ten blocks, none like another in size or place."""
    data = np.zeros(SHAPE, np.uint8)
    for s in STANDARD:
        data[2 * s.label : 2 * s.label + 2, 3 : 5 + s.label, s.label % 4 : 6 + s.label % 5] = s.label
    return data
