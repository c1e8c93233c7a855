"""Make Docs/pictures/: the way from k-space to the table, on the bundled sample, for Docs/how-it-works.md.

    python Testing/release/make_docs_pictures.py [--output FOLDER]

The scan is computed from the sample's susceptibility with the simulator's physics; labels are those of the bundled model.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

LIMIT = 250_000  # bytes of a picture
FIELD_T, ECHO_S = 3.0, 0.020
CN, GP = "#ffb000", "#37b6ff"


def main() -> None:
    """Draw the three pictures."""
    import DGMSegmentationLib as dgm

    parser = argparse.ArgumentParser(description="Make the pictures of Docs/how-it-works.md.")
    parser.add_argument("--output", type=Path, default=ROOT / "Docs" / "pictures")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    sample = dgm.bundled_sample()
    result = dgm.segment(sample.image, device="cpu", save_probabilities=True)
    scan_picture(result, folder / "from-k-space.png")
    network_picture(result, folder / "through-the-network.png")
    table_picture(result, dgm.measure(sample.labels, sample.image), folder / "to-the-table.png")
    for picture in folder.glob("*.png"):
        assert picture.stat().st_size < LIMIT, f"{picture} is too large"


def shown(volume, k=None, j=None):
    """An axial or coronal slice as radiologists look at it: the patient's left on the right."""
    return volume[::-1, :, k].T if k is not None else volume[::-1, j, :].T


def panels(count, size):
    """A figure of panels in a row, without axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained", dpi=76)
    axes = figure.subplots(1, count)
    for axis in axes:
        axis.set_axis_off()
    return figure, axes


def middle(result):
    """The axial slice with most of the globus pallidus."""
    pallidum = np.isin(result.labels.data, [s.label for s in result.labels.label_set if s.nucleus == "GP"])
    return int(pallidum.sum((0, 1)).argmax())


def scan_picture(result, path):
    """k-space and phase of a gradient echo, the field, the dipole kernel, the susceptibility."""
    from DGMSegmentationLib.simulation.physics import GYROMAGNETIC_MHZ_PER_T, dipole_kernel, forward_field

    image, k = result.image, middle(result)
    spacing = image.spacing
    chi = np.where(result.mask, image.data, 0).astype(np.float32) / 1000
    field = forward_field(np.pad(chi, 16), spacing)[16:-16, 16:-16, 16:-16]
    cycles = field * GYROMAGNETIC_MHZ_PER_T * FIELD_T * ECHO_S  # ppm x MHz = Hz
    signal = result.mask * np.exp(2j * np.pi * cycles)
    spectrum = np.log1p(np.abs(np.fft.fftshift(np.fft.fft2(signal[:, :, k]))))
    half = dipole_kernel((96, 96, 96), (1, 1, 1))[:, 0, :49]
    kernel = np.fft.fftshift(np.concatenate([half, half[:, -2:0:-1]], axis=1)).T
    figure, axes = panels(5, (15, 3.6))
    pictures = (
        ("k-space of an echo", spectrum.T, "gray", None),
        ("its phase", shown(np.where(result.mask, np.angle(signal), 0), k), "gray", None),
        ("the field, ppm", shown(field, k), "gray", (-0.04, 0.04)),
        ("the dipole kernel: 0 on a cone", kernel, "coolwarm", (-0.67, 0.67)),
        ("the susceptibility, ppb", shown(image.data, k), "gray", (-100, 200)),
    )
    for axis, (title, picture, colours, window) in zip(axes, pictures, strict=True):
        low, high = window or (None, None)
        axis.imshow(picture, cmap=colours, origin="lower", vmin=low, vmax=high)
        axis.set_title(title, fontsize=12)
    figure.savefig(path)


def network_picture(result, path):
    """Brain mask and search region, what the network sees, probability of one nucleus, labels, contours."""
    image, k = result.image, middle(result)
    labels = result.labels.data[:, :, k]
    putamen = [i for i, s in enumerate(result.labels.label_set) if s.nucleus == "PU"]
    probability = result.probabilities[[i + 1 for i in putamen]].sum(0)[:, :, k]
    figure, axes = panels(4, (13, 4.1))
    grey = np.clip(image.data, -300, 300)
    axes[0].imshow(shown(image.data, k), cmap="gray", origin="lower", vmin=-100, vmax=200)
    axes[0].contour(shown(result.mask.astype(float), k), [0.5], colors="#37b6ff", linewidths=1)
    axes[0].set_title("brain mask", fontsize=12)
    axes[1].imshow(shown(grey, k), cmap="gray", origin="lower", vmin=-300, vmax=300)
    axes[1].set_title("what the network sees: -300 to 300 ppb", fontsize=12)
    axes[2].imshow(shown(probability[:, :, None], 0), cmap="magma", origin="lower", vmin=0, vmax=1)
    axes[2].set_title("probability of the putamina", fontsize=12)
    axes[3].imshow(shown(image.data, k), cmap="gray", origin="lower", vmin=-100, vmax=200)
    for structure in result.labels.label_set:
        outline = shown((labels == structure.label).astype(float)[:, :, None], 0)
        if outline.any():
            axes[3].contour(outline, [0.5], colors=structure.color, linewidths=1.2)
    axes[3].set_title("labels on the image's own grid", fontsize=12)
    figure.savefig(path)


def table_picture(result, truth, path):
    """Means and volumes of the ten, found and true."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 3.6), layout="constrained", dpi=100)
    names = [row.abbreviation for row in result.rows]
    places = np.arange(len(names))
    for axis, column, title in zip(
        figure.subplots(1, 2), ("mean_ppb", "volume_mm3"), ("mean, ppb", "volume, mm3"), strict=True
    ):
        axis.bar(places - 0.2, [getattr(row, column) for row in result.rows], 0.4, label="found", color=GP)
        axis.bar(places + 0.2, [getattr(truth[name], column) for name in names], 0.4, label="true", color=CN)
        axis.set_xticks(places, names, fontsize=9)
        axis.set_title(title, fontsize=12)
        axis.legend(frameon=False)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


if __name__ == "__main__":
    main()
