"""``dgm.evaluate`` and ``dgm.agreement``: segmentations against a reference, measurements against each other."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..evaluation.agreement import compare
from ..evaluation.overlap import CaseScore, evaluate_case
from ..io.files import ImageSource
from ..io.frames import Table
from ..io.labels import read_labels
from ..measurement.case import MeasuredCase
from ..measurement.files import open_ppb
from ..measurement.places import side_doubts
from ..measurement.roi import RoiRow
from ..measurement.tables import read_long
from ..preprocessing.alignment import aligned
from ..segmentation.result import Segmentation
from ..structures import STANDARD, LabelSet

_log = logging.getLogger(__name__)

Rows = str | Path | MeasuredCase | Segmentation | Sequence[RoiRow] | Sequence[MeasuredCase | Segmentation]
"""Measurements of one or more subjects: a ROI table on disk, results, or rows."""


def evaluate(
    prediction: ImageSource,
    reference: ImageSource,
    image: ImageSource | None = None,
    *,
    units: str = "auto",
    subject: str = "",
    scheme: str | Mapping[int, int] = "dgm",
    label_set: LabelSet | None = None,
    structure: str | None = None,
) -> Table[CaseScore]:
    """Score a segmentation against a reference, structure by structure.

    Dice (1945) is 2 |P and R| / (|P| + |R|), ``hd95_mm`` the larger of the two directed 95th percentiles of the distances
    between surface voxels (Taha and Hanbury 2015), ``surface_dice_1mm`` the share of the surfaces closer than 1 mm
    (Nikolov et al. 2021).

    Args:
        prediction: label map (i, j, k).
        reference: label map on the same grid, up to flipped and swapped axes.
        image: the susceptibility map (i, j, k) in ppm or ppb, for the ROI means and their errors in ppb.
        units: unit of the image, as in :func:`measure`.
        subject: written into every row.
        scheme: what the values of both label maps mean, as in :func:`read_labels`.
        label_set: the same.
        structure: the same.

    Returns:
        One :class:`CaseScore` for each structure that both label sets know, as a list with ``to_dataframe()``.

    Raises:
        InputError: for files that cannot be used, for other grids, and when the label sets share no structure.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> sample = dgm.bundled_sample()
        >>> scores = dgm.evaluate(sample.labels, sample.labels, sample.image)
        >>> scores[0].abbreviation, scores[0].dice, scores[0].mean_error_ppb
        ('RN_L', 1.0, 0.0)
    """
    found, wanted = (
        read_labels(source, scheme, label_set=label_set, structure=structure)
        for source in (prediction, reference)
    )
    found, moved = aligned(found, wanted)
    said = [*found.warnings, *wanted.warnings, *moved, *side_doubts(found), *side_doubts(wanted)]
    ppb = None
    if image is not None:
        opened = open_ppb(image, units)
        ppb, moved = aligned(opened.image, wanted)
        said += [*opened.warnings, *moved]
    for remark in dict.fromkeys(said):
        _log.warning("%s", remark)
    return Table(evaluate_case(found, wanted, ppb, subject=subject))


def agreement(
    methods: Mapping[str, Rows], statistic: str = "mean_ppb", *, label_set: LabelSet = STANDARD
) -> Table[dict[str, object]]:
    """How well two or more measurements of the same subjects agree: reconstructions, scanners, sessions, segmentations.

    Bias and 95 % limits of agreement (Bland and Altman 1986), Deming regression, ICC(2,1) (Shrout and Fleiss 1979) and
    Lin's concordance correlation coefficient (1989) with their intervals.

    Args:
        methods: name -> measurements of two or more subjects: a ROI table (.tsv, .csv), a list of results of
            :func:`measure` or :func:`segment`, or rows. Subjects are matched by their names.
        statistic: "mean_ppb", "median_ppb", "mean_referenced_ppb" (all ppb) or "volume_mm3" (mm3).
        label_set: gives each structure's repeatability, beside which the differences stand.

    Returns:
        One row per pair of methods and structure, nucleus, and "all" together, as a list with ``to_dataframe()``;
        differences are second minus first. With three methods or more, rows with the ICC of all of them follow.

    Raises:
        InputError: for fewer than two methods, no common subject, a subject that is twice in one method, different
            references.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> sample = dgm.bundled_sample()
        >>> raw = dgm.measure(sample.labels, sample.image, subject="1")
        >>> eroded = dgm.measure(sample.labels, sample.image, subject="1", erode_voxels=1)
        >>> rows = dgm.agreement({"raw": raw, "eroded": eroded}, "volume_mm3")
        >>> rows[-1]["structure"], rows[-1]["bias"] < 0
        ('all', True)
    """
    return Table(compare({name: _rows(value) for name, value in methods.items()}, statistic, label_set))


def _rows(value: Rows) -> list[RoiRow]:
    if isinstance(value, str | Path):
        return read_long(Path(value))
    if isinstance(value, MeasuredCase | Segmentation):
        return list(value.rows)
    return [row for part in value for row in _of_part(part)]


def _of_part(part: RoiRow | MeasuredCase | Segmentation) -> Iterable[RoiRow]:
    return [part] if isinstance(part, RoiRow) else part.rows
