"""What the panel and its worker process say to each other: JSON objects, one a line, with a version.

Volumes and labels never travel as text: the request names .npy files and affines, the answer names a .npy file.

To the worker:   {"v": 2, "do": "segment", "id": "...", ...}   see :class:`SegmentRequest`
                 {"v": 2, "do": "cancel", "id": "..."}
                 {"v": 2, "do": "quit"}
From the worker: {"v": 2, "event": "ready", "pid": 1234, "software": "..."}
                 {"v": 2, "event": "status", "id": "...", "text": "Reading the model"}
                 {"v": 2, "event": "progress", "id": "...", "step": "Running the network", "fraction": 0.4}
                 {"v": 2, "event": "done", "id": "...", "labels": "/tmp/.../labels.npy",
                  "label_set": {...}, "provenance": {...}}
                 {"v": 2, "event": "cancelled", "id": "..."}
                 {"v": 2, "event": "error", "id": "...", "kind": "input|failure|protocol|bug", "code": "...", "facts": {...},
                  "message": "...", "detail": "..."}
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..errors import Coded, DGMError, InputError, ProtocolError, Remark, UnexpectedError, remark_of
from ..io.typed import parsed, plain, typed
from ..options import SegmentOptions

PROTOCOL = 2
_KINDS: dict[str, type[DGMError]] = {kind.kind: kind for kind in (InputError, ProtocolError, UnexpectedError)}
MAX_LINE = 1_000_000  # bytes; a request is a few hundred
_FARTHEST_MM = 1e9

Row = tuple[float, float, float, float]


def encode(message: Mapping[str, object]) -> bytes:
    """One message as a line; NaN and infinity become null because JSON has neither."""
    return json.dumps(plain({"v": PROTOCOL, **message}), allow_nan=False, default=str).encode() + b"\n"


def decode(line: bytes) -> dict[str, object]:
    """Read one line; raises ProtocolError when it is too long, no JSON object, or of another version."""
    if len(line) > MAX_LINE:
        raise ProtocolError("message_too_long")
    try:
        message = parsed(line, "A message to the segmentation process")
    except InputError as error:
        raise ProtocolError("request_refused", problem=error) from error
    if not isinstance(message, dict):
        raise ProtocolError("message_no_object")
    if message.get("v") != PROTOCOL:
        raise ProtocolError("protocol_version", panel=str(message.get("v"))[:20], worker=PROTOCOL)
    return message


def message_part(coded: Coded) -> dict[str, object]:
    """An error or a remark as a part of a message: code and facts, and a sentence for who does not know the code."""
    return {**coded.to_dict(), "message": coded.sentence("panel")}


def sentence_of(part: Mapping[str, object], face: str) -> str:
    """What :func:`message_part` put into a message, as the sentence for a face."""
    known = isinstance(part.get("code"), str) and isinstance(part.get("facts"), dict)
    return remark_of(part).sentence(face) if known else str(part.get("message", ""))


def error_of(event: Mapping[str, object]) -> DGMError:
    """What an event "error" tells, as an exception to raise."""
    remark = remark_of(event) if event.get("code") else Remark("worker_unknown", message=event.get("message"))
    made = _KINDS.get(str(event.get("kind")), DGMError)
    return made(remark.code, **remark.facts)


@dataclass(frozen=True)
class Volume:
    """A volume that crosses as a file: a .npy array (i, j, k) and its 4x4 affine to RAS+ mm."""

    path: str
    affine: tuple[Row, Row, Row, Row]
    name: str = ""

    def __post_init__(self) -> None:
        if not self.path:
            raise ValueError("it names no file")
        if not all(abs(number) <= _FARTHEST_MM for row in self.affine for number in row):
            raise ValueError("its affine lies beyond all bounds")


@dataclass(frozen=True)
class SegmentRequest:
    """One click on Segment."""

    id: str
    image: Volume
    output: str
    options: SegmentOptions
    channels: list[Volume] = field(default_factory=list)
    again: str = ""
    """The id of an earlier request with these images, whose answer may serve for another protocol without the network."""

    def __post_init__(self) -> None:
        for name in ("id", "output"):
            if not getattr(self, name):
                raise ValueError(f"its field {name} is empty")

    def to_message(self) -> dict[str, object]:
        """The message that :meth:`from_message` reads."""
        return {"do": "segment", **asdict(self), "options": self.options.to_dict()}

    @classmethod
    def from_message(cls, message: Mapping[str, object]) -> "SegmentRequest":
        """Check every field of a message; raises ProtocolError that names the first wrong one."""
        values = {name: value for name, value in message.items() if name not in ("v", "do")}
        try:
            return typed(cls, values, "A request to segment", known_only=True)
        except InputError as error:
            raise ProtocolError("request_refused", problem=error) from error

    def check_files(self) -> None:
        """Raise InputError when a file or the output folder is not there."""
        for volume in (self.image, *self.channels):
            if not Path(volume.path).is_file():
                raise InputError("volume_gone", path=volume.path)
        if not Path(self.output).is_dir():
            raise InputError("folder_gone", path=self.output)
