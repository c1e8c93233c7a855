"""Does under-segmentation matter between reconstructions? One head, four reconstructions, labels of four thresholds.

python Testing/experiments/reconstructions.py --anatomies PREPARED --output RUNS [--heads 20]
python Testing/experiments/reconstructions.py --output RUNS --print

PREPARED holds anatomies that ``dgmseg simulate --cache PREPARED`` has made (none that the model was trained on). The same seed
with one method at a time gives the same head, field and noise, so only the inversion differs; with it come the reference
(an offset) and the gain that the simulator draws a map. ROI means are taken with the labels that the default model draws on
each map (own), with those of the first method's map carried over (carried) and with the true ones; with and without the
reference of each map. Resumable: volumes and rows that are there are kept. ``--print`` gives the table and RUNS/figure.png.
"""

import argparse
import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from DGMSegmentationLib.evaluation.statistics import bland_altman, icc_2_1
from DGMSegmentationLib.inference.predictor import Predictor
from DGMSegmentationLib.io.files import read_image
from DGMSegmentationLib.io.labels import read_labels
from DGMSegmentationLib.io.tables import read_table, write_table
from DGMSegmentationLib.models.model import load_model
from DGMSegmentationLib.options import SegmentOptions
from DGMSegmentationLib.preprocessing.case import open_case
from DGMSegmentationLib.segmentation.labelling import label_case
from DGMSegmentationLib.segmentation.protocol import plain_protocol, protocol_text
from DGMSegmentationLib.segmentation.run import Watch
from DGMSegmentationLib.simulation.dataset import image_path, labels_path, settings_path, simulate_anatomies
from DGMSegmentationLib.simulation.subject import Options
from DGMSegmentationLib.structures import STANDARD

METHODS = ("tv", "tkd", "l2", "tikhonov")
"""Of the simulator; the first one's labels are carried over."""
THRESHOLDS = (0.3, 0.5, 0.7, 0.9)
LABELS = ("own", "carried", "true")
SEED = 2020
COLUMNS = ("head", "method", "labels", "threshold", "structure", "voxels", "mean_ppb", "referenced_ppb")
QUIET = Watch(log=lambda remark: None)


def make(anatomies: Path, output: Path, heads: int) -> list[str]:
    """Simulate every head once a method."""
    paths = sorted(p for p in anatomies.glob("*.npz") if not p.stem.endswith("_parts"))
    names: list[str] = []
    for method in METHODS:
        options = Options(reconstructions=(method,), random_contrast=False)
        names = simulate_anatomies(paths, output / method, heads, SEED, options=options)
        print(method, len(names), "volumes", flush=True)
    return names


def of_one_head(
    head: str, output: Path, predictor: Predictor, protocols: dict[float, Path]
) -> list[dict[str, object]]:
    """All rows of a head."""
    truth = read_labels(labels_path(output / METHODS[0], head)).data
    found: list[dict[str, object]] = []
    drawn: dict[float, NDArray[np.uint8]] = {}
    for method in METHODS:
        folder = output / method
        case = open_case(image_path(folder, head))
        chi = 1000 * read_image(image_path(folder, head)).data
        said = json.loads(settings_path(folder, head).read_text())
        plain = chi / said["gain"] - said["offset_ppb"]  # back to the mean of the brain, which is 0
        if not np.array_equal(read_labels(labels_path(folder, head)).data, truth):
            raise ValueError(f"{head}: {method} shows another head.")
        for threshold, protocol in protocols.items():
            own = label_case(case, predictor, SegmentOptions(protocol=str(protocol)), QUIET).labels.data
            drawn.setdefault(threshold, own)
            maps = {"own": own, "carried": drawn[threshold], "true": truth}
            for kind in LABELS:
                for s in STANDARD:
                    inside = maps[kind] == s.label
                    values = {
                        "mean_ppb": float(chi[inside].mean()) if inside.any() else np.nan,
                        "referenced_ppb": float(plain[inside].mean()) if inside.any() else np.nan,
                    }
                    found.append(
                        {"head": head, "method": method, "labels": kind, "threshold": threshold, "structure": s.abbreviation}
                        | {"voxels": int(inside.sum())}
                        | {name: round(value, 3) for name, value in values.items()}
                    )  # fmt: skip
    return found


