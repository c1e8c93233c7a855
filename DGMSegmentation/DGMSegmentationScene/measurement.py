"""The ROI table of a segmentation and any number of volumes, on each volume's own grid."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from .edits import edited_labels
from .hierarchy import subject_of
from .opening import Opener
from .provenance import INPUT_ROLE, attribute, provenance_of
from .reading import LabelReader, LabelsOnGrid
from .segments import label_set_of_node
from .turns import Task, let_threads_work

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from DGMSegmentationLib.errors import Remark
    from DGMSegmentationLib.measurement.case import MeasuredCase, MeasuredStructure
    from DGMSegmentationLib.measurement.roi import RoiRow
    from DGMSegmentationLib.measurement.verdict import Verdict
    from DGMSegmentationLib.preprocessing.case import Case
    from DGMSegmentationLib.preprocessing.units import UnitDecision
    from DGMSegmentationLib.structures import LabelSet

FLAG_SHARED = "overlap"
IMAGE_NAME = "DGMSegmentation.ImageName"
"""The attribute of a volume that says how tables name its image, where that is not the node's name."""


@dataclass(frozen=True)
class Measurement:
    """What was measured in one or more volumes, and what the user should know about it in plain sentences."""

    cases: "list[MeasuredCase]"
    """In the order of the volumes."""
    notes: "list[Remark]" = field(default_factory=list)
    label_set: "LabelSet | None" = None
    """Of the segmentation; None stands for the standard set, without a segmentation."""

    def of_volume(self, index: int) -> "list[RoiRow]":
        """The rows of one of the volumes: one for each structure, none when it was not measured."""
        return self.cases[index].rows if index < len(self.cases) else []

    @property
    def rows(self) -> "list[RoiRow]":
        """The rows of all volumes, one volume after the other."""
        return [row for case in self.cases for row in case.rows]

    def reasons_of(self, index: int) -> dict[str, str]:
        """Flag code and abbreviation, "volume_low RN_L", -> the reason in words, in one of the volumes."""
        return self.cases[index].reasons if index < len(self.cases) else {}

    def verdict_of(self, index: int) -> "Verdict | None":
        """The verdict on one of the volumes; None when it was not measured or has no structure."""
        case = self.cases[index] if index < len(self.cases) else None
        return case.verdict if case is not None and any(row.n_voxels for row in case.rows) else None

    @property
    def reasons(self) -> dict[str, str]:
        """Those of all volumes together: a later one's where two share a flag."""
        return {key: reason for case in self.cases for key, reason in case.reasons.items()}


@dataclass(frozen=True, eq=False)
class RunMeasured:
    """What the worker measured when it made the labels of a node: it need not be measured again."""

    node_id: str
    volume_id: str
    voxels_time: int
    """When the volume's voxels were changed last before the run."""
    labels: "NDArray[Any]"
    """On the volume's grid."""
    mask: "NDArray[Any]"
    structures: "Mapping[int, MeasuredStructure]"


