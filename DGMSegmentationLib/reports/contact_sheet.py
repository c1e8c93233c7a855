"""The picture of one case: the nuclei's outlines over the susceptibility map, in radiological orientation.

Axial slices, each through some of the nuclei (in the standard set red nucleus and substantia nigra; globus pallidus and
putamen; caudate nucleus), and a coronal one, with outlines above and without below, grey from -100 to 200 ppb. Drawn with
Pillow (:mod:`.sheet`): importing matplotlib alone takes longer than the network.
"""

import io
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of, reorient
from ..measurement.roi import labels_on_grid
from ..structures import STANDARD, LabelSet
from .sheet import Sheet

WINDOW_PPB = (-100.0, 200.0)
MARGIN_MM = 12.0
# Without any label: about the region of the basal ganglia around the middle of the volume.
_DEFAULT_EXTENT_MM = np.array([100.0, 120.0, 80.0])
# Radiological: the first axis runs to the patient's left, which is the right-hand side of the picture.
_AXES = "LAS"
_GAP_MM = 4.0
_MOST_NAMES = 4  # in a heading
_FEWEST_MIXTURES = 3  # of a structure's colour with greys, in a palette of 256


@dataclass(frozen=True)
class Cut:
    """One slice: the axis it is perpendicular to (2 axial, 1 coronal), its index there, and its heading."""

    axis: int
    index: int
    heading: str


def best_slice(
    labels: NDArray[Any], nuclei: tuple[str, ...], axis: int, label_set: LabelSet = STANDARD
) -> int | None:
    """The slice that shows most of these nuclei.

    Each structure counts with the root of its area relative to its largest one: a slice through the middle of
    many structures wins over one through the thickest part of a few.
    """
    other = tuple(a for a in range(3) if a != axis)
    score = np.zeros(labels.shape[axis])
    for structure in label_set:
        if structure.nucleus in nuclei:
            area = (labels == structure.label).sum(axis=other)
            score += np.sqrt(area / max(1, area.max()))
    return int(score.argmax()) if score.any() else None


def slice_groups(
    labels: NDArray[Any], height_mm: float, label_set: LabelSet = STANDARD
) -> list[tuple[str, ...]]:
    """The nuclei that share an axial slice, from below: as the set says, or else by their heights in "LAS" labels.

    By height there is a new slice at the two widest gaps of more than 4 mm. ``height_mm`` is that of a voxel.
    """
    slices = {s.nucleus: s.sheet_slice for s in label_set if s.sheet_slice is not None}
    if len(slices) == len(label_set.nuclei):
        return [tuple(n for n in slices if slices[n] == number) for number in sorted(set(slices.values()))]
    heights = {}
    for nucleus in label_set.nuclei:
        inside = np.isin(labels, [s.label for s in label_set.of_nucleus(nucleus)])
        middle = np.flatnonzero(inside.any(axis=(0, 1)))
        heights[nucleus] = float(middle.mean()) * height_mm if middle.size else 0.0
    ordered = sorted(heights, key=lambda nucleus: heights[nucleus])
    gaps = [heights[b] - heights[a] for a, b in pairwise(ordered)]
    ends = sorted(k + 1 for k in sorted(range(len(gaps)), key=lambda k: -gaps[k])[:2] if gaps[k] > _GAP_MM)
    return [tuple(ordered[a:b]) for a, b in pairwise((0, *ends, len(ordered)))]


def choose_cuts(
    labels: NDArray[Any], affine: NDArray[np.float64], label_set: LabelSet = STANDARD
) -> list[Cut]:
    """The slices, for labels in "LAS" axes: an axial one a group of nuclei, and a coronal one through all but the lowest.

    A missing group falls back to the middle of the array.

    The headings give the world position of the middle of each slice.
    """
    cuts = []
    groups = slice_groups(labels, float(affine[2, 2]), label_set)
    coronal = tuple(nucleus for group in groups[1:] or groups for nucleus in group)
    for nuclei, axis in (*((group, 2) for group in groups), (coronal, 1)):
        index = best_slice(labels, nuclei, axis, label_set)
        index = labels.shape[axis] // 2 if index is None else index
        plane, letter = ("axial", "z") if axis == 2 else ("coronal", "y")
        middle = (np.array(labels.shape) - 1) / 2
        middle[axis] = index
        position = affine[axis, :3] @ middle + affine[axis, 3]
        names = " · ".join(nuclei[:_MOST_NAMES]) + (" …" if len(nuclei) > _MOST_NAMES else "")
        shown = f"{names}, " if axis == 2 else ""
        cuts.append(Cut(axis, index, f"{shown}{plane}, {letter} = {position:.0f} mm"))
    return cuts


