"""What a case leaves behind: which inputs, model and options its results were made from, and the results' own rows.

The record is the last file that is written for a case, so a case without a matching record is not finished. Files are
compared by size and time of change, and by checksum only when these differ (a copied folder is still up to date).
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from ..io.files import sha256, write_json
from ..measurement.roi import RoiRow

FORMAT = 1
Record = dict[str, Any]

_FLOATS = {field.name for field in fields(RoiRow) if field.type in (float, "float")}


def quick_stamp(path: Path) -> dict[str, Any] | None:
    """Size and time of change of a file, or of all files of a DICOM folder; None when there is none to be seen."""
    try:
        stat = path.stat()
        if not path.is_dir():
            return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
        files = [entry.stat() for entry in path.iterdir() if entry.is_file()]
    except OSError:
        return None
    return {
        "size": sum(file.st_size for file in files),
        "mtime_ns": max((file.st_mtime_ns for file in files), default=0),
        "files": len(files),
    }


def is_readable(path: Path) -> bool:
    """True when the file, or every file of a folder, can be opened."""
    try:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if not file.is_dir():
                with open(file, "rb"):
                    pass
    except OSError:
        return False
    return True


def full_stamp(path: Path) -> dict[str, Any] | None:
    """The quick stamp and the checksum; None when the file cannot be read."""
    stamp = quick_stamp(path)
    if stamp is None:
        return None
    try:
        return {**stamp, "sha256": sha256(path)}
    except OSError:
        return None


def is_same(path: Path, stamp: Mapping[str, Any] | None) -> bool:
    """True when the file still has the content that the stamp was taken of."""
    now = quick_stamp(path)
    if now is None or not stamp:
        return False
    if all(now[key] == stamp.get(key) for key in now):
        return True
    if now["size"] != stamp.get("size") or "sha256" not in stamp:
        return False
    try:
        return sha256(path) == stamp["sha256"]
    except OSError:
        return False


def read_record(path: Path) -> Record | None:
    """The record of a case, or None when there is none or a newer or damaged one."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("format") == FORMAT else None


def write_record(path: Path, record: Record) -> None:
    """Write the record, whole or not at all."""
    write_json(path, {"format": FORMAT, **record})


def rows_to_json(rows: list[RoiRow]) -> list[dict[str, Any]]:
    """Rows as plain values; NaN becomes null in the file."""
    return [asdict(row) for row in rows]


def rows_of(record: Mapping[str, Any]) -> list[RoiRow]:
    """The rows that a record holds."""

    def value(key: str, stored: Any) -> Any:
        return math.nan if stored is None and key in _FLOATS else stored

    return [
        RoiRow(**{key: value(key, stored) for key, stored in line.items()}) for line in record.get("rows", ())
    ]
