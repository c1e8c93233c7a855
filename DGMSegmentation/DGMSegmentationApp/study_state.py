"""What the page shows of a study, as names and values of the trame state."""

from typing import Any

from DGMSegmentationLib.language import texts_of, word
from DGMSegmentationLib.study.worklist import Item

_ = texts_of(__name__)
STUDY_DEFAULTS: dict[str, Any] = {
    "dgm_study": "",  # its name; empty outside a study
    "dgm_study_place": "",  # the folder of its results
    "dgm_reader": "",
    "dgm_blind": False,  # nothing of what other readers did is shown
    "dgm_cases": [],  # the worklist, a dict a case
    "dgm_counts": {},  # state -> how many
    "dgm_case": "",  # the one that is open
    "dgm_case_state": "",
    "dgm_blocked": {},  # name and problem of a case that cannot be shown, while the reader stands there
    "dgm_awaited": "",  # the one that is being segmented or read
    "dgm_order": "name",  # or doubt
    "dgm_worklist": True,  # the drawer is open
    "dgm_rejecting": False,  # the dialog that asks why
    "dgm_reject_reason": "",
    "dgm_reject_problem": "",  # why that answer is none
    "dgm_naming_folder": False,  # the dialog that asks for a study's folder
    "dgm_folder": "",
    "dgm_segmenting_all": False,
    "dgm_study_table": {"columns": [], "rows": []},
    "dgm_all_cases": False,  # the table of all cases is shown
}
_ICONS = {
    "to do": "mdi-circle-outline",
    "segmented": "mdi-circle-slice-2",
    "in review": "mdi-pencil-circle",
    "done": "mdi-check-circle",
    "rejected": "mdi-close-circle",
}


def case_of(item: Item) -> dict[str, Any]:
    """A line of the worklist."""
    flags = ", ".join(word(flag.replace("_", " ")) for flag in item.flags)
    reasons = [
        item.reason,
        *item.verdict_reasons,
        *([_("Flags: {names}").format(names=flags)] if flags else []),
    ]
    return {
        "name": item.name,
        "title": item.name.removeprefix("sub-"),
        "state": item.state,
        "words": word(item.state),
        "icon": _ICONS[item.state],
        "verdict": item.verdict,
        "flagged": item.flagged,
        "reader": item.reader,
        "others": ", ".join(f"{reader}: {word(state)}" for reader, state in item.others),
        "doubtful": word(item.verdict) if item.verdict == "doubtful" else "",
        "changed": item.changed[:16].replace("T", " "),
        "reason": f"{word(item.state)}: {item.reason}" if item.state == "rejected" else "",
        "why": " ".join(filter(None, reasons)),
        "picture": f"study/picture/{item.name}" if item.rows else "",
    }
