"""The ten structures: label, names, colours, codes and expected ranges, read from Resources/structures.tsv.

The table is the only place where they are written. Its ranges are sanity ranges for adults (volume per side in mm3,
mean susceptibility in ppb under any common reference); outside them means "check units, reference and
segmentation", never "abnormal". Repeatability at 3 T: Lin et al. 2015. Codes: SNOMED CT. FreeSurfer numbers:
FreeSurferColorLUT.txt (it has none for the red nucleus).
"""

import csv
from dataclasses import dataclass

from .resources import resource_path

SIDE_NAMES = {"L": "left", "R": "right"}
SIDE_CODES = {"L": "7771000", "R": "24028007"}  # SNOMED CT laterality


@dataclass(frozen=True)
class Structure:
    """One row of the table of structures."""

    label: int
    abbreviation: str
    name: str
    nucleus: str
    side: str
    color: str
    snomed: str
    snomed_meaning: str
    freesurfer: int | None
    volume_low_mm3: float
    volume_high_mm3: float
    mean_low_ppb: float
    mean_high_ppb: float
    max_asymmetry: float
    repeatability_ppb: float

    @property
    def side_name(self) -> str:
        """ "left" or "right"."""
        return SIDE_NAMES[self.side]

    @property
    def rgb(self) -> tuple[float, float, float]:
        """The colour as three numbers in 0..1."""
        red, green, blue = (int(self.color[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return red, green, blue

    @property
    def original(self) -> int:
        """The label value in the original project's files, 2..11 (its value 1 is unused)."""
        return self.label + 1


def _read() -> tuple[Structure, ...]:
    with open(resource_path("structures.tsv"), encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return tuple(
        Structure(
            label=int(row["label"]),
            abbreviation=row["abbreviation"],
            name=row["name"],
            nucleus=row["nucleus"],
            side=row["side"],
            color=row["color"],
            snomed=row["snomed"],
            snomed_meaning=row["snomed_meaning"],
            freesurfer=int(row["freesurfer"]) if row["freesurfer"] else None,
            volume_low_mm3=float(row["volume_low_mm3"]),
            volume_high_mm3=float(row["volume_high_mm3"]),
            mean_low_ppb=float(row["mean_low_ppb"]),
            mean_high_ppb=float(row["mean_high_ppb"]),
            max_asymmetry=float(row["max_asymmetry"]),
            repeatability_ppb=float(row["repeatability_ppb"]),
        )
        for row in rows
    )


STRUCTURES: tuple[Structure, ...] = _read()
N_CLASSES = len(STRUCTURES) + 1  # background is class 0
NUCLEI: tuple[str, ...] = tuple(dict.fromkeys(s.nucleus for s in STRUCTURES))

FREESURFER_BEYOND = 20_000
"""FreeSurfer's colour table has no red nucleus and ends below this: ours become 20001 and 20002."""

LABEL_SCHEMES: dict[str, dict[int, int]] = {
    "dgm": {s.label: s.label for s in STRUCTURES},
    "segdgm": {s.original: s.label for s in STRUCTURES},
    "freesurfer": {s.freesurfer or FREESURFER_BEYOND + s.label: s.label for s in STRUCTURES},
}
"""Foreign label value -> ours, by scheme: ours, the original project's 2..11, FreeSurfer's numbers."""


def by_label(label: int) -> Structure:
    """Return the structure with this label (1..10); raises KeyError for any other value."""
    for structure in STRUCTURES:
        if structure.label == label:
            return structure
    raise KeyError(label)


def by_abbreviation(abbreviation: str) -> Structure:
    """Return the structure with this abbreviation, e.g. "SN_L"; raises KeyError for an unknown one."""
    for structure in STRUCTURES:
        if structure.abbreviation == abbreviation:
            return structure
    raise KeyError(abbreviation)


def mirrored(label: int) -> int:
    """Return the label of the same nucleus on the other side; background stays 0."""
    if label == 0:
        return 0
    here = by_label(label)
    return next(s.label for s in STRUCTURES if s.nucleus == here.nucleus and s.side != here.side)


MIRROR: tuple[int, ...] = tuple(mirrored(label) for label in range(N_CLASSES))
"""MIRROR[label] is the label after the head is mirrored left to right."""
