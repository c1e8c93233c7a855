"""Which view is drawn first: the one that is worked in or moved; the others follow a moment later, once for all that happened.

Without a graphics card a view takes 20 to 60 ms, and one thread draws them all.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from DGMSegmentationScene.volumes import array_of
from trame_slicer.views import ScheduledRenderStrategy

FOLLOW_S = 0.2
"""The other views wait so long, so that a stroke is in the table before they are drawn."""
QUALITY = 90
"""Of JPEG, for moving and resting pictures alike: else every change is drawn twice."""


class Following(ScheduledRenderStrategy):
    """Draws a view at once while it is in front or shows another place than before, else a moment later."""

    def __init__(self, given: ScheduledRenderStrategy, in_front: Callable[[], bool]) -> None:
        super().__init__()
        self._given, self._in_front = given, in_front
        self._place: tuple[float, ...] = ()
        self._waiting: asyncio.TimerHandle | None = None

    def schedule_render(self) -> None:
        """Called for each change; what was asked for while one waits is drawn with it."""
        place = place_of(self.abstract_view)
        if self._in_front() or place != self._place:
            self._place = place
            self._draw()
        elif self._waiting is None:
            try:
                self._waiting = asyncio.get_running_loop().call_later(FOLLOW_S, self._draw)
            except RuntimeError:
                self._draw()  # before the server runs

    def did_render(self) -> None:
        """Told by the view."""
        self._given.did_render()

    def set_abstract_view(self, abstract_view: Any) -> None:
        """Told by the view."""
        super().set_abstract_view(abstract_view)
        self._given.set_abstract_view(abstract_view)

    def _draw(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        self._given.schedule_render()


def place_of(view: Any) -> tuple[float, ...]:
    """Slice and zoom of a slice view, camera of a 3D view."""
    node = view.get_view_node() if view is not None else None
    if node is None:
        return ()
    if not node.IsA("vtkMRMLSliceNode"):
        camera = view.renderer().GetActiveCamera()
        return (*camera.GetPosition(), *camera.GetFocalPoint(), *camera.GetViewUp())
    return (*array_of(node.GetSliceToRAS()).flat, *node.GetFieldOfView())


def prepare_views(views: Iterable[Any], front: Callable[[], str]) -> None:
    """Let all views but the one whose tag ``front`` tells follow, and draw slices without multisampling.

    It smooths edges of polygons, of which slices have only straight lines and the brush, and takes three quarters of the time.
    """

    def in_front(tag: str) -> bool:
        return front() == tag

    for view in views:
        tag, given = view.get_singleton_tag(), view._scheduled_render
        if not isinstance(given, Following):
            view.set_scheduled_render(Following(given, partial(in_front, tag)))
        if view.get_view_node().IsA("vtkMRMLSliceNode"):
            view.render_window().SetMultiSamples(0)
