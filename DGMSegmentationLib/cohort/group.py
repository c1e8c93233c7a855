"""The tables and pages of the whole cohort, made from the records and put into place together."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..errors import InputError, few
from ..io.bids.derivatives import STATE, CasePaths
from ..io.bids.names import series_of
from ..io.files import write_json, write_text
from ..io.tables import table_text
from ..io.typed import read_typed
from ..measurement.norms import read_norms
from ..measurement.quality import flags_of_quality
from ..measurement.roi import RoiRow
from ..measurement.row_structures import label_set_of_rows
from ..measurement.tables import COLUMNS, wide_columns, wide_rows
from ..structures import STANDARD, LabelSet
from .find import Cohort, CohortCase
from .layout import CASES, CHANGES, CHANGES_PAGE, LONG, NORMS, PAGE, WIDE
from .longitudinal import COLUMNS as CHANGE_COLUMNS
from .longitudinal import Visit, session_changes
from .record import FileName, Record

CASE_COLUMNS = (
    "subject", "session", "name", "image", "status", "reason", "note", "edited", "flagged_structures", "flags",
    "model", "seconds", "finished", "sha256",
)  # fmt: skip
NORM_COLUMNS = ("subject", "session", "image", "abbreviation", "mean_ppb", "expected_ppb", "sd_ppb", "z")
_INDEX = "group.json"


@dataclass(frozen=True)
class Entry:
    """A case and what is known of it now."""

    case: CohortCase
    paths: CasePaths
    record: Record | None
    problem: str = ""

    @property
    def status(self) -> str:
        """ "done", "failed", or "waiting" (not done yet)."""
        if self.problem:
            return "failed"
        status = self.record.status if self.record else ""
        return status if status in ("done", "failed") else "waiting"

    @property
    def reason(self) -> str:
        """Why it failed."""
        return self.problem or (self.record.reason if self.record and self.status == "failed" else "")

    @property
    def rows(self) -> list[RoiRow]:
        """Its measurements; none unless it is done."""
        return self.record.rows if self.record and self.status == "done" else []

    @property
    def edited(self) -> bool:
        """Whether it was corrected by hand."""
        return self.record is not None and self.record.edited is not None

    @property
    def checksum(self) -> str:
        """Of its image; "" where it could not be read."""
        inputs = self.record.inputs if self.record else None
        return inputs.image.sha256 if inputs and inputs.image else ""


def same_images(entries: Sequence[Entry]) -> list[list[str]]:
    """Groups of case names whose images have one content: usually a copying mistake. Only images that could be read
    count: empty files are alike too.
    """
    by_sum: dict[str, list[str]] = {}
    for entry in entries:
        if entry.checksum and entry.status == "done":
            by_sum.setdefault(entry.checksum, []).append(entry.case.name)
    return [names for names in by_sum.values() if len(names) > 1]


def write_group(
    output: Path,
    cohort: Cohort,
    entries: Sequence[Entry],
    *,
    norms: str | None = None,
    provenance: Mapping[str, object] | None = None,
    known: LabelSet = STANDARD,
) -> bool:
    """Write rois_long.tsv, rois_wide.tsv, cases.tsv, cohort.html and, where there is something in them, the changes
    between sessions and the table against norms. Returns False, writing nothing, when all of it is up to date.

    ``known``: the structures that the model gives.
    """
    state = output / STATE
    digest = _digest(entries, norms)
    if _is_current(output, state / _INDEX, digest):
        return False
    done = [entry for entry in entries if entry.status == "done"]
    rows = {entry.case.name: entry.rows for entry in done}
    staging = Path(tempfile.mkdtemp(prefix="tmp-group-", dir=state))
    try:
        label_set = label_set_of_rows((row for here in rows.values() for row in here), known)
        long, wide = _with_session(COLUMNS), _with_session(wide_columns(label_set))
        write_text(staging / LONG, table_text(long, _long(done, rows), missing="n/a"))
        write_text(staging / WIDE, table_text(wide, _wide(done, rows), missing="n/a"))
        write_text(staging / CASES, table_text(CASE_COLUMNS, _case_lines(entries), missing="n/a"))
        _write_changes(staging, done, rows, provenance or {}, known)
        if norms:
            write_text(
                staging / NORMS,
                table_text(NORM_COLUMNS, _norm_lines(done, rows, norms, known), missing="n/a"),
            )
        related = {"changes between sessions": CHANGES_PAGE} if (staging / CHANGES_PAGE).exists() else {}
        _write_page(staging / PAGE, output, entries, rows, provenance or {}, related, known)
        names = sorted(path.name for path in staging.iterdir())
        # Without it, the run after one that is killed between two files makes all of them again.
        (state / _INDEX).unlink(missing_ok=True)
        for name in names:
            os.replace(staging / name, output / name)
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


def _digest(entries: Sequence[Entry], norms: str | None) -> str:
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
            *(e.status, e.reason, e.record.finished if e.record else None),
        )
        for e in entries
    ]
    table = hashlib.sha256(Path(norms).read_bytes()).hexdigest() if norms else ""
    return hashlib.sha256(json.dumps([__version__, COLUMNS, table, facts]).encode()).hexdigest()


def _is_current(output: Path, index: Path, digest: str) -> bool:
    try:
        known = read_typed(index, _Index)
        return known.digest == digest and all(
            (output / name).stat().st_size == size for name, size in known.files.items()
        )
    except (OSError, InputError):
        return False


def _with_session(columns: Sequence[str]) -> list[str]:
    """The columns of one image's table with the session after the subject: a path need not name it."""
    return [columns[0], "session", *columns[1:]]


