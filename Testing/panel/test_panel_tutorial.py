"""The block of the tutorial for 3D Slicer, as it is written there, with the test model as the bundled one."""

from host.fixtures import head
from models_for_tests import PHANTOM_MODEL
from tutorials import blocks


def test_the_tutorials_block_runs(panel, host, repository, monkeypatch):
    import slicer

    import DGMSegmentationLib.models.model as model

    monkeypatch.setattr(model, "bundled_models", lambda: {"default": PHANTOM_MODEL})
    volume, _labels = head(host.scene, "sub-01_Chimap")
    ((_kind, text),) = blocks(repository, "tutorial.md")
    names = {"slicer": slicer}
    try:
        exec(compile(text, "tutorial.md", "exec"), names)
        assert names["volume"] is volume
        assert [row.abbreviation for row in names["rows"]][:2] == ["RN_L", "RN_R"]
    finally:
        names["logic"].runner.stop()
