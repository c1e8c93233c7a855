"""What a stopped run leaves behind for the next one: which phases are finished, and what is said of files that are damaged."""

import json
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from safetensors import SafetensorError

from ..errors import InputError
from ..io.files import write_json
from .module import Row

# What json, torch, safetensors and numpy raise for files that are cut, overwritten or gone.
_DAMAGE = (
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


@dataclass
class Progress:
    """What is finished, in ``state.json``; written whole after every phase."""

    folder: Path
    fingerprint: dict[str, Any]
    elsewhere: Path | None = None
    """The state of a finished run, when it is that of one."""
    rows: list[Row] = field(default_factory=list)
    finished: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return self.elsewhere or self.folder / "state.json"

    def load(self) -> None:
        """Take up an earlier run; raises InputError when it was another preset or other data."""
        if not self.file.exists():
            return
        with refuse_damaged(self.file):
            state = json.loads(self.file.read_text(encoding="utf-8"))
            before, rows, finished = dict(state["fingerprint"]), list(state["rows"]), dict(state["finished"])
        for part, value in json.loads(json.dumps(self.fingerprint)).items():
            if before.get(part, value) != value:  # runs of earlier versions know no checksums
                raise InputError("run_other", path=self.folder.parent, part=part)
        self.rows, self.finished = rows, finished

    def save(self) -> None:
        """Write the state."""
        write_json(self.file, {"fingerprint": self.fingerprint, "rows": self.rows, "finished": self.finished})
