"""The folder that holds the state of a run until it ends, and the progress that it tells."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import InputError, Remark
from ..io.files import check_writable, write_json
from ..io.typed import plain
from ..language import marked
from ..models.model import bundled_models
from ..segmentation.protocol import NO_PROTOCOL, protocol_names
from ..segmentation.run import Watch

SUFFIX = ".safetensors"
OPENED, FITTED, LEARNT = 0.1, 0.2, 0.95
"""Fractions of an adaptation to corrections that are done after its steps."""
_LOCK, _RUN = "lock", "run.json"
_PARTS = {_LOCK, _RUN, "cases", "replay", "site.json", "pilot", "volumes", "anatomies"}


def model_name(output: Path, overwrite: bool) -> str:
    """The name of the model that a file is to hold; raises InputError where it cannot be written."""
    if output.suffix != SUFFIX:
        raise InputError("adapt_file_name", path=output)
    name = output.name.removesuffix(SUFFIX)
    if name in (*bundled_models(), *protocol_names(), NO_PROTOCOL):  # the model and its protocol bear it
        raise InputError("adapt_name_ships", name=name)
    check_writable([output], overwrite)
    return name


@contextmanager
def run_folder(output: Path) -> Iterator[Path]:
    """The folder of a run's state beside its model file, which no other run has inside the block; it goes when nothing is left
    in it to go on from.

    Raises InputError for one with something in it that no run has put there, and where another run is at it.
    """
    folder = output.with_name(f"{output.name.removesuffix(SUFFIX)}.adapting")
    foreign = foreign_in(folder)
    if foreign:
        raise InputError("adapt_folder_foreign", folder=folder, name=foreign)
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK, timeout=0)
    with suppress(NotImplementedError, OSError):  # a disk that knows no locks
        try:
            lock.acquire()
        except Timeout as error:
            raise InputError("adapt_running", folder=folder) from error
    try:
        yield folder
    finally:
        lock.release()
        if folder.is_dir() and {path.name for path in folder.iterdir()} <= {_LOCK, _RUN}:
            shutil.rmtree(folder, ignore_errors=True)


def begin(folder: Path, resume: bool, facts: Mapping[str, object], say: Callable[[Remark], object]) -> None:
    """Empty the folder of a run's state, or see that what lies there was begun with the same ``facts``.

    Raises InputError where a run is to go on with other cases, another model or other options.
    """
    wanted = json.loads(json.dumps(plain(facts)))
    started = any(path.name not in (_LOCK, _RUN) for path in folder.iterdir())
    if resume and started:
        try:
            same = json.loads((folder / _RUN).read_text(encoding="utf-8")) == wanted
        except (OSError, ValueError):
            same = False
        if not same:
            raise InputError("adapt_other_run", folder=folder)
        return
    if resume:
        say(Remark("adapt_nothing_begun", folder=folder))
    clear_folder(folder)
    write_json(folder / _RUN, wanted)


def forget(output: Path) -> None:
    """Remove the state of a run that nobody goes on with."""
    with run_folder(output) as folder:
        clear_folder(folder)


def foreign_in(folder: Path) -> str:
    """The name of something in the folder of a run's state that no run has put there; "" for none, or no folder."""
    if folder.is_symlink():
        return folder.name
    found = folder.iterdir() if folder.exists() else ()
    return next((p.name for p in found if p.name not in _PARTS and not p.name.startswith("part-")), "")


def clear_folder(folder: Path) -> None:
    """Remove the state of a run, nothing else; its lock stays until the run ends."""
    if foreign_in(folder):
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != _LOCK:
            path.unlink(missing_ok=True)


def teller(
    watch: Watch,
    lengths: Sequence[float],
    source: str = marked("the corrections"),
    begin: float = FITTED,
    end: float = LEARNT,
) -> Callable[[int, int, int], None]:
    """Progress of the training with the time that is left, by the steps since it began; ends it when it is cancelled.

    What is returned takes (part, steps done, steps); ``lengths`` of the parts are in any unit, ``begin`` and ``end`` the
    fractions of the run.
    """
    begun: list[tuple[float, float]] = []

    def tell(part: int, done: int, total: int) -> None:
        watch.stop_if_cancelled()
        share = (sum(lengths[:part]) + lengths[part] * done / total) / sum(lengths)
        now = time.monotonic()
        if not begun:
            begun.append((now, share))
        start, first = begun[0]
        left = (1 - share) * (now - start) / (share - first) if share > first else None
        text = marked(f"Learning from {source}")
        if len(lengths) > 1:
            text = marked(f"Learning from {source} (part {part + 1} of {len(lengths)})")
        if left is not None:
            text = marked(f"{text}, about {max(1, round(left / 60))} min left")
        watch.report(text, begin + (end - begin) * share)

    return tell
