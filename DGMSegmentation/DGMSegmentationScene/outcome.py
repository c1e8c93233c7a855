"""Where the labels of a run go when they come: the nodes may be gone, replaced or edited by then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .edits import is_edited, mark_unedited
from .navigation import show_alone
from .provenance import set_aside, write_provenance
from .segments import create_segmentation, show_labels

if TYPE_CHECKING:
    from DGMSegmentationLib.errors import Remark

    from .measurement import RunMeasured


@dataclass
class Target:
    """The volume and the output of a run, remembered by id. ``remarks``: what the user should know of the result."""

    scene: Any
    volume_id: str
    volume_name: str
    output_id: str = ""
    output_was_edited: bool = False
    voxels_time: int = 0
    """When the volume's voxels were changed last."""
    remarks: "list[Remark]" = field(default_factory=list)

    @classmethod
    def of(cls, volume: Any, output: Any = None) -> "Target":
        """The target as it is at the click."""
        return cls(
            volume.GetScene(),
            volume.GetID(),
            volume.GetName(),
            output.GetID() if output is not None else "",
            is_edited(output),
            volume.GetImageData().GetMTime(),
        )

    def receive(self, event: Mapping[str, Any]) -> "tuple[Any, RunMeasured]":
        """Put the labels of a worker's event "done" into a segmentation node and show it; the node, and what was measured.

        It is not shown when the user was editing its place meanwhile: then it is a new one that waits to be chosen.
        Raises InputError when the volume is gone or has another shape by now; then nothing is changed.
        """
        import numpy as np

        from DGMSegmentationLib.errors import InputError, Remark
        from DGMSegmentationLib.structures import LabelSet

        labels = np.load(event["labels"], allow_pickle=False)
        volume = self.scene.GetNodeByID(self.volume_id)
        if volume is None or volume.GetImageData() is None:
            raise InputError("volume_removed", name=self.volume_name)
        label_set = LabelSet.from_dict(event["label_set"])
        expected = tuple(volume.GetImageData().GetDimensions()), np.dtype(label_set.dtype)
        if (tuple(labels.shape), labels.dtype) != expected:
            raise InputError("volume_replaced", name=volume.GetName())
        node = edited = self.scene.GetNodeByID(self.output_id) if self.output_id else None
        if node is not None and is_edited(node):
            if self.output_was_edited:
                set_aside(node)  # the user agreed to replace it; the manual work stays at hand
            else:
                node = None  # edited while the run went on: never overwrite that
        if node is None:
            node = create_segmentation(self.scene, volume)
        waits = edited is not None and edited is not node
        if edited is not None and waits:
            self.remarks.append(Remark("edited_during_run", name=edited.GetName(), new=node.GetName()))
        show_labels(node, volume, labels, label_set)
        write_provenance(node, volume, event["provenance"])
        mark_unedited(node)
        if waits:
            node.SetDisplayVisibility(False)
        else:
            show_alone(node)
        return node, self._measured(event, node, volume, labels)

    def _measured(self, event: Mapping[str, Any], node: Any, volume: Any, labels: Any) -> "RunMeasured":
        import numpy as np

        from DGMSegmentationLib.measurement.case import MeasuredStructure

        from .measurement import RunMeasured

        mask = np.load(event["mask"], allow_pickle=False)
        structures = {
            int(label): MeasuredStructure.from_dict(plain) for label, plain in event["structures"].items()
        }
        return RunMeasured(node.GetID(), volume.GetID(), self.voxels_time, labels, mask, structures)
