"""What the page shows, as names and values of the trame state: one place for the names, the rows and the words."""

from typing import TYPE_CHECKING, Any

from DGMSegmentationScene.shown import number, shown_flags

from DGMSegmentationLib.language import texts_of, word
from DGMSegmentationLib.options import SegmentOptions, option_fields
from DGMSegmentationLib.structures import STANDARD, LabelSet

from .keys import by_press
from .study_state import STUDY_DEFAULTS

if TYPE_CHECKING:
    from trame_server.state import State

    from DGMSegmentationLib.measurement.verdict import Verdict

_ = texts_of(__name__)
FACE = "app"
"""Whose words the sentences are in."""
# The names begin with dgm_, so that none meets one of trame-slicer's.
DEFAULTS: dict[str, Any] = {
    "dgm_file": "",
    "dgm_sample": False,  # a sample volume is bundled
    "dgm_unit": "",
    "dgm_factor": 1.0,  # from the volume's values to ppb
    "dgm_max_upload_mb": 0,
    "dgm_warnings": [],
    "dgm_models": [],
    **{f"dgm_{option.name}": option.default for option in option_fields(offered=True)},  # what a run is told
    "dgm_model": "",
    "dgm_model_text": "",
    "dgm_protocols": [],  # those that fit the chosen model
    "dgm_window": [-100, 200],
    "dgm_slices": {},  # by view: "23 / 52"
    "dgm_cursor": "",  # value and structure under the mouse, in the view dgm_cursor_view
    "dgm_cursor_view": "",
    "dgm_take": False,  # whether the tools may take from neighbours
    "dgm_keys": {},  # press -> action, for the page's script
    "dgm_doubts": [],  # slices to look at first: index, at (percent of the slider), flagged, words
    "dgm_flagged": 0,  # how many of them ask for a look
    "dgm_hints": False,  # hints are coloured, too
    "dgm_here": "",  # why the slice that is shown does
    "dgm_about": False,
    "dgm_phase": "idle",  # idle, running, cancelling
    "dgm_progress": 0,
    "dgm_step": "",
    "dgm_seconds": 0,
    "dgm_message": "",
    "dgm_message_kind": "info",  # info, warning, error
    "dgm_detail": "",
    "dgm_rows": [],
    "dgm_selected": 0,
    "dgm_verdict": {},  # status, the same in words, headline, reasons; empty when there is no table
    "dgm_origin": "",
    "dgm_note": "",
    "dgm_has_labels": False,
    "dgm_edited": False,
    "dgm_unsaved": False,
    "dgm_unsaved_aside": False,  # so are labels that a run replaced, in the scene alone
    "dgm_reason": "",  # why Segment cannot be clicked; empty when it can
    "dgm_question": {},  # title, text, yes: what the open dialog asks; empty when none is open
    "dgm_busy": "",  # what the app is doing besides a run, e.g. reading a file
    "dgm_ticket": "",  # of the window that is connected; what comes from another one is refused
    # Kept by the page's script alone, so that they end with its window:
    "dgm_upload": -1,  # percent of an upload
    "dgm_saving": False,  # a file is being made for a download
    "dgm_panel": True,
    "dgm_theme": "dark",
    "dgm_language": "en",
    "dgm_words": {},  # English text -> what the page's scripts say
    "dgm_layouts": {},  # id of a layout -> its name
    **STUDY_DEFAULTS,
    # So that a test or a script can wait for the next one:
    "dgm_measured": 0,  # counts the tables
    "dgm_done": 0,  # counts the files that were opened and the runs that ended
}


def set_defaults(state: "State") -> None:
    """Give every name its first value."""
    state.update(DEFAULTS)
    state.client_only("dgm_upload", "dgm_saving")
    state.dgm_keys = by_press()
    state.dgm_rows = rows_of([], {}, lambda _label: True)


def chosen_options(state: "State") -> SegmentOptions:
    """The options of a run as the page's fields stand; an empty one is the default."""
    chosen = {option.name: getattr(state, f"dgm_{option.name}") for option in option_fields(offered=True)}
    return SegmentOptions(**{name: value for name, value in chosen.items() if value != ""})


def rows_of(
    rows: list[Any], reasons: dict[str, str], visible: Any, label_set: LabelSet = STANDARD
) -> list[dict[str, Any]]:
    """The rows of the page's table, one a structure of the label set; numbers as words, empty strings where there is nothing."""
    by_label = {row.label: row for row in rows}
    shown = []
    for structure in label_set:
        row = by_label.get(structure.label)
        found = row if row is not None and row.n_voxels > 0 else None
        shown.append(
            {
                "label": structure.label,
                "id": structure.abbreviation,
                "name": word(structure.nucleus_name),
                "side": structure.side,
                "color": structure.color,
                "mean": number(found.mean_ppb) if found else "",
                "sd": number(found.sd_ppb) if found else "",
                "volume": number(found.volume_mm3, 0) if found else "",
                "flags": [
                    {"words": words, "reason": reason or words}
                    for words, reason in (shown_flags(row, reasons) if row is not None else [])
                ],
                "visible": bool(visible(structure.label)),
            }
        )
    return shown


def unit_words(unit: Any) -> str:
    """How the unit of the volume was found, in a few words."""
    if unit is None:
        return _("no QSM")
    words = _("{unit}, detected") if unit.detected else _("{unit}, as given")
    return words.format(unit=unit.unit)


def verdict_words(verdict: "Verdict | None") -> dict[str, Any]:
    """The verdict as the page shows it; empty without one."""
    if verdict is None:
        return {}
    return {
        "status": verdict.status,
        "words": word(verdict.status),
        "headline": verdict.headline(FACE),
        "reasons": list(verdict.sentences(FACE)),
    }
