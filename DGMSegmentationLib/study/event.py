"""What stands in a line of a journal: see :mod:`.journal`."""

from dataclasses import dataclass, field
from typing import Literal

FORMAT = 1


@dataclass(frozen=True)
class Touched:
    """What a change did to one structure."""

    added: int
    removed: int
    mean_before_ppb: float | None = None
    mean_after_ppb: float | None = None


@dataclass(frozen=True)
class Parent:
    """A session that another one goes on from."""

    file: str
    """Name of its journal."""
    lines: int
    """How many of its lines were read."""


Row = tuple[float, float, float, float]


@dataclass(frozen=True)
class Event:
    """One line."""

    event: Literal["open", "edit", "done", "rejected", "reopened"]
    time: str = ""
    """UTC, ISO 8601."""
    reader: str = ""
    case: str = ""
    software: str = ""
    model: str = ""
    """That made the labels which the session began with (first line), those of a run (edit), or those that were signed (done)."""
    automatic_model: str = ""
    """That made the automatic labels which the review compares with (done)."""
    parents: tuple[Parent, ...] | None = None
    """The sessions that this one goes on from (first line); None: a version that did not write them."""
    image: str = ""
    """Name of the image's file (first line)."""
    image_sha256: str = ""
    """Its checksum, where the cohort's record knew it (first line, done)."""
    image_imprint: str = ""
    """By which its content is known again, however it is stored: see :mod:`.same_image` (first line)."""
    automatic_sha256: str = ""
    """Checksum of the automatic label file (first line, done); empty where there was none."""
    shape: tuple[int, int, int] | None = None
    """Of the label map (first line)."""
    affine: tuple[Row, Row, Row, Row] | None = None
    """From its voxel indices to RAS+ mm (first line); None: a version that did not write it."""
    begun_from: str = ""
    """Name of the label file that the session (first line), or the whole reading (done), began with, where that was one."""
    editors: dict[str, str] = field(default_factory=dict)
    """Who had edited what in that file: abbreviation -> reader (first line)."""
    label_set: dict[str, object] | None = None
    """Of labels of another set than the standard one (first line)."""
    blind: bool = False
    structures: dict[str, Touched] = field(default_factory=dict)
    """By abbreviation: those that changed."""
    change: str = ""
    """See :mod:`.change`."""
    review: list[dict[str, object]] = field(default_factory=list)
    """What was signed, a structure each (last line of a finished reading)."""
    labels: str = ""
    """Name of the label file that was written; empty when all labels stayed the automatic ones."""
    labels_sha256: str = ""
    """Its checksum."""
    reason: str = ""
    format: int = FORMAT
