"""``dgm.measure``: the ROI table of one image with one segmentation."""

import logging
from collections.abc import Mapping

from ..io.bids.names import subject_of
from ..io.files import ImageSource, read_image
from ..io.labels import read_labels
from ..measurement.case import MeasuredCase, measure_case
from ..measurement.files import open_ppb
from ..measurement.options import MeasureOptions
from ..options import orientation_of
from ..preprocessing.case import with_axes
from ..structures import LabelSet

_log = logging.getLogger(__name__)


def measure(
    labels: ImageSource,
    image: ImageSource,
    *,
    units: str = "auto",
    reference: str = "none",
    erode_voxels: int = 0,
    subject: str = "",
    image_name: str = "",
    edited: bool = False,
    model: str = "",
    scheme: str | Mapping[int, int] = "dgm",
    label_set: LabelSet | None = None,
    structure: str | None = None,
    orientation: str = "",
) -> MeasuredCase:
    """Measure the structures of a segmentation in a susceptibility map, on the map's own grid.

    Volumes are voxel counts times the volume of a voxel, means and percentiles are over voxels that carry a value, the SD is
    that of a sample (n - 1), percentiles interpolate linearly (numpy's default, Hyndman and Fan 1996, type 7).

    Args:
        labels: the label map (i, j, k), on any grid; on another than the image's it is carried over by nearest neighbour
            and every row has the flag ``labels_resampled``.
        image: the map (i, j, k) in ppm or ppb; it is brought to ppb and never resampled.
        units: "auto" decides between ppm and ppb from the spread of the values in the brain, "ppm" and "ppb" are your
            word, "own" measures another map (R2*) in its own unit (flag ``own_unit``).
        reference: what ``mean_referenced_ppb`` is relative to: "none", "brain", a number in ppb, or the file of a
            mask ("csf.nii.gz", "aseg.nii.gz:4,43", "csf_prob.nii.gz>0.9").
        erode_voxels: layers of voxels to peel off every structure first (flag ``eroded``).
        subject: written into every row; by default from the image's file name.
        image_name: the same.
        model: written into every row; by default none.
        edited: the labels were corrected by hand; also written into every row.
        orientation: true axis codes of the image (and of labels on its grid) when its header is wrong, e.g. "LPS".
        scheme: what the label values mean, as in :func:`read_labels`.
        label_set: the same.
        structure: the same.

    Returns:
        A :class:`MeasuredCase`: a sequence of rows, one per structure of the label set, with ``flags`` and their reasons,
        ``warnings`` on the image, ``verdict``, ``to_dataframe()``.

    Raises:
        InputError: for labels or an image that cannot be used, a unit that is neither ppm nor ppb, grids that do not
            overlap, a reference that covers nothing.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> sample = dgm.bundled_sample()
        >>> measured = dgm.measure(sample.labels, sample.image, reference="brain")
        >>> [row.abbreviation for row in measured][:3]
        ['RN_L', 'RN_R', 'SN_L']
        >>> measured["GP_L"].mean_ppb > measured["CN_L"].mean_ppb
        True
    """
    opened = read_image(image)
    name = opened.path.name if opened.path else ""
    options = MeasureOptions(
        subject=subject or (subject_of(opened.path) if opened.path else ""),
        image_name=image_name or name,
        reference=reference,
        erode_voxels=erode_voxels,
        edited=edited,
        model=model,
    )
    codes = orientation_of(orientation)
    found = read_labels(labels, scheme, label_set=label_set, structure=structure)
    if codes and found.grid.same_as(opened.grid):
        found = with_axes(found, codes)
    measured = measure_case(found, open_ppb(opened, units, orientation=codes), options)
    for remark in measured.warnings:
        _log.warning("%s", remark)
    if measured.verdict.doubtful:
        _log.warning("%s", measured.verdict.line(said=[remark.code for remark in measured.warnings]))
    return measured
