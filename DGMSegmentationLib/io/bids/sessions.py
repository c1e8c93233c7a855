"""In which order the sessions of a subject were: a change is reckoned from the one before."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from ...errors import InputError
from ..tables import read_table
from .derivatives import raw_dataset
from .identifiers import match_identifiers
from .names import natural_order

BY_NAME = "their names"
BY_LINE = "the lines of the table"
BY_TIME = "acq_time in {}"
# A date and perhaps a time (BIDS); zones and fractions of seconds are left out, sessions are days apart.
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?).*)?")


def session_order(root: Path, subject: str, images: Iterable[tuple[str, Path]]) -> tuple[dict[str, int], str]:
    """Session -> its place, for a subject of the BIDS folder ``root``, and what the order follows.

    ``images`` are (session, map). The times of ``sub-X_sessions.tsv`` (session_id, acq_time) decide, and those of the
    images in ``sub-X_ses-Y_scans.tsv`` (filename, acq_time) where it lacks some; where a session has no time at all, the
    names do, with numbers by their value. Images that belong to no session ("") come first.
    """
    files: dict[str, list[Path]] = {}
    for session, path in images:
        files.setdefault(session, []).append(path)
    names = sorted(files, key=natural_order)
    named = [name for name in names if name]
    places = {name: place for place, name in enumerate(names)}
    if len(names) < 2:
        return places, BY_NAME
    folders = [folder / subject for folder in (root, raw_dataset(root)) if folder]
    times: dict[str, datetime] = {}
    for source, found in (
        (f"{subject}_sessions.tsv", _times_of_sessions(folders, subject, named)),
        (f"{subject}_ses-*_scans.tsv", _times_of_scans(folders, subject, files)),
    ):
        lacking = [name for name in named if name not in times]
        times |= {name: found[name] for name in lacking if name in found}
        if all(name in times for name in named):
            names.sort(key=lambda name: times.get(name, datetime.min))
            return {name: place for place, name in enumerate(names)}, BY_TIME.format(source)
    return places, BY_NAME


def _times_of_sessions(folders: Sequence[Path], subject: str, sessions: Sequence[str]) -> dict[str, datetime]:
    """When each session was; a table that cannot be read or has no times decides nothing."""
    lines = [line for folder in folders for line in _lines(folder / f"{subject}_sessions.tsv")]
    meant = match_identifiers((line.get("session_id", "") for line in lines), sessions, "ses-").meant
    times: dict[str, datetime] = {}
    for line in lines:
        name, time = meant.get(line.get("session_id", "").strip()), _time(line)
        if name and time:
            times.setdefault(name, time)
    return times


def _times_of_scans(
    folders: Sequence[Path], subject: str, files: Mapping[str, Sequence[Path]]
) -> dict[str, datetime]:
    """When the maps of each session were taken; else (a map is reckoned from others) the first scan of the session."""
    times = {}
    for session, maps in files.items():
        tables = [folder / session / f"{subject}_{session}_scans.tsv" for folder in folders]
        scans = [(line.get("filename", ""), _time(line)) for table in tables for line in _lines(table)]
        known = {path.name for path in maps}
        own = [time for name, time in scans if time and os.path.basename(name.strip()) in known]
        every = [time for _, time in scans if time]
        if session and every:
            times[session] = min(own or every)
    return times


def _lines(table: Path) -> list[dict[str, str]]:
    try:
        return read_table(table) if table.is_file() else []
    except InputError:
        return []


def _time(line: Mapping[str, str]) -> datetime | None:
    match = _TIME.fullmatch(line.get("acq_time", "").strip())
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}") if match else None
    except ValueError:
        return None
