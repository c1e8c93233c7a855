"""The result: a table that follows the labels as they are edited, the views, the way to the Segment Editor."""

import logging
from typing import Any

import qt
import slicer
import vtk
from DGMSegmentationScene import navigation
from DGMSegmentationScene.measurement import Measurement, Measurer
from DGMSegmentationScene.provenance import INPUT_ROLE, attribute, is_edited
from DGMSegmentationScene.segments import label_set_of_node
from DGMSegmentationScene.volumes import refusal
from slicer.i18n import tr as _

from .table import RoiTable

DEBOUNCE_MS = 250


class Results:
    """Measures the chosen segmentation again whenever its labels or its volumes change."""

    def __init__(self, ui: Any, changed: Any) -> None:
        self._ui, self._changed = ui, changed
        self._table: RoiTable | None = None
        self._measurer = Measurer()
        self._observed: list[tuple[Any, int]] = []
        self._node_id = ""
        self.parameters: Any = None
        self.measurement = Measurement([])
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.connect("timeout()", self.update)
        ui.furtherSelector.connect("checkedNodesChanged()", self._schedule)
        ui.shownSelector.connect("currentIndexChanged(int)", self._show_table)
        ui.table.connect("cellDoubleClicked(int,int)", self._jump)
        ui.editButton.connect("clicked(bool)", self._edit)
        ui.show3DButton.connect("toggled(bool)", self._show_3d)
        ui.opacitySlider.connect("valueChanged(int)", self._set_opacity)

    def use(self, parameters: Any) -> None:
        """Work with the parameters of a scene; None while there is no scene."""
        self.parameters = parameters
        self._observe()

    @property
    def node(self) -> Any:
        """The segmentation that the table measures, or None."""
        return self.parameters.resultSegmentation if self.parameters is not None else None

    @property
    def volume(self) -> Any:
        """The volume that the segmentation was made from, else the chosen input volume; None when there is neither."""
        if self.node is None:
            return None
        return self.node.GetNodeReference(INPUT_ROLE) or self.parameters.inputVolume

    @property
    def pending(self) -> bool:
        """True while a change waits to be measured."""
        return bool(self._timer.active)

    def volumes(self) -> list[Any]:
        """All volumes to measure, the segmentation's own first."""
        own = self.volume
        chosen = [own] if not refusal(own) else []
        return chosen + [
            v for v in self._ui.furtherSelector.checkedNodes() if v is not own and not refusal(v)
        ]

    def present(self, node: Any, measured: Any = None) -> None:
        """A run has finished: show its segmentation, and its table in the loop's next turn. ``measured``: by the worker."""
        if self.parameters is None or node is None:
            return  # the scene was closed meanwhile
        self.parameters.resultSegmentation = node
        self._measurer.adopt(measured)
        self._observe()
        volume = self.volume
        unit = self._measurer.unit_of(volume, "auto", node)
        navigation.show_volume(slicer.mrmlScene, volume, unit.factor_to_ppb if unit else None)
        self._timer.start(0)

    def stop(self) -> None:
        """Forget the scene: no timer, no observer."""
        self._timer.stop()
        for caller, tag in self._observed:
            caller.RemoveObserver(tag)
        self._observed = []
        self._node_id = ""

    def update(self) -> None:
        """Measure and show."""
        from DGMSegmentationLib.errors import explained

        self._timer.stop()
        self.measurement = Measurement([])
        note = ""
        node, volumes = self.node, self.volumes() if self.node is not None else []
        if node is not None and not volumes:
            note = _("The volume of this segmentation is gone: choose it as QSM volume above.")
            if self.volume is not None:
                note = refusal(self.volume)
        elif node is not None:
            try:
                self.measurement = self._measurer.measure(node, volumes, self.parameters.units)
            except Exception as error:
                logging.exception("DGMSegmentation: the table could not be made")
                note = explained(error, _("The measurement")).sentence("panel")
        self._list_volumes(volumes)
        self._show_table()
        if node is not None:
            parts = [attribute(node, "Model"), _("edited by hand") if is_edited(node) else ""]
            note = " ".join([note, *self.measurement.notes, " - ".join(p for p in parts if p)]).strip()
        self._ui.resultNote.text = note
        self._ui.resultNote.visible = bool(note)
        self._show_unit(node)
        has_node = node is not None
        for widget in (self._ui.editButton, self._ui.show3DButton, self._ui.opacitySlider):
            widget.enabled = has_node
        for widget in (self._ui.show3DButton, self._ui.opacitySlider):
            widget.blockSignals(True)
        self._ui.show3DButton.checked = navigation.shows_3d(node)
        self._ui.opacitySlider.value = round(100 * navigation.opacity_of(node))
        for widget in (self._ui.show3DButton, self._ui.opacitySlider):
            widget.blockSignals(False)
        self._changed()

    def follow_parameters(self) -> None:
        """The user chose another segmentation, volume or unit: observe it and measure again."""
        if self.parameters is not None:
            self._observe()
            self._schedule()

    def _observe(self, *_arguments: Any) -> None:
        node = self.node
        if node is not None and node.GetID() == self._node_id:
            return
        self.stop()
        if node is not None:
            self._node_id = node.GetID()
            segmentation = node.GetSegmentation()
            for event in (
                slicer.vtkSegmentation.SourceRepresentationModified,
                slicer.vtkSegmentation.SegmentAdded,
                slicer.vtkSegmentation.SegmentRemoved,
                slicer.vtkSegmentation.SegmentModified,
            ):
                self._observed.append((segmentation, segmentation.AddObserver(event, self._schedule)))
            self._observed.append(
                (
                    node,
                    node.AddObserver(slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self._schedule),
                )
            )
            volume = self.volume
            if volume is not None:
                for event in (slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent, vtk.vtkCommand.ModifiedEvent):
                    self._observed.append((volume, volume.AddObserver(event, self._schedule)))
        self._schedule()

    def _schedule(self, *_arguments: Any) -> None:
        self._timer.start(DEBOUNCE_MS)

    def _list_volumes(self, volumes: list[Any]) -> None:
        selector = self._ui.shownSelector
        names = [volume.GetName() for volume in volumes]
        if [selector.itemText(i) for i in range(selector.count)] != names:
            selector.blockSignals(True)
            index = max(0, selector.currentIndex)
            selector.clear()
            selector.addItems(names)
            selector.currentIndex = min(index, len(names) - 1)
            selector.blockSignals(False)
        for widget in (selector, self._ui.shownLabel):
            widget.visible = len(names) > 1

    def _show_unit(self, node: Any) -> None:
        unit, detected = attribute(node, "Units"), attribute(node, "UnitsDetected") == "true"
        self._ui.unitsDetected.text = (
            f"{unit}, {_('detected') if detected else _('as given')}" if unit else ""
        )

    def _show_table(self, *_arguments: Any) -> None:
        if self._table is None:
            self._table = RoiTable(self._ui.table)
        rows = self.measurement.of_volume(max(0, self._ui.shownSelector.currentIndex))
        self._table.show(rows, label_set_of_node(self.node), self.measurement.reasons)

    def _jump(self, row: int, _column: int) -> None:
        if self.node is not None and self._table is not None:
            navigation.jump_to(self.node, self._table.label_of(row))

    def _edit(self) -> None:
        if self.node is not None:
            navigation.prepare_editor(self.node, self.volume)
            slicer.util.selectModule("SegmentEditor")

    def _show_3d(self, shown: bool) -> None:
        if self.node is not None:
            navigation.show_3d(self.node, shown)

    def _set_opacity(self, value: int) -> None:
        if self.node is not None:
            navigation.set_opacity(self.node, value / 100)
