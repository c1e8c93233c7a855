"""trame-slicer's segment editor, bound to our segmentation: more undo, nuclei that do not overwrite each other."""

from typing import Any

from DGMSegmentationScene import navigation
from trame_server import Server
from trame_server.utils.typed_state import TypedState
from trame_slicer.app.logic import SegmentEditorLogic
from trame_slicer.app.ui import IslandsState, PaintEffectState, SmoothingState
from trame_slicer.core import SlicerApp
from trame_slicer.segmentation import (
    SegmentationEffectDraw,
    SegmentationEffectErase,
    SegmentationEffectIslands,
    SegmentationEffectNoTool,
    SegmentationEffectPaint,
    SegmentationEffectScissors,
    SegmentationEffectSmoothing,
    SegmentationEffectThreshold,
)
from trame_slicer.segmentation.paint_effect_parameters import BrushDiameterMode
from undo_stack import Signal, UndoStack

UNDO_STEPS = 40
BRUSH_MM = (0.5, 15.0, 4.0)  # smallest, largest, first: a red nucleus is about 6 mm wide
ISLAND_VOXELS = 20
SMOOTHING_MM = 1.0  # standard deviation

# name of a tool on the page, its icon, its key, and trame-slicer's effect
TOOLS = (
    ("View", "mdi-cursor-default-outline", "v", SegmentationEffectNoTool),
    ("Paint", "mdi-brush", "p", SegmentationEffectPaint),
    ("Erase", "mdi-eraser", "e", SegmentationEffectErase),
    ("Draw", "mdi-draw", "d", SegmentationEffectDraw),
    ("Scissors", "mdi-content-cut", "c", SegmentationEffectScissors),
    ("Islands", "mdi-scatter-plot", "i", SegmentationEffectIslands),
    ("Smooth", "mdi-blur", "s", SegmentationEffectSmoothing),
    ("Threshold", "mdi-auto-fix", "t", SegmentationEffectThreshold),
)


class EditorLogic(SegmentEditorLogic):
    """Edits one segmentation node at a time."""

    labels_changed = Signal()
    """The labels may have changed: by a stroke, an undo, or a run."""

    def __init__(self, server: Server, slicer_app: SlicerApp) -> None:
        super().__init__(server, slicer_app)
        self._undo_stack = UndoStack(undo_limit=UNDO_STEPS)
        self.segmentation_editor.set_undo_stack(self._undo_stack)
        self._connect_undo_stack_to_state()
        self.segmentation_editor.active_segment_id_changed.connect(self._tell_node)
        self.segmentation_editor.segmentation_modified.connect(self.labels_changed)

    def set_ui(self, ui: Any) -> None:
        """Connect the panel, with tool settings that fit small nuclei."""
        super().set_ui(ui)
        brush = TypedState(self.state, PaintEffectState).data
        smallest, largest, first = BRUSH_MM
        slider = brush.brush_diameter_slider
        slider.min_value, slider.max_value, slider.step, slider.value = smallest, largest, 0.5, first
        brush.brush_diameter_mode = BrushDiameterMode.Absolute
        TypedState(self.state, IslandsState).data.minimum_size = ISLAND_VOXELS
        TypedState(self.state, SmoothingState).data.standard_deviation = SMOOTHING_MM

    def edit(self, node: Any, volume: Any) -> None:
        """Edit this segmentation on this volume; the steps of undo of another one are forgotten."""
        editor = self.segmentation_editor
        chosen = editor.get_active_segment_id()
        editor.set_active_segmentation(node, volume)
        navigation.prepare_editor(node, volume, editor.editor_node)
        if chosen in editor.get_segment_ids():
            editor.set_active_segment_id(chosen)
        self._tell_node(editor.get_active_segment_id())
        self._on_segment_display_changed(self.data.segment_display)

    def choose(self, segment_id: str) -> None:
        """Make a segment the one that is edited."""
        self.segmentation_editor.set_active_segment_id(segment_id)

    def use_tool(self, effect_type: type) -> None:
        """Switch to a tool; the same tool again puts it away."""
        if type(self.segmentation_editor.active_effect) is effect_type:
            effect_type = SegmentationEffectNoTool
        self.segmentation_editor.set_active_effect_type(effect_type)

    def use_tool_named(self, title: str) -> None:
        """The same by the tool's name on the page."""
        for known, _icon, _letter, effect in TOOLS:
            if known == title:
                self.use_tool(effect)

    def undo(self) -> None:
        """Take the last step back."""
        self._undo_stack.undo()

    def redo(self) -> None:
        """Do it again."""
        self._undo_stack.redo()

    def show_surfaces(self, shown: bool) -> None:
        """Make or remove the surfaces in the 3D view."""
        self.data.segment_display.show_3d = shown
        self.data.segment_display.opacity_3d.is_disabled = not shown
        self._on_segment_display_changed(self.data.segment_display)

    def toggle_surfaces(self) -> None:
        """Surfaces on or off."""
        self.show_surfaces(not self.data.segment_display.show_3d)

    def toggle_visibility(self, segment_id: str) -> None:
        """Show or hide a segment."""
        self._on_toggle_segment_visibility_clicked(segment_id)

    def visible(self, segment_id: str) -> bool:
        """True when the segment is shown."""
        return bool(self.segmentation_editor.get_segment_visibility(segment_id))

    def _tell_node(self, segment_id: str) -> None:
        # The editable area leaves out the segment that the editor's node names; without it, nothing could be erased.
        self.segmentation_editor.editor_node.SetSelectedSegmentID(segment_id or None)
