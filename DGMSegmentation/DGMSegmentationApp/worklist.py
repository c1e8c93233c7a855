"""The worklist's drawer, the bar of a reading, and their dialogs."""

from trame.widgets import html
from trame.widgets import vuetify3 as v

from DGMSegmentationLib.errors import Remark
from DGMSegmentationLib.language import texts_of

from .adapting import Adapting, adapt_button
from .messages import FACE
from .reading_room import ReadingRoom
from .ready_made import aria, quoted
from .study_opening import StudyOpening

_ = texts_of(__name__)
WIDTH = 216


def worklist_drawer(room: ReadingRoom, adapting: Adapting) -> None:
    """The list at the left: picture, state and doubt of every case."""
    with (
        v.VNavigationDrawer(
            model_value=("!!dgm_study && dgm_worklist",),
            permanent=True,
            width=WIDTH,
            location="left",
            id="dgm-worklist",
        ),
        html.Div(classes="dgm-worklist", raw_attrs=['role="navigation"', aria(_("Worklist"))]),
    ):
        with html.Div(classes="dgm-worklist-head"):
            html.Div("{{ dgm_study }}", classes="dgm-worklist-title", title=("dgm_study_place",))
            html.Div(
                _("{done} of {all} done, {rejected} rejected, reader {reader}").format(
                    done="{{ dgm_counts.done || 0 }}",
                    all="{{ dgm_cases.length }}",
                    rejected="{{ dgm_counts.rejected || 0 }}",
                    reader="{{ dgm_reader }}",
                ),
                classes="dgm-small",
                id="dgm-worklist-counts",
            )
            with v.VBtnToggle(
                v_model=("dgm_order",), mandatory=True, density="compact", divided=True, variant="outlined"
            ):
                v.VBtn(
                    _("Name"),
                    value="name",
                    size="x-small",
                    id="dgm-order-name",
                    title=_("In the order of the names"),
                )
                v.VBtn(
                    _("Doubt"),
                    value="doubt",
                    size="x-small",
                    id="dgm-order-doubt",
                    title=_("The doubtful ones first"),
                )
            v.VBtn(
                icon="mdi-refresh",
                click=room.look_for_cases,
                title=_("Look for new cases in the folder"),
                size="x-small",
                variant="text",
                classes="dgm-look-for-cases",
                id="dgm-new-cases",
                raw_attrs=[aria(_("Look for new cases in the folder"))],
            )
        with html.Div(classes="dgm-worklist-cases", raw_attrs=['role="list"']):
            _case(room)
        with html.Div(classes="dgm-worklist-foot"):
            v.VBtn(
                f"{{{{ dgm_segmenting_all ? {quoted(_('Segmenting all ...'))} : {quoted(_('Segment all'))} }}}}",
                size="small",
                variant="text",
                click=room.segment_all,
                disabled=("dgm_segmenting_all || !dgm_counts['to do']",),
                id="dgm-segment-all",
            )
            v.VBtn(
                _("All cases"), size="small", variant="text", click="dgm_all_cases = true", id="dgm-show-all"
            )
            adapt_button(adapting)


def _case(room: ReadingRoom) -> None:
    with html.Button(
        v_for="one in dgm_cases",
        key="one.name",
        type="button",
        classes=("'dgm-case' + (one.name === dgm_case ? ' dgm-case-open' : '')",),
        click=(room.go, "[one.name]"),
        title=("one.why || one.words",),
        raw_attrs=[
            ":data-case='one.name'",
            ":tabindex='one.name === (dgm_case || dgm_cases[0].name) ? 0 : -1'",  # Tab passes a list of twenty in one step
            ":data-state='one.state'",
            ":aria-current=\"one.name === dgm_case ? 'true' : null\"",
            ":aria-label='[one.title, one.words, one.doubtful, one.others].filter(Boolean).join(`, `)'",
        ],
    ):
        html.Img(v_if="one.picture", src=("one.picture",), alt="", classes="dgm-case-picture", loading="lazy")
        html.Span(v_else=True, classes="dgm-case-picture")
        with html.Span(classes="dgm-case-words"):
            html.Span("{{ one.title }}", classes="dgm-case-title")
            with html.Span(classes="dgm-small"):
                html.Span(f"{{{{ one.name === dgm_awaited ? {quoted(_('being segmented'))} : one.words }}}}")
                html.Span(" · {{ one.reader }}", v_if="one.reader && one.reader !== dgm_reader")
                html.Span(" · {{ one.others }}", v_if="one.others")
        v.VIcon(
            "mdi-alert-outline",
            v_if="one.verdict === 'doubtful' || one.verdict === 'failed'",
            size=16,
            color="warning",
        )
        html.Span(
            "{{ one.flagged }}",
            v_else_if="one.flagged",
            classes="dgm-case-flags",
            title=_("flagged structures"),
        )
        v.VIcon("{{ one.icon }}", size=18, classes=("'dgm-state-' + one.state.replace(' ', '-')",))


def reading_bar(room: ReadingRoom) -> None:
    """Previous, next, reject and done, in the bar on top."""
    with html.Div(v_show=("dgm_study",), classes="dgm-reading-bar", id="dgm-reading-bar"):
        _button(
            "mdi-format-list-bulleted",
            _("Show or hide the worklist"),
            "dgm_worklist = !dgm_worklist",
            "worklist-toggle",
        )
        _button("mdi-chevron-left", _("Previous case (B)"), room.previous, "previous-case")
        _button("mdi-chevron-right", _("Next case (N)"), room.next, "next-case")
        v.VBtn(
            _("Reject"),
            size="small",
            variant="text",
            click=room.signing.ask_why,
            title=_("The case cannot be used; you are asked why (Ctrl+Backspace)"),
            disabled=("!dgm_case || dgm_case_state === 'rejected' || dgm_phase !== 'idle'",),
            id="dgm-reject",
        )
        v.VBtn(
            _("Read again"),
            size="small",
            variant="text",
            v_if="dgm_case_state === 'done' || dgm_case_state === 'rejected'",
            click=room.signing.reopen,
            id="dgm-reopen",
        )
        v.VBtn(
            _("Done"),
            prepend_icon="mdi-check",
            size="small",
            color="primary",
            variant="flat",
            click=room.signing.done,
            disabled=("!dgm_case || !dgm_has_labels || dgm_phase !== 'idle'",),
            title=_("Sign this case and go to the next one (Ctrl+Enter)"),
            id="dgm-done",
        )


