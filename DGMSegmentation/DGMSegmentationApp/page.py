"""The page: the bar on top, the panel and the tools at the left, Slicer's views, the dialogs."""

from typing import Any

from trame.ui.vuetify3 import VAppLayout
from trame.widgets import client, html
from trame.widgets import vuetify3 as v
from trame_server import Server
from trame_slicer.app.ui import ControlButton, LayoutButton

from DGMSegmentationLib.language import texts_of

from .adapting import Adapting, adapt_dialog
from .controls import Controls
from .editor import TOOLS, EditorLogic, tool_words
from .keys import shown_lines
from .panel import Panel
from .reading_room import ReadingRoom
from .ready_made import aria, quoted, with_layout_names
from .study_opening import StudyOpening
from .worklist import blocked_card, reading_bar, study_dialogs, worklist_drawer

_ = texts_of(__name__)
NARROW = 1000  # pixels of the page: the worklist begins hidden
PANEL_WIDTH = 376
RAIL_WIDTH = 48
_RUNNING = "dgm_phase !== 'idle'"
NEEDS_VOLUME = ("labels",)


def uploads() -> tuple[tuple[str, str, str], ...]:
    """What can be opened, in the words of the menu: (kind for the server, title, explanation)."""
    return (
        ("volume", _("QSM volume"), _("NIfTI, NRRD, or a DICOM series as .zip")),
        ("study", _("Study"), _("a folder of this computer: many patients")),
        ("labels", _("Segmentation"), _("labels (NIfTI) or .seg.nrrd of this volume")),
        ("model", _("Model file"), ".safetensors"),
        ("protocol", _("Labelling protocol"), ".toml"),
    )


def downloads() -> tuple[tuple[str, str, str], ...]:
    """What can be saved, alike."""
    return (
        ("table-csv", _("Table (CSV)"), _("one row a structure")),
        ("table-tsv", _("Table (TSV)"), _("one row a structure")),
        ("wide-csv", _("Wide table (CSV)"), _("one row for this volume")),
        ("labels", _("Labels (NIfTI)"), _("our values")),
        ("segmentation", _("Segmentation (.seg.nrrd)"), _("names and colours, for 3D Slicer")),
        ("scene", _("Scene (.mrb)"), _("everything, for 3D Slicer")),
        ("report", _("Report page (HTML)"), _("picture, table, provenance")),
    )


