"""No sentence that reaches the panel tells its user to type an option of the command line."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from DGMSegmentationLib.errors import DGMError, InputError
from DGMSegmentationLib.models.model import find_model
from DGMSegmentationLib.preprocessing.units import decide_units
from DGMSegmentationLib.worker.panel_words import panel_words
from DGMSegmentationLib.worker.process import explain

COMMAND_LINE = re.compile(r"--[a-z]|dgmseg [a-z]")


def modules_of_a_run(repository):
    """The library's files that a run in the panel imports."""
    code = (
        "import sys, DGMSegmentationLib.worker.process, DGMSegmentationLib.segmentation.pipeline,"
        "DGMSegmentationLib.inference.predictor,"
        "DGMSegmentationLib.io.tables, DGMSegmentationLib.io.dicom;"
        "print('\\n'.join(sys.modules[n].__file__ for n in sys.modules if n.startswith('DGMSegmentationLib.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def sentences(path):
    """Every text in a file but the docstrings; what is filled in becomes "it"."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(p.value if isinstance(p, ast.Constant) else "it" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def test_every_sentence_of_a_run_fits_the_panel(repository):
    found = []
    for path in modules_of_a_run(repository):
        if path.endswith("panel_words.py"):
            continue
        for sentence in sentences(path):
            if COMMAND_LINE.search(sentence):
                found.append(sentence)
                assert not COMMAND_LINE.search(panel_words(sentence)), f"{path}: {sentence}"
    assert len(found) >= 6, "the search itself must find something"


def test_real_failures_in_panel_words():
    mask = np.ones((4, 4, 4), bool)
    with pytest.raises(InputError, match="--units") as unclear:
        decide_units(np.linspace(0, 12, 64).reshape(4, 4, 4), mask)
    kind, said = explain(unclear.value)
    assert kind == "input" and "Advanced > Units" in said and "--" not in said
    with pytest.raises(InputError, match="--model") as missing:
        find_model("no-such-model")
    assert "From a file" in explain(missing.value)[1]
    assert explain(DGMError("The disk is full."))[1] == "The disk is full."


def test_other_sentences_stay_as_they_are():
    for sentence in ("Choose a QSM volume first.", "a--b: there is no brain in it.", ""):
        assert panel_words(sentence) == sentence
