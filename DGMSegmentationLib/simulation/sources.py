"""The label maps to simulate from: where they are, and what their numbers mean.

Three sets: individual subcortical maps (Harvard-Oxford Atlas 2.0), individual whole-head maps (FreeSurfer numbers plus
500s outside the brain) and one atlas with substantia nigra, red nucleus and subthalamic nucleus (CIT168).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from ..errors import InputError
from ..image import Image, reorient
from ..io.labels import read_labels

#: HOA-2.0 numbers (dseg.tsv of the data set), (left, right) or one number for both sides.
HOA = {
    "ventricle": (1, 2),
    "csf": (3, 3),
    "third_ventricle": (4, 4),
    "fourth_ventricle": (5, 5),
    "fifth_ventricle": (6, 6),
    "accumbens": (7, 8),
    "caudate": (9, 10),
    "putamen": (11, 12),
    "pallidum": (13, 14),
    "brainstem": (15, 15),
    "thalamus": (16, 17),
    "inferior_horn": (18, 19),
    "hippocampus": (20, 21),
    "amygdala": (22, 23),
    "chiasm": (24, 24),
    "vdc_anterior": (25, 26),
    "vdc_posterior": (27, 28),
    "cerebellar_cortex": (29, 30),
    "cerebellar_white": (31, 32),
}

#: FreeSurfer numbers of the whole-head maps (FreeSurferColorLUT.txt).
HEAD = {
    "white_matter": (2, 41),
    "cortex": (3, 42),
    "ventricle": (4, 43),
    "inferior_horn": (5, 44),
    "cerebellar_white": (7, 46),
    "cerebellar_cortex": (8, 47),
    "thalamus": (10, 49),
    "caudate": (11, 50),
    "putamen": (12, 51),
    "pallidum": (13, 52),
    "third_ventricle": (14, 14),
    "fourth_ventricle": (15, 15),
    "brainstem": (16, 16),
    "hippocampus": (17, 53),
    "amygdala": (18, 54),
    "csf": (24, 24),
    "accumbens": (26, 58),
    "vdc": (28, 60),
}

#: Numbers of the ribbon maps, cortex and white matter of the same individuals as HOA-2.0's (its RibbonParcellations).
RIBBON = {"white_matter": (2, 41), "cortex": (3, 42)}

#: CIT168 numbers, left; right = left + 100 (lookup.csv: SN holds both partes and the parabrachial pigmented nucleus).
CIT168 = {"sn": (7, 9), "rn": (8,), "stn": (16,), "gpe": (5,), "gpi": (6,), "basal_forebrain": (4, 12)}
CIT168_RIGHT = 100


@dataclass(frozen=True)
class LabelSources:
    """The files of the three sets."""

    subcortical: tuple[Path, ...]
    whole_head: tuple[Path, ...]
    atlas: Path


def find_sources(folder: Path) -> LabelSources:
    """Find ``hoa2/*_dseg.nii.gz``, ``wholehead/*_dseg.nii.gz`` and ``cit168/*_dseg.nii.gz`` in a folder.

    Raises InputError when one of the three is missing.
    """
    found = {
        name: tuple(sorted((folder / name).glob("*_dseg.nii.gz"))) for name in ("hoa2", "wholehead", "cit168")
    }
    for name, files in found.items():
        if not files:
            raise InputError("atlas_missing", path=folder, name=name)
    return LabelSources(found["hoa2"], found["wholehead"], found["cit168"][0])


def read_map(path: Path) -> Image:
    """Read a label map as it is numbered (int16), axes towards Right, Anterior, Superior."""
    image = reorient(read_labels(path, scheme=None), "RAS")
    return image.replace(data=np.ascontiguousarray(image.data, dtype=np.int16))


def points_of(
    image: Image, values: tuple[int, ...], boxes: list[tuple[slice, ...] | None] | None = None
) -> np.ndarray:
    """World positions (n, 3) in mm of the voxels with these values; ``boxes`` (of :func:`label_boxes`) makes it quick."""
    boxes = boxes or label_boxes(image)
    found = []
    for value in values:
        box = boxes[value - 1] if 0 < value <= len(boxes) else None
        if box is not None:
            found.append(np.argwhere(image.data[box] == value) + [s.start for s in box])
    if not found:
        raise InputError("atlas_label_missing", path=image.path, label=values[0])
    return np.vstack(found) @ image.affine[:3, :3].T + image.affine[:3, 3]


def label_boxes(image: Image) -> list[tuple[slice, ...] | None]:
    """The bounding box of every label value from 1 on (None where a value is absent)."""
    boxes: list[tuple[slice, ...] | None] = ndimage.find_objects(image.data)
    return boxes
