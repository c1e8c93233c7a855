"""Make Resources/Sample/: the volume that ships with the project, with its true labels and ROI table.

    python Testing/release/make_sample.py --labelmaps LABELMAPS [--work FOLDER] [--seed N] [--output FOLDER]

``LABELMAPS`` as for ``dgmseg simulate``. The anatomy is one that the bundled model never saw: it is trained on the first
64 subcortical maps, the sample is made of the 90th. The seed was chosen by eye among a few whose drawn scan is ordinary
(3 T, little offset, upright head); any seed works.
"""

import argparse
import gzip
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np

from DGMSegmentationLib.io.files import read_image, write_bytes, write_json, write_nifti, write_text
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.lookup import lookup_text
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.measurement.tables import write_long
from DGMSegmentationLib.segmentation.sample import FILES, NAME
from DGMSegmentationLib.simulation.anatomy import Parts, compose, register_parts
from DGMSegmentationLib.simulation.anatomy_files import PARTS_VERSION, load_parts, save_parts, version_of
from DGMSegmentationLib.simulation.dataset import TEMPLATE_STEP
from DGMSegmentationLib.simulation.sources import find_sources
from DGMSegmentationLib.simulation.subject import Options, Simulated, simulate
from DGMSegmentationLib.simulation.template import build_template

ANATOMY = 90  # hoa-090
SEED = 19
OPTIONS = Options(voxel_size=(0.9, 0.9, 2.0), reconstructions=("tv",))
HERE = Path(__file__).resolve().parent
STEP_PPM = 1e-4
"""One count of the stored integers: 0.1 ppb, far below the noise; int16 then reaches +-3276 ppb."""
MARGIN = 4  # voxels of background around the head


def prepared_parts(labelmaps: Path, work: Path) -> Parts:
    """The registered parts of the sample's anatomy, kept in ``work`` (a quarter of a minute, once)."""
    path = work / f"hoa-{ANATOMY:03d}_parts.npz"
    if version_of(path) != PARTS_VERSION:
        sources = find_sources(labelmaps)
        number = ANATOMY - 1
        template = build_template(sources.atlas, sources.subcortical[::TEMPLATE_STEP])
        head = sources.whole_head[(number * 7) % len(sources.whole_head)]
        work.mkdir(parents=True, exist_ok=True)
        save_parts(path, register_parts(sources.subcortical[number], head, template))
    return load_parts(path)


def cropped(subject: Simulated) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(ppm, labels, affine) of the head with a small margin."""
    chi, labels, affine = subject.chi_ppm.data, subject.labels.data, subject.chi_ppm.affine.copy()
    inside = np.argwhere(chi != 0)
    low = np.maximum(inside.min(axis=0) - MARGIN, 0)
    high = np.minimum(inside.max(axis=0) + 1 + MARGIN, chi.shape)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    affine[:3, 3] += affine[:3, :3] @ low
    return chi[box], labels[box], affine


def write_sample(subject: Simulated, folder: Path) -> None:
    """Write the files of the sample; the truth is measured on the stored (rounded) volume."""
    folder.mkdir(parents=True, exist_ok=True)
    chi, labels, affine = cropped(subject)
    paths = {role: folder / name for role, name in FILES.items()}
    counts = np.rint(chi / STEP_PPM)
    counts = np.where((chi != 0) & (counts == 0), 1, counts)  # 0 means "outside the mask" and nothing else
    image = nib.Nifti1Image(np.clip(counts, -32767, 32767).astype(np.int16), affine)
    image.header.set_sform(affine, code="scanner")
    image.header.set_qform(affine, code="scanner")
    image.header.set_xyzt_units("mm")
    image.header.set_slope_inter(STEP_PPM, 0.0)
    image.header["descrip"] = b"simulated QSM, ppm"
    write_bytes(paths["image"], gzip.compress(image.to_bytes(), compresslevel=9, mtime=0))
    write_nifti(
        paths["labels"],
        labels.astype(np.uint8),
        affine,
        description="true labels of the sample",
        intent="label",
    )
    write_text(paths["lookup"], lookup_text())
    stored = read_image(paths["image"])
    in_ppb = stored.replace(data=stored.data * np.float32(1000), unit="ppb")
    rows = measure(
        read_labels(paths["labels"]), in_ppb, subject=NAME, image_name=paths["image"].name,
        mask=stored.data != 0,
    )  # fmt: skip
    write_long([replace(row, model="true labels of the simulation") for row in rows], paths["table"])
    write_json(paths["settings"], {"Units": "ppm", **subject.settings})


def main() -> None:
    """Make the sample."""
    parser = argparse.ArgumentParser(description="Make Resources/Sample/.")
    parser.add_argument("--labelmaps", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("sample-work"), help="keeps the registered anatomy")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=HERE.parents[1] / "Resources" / "Sample")
    options = parser.parse_args()
    subject = simulate(compose(prepared_parts(options.labelmaps, options.work)), options.seed, OPTIONS)
    write_sample(subject, options.output)
    for name, value in subject.settings.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
