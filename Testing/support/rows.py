"""Labels, images and ROI rows made of a few blocks."""

from dataclasses import replace

import numpy as np

from DGMSegmentationLib.image import Image
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.structures import STANDARD


def blocks(shape=(24, 16, 12), spacing=(1.0, 1.5, 3.0), edge=4):
    """Ten cubes of edge**3 voxels (two rows of five) with Gaussian values around 10 x label ppb."""
    labels = np.zeros(shape, np.uint8)
    for s in STANDARD:
        column, row = divmod(s.label - 1, 2)
        i, j = 1 + column * (edge + 0), 2 + row * (edge + 2)
        labels[i : i + edge, j : j + edge, 3 : 3 + edge] = s.label
    rng = np.random.default_rng(1)
    values = (rng.normal(size=shape) * 5 + labels * 10.0).astype(np.float32)
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = (-10, 4, 7)
    return Image(labels, affine), Image(values, affine)


def rows_of(subject, values, image="x"):
    """Ten rows with these means (a number for all, or one per structure)."""
    labels, qsm = blocks()
    means = np.broadcast_to(values, 10)
    return [
        replace(row, subject=subject, image=image, mean_ppb=float(mean))
        for row, mean in zip(measure(labels, qsm), means, strict=True)
    ]


def two_methods(n=8, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(80, 20, (n, 10))
    second = 10 + 1.1 * truth + rng.normal(0, 1, (n, 10))
    return (
        {
            "a": [row for k in range(n) for row in rows_of(f"s{k}", truth[k])],
            "b": [row for k in reversed(range(n)) for row in rows_of(f"s{k}", second[k])],
        },
        truth,
        second,
    )
