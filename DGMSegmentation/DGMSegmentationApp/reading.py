"""The views as somebody reads in them: framed on the nuclei, window by the mouse, values under the cursor, keys for slices."""

import asyncio
from functools import reduce
from typing import Any

import numpy as np
from DGMSegmentationScene.doubtful import middle_of_slice, slice_shown
from DGMSegmentationScene.volumes import affine_of, array_of
from trame_slicer.views import Layout, LayoutDirection, ViewLayoutDefinition

from DGMSegmentationLib.image import union
from DGMSegmentationLib.language import word

from .background import blacken
from .editor import EditorLogic
from .session import Session

LAYOUT = "Axial large"
MARGIN_MM = 20.0  # around the nuclei
WINDOWS_PPB = ((-100, 200), (-50, 150), (-200, 400), (-20, 80))
TELL_S = 0.08  # the cursor's place is told so often
CLICK_PX = 3  # a press that moves no further is a click
_SAME_ZOOM = 0.01
FIRST = 10.0  # priority of an observer


def layout() -> Layout:
    """The axial view large, the others small beside it."""
    view = ViewLayoutDefinition
    others = Layout(LayoutDirection.Vertical, [view.coronal_view(), view.sagittal_view(), view.threed_view()])
    return Layout(LayoutDirection.Horizontal, [view.axial_view(), others], flex_sizes=["2.4", "1"])


