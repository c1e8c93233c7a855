"""What a case leaves behind: which inputs, model and options its results were made from, and the results' own rows.

The record is the last file that is written for a case, so a case without a matching record is not finished. Files are
compared by size and time of change, and by checksum only when these differ (a copied folder is still up to date).
Records of every earlier version are read (:func:`migrate`).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from ..errors import InputError, Remark
from ..io.files import sha256, write_json
from ..io.typed import parsed, typed
from ..measurement.quality import Flag
from ..measurement.roi import RoiRow
from ..measurement.verdict import Verdict

FORMAT = 2

FileName = Annotated[str, Meta(pattern=r"^[^/\\]*[^/\\.][^/\\]*$")]
"""The name of a file, never a way out of its folder."""
Options = dict[str, object]

_FLOATS = {field.name for field in fields(RoiRow) if field.type in (float, "float")}


@dataclass(frozen=True)
class Stamp:
    """By what a file, or a DICOM folder, is known again."""

    size: int
    mtime_ns: int
    files: int | None = None
    """How many, of a folder."""
    sha256: str = ""

    def looks_like(self, other: "Stamp") -> bool:
        """Whether size and time of change are the same: nobody looks at the content then."""
        return (self.size, self.mtime_ns, self.files) == (other.size, other.mtime_ns, other.files)


@dataclass(frozen=True)
class Inputs:
    """The images of a case; None for one that could not be read."""

    image: Stamp | None = None
    channels: dict[str, Stamp | None] = field(default_factory=dict)

    @property
    def checksums(self) -> dict[str, str]:
        """Of image and channels, by name; "" for those that could not be read."""
        stamps = {"image": self.image, **self.channels}
        return {name: stamp.sha256 if stamp else "" for name, stamp in stamps.items()}


@dataclass(frozen=True)
class Automatic:
    """The label map that the network made, and what it was made of."""

    made_of: dict[str, str] = field(default_factory=dict)
    """Checksums of the images."""
    options: Options = field(default_factory=dict)
    labels: Stamp | None = None
    labels_before: Stamp | None = None
    """What lay there before: a run that was killed amid the renaming may have left either."""
    model: str = ""
    network_flags: tuple[Flag, ...] = ()
    provenance: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """Why a result is doubtful, or why there is none: a code with facts, and what it said then."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)
    sentence: str = ""


@dataclass(frozen=True)
class Judged:
    """The verdict on a case."""

    status: Literal["ok", "doubtful", "failed"]
    reasons: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, verdict: Verdict) -> "Judged":
        """A verdict as a record keeps it."""
        return typed(cls, verdict.to_dict(), "a verdict")


@dataclass(frozen=True)
class Uncorrected:
    """What was measured of the automatic labels before there was a correction."""

    rows: list[RoiRow] = field(default_factory=list)
    verdict: Judged | None = None
    finished: str = ""


@dataclass
class Record:
    """All that is known of a case after a run."""

    name: str = ""
    status: Literal["", "writing", "done", "failed"] = ""
    subject: str = ""
    session: str = ""
    image: str = ""
    why: str = ""
    """Why it was worked on."""
    kind: str = ""
    """Whose fault a failure is: "input" fails again with the same input."""
    reason: str = ""
    inputs: Inputs | None = None
    labels_of: Options = field(default_factory=dict)
    """The options for the labels that were asked for."""
    rows_of: Options = field(default_factory=dict)
    """The options that table and page were made with."""
    edited: Stamp | None = None
    """The labels corrected by hand that were measured."""
    corrected: bool = False
    """Whether there were labels corrected by hand; they may have failed to be read."""
    outputs: dict[FileName, int] = field(default_factory=dict)
    """Name and size of the files that were written for the case."""
    edited_outputs: dict[FileName, int] = field(default_factory=dict)
    """The same of the last run that measured a correction."""
    automatic: Automatic | None = None
    rows: list[RoiRow] = field(default_factory=list)
    verdict: Judged | None = None
    """None: made by a version that gave none."""
    uncorrected: Uncorrected | None = None
    """Beside the rows of a correction: of the automatic labels on the same image, for blind readers."""
    warnings: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """What is doubtful about image and labels: their geometry, unit, names and sides."""
    reference: dict[str, object] = field(default_factory=dict)
    """What means are relative to, as the sidecar of a table tells it."""
    seconds: float | None = None
    peak_memory_mb: float | None = None
    finished: str = ""
    process: int | None = None
    traceback: str = ""


