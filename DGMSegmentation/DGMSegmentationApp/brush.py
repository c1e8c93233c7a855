"""The brush of Paint and Erase: its width, whether it is flat or a ball, and whether it may take from other structures."""

from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v
from trame_server.utils.typed_state import TypedState
from trame_slicer.app.ui import FlexContainer, PaintEffectState
from trame_slicer.app.ui.slider import Slider

WORDS = (
    (False, "Flat", "This slice only"),
    (True, "Ball", "Through the neighbouring slices, too"),
)


class Brush(FlexContainer):
    """The settings of trame-slicer's brush in millimetres, with what it does in words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        state = TypedState(self.state, PaintEffectState)
        name, data = state.name, state.get_sub_state(state.name.brush_diameter_slider)
        with self:
            html.Div(
                f"Brush: {{{{ Number({name.brush_diameter_slider.value}).toFixed(1) }}}} mm, "
                f"{{{{ {name.use_sphere_brush} ? 'a ball' : 'flat' }}}}",
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
                raw_attrs=['aria-label="Shape of the brush"'],
            ):
                for ball, word, tip in WORDS:
                    v.VBtn(word, value=(str(ball).lower(),), size="small", title=tip)


def neighbours() -> None:
    """The switch for all tools that add voxels."""
    v.VSwitch(
        v_model=("dgm_take",),
        label="May take from neighbours",
        density="compact",
        hide_details=True,
        color="primary",
        id="dgm-take",
    )


def shapes(editor: Any) -> None:
    """What changes the chosen structure at once."""
    html.Div("Change the whole structure", classes="dgm-small mt-2")
    with html.Div(classes="dgm-buttons"):
        for action, word, tip in (
            (editor.wider, "Wider", "Margin: one voxel more all round (+)"),
            (editor.narrower, "Narrower", "Margin: one voxel less all round (-)"),
            (editor.fill_between, "Fill between slices", "Shapes between the slices that have some (L)"),
            (editor.grow, "Grow to the edge", "To where the values change, at most 4 mm (G)"),
            (editor.mirror, "Mirror the other side", "The other side's shape in place of this one (M)"),
        ):
            v.VBtn(word, click=action, size="small", variant="tonal", title=tip)
