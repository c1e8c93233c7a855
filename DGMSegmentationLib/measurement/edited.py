"""Which structures somebody changed: those whose voxels are others than in the automatic labels."""

import numpy as np
from numpy.typing import NDArray


def changed_labels(labels: NDArray[np.integer], automatic: NDArray[np.integer]) -> frozenset[int]:
    """The labels that lost or won a voxel, of two label maps (i, j, k) of one grid."""
    differs = labels != automatic
    touched = np.unique(np.concatenate([labels[differs], automatic[differs]]))
    return frozenset(touched.tolist()) - {0}
