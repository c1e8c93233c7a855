"""Do labels lie where the map shows the nuclei? Small shifts of all labels together are tried; none should fit better.

Labels of another image of the same head, or with a wrong header, lie some millimetres away and still overlap the nuclei.
Iron-rich nuclei are brighter than what surrounds them (the caudate and putamen less so), so the sum of their contrasts is
largest where the labels belong: in twenty real volumes exactly there, and with labels shifted by 4 mm at that shift.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import Remark
from ..image import Image, label_set_of
from ..language import marked
from .places import ATLAS_MM
from .reference import measurable
from .roi import Box, structure_boxes
from .thinned import every

LEAST_SHIFT_MM = 2.9
"""Smaller ones are a matter of outlines; one slice of 3 mm is none."""
BETTER_THAN = 0.95
"""The contrast where the labels lie, as a share of the best one, below which they are misplaced: 1.00 in good labels."""
_STEP_MM, _REACH_MM = 2.0, 8.0
_SHELL_MM = (1.5, 4.5)  # away from a structure: partial volume ends, other nuclei begin
_POINTS = 150  # of a structure, and of its shell
_CLIP_PPB = 200.0  # from what surrounds the structures: veins and calcium must not decide
_LEAST_PPB = 15.0  # of contrast: less tells no place; 54 to 85 in twenty real volumes
_FEWEST = 4  # structures
_WORDS = (
    (marked("left"), marked("right")),
    (marked("back"), marked("front")),
    (marked("down"), marked("up")),
)


@dataclass(frozen=True)
class Misplacement:
    """A shift of all labels after which the nuclei stand out more."""

    shift_mm: tuple[float, float, float]
    """In the world (RAS+)."""
    here_ppb: float
    """Mean contrast of the structures where the labels lie."""
    there_ppb: float

    def as_remark(self) -> Remark:
        """In a sentence."""
        length = float(np.linalg.norm(self.shift_mm))
        parts = [
            _WORDS[axis][step > 0] for axis, step in enumerate(self.shift_mm) if abs(step) >= 0.3 * length
        ]
        return Remark(
            "labels_misplaced",
            shift=length,
            direction=parts,
            here=self.here_ppb,
            there=self.there_ppb,
        )


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What the map shows of one structure at every shift."""

    wide: Box
    """Around the structure and its shell."""
    labels: NDArray[np.integer]
    """In that box: as long as they stay, so does the rest."""
    inside: NDArray[np.floating]
    """The map at points of the structure after each shift, (shifts, n)."""
    shell: NDArray[np.floating]
    """The same of its shell; without points where it has none."""


def surroundings(
    labels: Image,
    image_ppb: Image,
    boxes: Mapping[int, Box] | None = None,
    known: Mapping[int, Surroundings] | None = None,
) -> dict[int, Surroundings]:
    """Of each nucleus of the atlas by label, those around which no label has changed taken from ``known`` of the same map.

    Args:
        labels, image_ppb, boxes: as for :func:`misplacement`.
        known: what an earlier call gave for this map.
    """
    label_set = label_set_of(labels)
    if boxes is None:
        boxes = structure_boxes(np.asarray(labels.data, label_set.dtype), label_set)
    margin = np.ceil(_SHELL_MM[1] / np.array(labels.spacing)).astype(int)
    steps = _shifts() @ np.linalg.inv(image_ppb.affine[:3, :3]).T
    found: dict[int, Surroundings] = {}
    for structure in label_set:
        if structure.nucleus not in ATLAS_MM or structure.label not in boxes:
            continue
        box = boxes[structure.label]
        x, y, z = (slice(max(0, s.start - m), s.stop + m) for s, m in zip(box, margin, strict=True))
        here = np.asarray(labels.data)[x, y, z]
        before = known.get(structure.label) if known else None
        if before is not None and before.wide == (x, y, z) and np.array_equal(before.labels, here):
            found[structure.label] = before
            continue
        few = every(labels.spacing)
        inside, shell = _inside_and_shell(
            here[:: few[0], :: few[1], :: few[2]], structure.label, np.multiply(labels.spacing, few)
        )
        low = [x.start, y.start, z.start]
        values = (_at(image_ppb.data, points * few + low, steps) for points in (inside, shell))
        found[structure.label] = Surroundings((x, y, z), here.copy(), *values)
    return found


