"""Quality flags: what about a segmentation or a measurement deserves a look, and why, in plain words.

A flag never says "abnormal". It says "check this". The thresholds were set so that few of the structures of
twenty reference segmentations are flagged (see Docs/quality.md for the counts).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..image import Image, label_set_of
from ..language import marked
from ..structures import STANDARD, LabelSet, Structure
from .notes import NetworkNotes
from .roi import Box, RoiRow, structure_boxes
from .row_structures import label_set_of_rows

# The volume ranges of the standard label set come from several atlases that draw the nuclei differently, so
# only a volume far outside them is worth a look.
VOLUME_LOW_FACTOR, VOLUME_HIGH_FACTOR = 0.6, 1.5
# Loose voxels are common in manual and propagated labels; a flag is raised from this share of the structure
# on.
LOOSE_SHARE = 0.05
# Share of a structure's voxels that lie outside the brain mask.
OUTSIDE_MASK_SHARE = 0.02
EXCLUDED_SHARE = 0.05
# Red nucleus and substantia nigra are about 6 and 10 mm high: thicker voxels leave two slices or fewer.
THICKEST_VOXEL_MM = 3.2
OBLIQUE_DEGREES = 10.0
# Mean entropy of the class probabilities inside a structure, as a share of ln 2 (two classes equally likely), and Dice
# between the outlines in the head and in its mirror image: no good structure, most bad ones (Docs/quality.md).
ENTROPY_SHARE = 0.5
FLIP_DICE = 0.8
NETWORK_FLAGS = ("low_confidence", "flip_disagreement", "outside_prior")
"""Codes that cannot be told from labels and image afterwards."""
BOOKKEEPING = ("labels_resampled", "eroded", "own_unit")
"""Codes that say how a row was measured; they are no flags of quality and count in no sum of flags."""


def flags_of_quality(row: RoiRow) -> tuple[str, ...]:
    """The codes of a row that deserve a look."""
    return tuple(code for code in row.flag_list if code not in BOOKKEEPING)


@dataclass(frozen=True)
class Flag:
    """One thing to check. ``abbreviation`` is empty when it concerns the whole case.

    Example:
        >>> Flag("thick_voxels", "", "Voxels are 5.0 mm thick.").code
        'thick_voxels'
    """

    code: str
    abbreviation: str
    reason: str


def flags_from_rows(rows: Sequence[RoiRow], label_set: LabelSet | None = None) -> list[Flag]:
    """Flags that follow from one image's rows: empty, volume, asymmetry, mean, sign, missing values.

    ``label_set``: the structures with their ranges; by default those of the rows, with the standard set's ranges. A range
    that is missing raises no flag.
    """
    known = label_set or label_set_of_rows(rows)
    by_label = {row.label: row for row in rows}
    flags = _sign_flags(by_label, known)
    flipped = bool(flags)
    for row in rows:
        flags += _row_flags(row, known.by_label(row.label), flipped)
    for left, right in known.pairs:
        both = by_label.get(left.label), by_label.get(right.label)
        if both[0] and both[1] and both[0].n_voxels and both[1].n_voxels:
            flags += _asymmetry_flags(both[0], both[1], left)
    return flags


def _sign_flags(rows: Mapping[int, RoiRow], label_set: LabelSet) -> list[Flag]:
    """The structures that are expected to be the most paramagnetic, globus pallidus in the standard set, are not so."""
    lowest = {s.label: s.mean_low_ppb for s in label_set if s.mean_low_ppb is not None and s.mean_low_ppb > 0}
    surest = [s for s in label_set if lowest and lowest.get(s.label) == max(lowest.values())]
    means = [
        rows[s.label].mean_ppb for s in surest if s.label in rows and np.isfinite(rows[s.label].mean_ppb)
    ]
    if not means or np.mean(means) >= 0:
        return []
    names = " and ".join(dict.fromkeys(s.nucleus_name.lower() for s in surest))
    return [
        Flag(
            "sign_flip",
            "",
            f"The {names} is diamagnetic here ({np.mean(means):.0f} ppb on average): "
            "the sign of the map may be flipped, or the structures missed.",
        )
    ]


def _row_flags(row: RoiRow, structure: Structure, flipped: bool) -> list[Flag]:
    flags: list[Flag] = []

    def flag(code: str, reason: str) -> None:
        flags.append(Flag(code, row.abbreviation, f"{structure.name}: {reason}"))

    if row.n_voxels == 0:
        flag("empty", "no voxel was found.")
        return flags
    low, high = structure.volume_low_mm3, structure.volume_high_mm3
    if "eroded" not in row.flag_list:
        expected = _range(low, high)
        if low is not None and row.volume_mm3 < VOLUME_LOW_FACTOR * low:
            flag(
                "volume_low", f"{row.volume_mm3:.0f} mm3 is far below {expected} mm3; look for missing parts."
            )
        elif high is not None and row.volume_mm3 > VOLUME_HIGH_FACTOR * high:
            flag("volume_high", f"{row.volume_mm3:.0f} mm3 is far above {expected} mm3; look for leakage.")
    if row.n_excluded > EXCLUDED_SHARE * row.n_voxels:
        flag("no_values", f"{row.n_excluded} of {row.n_voxels} voxels carry no value and were left out.")
    low, high = structure.mean_low_ppb, structure.mean_high_ppb
    too_low = low is not None and row.mean_ppb < low
    if (too_low and not flipped) or (high is not None and row.mean_ppb > high):
        flag(
            "mean_low" if too_low else "mean_high",
            f"mean {row.mean_ppb:.0f} ppb lies outside {_range(low, high)} ppb; "
            "check units, reference and segmentation.",
        )
    return flags


def _range(low: float | None, high: float | None) -> str:
    """A range of which one end may be open, in words."""
    if low is None or high is None:
        return marked(f"at least {low or 0:.0f}") if high is None else marked(f"at most {high:.0f}")
    return marked(f"{low:.0f} to {high:.0f}")


def _asymmetry_flags(left: RoiRow, right: RoiRow, structure: Structure) -> list[Flag]:
    ratio = abs(left.volume_mm3 - right.volume_mm3) / (left.volume_mm3 + right.volume_mm3)
    if structure.max_asymmetry is None or ratio <= structure.max_asymmetry:
        return []
    reason = marked(
        f"{structure.nucleus_name}: the volumes of the two sides differ much "
        f"({left.volume_mm3:.0f} mm3 left, {right.volume_mm3:.0f} mm3 right)."
    )
    return [Flag("asymmetry", row.abbreviation, reason) for row in (left, right)]


@dataclass(frozen=True)
class StructureShape:
    """Where the voxels of one structure lie."""

    voxels: int
    n_parts: int
    """Pieces that touch along no face, edge or corner."""
    loose: int
    """Voxels outside the largest piece."""
    at_border: bool
    outside_mask: int
    """Voxels outside the brain mask."""


def structure_shape(
    array: NDArray[np.integer], label: int, box: Box, mask: NDArray[np.bool_] | None = None
) -> StructureShape:
    """The shape of one structure; ``box`` is the smallest that holds all its voxels in ``array``, ``mask`` the brain."""
    from scipy import ndimage

    inside = array[box] == label
    count = int(inside.sum())
    # All 26 neighbours connect: thin structures touch along edges and corners in thick slices.
    parts, n_parts = ndimage.label(inside, np.ones((3, 3, 3)))
    loose = count - int(np.bincount(parts.ravel())[1:].max())
    at_border = any(s.start == 0 or s.stop == n for s, n in zip(box, array.shape, strict=True))
    outside = 0 if mask is None else int((inside & ~np.asarray(mask[box], dtype=bool)).sum())
    return StructureShape(count, int(n_parts), loose, at_border, outside)


def flags_from_shape(structure: Structure, shape: StructureShape) -> list[Flag]:
    """Flags that follow from where a structure's voxels lie: loose parts, border of the image, outside the brain mask."""
    flags: list[Flag] = []

    def flag(code: str, reason: str) -> None:
        flags.append(Flag(code, structure.abbreviation, f"{structure.name}: {reason}"))

    count, outside = shape.voxels, shape.outside_mask
    if shape.n_parts > 1 and shape.loose > LOOSE_SHARE * count:
        flag("components", f"{shape.n_parts} separate parts; {shape.loose} of {count} voxels are loose.")
    if shape.at_border:
        flag("touches_border", "reaches the border of the image and may be cut off.")
    if outside > OUTSIDE_MASK_SHARE * count:
        flag(
            "outside_mask",
            f"{outside} of {count} voxels lie outside the brain mask, where the map has no values.",
        )
    return flags


