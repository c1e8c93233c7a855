"""The files that golden.py runs the commands on: procedural heads, a BIDS folder, tables, broken files. The same every time."""

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from make_images import head, save_dicom_series, save_nifti
from training_data import make_bids

FREESURFER = {1: 20001, 2: 20002, 3: 20003, 4: 20004, 5: 13, 6: 52, 7: 12, 8: 51, 9: 11, 10: 50}
"""Numbers for an input; which of them the library takes is what the outputs tell."""
NAMES = {
    "RN": "red nucleus",
    "SN": "substantia nigra",
    "GP": "globus pallidus",
    "PU": "putamen",
    "CN": "caudate nucleus",
}
COLUMNS = (
    *(
        "subject",
        "image",
        "structure",
        "abbreviation",
        "side",
        "label",
        "n_voxels",
        "volume_mm3",
        "mean_ppb",
        "sd_ppb",
    ),
    *(
        "median_ppb",
        "p05",
        "p25",
        "p75",
        "p95",
        "min",
        "max",
        "n_excluded",
        "reference",
        "mean_referenced_ppb",
    ),
    *("asymmetry_percent", "flags", "edited", "model", "software"),
)
"""Of the long table of version 0.1, which every later one reads."""


def make_inputs(folder: Path) -> None:
    """Make everything below ``folder``."""
    folder.mkdir(parents=True)
    _images(folder)
    _labels(folder)
    _cohort(folder / "bids")
    make_bids(folder / "training", n_train=3, n_test=1)
    _tables(folder)
    _broken(folder)
    _keras(folder)
    _label_maps(folder / "labelmaps")


def _images(folder: Path) -> None:
    data, _, affine = head(seed=1)
    save_nifti(folder / "head.nii.gz", data, affine)
    save_nifti(folder / "sub-01_rec-tv_Chimap.nii.gz", data * np.float32(0.9), affine)
    save_nifti(folder / "sub-01_rec-ppb_Chimap.nii.gz", data * np.float32(1000), affine)
    flipped = affine @ np.diag([-1.0, 1, 1, 1])
    flipped[:3, 3] = (affine @ [data.shape[0] - 1, 0, 0, 1])[:3]
    save_nifti(folder / "other_axes.nii.gz", data[::-1], flipped)
    save_nifti(folder / "negated.nii.gz", -data, affine)
    import SimpleITK as sitk

    image = sitk.ReadImage(str(folder / "head.nii.gz"))
    sitk.WriteImage(image, str(folder / "head.nrrd"), True)
    whole = np.rint(data * 1000).astype(np.int16)
    save_dicom_series(folder / "dicom", whole, affine, slope=0.001, names=np.arange(data.shape[2]))


def _labels(folder: Path) -> None:
    _, labels, affine = head(seed=1)
    save_nifti(folder / "labels.nii.gz", labels, affine)
    changed = labels.copy()
    changed[np.isin(labels, [5, 9]) & (np.indices(labels.shape)[2] % 5 == 0)] = 0
    save_nifti(folder / "changed.nii.gz", changed, affine)
    save_nifti(folder / "segdgm.nii.gz", np.where(labels, labels + 1, 0).astype(np.uint8), affine)
    numbers = np.zeros(labels.shape, np.int32)
    for ours, theirs in FREESURFER.items():
        numbers[labels == ours] = theirs
    save_nifti(folder / "freesurfer.nii.gz", numbers, affine)
    coarse = affine @ np.diag([2.0, 2, 2, 1])
    save_nifti(folder / "coarse.nii.gz", labels[::2, ::2, ::2], coarse)
    save_nifti(folder / "reference.nii.gz", (labels == 9).astype(np.uint8), affine)


def _cohort(root: Path) -> None:
    for name, seed in (("sub-01_ses-a", 1), ("sub-01_ses-b", 2), ("sub-02", 3)):
        place = root / name.replace("_", "/") / "anat"
        place.mkdir(parents=True)
        data, labels, affine = head(seed=seed)
        save_nifti(place / f"{name}_Chimap.nii.gz", data, affine)
        if name == "sub-02":
            save_nifti(root.parent / "labels_sub-02.nii.gz", labels, affine)
    (root / "sub-03/anat").mkdir(parents=True)
    (root / "sub-03/anat/sub-03_Chimap.nii.gz").write_bytes(b"no image")
    people = "participant_id\tage\tsex\tgroup\nsub-01\t41\tF\tpatient\nsub-02\t62.5\tM\tcontrol\nsub-03\tn/a\tn/a\tcontrol\n"
    (root / "participants.tsv").write_text(people)
    (root / "dataset_description.json").write_text(json.dumps({"Name": "golden", "BIDSVersion": "1.10.0"}))


