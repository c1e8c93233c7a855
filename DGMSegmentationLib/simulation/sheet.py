"""A picture of simulated subjects: one row each, axial slices through the nuclei, plain above and outlined below.

The patient's right is on the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..image import Image, reorient
from ..io.files import atomic_path, read_image
from ..io.labels import read_labels
from ..structures import STANDARD

WINDOW_PPB = (-100.0, 200.0)
_HALF_WIDTH_MM, _SLICES = 48.0, 9


def write_sheet(pairs: Sequence[tuple[Path, Path]], path: Path) -> None:
    """Draw (map, labels) pairs, ppm, into a PNG; the window is -100..200 ppb."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.0 * _SLICES, 4.4 * len(pairs)), facecolor="black", dpi=70)
    axes = figure.subplots(2 * len(pairs), _SLICES, squeeze=False)
    for row, (image_path, labels_path) in enumerate(pairs):
        image, labels = reorient(read_image(image_path), "RAS"), reorient(read_labels(labels_path), "RAS")
        subject = image_path.name.split("_")[0]
        axes[2 * row, 0].set_title(subject, color="white", fontsize=8, loc="left")
        _draw_slices(axes[2 * row], axes[2 * row + 1], image, labels)
    figure.subplots_adjust(0, 0, 1, 0.985, 0.01, 0.03)
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        FigureCanvasAgg(figure).print_png(file)


def _draw_slices(plain, outlined, image: Image, labels: Image) -> None:  # type: ignore[no-untyped-def]
    """Fill two rows of axes with the slices that hold labels, and one more at each end."""
    index = np.argwhere(labels.data > 0)
    if not len(index):
        index = np.argwhere(image.data != 0)
    low, high = index.min(axis=0), index.max(axis=0)
    centre = (low + high) // 2
    spacing = image.spacing
    half = [int(_HALF_WIDTH_MM / s) for s in spacing]
    box = tuple(slice(max(0, int(centre[a]) - half[a]), int(centre[a]) + half[a]) for a in range(2))
    last = image.shape[2] - 1
    for column, k in enumerate(
        np.linspace(max(0, low[2] - 1), min(last, high[2] + 1), _SLICES).round().astype(int)
    ):
        for axis in (plain[column], outlined[column]):
            axis.imshow(
                1e3 * image.data[(*box, k)].T, origin="lower", cmap="gray", vmin=WINDOW_PPB[0], vmax=WINDOW_PPB[1],
                aspect=spacing[1] / spacing[0], interpolation="nearest",
            )  # fmt: skip
            axis.invert_xaxis()  # the patient's right on the left, as in every other picture here
            axis.axis("off")
        for structure in STANDARD:
            where = np.equal(labels.data[(*box, k)].T, structure.label).astype(float)
            if where.any():
                outlined[column].contour(where, [0.5], colors=[structure.rgb], linewidths=0.8)
