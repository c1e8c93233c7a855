"""Corrections teach, in the app: a model of the study's corrected cases, made in a process beside the one that segments."""

import asyncio
import base64
import logging
from typing import Any

from DGMSegmentationScene.adaptation import CANCELLED, DONE, RUNNING, SAID, Adaptation, Told
from trame.widgets import html
from trame.widgets import vuetify3 as v
from trame_server.utils.asynchronous import create_task

from DGMSegmentationLib.adaptation.find import corrected_of
from DGMSegmentationLib.adaptation.site_models import site_models
from DGMSegmentationLib.errors import DGMError
from DGMSegmentationLib.language import texts_of, word

from .controls import Controls
from .messages import FACE
from .reading_room import ReadingRoom
from .ready_made import quoted

_ = texts_of(__name__)
POLL_S = 0.1
ADAPT_DEFAULTS: dict[str, Any] = {
    "dgm_adapt_count": 0,  # corrected cases of the study
    "dgm_adapt": "",  # what the dialog shows: name, running, done, failed; empty when it is closed
    "dgm_adapt_name": "",
    "dgm_adapt_progress": 0,
    "dgm_adapt_step": "",
    "dgm_adapt_said": [],
    "dgm_adapt_rows": [],
    "dgm_adapt_picture": "",
    "dgm_adapt_weights": False,  # the network learnt, too
}


class Adapting:
    """What the button and its dialog do. All of it runs in the server's one loop."""

    def __init__(self, controls: Controls, room: ReadingRoom) -> None:
        self._controls, self._room = controls, room
        self._run = Adaptation(face=FACE)
        self._state.update(ADAPT_DEFAULTS)
        self._state.change("dgm_counts")(self.count)
        self._state.change("dgm_study")(self._offer_models)

    @property
    def _state(self) -> Any:
        return self._controls.state

    def count(self, **_state: Any) -> None:
        """How many cases of the study are corrected; signing one changes it."""
        study = self._room.study
        if study is not None and study.blind:  # it would tell of others' corrections
            study = None
        found = corrected_of(study.cohort.cases, study.output, study.channels) if study is not None else []
        self._state.dgm_adapt_count = len(found)

    def _offer_models(self, **_state: Any) -> None:
        """The models that the study's corrections made before stand in the selector."""
        study, chosen = self._room.study, self._state.dgm_model
        for path in site_models(study.output) if study is not None else ():
            try:
                self._controls.list_models(str(path))
            except DGMError as error:
                logging.warning("%s", error)
        self._state.dgm_model = chosen

    def open(self) -> None:
        """The button: ask for a name."""
        self.count()
        if self._state.dgm_adapt_count and not self._run.running:
            self._state.dgm_adapt, self._state.dgm_adapt_said = "name", []

    def start(self) -> None:
        """Begin; the reader may go on meanwhile."""
        study, state = self._room.study, self._state
        if study is None or self._run.running:
            return
        chosen = {name: str(getattr(state, f"dgm_{name}")) for name in ("model", "protocol", "device")}
        try:
            self._run.start(study.output, str(state.dgm_adapt_name), chosen)
        except DGMError as error:
            state.dgm_adapt_said = [error.sentence(FACE)]
            return
        kept = {name: state[name] for name in ("dgm_adapt_count", "dgm_adapt_name")}
        state.update({**ADAPT_DEFAULTS, **kept, "dgm_adapt": RUNNING, "dgm_adapt_step": _("Starting")})
        create_task(self._watch())

    def cancel(self) -> None:
        """End it; the model stays as it was."""
        self._run.cancel()

    def use(self) -> None:
        """Choose the new model."""
        try:
            self._controls.list_models(str(self._run.made))
        except DGMError as error:
            self._controls.fail(error)
        self._state.dgm_adapt = ""

    def keep(self) -> None:
        """Keep the old model."""
        self._run.discard()
        self._state.dgm_adapt = ""

    def close(self) -> None:
        """End the process."""
        self._run.stop()

    async def _watch(self) -> None:
        while self._run.running:
            await asyncio.sleep(POLL_S)
            for told in self._run.poll():
                with self._state:
                    self._heard(told)

    def _heard(self, told: Told) -> None:
        state = self._state
        if told.kind == RUNNING:
            state.dgm_adapt_step, state.dgm_adapt_progress = word(told.text), round(100 * told.fraction)
            return
        if told.kind == CANCELLED:
            self._controls.show_message(told.text)
        elif told.text:
            state.dgm_adapt_said = [*state.dgm_adapt_said, told.text]
        if told.kind != SAID:
            state.dgm_adapt = "" if told.kind == CANCELLED else told.kind
        if told.kind == DONE:
            keys = ("name", "before", "after")
            state.dgm_adapt_rows = [dict(zip(keys, row, strict=True)) for row in told.rows]
            state.dgm_adapt_weights = told.weights
            state.dgm_adapt_picture = f"data:image/png;base64,{base64.b64encode(told.picture).decode()}"


