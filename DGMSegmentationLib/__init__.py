"""DGMSegmentation: deep-gray-matter nuclei in quantitative susceptibility maps, segmented and measured.

Importing the package is cheap: torch is imported when a network runs, not before.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

_EXPORTS = {
    "Image": "image",
    "Grid": "image",
    "read_image": "files",
    "read_labels": "files",
    "write_nifti": "files",
    "segment": "segment",
    "Segmentation": "segment",
    "load_model": "model",
    "measure": "measure",
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


class _Package(ModuleType):
    """The import system puts each submodule on its package, over a function of the same name: segment, measure."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and _EXPORTS.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
