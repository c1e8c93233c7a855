"""What a page or panel and the process that adapts say to each other, beside :mod:`..worker.protocol`.

To it:   {"v": 2, "do": "adapt", "id": "...", ...}   see :class:`AdaptRequest`
From it: {"v": 2, "event": "done", "id": "...", "model": ".../ours.safetensors", "what": "protocol|weights", "cases": [...],
          "before": {...}, "after": {...}, "left_out": [...], "remarks": [...], "picture": "base64 of a PNG"}
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from ..errors import InputError, ProtocolError
from ..io.typed import typed
from ..options import DEFAULT_MODEL


@dataclass(frozen=True)
class AdaptRequest:
    """One click on "Adapt to my corrections"."""

    id: str
    places: list[str]
    """Where the corrected cases are, as :func:`.find.find_corrected` takes them."""
    output: str
    """The model file to write."""
    model: str = DEFAULT_MODEL
    protocol: str = ""
    device: str = "auto"
    resume: bool = False
    overwrite: bool = False

    def to_message(self) -> dict[str, object]:
        """The message that :meth:`from_message` reads."""
        return {"do": "adapt", **asdict(self)}

    @classmethod
    def from_message(cls, message: Mapping[str, object]) -> "AdaptRequest":
        """Check every field of a message; raises ProtocolError that names the first wrong one."""
        values = {name: value for name, value in message.items() if name not in ("v", "do")}
        try:
            return typed(cls, values, "A request to adapt", known_only=True)
        except InputError as error:
            raise ProtocolError("request_refused", problem=error) from error