def adapt_button(adapting: Adapting) -> None:
    """The button below the worklist, and how far it is: the reader goes on meanwhile."""
    with html.Div(v_if="dgm_adapt === 'running'", classes="dgm-small px-3", style="width: 100%"):
        html.Div("{{ dgm_adapt_step }}", id="dgm-adapt-step")
        v.VProgressLinear(model_value=("dgm_adapt_progress",), color="primary", height=4)
        v.VBtn(_("Cancel"), size="x-small", variant="text", click=adapting.cancel, id="dgm-adapt-cancel")
    v.VBtn(
        _("Adapt to my corrections ({count})").format(count="{{ dgm_adapt_count }}"),
        size="small",
        variant="text",
        click=adapting.open,
        disabled=("!dgm_adapt_count",),
        v_else_if="!dgm_blind",
        title=_("Make a model of your own from the signed corrections of this study"),
        id="dgm-adapt",
    )


def adapt_dialog(adapting: Adapting) -> None:
    """The name, and what was gained."""
    with (
        v.VDialog(
            model_value=("['name', 'done', 'failed'].includes(dgm_adapt)",),
            persistent=True,
            max_width=720,
            id="dgm-adapt-dialog",
        ),
        v.VCard(title=_("Adapt to my corrections")),
    ):
        with v.VCardText():
            html.P(
                _(
                    "The corrected cases of this study ({count}) teach a model of your own. It is taken only where cases "
                    "that were left out are segmented better."
                ).format(count="{{ dgm_adapt_count }}"),
                v_if="dgm_adapt === 'name'",
            )
            v.VTextField(
                v_model=("dgm_adapt_name",),
                label=_("Name of the new model"),
                v_if="dgm_adapt === 'name'",
                density="comfortable",
                autofocus=True,
                raw_attrs=['data-enter="dgm-adapt-start"'],
                id="dgm-adapt-name",
            )
            with html.Div(v_if="dgm_adapt === 'done'"):
                html.P(
                    "{{ dgm_adapt_weights ? "
                    + quoted(
                        _(
                            "On what was left out in turn, new weights with a protocol of their own gained (Dice):"
                        )
                    )
                    + " : "
                    + quoted(_("On what was left out in turn, a fitted protocol gained (Dice):"))
                    + " }}"
                )
                with html.Table(classes="dgm-all", id="dgm-adapt-rows"):
                    with html.Thead(), html.Tr():
                        for words in (_("Structure"), _("Before"), _("After")):
                            html.Th(words)
                    with html.Tbody(), html.Tr(v_for="row in dgm_adapt_rows", key="row.name"):
                        for cell in ("name", "before", "after"):
                            html.Td(f"{{{{ row.{cell} }}}}")
                html.Img(
                    src=("dgm_adapt_picture",),
                    v_if="dgm_adapt_picture",
                    style="max-width: 100%; margin-top: 12px",
                    id="dgm-adapt-picture",
                    alt=_("One case: before, after, as it was corrected."),
                )
                html.P(
                    _("One case: before, after, as it was corrected."),
                    v_if="dgm_adapt_picture",
                    classes="dgm-small",
                )
            html.P("{{ text }}", v_for="text in dgm_adapt_said", key="text", classes="mt-2")
        with v.VCardActions():
            v.VSpacer()
            v.VBtn(_("Close"), v_if="dgm_adapt === 'name' || dgm_adapt === 'failed'", click="dgm_adapt = ''")
            v.VBtn(
                _("Adapt"),
                v_if="dgm_adapt === 'name'",
                color="primary",
                click=adapting.start,
                id="dgm-adapt-start",
            )
            v.VBtn(
                _("Keep the old one"), v_if="dgm_adapt === 'done'", click=adapting.keep, id="dgm-adapt-keep"
            )
            v.VBtn(
                _("Use this model"),
                v_if="dgm_adapt === 'done'",
                color="primary",
                click=adapting.use,
                id="dgm-adapt-use",
            )
