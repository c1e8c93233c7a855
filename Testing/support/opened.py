"""Images in ppb as cases, and what was measured in them, for tests that need no file."""

from dataclasses import replace

import numpy as np

from DGMSegmentationLib.measurement.case import MeasuredCase, measure_case
from DGMSegmentationLib.measurement.options import MeasureOptions
from DGMSegmentationLib.preprocessing.case import Case
from DGMSegmentationLib.preprocessing.units import UnitDecision


def in_ppb(image, mask=None) -> Case:
    """An image in ppb, opened; the whole volume is the brain unless ``mask`` says otherwise."""
    mask = np.ones(image.shape, bool) if mask is None else mask
    return Case(image, mask, UnitDecision("ppb", 1.0, "ppb as given", False), image)


def measured(image, labels, mask=None, rows=None, flags=None, **options) -> MeasuredCase:
    """Labels measured in an image in ppb; ``rows`` and ``flags`` replace those that were found."""
    case = measure_case(labels, in_ppb(image, mask), MeasureOptions(**options))
    return replace(
        case,
        rows=case.rows if rows is None else rows,
        flags=case.flags if flags is None else flags,
    )
