"""The volume, the further channels that a model wants, and the model."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from DGMSegmentationScene.volumes import refusal
from slicer.i18n import tr as _

from .files import Kind, ask_open
from .notes import Note, tool_tip
from .parameters import DGMSegmentationParameters, node_of

if TYPE_CHECKING:
    from DGMSegmentationLib.models.model import ModelHeader


CORRECTIONS = ":corrections"
"""Of the entry that makes a model of the user's corrections: no name and no path."""
CHANNEL_ROLE = "channel."
"""Node references of the parameter node, with the channel's name: they are saved with the scene."""


class Inputs:
    """Fills the list of models and says what is still missing before a run."""

    def __init__(self, ui: Any, changed: Callable[[], None]) -> None:
        self._ui, self._changed = ui, changed
        self._headers: dict[str, ModelHeader] = {}
        self._problem = ""
        self._channels: dict[str, Any] = {}
        self._description = Note(ui.modelDescription)
        self.parameters: DGMSegmentationParameters | None = None
        self.from_corrections: Callable[[], None] = lambda: None
        ui.volumeSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._changed)
        ui.modelSelector.connect("activated(int)", self._picked)

    def use(self, parameters: DGMSegmentationParameters | None) -> None:
        """Show the parameters of a scene; None while there is no scene."""
        self.parameters = parameters
        if parameters is not None:
            self._show_models()
            qt.QTimer.singleShot(0, self._show_chosen_channels)  # once the lists have been filled

    def list_models(self) -> None:
        """Read the headers of the bundled models (no torch, no weights)."""
        from DGMSegmentationLib.errors import explained
        from DGMSegmentationLib.models.model import bundled_models, read_header

        for name, path in bundled_models().items():
            try:
                self._headers[name] = read_header(path)[0]
            except Exception as error:
                self._problem = explained(error).sentence("panel")
        self._show_models()

    @property
    def header(self) -> "ModelHeader | None":
        """What the chosen model says of itself; None when there is none, or it cannot be read."""
        return self._headers.get(self.model)

    @property
    def model(self) -> str:
        """Name or path of the chosen model, empty when there is none."""
        return self.parameters.model if self.parameters is not None else ""

    def channels(self) -> dict[str, Any]:
        """Channel name -> volume node, for the channels after the QSM."""
        if self.parameters is None:
            return {}
        node = node_of(self.parameters)
        return {name: node.GetNodeReference(CHANNEL_ROLE + name) for name in self._channels}

    def forget(self, volume: Any) -> None:
        """A volume is about to be removed: else the lists would take the next one of the scene for it."""
        if self.parameters is not None and self.parameters.inputVolume is volume:
            self.parameters.inputVolume = None
        for name, chosen in self.channels().items():
            if chosen is volume:
                self._choose_channel(name, None)
        self._show_chosen_channels()

    def reason(self) -> str:
        """Why no run can start now; empty when one can."""
        if self.parameters is None:
            return _("The scene is being loaded or closed.")
        reason = refusal(self.parameters.inputVolume)
        if reason:
            return reason
        if not self.model:
            return _("Choose a model.")
        if self.model not in self._headers:
            return self._problem or _("{model} is no usable model file: choose another one.").format(
                model=self.model
            )
        for name, node in self.channels().items():
            if node is None:
                return _("The model also needs the channel {name}: choose its volume.").format(name=name)
        return ""

    def _show_models(self) -> None:
        selector = self._ui.modelSelector
        selector.clear()
        wanted = self.model
        if not wanted and self._headers:
            wanted = next(iter(self._headers))
            if self.parameters is not None:
                self.parameters.model = wanted
        if wanted and wanted not in self._headers:
            self._read_file(wanted)
        names = list(self._headers)
        for name in names + ([wanted] if wanted and wanted not in names else []):
            header = self._headers.get(name)
            selector.addItem((header.title or header.name) if header else Path(name).name, name)
        selector.addItem(_("From my corrections..."), CORRECTIONS)
        selector.addItem(_("From a file..."), "")
        selector.currentIndex = max(0, selector.findData(wanted)) if wanted else selector.count - 1
        self._describe()

    def _picked(self, index: int) -> None:
        if self.parameters is None:
            return
        chosen = str(self._ui.modelSelector.itemData(index) or "")
        if chosen == CORRECTIONS:
            self._show_models()
            self.from_corrections()
            return
        if not chosen:
            chosen = ask_open(_("Choose a model file"), Kind(_("Models"), (".safetensors",)), "Model")
        if chosen:
            self.parameters.model = chosen
        self._show_models()
        self._changed()

    def choose(self, model: str) -> None:
        """Take a model, as a choice in the list would."""
        if self.parameters is not None:
            self.parameters.model = model
        self._show_models()
        self._changed()

    def _read_file(self, path: str) -> None:
        from DGMSegmentationLib.errors import InputError

        self._problem = ""
        try:
            from DGMSegmentationLib.models.model import read_header

            self._headers[path] = read_header(path)[0]
        except InputError as error:
            self._problem = error.sentence("panel")
        except ImportError:
            pass  # the line about missing packages says it, and the headers are read once they are there

    def _describe(self) -> None:
        header = self._headers.get(self.model)
        text, licence = self._problem if self.model and header is None else "", ""
        if header is not None:
            text = header.description or header.title or header.name
            if header.licence:  # its name in the line, its words in the tooltip
                text = f"{text} ({_('licence')}: {header.licence.split(',')[0]})"
                licence = f"{_('Licence')}: {header.licence}"
        self._description.show(text)
        self._ui.modelDescription.toolTip = tool_tip(licence)
        self._show_channels(header.channels[1:] if header is not None else ())

    def _show_channels(self, names: Sequence[str]) -> None:
        if tuple(names) == tuple(self._channels):
            return
        form = self._ui.channelBox.layout()
        while form.rowCount():
            form.removeRow(0)
        self._channels = {}
        for name in names:
            selector = slicer.qMRMLNodeComboBox()
            selector.nodeTypes = ["vtkMRMLScalarVolumeNode"]
            selector.noneEnabled, selector.addEnabled, selector.removeEnabled = True, False, False
            selector.setMRMLScene(slicer.mrmlScene)
            selector.setCurrentNode(None)
            selector.connect("nodeActivated(vtkMRMLNode*)", partial(self._choose_channel, name))
            form.addRow(name, selector)
            self._channels[name] = selector
        self._show_chosen_channels()
        self._ui.channelBox.visible = bool(self._channels)

    def _choose_channel(self, name: str, volume: Any) -> None:
        if self.parameters is not None:
            chosen = volume.GetID() if volume is not None else None
            node_of(self.parameters).SetNodeReferenceID(CHANNEL_ROLE + name, chosen)
            self._changed()

    def _show_chosen_channels(self) -> None:
        if self.parameters is not None:
            for name, volume in self.channels().items():
                self._channels[name].setCurrentNode(volume)
