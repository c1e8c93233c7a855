"""How a result was made, in plain values: in ``_provenance.json``, on the page, and with a segmentation in a scene."""

import platform
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, TypedDict, cast

from .. import __version__
from ..errors import Remark
from ..image import label_set_of
from ..measurement.case import MeasuredCase
from ..measurement.notes import NetworkNotes
from ..options import SegmentOptions
from ..structures import LabelSet
from .run import Stopwatch

if TYPE_CHECKING:
    from ..inference.case_predictor import CasePredictor


class UnitRecord(TypedDict):
    """The unit that the values were taken for, and why."""

    unit: str
    detected: bool
    reason: str


class ModelRecord(TypedDict):
    """The model of a run."""

    name: str
    version: str
    sha256: str
    licence: str
    network: str
    intended_use: str


class LabelSetRecord(TypedDict):
    """The label set of a result."""

    name: str
    sha256: str


class Provenance(NetworkNotes, total=False):
    """The provenance of one run; files that other versions wrote may lack keys."""

    software: str
    created: str
    input: str | None
    subject: str
    units: UnitRecord
    voxel_size_mm: list[float]
    axes: str
    brain_mask_ml: float
    model: ModelRecord
    label_set: LabelSetRecord
    preprocessing: dict[str, object]
    options: dict[str, object]
    verdict: Mapping[str, object]
    """As :meth:`Verdict.to_dict` gives it."""
    warnings: list[str]
    platform: str
    seconds: dict[str, float]
    measured: str
    """When labels that were there already were measured, in a cohort."""
    segmentation: str
    """The file of those labels."""
    edited: bool
    checksums: dict[str, str]
    """Of the images of a cohort's case."""


def provenance_of(
    measured: MeasuredCase,
    predictor: "CasePredictor",
    options: SegmentOptions,
    notes: NetworkNotes,
    warnings: Sequence[Remark],
    clock: Stopwatch,
) -> Provenance:
    """The provenance of a run that ends now."""
    header, recorded, case = predictor.model.header, options.recorded(), measured.opened
    image = case.image
    return {
        "software": f"DGMSegmentation {__version__}",
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "input": image.path.name if image.path else None,
        "subject": options.subject,
        "units": {"unit": case.units.unit, "detected": case.units.detected, "reason": case.units.reason},
        "voxel_size_mm": [round(s, 6) for s in image.spacing],
        "axes": image.grid.axis_codes,
        "brain_mask_ml": round(float(case.mask.sum()) * image.grid.voxel_volume_mm3 / 1000, 1),
        "model": {
            "name": header.name,
            "version": header.version,
            "sha256": predictor.model.sha256,
            "licence": header.licence,
            "network": header.network,
            "intended_use": header.intended_use,
        },
        "label_set": record_of(label_set_of(measured.labels)),
        "preprocessing": header.preprocessing.to_dict(),
        "options": {
            "device": str(predictor.device),
            "backend": predictor.engine,
            "voxel_size_override": recorded.pop("voxel_size", None),
            **recorded,
        },
        **rounded(notes),
        "verdict": measured.verdict.to_dict(),
        "warnings": [str(remark) for remark in warnings],
        "platform": f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        "seconds": {k: round(v, 3) for k, v in clock.seconds.items()},
    }


def record_of(label_set: LabelSet) -> LabelSetRecord:
    """Name and checksum."""
    return {"name": label_set.name, "sha256": label_set.checksum}


def rounded(notes: NetworkNotes) -> NetworkNotes:
    """The notes with three decimals; the protocol keeps all of its."""
    return cast(NetworkNotes, {k: v if k == "protocol" else _rounded(v) for k, v in notes.items()})


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    return round(value, 3) if isinstance(value, float) else value