def measure(output: Path, heads: list[str]) -> None:
    """Append the rows of the heads that have none yet."""
    path = output / "rows.tsv"
    rows: list[dict[str, object]] = [*read_table(path)] if path.exists() else []
    done = {row["head"] for row in rows}
    model = load_model()
    plain = plain_protocol(model.header.structures, "plain")
    protocols = {}
    for threshold in THRESHOLDS:
        protocols[threshold] = output / f"threshold-{threshold}.toml"
        rules = tuple(replace(rule, threshold=threshold) for rule in plain.rules)
        protocols[threshold].write_text(protocol_text(replace(plain, name=f"at {threshold}", rules=rules)))
    predictor = Predictor(model, "cpu", log=lambda text: None)
    for head in heads:
        if head not in done:
            rows += of_one_head(head, output, predictor, protocols)
            write_table(path, COLUMNS, rows)
            print(head, flush=True)


def agreement(
    rows: list[dict[str, str]], kind: str, threshold: float, column: str
) -> tuple[float, float, float, float]:
    """Mean |bias| and mean half width of the limits over the pairs of methods (ppb), mean ICC(2,1) over the nuclei, and the
    change of volume against the truth (%).
    """
    mine = [r for r in rows if r["labels"] == kind and float(r["threshold"]) == threshold]
    heads = sorted({r["head"] for r in mine})
    value = {(r["head"], r["method"], r["structure"]): float(r[column]) for r in mine}
    size = {(r["head"], r["method"], r["structure"]): float(r["voxels"]) for r in mine}
    true = {(r["head"], r["structure"]): float(r["voxels"]) for r in rows if r["labels"] == "true"}
    biases, widths, iccs, sizes = [], [], [], []
    for nucleus in STANDARD.nuclei:
        sides = [s.abbreviation for s in STANDARD if s.nucleus == nucleus]
        table = np.array([[np.mean([value[h, m, s] for s in sides]) for m in METHODS] for h in heads])
        iccs.append(icc_2_1(table).value)
        for first, second in combinations(range(len(METHODS)), 2):
            limits = bland_altman(table[:, first], table[:, second])
            biases.append(abs(limits.bias))
            widths.append(1.96 * limits.sd)
        sizes += [size[h, m, s] / true[h, s] - 1 for h in heads for m in METHODS for s in sides if true[h, s]]
    return float(np.mean(biases)), float(np.mean(widths)), float(np.mean(iccs)), 100 * float(np.mean(sizes))


def tell(output: Path) -> None:
    """Print the table and draw the figure."""
    rows = list(read_table(output / "rows.tsv"))
    print(f"{len({r['head'] for r in rows})} heads, {len(METHODS)} reconstructions")
    print("| labels | threshold | volume, % of the true one | mean bias, ppb | limits of agreement, +- ppb | ICC(2,1) |"
          " with each map's own reference: bias | limits | ICC |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    for kind in LABELS:
        for threshold in THRESHOLDS[:1] if kind == "true" else THRESHOLDS:
            bias, width, icc, volume = agreement(rows, kind, threshold, "referenced_ppb")
            other = agreement(rows, kind, threshold, "mean_ppb")
            print(f"| {kind} | {'-' if kind == 'true' else threshold} | {volume:+.0f} | {bias:.1f} | {width:.1f} | {icc:.3f} "
                  f"| {other[0]:.1f} | {other[1]:.1f} | {other[2]:.3f} |")  # fmt: skip
    draw(rows, output / "figure.png")


def draw(rows: list[dict[str, str]], path: Path) -> None:
    """Limits of agreement and ICC against the threshold, for the three kinds of labels."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    names = {"own": "drawn on each map", "carried": "of one map, carried over", "true": "true"}
    for kind, style in zip(LABELS, ("o-", "s--", "k:"), strict=True):
        found = np.array(
            [
                agreement(rows, kind, t if kind != "true" else THRESHOLDS[0], "referenced_ppb")
                for t in THRESHOLDS
            ]
        )
        for axis, number in zip(axes, (1, 2), strict=True):
            axis.plot(THRESHOLDS, found[:, number], style, label=names[kind])
    for axis, name in zip(axes, ("limits of agreement, +- ppb", "ICC(2,1)"), strict=True):
        axis.set(xlabel="probability from which a voxel is labelled", ylabel=name, xticks=THRESHOLDS)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylim(bottom=0)
    axes[1].set_ylim(0, 1)
    axes[0].legend(frameon=False, title="labels")
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--anatomies", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--heads", type=int, default=20)
    parser.add_argument("--print", action="store_true")
    asked = parser.parse_args()
    if not asked.print:
        measure(asked.output, make(asked.anatomies, asked.output, asked.heads))
    tell(asked.output)
