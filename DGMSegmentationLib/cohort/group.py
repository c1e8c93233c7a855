"""The tables and pages of the whole cohort, made from the records and put into place together."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..errors import InputError, few
from ..io.atomic import move_into_place
from ..io.bids.derivatives import STATE
from ..io.bids.names import series_of
from ..io.files import write_json, write_text
from ..io.tables import decimal_commas, write_table
from ..io.typed import read_typed
from ..measurement.roi import RoiRow
from ..measurement.row_structures import label_set_of_rows
from ..measurement.tables import COLUMNS, columns_of, wide_columns
from ..structures import STANDARD, LabelSet
from .entries import (
    CASE_COLUMNS,
    NORM_COLUMNS,
    Entry,
    case_lines,
    long_lines,
    norm_lines,
    same_images,
    wide_lines,
    with_session,
)
from .find import Cohort
from .layout import CASES, CHANGES, CHANGES_PAGE, LONG, NORMS, PAGE, WIDE
from .longitudinal import COLUMNS as CHANGE_COLUMNS
from .longitudinal import Visit, session_changes
from .record import FileName

_INDEX = "group.json"


def write_group(
    output: Path,
    cohort: Cohort,
    entries: Sequence[Entry],
    *,
    norms: str | None = None,
    provenance: Mapping[str, object] | None = None,
    known: LabelSet = STANDARD,
    include_doubtful: bool = False,
    commas: bool = False,
) -> bool:
    """Write rois_long.tsv, rois_wide.tsv, cases.tsv, cohort.html and, where there is something in them, the changes
    between sessions and the table against norms. Returns False, writing nothing, when all of it is up to date.

    ``known``: the structures that the model gives. Doubtful cases stand in the tables of rows with their verdict, and without
    ``include_doubtful`` in no mean, figure or comparison; nor do those that a reader rejected. ``commas``: tables with decimal
    commas, for spreadsheets.
    """
    state = output / STATE
    digest = _digest(entries, norms, include_doubtful, commas)
    if _is_current(output, state / _INDEX, digest):
        return False
    done = [entry for entry in entries if entry.status == "done"]
    rows = {entry.case.name: entry.rows for entry in done}
    counted = [entry for entry in done if not entry.rejected and (include_doubtful or not entry.doubtful)]
    staging = Path(tempfile.mkdtemp(prefix="tmp-group-", dir=state))
    try:
        every = [row for here in rows.values() for row in here]
        wide = with_session(wide_columns(label_set_of_rows(every, known), every))
        long = with_session(columns_of(every))
        with decimal_commas(commas):
            write_table(staging / LONG, long, long_lines(done, rows), "n/a")
            write_table(staging / WIDE, wide, wide_lines(done, rows), "n/a")
            write_table(staging / CASES, CASE_COLUMNS, case_lines(entries), "n/a")
            _write_changes(staging, counted, rows, provenance or {}, known)
            if norms:
                write_table(staging / NORMS, NORM_COLUMNS, norm_lines(counted, rows, norms, known), "n/a")
        related = {"changes between sessions": CHANGES_PAGE} if (staging / CHANGES_PAGE).exists() else {}
        _write_page(staging / PAGE, output, entries, rows, provenance or {}, related, known, include_doubtful)
        names = sorted(path.name for path in staging.iterdir())
        # Without it, the run after one that is killed between two files makes all of them again.
        (state / _INDEX).unlink(missing_ok=True)
        for name in names:
            move_into_place(staging / name, output / name)
        for name in {CHANGES, CHANGES_PAGE, NORMS} - set(names):
            (output / name).unlink(missing_ok=True)  # of an earlier run, and no longer true
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    sizes = {name: (output / name).stat().st_size for name in names}
    write_json(state / _INDEX, {"digest": digest, "files": sizes})
    return True


@dataclass(frozen=True)
class _Index:
    """What was written last, and of what."""

    digest: str
    files: dict[FileName, int]


def _digest(entries: Sequence[Entry], norms: str | None, include_doubtful: bool, commas: bool) -> str:
    """Changes whenever a table would."""
    facts = [
        (
            *(
                e.case.name,
                e.case.subject,
                e.case.shown,
                e.case.visit,
                e.case.ordered_by,
                e.case.age,
                e.case.sex,
            ),
            *(e.status, e.reason, e.note, e.rejected, e.record.finished if e.record else None),
        )
        for e in entries
    ]
    table = hashlib.sha256(Path(norms).read_bytes()).hexdigest() if norms else ""
    return hashlib.sha256(
        json.dumps([__version__, COLUMNS, CASE_COLUMNS, table, include_doubtful, commas, facts]).encode()
    ).hexdigest()


def _is_current(output: Path, index: Path, digest: str) -> bool:
    try:
        known = read_typed(index, _Index)
        return known.digest == digest and all(
            (output / name).stat().st_size == size for name, size in known.files.items()
        )
    except (OSError, InputError):
        return False


def _write_changes(
    staging: Path,
    done: Sequence[Entry],
    rows: Mapping[str, Sequence[RoiRow]],
    provenance: Mapping[str, object],
    known: LabelSet,
) -> None:
    visits = [
        Visit(
            entry.case.subject,
            entry.case.session,
            series_of(entry.case.name),
            rows[entry.case.name],
            entry.case.ordered_by,
        )
        for entry in done
    ]
    found = session_changes(visits, known)
    if not found:
        return
    from ..reports.case_page import environment, flatten

    lines = [dict(line) for change in found for line in change.rows]
    write_table(staging / CHANGES, CHANGE_COLUMNS, lines, "n/a")
    page = environment().get_template("changes.html")
    text = page.render(
        title="Changes between sessions",
        changes=found,
        structures={
            s.abbreviation: s
            for s in label_set_of_rows((row for visit in visits for row in visit.rows), known)
        },
        provenance=list(flatten(provenance)),
        software=f"DGMSegmentation {__version__}",
    )
    write_text(staging / CHANGES_PAGE, text)


def _warnings(entries: Sequence[Entry]) -> dict[str, str]:
    """Case -> what was doubtful about its image and labels."""
    return {
        entry.case.name: " ".join(entry.record.doubts)
        for entry in entries
        if entry.status == "done" and entry.record and entry.record.doubts
    }


def _write_page(
    path: Path,
    output: Path,
    entries: Sequence[Entry],
    rows: Mapping[str, Sequence[RoiRow]],
    provenance: Mapping[str, object],
    related: Mapping[str, str],
    known: LabelSet,
    include_doubtful: bool,
) -> None:
    from ..reports.cohort_page import Doubts, write_cohort_report

    pages = {}
    for entry in entries:
        if entry.status == "done":
            page = entry.paths.of("_report.html", entry.edited).relative_to(output).as_posix()
            pages[entry.case.name] = page
    doubts = {
        entry.case.name: [reason.sentence or reason.code for reason in entry.verdict.reasons]
        for entry in entries
        if entry.doubtful and entry.verdict
    }
    rejected = {entry.case.name: entry.rejected for entry in entries if entry.rejected}
    waiting = sum(entry.status == "waiting" for entry in entries)
    alike = [few(names) for names in same_images(entries)]
    write_cohort_report(
        path,
        rows,
        related=related,
        known=known,
        pages=pages,
        doubts=Doubts(doubts, include_doubtful, rejected),
        failures=[(entry.case.name, entry.reason) for entry in entries if entry.status == "failed"],
        provenance={
            **provenance,
            **({"not done yet": waiting} if waiting else {}),
            **(
                {"image not reachable": few(lost)}
                if (lost := [e.case.name for e in entries if e.note])
                else {}
            ),
            **({"warnings": warnings} if (warnings := _warnings(entries)) else {}),
            **({"the same image": "; ".join(alike)} if alike else {}),
        },
    )
