"""Label files as other programs write them, from the labels of one synthetic head."""

import gzip
from functools import cache

import numpy as np

from DGMSegmentationLib.image import Image
from DGMSegmentationLib.io.files import write_nifti
from DGMSegmentationLib.simulation.phantom import phantom

FOREIGN = {
    "Caudate L": 9, "Caudate R": 10, "Pallidum L": 5, "Pallidum R": 6, "Putamen L": 7, "Putamen R": 8, "RN L": 1, "RN R": 2,
    "SN L": 3, "SN R": 4,
}  # fmt: skip
"""Names that are not ours, in an order that is not ours, and our labels."""


@cache
def head() -> tuple[Image, Image]:
    """A small head: image in ppm and labels."""
    return phantom((64, 76, 60), (2.5, 2.5, 2.5), 0)


def head_labels() -> Image:
    """Its labels, without a label set."""
    labels = head()[1]
    return Image(np.asarray(labels.data, np.uint8).copy(), labels.affine)


def seg_nrrd(path, data, segments, affine, tags=None, fields=None):
    """A .seg.nrrd as 3D Slicer writes it, byte by byte: one layer with value -> name, or several with (layer, value, name)."""
    layers = data if isinstance(data, list) else [data]
    rows = [(0, value, name) for value, name in segments.items()] if isinstance(segments, dict) else segments
    several = len(layers) > 1
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine
    vectors = ["(" + ",".join(str(x) for x in column[:3]) + ")" for column in lps.T]
    header = [
        "NRRD0004",
        "type: unsigned char",
        f"dimension: {3 + several}",
        "space: left-posterior-superior",
        f"sizes: {f'{len(layers)} ' if several else ''}{' '.join(map(str, layers[0].shape))}",
        f"space directions: {'none ' if several else ''}{' '.join(vectors[:3])}",
        f"kinds: {'list ' if several else ''}domain domain domain",
        "encoding: gzip",
        f"space origin: {vectors[3]}",
    ]
    for index, (layer, value, name) in enumerate(rows):
        header += [
            f"Segment{index}_ID:=Segment_{index + 1}",
            f"Segment{index}_Name:={name}",
            f"Segment{index}_LabelValue:={value}",
            f"Segment{index}_Layer:={layer}",
            f"Segment{index}_Tags:={(tags or {}).get(value, '')}",
            *(f"Segment{index}_{key}:={text}" for key, text in (fields or {}).get(value, {}).items()),
        ]
    voxels = np.stack(layers) if several else layers[0]
    path.write_bytes(
        ("\n".join(header) + "\n\n").encode() + gzip.compress(voxels.astype("u1").tobytes(order="F"))
    )
    return path


def mask_file(path, labels: Image, values):
    """The structures with these labels under the numbers 1, 2, ..."""
    data = np.zeros(labels.shape, np.uint8)
    for number, value in enumerate(values, start=1):
        data[labels.data == value] = number
    write_nifti(path, data, labels.affine)
    return path
