"""What the user asks of a run over a cohort, checked before anything is done."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ..errors import InputError
from ..io.bids.identifiers import match_identifiers
from ..io.files import sha256
from ..measurement.norms import read_norms
from ..measurement.reference import REFERENCE_WORDS
from ..models.model import find_model, read_header
from ..segmentation.convention import model_for
from .find import Cohort
from .plan import CaseSettings, Rerun


def _none_rejected(_output: Path, _names: Sequence[str]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Request:
    """What the user asks of the run."""

    source: Path
    output: Path
    settings: CaseSettings
    """``options.model`` may still be a bundled model's name."""
    parts: bool = False
    rerun: Rerun = field(default_factory=Rerun)
    workers: int | None = None
    scheduler: str | None = None
    dry_run: bool = False
    include_doubtful: bool = False
    """Count doubtful cases in means, figures and comparisons, too."""
    level: Literal["all", "participant", "group"] = "all"
    """"participant": the chosen cases without the tables of all, beside other such runs; "group": only those tables."""
    decimal_comma: bool = False
    """Write the tables of the whole cohort with decimal commas."""
    rejected: Callable[[Path, Sequence[str]], Mapping[str, str]] = _none_rejected
    """Called with the folder of results and the names of the cases: those that readers rejected, and why. The command line
    and the reading room give :func:`..study.state.rejected_cases`; this room knows no journals.
    """


def checked(settings: CaseSettings) -> tuple[tuple[str, ...], CaseSettings]:
    """The model's channels, and the settings with checksums; raises InputError for a model, norm table or reference
    that cannot be.
    """
    path = find_model(model_for(settings.options))
    header, checksum = read_header(path)
    if settings.reference not in REFERENCE_WORDS:
        try:
            finite = math.isfinite(float(settings.reference))
        except ValueError as error:
            raise InputError("cohort_reference", reference=settings.reference) from error
        if not finite:
            raise InputError("reference_not_finite", reference=settings.reference)
    norms_sum = ""
    if settings.norms:
        read_norms(settings.norms, label_set=settings.label_set())
        norms_sum = sha256(settings.norms)
    return header.channels, replace(
        settings,
        options=settings.options.changed(model=str(path.absolute())),
        model_sha256=checksum,
        norms=str(Path(settings.norms).absolute()) if settings.norms else None,
        norms_sha256=norms_sum,
    )


def selected_cases(cohort: Cohort, wanted: frozenset[str]) -> frozenset[str]:
    """Names of the cases to work on: all, or those of the wanted subjects, written as in a table or as a BIDS folder.

    Raises InputError for a subject of whom there is no image, and for one who could be two.
    """
    if not wanted:
        return frozenset(case.name for case in cohort.cases)
    written = {case.subject: case.name.split("_")[0] for case in cohort.cases}
    matches = match_identifiers([name for name in wanted if name not in written], set(written.values()))
    if matches.unknown:
        raise InputError("subject_unknown", subject=matches.unknown[0], path=cohort.root)
    for text, names in matches.ambiguous.items():
        raise InputError("subject_ambiguous", subject=text, names=list(names))
    meant = {*matches.meant.values(), *(written[name] for name in wanted if name in written)}
    return frozenset(case.name for case in cohort.cases if case.name.split("_")[0] in meant)
