"""Expected means by age (and sex) from a table that the user loads. The project ships no such table.

Columns: ``structure`` (an abbreviation such as SN_L, or a nucleus such as SN for both sides), ``mean_ppb``,
``sd_ppb``; optional ``age`` (years) and ``sex`` (F or M; empty for both).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..io.tables import number as as_number
from ..io.tables import read_table
from ..structures import STANDARD, LabelSet, nucleus_of

_NEEDED = ("structure", "mean_ppb", "sd_ppb")
_SEXES = {"F": "F", "FEMALE": "F", "M": "M", "MALE": "M", "": "", "N/A": "", "BOTH": ""}


@dataclass(frozen=True)
class NormRow:
    """One line of a norm table; ``age`` is NaN and ``sex`` empty where the table does not tell them apart."""

    structure: str
    mean_ppb: float
    sd_ppb: float
    age: float = float("nan")
    sex: str = ""


@dataclass(frozen=True)
class Norms:
    """A norm table together with the subject's age and sex (None: unknown)."""

    rows: tuple[NormRow, ...]
    age: float | None = None
    sex: str | None = None

    def expected(self, abbreviation: str) -> tuple[float, float] | None:
        """Mean and SD in ppb for one structure, linear between the ages of the table.

        None when the table has no line for it, or only lines by age or sex that the subject does not have, or
        when the subject is younger or older than everyone in the table.
        """
        names = (abbreviation, nucleus_of(abbreviation))
        for name in names:
            fitting = [
                r for r in self.rows if r.structure == name and r.sex in ("", (self.sex or "").upper())
            ]
            fitting = [r for r in fitting if r.sex] or fitting
            ageless = [r for r in fitting if np.isnan(r.age)]
            if ageless:
                return ageless[0].mean_ppb, ageless[0].sd_ppb
            if fitting and self.age is not None:
                fitting.sort(key=lambda row: row.age)
                ages = [row.age for row in fitting]
                if ages[0] <= self.age <= ages[-1]:
                    mean = np.interp(self.age, ages, [row.mean_ppb for row in fitting])
                    return float(mean), float(np.interp(self.age, ages, [row.sd_ppb for row in fitting]))
        return None


def read_norms(
    path: Path | str,
    age: float | None = None,
    sex: str | None = None,
    label_set: LabelSet = STANDARD,
) -> Norms:
    """Read a norm table (.tsv or .csv) of structures of a label set.

    Raises InputError when a column is missing, a structure or a sex is unknown, or a value is no number.
    """
    table = read_table(path)
    if not table:
        raise InputError("norms_empty", path=path)
    for column in _NEEDED:
        if column not in table[0]:
            raise InputError("norms_no_column", path=path, column=column)
    known = {s.abbreviation for s in label_set} | set(label_set.nuclei)
    rows = []
    for number, line in enumerate(table, start=2):
        sex_here = line.get("sex", "").strip()
        if sex_here.upper() not in _SEXES:  # taken for both, it would be held against everybody
            raise InputError("norms_sex", path=path, sex=sex_here, number=number)
        try:
            row = NormRow(
                structure=line["structure"].strip(),
                mean_ppb=as_number(line["mean_ppb"]),
                sd_ppb=as_number(line["sd_ppb"]),
                age=as_number(line.get("age", "").strip() or "nan"),
                sex=_SEXES[sex_here.upper()],
            )
        except ValueError as error:
            raise InputError("norms_no_number", path=path, number=number, reason=error) from error
        if row.structure not in known:
            raise InputError(
                "norms_unknown_structure",
                path=path,
                structure=row.structure,
                number=number,
                choices=list(label_set.nuclei),
            )
        if not (np.isfinite(row.mean_ppb) and 0 < row.sd_ppb < np.inf):
            raise InputError("norms_no_sd", path=path, number=number)
        rows.append(row)
    return Norms(tuple(rows), age, sex)
