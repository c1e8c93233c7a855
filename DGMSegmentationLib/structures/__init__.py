"""Label sets: which structures there are, their label values, names, colours, codes and expected ranges.

Every model file and every label file carries the set that it was made with. ``STANDARD``, the ten of
Resources/Labels/standard.tsv, applies where nothing says otherwise. Its values stay as they are for ever: further
structures of ours take values from 11 on.
"""

from .label_set import LabelSet
from .structure import (
    COLUMNS,
    FREESURFER_BEYOND,
    LARGEST_LABEL,
    SIDE_CODES,
    Structure,
    derived_structure,
    nucleus_of,
    spare_color,
)
from .table import label_set_from_rows, rows_of_label_set, shipped_label_sets

__all__ = [
    "COLUMNS",
    "FREESURFER_BEYOND",
    "LARGEST_LABEL",
    "SIDE_CODES",
    "STANDARD",
    "LabelSet",
    "Structure",
    "derived_structure",
    "label_set_from_rows",
    "nucleus_of",
    "rows_of_label_set",
    "shipped_label_sets",
    "spare_color",
]

STANDARD = LabelSet.read("standard")
"""The ten of today."""
