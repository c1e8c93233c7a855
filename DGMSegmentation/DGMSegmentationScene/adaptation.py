"""A model of a study's corrections, made in a process beside the one that segments: start, poll, cancel, use or discard.

No scene and no windows: the panel polls from a timer, the browser app from its loop.
"""

import base64
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from DGMSegmentationLib.worker.client import WorkerClient

RUNNING, SAID, DONE, FAILED, CANCELLED = "running", "said", "done", "failed", "cancelled"


@dataclass(frozen=True)
class Told:
    """What the process told."""

    kind: str
    """RUNNING with how far it is, SAID with a remark, or how it ended."""
    text: str = ""
    fraction: float = 0.0
    rows: tuple[tuple[str, str, str], ...] = ()
    """Of DONE: structure, Dice before, Dice after, on cases left out."""
    weights: bool = False
    """Of DONE: whether the network learnt, too."""
    picture: bytes = b""
    """Of DONE: a PNG of one case before, after, and as it was corrected."""


class Adaptation:
    """One adaptation at a time.

    Args:
        python: the interpreter of the process.
        environment: variables added to its environment.
        face: whose words the texts are in, "panel" or "app".
    """

    def __init__(
        self, python: str | None = None, environment: Mapping[str, str] | None = None, face: str = "panel"
    ) -> None:
        self._python, self._environment, self._face = python, environment, face
        self._client: WorkerClient | None = None
        self.made: Path | None = None
        """The model that the last one wrote."""

    @property
    def running(self) -> bool:
        """Whether one is going on."""
        return self._client is not None

    def start(self, results: Path, name: str, chosen: Mapping[str, str]) -> None:
        """Begin and return at once; nothing happens while another one runs.

        Args:
            results: the folder of the study's results, where the corrections lie.
            name: of the new model.
            chosen: "model", "protocol", "device" of a run, as far as they were chosen.

        Raises InputError for a name that cannot be, and where the folder cannot be written.
        """
        from DGMSegmentationLib.adaptation.process import MODULE
        from DGMSegmentationLib.adaptation.request import AdaptRequest
        from DGMSegmentationLib.adaptation.site_models import model_file
        from DGMSegmentationLib.errors import InputError
        from DGMSegmentationLib.options import DEFAULT_MODEL
        from DGMSegmentationLib.worker.client import WorkerClient

        if self.running:
            return
        output = model_file(results, name)
        try:
            output.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError("adapt_folder", path=output.parent, reason=error.strerror or error) from error
        request = AdaptRequest(
            uuid.uuid4().hex,
            [str(results)],
            str(output),
            chosen.get("model") or DEFAULT_MODEL,
            chosen.get("protocol", ""),
            chosen.get("device") or "auto",
        )
        self.made = None
        self._client = WorkerClient(self._python, self._environment, MODULE)
        self._client.submit(request)

    def cancel(self) -> None:
        """Ask it to end; :meth:`poll` tells when it has."""
        if self._client is not None:
            self._client.cancel()

    def poll(self) -> list[Told]:
        """What was told since the last call, without waiting."""
        if self._client is None:
            return []
        told = [self._told(event) for event in self._client.poll()]
        if any(one is not None and one.kind in (DONE, FAILED, CANCELLED) for one in told):
            self.stop()
        return [one for one in told if one is not None]

    def stop(self) -> None:
        """End the process; safe to call more than once."""
        client, self._client = self._client, None
        if client is not None:
            client.stop()

    def discard(self) -> None:
        """Keep the old model: the new one goes."""
        if self.made is not None:
            self.made.unlink(missing_ok=True)
        self.made = None

    def _told(self, event: Mapping[str, object]) -> Told | None:
        from DGMSegmentationLib.errors import Remark
        from DGMSegmentationLib.worker.protocol import error_of, sentence_of

        kind, remark = event["event"], event.get("remark")
        if kind == "progress":
            return Told(RUNNING, str(event["step"]), float(str(event["fraction"])))
        if kind == "status":
            return Told(SAID, sentence_of(remark, self._face)) if isinstance(remark, Mapping) else None
        if kind == "cancelled":
            return Told(CANCELLED, Remark("adapt_cancelled").sentence(self._face))
        if kind == "error":
            logging.error("%s\n%s", event.get("message"), event.get("detail", ""))
            return Told(FAILED, error_of(event).sentence(self._face))
        if kind != "done":
            return None
        self.made = Path(str(event["model"]))
        before, after = event["before"], event["after"]
        assert isinstance(before, dict) and isinstance(after, dict)
        rows = tuple((name, f"{dice:.3f}", f"{after[name]:.3f}") for name, dice in before.items())
        picture = base64.b64decode(str(event["picture"]))
        return Told(DONE, rows=rows, weights=event["what"] == "weights", picture=picture)
