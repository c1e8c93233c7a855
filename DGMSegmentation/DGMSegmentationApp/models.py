"""The models that the page offers: the bundled ones, and files that the user names."""

import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from trame_server.state import State

from DGMSegmentationLib.errors import DGMError, Remark
from DGMSegmentationLib.language import texts_of

if TYPE_CHECKING:
    from DGMSegmentationLib.models.model import ModelHeader

_ = texts_of(__name__)


class Models:
    """The list in the state, and the chosen one."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._headers: dict[str, ModelHeader] = {}
        self._files: list[Path] = []  # protocols that the user opened

    def offer(self, chosen: str = "") -> None:
        """Offer the bundled models, and ``chosen`` (a name or a file) first; raises InputError for a bad file."""
        from DGMSegmentationLib.models.model import bundled_models, find_model, read_header

        offered = list(self._state.dgm_models)
        known = {entry["value"] for entry in offered}
        wanted = {name: path for name, path in bundled_models().items() if name not in known}
        if chosen and chosen not in known:
            wanted = {chosen: find_model(chosen), **wanted}
        for name, path in wanted.items():
            try:
                header = read_header(path)[0]
            except DGMError:
                if name == chosen:
                    raise
                logging.warning("The model %s cannot be read and is not offered.", name)
                continue
            text = header.description or header.title or header.name
            if header.licence:
                text += _(" (licence: {name})").format(name=header.licence.split(",")[0])
            extra = ", ".join(header.channels[1:])
            offered.append(
                {"title": header.title or header.name, "value": name, "text": text, "extra": extra}
            )
            self._headers[name] = header
        self._state.dgm_models = offered
        if chosen or not self._state.dgm_model:
            self._state.dgm_model = chosen or (offered[0]["value"] if offered else "")
        self.describe()

    def describe(self) -> None:
        """Say what the chosen model is."""
        entry = self._chosen()
        self._state.dgm_model_text = entry["text"] if entry else ""
        self._offer_protocols()

    def offer_protocol(self, path: Path) -> None:
        """Offer a protocol file, and choose it; raises InputError when it is none, or the chosen model cannot give it."""
        from DGMSegmentationLib.segmentation.convention import check_protocol
        from DGMSegmentationLib.segmentation.protocol import load_protocol

        protocol, header = load_protocol(path), self._headers.get(self._state.dgm_model)
        if header is not None:
            check_protocol(protocol, header)
        self._files.append(path)
        self._offer_protocols()
        self._state.dgm_protocol = str(path)

    def _offer_protocols(self) -> None:
        """List the protocols that the chosen model can give; another choice goes back to the model's own."""
        from DGMSegmentationLib.segmentation.convention import check_protocol, protocols_for
        from DGMSegmentationLib.segmentation.protocol import load_protocol

        header = self._headers.get(self._state.dgm_model)
        entries = [{"title": _("That of the model"), "value": ""}]
        if header is not None:
            for name, protocol in protocols_for(header, self._state.dgm_model).items():
                title = f"{name}: {protocol.title}" if protocol.title else name
                entries.append({"title": title, "value": name})
            for path in self._files:
                with contextlib.suppress(DGMError):
                    check_protocol(load_protocol(path), header)
                    entries.append({"title": path.name, "value": str(path)})
        self._state.dgm_protocols = entries
        if self._state.dgm_protocol not in [entry["value"] for entry in entries]:
            self._state.dgm_protocol = ""

    def problem(self) -> Remark | None:
        """Why no run can start with the chosen model; None when one can."""
        entry = self._chosen()
        if entry is None:
            return Remark("no_model")
        return Remark("model_needs_channel", channel=entry["extra"]) if entry["extra"] else None

    def _chosen(self) -> dict[str, str] | None:
        return next((e for e in self._state.dgm_models if e["value"] == self._state.dgm_model), None)
