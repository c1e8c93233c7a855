"""The ROI table of a segmentation and any number of volumes, on each volume's own grid."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .labels import labels_on_volume
from .provenance import INPUT_ROLE, attribute, is_edited, provenance_of
from .segments import label_set_of_node
from .volumes import image_of

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.roi import RoiRow
    from DGMSegmentationLib.preprocessing.units import UnitDecision
    from DGMSegmentationLib.structures import LabelSet

FLAG_OTHER_UNIT = "not_susceptibility"
FLAG_SHARED = "overlap"


@dataclass(frozen=True)
class Measurement:
    """The rows of one or more volumes, and what the user should know about them in plain sentences."""

    rows: "list[RoiRow]"
    notes: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    """Flag code and abbreviation, "volume_low RN_L", -> the reason in words."""
    label_set: "LabelSet | None" = None
    """Of the segmentation; None stands for the standard set, without a segmentation."""

    def of_volume(self, index: int) -> "list[RoiRow]":
        """The rows of one of the volumes: one for each structure, none when it was not measured."""
        n = len(self.label_set or ())
        return self.rows[n * index : n * (index + 1)]


class Measurer:
    """Measures volumes and remembers the unit of each, so that a table after an edit costs milliseconds.

    ``units``: "auto", "ppm" or "ppb", for the first volume when the segmentation was not made from it. The unit of the
    others is always decided from their values: what is true of the QSM is not true of an R2* map beside it.
    """

    def __init__(self) -> None:
        self._units: dict[tuple[str, int, str], UnitDecision | None] = {}

    def measure(self, node: Any, volumes: Sequence[Any], units: str = "auto") -> Measurement:
        """Measure the structures in each volume; raises InputError with one sentence for an unusable volume."""
        from DGMSegmentationLib.measurement.quality import add_flags, quality_flags
        from DGMSegmentationLib.measurement.roi import measure

        edited = is_edited(node)
        model = attribute(node, "Model")
        result = Measurement([], label_set=label_set_of_node(node))
        made_from = attribute(node, "InputName")
        if volumes and made_from and node.GetNodeReference(INPUT_ROLE) is None:
            result.notes.append(
                f"The volume that these labels were made from, {made_from}, is gone; measured is {volumes[0].GetName()}."
            )
        for index, volume in enumerate(volumes):
            image = image_of(volume)
            labels = labels_on_volume(node, volume)
            decision = self.unit_of(volume, units if index == 0 else "auto", node)
            factor = decision.factor_to_ppb if decision else 1.0
            rows = measure(
                labels.image,
                _scaled(image, factor, labels.image.data),
                subject=_subject(node, volume),
                image_name=volume.GetName(),
                edited=edited,
                model=model,
            )
            flags = []
            if decision is not None:
                # What only the run could tell holds as long as the labels are those of the run.
                notes = {} if edited else provenance_of(node)
                flags = quality_flags(rows, labels.image, network=notes)
                rows = add_flags(rows, flags)
            else:
                rows = [row.with_flags([FLAG_OTHER_UNIT]) for row in rows]
                result.notes.append(
                    f"{volume.GetName()} is no QSM: its values stand in the table as they are, not in ppb."
                )
            if labels.shared_voxels:
                rows = [row.with_flags([FLAG_SHARED]) for row in rows]
                result.notes.append(
                    f"{labels.shared_voxels} voxels belong to two structures at once and are counted for one: "
                    "erase them from one of the two."
                )
            if labels.resampled:
                rows = [row.with_flags(["labels_resampled"]) for row in rows]
            result.reasons.update({f"{flag.code} {flag.abbreviation}".strip(): flag.reason for flag in flags})
            result.rows.extend(rows)
        return result

    def unit_of(self, volume: Any, units: str = "auto", node: Any = None) -> "UnitDecision | None":
        """The unit of a volume: as used for the segmentation made from it, as given, or decided; None when it is no QSM."""
        from DGMSegmentationLib.errors import InputError
        from DGMSegmentationLib.preprocessing.mask import brain_mask
        from DGMSegmentationLib.preprocessing.units import FACTOR_TO_PPB, UnitDecision, decide_units

        used = attribute(node, "Units")
        if used in FACTOR_TO_PPB and node.GetNodeReferenceID(INPUT_ROLE) == volume.GetID():
            detected = attribute(node, "UnitsDetected") == "true"
            return UnitDecision(used, FACTOR_TO_PPB[used], "as used for the segmentation", detected)
        key = (volume.GetID(), volume.GetImageData().GetMTime(), units)
        if key not in self._units:
            data = image_of(volume).data
            try:
                self._units[key] = decide_units(data, brain_mask(data), units)
            except InputError:
                self._units[key] = None
        return self._units[key]


def _scaled(image: Any, factor: float, labels: Any) -> Any:
    """The image in ppb where there are labels: the rest is not measured, so it is not computed."""
    import numpy as np
    from scipy import ndimage

    if factor == 1.0:
        return image
    box = ndimage.find_objects((labels > 0).astype(np.uint8))
    scaled = np.zeros(image.shape, dtype=np.float32)
    if box and box[0] is not None:
        window = tuple(slice(max(0, s.start - 1), s.stop + 1) for s in box[0])
        scaled[window] = np.asarray(image.data[window], dtype=np.float32) * np.float32(factor)
    return image.replace(data=scaled, unit="ppb")


def _subject(node: Any, volume: Any) -> str:
    """The patient or study folder of the subject hierarchy that holds the volume; empty when it is in none."""
    import slicer

    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    if hierarchy is None:
        return ""
    item = hierarchy.GetItemByDataNode(volume)
    while item and item != hierarchy.GetSceneItemID():
        item = hierarchy.GetItemParent(item)
        if item and hierarchy.GetItemLevel(item) == "Patient":
            return str(hierarchy.GetItemName(item))
    return ""
