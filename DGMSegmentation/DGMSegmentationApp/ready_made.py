"""The words of ready-made parts (trame-slicer's, Vuetify's, the page's own scripts) in the language of the page."""

import re
from typing import Any

from trame.widgets import vuetify3 as v

from DGMSegmentationLib.language import ENGLISH, languages, spoken, texts_of, translations

_ = texts_of(__name__)
SCRIPTS = "DGMSegmentationApp.static"
"""The context of the texts of the page's scripts and plain pages."""
_WORDED = ("title", "label", "text")
_OPTION = re.compile(r"('(?:text|title)': )'([^']*)'")


def parts_words() -> dict[str, str]:
    """What trame-slicer's parts say -> the same in the language of the page."""
    return {
        "Add selected": _("Add selected"),
        "Apply": _("Apply"),
        "Auto range": _("Auto range"),
        "Brush interaction mode": _("Brush interaction mode"),
        "Brush size": _("Brush size"),
        "Closing": _("Closing"),
        "Continuous": _("Continuous"),
        "Cut mode": _("Cut mode"),
        "Distance (mm)": _("Distance (mm)"),
        "Erase Inside": _("Erase Inside"),
        "Erase Outside": _("Erase Outside"),
        "Fill Inside": _("Fill Inside"),
        "Fill Outside": _("Fill Outside"),
        "Gaussian": _("Gaussian"),
        "Keep largest": _("Keep largest"),
        "Keep selected": _("Keep selected"),
        "Kernel size (mm)": _("Kernel size (mm)"),
        "Layouts": _("Layouts"),
        "Median": _("Median"),
        "Minimum size": _("Minimum size"),
        "Negative": _("Negative"),
        "Opening": _("Opening"),
        "Operation": _("Operation"),
        "Point By Point": _("Point By Point"),
        "Positive": _("Positive"),
        "Remove selected": _("Remove selected"),
        "Remove small": _("Remove small"),
        "Reset Camera": _("Reset Camera"),
        "Show in 3D": _("Show in 3D"),
        "Smoothing method": _("Smoothing method"),
        "Sphere brush": _("Sphere brush"),
        "Standard deviation (mm)": _("Standard deviation (mm)"),
        "Symmetric": _("Symmetric"),
        "Unlimited": _("Unlimited"),
    }


def layout_names() -> dict[str, str]:
    """Id of a layout of the views -> its name on the page."""
    return {
        "Axial large": _("Axial large"),
        "Axial Only": _("Axial Only"),
        "Axial Primary": _("Axial Primary"),
        "Coronal Only": _("Coronal Only"),
        "Coronal Primary": _("Coronal Primary"),
        "Sagittal Only": _("Sagittal Only"),
        "Sagittal Primary": _("Sagittal Primary"),
        "3D Only": _("3D Only"),
        "3D Primary": _("3D Primary"),
        "Quad View": _("Quad View"),
    }


def in_our_words(element: Any) -> Any:
    """Put a ready-made part and all within it into the language of the page; returns it."""
    known = parts_words()
    if spoken() != ENGLISH:
        _say(element, known)
    return element


def _say(element: Any, known: dict[str, str]) -> None:
    for name in _WORDED:
        text = getattr(element, name, None)
        if isinstance(text, str) and text in known:
            setattr(element, name, known[text])
    repeated = getattr(element, "v_for", None)
    if isinstance(repeated, str):
        element.v_for = _OPTION.sub(lambda m: f"{m[1]}'{known.get(m[2], m[2])}'", repeated)
    for place, child in enumerate(element.children):
        if isinstance(child, str):
            element.children[place] = known.get(child.strip(), child)
        else:
            _say(child, known)


def with_layout_names(element: Any) -> None:
    """The list of layouts with their names instead of their ids."""
    in_our_words(element)
    for child in element.children:
        if isinstance(child, v.VRadio):
            child.label = ("dgm_layouts[layout_id] || layout_id",)
        elif not isinstance(child, str):
            with_layout_names(child)


def vuetify_locale() -> dict[str, Any]:
    """Vuetify's own few words, as a part of its configuration."""
    if spoken() == ENGLISH:
        return {}
    words = {
        "close": _("Close"),
        "open": _("Open"),
        "noDataText": _("Nothing to choose"),
        "input": {
            "clear": _("Clear {0}"),
            "prependAction": _("{0}, action before"),
            "appendAction": _("{0}, action behind"),
        },
    }
    return {"locale": {"locale": spoken(), "fallback": ENGLISH, "messages": {spoken(): words}}}


def script_words() -> dict[str, str]:
    """English text -> what the page's scripts say instead."""
    if spoken() == ENGLISH:
        return {}
    table = translations(languages()[spoken()])
    return {text: said for (context, text), said in table.items() if context == SCRIPTS and said}


def quoted(text: str) -> str:
    """A text as a string of JavaScript within an attribute of the page or double braces."""
    safe = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', "\\u0022")
    return f"'{safe}'"


def aria(words: str) -> str:
    """What a screen reader says for something that shows only an icon."""
    return f'aria-label="{words}"'
