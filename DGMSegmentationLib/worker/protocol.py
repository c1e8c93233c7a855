"""What the panel and its worker process say to each other: JSON objects, one a line, with a version.

Volumes and labels never travel as text: the request names .npy files and affines, the answer names a .npy file.

To the worker:   {"v": 2, "do": "segment", "id": "...", ...}   see :class:`SegmentRequest`
                 {"v": 2, "do": "cancel", "id": "..."}
                 {"v": 2, "do": "quit"}
From the worker: {"v": 2, "event": "ready", "pid": 1234, "software": "..."}
                 {"v": 2, "event": "status", "id": "...", "text": "Reading the model"}
                 {"v": 2, "event": "progress", "id": "...", "step": "Running the network", "fraction": 0.4}
                 {"v": 2, "event": "done", "id": "...", "labels": "/tmp/.../labels.npy", "provenance": {...}}
                 {"v": 2, "event": "cancelled", "id": "..."}
                 {"v": 2, "event": "error", "id": "...", "kind": "input|failure|protocol", "message": "...", "detail": "..."}
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ..errors import InputError, ProtocolError
from ..options import SegmentOptions

PROTOCOL = 2
MAX_LINE = 1_000_000  # bytes; a request is a few hundred


def encode(message: Mapping[str, Any]) -> bytes:
    """One message as a line; NaN and infinity become null because JSON has neither."""
    return json.dumps({"v": PROTOCOL, **_plain(message)}, allow_nan=False).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Read one line; raises ProtocolError when it is too long, no JSON object, or of another version."""
    if len(line) > MAX_LINE:
        raise ProtocolError("A message to the segmentation process is too long: send volumes as files.")
    try:
        message = json.loads(line)
    except ValueError as error:
        raise ProtocolError(f"A message to the segmentation process is no JSON: {error}.") from error
    if not isinstance(message, dict):
        raise ProtocolError("A message to the segmentation process is no JSON object.")
    if message.get("v") != PROTOCOL:
        raise ProtocolError(
            f"The panel speaks version {message.get('v')} and the segmentation process version {PROTOCOL}: "
            "restart the application so that both come from the same installation."
        )
    return message


@dataclass(frozen=True)
class Volume:
    """A volume that crosses as a file: a .npy array (i, j, k) and its 4x4 affine to RAS+ mm."""

    path: str
    affine: list[list[float]]
    name: str = ""


@dataclass(frozen=True)
class SegmentRequest:
    """One click on Segment."""

    id: str
    image: Volume
    output: str
    options: SegmentOptions
    channels: list[Volume] = field(default_factory=list)

    def to_message(self) -> dict[str, Any]:
        """The message that :meth:`from_message` reads."""
        return {"do": "segment", **asdict(self), "options": self.options.to_dict()}

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "SegmentRequest":
        """Check every field of a message; raises ProtocolError that names the first wrong one."""
        known = {f.name for f in fields(cls)}
        unknown = set(message) - known - {"v", "do"}
        if unknown:
            raise ProtocolError(f"A request to segment has the unknown field {sorted(unknown)[0]}.")
        channels = message.get("channels", [])
        if not isinstance(channels, list):
            raise ProtocolError("The field channels of a request to segment is no list.")
        return cls(
            id=_text(message, "id"),
            image=_volume(message.get("image"), "image"),
            output=_text(message, "output"),
            options=_options(message.get("options")),
            channels=[_volume(channel, "channels") for channel in channels],
        )

    def check_files(self) -> None:
        """Raise InputError when a file or the output folder is not there."""
        for volume in (self.image, *self.channels):
            if not Path(volume.path).is_file():
                raise InputError(f"The volume's temporary file {volume.path} is gone: click Segment again.")
        if not Path(self.output).is_dir():
            raise InputError(f"The temporary folder {self.output} is gone: click Segment again.")


def _plain(value: Any) -> Any:
    """JSON-able copy: tuples as lists, numpy scalars as numbers, paths as text, NaN as None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return str(value)


def _text(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or not value:
        raise ProtocolError(f"The field {name} of a request to segment is no text.")
    return value


def _options(value: Any) -> SegmentOptions:
    if not isinstance(value, dict):
        raise ProtocolError("The field options of a request to segment names no options.")
    try:
        return SegmentOptions.from_dict(value)
    except InputError as error:
        raise ProtocolError(str(error)) from error


def _volume(value: Any, name: str) -> Volume:
    if not isinstance(value, dict) or not isinstance(value.get("path"), str):
        raise ProtocolError(f"The field {name} of a request to segment names no file.")
    rows = value.get("affine")
    if not isinstance(rows, list) or [len(row) if isinstance(row, list) else 0 for row in rows] != [
        4,
        4,
        4,
        4,
    ]:
        raise ProtocolError(f"The affine of the field {name} has not four rows of four numbers.")
    numbers = [number for row in rows for number in row]
    if not all(isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in numbers):
        raise ProtocolError(f"The affine of the field {name} has not four rows of four numbers.")
    return Volume(value["path"], [[float(n) for n in row] for row in rows], str(value.get("name", "")))
