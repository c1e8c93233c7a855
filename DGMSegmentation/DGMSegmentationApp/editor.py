"""trame-slicer's segment editor, bound to our segmentation: more undo, nuclei that do not overwrite each other."""

from collections.abc import Callable
from typing import Any

import numpy as np
from DGMSegmentationScene import navigation
from trame_server import Server
from trame_server.utils.typed_state import TypedState
from trame_slicer.app.logic import SegmentEditorLogic
from trame_slicer.app.ui import BrushParametersState, IslandsState, PaintEffectState, SmoothingState
from trame_slicer.core import SlicerApp
from trame_slicer.segmentation import (
    SegmentationEditableAreaMode,
    SegmentationEffectDraw,
    SegmentationEffectErase,
    SegmentationEffectIslands,
    SegmentationEffectNoTool,
    SegmentationEffectPaint,
    SegmentationEffectScissors,
    SegmentationEffectSmoothing,
    SegmentationEffectThreshold,
    SegmentationOverwriteMode,
)
from trame_slicer.segmentation.paint_effect_parameters import BrushDiameterMode
from trame_slicer.utils import vtk_image_to_np
from undo_stack import Signal

from DGMSegmentationLib.image import bounding_box
from DGMSegmentationLib.language import texts_of

from .changes import Changes
from .cropping import small_steps
from .display import next_mode
from .shaping import thick_axis
from .undo import Steps

_ = texts_of(__name__)
UNDO_STEPS = 40
BRUSH_MM = (0.5, 15.0, 4.0)  # smallest, largest, first: a red nucleus is about 6 mm wide
BRUSH_STEP_MM = 0.5
ISLAND_VOXELS = 20
SMOOTHING_MM = 1.0  # standard deviation
AROUND_MM = 3.0  # what surrounds a structure, for the first range of the tool Threshold

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


def tool_words() -> dict[str, str]:
    """The names of the tools as the page shows them."""
    return {
        "View": _("View"),
        "Paint": _("Paint"),
        "Erase": _("Erase"),
        "Draw": _("Draw"),
        "Scissors": _("Scissors"),
        "Islands": _("Islands"),
        "Smooth": _("Smooth"),
        "Threshold": _("Threshold"),
    }


