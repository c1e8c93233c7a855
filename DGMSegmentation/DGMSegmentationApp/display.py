"""How the labels are shown: filled or outlined, how opaque, surfaces in 3D."""

from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v
from trame_server.utils.typed_state import TypedState
from trame_slicer.app.ui.slider import Slider
from trame_slicer.segmentation import SegmentationOpacityEnum

from DGMSegmentationLib.language import texts_of

from .ready_made import aria

_ = texts_of(__name__)
MODES = (SegmentationOpacityEnum.BOTH, SegmentationOpacityEnum.FILL, SegmentationOpacityEnum.OUTLINE)
_LARGEST_BORDER = 20


class Display(html.Div):
    """The settings of trame-slicer's segment display: one of three ways to show labels, and their opacity."""

    def __init__(self, state: TypedState[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        border, flat, solid = state.data.border_thickness, state.data.opacity_2d, state.data.opacity_3d
        border.min_value, border.max_value, border.step, border.value = 0, _LARGEST_BORDER, 1, 1
        flat.step = solid.step = 0.01
        solid.value, solid.is_disabled = 1, not state.data.show_3d
        with self:
            with html.Div(classes="d-flex align-center dgm-row"):
                html.Div(_("Labels"), classes="dgm-small")
                with v.VBtnToggle(
                    v_model=(state.name.opacity_mode,),
                    mandatory=True,
                    density="compact",
                    variant="outlined",
                    divided=True,
                    id="dgm-labels-as",
                    raw_attrs=[aria(_("Labels filled or outlined (O)"))],
                ):
                    shown = (
                        (_("Both"), _("Labels filled and outlined (O)")),
                        (_("Filled"), _("Labels filled (O)")),
                        (_("Outlined"), _("Labels outlined (O)")),
                    )
                    for mode, (word, tip) in zip(MODES, shown, strict=True):
                        v.VBtn(word, value=(str(state.encode(mode)),), size="small", title=tip)
            for words, slider in (
                (_("Opacity in the slices"), state.name.opacity_2d),
                (_("Opacity of the surfaces in 3D"), state.name.opacity_3d),
                (_("Thickness of the outline"), state.name.border_thickness),
            ):
                html.Div(words, classes="dgm-small")
                Slider(typed_state=state.get_sub_state(slider), density="compact", name=words)


def next_mode(mode: SegmentationOpacityEnum) -> SegmentationOpacityEnum:
    """The way that comes after this one."""
    return MODES[(MODES.index(mode) + 1) % len(MODES)]
