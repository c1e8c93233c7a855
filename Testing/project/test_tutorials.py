"""Every block of the tutorials (those marked sh or python) and of the notebook runs as it is written, on small studies."""

import json
import shutil

import pytest
from tutorials import follow

PPB_PER_DECADE = {"PU": 10.0, "CN": 5.0, "GP": 3.0, "SN": 3.0, "RN": 4.0}
"""What Docs/examples/make_cohort.py puts in."""


@pytest.fixture(scope="module")
def tutorial(repository, tmp_path_factory):
    """The folder in which all blocks of the cohort's tutorial have run, and their names."""
    pytest.importorskip("pandas", reason="pandas (extra: test) reads the tables")
    folder = tmp_path_factory.mktemp("tutorial")
    return folder, follow("tutorial-cohort.md", folder, repository)


def test_the_tutorial_comes_to_its_figure(tutorial):
    folder, names = tutorial
    assert (folder / "iron-by-age.png").stat().st_size > 5000
    assert set(names["cases"]["status"]) == {"done"} and len(names["rows"]) == 10 * len(names["cases"])
    assert len(names["changes"]) == len(names["rows"]) / 2


def test_the_notebooks_intervals_hold_the_effect_of_age(tutorial, repository, monkeypatch):
    pytest.importorskip("statsmodels", reason="statsmodels (extra: test) fits the mixed model")
    folder, _ = tutorial
    monkeypatch.chdir(folder)
    book = json.loads((repository / "Docs" / "cohort-to-mixed-model.ipynb").read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] for cell in book["cells"] if cell["cell_type"] == "code"), (
        "it is kept executed"
    )
    names = {}
    for text in code:
        exec(compile(text, "notebook", "exec"), names)
    effects = names["effects"]
    for nucleus, true in PPB_PER_DECADE.items():
        assert effects.loc[nucleus, "low"] <= true <= effects.loc[nucleus, "high"], effects
    assert effects.loc["PU", "p"] < 0.001 and set(effects["n"]) == {2 * len(names["cases"])}


def test_the_training_is_rehearsed(tmp_path, repository):
    pytest.importorskip("lightning", reason="lightning (extra: train) trains")
    follow("tutorial-training.md", tmp_path, repository)
    assert (tmp_path / "rehearsal" / "model.safetensors").exists() and (
        tmp_path / "rehearsal" / "history.csv"
    ).exists()


def test_corrections_teach(tmp_path, repository):
    """The page's block on the bundled sample, its truth standing for a radiologist's correction."""
    sample = repository / "Resources" / "Sample"
    corrected = tmp_path / "STUDY" / "derivatives" / "dgmseg" / "sub-01" / "anat"
    for folder in (corrected, tmp_path / "STUDY" / "sub-01" / "anat"):
        folder.mkdir(parents=True)
    qsm = sample / "sub-sample_Chimap.nii.gz"
    shutil.copy(qsm, tmp_path / "STUDY" / "sub-01" / "anat" / "sub-01_Chimap.nii.gz")
    shutil.copy(qsm, tmp_path / "QSM.nii.gz")
    edited = corrected / "sub-01_seg-DGM_desc-edited_dseg.nii.gz"
    shutil.copy(sample / "sub-sample_seg-DGM_dseg.nii.gz", edited)
    follow("adapt.md", tmp_path, repository)
    provenance = json.loads(next(tmp_path.glob("QSM*_provenance.json")).read_text(encoding="utf-8"))
    assert provenance["model"]["name"] == "ours" and provenance["verdict"]["status"] == "ok"
