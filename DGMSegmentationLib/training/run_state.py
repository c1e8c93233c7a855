"""What a stopped run leaves behind for the next one: which phases are finished, and what is said of files that are damaged."""

import json
import math
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, cast
from zipfile import BadZipFile

from safetensors import SafetensorError

from ..errors import InputError
from ..io.files import write_json
from ..io.typed import read_typed, typed
from .module import Row
from .settings import Preset

# What json, torch, safetensors and numpy raise for files that are cut, overwritten or gone.
_DAMAGE = (
    InputError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    pickle.UnpicklingError,
    BadZipFile,
    SafetensorError,
)


@contextmanager
def refuse_damaged(file: Path) -> Iterator[None]:
    """Whatever reading a file of the run's state raises becomes one sentence."""
    try:
        yield
    except _DAMAGE as error:
        raise InputError("run_damaged", path=file) from error


class PhaseResult(TypedDict):
    """A finished phase."""

    loss: float
    epochs: int


@dataclass(frozen=True)
class _State:
    """The file."""

    fingerprint: dict[str, object]
    rows: list[dict[str, str | int | float | None]]
    finished: dict[str, PhaseResult]


def _row(saved: dict[str, str | int | float | None]) -> Row:
    """A row of the history as it was: the file holds no NaN."""
    return cast(Row, {name: math.nan if value is None else value for name, value in saved.items()})


def _migrated(fingerprint: dict[str, object]) -> dict[str, object]:
    """The fingerprint of a run of an earlier version: settings that its preset did not know had their defaults."""
    if "preset" not in fingerprint:
        return fingerprint
    preset = typed(Preset, fingerprint["preset"], "preset").to_dict()
    return {**fingerprint, "preset": json.loads(json.dumps(preset))}


@dataclass
class Progress:
    """What is finished, in ``state.json``; written whole after every phase."""

    folder: Path
    fingerprint: dict[str, object]
    elsewhere: Path | None = None
    """The state of a finished run, when it is that of one."""
    rows: list[Row] = field(default_factory=list)
    finished: dict[str, PhaseResult] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return self.elsewhere or self.folder / "state.json"

    def load(self) -> None:
        """Take up an earlier run; raises InputError when it was another preset or other data."""
        if not self.file.exists():
            return
        with refuse_damaged(self.file):
            state = read_typed(self.file, _State)
            before = _migrated(state.fingerprint)
        for part, value in _migrated(json.loads(json.dumps(self.fingerprint))).items():
            if before.get(part, value) != value:  # runs of earlier versions know no checksums
                raise InputError("run_other", path=self.folder.parent, part=part)
        self.rows = [_row(row) for row in state.rows]
        self.finished = state.finished

    def save(self) -> None:
        """Write the state."""
        write_json(self.file, {"fingerprint": self.fingerprint, "rows": self.rows, "finished": self.finished})
