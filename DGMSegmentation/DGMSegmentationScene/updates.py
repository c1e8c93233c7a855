"""What a run tells the user: the worker's events as updates, in the words of a face."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from DGMSegmentationLib.language import marked

if TYPE_CHECKING:
    from DGMSegmentationLib.errors import DGMError

    from .measurement import RunMeasured
    from .outcome import Target


@dataclass(frozen=True)
class Update:
    """Something to tell the user. ``kind``: progress, finished, cancelled, or failed.

    The ``text`` of ``finished`` is the first thing the run warned of, ``detail`` holds all of them; mostly both are empty.
    """

    kind: str
    text: str = ""
    fraction: float = 0.0
    detail: str = ""
    node_id: str = ""
    measured: "RunMeasured | None" = None
    """What the worker measured; for :meth:`.measurement.Measurer.adopt`."""
    error: "DGMError | None" = None
    """Of ``failed``: for scripts."""


CANCELLED = Update("cancelled", marked("Cancelled; nothing was changed."))


def update_of(event: Mapping[str, Any], target: "Target", face: str) -> Update | None:
    """What one of the worker's events says; None when there is nothing to tell. The labels of a finished run are put into
    the scene.
    """
    kind = event["event"]
    if kind == "progress":
        return Update("progress", event["step"], float(event["fraction"]))
    if kind == "status":
        return Update("progress", _sentence(event.get("remark") or {"message": event["text"]}, face), -1.0)
    if kind == "cancelled":
        return CANCELLED
    if kind == "error":
        from DGMSegmentationLib.worker.protocol import error_of

        return Update("failed", _sentence(event, face), detail=event.get("detail", ""), error=error_of(event))
    return _finished(event, target, face) if kind == "done" else None


def failure(error: BaseException, face: str) -> Update:
    """An exception as one plain sentence, with what only a programmer understands as its detail."""
    from DGMSegmentationLib.errors import explained

    coded = explained(error, "The segmentation")
    detail = "".join(traceback.format_exception(error))
    return Update("failed", coded.sentence(face), detail=detail, error=coded)


def _finished(event: Mapping[str, Any], target: "Target", face: str) -> Update:
    try:
        node, measured = target.receive(event)
    except Exception as error:
        return failure(error, face)
    sentences = [remark.sentence(face) for remark in target.remarks]
    # What the verdict rests on weighs more than what was noticed on the way to it.
    verdict = (event.get("provenance") or {}).get("verdict") or {}
    sentences += [
        _sentence(part, face) for part in (*verdict.get("reasons", ()), *(event.get("warnings") or ()))
    ]
    sentences = list(dict.fromkeys(sentences))
    text = sentences[0] if sentences else ""
    detail = "\n".join(sentences) if len(sentences) > 1 else ""
    return Update("finished", text, 1.0, detail, node.GetID(), measured)


def _sentence(part: Mapping[str, Any], face: str) -> str:
    from DGMSegmentationLib.worker.protocol import sentence_of

    return sentence_of(part, face)