def _tables(folder: Path) -> None:
    lines = [
        "structure\tmean_ppb\tsd_ppb",
        "GP\t120\t20",
        "PU\t60\t15",
        "CN\t50\t12",
        "RN\t100\t25",
        "SN\t110\t25",
    ]
    (folder / "norms.tsv").write_text("\n".join(lines) + "\n")
    pairs = ["prediction\treference\timage", "changed.nii.gz\tlabels.nii.gz\thead.nii.gz"]
    (folder / "pairs.tsv").write_text("\n".join(pairs) + "\n")
    manifest = [
        "subject\tmethod\timage\tsegmentation",
        "sub-01\tone\thead.nii.gz\tlabels.nii.gz",
        "sub-01\ttwo\tsub-01_rec-tv_Chimap.nii.gz\tchanged.nii.gz",
    ]
    (folder / "manifest.tsv").write_text("\n".join(manifest) + "\n")
    # Tables of several subjects as `measure` writes them, with invented numbers.
    rng = np.random.default_rng(5)
    for method in ("first", "second"):
        lines = ["\t".join(COLUMNS)]
        for subject in range(1, 6):
            for number, (nucleus, side) in enumerate([(n, s) for n in NAMES for s in "LR"], start=1):
                mean = 60 + 10 * number + 4 * subject + rng.normal(0, 5)
                lines.append(
                    f"sub-{subject:02d}\tsub-{subject:02d}_{method}.nii.gz\t"
                    f"{ {'L': 'Left', 'R': 'Right'}[side] } {NAMES[nucleus]}\t{nucleus}_{side}\t{side}\t{number}\t"
                    f"{90 + subject}\t{900.5 + subject}\t{mean:.4f}\t9\t{mean:.3f}\t1\t2\t3\t4\t0\t9\t0\tnone\t\t1.5\t\t"
                    "false\tm 1\tDGMSegmentation 0.1.0"
                )
        (folder / f"{method}_rois.tsv").write_text("\n".join(lines) + "\n")


def _broken(folder: Path) -> None:
    data, labels, affine = head(seed=1)
    broken = folder / "broken"
    broken.mkdir()
    whole = (folder / "head.nii.gz").read_bytes()
    (broken / "cut.nii.gz").write_bytes(whole[: len(whole) // 2])
    (broken / "empty.nii.gz").write_bytes(b"")
    (broken / "text.nii.gz").write_text("hello")
    (broken / "text.nrrd").write_text("NRRD0004\nhello")
    save_nifti(broken / "zeros.nii.gz", np.zeros_like(data), affine)
    save_nifti(broken / "nan.nii.gz", np.full_like(data, np.nan), affine)
    save_nifti(broken / "four.nii.gz", np.stack([data, data], -1), affine)
    save_nifti(broken / "magnitude.nii.gz", np.abs(data * 5000).astype(np.uint16), affine)
    far = affine.copy()
    far[0, 3] += 900
    save_nifti(broken / "far.nii.gz", labels, far)
    save_nifti(broken / "values.nii.gz", (labels * 7).astype(np.uint8), affine)
    (broken / "no_dicom").mkdir()
    (broken / "no_dicom" / "a.txt").write_text("hello")
    (broken / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    (broken / "table.tsv").write_text("a\tb\n1\t2\n")
    (broken / "h5.h5").write_bytes(b"no HDF5")
    (broken / "no_bids").mkdir()


def _keras(folder: Path) -> None:
    try:
        from keras_originals import keras_network, write_keras2
    except ImportError:
        return
    small = {"widths": (2, 3, 4), "head": (6, 5, 4)}
    write_keras2(keras_network("dolz", (21, 21, 21), (3, 3, 3), **small), folder / "keras.h5")


def _label_maps(target: Path) -> None:
    """One anatomy for the simulator, out of real label maps, where DGMSEG_TEST_DATA names a folder with some."""
    real = Path(os.environ.get("DGMSEG_TEST_DATA", "")) / "labelmaps"
    if "DGMSEG_TEST_DATA" not in os.environ or not real.is_dir():
        return
    for name, count in (("hoa2", 1), ("hoa2_ribbon", 1), ("wholehead", 1), ("cit168", 1)):
        (target / name).mkdir(parents=True)
        for path in sorted((real / name).glob("*_dseg.nii.gz"))[:count]:
            shutil.copy(path, target / name / path.name)
        for path in [*(real / name).glob("*.tsv"), *(real / name).glob("*.csv")]:
            shutil.copy(path, target / name / path.name)
