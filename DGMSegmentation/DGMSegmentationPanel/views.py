"""What the user sees of the result beside the table: slices, surfaces, opacity, and the way to the Segment Editor."""

from typing import TYPE_CHECKING, Any

import slicer
from DGMSegmentationScene import navigation, surfaces

if TYPE_CHECKING:
    from .results import Results


class Views:
    """The buttons below the table, and the double click on one of its rows."""

    def __init__(self, ui: Any, results: "Results") -> None:
        self._ui, self._results = ui, results
        self._framed: set[str] = set()  # shown in 3D before: the camera is the user's from then on
        ui.table.connect("cellDoubleClicked(int,int)", self._jump)
        ui.editButton.connect("clicked(bool)", self._edit)
        ui.show3DButton.connect("toggled(bool)", self._show_3d)
        ui.opacitySlider.connect("valueChanged(int)", self._set_opacity)
        ui.resultSelector.connect("nodeActivated(vtkMRMLNode*)", self._chosen)

    @property
    def _node(self) -> Any:
        return self._results.node

    def update(self) -> None:
        """Show what is true of the segmentation in the buttons."""
        node = self._node
        widgets = (self._ui.editButton, self._ui.show3DButton, self._ui.opacitySlider)
        for widget in widgets:
            widget.enabled = node is not None
            widget.blockSignals(True)
        self._ui.show3DButton.checked = surfaces.shown(node)
        self._ui.opacitySlider.value = round(100 * navigation.opacity_of(node))
        for widget in widgets:
            widget.blockSignals(False)

    def forget(self) -> None:
        """The scene is gone."""
        self._framed.clear()

    def _chosen(self, node: Any) -> None:
        if node is not None:
            navigation.show_alone(node)

    def _jump(self, row: int, _column: int) -> None:
        if self._node is not None:
            navigation.jump_to(self._node, self._results.label_of(row))

    def _edit(self) -> None:
        if self._node is not None:
            row = self._ui.table.currentRow()
            label = self._results.label_of(row) if row >= 0 else None
            navigation.prepare_editor(self._node, self._results.volume, label=label)
            slicer.util.selectModule("SegmentEditor")

    def _show_3d(self, shown: bool) -> None:
        if self._node is None:
            return
        surfaces.show(self._node, shown)
        if shown and self._node.GetID() not in self._framed:
            self._framed.add(self._node.GetID())
            surfaces.frame(self._node)

    def _set_opacity(self, value: int) -> None:
        if self._node is not None:
            navigation.set_opacity(self._node, value / 100)