class Measurer:
    """Measures volumes and remembers what it knows of each, so that a table after an edit costs milliseconds: the image in
    ppb with its mask, and every structure that has not been touched since.

    ``units``: "auto", "ppm" or "ppb", for the first volume when the segmentation was not made from it. The unit of the
    others is always decided from their values: what is true of the QSM is not true of an R2* map beside it.
    """

    def __init__(self) -> None:
        self._opener = Opener()
        self._last: dict[tuple[str, str], MeasuredCase] = {}  # by segmentation and volume
        self._readers: dict[tuple[str, str], LabelReader] = {}
        self._run: RunMeasured | None = None

    def adopt(self, run: RunMeasured | None) -> None:
        """Take over what the worker measured in the run that has just ended."""
        self._run = run

    def measure(self, node: Any, volumes: Sequence[Any], units: str = "auto") -> Measurement:
        """Measure the structures in each volume; raises InputError with one sentence for an unusable volume."""
        result = Measurement([], label_set=label_set_of_node(node))
        for measured in self.in_turns(node, volumes, units, in_threads=False):
            result = measured or result
        return result

    def in_turns(
        self, node: Any, volumes: Sequence[Any], units: str = "auto", in_threads: bool = True
    ) -> "Iterator[Measurement | None]":
        """The same in pieces, so that a window can react between two: what is measured so far after each volume, None
        before a volume is measured and as long as a thread opens it.
        """
        from DGMSegmentationLib.errors import Remark

        result = Measurement([], label_set=label_set_of_node(node))
        made_from = attribute(node, "InputName")
        if volumes and made_from and node.GetNodeReference(INPUT_ROLE) is None:
            result.notes.append(Remark("origin_gone", made_from=made_from, measured=volumes[0].GetName()))
        edited = edited_labels(node)
        for index, volume in enumerate(volumes):
            run, unit = self._run_on(volume), units if index == 0 else "auto"
            mask = run.mask if run else None
            while in_threads and not self._opener.begin(volume, unit, node, mask):
                yield None
                let_threads_work()
            opened = self._opener.open(volume, unit, node, mask)
            if in_threads:
                yield None
            reader = self._readers.setdefault((node.GetID(), volume.GetID()), LabelReader())
            labels = reader.read(node, volume)
            measuring = self._measuring(node, volume, opened, labels, edited, result.notes)
            if in_threads:
                task = Task(measuring)
                while task.is_alive():
                    yield None
                    let_threads_work()
                measuring = task.result
            case = measuring()
            self._last[node.GetID(), volume.GetID()] = case
            result.cases.append(case)
            yield result
        # What is no longer shown is no longer held.
        shown = {(node.GetID(), volume.GetID()) for volume in volumes}
        for kept in (self._last, self._readers):
            for key in set(kept) - shown:
                del kept[key]
        self._opener.keep(volumes)

    def _measuring(
        self,
        node: Any,
        volume: Any,
        opened: "Case",
        labels: LabelsOnGrid,
        edited: "bool | frozenset[int]",
        notes: "list[Remark]",
    ) -> "Callable[[], MeasuredCase]":
        """What measures a volume; all that it needs of the scene is read already."""
        from DGMSegmentationLib.errors import Remark
        from DGMSegmentationLib.measurement.case import measure_case
        from DGMSegmentationLib.measurement.notes import notes_of_image
        from DGMSegmentationLib.measurement.options import MeasureOptions
        from DGMSegmentationLib.measurement.quality import Flag
        from DGMSegmentationLib.preprocessing.units import OWN_UNIT

        flags = []
        if opened.units.unit == OWN_UNIT:
            notes.append(Remark("values_as_they_are", name=volume.GetName()))
        if labels.shared_voxels:
            shared = Remark("voxels_shared", count=labels.shared_voxels)
            flags.append(Flag(FLAG_SHARED, "", str(shared)))
            notes.append(shared)
        return partial(
            measure_case,
            labels.image,
            opened,
            MeasureOptions(
                subject=subject_of(volume),
                image_name=volume.GetAttribute(IMAGE_NAME) or volume.GetName(),
                edited=edited,
                model=attribute(node, "Model"),
                codes=("labels_resampled",) if labels.resampled else (),
            ),
            # What only the run could tell holds as long as the labels are those of the run.
            network=notes_of_image(provenance_of(node)) if edited else provenance_of(node),
            flags=flags,
            known=self._known(node, volume, labels.image.data),
            previous=self._last.get((node.GetID(), volume.GetID())),
        )

    def _known(self, node: Any, volume: Any, labels: Any) -> "Mapping[int, MeasuredStructure] | None":
        """What the run measured, while the labels are as it made them."""
        import numpy as np

        run = self._run_on(volume)
        if run is None or run.node_id != node.GetID() or not np.array_equal(run.labels, labels):
            return None
        return run.structures

    def _run_on(self, volume: Any) -> RunMeasured | None:
        """The last run, when it was made from these very voxels."""
        run = self._run
        if run is None or run.volume_id != volume.GetID():
            return None
        return run if run.voxels_time == volume.GetImageData().GetMTime() else None

    def unit_of(self, volume: Any, units: str = "auto", node: Any = None) -> "UnitDecision | None":
        """The unit of a volume: as used for the segmentation made from it, as given, or decided; None when it is no QSM."""
        return self._opener.unit_of(volume, units, node)
