"""The table of participants: age and sex of each subject, and who trains."""

import math
from pathlib import Path

from ..tables import read_table


def read_participants(path: Path) -> dict[str, tuple[float | None, str]]:
    """Age and sex by subject, none without a table; raises InputError when it cannot be read."""
    if not path.is_file():
        return {}
    people = {}
    for line in read_table(path):
        person = line.get("participant_id", "").strip()
        if person:
            name = person if person.startswith("sub-") else f"sub-{person}"
            people[name] = (read_age(line.get("age", "")), read_sex(line.get("sex", "")))
    return people


def read_age(text: str) -> float | None:
    """Years, or None for "n/a" and the like."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def read_sex(text: str) -> str:
    """F or M, else empty; BIDS also allows words and lower case."""
    first = text.strip().upper()[:1]
    return first if first in ("F", "M") else ""