def flags_from_geometry(labels: Image, mask: NDArray[np.bool_] | None = None) -> list[Flag]:
    """Flags that follow from where the voxels of all structures lie, and from the voxel lattice.

    ``mask`` is the brain mask on the labels' grid.
    """
    label_set = label_set_of(labels)
    array = np.asarray(labels.data, label_set.dtype)
    flags = []
    for label, box in structure_boxes(array, label_set).items():
        flags += flags_from_shape(label_set.by_label(label), structure_shape(array, label, box, mask))
    return flags + flags_from_grid(labels)


def flags_from_grid(image: Image) -> list[Flag]:
    """Flags that follow from the voxel lattice alone: thick voxels, an oblique volume."""
    from nibabel.affines import obliquity

    flags = []
    thickest = max(image.spacing)
    if thickest > THICKEST_VOXEL_MM:
        flags.append(
            Flag(
                "thick_voxels",
                "",
                f"Voxels are {thickest:.1f} mm thick: small structures span only two or three slices.",
            )
        )
    angle = float(np.degrees(obliquity(image.affine).max()))
    if angle > OBLIQUE_DEGREES:
        flags.append(
            Flag(
                "oblique",
                "",
                f"The volume is tilted by {angle:.0f} degrees: make sure that the reconstruction knew the "
                "direction of B0.",
            )
        )
    return flags