class Page:
    """Builds the page; ``layout`` is the root that trame serves, ``panel`` the segment editor's part of it."""

    def __init__(
        self,
        server: Server,
        controls: Controls,
        editor: EditorLogic,
        layout_manager: Any,
        room: ReadingRoom,
        adapting: Adapting,
        opening: StudyOpening,
    ) -> None:
        self._controls, self._editor, self._room = controls, editor, room
        with VAppLayout(server) as self.layout:
            self.layout.root.theme = ("dgm_theme",)
            client.ClientTriggers(
                mounted="dgm_theme = window.dgm.start(trame); "
                f"dgm_worklist = dgm_worklist && window.innerWidth > {NARROW}"
            )
            client.ClientStateChange(value="dgm_done", change="window.dgm.toViews()")
            self._bar()
            worklist_drawer(room, adapting)
            with v.VNavigationDrawer(
                v_model=("dgm_panel",), permanent=True, width=PANEL_WIDTH, location="left", id="dgm-panel"
            ):
                self.panel = Panel(controls, editor)
            with v.VNavigationDrawer(permanent=True, width=RAIL_WIDTH, location="left", classes="dgm-rail"):
                self._rail()
            with v.VMain(id="dgm-views", raw_attrs=['tabindex="-1"']), html.Div(classes="dgm-fill"):
                layout_manager.initialize_layout_grid(self.layout)
                self._welcome()
                blocked_card(room)
            self._dialogs()
            study_dialogs(room, opening)
            adapt_dialog(adapting)

    def _bar(self) -> None:
        with v.VAppBar(height=48, flat=True, border=True, classes=("dgm_study ? 'dgm-study-open' : ''",)):
            _icon("mdi-menu", _("Show or hide the panel"), "dgm_panel = !dgm_panel")
            html.Span("DGMSegmentation", classes="dgm-title")
            html.Span("{{ dgm_file }}", classes="dgm-file", title=("dgm_file",), v_show=("dgm_file",))
            v.VChip(
                "{{ dgm_unit }}",
                size="small",
                v_show=("dgm_file",),
                classes="ml-2",
                id="dgm-unit",
                title=_("The unit of the values and how it is known"),
            )
            v.VSpacer()
            reading_bar(self._room)
            _menu("open", _("Open"), "mdi-folder-open-outline", "choose", uploads())
            _menu("save", _("Save"), "mdi-download", "save", downloads(), disabled=("!dgm_has_labels",))
            _icon(
                "mdi-theme-light-dark",
                _("Dark or light"),
                "dgm_theme = window.dgm.toggleTheme(dgm_theme)",
            )
            _icon("mdi-help-circle-outline", _("Keys and about"), "dgm_about = true")

    def _rail(self) -> None:
        names = self.panel.names
        with html.Div(classes="dgm-rail-content", raw_attrs=['role="toolbar"', aria(_("Tools"))]):
            words = tool_words()
            for title, icon, letter, effect in TOOLS:
                _tool(
                    f"{words[title]} ({letter.upper()})",
                    icon,
                    (self._editor.use_tool_named, f"['{title}']"),
                    f"!dgm_file || {_RUNNING}",
                    title.lower(),
                    active=self.panel.is_active_effect(effect),
                )
            v.VDivider()
            _tool(
                _("Undo (Ctrl+Z)"), "mdi-undo", self._editor.undo, f"!{names.can_undo} || {_RUNNING}", "undo"
            )
            _tool(
                _("Redo (Ctrl+Y)"), "mdi-redo", self._editor.redo, f"!{names.can_redo} || {_RUNNING}", "redo"
            )
            v.VSpacer()
            _tool(
                _("Surfaces in 3D"),
                "mdi-video-3d",
                self._editor.toggle_surfaces,
                "!dgm_has_labels",
                "surfaces",
                active=(names.segment_display.show_3d,),
            )
            _tool(
                _("Fit the views"), "mdi-fit-to-page-outline", self._controls.reset_views, "!dgm_file", "fit"
            )
            with_layout_names(
                LayoutButton(disabled=("!dgm_file",), raw_attrs=[aria(_("Layout of the views"))])
            )

    def _welcome(self) -> None:
        with (
            html.Div(classes="dgm-welcome", v_show=("!dgm_file && !dgm_blocked.name",)),
            html.Div(classes="dgm-welcome-card"),
        ):
            v.VIcon("mdi-tray-arrow-down", size=44)
            html.H2(_("Open a QSM volume"))
            html.P(_("Drop a file here: NIfTI, NRRD, or a DICOM series as .zip."))
            v.VBtn(_("Choose a file"), color="primary", click="window.dgm.choose('volume')", id="dgm-choose")
            v.VBtn(
                _("Open the sample"),
                variant="text",
                click=self._controls.open_sample,
                v_if=("dgm_sample",),
                id="dgm-open-sample",
            )
            html.P(
                _(
                    "The file stays on the computer that runs this program. For research use only; not a medical device."
                ),
                classes="dgm-small",
            )

    def _dialogs(self) -> None:
        with (
            v.VOverlay(
                model_value=("dgm_upload >= 0 || dgm_saving || !!dgm_busy",),
                persistent=True,
                classes="align-center justify-center",
                id="dgm-busy",
            ),
            v.VCard(classes="pa-6", min_width=280),
        ):
            html.Div(
                f"{{{{ dgm_upload >= 0 ? {quoted(_('Sending the file'))} : "
                f"dgm_saving ? {quoted(_('Making the file'))} : dgm_busy }}}}",
                classes="mb-3",
            )
            v.VProgressLinear(
                model_value=("Math.max(0, dgm_upload)",), indeterminate=("dgm_upload < 0",), color="primary"
            )
        with (
            v.VDialog(
                model_value=("!!dgm_question.title",), persistent=True, max_width=460, id="dgm-question"
            ),
            v.VCard(title=("dgm_question.title",)),
        ):
            v.VCardText("{{ dgm_question.text }}")
            with v.VCardActions():
                v.VSpacer()
                v.VBtn(
                    f"{{{{ dgm_question.save ? {quoted(_('Cancel'))} : {quoted(_('Keep'))} }}}}",
                    click=(self._controls.answer, "[false]"),
                    id="dgm-no",
                    autofocus=True,
                )
                v.VBtn(
                    "{{ dgm_question.yes }}",
                    click=(self._controls.answer, "[true]"),
                    id="dgm-yes",
                    color="warning",
                )
                v.VBtn(
                    _("Save and go on"),
                    v_if="dgm_question.save",
                    click="window.dgm.saveAndGoOn(dgm_question.save)",
                    id="dgm-save-and-go-on",
                    color="primary",
                )
        with (
            v.VDialog(v_model=("dgm_about",), max_width=560, scrollable=True),
            v.VCard(title="DGMSegmentation"),
        ):
            with v.VCardText():
                html.P(
                    _(
                        "Segments deep-gray-matter nuclei in quantitative susceptibility maps and measures them. For "
                        "research use only; not a medical device."
                    ),
                    classes="mb-3",
                )
                with html.Table(classes="dgm-keys"), html.Tbody():
                    for keys, does in shown_lines():
                        with html.Tr():
                            html.Td(keys)
                            html.Td(does)
                html.P(
                    _(
                        "Views and editor: 3D Slicer's core and trame-slicer (Kitware, Apache-2.0). Nothing leaves this "
                        "computer: the program loads nothing from the internet."
                    ),
                    classes="mt-3 dgm-small",
                )
            with v.VCardActions():
                v.VSpacer()
                v.VBtn(_("Close"), click="dgm_about = false")


def _menu(
    name: str, title: str, icon: str, action: str, entries: tuple[tuple[str, str, str], ...], **button: Any
) -> None:
    """A menu of the bar; an entry calls ``window.dgm.ACTION`` with its kind."""
    name = f"dgm-{name}"
    with v.VMenu(location="bottom end"):
        with v.Template(v_slot_activator="{ props }"):
            v.VBtn(title, prepend_icon=icon, v_bind="props", id=name, variant="text", **button)
        with v.VList(density="compact"):
            for kind, words, explanation in entries:
                needs = {"disabled": ("!dgm_file",)} if kind in NEEDS_VOLUME else {}
                v.VListItem(
                    title=words,
                    subtitle=explanation,
                    id=f"{name}-{kind}",
                    click=f"window.dgm.{action}('{kind}')",
                    **needs,
                )


def _icon(icon: str, words: str, click: str) -> None:
    v.VBtn(icon=icon, click=click, title=words, size="small", raw_attrs=[aria(words)])


def _tool(words: str, icon: str, click: Any, disabled: str, name: str, **more: Any) -> None:
    ControlButton(
        name=words,
        icon=icon,
        size=40,
        click=click,
        disabled=(disabled,),
        id=f"dgm-tool-{name}",
        raw_attrs=[aria(words)],
        **more,
    )
