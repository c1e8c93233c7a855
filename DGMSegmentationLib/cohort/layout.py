"""What a cohort's output folder holds besides the derivatives of each case: the tables of all, and the files of BIDS' own."""

import json
from pathlib import Path

from .. import __version__
from ..io.bids.derivatives import DESCRIPTION, described
from ..io.bids.names import ATLAS
from ..io.files import write_json, write_text
from ..io.lookup import lookup_text
from ..measurement.tables import COLUMN_DESCRIPTIONS
from ..structures import STANDARD, LabelSet

LONG, WIDE, CASES = "rois_long.tsv", "rois_wide.tsv", "cases.tsv"
CHANGES, CHANGES_PAGE, NORMS = "changes.tsv", "changes.html", "norms.tsv"
PAGE = "cohort.html"

_README = "Deep-gray-matter nuclei in susceptibility maps, made by dgmseg cohort. For research use only.\n"
_IGNORED = "*.html\nrois_*.tsv\ncases.tsv\nchanges.tsv\nnorms.tsv\nworklist.tsv\nreadings.tsv\n*_stats.*\n"


def write_frame(output: Path, root: Path, label_set: LabelSet = STANDARD) -> None:
    """The files that BIDS asks for once: description, label table, meaning of the columns; only where they change.

    ``root`` is the folder of the images. The label table of the whole folder is that of the standard set: cases with
    labels of another one have their own.

    What a person wrote into README, .bidsignore or the description stays.
    """
    columns = {name: {"Description": text, **_units(name)} for name, text in COLUMN_DESCRIPTIONS.items()}
    _write_changed(output / DESCRIPTION, described(output, root, __version__))
    _write_changed(output / f"{ATLAS}_stats.json", columns)
    lookup = output / f"{ATLAS}_dseg.tsv"
    text = lookup_text(STANDARD)
    if label_set == STANDARD and not (lookup.exists() and lookup.read_text(encoding="utf-8") == text):
        write_text(lookup, text)
    for name, text in (("README", _README), (".bidsignore", _IGNORED)):  # people write in these
        if not (output / name).exists():
            write_text(output / name, text)


def _units(column: str) -> dict[str, str]:
    ending = "ppb" if column in ("p05", "p25", "p75", "p95", "min", "max") else column.rpartition("_")[2]
    return {"Units": ending} if ending in ("mm3", "ppb", "percent") else {}


def _write_changed(path: Path, content: object) -> None:
    try:
        same = json.loads(path.read_text(encoding="utf-8")) == content
    except (OSError, ValueError):
        same = False
    if not same:
        write_json(path, content)
