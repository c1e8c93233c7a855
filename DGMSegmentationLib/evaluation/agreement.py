"""How well two or more measurements of the same subjects agree: reconstructions, scanners, sessions,
segmentations.

Each measurement ("method") is a list of ROI rows; methods are compared in pairs, structure by structure.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..measurement.roi import RoiRow
from ..measurement.row_structures import label_set_of_rows
from ..structures import STANDARD, LabelSet
from .columns import AGREEMENT_DESCRIPTIONS, CHANGE_DESCRIPTIONS
from .statistics import bland_altman, concordance, deming, icc_2_1

NAN = float("nan")

# 1.96 sqrt(2) times the repeatability is the smallest change of one subject that is not chance (Bland and
# Altman 1986); rounded up to the 15 and 30 ppb that are usually quoted for 5 and 10 ppb.
DETECTABLE_FACTOR = 3

STATISTICS = ("mean_ppb", "median_ppb", "mean_referenced_ppb", "volume_mm3")

AGREEMENT_COLUMNS: tuple[str, ...] = tuple(AGREEMENT_DESCRIPTIONS)
CHANGE_COLUMNS: tuple[str, ...] = tuple(CHANGE_DESCRIPTIONS)

Methods = Mapping[str, Sequence[RoiRow]]


def change_columns(statistic: str) -> dict[str, str]:
    """The columns of :func:`changes` and what they mean; those of volumes are named _mm3."""
    unit = _unit(statistic)

    def named(text: str) -> str:
        return text if text.startswith("detectable") else text.replace("ppb", unit)

    return {named(name): named(meaning) for name, meaning in CHANGE_DESCRIPTIONS.items()}


def _unit(statistic: str | None) -> str:
    return "mm3" if statistic == "volume_mm3" else "ppb"


def label_set_of_methods(methods: Methods, known: LabelSet = STANDARD) -> LabelSet:
    """The structures that the methods measured; what ``known`` tells of them beyond their names."""
    return label_set_of_rows((row for rows in methods.values() for row in rows), known)


def paired_values(methods: Methods, statistic: str = "mean_ppb") -> dict[str, NDArray[np.float64]]:
    """Values per structure as (subjects, methods), for the subjects that every method has; NaN where one is
    empty.

    Raises InputError when there are fewer than two methods, no common subject, a subject twice in one method, or
    referenced means with different references.
    """
    if len(methods) < 2:
        raise InputError("agreement_one_method")
    if statistic not in STATISTICS:
        raise InputError("agreement_statistic", statistic=statistic, choices=list(STATISTICS))
    found: dict[str, dict[tuple[str, int], float]] = {}
    for name, rows in methods.items():
        found[name] = {}
        for row in rows:
            if (row.subject, row.label) in found[name]:
                raise InputError(
                    "agreement_twice", method=name, structure=row.abbreviation, subject=row.subject
                )
            found[name][row.subject, row.label] = float(getattr(row, statistic))
    subjects = subjects_in_common(methods)
    if not subjects:
        raise InputError("agreement_no_subjects")
    if statistic == "mean_referenced_ppb":
        _check_references(methods, subjects)
    paired = {
        s.abbreviation: np.array(
            [[values.get((name, s.label), NAN) for values in found.values()] for name in subjects]
        )
        for s in label_set_of_methods(methods)
    }
    if statistic == "mean_referenced_ppb" and not any(np.isfinite(table).any() for table in paired.values()):
        raise InputError("agreement_no_references")
    return paired


def subjects_in_common(methods: Methods) -> list[str]:
    """The subjects that every method holds, in the order of the first method."""
    sets = [{row.subject for row in rows} for rows in methods.values()]
    first = next(iter(methods.values()), ())
    return [
        subject for subject in dict.fromkeys(row.subject for row in first) if all(subject in s for s in sets)
    ]


def subjects_left_out(methods: Methods) -> list[str]:
    """The subjects that some methods hold and others do not, in the order of their first appearance."""
    common = set(subjects_in_common(methods))
    return [
        subject
        for subject in dict.fromkeys(row.subject for rows in methods.values() for row in rows)
        if subject not in common
    ]


def _check_references(methods: Methods, subjects: Sequence[str]) -> None:
    """Means minus different references are not comparable; raises InputError where a subject has such."""
    wanted = set(subjects)
    seen: dict[tuple[str, int], tuple[str, str]] = {}
    for name, rows in methods.items():
        for row in rows:
            if row.subject not in wanted:
                continue
            other, reference = seen.setdefault((row.subject, row.label), (name, row.reference))
            if reference != row.reference:
                raise InputError(
                    "agreement_references",
                    subject=row.subject,
                    reference=reference,
                    other=other,
                    second=row.reference,
                    method=name,
                )


def compare(
    methods: Methods, statistic: str = "mean_ppb", known: LabelSet = STANDARD
) -> list[dict[str, object]]:
    """Agreement of every pair of methods: per structure, per nucleus (sides pooled), and over everything
    ("all").

    Differences are second minus first. ``slope`` and ``intercept`` are those of the Deming regression of the
    second on the first: both carry error. With three or more methods, further rows give the ICC(2,1) of all
    of them together (first "all methods"). The repeatability that ``known`` gives stands beside (the standard set's: of
    repeated scans at 3 T, Lin et al. 2015).
    """
    values = paired_values(methods, statistic)
    names = list(methods)
    label_set = label_set_of_methods(methods, known)
    groups: dict[str, list[str]] = {s.abbreviation: [s.abbreviation] for s in label_set}
    groups |= {n: [s.abbreviation for s in label_set.of_nucleus(n)] for n in label_set.nuclei}
    groups["all"] = [s.abbreviation for s in label_set]
    shared = {group: _repeatability(group, statistic, label_set) for group in groups}
    rows = []
    for (i, first), (j, second) in combinations(enumerate(names), 2):
        for group, members in groups.items():
            table = np.vstack([values[member] for member in members])
            rows.append(
                {
                    "first": first,
                    "second": second,
                    "structure": group,
                    "statistic": statistic,
                    **_pair(table[:, i], table[:, j]),
                    **shared[group],
                }
            )
    if len(names) > 2:
        for group, members in groups.items():
            icc = icc_2_1(np.vstack([values[member] for member in members]))
            rows.append(
                {
                    "first": "all methods",
                    "second": "",
                    "structure": group,
                    "statistic": statistic,
                    "n": icc.n,
                    "icc_2_1": icc.value,
                    "icc_low": icc.low,
                    "icc_high": icc.high,
                    **shared[group],
                }
            )
    return rows


def changes(
    first: Sequence[RoiRow],
    second: Sequence[RoiRow],
    names: tuple[str, str] = ("first", "second"),
    statistic: str | None = None,
    known: LabelSet = STANDARD,
) -> list[dict[str, object]]:
    """Two measurements of each subject side by side (longitudinal): the change and whether it exceeds chance.

    ``statistic``: one of ``STATISTICS``; None takes referenced means where both have the same reference, else raw
    means. ``statistic`` and ``reference`` of a row say what was compared. ``beyond_chance`` is True when the change is
    larger than the detectable change, three times the repeatability that ``known`` gives (about 15 ppb in CN, PU, GP, 30 ppb
    in RN, SN); volumes have none.
    Raises InputError when referenced means are asked for and the references differ.
    """
    label_set = label_set_of_rows((*first, *second), known)
    later = {(row.subject, row.label): row for row in second}
    if statistic == "mean_referenced_ppb":
        methods = (
            {"the first": first, "the second": second}
            if names[0] == names[1]
            else {names[0]: first, names[1]: second}
        )
        _check_references(methods, [row.subject for row in first])
    rows = []
    unit = _unit(statistic)
    for row in first:
        other = later.get((row.subject, row.label))
        if other is None:
            continue
        same = row.reference == other.reference != "none"
        column = statistic or ("mean_referenced_ppb" if same else "mean_ppb")
        before, after = float(getattr(row, column)), float(getattr(other, column))
        repeatability = label_set.by_label(row.label).repeatability_ppb
        detectable = DETECTABLE_FACTOR * repeatability if unit == "ppb" and repeatability is not None else NAN
        change = after - before
        known = np.isfinite(change) and np.isfinite(detectable)
        rows.append(
            {
                "subject": row.subject,
                "abbreviation": row.abbreviation,
                "first": names[0],
                "second": names[1],
                "statistic": column,
                "reference": row.reference if column == "mean_referenced_ppb" else "none",
                f"first_{unit}": before,
                f"second_{unit}": after,
                f"change_{unit}": change,
                "detectable_change_ppb": detectable,
                "beyond_chance": bool(abs(change) > detectable) if known else None,
            }
        )
    return rows


def _pair(first: NDArray[np.float64], second: NDArray[np.float64]) -> dict[str, object]:
    both = np.isfinite(first) & np.isfinite(second)
    first, second = first[both], second[both]
    limits, line = bland_altman(first, second), deming(first, second)
    icc, ccc = icc_2_1(np.column_stack([first, second])), concordance(first, second)
    return {
        "n": limits.n,
        "first_mean": float(first.mean()) if first.size else NAN,
        "second_mean": float(second.mean()) if second.size else NAN,
        "bias": limits.bias,
        "sd": limits.sd,
        "limit_low": limits.low,
        "limit_high": limits.high,
        "slope": line.slope,
        "intercept": line.intercept,
        "icc_2_1": icc.value,
        "icc_low": icc.low,
        "icc_high": icc.high,
        "ccc": ccc.value,
        "ccc_low": ccc.low,
        "ccc_high": ccc.high,
    }


def _repeatability(group: str, statistic: str, label_set: LabelSet) -> dict[str, float]:
    found = {s.repeatability_ppb for s in label_set if group in (s.abbreviation, s.nucleus)}
    value = found.pop() if len(found) == 1 else None
    if statistic == "volume_mm3" or value is None:
        return {"repeatability_ppb": NAN, "detectable_change_ppb": NAN}
    return {"repeatability_ppb": value, "detectable_change_ppb": DETECTABLE_FACTOR * value}
