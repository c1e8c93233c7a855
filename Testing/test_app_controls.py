"""What the browser app's buttons do, without a browser: runs, files, units."""

import importlib.util
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent / "DGMSegmentation"))

if importlib.util.find_spec("trame_slicer") is None:
    pytest.skip("not installed: trame-slicer (extra: app)", allow_module_level=True)

from app_bench import FakeRun

pytest_plugins = ["app_fixtures"]


def test_what_a_run_warns_of_is_said(bench, monkeypatch):
    run = FakeRun(bench, monkeypatch, "The slices are thick.", "The slices are thick.\nAnd few.")
    assert bench.state.dgm_phase == "running"
    run.end()
    state = bench.state
    assert (state.dgm_message, state.dgm_message_kind) == ("The slices are thick.", "warning")
    assert "And few." in state.dgm_detail
    bench.controls.say("")


def test_another_file_asks_before_it_ends_a_run(bench, monkeypatch, tmp_path):
    path = bench.write(bench.image, tmp_path / "sub-02_Chimap.nii.gz")
    run = FakeRun(bench, monkeypatch, "")
    bench.run(bench.controls.open(path, "volume"))
    assert bench.state.dgm_question["title"] == "End the run?"
    bench.controls.answer(False)
    assert bench.state.dgm_file == "phantom" and bench.state.dgm_phase == "running"
    run.end()
    assert bench.state.dgm_question == {}


def test_a_unit_that_waits_for_the_next_run_says_so(bench):
    """Labels that a run made in ppm are measured in ppm, whatever is chosen for the next run."""
    session = bench.app.session
    session.segmentation.SetAttribute("DGMSegmentation.Units", "ppm")
    session.segmentation.SetNodeReferenceID("DGMSegmentation.Input", session.volume.GetID())
    before = bench.rows()

    async def choose(unit: str) -> None:
        with bench.state:
            bench.state.dgm_units = unit

    bench.run(choose("ppb"))
    assert "made with the volume in ppm" in bench.state.dgm_message
    assert bench.rows() == before and "ppm" in bench.state.dgm_unit
    bench.controls.say("")
    bench.run(choose("auto"))
    assert bench.state.dgm_message == ""
    session.segmentation.RemoveAttribute("DGMSegmentation.Units")
