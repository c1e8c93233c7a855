"""Completes the `slicer` package of slicer-core: with Slicer's own Python modules, or with stand-ins for them."""

import importlib
import sys
import types
from pathlib import Path
from typing import Any


def complete(slicer: Any, source: Path | None) -> None:
    """Make slicer.ScriptedLoadableModule, parameterNodeWrapper, i18n, packaging (and util) importable."""
    if source is None:
        _stand_ins(slicer)
    else:
        _own(slicer, source)


def _own(slicer: Any, source: Path) -> None:
    folder = source / "Base" / "Python" / "slicer"
    if not (folder / "ScriptedLoadableModule.py").is_file():
        raise FileNotFoundError(
            f"SLICER_SOURCE_DIR={source} holds no Base/Python/slicer/ScriptedLoadableModule.py"
        )
    slicer.__path__.insert(0, str(folder))
    sys.modules.pop("slicer.util", None)
    for name in ("util", "i18n", "packaging", "parameterNodeWrapper", "ScriptedLoadableModule"):
        if name == "packaging" and not (folder / "packaging.py").exists():
            continue
        module = importlib.import_module(f"slicer.{name}")
        if Path(module.__file__ or "").parts[: len(source.parts)] != source.parts:
            raise RuntimeError(f"slicer.{name} does not come from {source}")
        setattr(slicer, name, module)
    # Slicer's own modules import these VTK wrappers by their bare names.
    for bare, name in (("vtkSegmentationCorePython", "vtkSegmentationCore"), ("vtkITK", "vtkITK")):
        sys.modules.setdefault(bare, importlib.import_module(f"slicer_core.{name}"))
    for scripted in ("SegmentStatistics", "SampleData"):
        path = str(source / "Modules" / "Scripted" / scripted)
        if path not in sys.path:
            sys.path.append(path)


def _stand_ins(slicer: Any) -> None:
    from .stand_ins import i18n, packaging

    _publish(slicer, "i18n", i18n)
    _publish(slicer, "packaging", packaging)
    slicer.util = importlib.import_module("slicer.util")  # slicer-core brings Slicer's own
    from .stand_ins import parameter_node, scripted_module

    _publish(slicer, "parameterNodeWrapper", parameter_node)
    _publish(slicer, "ScriptedLoadableModule", scripted_module)


def _publish(slicer: Any, name: str, module: types.ModuleType) -> None:
    sys.modules[f"slicer.{name}"] = module
    setattr(slicer, name, module)
