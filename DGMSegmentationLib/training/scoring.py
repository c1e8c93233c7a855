"""Scores of a model on labelled volumes, on their native grids, as users of the model get them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from ..evaluation.overlap import CASE_COLUMNS, CaseScore, evaluate_case
from ..io.files import write_text
from ..models.model import Model
from ..options import SegmentOptions
from ..preprocessing.grid import labels_to_grid, prepare
from ..segmentation.labelling import label_case
from ..segmentation.run import Watch
from .cases import open_subject
from .data import Subject, training_label_set
from .mining import BrainPredictor, false_positives
from .settings import DataSettings


@dataclass
class Scores:
    """Scores per case and structure, and the false-positive voxels of each case before any cleaning."""

    scores: list[CaseScore] = field(default_factory=list)
    false_positives: dict[str, int] = field(default_factory=dict)

    @property
    def mean_dice(self) -> float:
        """Over all cases and structures."""
        return _mean([s.dice for s in self.scores])

    def summary(self) -> dict[str, object]:
        """Mean Dice over all, and mean Dice and precision per structure."""
        result: dict[str, object] = {
            "dice": self.mean_dice,
            "n_cases": len(self.false_positives),
        }
        for name in dict.fromkeys(s.abbreviation for s in self.scores):
            mine = [s for s in self.scores if s.abbreviation == name]
            result[name] = {
                "dice": _mean([s.dice for s in mine]),
                "precision": _mean([s.precision for s in mine]),
            }
        return result


def _mean(values: Sequence[float]) -> float:
    finite = [v for v in values if np.isfinite(v)]
    return round(float(np.mean(finite)), 4) if finite else 0.0


def score_model(
    model: Model,
    subjects: Sequence[Subject],
    settings: DataSettings,
    device: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> Scores:
    """Segment each volume and compare with its labels on the native grid.

    Networks without padding see the whole head; those whose result depends on the tile see the prior box, as in use.
    False positives are counted on the network grid before the largest components are taken.
    """
    predictor = BrainPredictor(model, device)
    result = Scores()
    options = SegmentOptions(use_prior_box=not any(predictor.halo))
    label_set = training_label_set(settings, subjects, model.header)
    for done, subject in enumerate(subjects):
        opened, reference = open_subject(subject, settings, label_set)
        labels = label_case(opened, predictor, options, Watch(log=lambda remark: None)).labels
        result.scores += evaluate_case(labels, reference, opened.image, subject=subject.name)
        pre = model.header.preprocessing
        on_grid = labels_to_grid(
            reference, prepare(opened.channels, opened.mask, pre).grid, pre, settings.label_resampling
        )
        assert predictor.last is not None
        result.false_positives[subject.name] = int(false_positives(predictor.last, on_grid).sum())
        if progress is not None:
            progress(done + 1, len(subjects))
    return result


def score_rows(scores: Sequence[CaseScore], extra: dict[str, int] | None = None) -> list[dict[str, object]]:
    """One row per case and structure, then the mean and the SD over cases per structure and over all."""
    rows = [{**asdict(s), "false_positive_voxels": (extra or {}).get(s.subject, "")} for s in scores]
    numbers = [c for c in CASE_COLUMNS if c not in ("subject", "abbreviation", "label")]
    names = list(dict.fromkeys(s.abbreviation for s in scores))
    for word, function in (("mean", np.mean), ("sd", lambda v: np.std(v, ddof=1) if len(v) > 1 else np.nan)):
        for name in [*names, "all"]:
            group = [s for s in scores if name in (s.abbreviation, "all")]
            row: dict[str, object] = {
                "subject": word,
                "abbreviation": name,
                "label": group[0].label if name != "all" else "",
            }
            for column in numbers:
                values = [v for v in (float(getattr(s, column)) for s in group) if np.isfinite(v)]
                row[column] = float(function(values)) if values else np.nan
            rows.append({**row, "false_positive_voxels": ""})
    return rows


def write_scores(scores: Sequence[CaseScore], path: Path, extra: dict[str, int] | None = None) -> None:
    """Write the table; missing values are empty cells."""
    columns = [*CASE_COLUMNS, "false_positive_voxels"]
    lines = ["\t".join(columns)]
    for row in score_rows(scores, extra):
        lines.append("\t".join(_cell(row[c]) for c in columns))
    write_text(path, "\n".join(lines) + "\n")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if not np.isfinite(value) else f"{value:.6g}"
    return str(value)
