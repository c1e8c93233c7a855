"""The history of a training run as a table and as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..io.files import atomic_path

if TYPE_CHECKING:
    from .module import Row

COLUMNS = (
    "member",
    "stage",
    "phase",
    "epoch",
    "learning_rate",
    "train_loss",
    "val_loss",
    "val_dice",
    "seconds",
)


def history_text(rows: Sequence["Row"]) -> str:
    """CSV with one line per epoch; missing values are empty."""
    lines = [",".join(COLUMNS)]
    for row in rows:
        values = dict(row)
        cells = (values[c] for c in COLUMNS)
        lines.append(",".join("" if isinstance(v, float) and v != v else str(v) for v in cells))
    return "\n".join(lines) + "\n"


def draw_curves(rows: Sequence["Row"], path: Path) -> None:
    """Loss and validation Dice over epochs, with a line where a new phase starts."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), constrained_layout=True)
    FigureCanvasAgg(figure)
    loss, dice = figure.subplots(2, 1, sharex=True)
    for member in dict.fromkeys(row["member"] for row in rows):
        mine = [row for row in rows if row["member"] == member]
        x = range(1, len(mine) + 1)
        suffix = "" if member == "all" else f" {member}"
        loss.plot(x, [r["train_loss"] for r in mine], label="training" + suffix, lw=1)
        loss.plot(x, [r["val_loss"] for r in mine], label="validation" + suffix, lw=1, ls="--")
        dice.plot(x, [r["val_dice"] for r in mine], label=member, lw=1)
        for i in range(1, len(mine)):
            if (mine[i]["stage"], mine[i]["phase"]) != (mine[i - 1]["stage"], mine[i - 1]["phase"]):
                for axes in (loss, dice):
                    axes.axvline(i + 0.5, color="0.8", lw=0.8, zorder=0)
    loss.set_ylabel("loss")
    loss.set_yscale("log" if all(r["train_loss"] > 0 for r in rows) else "linear")
    dice.set_ylabel("mean Dice on validation tiles")
    dice.set_xlabel("epoch")
    loss.legend(fontsize=7, ncol=2)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=110)