def crop_box(labels: NDArray[Any], spacing: tuple[float, ...], margin_mm: float = MARGIN_MM) -> list[slice]:
    """The box around all labels plus a margin; the third extent grows to the second, for panels of one
    size.
    """
    from scipy import ndimage

    steps, shape = np.array(spacing), np.array(labels.shape)
    boxes = ndimage.find_objects(labels)
    bounds = [
        _largest_part(labels[found] == label) + [s.start for s in found]
        for label, found in enumerate(boxes, start=1)
        if found is not None
    ]
    if bounds:
        low = np.min([b[0] for b in bounds], axis=0) - margin_mm / steps
        high = np.max([b[1] for b in bounds], axis=0) + margin_mm / steps
    else:
        low = shape / 2 - _DEFAULT_EXTENT_MM / steps / 2
        high = shape / 2 + _DEFAULT_EXTENT_MM / steps / 2
    missing = ((high - low) * steps)[1] - ((high - low) * steps)[2]
    if missing > 0:
        low[2] -= missing / steps[2] / 2
        high[2] += missing / steps[2] / 2
    starts = np.clip(np.floor(low), 0, shape - 1).astype(int)
    stops = np.clip(np.ceil(high), starts + 1, shape).astype(int)
    return [slice(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]


def _largest_part(inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """First and one past the last voxel (2, 3) of the largest part: stray islands must not widen the
    picture.
    """
    from scipy import ndimage

    parts, _ = ndimage.label(inside, np.ones((3, 3, 3)))
    largest = int(np.bincount(parts.ravel())[1:].argmax()) + 1
    found = ndimage.find_objects(parts, max_label=largest)[largest - 1]
    return np.array([[s.start for s in found], [s.stop for s in found]])


def contact_sheet(image_ppb: Image, labels: Image) -> bytes:
    """Draw the picture of one case and return it as PNG.

    ``labels`` may lie on another grid. Oblique volumes are shown along their own axes.
    """
    label_set = label_set_of(labels)
    array, _ = labels_on_grid(labels, image_ppb)
    turned = reorient(image_ppb, _AXES)
    marks = reorient(image_ppb.replace(data=array), _AXES).data
    box = crop_box(marks, turned.spacing)
    marks, values = marks[tuple(box)], turned.data[tuple(box)]
    values = np.nan_to_num(values, nan=-1e9, posinf=1e9, neginf=-1e9)
    cuts = choose_cuts(marks, turned.grid.cropped(box).affine, label_set)
    width, depth, height = np.array(values.shape) * turned.spacing
    sheet = Sheet(len(cuts), max(depth, height) / width, label_set)
    for column, cut in enumerate(cuts):
        across, up = (0, 1) if cut.axis == 2 else (0, 2)
        picture, here = (np.take(volume, cut.index, axis=cut.axis).T[::-1] for volume in (values, marks))
        sheet.panel(column, picture, here, (turned.spacing[across], turned.spacing[up]), WINDOW_PPB)
        sheet.heading(column, cut.heading)
    sheet.legend()
    sheet.scale("magnetic susceptibility, ppb", WINDOW_PPB)
    return _png(sheet.pixels(), label_set)


def _png(pixels: NDArray[np.uint8], label_set: LabelSet) -> bytes:
    """Pixels (rows, columns, RGB) as PNG with a palette of greys and of the structures' colours mixed with
    greys.

    A third of the size of true colours, which sets of very many structures get. A palette picked from the picture itself
    would lose the thin lines.
    """
    from PIL import Image as Picture

    out = io.BytesIO()
    greys = np.linspace(0, 255, 86)[:, None].repeat(3, axis=1)
    colours = np.array([s.rgb for s in label_set]) * 255
    mixtures = min(16, (256 - len(greys)) // len(colours) - 1)
    if mixtures < _FEWEST_MIXTURES:
        Picture.fromarray(pixels).save(out, format="png", compress_level=6)
        return out.getvalue()
    strong = mixtures // 4
    weak = (mixtures - strong) // 2
    mixed = [
        share * colour + (1 - share) * grey
        for colour in colours
        for share, levels in ((1.0, 1), (0.75, strong), (0.5, mixtures - strong - weak), (0.25, weak))
        for grey in np.linspace(0, 255, levels)
    ]
    palette = Picture.new("P", (1, 1))
    palette.putpalette(np.rint(np.concatenate([greys, mixed])).astype(np.uint8).tobytes())
    picture = Picture.fromarray(pixels).quantize(palette=palette, dither=Picture.Dither.NONE)
    indices = np.asarray(picture).copy()
    indices[(pixels == 255).all(axis=2)] = (
        len(greys) - 1
    )  # Pillow's search is approximate: keep the paper white
    white = Picture.fromarray(indices)
    white.putpalette(picture.getpalette() or [])
    white.save(out, format="png", compress_level=6)
    return out.getvalue()
