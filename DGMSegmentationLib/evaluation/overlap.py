"""Score a segmentation against a reference: overlap, surface, volume, and what the difference does to the ROI
mean.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..image import Image, label_set_of, reorient
from ..measurement.reference import measurable
from ..structures import nucleus_of
from .columns import SUMMARY_DESCRIPTIONS
from .statistics import bland_altman, icc_2_1
from .surface import surface_distances

NAN = float("nan")
SURFACE_TOLERANCE_MM = 1.0


@dataclass(frozen=True)
class CaseScore:
    """One structure of one case. The fields are the columns of the evaluation table.

    ``dice`` is 0 when a structure is absent from both (nothing was shown to agree), as in the project's
    independent score; precision, sensitivity and the distances are NaN where they would divide by zero.
    ``hd95_mm`` is the larger of the two directed 95th percentiles between surface voxels. Errors are
    prediction minus reference.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> labels = dgm.bundled_sample().labels
        >>> dgm.evaluate(labels, labels)[4].surface_dice_1mm
        1.0
    """

    subject: str
    abbreviation: str
    label: int
    n_predicted: int
    n_reference: int
    dice: float
    precision: float
    sensitivity: float
    hd95_mm: float
    surface_dice_1mm: float
    volume_predicted_mm3: float
    volume_reference_mm3: float
    volume_error_mm3: float
    volume_error_percent: float
    mean_predicted_ppb: float
    mean_reference_ppb: float
    mean_error_ppb: float


CASE_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(CaseScore))

_AVERAGED = ("dice", "precision", "sensitivity", "hd95_mm", "surface_dice_1mm", "volume_error_percent")


def _on_reference_grid(image: Image, reference: Image, what: str) -> NDArray[Any]:
    """The array in the reference's axis order; only flips and permutations are undone, nothing is
    interpolated.
    """
    if not image.grid.same_as(reference.grid):
        turned = reorient(image, reference.grid.axis_codes)
        if not turned.grid.same_as(reference.grid, tolerance_mm=0.1):
            raise InputError(
                "overlap_other_grid",
                what=what,
                path=image.path or "",
                shape=image.shape,
                expected=reference.shape,
            )
        return turned.data
    return image.data


def evaluate_case(
    predicted: Image, reference: Image, image_ppb: Image | None = None, *, subject: str = ""
) -> list[CaseScore]:
    """Score one case: always one row for each structure of the reference's label set that the prediction's knows too.

    ``image_ppb`` is the susceptibility map in ppb for the ROI means; voxels without a value are left out of
    them. Raises InputError when the grids are not the same up to flips and permutations of axes, and when the two label
    sets share no structure; what they share goes by its abbreviation.
    """
    found = _on_reference_grid(predicted, reference, "segmentation")
    values = None if image_ppb is None else _on_reference_grid(image_ppb, reference, "image")
    voxel = reference.grid.voxel_volume_mm3
    scores = []
    wanted, known = label_set_of(reference), label_set_of(predicted)
    for structure in wanted:
        same = known.find(structure.abbreviation)
        if same is None:
            continue
        p, r = found == same.label, reference.data == structure.label
        n_p, n_r, both = int(p.sum()), int(r.sum()), int((p & r).sum())
        distances = surface_distances(p, r, reference.spacing)
        mean_p, mean_r = _mean(values, p), _mean(values, r)
        scores.append(
            CaseScore(
                subject=subject,
                abbreviation=structure.abbreviation,
                label=structure.label,
                n_predicted=n_p,
                n_reference=n_r,
                dice=2 * both / max(1, n_p + n_r),
                precision=both / n_p if n_p else NAN,
                sensitivity=both / n_r if n_r else NAN,
                hd95_mm=distances.hausdorff(95) if n_p and n_r else NAN,
                surface_dice_1mm=distances.dice(SURFACE_TOLERANCE_MM),
                volume_predicted_mm3=n_p * voxel,
                volume_reference_mm3=n_r * voxel,
                volume_error_mm3=(n_p - n_r) * voxel,
                volume_error_percent=100 * (n_p - n_r) / n_r if n_r else NAN,
                mean_predicted_ppb=mean_p,
                mean_reference_ppb=mean_r,
                mean_error_ppb=mean_p - mean_r,
            )
        )
    if not scores:
        raise InputError(
            "overlap_other_set",
            known=[s.abbreviation for s in known],
            wanted=[s.abbreviation for s in wanted],
        )
    return scores


def _mean(values: NDArray[Any] | None, inside: NDArray[np.bool_]) -> float:
    if values is None:
        return NAN
    roi = np.asarray(values[inside], dtype=np.float64)
    roi = roi[measurable(roi)]
    return float(roi.mean()) if roi.size else NAN


SUMMARY_COLUMNS: tuple[str, ...] = tuple(SUMMARY_DESCRIPTIONS)


def summarise(scores: Iterable[CaseScore]) -> list[dict[str, object]]:
    """Mean and SD over cases, Bland-Altman bias and limits, ICC(2,1) of the ROI means.

    One row per structure, one per nucleus with both sides pooled, and one over everything ("all"). Missing
    values are left out; ``n_empty`` counts the structures that the prediction lacks and the reference has.
    """
    scores = list(scores)
    # In the order of the labels, also where the first case lacks one.
    first = {row.abbreviation: row for row in sorted(scores, key=lambda row: row.label)}
    nuclei = {name: nucleus_of(name) for name in first}
    groups: dict[str, list[CaseScore]] = {name: [] for name in (*first, *nuclei.values())}
    for row in scores:
        for name in {row.abbreviation, nuclei[row.abbreviation]}:  # an unpaired structure is its own nucleus
            groups[name].append(row)
    return [_summary(name, group) for name, group in {**groups, "all": scores}.items() if group]


def _summary(name: str, group: Sequence[CaseScore]) -> dict[str, object]:
    row: dict[str, object] = {"structure": name, "n": len(group)}
    for column in _AVERAGED:
        values = np.array([getattr(score, column) for score in group])
        values = values[np.isfinite(values)]
        row[f"{column}_mean"] = float(values.mean()) if values.size else NAN
        row[f"{column}_sd"] = float(values.std(ddof=1)) if values.size > 1 else NAN
    volumes = bland_altman([s.volume_reference_mm3 for s in group], [s.volume_predicted_mm3 for s in group])
    references, predictions = [s.mean_reference_ppb for s in group], [s.mean_predicted_ppb for s in group]
    means = bland_altman(references, predictions)
    icc = icc_2_1(np.column_stack([references, predictions]))
    errors = np.abs([s.mean_error_ppb for s in group])
    row.update(
        volume_bias_mm3=volumes.bias,
        volume_limit_low_mm3=volumes.low,
        volume_limit_high_mm3=volumes.high,
        mean_bias_ppb=means.bias,
        mean_sd_ppb=means.sd,
        mean_limit_low_ppb=means.low,
        mean_limit_high_ppb=means.high,
        mean_absolute_error_ppb=float(np.nanmean(errors)) if np.isfinite(errors).any() else NAN,
        icc_2_1=icc.value,
        icc_low=icc.low,
        icc_high=icc.high,
        n_empty=sum(s.n_predicted == 0 and s.n_reference > 0 for s in group),
    )
    return row


def case_rows(scores: Iterable[CaseScore]) -> list[dict[str, object]]:
    """The scores as dicts, for :func:`~DGMSegmentationLib.io.tables.write_table` with ``CASE_COLUMNS``."""
    return [asdict(score) for score in scores]
