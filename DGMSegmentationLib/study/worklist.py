"""The worklist: a line a case with its state, verdict, flags, reader and dates, told by the files as they are now."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..cohort.find import CohortCase
from ..cohort.record import Record, Uncorrected
from ..errors import Remark
from ..io.bids.names import natural_order
from ..measurement.quality import flags_of_quality
from ..measurement.roi import RoiRow
from .same_image import has_changed
from .state import SEGMENTED, STATES, TO_DO, state_of
from .study import Study

ORDERS = ("name", "doubt")
COLUMNS = (
    "subject", "session", "name", "image", "state", "reason", "verdict", "verdict_reasons", "flagged_structures", "flags",
    "reader", "others", "changed", "edited_structures",
)  # fmt: skip
READING_COLUMNS = (
    "subject", "session", "name", "reader", "state", "changed", "signed", "model", "automatic_model", "begun_from", "labels",
    "abbreviation", "status", "edited_by", "voxels_added", "voxels_removed", "dice", "mean_automatic_ppb", "mean_ppb",
    "difference_ppb", "reason",
)  # fmt: skip
_DOUBT = {"failed": 0, "doubtful": 1, "ok": 2}


@dataclass(frozen=True)
class Item:
    """One case of the worklist."""

    name: str
    subject: str
    session: str
    image: str
    state: str
    """One of :data:`.state.STATES`."""
    reason: str
    """Why it was rejected, or cannot be segmented."""
    verdict: str
    """ "ok", "doubtful", "failed"; empty before it was segmented."""
    verdict_reasons: tuple[str, ...]
    flagged: int
    """Structures with a flag of quality."""
    flags: tuple[str, ...]
    reader: str
    changed: str
    """When the reading or the result changed last, UTC."""
    edited: tuple[str, ...]
    """Abbreviations of the structures that were signed as edited."""
    rows: tuple[RoiRow, ...]
    """As the cohort's table has them; none before the case was measured."""
    others: tuple[tuple[str, str], ...] = ()
    """Readers whose reading the state does not follow, and how far theirs is."""
    image_changed: bool = False
    """The image is another one than was segmented."""

    @property
    def doubt(self) -> tuple[int, int]:
        """Smaller where a look is needed sooner."""
        return _DOUBT.get(self.verdict, 3), -self.flagged


def worklist(study: Study, order: str = "name") -> list[Item]:
    """All cases: in the order of the cohort, or the doubtful ones first."""
    items = [item_of(study, name) for name in study.names]
    return (
        sorted(items, key=lambda item: (*item.doubt, natural_order(item.name))) if order == "doubt" else items
    )


def neutral_worklist(study: Study) -> list[Item]:
    """All cases as they are for nobody in particular: each follows its newest reading, whoever's it is.

    The study must not be one of a blind reader, who sees nothing of others.
    """
    return [item_of(study, name, "") for name in study.names]


def item_of(study: Study, name: str, reader: str | None = None) -> Item:
    """One case as its files are now, for the study's reader, for another one, or for nobody ("")."""
    case, record = study.case(name), study.record(name)
    readings = study.readings(name)
    state, reading = state_of(record, readings, study.reader if reader is None else reader, study.blind)
    known = record or Record()
    if study.blind and (known.corrected or known.edited is not None):
        known = _uncorrected(known)
    changed = has_changed(case.image, record)
    if changed and state == SEGMENTED:
        state = TO_DO
    rows = known.rows if known.status == "done" else []
    judged = known.verdict
    verdict = judged.status if judged else ""
    failed = bool(case.problem) or known.status == "failed"
    signed = reading.signed.review if reading and reading.signed else []
    return Item(
        name=name,
        subject=case.subject,
        session=case.session,
        image=case.shown,
        state=state,
        reason=(reading.reason if reading else "") or _problem(case, known),
        verdict="failed" if failed else verdict,
        verdict_reasons=tuple(r.sentence or r.code for r in judged.reasons) if judged else (),
        flagged=sum(bool(flags_of_quality(row)) for row in rows),
        flags=tuple(dict.fromkeys(code for row in rows for code in row.flag_list)),
        reader=reading.reader if reading else "",
        changed=reading.time if reading else known.finished,
        edited=tuple(str(one.get("abbreviation")) for one in signed if one.get("status") == "edited"),
        rows=tuple(rows),
        others=tuple((one.reader, one.state) for one in readings if one is not reading),
        image_changed=changed,
    )


def _uncorrected(record: Record) -> Record:
    """What is known of a case without the labels that somebody else corrected, and as if nobody had."""
    kept = record.uncorrected or Uncorrected()
    status = "done" if record.automatic is not None else record.status
    return replace(
        record, status=status, reason="", rows=kept.rows, verdict=kept.verdict, finished=kept.finished
    )


def _problem(case: CohortCase, record: Record) -> str:
    """Why a case cannot be read or segmented; empty where nothing speaks against it."""
    if case.problem:
        return case.problem
    if not case.image.exists():
        return str(Remark("study_image_gone", path=os.path.abspath(case.image)))
    return record.reason if record.status == "failed" else ""


def counts(items: Sequence[Item]) -> dict[str, int]:
    """How many cases are in each state."""
    return {state: sum(item.state == state for item in items) for state in STATES}


def worklist_lines(items: Sequence[Item]) -> list[dict[str, object]]:
    """Lines of the table worklist.tsv."""
    return [
        {
            **{name: getattr(item, name) for name in COLUMNS[:7]},
            "verdict_reasons": " ".join(item.verdict_reasons),
            "flagged_structures": item.flagged if item.verdict else None,
            "flags": ";".join(item.flags),
            "reader": item.reader,
            "others": ";".join(f"{reader}: {state}" for reader, state in sorted(item.others)),
            "changed": item.changed,
            "edited_structures": ";".join(item.edited),
        }
        for item in items
    ]


def reading_lines(study: Study) -> list[dict[str, object]]:
    """Lines of the table readings.tsv: a structure of each signed reading, and one line for any other."""
    lines: list[dict[str, object]] = []
    for name in study.names:
        case = study.case(name)
        for reading in study.readings(name):
            shared: dict[str, object] = {
                "subject": case.subject,
                "session": case.session,
                "name": name,
                "reader": reading.reader,
                "state": reading.state,
                "changed": reading.time,
                "signed": reading.signed.time if reading.signed else "",
                "reason": reading.reason,
            }
            if reading.signed is None:
                lines.append(shared)
                continue
            signed = reading.signed
            for one in signed.review:
                lines.append(
                    {
                        **shared,
                        "model": signed.model,
                        "automatic_model": signed.automatic_model,
                        "begun_from": signed.begun_from,
                        "labels": signed.labels,
                        "abbreviation": one.get("abbreviation"),
                        "status": one.get("status"),
                        "edited_by": one.get("edited_by") or "",
                        "voxels_added": one.get("added"),
                        "voxels_removed": one.get("removed"),
                        **{
                            key: one.get(key)
                            for key in ("dice", "mean_automatic_ppb", "mean_ppb", "difference_ppb")
                        },
                    }
                )
    return lines
