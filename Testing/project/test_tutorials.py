"""Every block of the tutorials (those marked sh or python) and of the notebook runs as it is written, on small studies."""

import json
import os
import re
import subprocess
import sys

import pytest

BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PPB_PER_DECADE = {"PU": 10.0, "CN": 5.0, "GP": 3.0, "SN": 3.0, "RN": 4.0}
"""What Docs/examples/make_cohort.py puts in."""


def shell(text, folder, repository):
    """A block of the tutorial in bash, with this Python and this checkout's dgmseg."""
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    for name, what in (("python", ""), ("dgmseg", "-m DGMSegmentationLib")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {what} "$@"\n')
        (tools / name).chmod(0o755)
    path = os.pathsep.join([str(tools), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(repository), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(["bash", "-euc", text], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"


def follow(page, folder, repository):
    """Run the blocks of a page in their order in a folder; returns the names that its Python leaves."""
    if os.name == "nt":
        pytest.skip("the blocks are written for a POSIX shell")
    (folder / "Docs").symlink_to(repository / "Docs", target_is_directory=True)
    names, before = {}, os.getcwd()
    os.chdir(folder)
    try:
        for kind, text in BLOCK.findall((repository / "Docs" / page).read_text(encoding="utf-8")):
            if kind == "sh":
                shell(text, folder, repository)
            else:
                exec(compile(text, page, "exec"), names)
    finally:
        os.chdir(before)
    return names


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
