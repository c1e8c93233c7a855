"""The button that makes a model of a study's corrections, without a browser."""

import asyncio
import importlib.util
import sys
import time
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "DGMSegmentation"))

if importlib.util.find_spec("trame_slicer") is None:
    pytest.skip("not installed: trame-slicer (extra: app)", allow_module_level=True)

import numpy as np
from models_for_tests import PHANTOM_MODEL
from patience import PATIENCE_S

from DGMSegmentationLib.io.bids.derivatives import STATE, case_paths, described
from DGMSegmentationLib.io.files import write_json, write_nifti
from DGMSegmentationLib.io.labels import write_labels
from DGMSegmentationLib.models.model import read_header
from DGMSegmentationLib.simulation.phantom import phantom

pytest_plugins = ["app_fixtures"]


@pytest.fixture
def study(bench, tmp_path):
    """Two cases, one of them corrected; open in the app, which works on none in the background."""
    for name in ("sub-01", "sub-02"):
        qsm, labels = phantom((54, 66, 28), (3.0, 3.0, 6.0), seed=20)
        path = tmp_path / name / "anat" / f"{name}_Chimap.nii.gz"
        path.parent.mkdir(parents=True)
        write_nifti(path, qsm.data.astype(np.float32), qsm.affine)
    results = tmp_path / "derivatives" / "dgmseg"  # as the cohort begins it
    corrected = case_paths(results, "sub-01").of("_dseg.nii.gz", edited=True)
    corrected.parent.mkdir(parents=True)
    (results / STATE).mkdir()
    write_json(results / "dataset_description.json", described(results, tmp_path, "0"))
    write_labels(corrected, labels.replace(data=np.roll(labels.data, 1, axis=1)))

    async def open_it():
        with bench.state:
            bench.controls.list_models(str(PHANTOM_MODEL))
            bench.app.room.open_study([tmp_path])

    before = bench.state.dgm_model
    bench.run(open_it())
    yield bench.app.room.study
    bench.app.adapting.close()
    bench.app.room.close()
    bench.state.update({"dgm_study": "", "dgm_model": before, "dgm_adapt": ""})


def test_corrections_become_a_model_in_the_selector(bench, study):
    adapting, state = bench.app.adapting, bench.state

    async def adapt(name):
        with state:
            adapting.open()
            assert (state.dgm_adapt, state.dgm_adapt_count) == ("name", 1)
            state.dgm_adapt_name = name
            adapting.start()
        until = time.monotonic() + PATIENCE_S
        while state.dgm_adapt == "running":
            assert time.monotonic() < until, state.dgm_adapt_step
            await asyncio.sleep(0.05)

    bench.run(adapt("../away"))
    assert state.dgm_adapt == "name" and "no name for a model" in state.dgm_adapt_said[0]
    bench.run(adapt("Ours 3T"))
    assert state.dgm_adapt == "done", state.dgm_adapt_said
    assert [row["name"] for row in state.dgm_adapt_rows] == ["RN", "SN", "GP", "PU", "CN"]
    assert state.dgm_adapt_picture.startswith("data:image/png;base64,")
    assert any("one case" in said for said in state.dgm_adapt_said)
    made = study.output / "models" / "Ours 3T.safetensors"
    adapting.use()
    assert state.dgm_model == str(made) and state.dgm_adapt == ""
    assert next(m["title"] for m in state.dgm_models if m["value"] == str(made)).startswith("Ours 3T")
    assert read_header(made)[0].protocol == "Ours 3T"
    bench.run(adapt("ours 3t"))
    assert "already" in state.dgm_adapt_said[0]
    adapting.keep()
    assert not made.exists() and state.dgm_adapt == ""
