"""Make Docs/cohort-to-mixed-model.ipynb again: its cells stand here, a kernel runs them on the tutorial's study.

python Testing/release/make_notebook.py      (needs nbclient, ipykernel, pandas, statsmodels, matplotlib)
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "Docs" / "cohort-to-mixed-model.ipynb"

CELLS = (
    """# From a cohort's folder to a mixed model with age

The study is the one of [the tutorial](tutorial-cohort.md): `python Docs/examples/make_cohort.py study`, then
`dgmseg cohort study --output study/derivatives/dgmseg`. Its heads are procedural and age has a known effect: putamen 10,
caudate 5, red nucleus 4, pallidum and substantia nigra 3 ppb a decade. The 95 % interval of each model should hold it. Ten
people differ by chance, too, so the intervals are wide. For research use only.""",
    """from pathlib import Path

import pandas as pd

study = Path("study")
output = study / "derivatives" / "dgmseg"
cases = pd.read_csv(output / "cases.tsv", sep="\\t")
cases.groupby(["status", "verdict"]).size()""",
    """Only what is `ok` counts. The table of all rows gets age and sex; each session has its own age.""",
    """rows = pd.read_csv(output / "rois_long.tsv", sep="\\t", na_values="n/a")
people = pd.read_csv(study / "participants.tsv", sep="\\t").rename(columns={"participant_id": "subject"})
table = rows[(rows["verdict"] == "ok") & ~rows["rejected"]].merge(people, on="subject")
table["nucleus"] = table["abbreviation"].str[:-2]
table["decades"] = (table["age"] + 3.0 * (table["session"] == "ses-2") - 50) / 10
table[["subject", "session", "abbreviation", "mean_ppb", "volume_mm3", "decades", "sex"]].head()""",
    """A mixed model per nucleus: mean = age + sex + side, with an intercept of each person's own.
Two sessions and two sides of one person are not four persons; that is what the random intercept is for.""",
    """import warnings

import statsmodels.formula.api as smf

results = []
for nucleus, group in table.groupby("nucleus"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a variance at its border is no fault here
        model = smf.mixedlm("mean_ppb ~ decades + sex + side", group, groups=group["subject"])
        fit = model.fit(reml=True)
    low, high = fit.conf_int().loc["decades"]
    results.append((nucleus, fit.params["decades"], low, high, fit.pvalues["decades"], len(group)))
effects = pd.DataFrame(results, columns=["nucleus", "ppb_per_decade", "low", "high", "p", "n"]).set_index("nucleus")
effects.round(3)""",
    """The figure: each nucleus by age, both sides averaged, sessions of one person joined.""",
    """import matplotlib.pyplot as plt

both = table.groupby(["nucleus", "subject", "session", "decades"], as_index=False)["mean_ppb"].mean()
figure, axes = plt.subplots(1, effects.shape[0], figsize=(13, 3), layout="constrained")
for axis, (nucleus, group) in zip(axes, both.groupby("nucleus"), strict=True):
    for _, person in group.groupby("subject"):
        axis.plot(50 + 10 * person["decades"], person["mean_ppb"], "o-", color="#37648a", markersize=3, linewidth=1)
    axis.set(title=f"{nucleus}: {effects.loc[nucleus, 'ppb_per_decade']:+.1f} ppb a decade", xlabel="age, years")
axes[0].set_ylabel("mean, ppb")
plt.show()""",
)
"""Cells in turn: those that begin with a letter of prose are Markdown, see :func:`is_text`."""


def is_text(cell: str) -> bool:
    """Prose begins with a heading or a sentence; code of ours with an import or a name."""
    return not re.match(r"(import|from) |[a-z_]+ = ", cell)


def main() -> None:
    """Make the study, run the cells, keep their outputs."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook()
    make = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
    book.cells = [make[is_text(cell)](cell, id=f"cell-{n}") for n, cell in enumerate(CELLS)]
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([sys.executable, ROOT / "Docs/examples/make_cohort.py", "study"], cwd=work, check=True)
        cohort = [
            sys.executable,
            "-m",
            "DGMSegmentationLib",
            "cohort",
            "study",
            "-o",
            "study/derivatives/dgmseg",
        ]
        subprocess.run(cohort, cwd=work, check=True)
        NotebookClient(book, resources={"metadata": {"path": work}}).execute()
    for cell in book.cells:
        cell.metadata.pop("execution", None)  # times of the day
    book.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(book, NOTEBOOK)
    print(NOTEBOOK, NOTEBOOK.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
