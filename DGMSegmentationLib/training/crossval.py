"""Cross-validation by subject: K trainings, every labelled volume scored once by a model that never saw its subject."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..evaluation.overlap import CaseScore
from ..io.bids.label_files import ATOMS
from .data import Subject, find_subjects
from .preset import load_preset
from .run import MODEL_NAME, train
from .run_options import RunOptions
from .scoring import write_scores
from .settings import Preset


@dataclass(frozen=True)
class Fold:
    """One part of the cross-validation."""

    number: int
    test: tuple[str, ...]
    """Names of the volumes that this fold scores."""


def make_folds(subjects: Sequence[Subject], folds: int, seed: int) -> list[Fold]:
    """Deal the persons at random into ``folds`` parts that differ by one at most; sessions stay with their person.

    Raises InputError when there are fewer persons than folds, or fewer than two folds.
    """
    persons = sorted({s.group for s in subjects})
    if folds < 2 or folds > len(persons):
        raise InputError("folds_number", folds=folds, subjects=len(persons))
    order = np.random.default_rng([seed, 2]).permutation(len(persons))
    parts = []
    for number in range(folds):
        held = {persons[i] for i in order[number::folds]}
        parts.append(Fold(number + 1, tuple(s.name for s in subjects if s.group in held)))
    return parts


def crossvalidate(
    preset: Preset | str | Path,
    data: Path | str,
    output: Path | str,
    folds: int = 10,
    options: RunOptions | None = None,
    *,
    overrides: Sequence[str] = (),
    use_test: bool = False,
) -> Path:
    """Train and score every fold; return the merged evaluation.tsv with mean and SD.

    Volumes of the split "test" stay out of it unless ``use_test``. A fold whose model is finished is not trained again
    when the run is resumed. ``options.init`` is the model that every fold goes on from (fine-tuning).

    Raises InputError as :func:`.run.train` does, for a number of folds that the subjects do not allow, for presets of atoms,
    which nothing scores, and for a fold whose table of scores somebody changed.
    """
    ready = preset if isinstance(preset, Preset) else load_preset(preset, overrides)
    options, output = options or RunOptions(), Path(output)
    if ready.data.labels == ATOMS:
        raise InputError("crossval_atoms", preset=ready.name)
    if not options.resume and any(output.glob("fold-*")):
        raise InputError("crossval_exists", path=output)
    subjects = [s for s in find_subjects(data, ready.data.channels) if use_test or s.split != "test"]
    log = options.log or (lambda text: None)
    scores: list[CaseScore] = []
    counts: dict[str, int] = {}
    for fold in make_folds(subjects, folds, ready.seed):
        folder = output / f"fold-{fold.number:02d}"
        log(f"Fold {fold.number} of {folds}: {', '.join(fold.test)}.")
        parts = [replace(s, split="test" if s.name in fold.test else "train") for s in subjects]
        resumed = replace(options, resume=options.resume and folder.exists())
        train(ready, data, folder, resumed, subjects=parts)
        assert (folder / MODEL_NAME).exists()
        found, wrong = _scores_of(folder, fold)
        scores += found
        counts |= wrong
    target = output / "evaluation.tsv"
    write_scores(sorted(scores, key=lambda s: (s.subject, s.label)), target, counts)
    return target


def _scores_of(folder: Path, fold: Fold) -> tuple[list[CaseScore], dict[str, int]]:
    """The scores of a finished fold. Raises InputError where its table is not the one that the run wrote."""
    path = folder / "evaluation.tsv"
    try:
        found, wrong = read_scores(path)
    except (OSError, ValueError, LookupError, TypeError, csv.Error) as error:
        raise InputError("crossval_table", path=path, fold=folder) from error
    rows = {(s.subject, s.label) for s in found}
    labels = {label for _, label in rows}
    if rows != {(name, label) for name in fold.test for label in labels}:
        raise InputError("crossval_table", path=path, fold=folder)
    return found, wrong


def read_scores(path: Path) -> tuple[list[CaseScore], dict[str, int]]:
    """Read back the rows of cases (not the means) of an evaluation table, and the false positives of each case.

    Raises OSError, LookupError, ValueError, TypeError or csv.Error for a table that is none, or was cut.
    """
    types: dict[str, object] = {f.name: f.type for f in fields(CaseScore)}
    convert: dict[object, Callable[[str], object]] = {
        str: str,
        int: int,
        float: lambda text: float(text or "nan"),
    }
    scores, counts = [], {}
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    if (rows[-1]["subject"], rows[-1]["abbreviation"]) != ("sd", "all"):
        raise ValueError("the last row is not there")
    for row in rows:
        if row["subject"] in ("mean", "sd"):
            continue
        values: dict[str, Any] = {name: convert[kind](row[name]) for name, kind in types.items()}
        scores.append(CaseScore(**values))
        if row["false_positive_voxels"]:
            counts[row["subject"]] = int(row["false_positive_voxels"])
    return scores, counts
