"""The settings of the tool in use: trame-slicer's own, with what nuclei need and without what would leave the label set."""

from collections.abc import Callable
from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v
from trame_server.state import State
from trame_server.utils.typed_state import TypedState
from trame_slicer.app.ui import (
    ControlButton,
    DrawEffectUI,
    FlexContainer,
    IslandsEffectUI,
    LogicalOperatorsEffectUI,
    RangeSlider,
    ScissorsEffectUI,
    SmoothingEffectMode,
    SmoothingEffectUI,
    ThresholdState,
    VolumeIntensityRangeMaskState,
)
from trame_slicer.segmentation import (
    SegmentationEffectDraw,
    SegmentationEffectErase,
    SegmentationEffectIslands,
    SegmentationEffectLogicalOperators,
    SegmentationEffectPaint,
    SegmentationEffectScissors,
    SegmentationEffectSmoothing,
    SegmentationEffectThreshold,
    SegmentationIslandsMode,
)
from undo_stack import Signal

from DGMSegmentationLib.language import texts_of

from .brush import Brush
from .ready_made import aria, in_our_words, parts_words

_ = texts_of(__name__)


class Islands(IslandsEffectUI):
    """Without "Split", which would make segments of no structure."""

    def _create_mode_button(self, mode: SegmentationIslandsMode) -> None:
        if mode is not SegmentationIslandsMode.SPLIT_TO_SEGMENTS:
            super()._create_mode_button(mode)


class Smoothing(SmoothingEffectUI):
    """Without "Joint": it changes all structures at once, which the mask around the chosen one half prevents."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = parts_words()
        self.state.options = [
            {"text": known.get(mode.name.title(), mode.name.title()), "value": mode.value}
            for mode in SmoothingEffectMode
            if mode is not SmoothingEffectMode.JOINT
        ]


class Threshold(FlexContainer):
    """A range of values in ppb, to clean the chosen structure or to paint in; it never fills the whole head."""

    auto_threshold_clicked = Signal()
    apply_clicked = Signal()  # trame-slicer's logic wants it; no button has it, because it fills the head
    use_as_mask_clicked = Signal()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        state = TypedState(self.state, ThresholdState)
        value = state.name.threshold_slider.value
        with self:
            html.Div(
                _("{low} to {high} ppb").format(low=_ppb(f"{value}[0]"), high=_ppb(f"{value}[1]")),
                classes="dgm-small",
                id="dgm-range",
            )
            with (
                RangeSlider(typed_state=state.get_sub_state(state.name.threshold_slider)),
                v.Template(v_slot_append=True),
            ):
                ControlButton(name="Auto range", icon="mdi-refresh-auto", click=self.auto_threshold_clicked)
            with FlexContainer(classes="pt-2", style="gap: 6px;") as self._buttons:
                v.VBtn(
                    _("Paint only in this range"),
                    variant="tonal",
                    click=self.use_as_mask_clicked,
                    id="dgm-paint-range",
                )

    def add_keep(self, keep: Callable[[], None]) -> None:
        """Add the button that takes from the chosen structure what lies outside the range."""
        with self._buttons:
            v.VBtn(_("Keep only this range"), variant="tonal", click=keep, id="dgm-keep-range")


TOOL_SETTINGS = (
    (SegmentationEffectPaint, Brush),
    (SegmentationEffectErase, Brush),
    (SegmentationEffectDraw, DrawEffectUI),
    (SegmentationEffectScissors, ScissorsEffectUI),
    (SegmentationEffectIslands, Islands),
    (SegmentationEffectSmoothing, Smoothing),
    (SegmentationEffectThreshold, Threshold),
    (SegmentationEffectLogicalOperators, LogicalOperatorsEffectUI),
)


def range_notice(state: State, anywhere: Callable[[], None]) -> None:
    """Says that edits are limited to a range of values, and ends it."""
    limit = TypedState(state, VolumeIntensityRangeMaskState).name
    value = limit.threshold_slider.value
    with html.Div(classes="dgm-row d-flex align-center", v_if=(limit.is_enabled,), id="dgm-limit"):
        html.Div(
            _("Only {low} to {high} ppb can be edited.").format(
                low=_ppb(f"{value}[0]"), high=_ppb(f"{value}[1]")
            ),
            classes="dgm-small",
        )
        v.VBtn(_("Edit anywhere"), size="small", variant="tonal", click=anywhere, id="dgm-anywhere")


def name_icons(element: Any, words: str = "", slider: str = "") -> None:
    """Give the icon buttons and the sliders of a ready-made part what a screen reader says, all in the page's language.

    A button says its tooltip's text, else ``words``; a slider says ``slider``.
    """
    _name_icons(in_our_words(element), words, slider)


def _name_icons(element: Any, words: str, slider: str) -> None:
    for child in getattr(element, "children", ()):
        if slider and isinstance(child, v.VSlider):
            child.name = slider  # the name of its thumb
        if isinstance(child, v.VBtn):
            name = next((_text(part) for part in child.children if isinstance(part, v.VTooltip)), "")
            if not name and "icon" in child._attributes:
                name = words
            if name:
                child._attributes.setdefault("_raw_name", aria(name))
        _name_icons(child, words, slider)


def _text(element: Any) -> str:
    if isinstance(element, str):
        return element.strip()
    return "".join(_text(child) for child in getattr(element, "children", ()))


def _ppb(value: str) -> str:
    return f"{{{{ Math.round({value} * dgm_factor) }}}}"
