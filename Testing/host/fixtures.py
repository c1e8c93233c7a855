"""pytest fixtures of the host; a test file imports those that it uses."""

from pathlib import Path
from typing import Any

import pytest

from . import gui, missing, start

MODULE = Path(__file__).resolve().parents[2] / "DGMSegmentation" / "DGMSegmentation.py"


@pytest.fixture(scope="session")
def host() -> Any:
    """The running host; its tests are skipped where slicer-core or PySide6 is not installed."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    running = start()
    import sys

    sys.path.insert(0, str(MODULE.parent))
    return running


@pytest.fixture
def scene(host: Any) -> Any:
    """An empty scene with the three slice views; meanwhile no exception left a slot, VTK reported no error."""
    host.scene.Clear(0)
    host.add_views()
    host.forget()
    yield host.scene
    host.check()
    host.scene.Clear(0)


@pytest.fixture
def panel(host: Any, scene: Any) -> Any:
    """The module's panel, opened and shown."""
    opened = host.open_module(MODULE)
    opened.show()
    gui.wait(0.05)
    yield opened
    opened.close()
    gui.wait(0.02)


def head(
    scene: Any, name: str = "Head", spacing: tuple[float, float, float] = (2.0, 2.0, 2.0), unit: str = "ppm"
) -> Any:
    """(volume node, labels): the procedural head of the library in the scene."""
    from DGMSegmentationScene.selftest import phantom_volume

    volume, labels = phantom_volume(scene, spacing)
    volume.SetName(name)
    if unit == "ppb":
        import slicer

        slicer.util.updateVolumeFromArray(volume, slicer.util.arrayFromVolume(volume) * 1000)
    return volume, labels