class Reading:
    """What the views show, and what the mouse does in them while no tool is in the hand."""

    def __init__(self, session: Session, editor: EditorLogic, views: Any, state: Any) -> None:
        self._session, self._editor, self._views, self._state = session, editor, views, state
        self._framed: dict[str, float] = {}  # by view: the millimetres across that we set
        self._pressed: tuple[int, int] | None = None
        self._later: Any = None
        self._window: tuple[float, float] | None = None
        self._under = ""  # the view under the mouse
        self.picked: Any = None
        """Called with the label of a structure that was clicked in a slice."""
        self.window_moved: Any = None
        """Called with the window that the views show now, in the volume's own values."""
        editor.segmentation_editor.active_effect_name_changed.connect(self._tool_changed)
        self._cross()
        for view in views.get_slice_views():
            interactor = view.interactor()
            # Before Slicer's own handlers, which keep the events to themselves.
            interactor.AddObserver("LeftButtonPressEvent", self._press, FIRST)
            interactor.AddObserver("LeftButtonReleaseEvent", lambda *_, v=view: self._release(v), FIRST)
            view.modified.connect(self._tell_soon)
        for view in views.get_threed_views():
            view.set_background_color([0, 0, 0])
        self._tool_changed()

    # --- where the views are --------------------------------------------------------------------------------------

    def frame(self, keep_zoom: bool = True) -> None:
        """Show the box of all nuclei and two centimetres around it; a zoom of the user's stays, about the new middle."""
        box = self._box()
        if box is None:
            return
        low, high = box
        middle = (low + high) / 2
        for view in self._slice_views():
            node = view.get_view_node()
            axes = np.array([[node.GetSliceToRAS().GetElement(r, c) for c in range(2)] for r in range(3)])
            needed = np.abs(axes).T @ (high - low) + 2 * MARGIN_MM
            width, height = max(1, node.GetDimensions()[0]), max(1, node.GetDimensions()[1])
            scale = max(needed[0] / width, needed[1] / height)  # mm of a pixel
            name, depth = view.get_singleton_tag(), node.GetFieldOfView()[2]
            known = self._framed.get(name)
            if not (keep_zoom and known and abs(_pixel(node) / known - 1) > _SAME_ZOOM):
                node.SetFieldOfView(scale * width, scale * height, depth)
                self._framed[name] = scale
            offset = [node.GetSliceToRAS().GetElement(r, 3) for r in range(3)]
            node.JumpSliceByCentering(*middle)
            node.JumpSliceByOffsetting(*offset)
            view.schedule_render()

    def fit(self, keep_zoom: bool = False) -> None:
        """The whole volume in every view; of one that was framed before the zoom can stay, about the new middle."""
        zooms = {}
        if keep_zoom and self._framed:
            zooms = {v.get_singleton_tag(): _pixel(v.get_view_node()) for v in self._slice_views()}
        else:
            self._framed.clear()
        for view in self._views.get_views():
            view.reset_view()
            if scale := zooms.get(view.get_singleton_tag()):
                node = view.get_view_node()
                width, height = node.GetDimensions()[:2]
                node.SetFieldOfView(scale * width, scale * height, node.GetFieldOfView()[2])
        self._tell_soon()

    def show_all_in_3d(self) -> None:
        """The structures fill the 3D view."""
        for view in self._views.get_threed_views():
            view.reset_view()
            view.set_background_color([0, 0, 0])

    def jump(self, point: tuple[float, float, float]) -> None:
        """The slices through a point (RAS, mm); what is in the middle of each view stays."""
        for view in self._slice_views():
            view.get_view_node().JumpSliceByOffsetting(*point)
        self.snap()

    def snap(self) -> None:
        """Slices through the middle of voxels."""
        for view in self._slice_views():
            view._logic.SnapSliceOffsetToIJK()

    def _box(self) -> Any:
        """Of all structures: lowest and highest corner (RAS, mm); None without a voxel."""
        cases = self._session.measurement.cases
        if not cases or not cases[0].structures:
            return None
        whole = reduce(union, (known.box for known in cases[0].structures.values()))
        corners = np.array(np.meshgrid(*[(s.start - 0.5, s.stop - 0.5) for s in whole])).reshape(3, -1)
        affine = cases[0].labels.affine
        points = affine[:3, :3] @ corners + affine[:3, 3:]
        return points.min(axis=1), points.max(axis=1)

    def slice_by(self, steps: int) -> None:
        """To a neighbouring slice, in the view under the mouse, else in the axial one."""
        views = self._slice_views()
        chosen = next((v for v in views if v.get_singleton_tag() == self._under), None)
        view = chosen or self._axial()
        view.set_slice_value(view.get_slice_value() + steps * view.get_slice_step())

    def in_front(self) -> str:
        """The tag of the slice view that is worked in: the one under the mouse, else the axial one."""
        return self._under or self._axial().get_singleton_tag()

    def place_on_slider(self, axis: int, index: int) -> float:
        """Where a slice of the volume lies on the axial view's slider, in percent."""
        view = self._axial()
        low, high = view.get_slice_range()
        return 100 * (self._offset(view, axis, index) - low) / max(high - low, 1e-6)

    def show_slice(self, axis: int, index: int) -> None:
        """A slice of the volume in the axial view."""
        view = self._axial()
        view.set_slice_value(self._offset(view, axis, index))

    def slice_shown(self, axis: int) -> int:
        """The slice of the volume in the axial view."""
        return slice_shown(self._session.volume, self._axial().get_view_node(), axis)

    def _offset(self, view: Any, axis: int, index: int) -> float:
        """Of a slice through the middle of the volume."""
        point = middle_of_slice(self._session.volume, axis, index)
        return float(array_of(view.get_view_node().GetSliceToRAS())[:3, 2] @ point)

    def _axial_axis(self) -> int:
        return int(
            np.argmax(np.abs(affine_of(self._session.volume)[2, :3]) / self._session.volume.GetSpacing())
        )

    def _axial(self) -> Any:
        return next(v for v in self._slice_views() if v.get_singleton_tag() == "Red")

    def _slice_views(self) -> list[Any]:
        return list(self._views.get_slice_views())

    # --- the window -----------------------------------------------------------------------------------------------

    def next_window(self) -> None:
        """The next of the usual windows, in ppb."""
        now = tuple(self._state.dgm_window)
        place = WINDOWS_PPB.index(now) if now in WINDOWS_PPB else -1
        self._state.dgm_window = list(WINDOWS_PPB[(place + 1) % len(WINDOWS_PPB)])

    def new_volume(self) -> None:
        """Black around its brain."""
        cases = self._session.measurement.cases
        if cases:
            blacken(self._session.scene, self._session.volume, cases[0].opened.mask)

    def _tell_window(self) -> None:
        """What the mouse did to the window."""
        display = self._session.volume.GetScalarVolumeDisplayNode()
        if self.window_moved is None or display is None:
            return
        window = display.GetWindowLevelMin(), display.GetWindowLevelMax()
        if (
            window != self._window
        ):  # else a choice on the page, which is still on its way, would be taken back
            self._window = window
            self.window_moved(*window)

    def _tool_changed(self, *_arguments: Any) -> None:
        """The left button sets the window while no tool is in the hand; a limit to a range is shown to tools alone."""
        import slicer
        from trame_slicer.segmentation import SegmentationEffectVolumeIntensityMask

        mode = slicer.vtkMRMLInteractionNode
        viewing = self._editor.viewing
        node = self._session.scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
        if node is not None:
            node.SetCurrentInteractionMode(mode.AdjustWindowLevel if viewing else mode.ViewTransform)
        limit = self._editor.segmentation_editor.get_effect(SegmentationEffectVolumeIntensityMask)
        limit.set_mask_visible(not viewing)

    # --- the mouse ------------------------------------------------------------------------------------------------

    def _cross(self) -> None:
        """The cross and the lines of the other slices; Shift and the mouse move them."""
        import slicer

        scene = self._session.scene
        node = scene.GetNodeByID("vtkMRMLCrosshairNodedefault") or scene.GetFirstNodeByClass(
            "vtkMRMLCrosshairNode"
        )
        if node is None:
            return
        node.SetCrosshairMode(slicer.vtkMRMLCrosshairNode.NoCrosshair)  # the lines of the slices cross there
        node.SetCrosshairBehavior(slicer.vtkMRMLCrosshairNode.OffsetJumpSlice)
        node.AddObserver(slicer.vtkMRMLCrosshairNode.CursorPositionModifiedEvent, self._tell_soon)
        self._crosshair = node
        for display in scene.GetNodesByClass("vtkMRMLSliceDisplayNode"):
            display.SetIntersectingSlicesVisibility(True)

    def _press(self, interactor: Any, _event: str) -> None:
        self._pressed = interactor.GetEventPosition()

    def _release(self, view: Any) -> None:
        pressed, self._pressed = self._pressed, None
        x, y = view.interactor().GetEventPosition()
        if (
            pressed is None
            or not self._editor.viewing
            or max(abs(x - pressed[0]), abs(y - pressed[1])) > CLICK_PX
        ):
            return
        point = array_of(view.get_view_node().GetXYToRAS()) @ [x, y, 0.0, 1.0]
        _value, label = self._at(point[:3])
        if label and self.picked is not None:
            self.picked(label)

    def _at(self, point: Any) -> tuple[float | None, int]:
        """The value in ppb and the structure at a point (RAS, mm)."""
        volume, cases = self._session.volume, self._session.measurement.cases
        if volume is None or not cases:
            return None, 0
        image, labels = cases[0].image, cases[0].labels.data
        i, j, k = np.rint((np.linalg.inv(affine_of(volume)) @ [*point, 1.0])[:3]).astype(int)
        if not all(0 <= n < size for n, size in zip((i, j, k), labels.shape, strict=True)):
            return None, 0
        return float(image.data[i, j, k]), int(labels[i, j, k])

    def _tell_soon(self, *_arguments: Any) -> None:
        if self._later is None:
            try:
                self._later = asyncio.get_running_loop().call_later(TELL_S, self._tell)
            except RuntimeError:
                return  # before the server runs

    def _tell(self) -> None:
        """What is under the cursor, and which slices are shown."""
        self._later = None
        if self._session.volume is None:
            return
        with self._state as state:
            self._tell_window()
            flagged = [d["index"] for d in state.dgm_doubts if d["flagged"]]
            if flagged or state.dgm_here:
                here = self.slice_shown(self._axial_axis())
                state.dgm_here = next(
                    (d["words"] for d in state.dgm_doubts if d["index"] == here and d["flagged"]), ""
                )
            state.dgm_slices = {v.get_singleton_tag(): self._slice_words(v) for v in self._slice_views()}
            point = [0.0, 0.0, 0.0]
            if not self._crosshair.GetCursorPositionRAS(point):
                state.dgm_cursor = ""
                return
            node = self._crosshair.GetCursorPositionXYZ([0.0, 0.0, 0.0])
            self._under = node.GetSingletonTag() if node is not None else ""
            value, label = self._at(point)
            words = "" if value is None else f"{value:.0f} ppb"
            if label:
                structure = self._session.label_set.by_label(label)
                words += f", {word(structure.nucleus_name)} {structure.side}".rstrip()
            state.dgm_cursor, state.dgm_cursor_view = words, self._under

    def _slice_words(self, view: Any) -> str:
        """ "23 / 52": the slice of the volume along the axis that the view looks along, counted from 1."""
        volume = self._session.volume
        to_index = np.linalg.inv(affine_of(volume))
        plane = array_of(view.get_view_node().GetSliceToRAS())
        axis = int(np.argmax(np.abs(to_index[:3, :3] @ plane[:3, 2])))
        index = int(np.rint((to_index @ plane[:, 3])[axis]))
        return f"{index + 1} / {volume.GetImageData().GetDimensions()[axis]}"


def _pixel(node: Any) -> float:
    """Its size in mm."""
    return float(node.GetFieldOfView()[0] / max(1, node.GetDimensions()[0]))
