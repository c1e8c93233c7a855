"""The verdict on the numbers, above the table that it is about: in words, so that no colour has to be told apart."""

from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from DGMSegmentationLib.language import word

from .notes import Note, tool_tip

if TYPE_CHECKING:
    from DGMSegmentationLib.measurement.verdict import Verdict

ATTENTION = "#d55e00"
"""Vermilion of Okabe and Ito's palette for all kinds of colour vision; 3:1 against the light and the dark panel."""
STYLE = "QFrame#verdictBox { border: none; border-left: %spx solid %s; }"


class VerdictBanner:
    """One line when all is well; else a bar at the left, what it means, and the reasons."""

    def __init__(self, ui: Any) -> None:
        self._box = ui.verdictBox
        self._headline, self._reasons = Note(ui.verdictHeadline), Note(ui.verdictReasons)
        self.show(None)

    def show(self, verdict: "Verdict | None") -> None:
        """Show a verdict; None hides the banner."""
        self._box.visible = verdict is not None
        if verdict is None:
            return
        words = verdict.headline("panel")
        said = _("Verdict: {status}.").format(status=word(verdict.status))
        self._box.styleSheet = STYLE % ((5, ATTENTION) if verdict.reasons else (0, ATTENTION))
        self._box.toolTip = tool_tip(words)
        self._headline.show(f"{said} {words}" if verdict.reasons else said)
        self._reasons.show("\n".join(f"- {reason}" for reason in verdict.sentences("panel")))