class EditorLogic(Changes, SegmentEditorLogic):
    """Edits one segmentation node at a time."""

    labels_changed = Signal()
    """The labels may have changed: by a stroke, an undo, or a run."""

    def __init__(self, server: Server, slicer_app: SlicerApp) -> None:
        super().__init__(server, slicer_app)
        self._locked = False
        self._volume_id = ""
        self._undo_stack = Steps(undo_limit=UNDO_STEPS)
        self.segmentation_editor.set_undo_stack(self._undo_stack)
        self._connect_undo_stack_to_state()
        self.segmentation_editor.active_segment_id_changed.connect(self._update_node)
        self.segmentation_editor.segmentation_modified.connect(self.labels_changed)
        # The effect's own range is made for the whole head, where it separates skull and air.
        threshold = self.segmentation_editor.get_effect(SegmentationEffectThreshold)
        self._range_of_head, threshold.auto_threshold = threshold.auto_threshold, self.range_of_structure

    def set_ui(self, ui: Any) -> None:
        """Connect the panel, with tool settings that fit small nuclei."""
        super().set_ui(ui)
        smoothing = TypedState(self.state, SmoothingState).data
        smoothing.standard_deviation = SMOOTHING_MM
        self._set_brush(TypedState(self.state, PaintEffectState).data, SegmentationEffectPaint)
        self._set_brush(TypedState(self.state, PaintEffectState).data, SegmentationEffectErase)
        self._set_brush(smoothing.brush, SegmentationEffectSmoothing)
        TypedState(self.state, IslandsState).data.minimum_size = ISLAND_VOXELS
        self.segmentation_editor.get_effect(SegmentationEffectIslands).set_minimum_island_size(ISLAND_VOXELS)

    def _set_brush(self, brush: BrushParametersState, effect_type: type) -> None:
        """A brush in millimetres. The effect itself gets it too: the state alone reaches only the tool in use, and the
        tools begin with a brush that is a part of the screen's height."""
        smallest, largest, first = BRUSH_MM
        slider = brush.brush_diameter_slider
        slider.min_value, slider.max_value, slider.step, slider.value = (
            smallest,
            largest,
            BRUSH_STEP_MM,
            first,
        )
        brush.brush_diameter_mode = BrushDiameterMode.Absolute
        effect = self.segmentation_editor.get_effect(effect_type)
        effect.set_brush_diameter(first, BrushDiameterMode.Absolute)
        effect.set_use_sphere_brush(brush.use_sphere_brush)

    def edit(self, node: Any, volume: Any) -> None:
        """Edit this segmentation on this volume; the steps of undo of another one are forgotten."""
        editor = self.segmentation_editor
        chosen = editor.get_active_segment_id()
        self.paint_anywhere()
        editor.set_active_segmentation(node, volume)
        small_steps(editor.active_segment_modifier)
        smoothing = TypedState(self.state, SmoothingState).data
        # A kernel of one voxel would change nothing.
        smoothing.kernel_size = max(smoothing.kernel_size, 3 * min(volume.GetSpacing()))
        navigation.prepare_editor(node, volume, editor.editor_node)
        self.take_from_neighbours(bool(self.state.dgm_take))
        if volume.GetID() != self._volume_id:  # the user's choice stays until another volume comes
            self._volume_id = volume.GetID()
            self.set_ball(thick_axis(tuple(volume.GetSpacing())) is None)
        if chosen in editor.get_segment_ids():
            editor.set_active_segment_id(chosen)
        self._update_node(editor.get_active_segment_id())
        self._on_segment_display_changed(self.data.segment_display)

    def leave(self) -> None:
        """What is edited goes out of the scene: no tool stays in the hand, no step of undo. The brush stays as it is."""
        self.segmentation_editor.deactivate_effect()
        self._undo_stack.clear()
        self._volume_id = ""

    @property
    def chosen(self) -> str:
        """The id of the segment that is edited; empty when there is none."""
        return str(self.segmentation_editor.get_active_segment_id())

    def choose(self, segment_id: str) -> None:
        """Make a segment the one that is edited."""
        self.segmentation_editor.set_active_segment_id(segment_id)

    def lock(self, locked: bool) -> None:
        """Put the tool away and let nothing be edited, nor undone, until it is unlocked: a run replaces the labels."""
        if locked and not self._locked:
            self.segmentation_editor.set_active_effect_type(SegmentationEffectNoTool)
        self._locked = locked

    @property
    def locked(self) -> bool:
        """True while nothing can be edited."""
        return self._locked

    @property
    def viewing(self) -> bool:
        """True when no tool is in the hand."""
        effect = self.segmentation_editor.active_effect
        return effect is None or isinstance(effect, SegmentationEffectNoTool)

    def use_tool(self, effect_type: type) -> None:
        """Switch to a tool; the tool in use stays."""
        if not self._locked:
            self.segmentation_editor.set_active_effect_type(effect_type)

    # --- the brush ------------------------------------------------------------------------------------------------

    def set_ball(self, ball: bool) -> None:
        """A brush through the slices, or one that is flat: in the slice that is painted alone."""
        for effect_type in (SegmentationEffectPaint, SegmentationEffectErase):
            self.segmentation_editor.get_effect(effect_type).set_use_sphere_brush(ball)
        TypedState(self.state, PaintEffectState).data.use_sphere_brush = ball

    def toggle_ball(self) -> None:
        """Flat or a ball."""
        self.set_ball(not TypedState(self.state, PaintEffectState).data.use_sphere_brush)

    def resize_brush(self, steps: int) -> None:
        """The brush wider or narrower by half millimetres."""
        slider = TypedState(self.state, PaintEffectState).data.brush_diameter_slider
        size = (round(slider.value / BRUSH_STEP_MM) + steps) * BRUSH_STEP_MM
        slider.value = size = min(BRUSH_MM[1], max(BRUSH_MM[0], size))
        for effect_type in (SegmentationEffectPaint, SegmentationEffectErase):
            self.segmentation_editor.get_effect(effect_type).set_brush_diameter(
                size, BrushDiameterMode.Absolute
            )

    def take_from_neighbours(self, taking: bool) -> None:
        """Whether what is added may lie on other structures, which lose it then; else they are left alone."""
        editor = self.segmentation_editor
        editor.set_editable_area(
            SegmentationEditableAreaMode.EVERYWHERE
            if taking
            else SegmentationEditableAreaMode.OUTSIDE_ALL_SEGMENTS
        )
        editor.set_overwrite_mode(SegmentationOverwriteMode.OVERWRITE_ALL)

    def use_tool_named(self, title: str) -> None:
        """The same by the tool's name on the page."""
        for known, _icon, _letter, effect in TOOLS:
            if known == title:
                self.use_tool(effect)

    def undo(self) -> None:
        """Take the last step back."""
        self._step(self._undo_stack.undo)

    def redo(self) -> None:
        """Do it again."""
        self._step(self._undo_stack.redo)

    def _step(self, step: Callable[[], None]) -> None:
        """A step of undo puts all segments anew, and a new segment is shown: what was hidden is hidden again."""
        if self._locked:
            return
        editor = self.segmentation_editor
        hidden = [i for i in editor.get_segment_ids() if not editor.get_segment_visibility(i)]
        step()
        for segment_id in hidden:
            editor.set_segment_visibility(segment_id, False)

    def paint_anywhere(self) -> None:
        """End the limit to a range of values that the tool Threshold gave to the other tools."""
        self.segmentation_editor.editor_node.SetSourceVolumeIntensityMask(False)

    def range_of_structure(self) -> None:
        """Set the range of the tool Threshold to what tells the chosen structure from its surroundings (Otsu's method)."""
        import SimpleITK
        from scipy import ndimage

        modifier = self.segmentation_editor.active_segment_modifier
        inside = modifier.get_segment_labelmap(self.chosen, as_numpy_array=True) > 0
        found = bounding_box(inside)
        if found is None:
            self._range_of_head()
            return
        image = modifier.get_source_image_data()
        values = vtk_image_to_np(image)
        lowest, highest = float(values.min()), float(values.max())
        spacing = image.GetSpacing()[::-1]
        reach = [int(AROUND_MM / s) + 1 for s in spacing]
        box = tuple(slice(max(0, s.start - r), s.stop + r) for s, r in zip(found, reach, strict=True))
        inside, values = inside[box], values[box].astype(np.float32)
        near = ndimage.distance_transform_edt(~inside, sampling=spacing) <= AROUND_MM
        split = SimpleITK.OtsuThresholdImageFilter()
        split.SetMaskValue(1)
        split.Execute(*(SimpleITK.GetImageFromArray(a) for a in (values, near.astype(np.uint8))))
        between = split.GetThreshold()
        brighter = values[inside].mean() > values[near & ~inside].mean()
        threshold = self.segmentation_editor.get_effect(SegmentationEffectThreshold)
        threshold.set_threshold_min_max_values((between, highest) if brighter else (lowest, between))

    def next_display(self) -> None:
        """Labels filled and outlined, filled, outlined, in turns."""
        display = self.data.segment_display
        display.opacity_mode = next_mode(display.opacity_mode)
        self._on_segment_display_changed(display)

    def toggle_labels(self) -> None:
        """Hide all labels, or show them again."""
        node = self.segmentation_editor.active_segmentation_node
        if node is not None:
            node.SetDisplayVisibility(not node.GetDisplayVisibility())

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

    def _update_node(self, segment_id: str) -> None:
        # The editable area leaves out the segment that the editor's node names; without it, nothing could be erased.
        self.segmentation_editor.editor_node.SetSelectedSegmentID(segment_id or None)
