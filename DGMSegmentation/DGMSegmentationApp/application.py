"""Puts the parts together: Slicer's core, the session in its scene, trame's server, the page, the routes."""

import asyncio
import base64
from typing import Any

from DGMSegmentationScene.runner import Runner
from trame.app import get_server
from trame.widgets import html
from trame_server import Server
from trame_server.utils.typed_state import TypedState
from trame_slicer import module as trame_slicer_module
from trame_slicer.app.logic import LayoutButtonLogic
from trame_slicer.app.ui import (
    LayoutButtonState,
    create_vertical_slice_view_gutter_ui,
    create_vertical_view_gutter_ui,
)
from trame_slicer.core import SlicerApp
from trame_slicer.rca_view import register_rca_factories

from DGMSegmentationLib.language import spoken, texts_of
from DGMSegmentationLib.resources import resource_path

from . import state as page_state
from .adapting import Adapting
from .controls import Controls
from .editor import EditorLogic
from .options import Options
from .page import Page
from .pictures import QUALITY, prepare_views
from .reading import LAYOUT, Reading, layout
from .reading_room import ReadingRoom
from .ready_made import layout_names, script_words, vuetify_locale
from .session import Session
from .study_opening import StudyOpening
from .study_routes import StudyRoutes
from .temporary import temporary_place
from .tools import name_icons
from .web import STATIC, Routes

_ = texts_of(__name__)
FIT_AFTER_S = 0.25  # the views of a new window tell their sizes one after the other
# Letters at the edges of a slice view: left, right, top, bottom (patient's right at the left, as radiologists look).
SIDES = {"Axial": "RLAP", "Coronal": "RLSI", "Sagittal": "APSI"}
LOST = """
<div style="position: fixed; inset: 0; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif;
  color-scheme: light dark; background: Canvas; color: CanvasText">
  <div style="max-width: 30rem; padding: 2rem">
    <h2>{title}</h2>
    <p style="margin: 1rem 0">{text}</p>
    <button onclick="location.reload()" style="padding: 0.6rem 1.2rem; border: 1px solid">{again}</button>
  </div>
</div>
"""


class Application:
    """The app; :meth:`serve` blocks until it is ended."""

    def __init__(self, options: Options, runner: Runner | None = None, name: str = "DGMSegmentation") -> None:
        self.options = options
        self.server: Server = get_server(name)
        self.slicer = SlicerApp()
        self.slicer.terminologies_logic.LoadTerminologyFromFile(
            str(resource_path("Terminology", "DGMSegmentation.term.json"))
        )
        self._enable_modules()
        page_state.set_defaults(self.server.state)
        self.server.state.update(
            {"dgm_language": spoken(), "dgm_words": script_words(), "dgm_layouts": layout_names()}
        )
        self.server.state.dgm_max_upload_mb = options.max_upload_bytes >> 20
        register_rca_factories(
            self.slicer.view_manager,
            self.server,
            slice_view_ui_f=_slice_view,
            three_d_view_ui_f=_threed_view,
            interactive_quality=QUALITY,
        )
        layouts = LayoutButtonLogic(self.server, self.slicer)
        layouts.layout_manager.register_layout(LAYOUT, layout())
        TypedState(self.server.state, LayoutButtonState).data.current_layout_id = LAYOUT
        layouts.layout_manager.set_layout(LAYOUT)
        self.session = Session(self.slicer.scene, runner or Runner(temporary=temporary_place, face="app"))
        self.editor = EditorLogic(self.server, self.slicer)
        self.reading = Reading(self.session, self.editor, self.slicer.view_manager, self.server.state)
        self.controls = Controls(self.server, self.session, self.editor, self.reading)
        self.room = ReadingRoom(self.controls, options)
        self.opening = StudyOpening(self.room, self.controls, options)
        self.adapting = Adapting(self.controls, self.room)
        self.page = Page(
            self.server,
            self.controls,
            self.editor,
            layouts.layout_manager,
            self.room,
            self.adapting,
            self.opening,
        )
        self.editor.set_ui(self.page.panel)
        self._layouts = layouts
        self.server.trigger("dgm_key")(self.controls.key)
        self.server.trigger("dgm_answer")(self.controls.answer)
        self.server.trigger("dgm_study_key")(self.room.key)
        self.server.controller.on_server_ready.add(self._ready)
        self.server.controller.on_server_bind.add(self._bind)
        self._new_window = True
        self._fit: asyncio.TimerHandle | None = None
        self.server.controller.on_client_connected.add(self._connected)
        for view in self.slicer.view_manager.get_views():
            view.interactor().AddObserver("WindowResizeEvent", self._resized)
        prepare_views(self.slicer.view_manager.get_views(), self.reading.in_front)

    def serve(self) -> None:
        """Serve until the program is ended."""
        self.server.start(
            host=self.options.host,
            port=self.options.port,
            open_browser=False,
            show_connection_info=False,
            exec_mode="main",
            timeout=0,
        )

    def close(self) -> None:
        """End the worker processes."""
        self.adapting.close()
        self.room.close()
        self.session.close()

    def _ready(self, **_state: Any) -> None:
        self.room.start()

    def _enable_modules(self) -> None:
        self.server.enable_module(trame_slicer_module)
        own = {
            "serve": {"dgm": str(STATIC)},
            "scripts": ["dgm/app.js", "dgm/study.js"],
            "styles": ["dgm/app.css", "dgm/study.css"],
        }
        self.server.enable_module(own)
        state = self.server.state
        icon = base64.b64encode(resource_path("Icons", "DGMSegmentation.png").read_bytes()).decode()
        state.trame__title = "DGMSegmentation"
        state.trame__favicon = f"data:image/png;base64,{icon}"
        state.trame__template_error = LOST.format(
            title=_("The connection has ended"),
            text=_(
                "Another window took over, or the program was ended. What was not saved is still in the program as long as "
                "it runs."
            ),
            again=_("Connect again"),
        )
        state.trame__vuetify3_config = {"theme": {"themes": _THEMES}, **vuetify_locale()}

    def _bind(self, web_server: Any) -> None:
        Routes(self.controls, self.options, self.opening.sent).add_to(web_server.app)
        StudyRoutes(self.room).add_to(web_server.app)

    def _connected(self, **_state: Any) -> None:
        self._new_window, self.controls.gone_to = True, 0

    def _resized(self, *_event: Any) -> None:
        """Fit the volume into the views of a new window once all of them have told their sizes."""
        if not self._new_window:
            return
        if self._fit is not None:
            self._fit.cancel()
        self._fit = asyncio.get_running_loop().call_later(FIT_AFTER_S, self._fit_now)

    def _fit_now(self) -> None:
        self._new_window, self._fit = False, None
        with self.server.state:
            self.controls.reset_views()
            self.controls.go_back()  # whoever was quicker than the views stays where they went


