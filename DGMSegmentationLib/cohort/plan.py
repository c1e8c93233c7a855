"""What is to be done for each case, and why: only what is missing or out of date."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from ..errors import DGMError, InputError, Remark
from ..io.bids.derivatives import CasePaths
from ..io.fetched import check_fetched
from ..models.header import ModelHeader
from ..models.model import find_model, read_header
from ..options import SegmentOptions
from ..segmentation.convention import structures_given
from ..structures import LabelSet
from .find import CohortCase
from .record import Automatic, Inputs, Options, Record, Stamp, is_readable, is_same, quick_stamp


@lru_cache(maxsize=4)
def _header(model: str, _sha256: str) -> ModelHeader:
    return read_header(find_model(model))[0]


UNREACHABLE = "image not reachable"
"""Why nothing is done for a finished case whose image is not there."""


@dataclass(frozen=True)
class CaseSettings:
    """What the user asks of every case."""

    options: SegmentOptions = field(default_factory=SegmentOptions)
    model_sha256: str = ""
    reference: str = "none"
    norms: str | None = None
    norms_sha256: str = ""

    def label_set(self) -> LabelSet:
        """The structures that the model gives; raises InputError when its file or the protocol cannot be used."""
        return structures_given(_header(self.options.model, self.model_sha256), self.options.protocol)

    def of_labels(self) -> Options:
        """The options that the labels depend on; one that a record of before does not name had its default then."""
        return {
            "model_sha256": self.model_sha256,
            "units": self.options.units,
            **self.options.recorded(),
        }

    def of_rows(self, case: CohortCase) -> Options:
        """The options that table and page depend on, besides the labels."""
        of_header = {
            name: value
            for name, value in self.options.recorded().items()
            if name in ("orientation", "voxel_size")
        }
        return {
            "units": self.options.units,
            **of_header,
            "reference": self.reference,
            "norms_sha256": self.norms_sha256,
            **({"age": case.age, "sex": case.sex} if self.norms else {}),
            "subject": case.subject,
        }


@dataclass(frozen=True)
class Task:
    """One case for a worker process, with absolute paths."""

    do: str
    """ "segment" (run the network, then measure) or "measure" (labels are there)."""
    case: CohortCase
    output: Path
    settings: CaseSettings
    run: str
    edited: Path | None = None
    why: str = ""
    overwrite: bool = False
    """Replace labels that someone painted over."""


@dataclass(frozen=True)
class Step:
    """The decision about one case."""

    case: CohortCase
    paths: CasePaths
    do: str
    """ "segment", "measure", "nothing" (the record stands) or "refuse" (a reason, no work)."""
    why: str = ""
    record: Record | None = None
    edited: Path | None = None


@dataclass(frozen=True)
class Rerun:
    """What to do again although nothing has changed."""

    redo: bool = False
    retry_failed: bool = False
    overwrite: bool = False
    selected: frozenset[str] = field(default_factory=frozenset)


def decide(
    case: CohortCase, paths: CasePaths, settings: CaseSettings, record: Record | None, rerun: Rerun
) -> Step:
    """Compare a case with its record. Labels that someone changed by hand are never made again unasked."""
    if case.problem:
        return Step(case, paths, "refuse", case.problem, record)
    corrected = [case.edited] if case.edited else paths.edited_labels()
    if len(corrected) > 1:
        both = Remark("case_two_corrections", path=corrected[0], other=corrected[1].name)
        return Step(case, paths, "refuse", str(both), record)
    edited = corrected[0] if corrected else None
    automatic = record.automatic if record else None
    if edited is None and not rerun.overwrite and is_foreign(paths.labels, automatic):
        return Step(case, paths, "refuse", str(foreign_labels(paths, automatic)), record)

    def do(what: str, why: str) -> Step:
        return Step(case, paths, what, why, record, edited)

    full = "measure" if edited else "segment"
    if record is None:
        return do(full, "new")
    if record.status == "done" and not _reachable(case):
        return do("nothing", UNREACHABLE)  # its rows stay; the image is compared when it is back
    if rerun.redo:
        return do(full, "asked for again")
    removed = edited is None and record.corrected
    failed = record.status == "failed"
    if record.inputs is None or not _inputs_same(case, record.inputs):
        return do(full, "image changed" if record.status == "done" else "failed before")
    if edited:
        if not is_same(edited, record.edited):
            return do("measure", "correction changed" if record.edited else "corrected by hand")
    elif not _labels_current(paths, settings, record.inputs, automatic):
        if failed and not removed and _failed_alike(record, settings) and not rerun.retry_failed:
            return do("nothing", "failed before")
        why = "correction removed" if failed and removed else _why_labels(paths, settings, automatic, record)
        return do("segment", why)
    if failed:
        if removed:  # what failed was the correction, perhaps
            return do("measure", "correction removed")
        again = rerun.retry_failed or record.kind != "input" or record.rows_of != settings.of_rows(case)
        return do("measure" if again else "nothing", "failed before")
    if record.status != "done":
        return do(full if edited else "measure", "interrupted before")
    if removed:
        return do("measure", "correction removed")
    if record.rows_of != settings.of_rows(case):
        return do("measure", "options changed")
    if not all(_has_size(paths.folder / name, size) for name, size in record.outputs.items()):
        return do("measure", "results missing")
    return do("nothing", "up to date")


def _reachable(case: CohortCase) -> bool:
    """Whether image and channels are there, with their content: a disk may be unmounted, an annex' content dropped."""
    try:
        for path in (case.image, *case.channels.values()):
            check_fetched(path)
            if not is_readable(path):
                return False
    except InputError:
        return False
    return True


