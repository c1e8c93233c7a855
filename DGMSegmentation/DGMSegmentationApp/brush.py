"""The brush of Paint and Erase: its width, whether it is flat or a ball, and whether it may take from other structures."""

from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v
from trame_server.utils.typed_state import TypedState
from trame_slicer.app.ui import FlexContainer, PaintEffectState
from trame_slicer.app.ui.slider import Slider

from DGMSegmentationLib.language import texts_of

from .ready_made import aria, quoted

_ = texts_of(__name__)


class Brush(FlexContainer):
    """The settings of trame-slicer's brush in millimetres, with what it does in words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        state = TypedState(self.state, PaintEffectState)
        name, data = state.name, state.get_sub_state(state.name.brush_diameter_slider)
        with self:
            html.Div(
                _("Brush: {size} mm, {shape}").format(
                    size=f"{{{{ Number({name.brush_diameter_slider.value}).toFixed(1) }}}}",
                    shape=f"{{{{ {name.use_sphere_brush} ? {quoted(_('a ball'))} : {quoted(_('flat'))} }}}}",
                ),
                classes="dgm-small dgm-brush",
            )
            Slider(typed_state=data)
            with v.VBtnToggle(
                v_model=(name.use_sphere_brush,),
                mandatory=True,
                density="compact",
                variant="outlined",
                divided=True,
                classes="mb-1",
                raw_attrs=[aria(_("Shape of the brush"))],
            ):
                for ball, word, tip in (
                    (False, _("Flat"), _("This slice only")),
                    (True, _("Ball"), _("Through the neighbouring slices, too")),
                ):
                    v.VBtn(word, value=(str(ball).lower(),), size="small", title=tip)


def neighbours() -> None:
    """The switch for all tools that add voxels."""
    v.VSwitch(
        v_model=("dgm_take",),
        label=_("May take from neighbours"),
        density="compact",
        hide_details=True,
        color="primary",
        id="dgm-take",
    )


def shapes(editor: Any) -> None:
    """What changes the chosen structure at once."""
    html.Div(_("Change the whole structure"), classes="dgm-small mt-2")
    with html.Div(classes="dgm-buttons"):
        for action, word, tip in (
            (editor.wider, _("Wider"), _("Margin: one voxel more all round (+)")),
            (editor.narrower, _("Narrower"), _("Margin: one voxel less all round (-)")),
            (
                editor.fill_between,
                _("Fill between slices"),
                _("Shapes between the slices that have some (L)"),
            ),
            (editor.grow, _("Grow to the edge"), _("To where the values change, at most 4 mm (G)")),
            (
                editor.mirror,
                _("Mirror the other side"),
                _("The shape of the other side in place of this one (M)"),
            ),
        ):
            v.VBtn(word, click=action, size="small", variant="tonal", title=tip)
