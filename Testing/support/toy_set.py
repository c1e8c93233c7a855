"""A label set that no line of code knows: three structures, one of them unpaired, with values far from 1, 2, 3."""

import numpy as np

from DGMSegmentationLib.image import Image
from DGMSegmentationLib.structures import LabelSet, Structure

TOY = LabelSet(
    "toy",
    (
        Structure(21, "TH_L", "Left thalamus", "L", "#AA3377", snomed="42695009", snomed_meaning="Thalamus"),
        Structure(
            300,
            "TH_R",
            "Right thalamus",
            "R",
            "#CC99BB",
            snomed="42695009",
            snomed_meaning="Thalamus",
            mean_low_ppb=-60.0,
        ),
        Structure(47, "PIN", "Pineal gland", color="#228833", volume_low_mm3=50.0, volume_high_mm3=400.0),
    ),
)


def toy_blocks(shape=(24, 26, 20), spacing=1.0) -> Image:
    """Labels of the toy set: two equal blocks on either side and a small one in the middle, RAS axes."""
    data = np.zeros(shape, TOY.dtype)
    x, y, z = (n // 2 for n in shape)
    data[x + 2 : x + 8, y - 4 : y + 4, z - 3 : z + 3] = 300
    data[x - 8 : x - 2, y - 4 : y + 4, z - 3 : z + 3] = 21
    data[x - 1 : x + 1, y - 9 : y - 5, z - 1 : z + 2] = 47
    affine = np.diag([spacing, spacing, spacing, 1.0])
    affine[:3, 3] = -np.array(shape) / 2 * spacing
    return Image(data, affine, label_set=TOY)


def toy_head(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """QSM in ppm, labels of the toy set, and the affine of one synthetic head of 6 mm voxels."""
    from training_data import SHAPE, head

    qsm, ten, affine = head(seed)
    labels = np.zeros(SHAPE, TOY.dtype)
    labels[ten == 5], labels[ten == 6] = 21, 300
    index = np.stack(np.meshgrid(*[np.arange(n) for n in SHAPE], indexing="ij"), -1)
    mm = index @ affine[:3, :3].T + affine[:3, 3]
    middle = ((mm - np.array([0.0, -36.0, 12.0])) ** 2).sum(-1) < 12.0**2
    labels[middle & (qsm != 0)] = 47
    return np.where(middle, qsm + 0.15, qsm).astype(np.float32), labels, affine