def is_foreign(labels: Path, automatic: Automatic | None) -> bool:
    """True when a label map lies there that no run has written."""
    if not labels.exists():
        return False
    known = [automatic.labels, automatic.labels_before] if automatic else []
    return not any(stamp and is_same(labels, stamp) for stamp in known)


def foreign_labels(paths: CasePaths, automatic: Automatic | None) -> DGMError:
    """What to say of labels that no run has written."""
    name = paths.of("_dseg.nii.gz", True).name
    if not automatic:
        return DGMError("labels_without_record", path=paths.labels, record=paths.record.name, name=name)
    return DGMError("labels_changed", path=paths.labels, name=name)


def _inputs_same(case: CohortCase, inputs: Inputs) -> bool:
    return (
        _input_same(case.image, inputs.image)
        and set(inputs.channels) == set(case.channels)
        and all(_input_same(path, inputs.channels[name]) for name, path in case.channels.items())
    )


def _input_same(path: Path, stamp: Stamp | None) -> bool:
    """As :func:`is_same`; a file that could not be read then is the same while it still cannot."""
    return is_same(path, stamp) if stamp else not is_readable(path)


def _labels_current(
    paths: CasePaths, settings: CaseSettings, inputs: Inputs, automatic: Automatic | None
) -> bool:
    return bool(
        automatic
        and automatic.made_of == inputs.checksums
        and automatic.options == settings.of_labels()
        and is_same(paths.labels, automatic.labels)
        and (not settings.options.save_probabilities or paths.of("_probseg.nii.gz").exists())
    )


def _failed_alike(record: Record, settings: CaseSettings) -> bool:
    """True when the same input under the same options failed for what the input is: it would fail again."""
    return record.kind == "input" and record.labels_of == settings.of_labels()


def _why_labels(paths: CasePaths, settings: CaseSettings, automatic: Automatic | None, record: Record) -> str:
    if record.status != "done":
        return "failed before" if record.status == "failed" else "interrupted before"
    if not automatic:
        return "correction removed"
    if not paths.labels.exists():
        return "results missing"
    before, now = automatic.options, settings.of_labels()
    if before.get("model_sha256") != now["model_sha256"]:
        return "model changed"
    return "options changed" if before != now else "results missing"


def _has_size(path: Path, size: int) -> bool:
    stamp = quick_stamp(path)
    return stamp is not None and stamp.size == size


def refreshed(step: Step) -> Record | None:
    """The record with the times of change that the files have now, when they differ: the next look is quick again."""
    record = step.record
    if record is None or step.do != "nothing":
        return None

    def fresh(path: Path | None, stamp: Stamp | None) -> Stamp | None:
        now = quick_stamp(path) if path and stamp else None
        if path is None or stamp is None or now is None or now.looks_like(stamp):
            return stamp
        # Nobody has looked at a case that was not asked for.
        return replace(now, sha256=stamp.sha256) if is_same(path, stamp) else stamp

    inputs, automatic = record.inputs, record.automatic
    if inputs:
        channels = {name: fresh(step.case.channels.get(name), s) for name, s in inputs.channels.items()}
        inputs = Inputs(fresh(step.case.image, inputs.image), channels)
    if automatic and not step.edited:
        automatic = replace(automatic, labels=fresh(step.paths.labels, automatic.labels))
    updated = replace(record, inputs=inputs, edited=fresh(step.edited, record.edited), automatic=automatic)
    return updated if updated != record else None
