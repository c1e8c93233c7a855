"""One complete individual anatomy: a tissue map of the whole head with its ten labels, made of three label sources.

The subcortex is an individual's own (HOA-2.0); SN, RN, STN and the two pallidal segments come from the registered atlas
(`template`); cortex, white matter, CSF and everything outside come from another individual's whole-head map, brought in
by the moments of the structures that both share, then by demons.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..image import Affine, Grid, Image, apply_weights, grid_weights
from ..structures import STANDARD
from ..structures.atoms import atoms
from .atoms import draw_atoms
from .heads import as_individual
from .protocol import Frame, anatomical_frame, draw_labels
from .refine import add_details
from .registration import demons, fit_affine, moment_points, sample, smoothed_channels
from .sources import HEAD, HOA, RIBBON, label_boxes, points_of, read_map
from .template import Template, nuclei_on_grid, place
from .tissues import RIGHT, code, mirror_table
from .vessels import PINEAL, VEINS

#: Grid of every anatomy: 0.8 mm, wide enough for a head, in the frame of the subcortical maps (near AC-PC).
SPACING = 0.8
GRID = Grid(
    (192, 240, 200),
    np.array([[SPACING, 0, 0, -76.4], [0, SPACING, 0, -114], [0, 0, SPACING, -76], [0, 0, 0, 1]]),
)
_COARSE = Grid(
    (52, 64, 54), np.array([[3.0, 0, 0, -76.5], [0, 3.0, 0, -114], [0, 0, 3.0, -80], [0, 0, 0, 1]])
)
_SHARED = (
    "thalamus",
    "caudate",
    "putamen",
    "pallidum",
    "brainstem",
    "cerebellar_cortex",
    "hippocampus",
    "ventricle",
)


@dataclass(frozen=True)
class Parts:
    """What the registrations give for one individual, on ``GRID``: enough to compose its anatomy in seconds.

    ``surroundings``: tissues of the warped whole head; ``hoa``: the individual's subcortical numbers; ``nuclei``: atlas
    nuclei in the deep box, 0..255; ``veins``: control points in mm.
    """

    name: str
    surroundings: NDArray[np.uint8]
    hoa: NDArray[np.uint8]
    nuclei: dict[str, NDArray[np.uint8]]
    veins: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Anatomy:
    """A tissue map (numbers of `tissues`, + RIGHT), its labels (0..10), its atoms (`atoms`), and where its veins run (mm)."""

    name: str
    tissue: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    atoms: NDArray[np.uint8]
    affine: Affine
    frame: Frame
    veins: dict[str, NDArray[np.float64]]

    @property
    def grid(self) -> Grid:
        """The lattice of both maps."""
        i, j, k = self.tissue.shape
        return Grid((i, j, k), self.affine)


def register_parts(subcortical: Path, whole_head: Path, template: Template) -> Parts:
    """The slow half: register a whole-head map and the midbrain template to a subcortical map, on ``GRID``.

    With the same file for both, the deep structures are the head's own (`heads`).
    """
    head = read_map(whole_head)
    individual = as_individual(head, GRID) if subcortical == whole_head else read_map(subcortical)
    hoa = sample(individual.data, np.linalg.inv(individual.affine), GRID).astype(np.uint8)
    placement = place(template, individual)
    box = _deep_box(hoa)
    nuclei = {
        name: np.rint(255 * np.clip(value, 0, 1)).astype(np.uint8)
        for name, value in nuclei_on_grid(template, placement, GRID, box).items()
    }
    veins = {name: placement.individual_points(np.asarray(line, float)) for name, line in VEINS.items()}
    veins["pineal"] = placement.individual_points(np.array([PINEAL]))
    return Parts(subcortical.name.split("_")[0], _surroundings(individual, head), hoa, nuclei, veins)


def compose(parts: Parts, ribbon: Path | None = None) -> Anatomy:
    """The quick half: lay the parts over one another, add details, and draw labels and atoms.

    ``ribbon``: a map of the individual's own cortex and white matter (`sources.RIBBON`), which replaces the other head's.
    """
    tissue = parts.surroundings.copy()
    if ribbon is not None:
        _lay_ribbon(tissue, parts.hoa, ribbon)
    _lay_subcortex(tissue, parts.hoa)
    box = _deep_box(parts.hoa)
    _lay_nuclei(
        tissue[box], parts.hoa[box], {n: np.asarray(v / 255, np.float32) for n, v in parts.nuclei.items()}
    )
    frame = anatomical_frame(tissue, GRID)
    add_details(tissue, GRID, box)
    labels, atoms = draw_labels(tissue, GRID, box, frame), draw_atoms(tissue, GRID, box, frame)
    return Anatomy(parts.name, tissue, labels, atoms, GRID.affine.copy(), frame, parts.veins)


def _surroundings(individual: Image, head: Image) -> NDArray[np.uint8]:
    """The whole-head map on ``GRID``, its deep structures replaced by white matter."""
    source, target = [], []
    boxes, head_boxes = label_boxes(individual), label_boxes(head)
    for name in _SHARED:
        for side in (0, 1) if HEAD[name][0] != HEAD[name][1] else (0,):
            source.append(moment_points(points_of(individual, (HOA[name][side],), boxes)))
            target.append(moment_points(points_of(head, (HEAD[name][side],), head_boxes)))
    to_head = fit_affine(np.vstack(source), np.vstack(target))

    to_voxel = np.linalg.inv(head.affine) @ to_head
    fixed = sample(individual.data, np.linalg.inv(individual.affine), _COARSE)
    moving = sample(head.data, to_voxel, _COARSE)
    hoa_groups = [
        HOA["ventricle"], HOA["thalamus"], HOA["caudate"], HOA["putamen"] + HOA["pallidum"],
        HOA["brainstem"] + HOA["vdc_posterior"] + HOA["vdc_anterior"], HOA["hippocampus"] + HOA["amygdala"],
        HOA["cerebellar_cortex"] + HOA["cerebellar_white"],
    ]  # fmt: skip
    head_groups = [
        HEAD["ventricle"], HEAD["thalamus"], HEAD["caudate"], HEAD["putamen"] + HEAD["pallidum"],
        HEAD["brainstem"] + HEAD["vdc"], HEAD["hippocampus"] + HEAD["amygdala"],
        HEAD["cerebellar_cortex"] + HEAD["cerebellar_white"],
    ]  # fmt: skip
    u = demons(
        smoothed_channels(fixed, hoa_groups, 1.0),
        smoothed_channels(moving, head_groups, 1.0),
        15,
        elastic=1.5,
    )

    weights = grid_weights(_COARSE, GRID, False)
    axes = [GRID.affine[a, 3] + SPACING * np.arange(GRID.shape[a], dtype=np.float32) for a in range(3)]
    moved = [
        axes[a].reshape([-1 if b == a else 1 for b in range(3)]) + 3.0 * apply_weights(u[a], weights)
        for a in range(3)
    ]
    matrix = to_voxel.astype(np.float32)
    voxel = [sum(matrix[a, b] * moved[b] for b in range(3)) + matrix[a, 3] for a in range(3)]
    warped = ndimage.map_coordinates(head.data, voxel, order=0, mode="constant")

    table = np.full(int(warped.max()) + 1, code("white_matter"), np.uint8)
    table[0] = code("outside")
    table[500:] = code("extracerebral")
    for name in (
        "csf",
        "cortex",
        "cerebellar_cortex",
        "cerebellar_white",
        "hippocampus",
        "amygdala",
        "brainstem",
        "ventricle",
    ):
        for value in HEAD[name]:
            if value < len(table):
                table[value] = code(name)
    for name in ("third_ventricle", "fourth_ventricle", "inferior_horn"):
        for value in HEAD[name]:
            table[value] = code("ventricle")
    for value in (30, 62, 85, 136, 137, 163, 164):  # vessels, chiasm and thin linings
        if value < len(table):
            table[value] = code("white_matter" if value in (136, 137, 163, 164) else "csf")
    return np.asarray(table[warped])


def _lay_ribbon(tissue: NDArray[np.uint8], hoa: NDArray[np.uint8], path: Path) -> None:
    """Replace the other head's cerebral cortex and white matter by the individual's own, in place."""
    image = read_map(path)
    ribbon = sample(image.data, np.linalg.inv(image.affine), GRID)
    white, cortex = np.isin(ribbon, RIBBON["white_matter"]), np.isin(ribbon, RIBBON["cortex"])
    own = white | cortex
    cerebrum = ndimage.binary_closing(own | (hoa > 0), iterations=4)
    foreign = np.isin(tissue, [code("cortex"), code("white_matter")]) & ~own
    tissue[foreign & ~cerebrum] = code("csf")
    tissue[foreign & cerebrum] = code("white_matter")
    tissue[white], tissue[cortex] = code("white_matter"), code("cortex")


def _lay_subcortex(tissue: NDArray[np.uint8], hoa: NDArray[np.uint8]) -> None:
    """Replace the surroundings by the individual's own subcortex, in place."""
    # Hippocampus, amygdala and ventricles of the other head that do not fall on the individual's own: tissue around them.
    foreign = np.isin(tissue, [code("hippocampus"), code("amygdala")])
    tissue[foreign] = code("white_matter")
    tissue[tissue == code("ventricle")] = code("white_matter")
    tissue[tissue == code("brainstem")] = code("csf")
    in_cerebellum = ndimage.binary_dilation(
        np.isin(hoa, HOA["cerebellar_cortex"] + HOA["cerebellar_white"]), iterations=2
    )
    lost = np.isin(tissue, [code("cerebellar_cortex"), code("cerebellar_white")]) & ~in_cerebellum
    tissue[lost] = code("csf")

    table = np.zeros(64, np.uint8)
    plain = {
        "ventricle": "ventricle", "third_ventricle": "ventricle", "fourth_ventricle": "ventricle", "csf": "csf",
        "fifth_ventricle": "ventricle", "inferior_horn": "ventricle", "brainstem": "brainstem", "chiasm": "white_matter",
        "vdc_anterior": "hypothalamus", "vdc_posterior": "tegmentum", "cerebellar_cortex": "cerebellar_cortex",
        "cerebellar_white": "cerebellar_white", "hippocampus": "hippocampus", "amygdala": "amygdala",
        "caudate": "caudate", "putamen": "putamen", "pallidum": "gpe", "thalamus": "thalamus", "accumbens": "accumbens",
    }  # fmt: skip
    for name, tissue_name in plain.items():
        for side, value in enumerate(HOA[name]):
            paired = name in ("caudate", "putamen", "pallidum", "thalamus", "accumbens")
            table[value] = code(tissue_name) + (RIGHT if paired and side else 0)
    # A shell of white matter keeps the other head's cortex and CSF off the striatum (external capsule).
    striatum = np.isin(hoa, HOA["caudate"] + HOA["putamen"] + HOA["pallidum"] + HOA["thalamus"])
    shell = (
        ndimage.binary_dilation(striatum, iterations=2)
        & np.isin(tissue, [code("cortex"), code("csf")])
        & (hoa == 0)
    )
    tissue[shell] = code("white_matter")
    tissue[hoa > 0] = table[hoa[hoa > 0]]
    inside = ndimage.binary_fill_holes(tissue > code("extracerebral"))
    tissue[inside & (tissue <= code("extracerebral"))] = code("csf")


