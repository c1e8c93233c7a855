"""What changes the chosen structure at once, as one step of undo each."""

from typing import Any

import numpy as np
from DGMSegmentationScene.reading import labels_on_volume
from trame_slicer.segmentation import SegmentationEffectThreshold
from trame_slicer.segmentation.segment_modifier import ModificationMode
from trame_slicer.utils import vtk_image_to_np
from undo_stack import Signal

from DGMSegmentationLib.errors import Remark

from . import shaping


class Changes:
    """For an editor that has ``segmentation_editor``, ``chosen`` and ``locked``. Arrays are indexed (k, j, i)."""

    segmentation_editor: Any
    chosen: Any
    locked: Any
    state: Any

    told = Signal(object)
    """A remark for the user: why nothing was changed."""

    def keep_range(self) -> None:
        """Take from the chosen structure the voxels whose values lie outside the range of the tool Threshold."""
        if (modifier := self._modifier()) is None:
            return
        threshold = self.segmentation_editor.get_effect(SegmentationEffectThreshold)
        low, high = threshold.get_threshold_min_max_values()
        values = vtk_image_to_np(modifier.get_source_image_data())
        self._apply(modifier, (values < low) | (values > high), ModificationMode.Remove)

    def wider(self) -> None:
        """One voxel more all round; in thick slices in each slice for itself."""
        self._margin(1)

    def narrower(self) -> None:
        """One voxel less all round."""
        self._margin(-1)

    def _margin(self, steps: int) -> None:
        if (modifier := self._modifier()) is None:
            return
        mask = self._mask(modifier)
        changed = shaping.with_margin(mask, _spacing(modifier), steps)
        if steps > 0:
            self._add(modifier, changed, mask)
        elif changed.any():
            self._apply(modifier, mask & ~changed, ModificationMode.Remove)
        else:
            self.told(Remark("margin_takes_all"))

    def fill_between(self) -> None:
        """Fill the slices of the chosen structure that are empty between others."""
        if (modifier := self._modifier()) is None:
            return
        mask, spacing = self._mask(modifier), _spacing(modifier)
        axis = shaping.thick_axis(spacing)
        self._add(modifier, shaping.filled_between(mask, 0 if axis is None else axis), mask)

    def grow(self) -> None:
        """Grow the chosen structure to where the values change."""
        if (modifier := self._modifier()) is None:
            return
        mask = self._mask(modifier)
        others = np.zeros_like(mask) if self.state.dgm_take else (self._labels().data > 0).T & ~mask
        values = vtk_image_to_np(modifier.get_source_image_data())
        self._add(modifier, shaping.grown_to_edge(mask, others, values, _spacing(modifier)), mask)

    def mirror(self) -> None:
        """Give the chosen structure the shape of its other side."""
        if (modifier := self._modifier()) is None:
            return
        labels = self._labels()
        structure = next((s for s in labels.label_set if s.abbreviation == self.chosen), None)
        shape = None if structure is None else shaping.mirrored(labels, structure.label)
        if shape is None or not shape.any():
            self.told(Remark("mirror_impossible"))
            return
        mask, wanted = self._mask(modifier), shape.T
        with modifier.group_undo_commands("Mirror"):
            self._apply(modifier, mask & ~wanted, ModificationMode.Remove)
            self._apply(modifier, wanted & ~mask, ModificationMode.Add)

    def neighbour(self) -> str:
        """The id of the segment that touches the chosen one most; empty when there is none."""
        labels = self._labels()
        chosen = next((s.label for s in labels.label_set if s.abbreviation == self.chosen), 0)
        found = shaping.neighbour_of(labels.data, chosen) if chosen else None
        return labels.label_set.by_label(found).abbreviation if found else ""

    def _modifier(self) -> Any:
        """None while nothing can be edited."""
        return None if self.locked or not self.chosen else self.segmentation_editor.active_segment_modifier

    def _mask(self, modifier: Any) -> Any:
        return modifier.get_segment_labelmap(self.chosen, as_numpy_array=True) > 0

    def _labels(self) -> Any:
        """As they are now, on the volume's grid (i, j, k)."""
        editor = self.segmentation_editor
        return labels_on_volume(editor.active_segmentation_node, editor.active_volume_node).image

    def _add(self, modifier: Any, changed: Any, mask: Any) -> None:
        if (changed & ~mask).any():
            self._apply(modifier, changed & ~mask, ModificationMode.Add)
        else:
            self.told(Remark("nothing_to_add"))

    @staticmethod
    def _apply(modifier: Any, where: Any, mode: ModificationMode) -> None:
        if where.any():
            labelmap = modifier.create_modifier_labelmap()
            vtk_image_to_np(labelmap)[:] = where
            modifier.apply_labelmap(labelmap, modification_mode=mode)


def _spacing(modifier: Any) -> tuple[float, float, float]:
    """Of the array's axes (k, j, i)."""
    i, j, k = modifier.get_source_image_data().GetSpacing()
    return k, j, i
