"""The report page of a segmentation in the scene."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .edits import is_edited
from .export import checked_name
from .provenance import provenance_of

PAGE_SUFFIXES = (".html", ".htm")

if TYPE_CHECKING:
    from .measurement import Measurement


def write_report(node: Any, measurement: "Measurement", path: Path | str) -> None:
    """Write the self-contained page with picture, table, flags and provenance of the first volume that was measured."""
    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.reports.case_page import write_report as write_page

    if not measurement.cases:
        raise InputError("no_table_yet")
    measured = measurement.cases[0]
    provenance = provenance_of(node)
    if measured.warnings and not provenance.get("warnings"):
        provenance["warnings"] = [str(remark) for remark in measured.warnings]
    write_page(
        checked_name(path, PAGE_SUFFIXES),
        measured,
        title=measured.options.image_name,
        provenance={**provenance, "edited": is_edited(node)},
    )