def _deep_box(hoa: NDArray[np.uint8], margin_mm: float = 10.0) -> tuple[slice, ...]:
    """The box around thalamus, lentiform nucleus and ventral diencephalon, with a margin."""
    deep = np.isin(hoa, HOA["thalamus"] + HOA["putamen"] + HOA["caudate"] + HOA["vdc_posterior"])
    margin = round(margin_mm / SPACING)
    bounds = [np.flatnonzero(deep.any(axis=tuple(b for b in range(3) if b != a))) for a in range(3)]
    return tuple(
        slice(max(0, b[0] - margin), min(n, b[-1] + 1 + margin))
        for b, n in zip(bounds, deep.shape, strict=True)
    )


def _lay_nuclei(
    tissue: NDArray[np.uint8], hoa: NDArray[np.uint8], nuclei: dict[str, NDArray[np.float32]]
) -> None:
    """Lay SN, RN, STN and the pallidal segments into the box, in place."""
    vdc = np.isin(hoa, HOA["vdc_posterior"] + HOA["vdc_anterior"])
    midbrain = np.isin(hoa, HOA["vdc_posterior"] + HOA["brainstem"])
    free = vdc | (hoa == 0) | np.isin(hoa, HOA["brainstem"])
    pallidum = np.isin(hoa, HOA["pallidum"])
    side = np.where(_right_half(hoa), RIGHT, 0).astype(np.uint8)

    def lay(name: str, where: NDArray[np.bool_]) -> None:
        tissue[where] = code(name) + side[where]

    lay("gpi", pallidum & (nuclei["gpi"] > nuclei["gpe"]) & (nuclei["gpi"] > 0.15))
    lay("basal_forebrain", (nuclei["basal_forebrain"] > 0.4) & free & (tissue != code("csf")))
    lay("stn", (nuclei["stn"] > 0.45) & free)
    # QSM shows a larger SN and RN than CIT168 draws: the boundary is taken below 0.5 (blurred by 0.6 mm: 0.6-0.9 mm outwards).
    lay("sn", (nuclei["sn"] > 0.22) & midbrain & (nuclei["sn"] > nuclei["stn"]))
    lay("rn", (nuclei["rn"] > 0.26) & midbrain & (nuclei["rn"] > nuclei["sn"]))


def _right_half(hoa: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """True on the right of the midline, found between the two posterior ventral diencephala (a plane x = constant)."""
    left, right = (np.argwhere(hoa == v)[:, 0].mean() for v in HOA["vdc_posterior"])
    column = np.arange(hoa.shape[0]) > (left + right) / 2
    return np.broadcast_to(column[:, None, None], hoa.shape)


def mirrored(anatomy: Anatomy) -> Anatomy:
    """The anatomy with left and right exchanged, labels and sides of nuclei included (GRID is symmetric about x = 0)."""
    flip = np.array([-1.0, 1.0, 1.0])
    frame = Frame(anatomy.frame.origin * flip, anatomy.frame.rotation * np.outer(flip, flip))
    return Anatomy(
        f"{anatomy.name}-mirrored",
        mirror_table()[anatomy.tissue[::-1]],
        np.array(STANDARD.mirror, np.uint8)[anatomy.labels[::-1]],
        np.array(atoms().mirror, np.uint8)[anatomy.atoms[::-1]],
        anatomy.affine,
        frame,
        {name: line * flip for name, line in anatomy.veins.items()},
    )