def blocked_card(room: ReadingRoom) -> None:
    """In place of the views: why a case cannot be shown, and what can be done."""
    with (
        html.Div(v_if=("!dgm_file && dgm_blocked.name",), classes="dgm-welcome", id="dgm-blocked"),
        html.Div(classes="dgm-welcome-card", raw_attrs=['role="alert"']),
    ):
        v.VIcon("mdi-image-broken-variant", size=44)
        html.H2(_("{name} cannot be shown").format(name="{{ dgm_blocked.name }}"))
        html.P("{{ dgm_blocked.problem }}")
        html.P(
            "{{ (dgm_cases.find((one) => one.name === dgm_case) || {}).reason }}",
            v_if="dgm_case_state === 'rejected'",
            classes="dgm-small",
        )
        with html.Div(classes="dgm-blocked-ways"):
            v.VBtn(_("Previous case (B)"), variant="text", click=room.previous)
            v.VBtn(
                _("Reject"),
                v_if="dgm_case_state !== 'rejected'",
                variant="text",
                color="warning",
                click=room.signing.ask_why,
                id="dgm-blocked-reject",
            )
            v.VBtn(_("Next case (N)"), variant="text", click=room.next)


def _button(icon: str, words: str, click: object, name: str) -> None:
    v.VBtn(
        icon=icon,
        click=click,
        title=words,
        size="small",
        id=f"dgm-{name}",
        raw_attrs=[aria(words)],
    )


def _question(
    shown: str,
    title: object,
    field: tuple[str, str, str, str],
    answer: tuple[str, str, object],
    names: tuple[str, str],
) -> None:
    """A dialog with one line to fill in.

    ``field``: where the text is kept, what it is, a hint, where a problem with it stands; ``answer``: the button's word and
    colour, and what it does with the text; ``names``: of the field and the button.
    """
    (text, label, hint, problem), (word, colour, act) = field, answer
    with v.VDialog(v_model=(shown,), max_width=520), v.VCard(title=title):
        with v.VCardText():
            v.VTextField(
                v_model=(text,),
                label=label,
                hint=hint,
                persistent_hint=bool(hint),
                error_messages=(problem,),
                autofocus=True,
                density="comfortable",
                id=names[0],
                raw_attrs=[f'data-enter="{names[1]}"'],
            )
        with v.VCardActions():
            v.VSpacer()
            v.VBtn(_("Cancel"), click=f"{shown} = false")
            v.VBtn(word, color=colour, click=(act, f"[{text}]"), id=names[1])


def study_dialogs(room: ReadingRoom, opening: StudyOpening) -> None:
    """Why a case is rejected; a study's folder; the table of all cases."""
    _question(
        "dgm_rejecting",
        (quoted(_("Reject {name}?")) + ".replace('{name}', dgm_case)",),
        ("dgm_reject_reason", _("Why it cannot be used"), "", "dgm_reject_problem"),
        (_("Reject"), "warning", room.signing.reject),
        ("dgm-reject-reason", "dgm-reject-yes"),
    )
    _question(
        "dgm_naming_folder",
        _("Open a study"),
        (
            "dgm_folder",
            _("Folder on the computer that runs the program"),
            _("A BIDS folder, or a folder of images"),
            "''",
        ),
        (_("Open"), "primary", opening.folder),
        ("dgm-folder", "dgm-folder-open"),
    )
    with (
        v.VDialog(v_model=("dgm_all_cases",), max_width=900, scrollable=True, id="dgm-all-cases"),
        v.VCard(title=_("All cases: means in ppb")),
    ):
        with v.VCardText(classes="dgm-all-text"), html.Table(classes="dgm-all"):
            with html.Thead(), html.Tr():
                html.Th(_("Case"))
                html.Th(_("State"))
                html.Th("{{ column }}", v_for="column in dgm_study_table.columns", key="column")
            with html.Tbody(), html.Tr(v_for="line in dgm_study_table.rows", key="line.name"):
                html.Td("{{ line.name }}")
                html.Td("{{ line.words }}")
                html.Td(
                    "{{ line.means[column] }}",
                    v_for="column in dgm_study_table.columns",
                    key="column",
                    classes=("line.edited.includes(column) ? 'dgm-edited' : ''",),
                )
        html.P(
            _("Bold and underlined: changed by hand."),
            v_if=("dgm_study_table.rows.some((line) => line.edited.length)",),
            classes="dgm-small dgm-legend",
        )
        html.P(
            Remark("blind_withheld").sentence(FACE),
            v_if=("dgm_blind",),
            classes="dgm-small dgm-legend",
            id="dgm-withheld",
        )
        with v.VCardActions():
            for words, place, options in (
                (_("Page of all cases"), "page", {"target": "_blank"}),
                (_("Table (TSV)"), "table", {}),
            ):
                v.VBtn(words, href=f"study/{place}", v_if="!dgm_blind", id=f"dgm-cohort-{place}", **options)
            v.VSpacer()
            v.VBtn(_("Close"), click="dgm_all_cases = false")
