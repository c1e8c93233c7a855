"""The folder that holds the state of a run until it ends, and the progress that it tells."""

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ..errors import InputError
from ..io.files import check_writable
from ..language import marked
from ..segmentation.run import Watch

SUFFIX = ".safetensors"
OPENED, FITTED, LEARNT = 0.1, 0.2, 0.95
"""Fractions of an adaptation to corrections that are done after its steps."""
_PARTS = {"replay", "site.json", "pilot", "volumes", "anatomies"}


def model_name(output: Path, overwrite: bool) -> str:
    """The name of the model that a file is to hold; raises InputError where it cannot be written."""
    if output.suffix != SUFFIX:
        raise InputError("adapt_file_name", path=output)
    check_writable([output], overwrite)
    return output.name.removesuffix(SUFFIX)


def claim_folder(output: Path, resume: bool) -> Path:
    """The folder of a run's state beside its model file, emptied unless the run goes on.

    Raises InputError for one with something in it that no run has put there.
    """
    folder = output.with_name(f"{output.name.removesuffix(SUFFIX)}.adapting")
    foreign = foreign_in(folder)
    if foreign:
        raise InputError("adapt_folder_foreign", folder=folder, name=foreign)
    if not resume:
        clear_folder(folder)
    return folder


def foreign_in(folder: Path) -> str:
    """The name of something in the folder of a run's state that no run has put there; "" for none, or no folder."""
    if folder.is_symlink():
        return folder.name
    found = folder.iterdir() if folder.exists() else ()
    return next((p.name for p in found if p.name not in _PARTS and not p.name.startswith("part-")), "")


def clear_folder(folder: Path) -> None:
    """Remove the state of a run, nothing else."""
    if not foreign_in(folder):
        shutil.rmtree(folder, ignore_errors=True)


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
