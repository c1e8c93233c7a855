"""Small synthetic training data: a head of large voxels with bright blobs where the ten structures are."""

from pathlib import Path

import nibabel as nib
import numpy as np

SPACING = (6.0, 6.0, 6.0)
SHAPE = (26, 30, 22)

# Centre (mm, RAS, left negative x) and value (ppb) of each structure on the left; the right mirrors it.
BLOBS = {
    1: ((-18, -30, -24), 60),
    3: ((-30, -12, -24), 120),
    5: ((-24, 12, 0), 180),
    7: ((-42, 6, 6), 30),
    9: ((-18, 36, 18), 90),
}


def head(seed: int = 0, absent: tuple[int, ...] = ()) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """QSM in ppm, labels, and the affine of one synthetic head."""
    rng = np.random.default_rng(seed)
    affine = np.diag([*SPACING, 1.0])
    affine[:3, 3] = -(np.array(SHAPE) - 1) / 2 * np.array(SPACING)
    index = np.stack(np.meshgrid(*[np.arange(n) for n in SHAPE], indexing="ij"), -1)
    mm = index @ affine[:3, :3].T + affine[:3, 3]
    brain = ((mm / np.array([66.0, 80.0, 58.0])) ** 2).sum(-1) < 1
    qsm = rng.normal(0, 8, SHAPE)
    labels = np.zeros(SHAPE, np.uint8)
    shift = rng.uniform(-3, 3, 3)
    for left, (centre, value) in BLOBS.items():
        for side, label in ((1, left), (-1, left + 1)):
            at = np.array(centre) * [side, 1, 1] + shift
            inside = ((mm - at) ** 2).sum(-1) < 10.0**2
            if label not in absent:
                labels[inside & brain] = label
                qsm[inside] += value
    return (
        np.where(brain, qsm + 1e-3, 0).astype(np.float32) / 1000,
        np.where(brain, labels, 0).astype(np.uint8),
        affine,
    )


def make_bids(folder: Path, n_train: int = 3, n_test: int = 0, absent: tuple[int, ...] = ()) -> Path:
    """A BIDS folder of synthetic heads with a participants.tsv; ``absent`` labels lack in the first subject."""
    rows = ["participant_id\tsplit"]
    for number in range(n_train + n_test):
        name = f"sub-{number + 1:02d}"
        qsm, labels, affine = head(number, absent if number == 0 else ())
        image = folder / name / "anat" / f"{name}_Chimap.nii.gz"
        label = folder / "derivatives" / "manual" / name / "anat" / f"{name}_seg-DGM_dseg.nii.gz"
        for path, array in ((image, qsm), (label, labels)):
            path.parent.mkdir(parents=True, exist_ok=True)
            nib.save(nib.Nifti1Image(array, affine), path)
        rows.append(f"{name}\t{'train' if number < n_train else 'test'}")
    (folder / "participants.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


# A small network on a coarse grid: seconds instead of hours, the same code path.
TINY = [
    "preprocessing.spacing_mm=[6, 6, 6]",
    "preprocessing.shape=[26, 30, 22]",
    "network.options.widths=[6, 8, 10]",
    "network.options.head_widths=[24]",
    "network.options.voxel_slopes=false",
]
TINY_PATCH = [*TINY, "sampling.step=[9, 9, 3]", "sampling.batch=16"]
TINY_DENSE = [
    *TINY,
    "sampling.tile=[10, 10, 8]",
    "sampling.steps_per_epoch=8",
    "sampling.batch=2",
    "sampling.validation_tiles=6",
]
TINY_LEARNING = [
    *TINY_DENSE,
    "network.options.widths=[8, 12, 16]",
    "network.options.head_widths=[32]",
    "sampling.tile=[14, 14, 12]",
    "sampling.steps_per_epoch=25",
    "sampling.batch=1",
    "stage1.learning_rates=[4e-3]",
    "stage1.epochs=4",
    "stage1.warmup_epochs=0",
]
"""A network that learns something within seconds."""