_THEMES = {
    "dark": {"dark": True, "colors": {"primary": "#5aa9e6", "warning": "#ffb74d", "background": "#121416"}},
    "light": {"dark": False, "colors": {"primary": "#1565a8", "warning": "#a85a00", "background": "#f5f6f7"}},
}


def _slice_view(server: Server, view_id: str, view: Any) -> None:
    """trame-slicer's own buttons and slider, and the letters that say where left and right are."""
    with html.Div() as gutter:
        create_vertical_slice_view_gutter_ui(server, view_id, view)
    tag, name = view.get_singleton_tag(), view.get_orientation()
    title, sliced = {
        "Axial": (_("Axial"), _("Axial slice")),
        "Coronal": (_("Coronal"), _("Coronal slice")),
        "Sagittal": (_("Sagittal"), _("Sagittal slice")),
    }.get(name, (name, name))
    name_icons(gutter, slider=sliced)
    letters = SIDES.get(name, "")
    places = (
        "left: 8px; top: 50%",
        "right: 8px; top: 50%",
        "left: 50%; top: 6px",
        "left: 50%; bottom: 44px",  # above the marks of doubtful slices
    )
    with html.Div(classes="dgm-read", id=f"dgm-view-{name.lower()}"):
        with html.Div(v_if=(f"dgm_slices['{tag}']",), classes="dgm-slice"):
            html.Span(f"{title} ", classes="dgm-view-name")
            html.Span(f"{{{{ dgm_slices['{tag}'] }}}}")
        html.Div(
            "{{ dgm_cursor }}", v_if=(f"dgm_cursor_view === '{tag}' && dgm_cursor",), classes="dgm-cursor"
        )
        for letter, place in zip(letters, places, strict=False):
            html.Span(letter, classes="dgm-side", style=place)
    if name == "Axial":
        doubt_strip(server)


def doubt_strip(server: Server) -> None:
    """Marks above the slider of the axial view, and why the slice that is shown is doubtful."""
    with html.Div(classes="dgm-strip", v_if=("dgm_doubts.length",)):
        html.Span(
            v_for="doubt in dgm_doubts",
            key="doubt.index",
            title=("doubt.words",),
            classes=("doubt.flagged ? 'dgm-mark dgm-flagged' : 'dgm-mark'",),
            style=("`left: ${doubt.at}%`",),
        )
    html.Div(
        _("Look here: {reason}").format(reason="{{ dgm_here }}"),
        v_if=("dgm_here",),
        classes="dgm-here",
        raw_attrs=['role="status"'],
    )


def _threed_view(server: Server, view_id: str, view: Any) -> None:
    with html.Div() as gutter:
        create_vertical_view_gutter_ui(server, view_id, view)
    name_icons(gutter)
