"""How well two or more measurements of the same subjects agree: reconstructions, scanners, sessions,
segmentations.

Each measurement ("method") is a list of ROI rows; methods are compared in pairs, structure by structure.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .measure import RoiRow
from .statistics import bland_altman, concordance, deming, icc_2_1
from .structures import NUCLEI, STRUCTURES

NAN = float("nan")

# 1.96 sqrt(2) times the repeatability is the smallest change of one subject that is not chance (Bland and
# Altman 1986); rounded up to the 15 and 30 ppb that are usually quoted for 5 and 10 ppb.
DETECTABLE_FACTOR = 3

STATISTICS = ("mean_ppb", "median_ppb", "mean_referenced_ppb", "volume_mm3")

AGREEMENT_COLUMNS: tuple[str, ...] = (
    "first",
    "second",
    "structure",
    "statistic",
    "n",
    "first_mean",
    "second_mean",
    "bias",
    "sd",
    "limit_low",
    "limit_high",
    "slope",
    "intercept",
    "icc_2_1",
    "icc_low",
    "icc_high",
    "ccc",
    "ccc_low",
    "ccc_high",
    "repeatability_ppb",
    "detectable_change_ppb",
)

CHANGE_COLUMNS: tuple[str, ...] = (
    "subject",
    "abbreviation",
    "first",
    "second",
    "first_ppb",
    "second_ppb",
    "change_ppb",
    "detectable_change_ppb",
    "beyond_chance",
)

Methods = Mapping[str, Sequence[RoiRow]]


def paired_values(methods: Methods, statistic: str = "mean_ppb") -> dict[str, NDArray[np.float64]]:
    """Values per structure as (subjects, methods), for the subjects that every method has; NaN where one is
    empty.

    Raises InputError when there are fewer than two methods, no common subject, or a subject twice in one
    method.
    """
    if len(methods) < 2:
        raise InputError("Agreement needs two measurements of the same subjects: give two images or tables.")
    if statistic not in STATISTICS:
        raise InputError(f"Agreement of {statistic} is not offered: choose {', '.join(STATISTICS)}.")
    found: dict[str, dict[tuple[str, int], float]] = {}
    for name, rows in methods.items():
        found[name] = {}
        for row in rows:
            if (row.subject, row.label) in found[name]:
                raise InputError(
                    f"{name} holds {row.abbreviation} of subject {row.subject} twice: give one measurement a subject."
                )
            found[name][row.subject, row.label] = float(getattr(row, statistic))
    subjects = subjects_in_common(methods)
    if not subjects:
        raise InputError("The measurements have no subject in common: check the subject names.")
    paired = {
        s.abbreviation: np.array(
            [[values.get((name, s.label), NAN) for values in found.values()] for name in subjects]
        )
        for s in STRUCTURES
    }
    if statistic == "mean_referenced_ppb" and not any(np.isfinite(table).any() for table in paired.values()):
        raise InputError(
            "The measurements hold no referenced means: measure with --reference, or compare mean_ppb."
        )
    return paired


def subjects_in_common(methods: Methods) -> list[str]:
    """The subjects that every method holds, in the order of the first method."""
    sets = [{row.subject for row in rows} for rows in methods.values()]
    first = next(iter(methods.values()), ())
    return [
        subject for subject in dict.fromkeys(row.subject for row in first) if all(subject in s for s in sets)
    ]


def compare(methods: Methods, statistic: str = "mean_ppb") -> list[dict[str, Any]]:
    """Agreement of every pair of methods: per structure, per nucleus (sides pooled), and over everything
    ("all").

    Differences are second minus first. ``slope`` and ``intercept`` are those of the Deming regression of the
    second on the first: both carry error. With three or more methods, further rows give the ICC(2,1) of all
    of them together (first "all methods"). The repeatability of repeated scans at 3 T stands beside (Lin et
    al. 2015).
    """
    values = paired_values(methods, statistic)
    names = list(methods)
    groups: dict[str, list[str]] = {s.abbreviation: [s.abbreviation] for s in STRUCTURES}
    groups |= {nucleus: [s.abbreviation for s in STRUCTURES if s.nucleus == nucleus] for nucleus in NUCLEI}
    groups["all"] = [s.abbreviation for s in STRUCTURES]
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
                    **_repeatability(group, statistic),
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
                    **_repeatability(group, statistic),
                }
            )
    return rows


def changes(
    first: Sequence[RoiRow], second: Sequence[RoiRow], names: tuple[str, str] = ("first", "second")
) -> list[dict[str, Any]]:
    """Two measurements of each subject side by side (longitudinal): the change and whether it exceeds chance.

    ``beyond_chance`` is True when the change of the mean is larger than the detectable change (about 15 ppb
    in CN, PU, GP, 30 ppb in RN, SN). Referenced means are used when both measurements have them.
    """
    later = {(row.subject, row.label): row for row in second}
    rows = []
    for row in first:
        other = later.get((row.subject, row.label))
        if other is None:
            continue
        referenced = np.isfinite(row.mean_referenced_ppb) and np.isfinite(other.mean_referenced_ppb)
        column = "mean_referenced_ppb" if referenced else "mean_ppb"
        before, after = float(getattr(row, column)), float(getattr(other, column))
        detectable = DETECTABLE_FACTOR * next(s for s in STRUCTURES if s.label == row.label).repeatability_ppb
        change = after - before
        rows.append(
            {
                "subject": row.subject,
                "abbreviation": row.abbreviation,
                "first": names[0],
                "second": names[1],
                "first_ppb": before,
                "second_ppb": after,
                "change_ppb": change,
                "detectable_change_ppb": float(detectable),
                "beyond_chance": bool(abs(change) > detectable) if np.isfinite(change) else None,
            }
        )
    return rows


def _pair(first: NDArray[np.float64], second: NDArray[np.float64]) -> dict[str, Any]:
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


def _repeatability(group: str, statistic: str) -> dict[str, float]:
    found = {s.repeatability_ppb for s in STRUCTURES if group in (s.abbreviation, s.nucleus)}
    if statistic == "volume_mm3" or len(found) != 1:
        return {"repeatability_ppb": NAN, "detectable_change_ppb": NAN}
    value = float(found.pop())
    return {"repeatability_ppb": value, "detectable_change_ppb": DETECTABLE_FACTOR * value}


def agreement_plot(methods: Methods, statistic: str = "mean_ppb") -> bytes:
    """Scatter and Bland-Altman plots of every pair of methods (one row a pair, at most six rows) as PNG."""
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    values, names = paired_values(methods, statistic), list(methods)
    pairs = list(combinations(range(len(names)), 2))[:6]
    figure = Figure(figsize=(11, 4.6 * len(pairs)), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    unit = "mm3" if statistic == "volume_mm3" else "ppb"
    for row, (i, j) in enumerate(pairs):
        scatter, difference = (figure.add_subplot(len(pairs), 2, 2 * row + 1 + c) for c in (0, 1))
        everything = np.vstack(list(values.values()))
        everything = everything[np.isfinite(everything).all(axis=1)]
        for structure in STRUCTURES:
            x, y = values[structure.abbreviation][:, i], values[structure.abbreviation][:, j]
            style: dict[str, Any] = {
                "color": structure.color,
                "edgecolors": "0.25",
                "linewidths": 0.4,
                "s": 26,
                "marker": "o" if structure.side == "L" else "^",
            }
            scatter.scatter(x, y, label=structure.abbreviation, **style)
            difference.scatter((x + y) / 2, y - x, **style)
        x, y = everything[:, i], everything[:, j]
        if len(x):
            ends = np.array([min(x.min(), y.min()), max(x.max(), y.max())])
            scatter.plot(ends, ends, color="0.6", linewidth=1, linestyle="--")
            line = deming(x, y)
            scatter.plot(ends, line.intercept + line.slope * ends, color="0.1", linewidth=1)
            scatter.set_title(f"slope {line.slope:.2f}, intercept {line.intercept:.1f} {unit}", fontsize=10)
            limits = bland_altman(x, y)
            for level, style_name in ((limits.bias, "-"), (limits.low, "--"), (limits.high, "--")):
                difference.axhline(level, color="0.1", linewidth=1, linestyle=style_name)
            difference.set_title(
                f"bias {limits.bias:.1f}, limits {limits.low:.1f} to {limits.high:.1f} {unit}", fontsize=10
            )
        difference.axhline(0, color="0.7", linewidth=0.8)
        # A name with a dollar sign must not start a formula.
        first, second = (names[k].replace("$", r"\$") for k in (i, j))
        scatter.set_xlabel(f"{first}, {unit}")
        scatter.set_ylabel(f"{second}, {unit}")
        difference.set_xlabel(f"mean of both, {unit}")
        difference.set_ylabel(f"{second} minus {first}, {unit}")
        scatter.legend(ncols=2, fontsize=7, frameon=False)
    canvas.draw()
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()
