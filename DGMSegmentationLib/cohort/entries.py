"""What is known of every case of a cohort now, as the lines of its tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import few
from ..io.bids.derivatives import CasePaths
from ..measurement.norms import read_norms
from ..measurement.quality import flags_of_quality
from ..measurement.roi import RoiRow
from ..measurement.tables import wide_rows
from ..measurement.verdict import DOUBTFUL
from ..structures import STANDARD, LabelSet
from .find import CohortCase
from .plan import UNREACHABLE, Step
from .record import Judged, Record

CASE_COLUMNS = (
    "subject", "session", "name", "image", "status", "reason", "verdict", "verdict_reasons", "rejected", "note", "edited",
    "flagged_structures", "flags", "warnings", "reference", "reference_mean_ppb", "reference_sd_ppb", "reference_n_voxels",
    "brain_mean_ppb", "model", "seconds", "finished", "sha256",
)  # fmt: skip
NORM_COLUMNS = ("subject", "session", "image", "abbreviation", "mean_ppb", "expected_ppb", "sd_ppb", "z")


@dataclass(frozen=True)
class Entry:
    """A case and what is known of it now."""

    case: CohortCase
    paths: CasePaths
    record: Record | None
    problem: str = ""
    note: str = ""
    """What is to be said of a finished case, that its image is not reachable."""
    rejected: str = ""
    """Why a reader rejected it: a measured case keeps its rows, and counts in no mean, figure or comparison."""

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
    def verdict(self) -> Judged | None:
        """The verdict on what was measured; None where there is nothing, or an earlier version gave none."""
        known = self.record.verdict if self.record and not self.problem else None
        if self.status == "failed":
            return known if known and known.status == "failed" else Judged("failed")
        return known if self.status == "done" else None

    @property
    def doubtful(self) -> bool:
        """Whether somebody must look before its numbers are used."""
        return self.status == "done" and self.verdict is not None and self.verdict.status == DOUBTFUL

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


def entries_of(
    steps: Sequence[Step], records: Mapping[str, Record | None], rejected: Mapping[str, str]
) -> list[Entry]:
    """The cases of the steps for the tables, each with its record of now.

    ``rejected``: case -> why a reader rejected it.
    """
    return [
        Entry(
            step.case,
            step.paths,
            records[step.case.name],
            step.why if step.do == "refuse" else "",
            step.why if step.why == UNREACHABLE else "",
            rejected.get(step.case.name, ""),
        )
        for step in steps
    ]


def same_images(entries: Sequence[Entry]) -> list[list[str]]:
    """Groups of case names whose images have one content: usually a copying mistake. Only images that could be read
    count: empty files are alike too.
    """
    by_sum: dict[str, list[str]] = {}
    for entry in entries:
        if entry.checksum and entry.status == "done":
            by_sum.setdefault(entry.checksum, []).append(entry.case.name)
    return [names for names in by_sum.values() if len(names) > 1]


def with_session(columns: Sequence[str]) -> list[str]:
    """The columns of one image's table with the session after the subject, for a path need not name it, the verdict, and whether
    a reader rejected the case.
    """
    return [columns[0], "session", *columns[1:], "verdict", "rejected"]


def _of_case(entry: Entry) -> dict[str, object]:
    verdict = entry.verdict.status if entry.verdict else ""
    return {"session": entry.case.session, "verdict": verdict, "rejected": bool(entry.rejected)}


def long_lines(done: Sequence[Entry], rows: Mapping[str, Sequence[RoiRow]]) -> Iterator[dict[str, object]]:
    """Lines of the long table: one a structure and image."""
    return ({**vars(row), **_of_case(entry)} for entry in done for row in rows[entry.case.name])


def wide_lines(done: Sequence[Entry], rows: Mapping[str, Sequence[RoiRow]]) -> Iterator[dict[str, object]]:
    """Lines of the wide table: one an image."""
    return ({**line, **_of_case(entry)} for entry in done for line in wide_rows(rows[entry.case.name]))


def case_lines(entries: Sequence[Entry]) -> list[dict[str, object]]:
    """Lines of the table of cases."""
    alike = {name: names for names in same_images(entries) for name in names}
    lines: list[dict[str, object]] = []
    for entry in entries:
        record = entry.record or Record()
        rows = entry.rows
        others = [name for name in alike.get(entry.case.name, ()) if name != entry.case.name]
        same = f"same image as {few(others)}" if others else ""
        lines.append(
            {
                "subject": entry.case.subject,
                "session": entry.case.session,
                "name": entry.case.name,
                "image": entry.case.shown,
                "status": entry.status,
                "reason": entry.reason,
                "verdict": entry.verdict.status if entry.verdict else "",
                "verdict_reasons": ";".join(r.code for r in entry.verdict.reasons) if entry.verdict else "",
                "rejected": entry.rejected,
                "note": "; ".join(filter(None, (entry.note, same))),
                "edited": entry.edited if rows else None,
                "flagged_structures": sum(bool(flags_of_quality(row)) for row in rows) if rows else None,
                "flags": ";".join(dict.fromkeys(code for row in rows for code in row.flag_list)),
                "warnings": " ".join(record.doubts) if rows else "",
                "reference": rows[0].reference if rows else "",
                **(_reference(record) if rows else {}),
                "model": rows[0].model if rows else "",
                "seconds": record.seconds if rows else None,
                "finished": record.finished if rows else "",
                "sha256": entry.checksum,
            }
        )
    return lines


def _reference(record: Record) -> dict[str, object]:
    """What is known of the region that means are relative to."""
    known = record.reference
    return {
        "reference_mean_ppb": known.get("mean_ppb"),
        "reference_sd_ppb": known.get("sd_ppb"),
        "reference_n_voxels": known.get("n_voxels"),
        "brain_mean_ppb": known.get("brain_mean_ppb"),
    }


def norm_lines(
    done: Sequence[Entry], rows: Mapping[str, Sequence[RoiRow]], table: str, known: LabelSet
) -> list[dict[str, object]]:
    """Lines of the table against norms: one a structure of which the norms expect something."""
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
