"""The pipeline: image -> case -> network grid -> probabilities -> native labels -> components -> table."""

import logging
import platform
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..errors import Cancelled, Remark
from ..image import Grid, Image, label_set_of, restore_orientation
from ..io.files import ImageSource, read_image
from ..measurement.case import MeasuredCase, measure_case
from ..measurement.options import MeasureOptions
from ..measurement.quality import Flag
from ..measurement.roi import RoiRow
from ..models.model import Model, load_model
from ..options import SegmentOptions, shows_options
from ..preprocessing.case import Case, open_case
from ..preprocessing.grid import Prepared, prepare
from .convention import Convention, Kept
from .postprocess import labels_from_probabilities, largest_components, probabilities_to_native
from .region import cropped, predict_region, prior_box, sign_looks_flipped

if TYPE_CHECKING:
    from ..inference.predictor import Predictor

StepProgress = Callable[[str, float], None]
"""progress(what is being done, fraction of the whole run 0..1)"""

_log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False)
class Segmentation:
    """The result of one run, on the native grid of the input.

    Example:
        >>> import DGMSegmentationLib as dgm
        >>> result = dgm.segment(dgm.bundled_sample().image, device="cpu")
        >>> result
        Segmentation(model 'default 0.2', 'sub-sample_Chimap.nii.gz', 10 of 10 structures, 0 flags)
    """

    measured: MeasuredCase
    """Image, labels, rows, and flags with their reasons."""
    provenance: dict[str, Any]
    probabilities: NDArray[np.float32] | None = None
    """(K, i, j, k) when asked for."""
    warnings: tuple[Remark, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall time by step."""
    kept: Kept | None = None
    """What :func:`.again.relabel` needs; None for a model of structures, which has one convention only."""

    def __repr__(self) -> str:
        model = self.provenance.get("model", {})
        made = f"{model.get('name', '')} {model.get('version', '')}".strip()
        inner = repr(self.measured).partition("(")[2]
        return f"Segmentation(model {made!r}, {inner}"

    def __getitem__(self, abbreviation: str) -> RoiRow:
        """The row of a structure: ``result["GP_L"]``."""
        row: RoiRow = self.measured[abbreviation]
        return row

    def _repr_html_(self) -> str:
        return self.measured._repr_html_()

    def to_dataframe(self) -> Any:
        """The ROI table as a pandas DataFrame. Raises DGMError where pandas is not installed."""
        return self.measured.to_dataframe()

    @property
    def labels(self) -> Image:
        """0 background, the others the labels of the model's label set, which the image carries."""
        return self.measured.labels

    @property
    def image(self) -> Image:
        """The QSM in ppb."""
        return self.measured.image

    @property
    def stored(self) -> Image:
        """The QSM with the geometry of its file; differs from ``image`` only when a voxel size was given."""
        return self.measured.opened.stored

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The brain mask."""
        return self.measured.opened.mask

    @property
    def rows(self) -> list[RoiRow]:
        """The ROI table, one row a structure."""
        return self.measured.rows

    @property
    def flags(self) -> list[Flag]:
        """Quality flags with their reasons; their codes stand in the rows too."""
        return self.measured.flags


class Stopwatch:
    """Adds up wall time by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Any:
        """Time the block as part of ``step``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - start


@dataclass(frozen=True, eq=False)
class Labelled:
    """A case with its labels on the native grid, probabilities there when asked for, and notes on the run."""

    labels: Image
    probabilities: NDArray[np.float32] | None
    notes: dict[str, Any]
    kept: Kept | None = None


def label_case(
    case: Case,
    predictor: "Predictor",
    options: SegmentOptions,
    *,
    progress: StepProgress | None = None,
    cancel: Callable[[], bool] | None = None,
    log: Callable[[Remark], None] | None = None,
    clock: Stopwatch | None = None,
) -> Labelled:
    """Label an opened case: prepare it, run the network, return to the native grid."""
    clock, log = clock or Stopwatch(), log or _log.warning
    model, pre = predictor.model, predictor.model.header.preprocessing
    convention = Convention.of(model, options.protocol)
    report = progress or (lambda step, fraction: None)
    _stop_if(cancel)
    report("Preparing the image", 0.05)
    with clock("resample"):
        prepared = prepare(case.channels, case.mask, pre)
    box = prior_box(model, prepared) if options.use_prior_box else None

    def tile(done: int, total: int) -> None:
        report("Running the network", 0.1 + 0.7 * done / total)

    def negated() -> Prepared:
        qsm = case.channels[0]
        return prepare([qsm.replace(data=-qsm.data), *case.channels[1:]], case.mask, pre)

    with clock("network"):
        expected = box
        probabilities, classes, box, notes = predict_region(
            predictor,
            prepared,
            box,
            options,
            convention,
            tiles=tile,
            cancel=cancel,
            log=log,
        )
        if sign_looks_flipped(predictor, negated, expected, notes["undecided"], convention, cancel):
            notes["sign_flip"] = True
            log(Remark("sign_flipped"))
    _stop_if(cancel)
    report("Returning to the image's own grid", 0.82)
    grid = cropped(prepared.grid, box) if box is not None else prepared.grid
    kept = None if convention.protocol is None else Kept.of(model, options, classes, grid, prepared.native)
    del classes
    result = to_native(
        case.image, case.mask, convention, probabilities, grid, prepared.native, options, log, clock, notes
    )
    return replace(result, kept=kept)


def to_native(
    image: Image,
    mask: NDArray[np.bool_],
    convention: Convention,
    probabilities: NDArray[np.float32],
    grid: Grid,
    native_grid: Grid,
    options: SegmentOptions,
    log: Callable[[Remark], None],
    clock: Stopwatch,
    notes: dict[str, Any],
) -> Labelled:
    """Labels on the image's own grid from the probabilities of a convention's structures on the network grid.

    ``native_grid``: the image's grid in the model's axes. ``notes`` receives what there is to say of the labels.
    """
    label_set, pre = convention.label_set, convention.model.header.preprocessing
    with clock("back"):
        labels = labels_from_probabilities(probabilities, convention.labels, grid, native_grid, pre.back)
    with clock("components"):
        if options.largest_component:
            labels, removed = largest_components(labels, options.connectivity)
            notes["removed_voxels"] = {label_set.by_label(k).abbreviation: n for k, n in removed.items()}
    with clock("back"):
        native = restore_orientation(labels, image.grid, pre.axes)
        # Where there is no QSM there is nothing to measure.
        native = np.where(mask, native, 0).astype(label_set.dtype)
        full = None
        if options.save_probabilities:
            full = probabilities_to_native(probabilities, grid, native_grid)
            full = np.stack([restore_orientation(p, image.grid, pre.axes) for p in full])
    present = set(np.unique(native).tolist())
    absent = [structure for structure in label_set if structure.label not in present]
    notes["empty"] = [structure.abbreviation for structure in absent]
    for structure in absent:
        log(Remark("structure_missing", name=structure.name, structure=structure.abbreviation))
    if convention.protocol is not None:
        notes["protocol"] = convention.protocol.to_dict()
    return Labelled(image.replace(data=native, unit=None, label_set=label_set), full, notes)


def _rounded(value: Any) -> Any:
    return {k: round(v, 3) for k, v in value.items()} if isinstance(value, dict) else value


def _stop_if(cancel: Callable[[], bool] | None) -> None:
    if cancel is not None and cancel():
        raise Cancelled


@shows_options
def segment(
    image: ImageSource,
    model: Model | Path | str | None = None,
    *,
    options: SegmentOptions | None = None,
    predictor: "Predictor | None" = None,
    extra_channels: Mapping[str, ImageSource] | None = None,
    measuring: MeasureOptions | None = None,
    progress: StepProgress | None = None,
    cancel: Callable[[], bool] | None = None,
    log: Callable[[Remark], None] | None = None,
    **changes: Any,
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
        log: called with each :class:`Remark`; by default they go to the log of the module as warnings.

    Returns:
        A :class:`Segmentation`: ``labels`` on the grid of the input, ``rows`` in ppb and mm3, ``flags`` with reasons,
        ``provenance``, ``warnings``.

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
    clock = Stopwatch()
    warnings: list[Remark] = []

    def warn(remark: Remark) -> None:
        warnings.append(remark)
        (log or _log.warning)(remark)

    report = progress or (lambda step, fraction: None)
    report("Reading the image", 0.0)
    with clock("model"):
        if predictor is None:
            from ..inference.predictor import Predictor

            loaded = model if isinstance(model, Model) else load_model(model or options.model)
            predictor = Predictor(loaded, options.device, log=warn)
    header = predictor.model.header
    with clock("read"):
        stored = read_image(image)
    with clock("units and mask"):
        case = open_case(
            stored,
            units=options.units,
            voxel_size=options.voxel_size,
            channels=header.channels,
            extra=extra_channels,
        )
    for remark in case.warnings:
        warn(remark)
    predictor.log = warn
    labelled = label_case(
        case,
        predictor,
        options,
        progress=progress,
        cancel=cancel,
        log=warn,
        clock=clock,
    )
    labels, notes = labelled.labels, labelled.notes
    report("Measuring", 0.9)
    with clock("measure"):
        name = case.image.path.name if case.image.path else ""
        measuring = replace(
            measuring or MeasureOptions(image_name=name),
            subject=options.subject,
            model=f"{header.name} {header.version}",
        )
        measured = measure_case(labels, case, measuring, network=notes)
    recorded, known = options.recorded(), label_set_of(labels)
    provenance = {
        "software": f"DGMSegmentation {__version__}",
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "input": case.image.path.name if case.image.path else None,
        "subject": options.subject,
        "units": {"unit": case.units.unit, "detected": case.units.detected, "reason": case.units.reason},
        "voxel_size_mm": [round(s, 6) for s in case.image.spacing],
        "axes": case.image.grid.axis_codes,
        "brain_mask_ml": round(float(case.mask.sum()) * case.image.grid.voxel_volume_mm3 / 1000, 1),
        "model": {
            "name": header.name,
            "version": header.version,
            "sha256": predictor.model.sha256,
            "licence": header.licence,
            "network": header.network,
            "intended_use": header.intended_use,
        },
        "label_set": {"name": known.name, "sha256": known.checksum},
        "preprocessing": header.preprocessing.to_dict(),
        "options": {
            "device": str(predictor.device),
            "backend": "openvino" if predictor.compiled is not None else "torch",
            "voxel_size_override": recorded.pop("voxel_size", None),
            **recorded,
        },
        **{k: v if k == "protocol" else _rounded(v) for k, v in notes.items()},
        "warnings": [str(remark) for remark in warnings],
        "platform": f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        "seconds": {k: round(v, 3) for k, v in clock.seconds.items()},
    }
    return Segmentation(
        measured, provenance, labelled.probabilities, tuple(warnings), clock.seconds, labelled.kept
    )
