"""In which order the sessions of a subject were: a change is reckoned from the one before."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from ...errors import InputError
from ..tables import read_table
from .names import natural_order

BY_NAME = "their names"
BY_LINE = "the lines of the table"
BY_TIME = "acq_time in {}"


def session_order(person: Path, sessions: Iterable[str]) -> tuple[dict[str, int], str]:
    """Session -> its place, for a BIDS subject, and what the order follows.

    ``sub-X_sessions.tsv`` (session_id, acq_time) decides where it has a time for each of them, else their names do,
    with numbers by their value. Images that belong to no session ("") come first.
    """
    names = sorted(set(sessions), key=natural_order)
    table = person / f"{person.name}_sessions.tsv"
    times = _times(table)
    if len(names) > 1 and all(name in times for name in names if name):
        names.sort(key=lambda name: times.get(name, datetime.min))
        followed = BY_TIME.format(table.name)
    else:
        followed = BY_NAME
    return {name: place for place, name in enumerate(names)}, followed


def _times(table: Path) -> dict[str, datetime]:
    """When each session was; a table that cannot be read or has no times decides nothing."""
    if not table.is_file():
        return {}
    try:
        lines = read_table(table)
    except InputError:
        return {}
    times = {}
    for line in lines:
        name = line.get("session_id", "").strip()
        try:
            # Python 3.10 takes no "Z"; zones are left out, sessions are days apart.
            time = datetime.fromisoformat(line.get("acq_time", "").strip().removesuffix("Z"))
        except ValueError:
            continue
        times[name if name.startswith("ses-") else f"ses-{name}"] = time.replace(tzinfo=None)
    return times
