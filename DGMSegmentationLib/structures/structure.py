"""One structure of a label set: its label value, names, colour, codes and expected ranges.

Ranges are sanity ranges for adults (volume in mm3, mean susceptibility in ppb under any common reference); outside them
means "check units, reference and segmentation", never "abnormal". Repeatability at 3 T: Lin et al. 2015. Codes: SNOMED
CT. FreeSurfer numbers and names: FreeSurferColorLUT.txt (it has none for the red nucleus).
"""

import colorsys
import re
from dataclasses import dataclass, fields

from ..errors import InputError

SIDE_NAMES = {"L": "left", "R": "right", "": ""}
SIDE_CODES = {"L": "7771000", "R": "24028007"}  # SNOMED CT laterality
PRIVATE_SCHEME = "99DGMSEG"  # DICOM PS3.16, 8.2: a coding scheme of one's own begins with 99

FREESURFER_BEYOND = 20_000
"""FreeSurfer's colour table ends below this: a structure that it does not number becomes 20000 and its label."""

LARGEST_LABEL = 99_999  # the largest number in FreeSurfer's colour table is below 15,000
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_ABBREVIATION = re.compile(r"[A-Za-z][A-Za-z0-9-]*(_[LR])?")
_UNFIT = re.compile(r"[\t\r\n|~^]")  # what parts the fields of tables and of Slicer's segments


@dataclass(frozen=True)
class Structure:
    """One row of a label set. Everything behind ``color`` may be missing: "" or None.

    Example:
        >>> Structure(11, "TH_L", "Left thalamus", "L").nucleus
        'TH'
    """

    label: int
    """Value of its voxels: 1 to 99999."""
    abbreviation: str
    """The nucleus and, for one of a pair, its side: "SN_L"; an unpaired structure is its nucleus alone."""
    name: str
    side: str = ""
    """ "L", "R" (of the patient), or "" for a structure without a partner."""
    color: str = "#808080"
    """As "#RRGGBB"."""
    sheet_slice: int | None = None
    """Which axial slice of the contact sheet shows it, 1 the lowest; None: as its height says."""
    snomed: str = ""
    snomed_meaning: str = ""
    freesurfer: int | None = None
    freesurfer_name: str = ""
    segdgm: int | None = None
    """The label value in the original project's files."""
    volume_low_mm3: float | None = None
    volume_high_mm3: float | None = None
    mean_low_ppb: float | None = None
    mean_high_ppb: float | None = None
    max_asymmetry: float | None = None
    """Largest expected |L - R| / (L + R) of the volumes."""
    repeatability_ppb: float | None = None
    """SD of the mean over repeated scans of one subject."""

    @property
    def nucleus(self) -> str:
        """What both sides share: "SN" of "SN_L" and "SN_R"."""
        return nucleus_of(self.abbreviation)

    @property
    def nucleus_name(self) -> str:
        """The name without its side, e.g. "Substantia nigra"."""
        whole = self.name
        if self.side and whole.lower().startswith(f"{self.side_name} "):
            whole = whole[len(self.side_name) + 1 :]
        return whole[:1].upper() + whole[1:]

    @property
    def side_name(self) -> str:
        """ "left", "right", or "" for an unpaired structure."""
        return SIDE_NAMES[self.side]

    @property
    def rgb(self) -> tuple[float, float, float]:
        """The colour as three numbers in 0..1."""
        red, green, blue = (int(self.color[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return red, green, blue

    @property
    def code(self) -> tuple[str, str, str]:
        """Coding scheme, code value and meaning of the structure without its side; a private code without SNOMED."""
        if self.snomed:
            return "SCT", self.snomed, self.snomed_meaning or self.nucleus_name
        return PRIVATE_SCHEME, self.nucleus, self.nucleus_name

    @property
    def side_code(self) -> tuple[str, str, str] | None:
        """Coding scheme, code value and meaning of the side; None for an unpaired structure."""
        return ("SCT", SIDE_CODES[self.side], self.side_name.capitalize()) if self.side else None

    @property
    def freesurfer_number(self) -> int:
        """The number in FreeSurfer's colour table, or one beyond it."""
        return FREESURFER_BEYOND + self.label if self.freesurfer is None else self.freesurfer

    @property
    def name_in_freesurfer(self) -> str:
        """The name in FreeSurfer's spelling, e.g. "Left-Caudate"; else its own in that style."""
        return self.freesurfer_name or "-".join(word[:1].upper() + word[1:] for word in self.name.split())


KINDS: dict[str, type[int] | type[float] | type[str]] = {
    field.name: next(kind for kind in (int, float, str) if kind.__name__ in str(field.type))
    for field in fields(Structure)
}
"""The columns of a table of structures in their order, and what they hold."""
COLUMNS = tuple(KINDS)


def nucleus_of(abbreviation: str) -> str:
    """What both sides of a nucleus share: "SN" of "SN_L"; an unpaired structure's whole abbreviation."""
    return abbreviation[:-2] if abbreviation.endswith(("_L", "_R")) else abbreviation


def check_structure(structure: Structure, label_set: str) -> None:
    """Raise InputError for a value that no structure of a set may have."""
    name = structure.abbreviation or structure.label
    if not 0 < structure.label <= LARGEST_LABEL:
        raise InputError(
            "structure_label",
            label_set=label_set,
            structure=name,
            label=structure.label,
            largest=LARGEST_LABEL,
        )
    if structure.side not in SIDE_NAMES:
        raise InputError("structure_side", label_set=label_set, structure=name, side=structure.side)
    tail = structure.abbreviation[-2:]
    if not _ABBREVIATION.fullmatch(structure.abbreviation) or (
        tail != f"_{structure.side}" if structure.side else tail in ("_L", "_R")
    ):
        raise InputError("structure_abbreviation", label_set=label_set, structure=name)
    if not structure.name.strip() or _UNFIT.search(structure.name):
        raise InputError("structure_name", label_set=label_set, structure=name)
    if not _COLOR.fullmatch(structure.color):
        raise InputError("structure_color", label_set=label_set, structure=name, color=structure.color)
    for low, high in (
        (structure.volume_low_mm3, structure.volume_high_mm3),
        (structure.mean_low_ppb, structure.mean_high_ppb),
    ):
        if low is not None and high is not None and low > high:
            raise InputError("structure_range", label_set=label_set, structure=name, low=low, high=high)


def spare_color(index: int) -> str:
    """A colour for a structure that has none, another for each index (hues apart by the golden angle)."""
    channels = colorsys.hsv_to_rgb(0.618034 * index % 1, 0.55, 0.85)
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in channels)


def derived_structure(label: int, name: str, abbreviation: str = "", index: int = 0) -> Structure:
    """A structure of which only label and names are known; the side is read from them ("Left ...", "..._L")."""
    side = {"_L": "L", "_R": "R"}.get(abbreviation[-2:], "")
    if not abbreviation:
        words = re.sub(r"[^A-Za-z0-9]+", " ", name).split()
        for word, code in (("left", "L"), ("right", "R")):
            if len(words) > 1 and word in (words[0].lower(), words[-1].lower()):
                side, words = code, [w for w in words if w.lower() != word]
        abbreviation = "-".join(words) + (f"_{side}" if side else "")
        if not abbreviation[:1].isalpha():
            abbreviation = f"S{abbreviation}"
    return Structure(label, abbreviation, name.strip() or abbreviation, side, spare_color(index))
