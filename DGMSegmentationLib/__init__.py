"""DGMSegmentation: deep-gray-matter nuclei in quantitative susceptibility maps, segmented and measured.

Importing the package is cheap: torch is imported when a network runs, not before.
"""

from importlib import import_module
from typing import Any

__version__ = "0.2.0"

_EXPORTS = {
    "Image": "image",
    "Grid": "image",
    "read_image": "io.files",
    "read_labels": "io.labels",
    "write_nifti": "io.files",
    "segment": "segmentation.pipeline",
    "Segmentation": "segmentation.pipeline",
    "load_model": "models.model",
    "measure": "measurement.roi",
    "STRUCTURES": "structures",
    "DGMError": "errors",
    "InputError": "errors",
    "Cancelled": "errors",
}

__all__ = ["__version__", *_EXPORTS]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(f"{__name__}.{_EXPORTS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
