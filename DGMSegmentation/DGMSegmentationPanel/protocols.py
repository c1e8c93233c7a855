"""The labelling protocol: what the nuclei are made of. Another one labels the last run anew without the network."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from .files import Kind, ask_open
from .inputs import Inputs
from .notes import Note, tool_tip

if TYPE_CHECKING:
    from DGMSegmentationLib.models.model import ModelHeader
    from DGMSegmentationLib.segmentation.protocol import Protocol

    from .parameters import DGMSegmentationParameters


class Protocols:
    """The list of protocols that fit the chosen model, and a site's own file."""

    def __init__(self, ui: Any, inputs: Inputs, changed: Callable[[], str]) -> None:
        """``changed``: called after the user's choice; says what is still to be done, if anything."""
        self._selector, self._inputs, self._changed = ui.protocolSelector, inputs, changed
        self._note = Note(ui.protocolNote)
        self._fitting: dict[str, Protocol] = {}
        self._listed: tuple[ModelHeader | None, str] | None = None
        self._selector.connect("activated(int)", self._picked)

    @property
    def _parameters(self) -> "DGMSegmentationParameters | None":
        return self._inputs.parameters

    def refresh(self) -> None:
        """List the protocols anew when the model or the choice is another one."""
        if self._parameters is None:
            return
        header, chosen = self._inputs.header, self._parameters.protocol
        if self._listed == (header, chosen):
            return
        self._listed = header, chosen
        self._selector.clear()
        self._selector.addItem(_("The model's own"), "")
        fitting = self._fitting = self._that_fit()
        for name, protocol in fitting.items():
            self._selector.addItem(f"{name}: {protocol.title}" if protocol.title else name, name)
        if chosen and chosen not in fitting:
            self._selector.addItem(Path(chosen).name, chosen)
        self._selector.addItem(_("From a file..."), None)
        self._selector.currentIndex = max(0, self._selector.findData(chosen))
        known = fitting.get(chosen)
        self._selector.toolTip = tool_tip(
            _("The labelling protocol: of which parts the structures are made, and where they end."),
            known.description if known else "",
        )

    def reason(self) -> str:
        """Why no run can start with the chosen protocol; empty when one can."""
        from DGMSegmentationLib.errors import InputError
        from DGMSegmentationLib.options import DEFAULT_MODEL
        from DGMSegmentationLib.segmentation.convention import check_protocol
        from DGMSegmentationLib.segmentation.protocol import load_protocol

        header = self._inputs.header
        if self._parameters is None or header is None or self._parameters.protocol in ("", *self._fitting):
            return ""
        try:
            protocol = load_protocol(self._parameters.protocol)
            if not (protocol.model and self._inputs.model == DEFAULT_MODEL):  # else the run takes that model
                check_protocol(protocol, header)
        except InputError as error:
            return error.sentence("panel")
        return ""

    def show_note(self, text: str) -> None:
        """One sentence below the list; an empty text hides it."""
        self._note.show(text)

    def _that_fit(self) -> "dict[str, Protocol]":
        header = self._inputs.header
        if header is None:
            return {}
        from DGMSegmentationLib.segmentation.convention import protocols_for

        return protocols_for(header, self._inputs.model)

    def _picked(self, index: int) -> None:
        if self._parameters is None:
            return
        data, before = self._selector.itemData(index), self._parameters.protocol
        chosen = str(data) if data is not None else ""
        if index == self._selector.count - 1:
            kind = Kind(_("Labelling protocols"), (".toml",))
            chosen = ask_open(_("Choose a labelling protocol"), kind, "Protocol") or before
        self._parameters.protocol = chosen
        self._listed = None
        self.refresh()
        self.show_note(self.reason() or (self._changed() if chosen != before else ""))