def misplacement(
    labels: Image,
    image_ppb: Image,
    boxes: Mapping[int, Box] | None = None,
    seen: Mapping[int, Surroundings] | None = None,
) -> Misplacement | None:
    """The shift by 3 to 8 mm that suits all labels clearly better than their place; None where there is none.

    Args:
        labels: label values of its label set (i, j, k).
        image_ppb: the map in ppb on the same grid.
        boxes: the smallest box around each structure, where they are known.
        seen: their surroundings, where they are known.
    """
    if seen is None:
        seen = surroundings(labels, image_ppb, boxes)
    parts = [(part.inside, part.shell) for part in seen.values() if part.shell.size]
    if len(parts) < _FEWEST:
        return None
    shifts = _shifts()
    around = np.concatenate([shell[0] for _, shell in parts])  # after no shift
    middle = float(np.median(around[measurable(around)])) if measurable(around).any() else 0.0
    contrast = np.zeros(len(shifts))
    for inside, shell in parts:
        contrast += _means(inside, middle) - _means(shell, middle)
    contrast /= len(parts)
    best = int(np.argmax(contrast))
    here, there = float(contrast[0]), float(contrast[best])
    steps = shifts[best] @ np.linalg.inv(image_ppb.affine[:3, :3]).T
    moved = image_ppb.affine[:3, :3] @ np.rint(steps)  # as far as the voxels go
    if float(np.linalg.norm(moved)) < LEAST_SHIFT_MM or here >= BETTER_THAN * there or there < _LEAST_PPB:
        return None
    x, y, z = (float(step) for step in moved)
    return Misplacement((x, y, z), here, there)


def _shifts() -> NDArray[np.float64]:
    """All steps within reach (n, 3) in mm, none at all first."""
    steps = np.arange(-_REACH_MM, _REACH_MM + 0.1, _STEP_MM)
    found = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    length = np.linalg.norm(found, axis=1)
    found, length = found[length <= _REACH_MM + 0.1], length[length <= _REACH_MM + 0.1]
    return np.asarray(found[np.argsort(length, kind="stable")])


def _inside_and_shell(
    here: NDArray[np.integer], label: int, spacing: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Voxels of a structure and of the unlabelled shell around it in a part of the labels, (n, 3) each."""
    from scipy import ndimage

    inside = here == label
    away = ndimage.distance_transform_edt(~inside, sampling=spacing)
    shell = (here == 0) & (away > _SHELL_MM[0]) & (away <= _SHELL_MM[1])
    return _few(np.argwhere(inside)), _few(np.argwhere(shell))


def _few(points: NDArray[np.intp]) -> NDArray[np.intp]:
    return points[np.linspace(0, len(points) - 1, min(_POINTS, len(points))).round().astype(int)]


def _at(
    data: NDArray[np.floating], points: NDArray[np.intp], steps: NDArray[np.float64]
) -> NDArray[np.floating]:
    """The map at the points (n, 3) after each step, in voxels: (steps, n)."""
    index = np.rint(points[None] + steps[:, None]).astype(int)
    index = np.clip(index, 0, np.array(data.shape) - 1)
    return np.asarray(data[index[..., 0], index[..., 1], index[..., 2]])


def _means(values: NDArray[np.floating], middle: float) -> NDArray[np.float64]:
    """Mean after each step, against the middle of what surrounds the structures."""
    return np.asarray(
        np.where(measurable(values), np.clip(values - middle, -_CLIP_PPB, _CLIP_PPB), 0.0).mean(axis=1)
    )