def quick_stamp(path: Path) -> Stamp | None:
    """Size and time of change of a file, or of all files of a DICOM folder; None when there is none to be seen."""
    try:
        stat = path.stat()
        if path.is_file():
            return Stamp(stat.st_size, stat.st_mtime_ns)
        if not path.is_dir():
            return None
        files = [entry.stat() for entry in path.iterdir() if entry.is_file()]
    except OSError:
        return None
    return Stamp(
        sum(file.st_size for file in files), max((file.st_mtime_ns for file in files), default=0), len(files)
    )


def is_readable(path: Path) -> bool:
    """True when the file, or every file of a folder, can be opened."""
    try:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.is_dir():
                continue
            if file.exists() and not file.is_file():
                return False  # a pipe, which may never be opened
            with open(file, "rb"):
                pass
    except OSError:
        return False
    return True


def full_stamp(path: Path) -> Stamp | None:
    """The quick stamp and the checksum; None when the file cannot be read."""
    stamp = quick_stamp(path)
    if stamp is None:
        return None
    try:
        return replace(stamp, sha256=sha256(path))
    except OSError:
        return None


def is_same(path: Path, stamp: Stamp | None) -> bool:
    """True when the file still has the content that the stamp was taken of."""
    now = quick_stamp(path)
    if now is None or stamp is None:
        return False
    if now.looks_like(stamp):
        return True
    if now.size != stamp.size or not stamp.sha256:
        return False
    try:
        return sha256(path) == stamp.sha256
    except OSError:
        return False


def read_record(path: Path, remark: Callable[[Remark], None] = lambda _: None) -> Record | None:
    """The record of a case; None when there is none, or a damaged one or one of a later version, which is remarked."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        remark(Remark("record_unreadable", path=path, reason=error.strerror or error))
        return None
    try:
        return typed(Record, migrate(parsed(content, str(path))), str(path))
    except InputError as error:
        remark(Remark("record_left_out", problem=error))
        return None


def migrate(values: object) -> object:
    """The values of a record as this version writes them. Raises InputError for those of a later version.

    1 (version 0.1): inputs were {} before they were looked at, and a correction's outputs were told by ``edited``.
    """
    if not isinstance(values, dict):
        return values
    version, values = values.get("format"), dict(values)
    if version not in (1, FORMAT):
        raise InputError("record_newer", version=str(version)[:20])
    if version == 1:
        values["inputs"] = values.get("inputs") or None
        values.setdefault("corrected", bool(values.get("edited")))
        if "edited_outputs" not in values and values.get("edited"):
            values["edited_outputs"] = values.get("outputs", {})
    if isinstance(values.get("rows"), list):
        values["rows"] = [_row(line) for line in values["rows"]]
    kept = values.get("uncorrected")
    if isinstance(kept, dict) and isinstance(kept.get("rows"), list):
        values["uncorrected"] = {**kept, "rows": [_row(line) for line in kept["rows"]]}
    return values


def _row(line: object) -> object:
    """A row with NaN where the file has null, for JSON has no NaN."""
    if not isinstance(line, Mapping):
        return line
    return {key: math.nan if value is None and key in _FLOATS else value for key, value in line.items()}


def write_record(path: Path, record: Record) -> None:
    """Write the record, whole or not at all."""
    write_json(path, {"format": FORMAT, **vars(record)})
