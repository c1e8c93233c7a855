"""The panel at the left: model and Segment, the table of structures, the settings of the tool in use.

It is trame-slicer's segment editor panel with our table in place of its list of segments.
"""

from typing import Any

from DGMSegmentationScene.shown import TIPS
from trame.widgets import html
from trame.widgets import vuetify3 as v
from trame_slicer.app.ui import FlexContainer, SegmentEditorUI
from trame_slicer.segmentation import SegmentationEffectNoTool, SegmentationEffectThreshold

from DGMSegmentationLib.language import texts_of, word
from DGMSegmentationLib.options import option_fields

from .brush import neighbours, shapes
from .display import Display
from .ready_made import aria, quoted
from .tools import TOOL_SETTINGS, name_icons, range_notice

_ = texts_of(__name__)
_COLUMNS = (
    ("mean", "ppb", TIPS["mean_ppb"]),
    ("sd", "SD", TIPS["sd_ppb"]),
    ("volume", "mm\u00b3", TIPS["volume_mm3"]),
)


class Panel(SegmentEditorUI):
    """trame-slicer's panel for the segment editor, arranged for known structures."""

    def __init__(self, controls: Any, editor: Any, **kwargs: Any) -> None:
        self._controls, self._editor = controls, editor
        super().__init__(classes="dgm-panel", **kwargs)

    @property
    def names(self) -> Any:
        """The names of the editor's state, for expressions of the page."""
        return self._typed_state.name

    def _build_ui(self) -> None:
        with self:
            self._run_section()
            self._message()
            self._table()
            self._tool_settings()
            self._display_section()

    def _run_section(self) -> None:
        with html.Div(classes="dgm-section"):
            with FlexContainer(row=True, classes="dgm-row"):
                v.VSelect(
                    v_model=("dgm_model",),
                    items=("dgm_models",),
                    item_title="title",
                    item_value="value",
                    label=_("Model"),
                    no_data_text=_("No model: Open > Model file"),
                    id="dgm-model",
                    **_FIELD,
                )
                v.VBtn(
                    icon="mdi-tune",
                    size="small",
                    click="dgm_advanced = !dgm_advanced",
                    active=("dgm_advanced", False),
                    title=_("Advanced"),
                    raw_attrs=[aria(_("Advanced")), ':aria-expanded="dgm_advanced"'],
                    id="dgm-advanced",
                )
            with html.Div(v_show=("dgm_advanced",)):
                html.Div("{{ dgm_model_text }}", classes="dgm-small mb-2")
                with FlexContainer(row=True, classes="dgm-row"):
                    for option in option_fields(offered=True):
                        if option.metadata["choices"]:
                            v.VSelect(
                                v_model=(f"dgm_{option.name}",),
                                items=(str(list(option.metadata["choices"])),),
                                label=word(option.name.replace("_", " ").capitalize()),
                                id=f"dgm-{option.name}",
                                **_FIELD,
                            )
                v.VSelect(
                    v_model=("dgm_protocol",),
                    items=("dgm_protocols",),
                    item_title="title",
                    item_value="value",
                    label=_("Labelling protocol"),
                    id="dgm-protocol",
                    **_FIELD,
                )
                for option in option_fields(offered=True):
                    if isinstance(option.default, bool):
                        v.VCheckbox(
                            v_model=(f"dgm_{option.name}",),
                            label=word(option.metadata["help"]).rstrip("."),
                            **_CHECK,
                        )
                html.Div(
                    _("Window: {low} to {high} ppb").format(
                        low="{{ dgm_window[0] }}", high="{{ dgm_window[1] }}"
                    ),
                    classes="dgm-small",
                )
                v.VRangeSlider(
                    v_model=("dgm_window",),
                    min=-500,
                    max=500,
                    step=10,
                    strict=True,
                    density="compact",
                    hide_details=True,
                )
            v.VBtn(
                _("Segment"),
                v_show=("dgm_phase === 'idle'",),
                block=True,
                color="primary",
                height=40,
                click=self._controls.segment,
                disabled=("!!dgm_reason",),
                title=("dgm_reason",),
                id="dgm-segment",
            )
            with (
                html.Div(v_show=("dgm_phase !== 'idle'",), id="dgm-progress"),
                FlexContainer(row=True, classes="dgm-row"),
            ):
                with html.Div(classes="flex-grow-1"):
                    html.Div(
                        f"{{{{ dgm_phase === 'cancelling' ? {quoted(_('Cancelling'))} : dgm_step }}}} - "
                        "{{ dgm_seconds }} s",
                        classes="dgm-small",
                        raw_attrs=['role="status"'],
                    )
                    v.VProgressLinear(model_value=("dgm_progress",), color="primary", height=6, rounded=True)
                    html.Div(_("The tools are locked until the run has ended."), classes="dgm-small mt-1")
                v.VBtn(
                    _("Cancel"),
                    click=self._controls.cancel,
                    disabled=("dgm_phase === 'cancelling'",),
                    id="dgm-cancel",
                    variant="tonal",
                )
            html.Div(
                "{{ dgm_reason }}",
                classes="dgm-small mt-1",
                v_show=("dgm_reason && dgm_file && dgm_phase === 'idle'",),
            )

    def _message(self) -> None:
        with v.VAlert(
            v_show=("dgm_message",),
            type=("dgm_message_kind",),
            density="compact",
            variant="tonal",
            closable=True,
            classes="mx-3 mb-2",
            model_value=("!!dgm_message",),
            update_modelValue="dgm_message = ''",
            id="dgm-message",
        ):
            html.Span("{{ dgm_message }}")
            with html.Details(v_if=("dgm_detail",)):
                html.Summary(_("Details"))
                html.Pre("{{ dgm_detail }}", classes="dgm-detail")
        html.Div("{{ text }}", v_for="text in dgm_warnings", classes="dgm-warning", key="text")

    def _table(self) -> None:
        with html.Div(classes="dgm-section dgm-results"):
            self._verdict()
            with html.Table(classes="dgm-table", id="dgm-table", raw_attrs=['role="grid"']):
                with html.Thead(), html.Tr():
                    html.Th(raw_attrs=[aria(_("Shown"))])
                    html.Th(_("Structure"), classes="dgm-left")
                    for _key, title, tip in _COLUMNS:
                        html.Th(title, title=word(tip))
                    html.Th(raw_attrs=[aria(_("Flags"))], title=word(TIPS["flags"]))
                with html.Tbody():
                    self._rows()
            html.Div(
                f"{{{{ dgm_origin }}}}{{{{ dgm_unsaved ? {quoted(_(' - not saved yet'))} : '' }}}}",
                classes="dgm-small",
                id="dgm-origin",
            )
            html.Div(
                _("Labels that a run replaced are not saved yet: Save > Scene (.mrb)."),
                classes="dgm-small",
                v_show=("dgm_unsaved_aside",),
                id="dgm-aside",
            )
            v.VBtn(
                "{{ dgm_flagged === 1 ? "
                f"{quoted(_('1 slice to look at first: next'))} : "
                f"{quoted(_('{count} slices to look at first: next'))}.replace('{{count}}', dgm_flagged) }}}}",
                v_if=("dgm_has_labels && dgm_flagged",),
                click=(self._controls.next_doubt, "[1]"),
                size="small",
                variant="tonal",
                color="warning",
                title=_("The next doubtful slice (Tab in the views)"),
                classes="mt-1",
                id="dgm-next-doubt",
            )
            html.Div("{{ dgm_note }}", classes="dgm-small dgm-warn", v_show=("dgm_note",))
            html.Div(
                "{{ flag.reason }}",
                v_for="flag in (dgm_rows.find((row) => row.label === dgm_selected) || { flags: [] }).flags",
                key="flag.words",
                classes="dgm-small dgm-warn dgm-reason",
            )

    def _verdict(self) -> None:
        """One line when all is well; else words, a sign and the reasons: no colour has to be told apart."""
        html.Div(
            _("Verdict: {status}.").format(status="{{ dgm_verdict.words }}"),
            v_if=("dgm_verdict.status && !dgm_verdict.reasons.length",),
            title=("dgm_verdict.headline",),
            classes="dgm-small mb-1",
            id="dgm-verdict-ok",
        )
        with v.VAlert(
            v_if=("dgm_verdict.status && dgm_verdict.reasons.length",),
            type="warning",
            density="compact",
            variant="outlined",
            classes="mb-2",
            id="dgm-verdict",
        ):
            html.Div(
                _("Verdict: {status}.").format(status="{{ dgm_verdict.words }}")
                + " {{ dgm_verdict.headline }}"
            )
            with html.Ul(classes="dgm-small"):
                html.Li("{{ reason }}", v_for="reason in dgm_verdict.reasons", key="reason")

    def _rows(self) -> None:
        choose = f"trigger('{self.server.trigger_name(self._controls.select)}', [row.label])"
        hide, show = quoted(_("Hide")), quoted(_("Show"))
        toggle = f"trigger('{self.server.trigger_name(self._controls.toggle)}', [row.label])"
        with html.Tr(
            v_for="row in dgm_rows",
            key="row.label",
            click=choose,
            classes=("{ 'dgm-chosen': row.label === dgm_selected }",),
            raw_attrs=[
                'role="row"',
                ":tabindex='row.label === (dgm_selected || dgm_rows[0].label) ? 0 : -1'",
                ':data-label="row.id"',
                ':aria-selected="row.label === dgm_selected"',
                f'@keydown.enter.self="{choose}"',
                f'@keydown.space.self.prevent="{choose}"',
            ],
        ):
            with html.Td():
                html.Button(
                    classes=("row.visible ? 'dgm-dot' : 'dgm-dot dgm-hidden'",),
                    style=("'--dot:' + row.color",),
                    title=(f"row.visible ? {hide} : {show}",),
                    raw_attrs=[
                        ":tabindex='row.label === (dgm_selected || dgm_rows[0].label) ? 0 : -1'",
                        f'@click.stop="{toggle}"',
                        f":aria-label=\"(row.visible ? {hide} : {show}) + ' ' + row.id\"",
                    ],
                )
            html.Td("{{ row.name }} <b>{{ row.side }}</b>", classes="dgm-left")
            for key, _title, _tip in _COLUMNS:
                html.Td("{{ row." + key + " }}", raw_attrs=[f'data-column="{key}"'])
            with html.Td():
                v.VIcon(
                    "mdi-flag",
                    v_if=("row.flags.length",),
                    size="small",
                    color="warning",
                    title=("row.flags.map(f => f.reason).join(' ')",),
                    raw_attrs=[":aria-label=\"row.flags.map(f => f.words).join(', ')\""],
                )

    def _tool_settings(self) -> None:
        nothing = self.is_active_effect(SegmentationEffectNoTool)[0]
        with html.Div(classes="dgm-section", v_show=(f"dgm_file && !({nothing})",), id="dgm-settings"):
            html.Div(
                "{{ (dgm_rows[dgm_selected - 1] || {}).name || "
                f"{quoted(_('Choose a structure in the table'))} }}}} "
                "{{ (dgm_rows[dgm_selected - 1] || {}).side }}",
                classes="dgm-target",
            )
            range_notice(self.state, self._editor.paint_anywhere)
            for effect, settings in TOOL_SETTINGS:
                self._register_effect_ui(effect, settings)
            self.get_effect_ui(SegmentationEffectThreshold).add_keep(self._editor.keep_range)
            for element in self._effect_ui.values():
                name_icons(element, slider=_("Size"))
            neighbours()
            shapes(self._editor)

    def _display_section(self) -> None:
        with html.Div(classes="dgm-section", v_show=("dgm_has_labels",)), html.Details():
            html.Summary(_("How labels are shown"), classes="dgm-small")
            Display(self.sub_state(self._typed_state.name.segment_display), classes="mt-2")
            v.VCheckbox(
                v_model=("dgm_hints",),
                label=_("Hints in colour"),
                title=_(
                    "White: where a structure might go on beyond its first and last slice; cyan: where only its other side lies"
                ),
                id="dgm-hints",
                **_CHECK,
            )


_FIELD = {"density": "compact", "hide_details": True, "variant": "outlined"}
_CHECK = {"density": "compact", "hide_details": True}
