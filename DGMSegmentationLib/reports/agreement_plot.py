"""The picture of an agreement: each pair of methods as a scatter plot and as a Bland-Altman plot."""

from itertools import combinations
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..evaluation.agreement import Methods, label_set_of_methods, paired_values
from ..evaluation.statistics import bland_altman, complete_rows, deming
from ..structures import STANDARD, LabelSet

FORMATS = ("png", "pdf", "svg")
_MARKERS = {"L": "o", "R": "^"}


def plot_format(path: Path) -> str:
    """The format that a plot's name asks for; raises InputError when it is none of ``FORMATS``."""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise InputError("plot_name", path=path)
    return ending


def agreement_plot(
    methods: Methods, statistic: str = "mean_ppb", kind: str = "png", known: LabelSet = STANDARD
) -> bytes:
    """Scatter and Bland-Altman plots of every pair of methods (one row a pair, at most six rows), in one of ``FORMATS``."""
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    values, names = paired_values(methods, statistic), list(methods)
    pairs = list(combinations(range(len(names)), 2))[:6]
    figure = Figure(figsize=(11, 4.6 * len(pairs)), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    unit = "mm3" if statistic == "volume_mm3" else "ppb"
    for row, (i, j) in enumerate(pairs):
        scatter, difference = (figure.add_subplot(len(pairs), 2, 2 * row + 1 + c) for c in (0, 1))
        for structure in label_set_of_methods(methods, known):
            x, y = values[structure.abbreviation][:, i], values[structure.abbreviation][:, j]
            for axes, across, up in ((scatter, x, y), (difference, (x + y) / 2, y - x)):
                axes.scatter(
                    across,
                    up,
                    label=structure.abbreviation,
                    color=structure.color,
                    edgecolors="0.25",
                    linewidths=0.4,
                    s=26,
                    marker=_MARKERS.get(structure.side, "D"),
                )
        everything = np.vstack(list(values.values()))
        # What a third method lacks is no matter to this pair, as in the table.
        x, y = complete_rows(everything[:, i], everything[:, j]).T
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
    out = io.BytesIO()
    figure.savefig(out, format=kind)
    return out.getvalue()
