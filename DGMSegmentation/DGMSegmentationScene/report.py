"""The report page of a segmentation in the scene."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .labels import labels_on_volume
from .measurement import Measurer
from .provenance import is_edited, provenance_of
from .volumes import image_of

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.roi import RoiRow


def write_report(
    node: Any, volume: Any, rows: "Sequence[RoiRow]", path: Path | str, units: str = "auto"
) -> None:
    """Write the self-contained page with picture, table, flags and provenance of one volume's rows.

    ``units``: as the rows were measured with.
    """
    import numpy as np

    from DGMSegmentationLib.errors import InputError
    from DGMSegmentationLib.reports.case_page import write_report as write_page

    if not rows:
        raise InputError("There is no table yet: segment a QSM volume, or choose a segmentation, first.")
    image = image_of(volume)
    unit = Measurer().unit_of(volume, units, node)
    factor = np.float32(unit.factor_to_ppb if unit else 1.0)
    write_page(
        Path(path),
        title=volume.GetName(),
        image_ppb=image.replace(data=np.asarray(image.data, dtype=np.float32) * factor, unit="ppb"),
        labels=labels_on_volume(node, volume).image,
        rows=list(rows),
        provenance={**provenance_of(node), "edited": is_edited(node)},
    )
