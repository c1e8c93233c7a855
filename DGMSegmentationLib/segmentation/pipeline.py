"""The pipeline: image -> case -> network grid -> probabilities -> native labels -> components -> table."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Remark
from ..io.files import ImageSource, read_image
from ..measurement.case import measure_case
from ..measurement.options import MeasureOptions
from ..models.model import Model, load_model
from ..options import SegmentOptions, shows_options
from ..preprocessing.case import open_case
from .convention import Convention, model_for
from .labelling import label_case
from .provenance import provenance_of
from .result import Segmentation
from .run import StepProgress, Watch

if TYPE_CHECKING:
    from ..inference.case_predictor import CasePredictor


_log = logging.getLogger(__name__)


@shows_options
def segment(
    image: ImageSource,
    model: Model | Path | str | None = None,
    *,
    options: SegmentOptions | None = None,
    predictor: "CasePredictor | None" = None,
    extra_channels: Mapping[str, ImageSource] | None = None,
    measuring: MeasureOptions | None = None,
    progress: StepProgress | None = None,
    cancel: Callable[[], bool] | None = None,
    log: Callable[[Remark], None] | None = None,
    **changes: object,
) -> Segmentation:
    """Segment the structures that a model knows in one QSM, and measure them.

    Standardise, run the network where structures are expected, bring the probabilities back to the image's grid, take the
    most probable class of each voxel, keep the largest piece of each structure (Docs/performance.md, Docs/results.md).

    Args:
        image: the QSM (i, j, k) in ppm or ppb.
        model: a bundled model's name, a model file, or a :class:`Model`; wins over ``options.model``.
        options: a :class:`SegmentOptions`. Single options by name (``device="cpu"``) win over it.
        predictor: a model already on a device, to be used again for many cases.
        extra_channels: channel name -> image, for models that want more than the QSM.
        measuring: how rows are made (reference, name of the image); their subject is that of the options.
        progress: called with what is being done and the share of the run that is done, 0 to 1.
        cancel: asked now and then; True ends the run.
        log: called with each :class:`Remark`; by default they go to the log of the module as warnings, and so does
            a verdict of doubt.

    Returns:
        A :class:`Segmentation`: ``labels`` on the grid of the input, ``rows`` in ppb and mm3, ``flags`` with reasons,
        ``provenance``, ``warnings``, and in ``measured.verdict`` whether the numbers are doubtful, and why.

    Raises:
        InputError: for bad input and options.
        Cancelled: when ``cancel()`` said so.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> result = dgm.segment(dgm.bundled_sample().image, device="cpu")
        >>> result.labels.shape == result.image.shape
        True
        >>> result["GP_L"].volume_mm3 > 1000
        True
    """
    options = (options or SegmentOptions()).changed(**changes)
    warnings: list[Remark] = []
    watch = Watch.of(progress, cancel, log)

    def warn(remark: Remark) -> None:
        warnings.append(remark)
        watch.log(remark)

    inner = replace(watch, log=warn)
    clock = watch.clock
    watch.report("Reading the image", 0.0)
    with clock("model"):
        if predictor is None:
            from ..inference.case_predictor import open_predictor

            loaded = model if isinstance(model, Model) else load_model(model or model_for(options))
            predictor = open_predictor(loaded, options.device, log=warn)
    header = predictor.model.header
    with clock("read"):
        stored = read_image(image)
    with clock("units and mask"):
        case = open_case(
            stored,
            units=options.units,
            voxel_size=options.voxel_size,
            orientation=options.orientation,
            channels=header.channels,
            extra=extra_channels,
        )
    for remark in case.warnings:
        warn(remark)
    predictor.log = warn
    labelled = label_case(case, predictor, options, inner)
    watch.report("Measuring", 0.9)
    with clock("measure"):
        measuring = replace(
            measuring or MeasureOptions(image_name=case.image.path.name if case.image.path else ""),
            subject=options.subject,
            model=Convention.of(predictor.model, options.protocol).words,
        )
        measured = measure_case(labelled.labels, case, measuring, network=labelled.notes)
    if measured.verdict.doubtful and log is None:
        _log.warning("%s", measured.verdict.line(said=[remark.code for remark in warnings]))
    provenance = provenance_of(measured, predictor, options, labelled.notes, warnings, clock)
    return Segmentation(
        measured, provenance, labelled.probabilities, tuple(warnings), clock.seconds, labelled.kept
    )