def _long(done: Sequence[Entry], rows: Mapping[str, Sequence[RoiRow]]) -> list[dict[str, object]]:
    return [{**vars(row), "session": entry.case.session} for entry in done for row in rows[entry.case.name]]


def _wide(done: Sequence[Entry], rows: Mapping[str, Sequence[RoiRow]]) -> list[dict[str, object]]:
    return [
        {**line, "session": entry.case.session} for entry in done for line in wide_rows(rows[entry.case.name])
    ]


def _case_lines(entries: Sequence[Entry]) -> list[dict[str, object]]:
    alike = {name: names for names in same_images(entries) for name in names}
    lines: list[dict[str, object]] = []
    for entry in entries:
        record = entry.record or Record()
        rows = entry.rows
        others = [name for name in alike.get(entry.case.name, ()) if name != entry.case.name]
        lines.append(
            {
                "subject": entry.case.subject,
                "session": entry.case.session,
                "name": entry.case.name,
                "image": entry.case.shown,
                "status": entry.status,
                "reason": entry.reason,
                "note": f"same image as {few(others)}" if others else "",
                "edited": entry.edited if rows else None,
                "flagged_structures": sum(bool(flags_of_quality(row)) for row in rows) if rows else None,
                "flags": ";".join(dict.fromkeys(code for row in rows for code in row.flag_list)),
                "model": rows[0].model if rows else "",
                "seconds": record.seconds if rows else None,
                "finished": record.finished if rows else "",
                "sha256": entry.checksum,
            }
        )
    return lines


def _norm_lines(
    done: Sequence[Entry], rows: Mapping[str, Sequence[RoiRow]], table: str, known: LabelSet
) -> list[dict[str, object]]:
    lines = []
    for entry in done:
        norms = read_norms(table, entry.case.age, entry.case.sex, known)
        for row in rows[entry.case.name]:
            expected = norms.expected(row.abbreviation)
            if expected is None:
                continue
            lines.append(
                {
                    "subject": row.subject,
                    "session": entry.case.session,
                    "image": row.image,
                    "abbreviation": row.abbreviation,
                    "mean_ppb": row.mean_ppb,
                    "expected_ppb": expected[0],
                    "sd_ppb": expected[1],
                    "z": (row.mean_ppb - expected[0]) / expected[1],
                }
            )
    return lines


def without_norm(entries: Sequence[Entry], table: str, known: LabelSet = STANDARD) -> list[str]:
    """The measured cases of which the norm table expects nothing: no age or sex, or outside its ages."""
    lacking = []
    for entry in (e for e in entries if e.status == "done"):
        norms = read_norms(table, entry.case.age, entry.case.sex, known)
        rows = entry.rows
        if rows and all(norms.expected(row.abbreviation) is None for row in rows):
            lacking.append(entry.case.name)
    return lacking


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
    write_text(staging / CHANGES, table_text(CHANGE_COLUMNS, lines, missing="n/a"))
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


def _write_page(
    path: Path,
    output: Path,
    entries: Sequence[Entry],
    rows: Mapping[str, Sequence[RoiRow]],
    provenance: Mapping[str, object],
    related: Mapping[str, str],
    known: LabelSet,
) -> None:
    from ..reports.cohort_page import write_cohort_report

    pages = {}
    for entry in entries:
        if entry.status == "done":
            page = entry.paths.of("_report.html", entry.edited).relative_to(output).as_posix()
            pages[entry.case.name] = page
    waiting = sum(entry.status == "waiting" for entry in entries)
    alike = [few(names) for names in same_images(entries)]
    write_cohort_report(
        path,
        rows,
        title="Cohort",
        related=related,
        known=known,
        pages=pages,
        failures=[(entry.case.name, entry.reason) for entry in entries if entry.status == "failed"],
        provenance={
            **provenance,
            **({"not done yet": waiting} if waiting else {}),
            **({"the same image": "; ".join(alike)} if alike else {}),
        },
    )
