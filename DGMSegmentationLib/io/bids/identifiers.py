"""Which subject (or session) of a folder an identifier in a table means: people write 1, 01 or 1.0 for sub-001."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

_WHOLE = re.compile(r"(\d+)\.0+")  # a number that a spreadsheet or pandas took for a fraction
_SEPARATORS = re.compile(r"[-_. ]")


def without_fraction(text: str) -> str:
    """ "1" for "1.0"; every other text as it is."""
    match = _WHOLE.fullmatch(text)
    return match[1] if match else text


@dataclass(frozen=True)
class Matches:
    """Identifiers and what they mean."""

    meant: Mapping[str, str] = field(default_factory=dict)
    """Identifier as written -> name in the folder ("1" -> "sub-001")."""
    unknown: tuple[str, ...] = ()
    """Identifiers that name nothing in the folder."""
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Identifiers that could mean several names, and which."""


def match_identifiers(written: Iterable[str], names: Collection[str], prefix: str = "sub-") -> Matches:
    """Find the names ("sub-001") that identifiers ("sub-001", "001", "1", "1.0") mean.

    An exact identifier, with or without ``prefix``, goes first. Of the names that no identifier means exactly, one is meant
    when it alone is equal but for leading zeros, separators, upper and lower case or a fraction of zero.
    """
    identifiers = list(dict.fromkeys(text.strip() for text in written if text.strip()))
    meant = {text: name for text in identifiers if (name := f"{prefix}{text.removeprefix(prefix)}") in names}
    taken = set(meant.values())
    loose: dict[str, list[str]] = {}
    for name in sorted(set(names) - taken):
        loose.setdefault(_plain(name.removeprefix(prefix)), []).append(name)
    unknown, ambiguous = [], {}
    for text in identifiers:
        if text in meant:
            continue
        fitting = loose.get(_plain(text.removeprefix(prefix)), [])
        if len(fitting) == 1:
            meant[text] = fitting[0]
        elif fitting:
            ambiguous[text] = tuple(fitting)
        else:
            unknown.append(text)
    return Matches(meant, tuple(unknown), ambiguous)


def _plain(label: str) -> str:
    """A label without what people write differently."""
    letters = _SEPARATORS.sub("", without_fraction(label.strip())).casefold()
    return re.sub(r"\d+", lambda digits: digits[0].lstrip("0") or "0", letters)
