"""A case of a study read from its files, opened and measured: what takes time and needs no scene, so that a thread can do
it while another case is read.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.case import MeasuredCase
    from DGMSegmentationLib.study.study import Opened, Study

    from .measurement import RunMeasured


@dataclass(frozen=True, eq=False)
class LoadedCase:
    """A case that can be shown at once."""

    opened: "Opened"
    measured: "MeasuredCase | None" = field(default=None)
    """Its labels, measured; None where there are none."""

    def measured_on(self, node: Any, volume: Any) -> "RunMeasured | None":
        """The measurement as that of the nodes which show the case."""
        from .measurement import RunMeasured

        measured = self.measured
        if measured is None:
            return None
        return RunMeasured(
            node.GetID(),
            volume.GetID(),
            volume.GetImageData().GetMTime(),
            measured.labels.data,
            measured.opened.mask,
            measured.structures,
        )


def load_case(study: "Study", name: str) -> LoadedCase:
    """Read a case. Raises InputError for an image that cannot be read or is no QSM."""
    from DGMSegmentationLib.measurement.case import measure_case
    from DGMSegmentationLib.preprocessing.case import open_case

    opened = study.open(name)
    if opened.labels is None or not opened.labels.data.any():
        return LoadedCase(opened)
    units = str(opened.record.rows_of.get("units") or "auto")
    return LoadedCase(opened, measure_case(opened.labels, open_case(opened.image, units=units)))
