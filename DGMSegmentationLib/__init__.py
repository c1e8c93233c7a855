"""DGMSegmentation: deep-gray-matter nuclei in quantitative susceptibility maps, segmented and measured.

Importing the package is cheap: each name is imported when it is first used, torch when a network runs.

Example:
    >>> import DGMSegmentationLib as dgm
    >>> "segment" in dir(dgm)
    True
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.2.0"

if TYPE_CHECKING:  # for editors and type checkers; a test holds this block and the table below together
    from .api.comparing import agreement as agreement
    from .api.comparing import evaluate as evaluate
    from .api.measuring import measure as measure
    from .errors import Cancelled as Cancelled
    from .errors import DGMError as DGMError
    from .errors import InputError as InputError
    from .errors import Remark as Remark
    from .evaluation.overlap import CaseScore as CaseScore
    from .image import Grid as Grid
    from .image import Image as Image
    from .io.files import read_image as read_image
    from .io.files import write_nifti as write_nifti
    from .io.frames import Table as Table
    from .io.labels import read_labels as read_labels
    from .io.labels import write_labels as write_labels
    from .measurement.case import MeasuredCase as MeasuredCase
    from .measurement.quality import Flag as Flag
    from .measurement.roi import RoiRow as RoiRow
    from .models.model import Model as Model
    from .models.model import load_model as load_model
    from .options import SegmentOptions as SegmentOptions
    from .segmentation.pipeline import segment as segment
    from .segmentation.result import Segmentation as Segmentation
    from .segmentation.sample import bundled_sample as bundled_sample
    from .structures import STANDARD as STANDARD
    from .structures import LabelSet as LabelSet
    from .structures import Structure as Structure


_HOMES = {
    "agreement": "api.comparing",
    "bundled_sample": "segmentation.sample",
    "Cancelled": "errors",
    "CaseScore": "evaluation.overlap",
    "DGMError": "errors",
    "evaluate": "api.comparing",
    "Flag": "measurement.quality",
    "Grid": "image",
    "Image": "image",
    "InputError": "errors",
    "LabelSet": "structures",
    "load_model": "models.model",
    "measure": "api.measuring",
    "MeasuredCase": "measurement.case",
    "Model": "models.model",
    "read_image": "io.files",
    "read_labels": "io.labels",
    "Remark": "errors",
    "RoiRow": "measurement.roi",
    "segment": "segmentation.pipeline",
    "Segmentation": "segmentation.result",
    "SegmentOptions": "options",
    "STANDARD": "structures",
    "Structure": "structures",
    "Table": "io.frames",
    "write_labels": "io.labels",
    "write_nifti": "io.files",
}

__all__ = ["__version__", *_HOMES]

if not TYPE_CHECKING:  # else a type checker takes any name for one of ours

    def __getattr__(name):
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
