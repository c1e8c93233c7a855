"""Every block of the cohort's tutorial and of the notebook runs as it is written, on the small study that the tutorial makes."""

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


@pytest.fixture(scope="module")
def tutorial(repository, tmp_path_factory):
    """The folder in which all blocks of the tutorial have run, in their order."""
    pytest.importorskip("pandas", reason="pandas (extra: test) reads the tables")
    if os.name == "nt":
        pytest.skip("the blocks are written for a POSIX shell")
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "Docs").symlink_to(repository / "Docs", target_is_directory=True)
    names, before = {}, os.getcwd()
    os.chdir(folder)
    try:
        for kind, text in BLOCK.findall(
            (repository / "Docs" / "tutorial-cohort.md").read_text(encoding="utf-8")
        ):
            if kind == "sh":
                shell(text, folder, repository)
            else:
                exec(compile(text, "tutorial-cohort.md", "exec"), names)
    finally:
        os.chdir(before)
    return folder, names


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