def flags_from_network(notes: NetworkNotes, label_set: LabelSet = STANDARD) -> list[Flag]:
    """Flags that only the run of the network can tell, from its notes (see :func:`segmentation.labelling.label_case`).

    ``undecided``: mean entropy by structure as a share of ln 2; ``flip_dice``: agreement with the mirrored head, when
    it was asked; ``beyond_prior_box``: structures at the border of the region where the model expects them;
    ``sign_flip``: the map looks sign-flipped.
    """
    flags = []
    if notes.get("sign_flip"):
        flags.append(
            Flag(
                "sign_flip",
                "",
                "The network is sure of most structures only when the sign of the map is changed: "
                "the sign may be flipped.",
            )
        )
    for structure in label_set:
        name = structure.abbreviation

        def flag(code: str, reason: str, structure: Structure = structure) -> None:
            flags.append(Flag(code, structure.abbreviation, f"{structure.name}: {reason}"))

        if notes.get("undecided", {}).get(name, 0.0) > ENTROPY_SHARE:
            flag(
                "low_confidence",
                "the network was undecided about much of it; compare its outline with the picture.",
            )
        if notes.get("flip_dice", {}).get(name, 1.0) < FLIP_DICE:
            flag(
                "flip_disagreement",
                "the network outlines it otherwise in the mirrored head; compare its outline with the picture.",
            )
        if name in notes.get("beyond_prior_box", ()):
            flag(
                "outside_prior",
                "it reaches beyond the region where it is expected; check the brain mask and the orientation.",
            )
    return flags


def quality_flags(
    rows: Sequence[RoiRow],
    labels: Image,
    mask: NDArray[np.bool_] | None = None,
    network: NetworkNotes | None = None,
) -> list[Flag]:
    """All flags of one case, those of the whole case first, then by structure. ``network``: notes of its run."""
    label_set = label_set_of(labels)
    flags = flags_from_rows(rows, label_set) + flags_from_geometry(labels, mask)
    return in_order(flags + flags_from_network(network or NetworkNotes(), label_set), label_set)


def in_order(flags: Iterable[Flag], label_set: LabelSet) -> list[Flag]:
    """Each flag once, those of the whole case first, then by structure."""
    order = {s.abbreviation: place for place, s in enumerate(label_set, start=1)}
    return sorted(dict.fromkeys(flags), key=lambda flag: order.get(flag.abbreviation, 0))


def add_flags(rows: Iterable[RoiRow], flags: Sequence[Flag]) -> list[RoiRow]:
    """The rows with the codes of their flags; flags of the whole case stand in every row."""
    return [
        row.with_flags([f.code for f in flags if f.abbreviation in ("", row.abbreviation)]) for row in rows
    ]
