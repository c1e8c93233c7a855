"""The lookup table of a label file (BIDS: ``_dseg.tsv``): index, name, abbreviation, color, and the rest of its label set."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from ..structures import COLUMNS, STANDARD, LabelSet, Structure, label_set_from_rows, rows_of_label_set
from ..structures.naming import structure_named
from .bids.names import entities
from .files import stem, write_text
from .tables import decoded, read_table, table_text

_FIRST = ("index", "name", "abbreviation", "color")  # as BIDS orders them
LOOKUP_COLUMNS = (*_FIRST, *(column for column in COLUMNS[1:] if column not in _FIRST))
_TABLE_ENDS = (".txt", ".label", ".lut", ".ctbl")
_LARGEST_TABLE = 1 << 20  # bytes; FreeSurfer's own has 60,000
_COLOR_LINE = re.compile(r"(?P<index>\d+)\s+(?P<name>\S.*?)(\s+\d+){3,4}")  # FreeSurfer, 3D Slicer
_SNAP_LINE = re.compile(r'(?P<index>\d+)(\s+[\d.]+){6}\s+"(?P<name>.*)"')  # ITK-SNAP
_HIGHEST = 3  # folders from a label file up to that of its data set: anat, ses-1, sub-01


def foreign_labels(scheme: str, label_set: LabelSet = STANDARD) -> dict[int, int]:
    """Our label -> the number in another scheme ("dgm", "segdgm", "freesurfer").

    Structures that FreeSurfer does not number become 20000 and their label: the red nuclei 20001 and 20002. Raises
    InputError for an unknown scheme.
    """
    return {ours: foreign for foreign, ours in scheme_of(label_set, scheme).items()}


def scheme_of(label_set: LabelSet, scheme: str) -> dict[int, int]:
    """Foreign label value -> ours; raises InputError for a scheme that the set has not."""
    schemes = label_set.schemes
    if scheme not in schemes:
        raise InputError("scheme_unknown", scheme=scheme, choices=list(schemes))
    return schemes[scheme]


def lookup_text(label_set: LabelSet = STANDARD, scheme: str = "dgm", sep: str = "\t") -> str:
    """The BIDS lookup table of a set, with the numbers of a scheme; it holds the whole set."""
    numbers = foreign_labels(scheme, label_set)
    rows = [
        {**row, "index": numbers[structure.label]}
        for row, structure in zip(rows_of_label_set(label_set), label_set, strict=True)
    ]
    shown = [{key: None if value == "" else value for key, value in row.items()} for row in rows]
    return table_text(LOOKUP_COLUMNS, shown, sep, "n/a")


def write_lookup_beside(path: Path, label_set: LabelSet) -> Path:
    """Write the lookup table of a label file to be: its name with .tsv. Raises InputError where another table has that name."""
    table = path.with_name(f"{stem(path)}.tsv")
    if table.exists() and not _is_lookup(_rows(table)):
        raise InputError("lookup_name_taken", path=table, labels=path.name)
    write_text(table, lookup_text(label_set))
    return table


def lookup_beside(path: Path) -> tuple[LabelSet, dict[int, int]] | None:
    """The label set that the lookup of a label file names, and what values of the file become its labels.

    The lookup has the file's name with .tsv, or is one that BIDS hands down from the folders above. Where it names the
    standard structures, also by synonyms or under other numbers, values become the standard ones. None without a lookup;
    raises InputError when there is one that is no label set.
    """
    for table in _candidates(path):
        try:
            rows = _rows(table)
            if not _is_lookup(rows):
                continue
            found = label_set_from_rows(table.name.partition(".")[0], rows, STANDARD.structures)
            return _as_ours(found)
        except InputError as error:
            raise InputError("lookup_wrong", path=table, name=path.name, problem=error) from error
    return None


def unused_lookup(path: Path) -> Path | None:
    """A table that BIDS takes for the lookup of a label file, its name with .tsv, and that is none: index or name is missing."""
    own = path.with_name(f"{stem(path)}.tsv")
    return own if own.stem.endswith("dseg") and own.is_file() and not _is_lookup(_rows(own)) else None


def label_table_beside(path: Path) -> dict[int, int] | None:
    """What values of a label file become our standard labels, by a label table of another program with the file's name.

    Tables of FreeSurfer, ITK-SNAP and 3D Slicer (.txt, .label, .lut, .ctbl), names as :func:`structure_named` reads them;
    structures of none of ours are not in it. None without a table; raises InputError when it names no structure of ours.
    """
    for table in _color_tables(path):
        names = {int(row["index"]): row["name"] for row in _rows_of_color_table(table)}
        known = {value: structure_named(name, STANDARD) for value, name in names.items() if value}
        ours = {value: structure.label for value, structure in known.items() if structure is not None}
        if known and not ours:
            raise InputError(
                "labels_foreign_names",
                path=table,
                names=list(names.values()),
                choices=[s.abbreviation for s in STANDARD],
            )
        try:
            _check_once(known)
        except InputError as error:
            raise InputError("lookup_wrong", path=table, name=path.name, problem=error) from error
        if ours:
            return ours
    return None


def _rows(table: Path) -> list[dict[str, str]]:
    """The rows of a table; [] for some other text of that name. Raises InputError for a lookup, or what is no text at all."""
    try:
        return read_table(table)
    except InputError as error:
        if error.code == "table_empty" or not _meant_as_lookup(table):
            return []
        raise


def _meant_as_lookup(table: Path) -> bool:
    try:
        first = decoded(table.read_bytes()).partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return True
    return {"index", "name"} <= set(re.split(r"\W+", first))


def _color_tables(path: Path) -> list[Path]:
    """Files beside a label file that may be a label table of another program."""
    name = stem(path)
    beside = [
        path.with_name(f"{name}{ending}") for ending in (*_TABLE_ENDS, *(f"_LUT{e}" for e in _TABLE_ENDS))
    ]
    return [table for table in beside if table.is_file() and table.stat().st_size <= _LARGEST_TABLE]


def _rows_of_color_table(table: Path) -> list[dict[str, str]]:
    """Value and name of each line "7 Left-Putamen 236 13 176 0" or '7 236 13 176 1 1 1 "Left putamen"'; [] for other texts."""
    try:
        lines = decoded(table.read_bytes()).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        if table.suffix.lower() == ".lut":
            return []  # ImageJ's are binary
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError("table_unreadable", path=table, reason=reason) from error
    lines = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    found = [_SNAP_LINE.fullmatch(line) or _COLOR_LINE.fullmatch(line) for line in lines]
    return [match.groupdict() for match in found if match] if all(found) else []


def _is_lookup(rows: list[dict[str, str]]) -> bool:
    return bool(rows) and {"index", "name"} <= set(rows[0])


def _candidates(path: Path) -> list[Path]:
    own = path.with_name(f"{stem(path)}.tsv")
    found = [own] if own.is_file() else []
    if not path.name.startswith("sub-"):
        return found
    mine: Mapping[str, str] = entities(stem(path))
    folder = path.absolute().parent
    for _ in range(_HIGHEST + 1):
        inherited = [*folder.glob("*_dseg.tsv"), *folder.glob("dseg.tsv")]
        fitting = [t for t in inherited if t != own and set(entities(t.stem).items()) <= set(mine.items())]
        found += sorted(fitting, key=lambda t: (-len(entities(t.stem)), t.name))  # the most specific first
        if folder.name != "anat" and not folder.name.startswith(("sub-", "ses-")):
            break
        folder = folder.parent
    return found


def _check_once(known: Mapping[int, Structure | None]) -> None:
    """Raise InputError when two values of a file are named as one structure of ours."""
    for structure in STANDARD:
        values = [value for value, named in known.items() if named == structure]
        if len(values) > 1:
            raise InputError("lookup_twice", structure=structure.abbreviation, values=values)


def _as_ours(found: LabelSet) -> tuple[LabelSet, dict[int, int]]:
    """The set with the standard's values where all of its structures are standard ones, whatever they are called."""
    known = [STANDARD.find(s.abbreviation) or structure_named(s.name, STANDARD) for s in found]
    _check_once(dict(zip(found.values, known, strict=True)))
    ours = [s.label if k is None else k.label for s, k in zip(found, known, strict=True)]
    if None in known:
        ours = list(found.values)
    table = dict(zip(found.values, ours, strict=True))
    moved = {
        label: replace(s if k is None or s.abbreviation == k.abbreviation else k, label=label)
        for s, k, label in zip(found, known, ours, strict=True)
    }
    if all(label in STANDARD and STANDARD.by_label(label) == s for label, s in moved.items()):
        return STANDARD.subset(ours), table
    return LabelSet(found.name, tuple(moved.values())), table
