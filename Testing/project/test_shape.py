"""Functions that a reader can call without counting, files that are read in one go, types that say something."""

import ast
import re
from collections import Counter

import pytest

import DGMSegmentationLib

MOST_PARAMETERS = 8
LONGEST_FILE = 330
MOST_ANY, MOST_DICTS = 76, 38
"""A third of what version 0.1 had (231 lines with Any besides NDArray[Any], 114 with dict[str, Any])."""


@pytest.fixture(scope="module")
def sources(repository):
    folders = (repository / "DGMSegmentationLib", repository / "DGMSegmentation")
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return {file.relative_to(repository).as_posix(): file.read_text(encoding="utf-8") for file in files}


def parameters(function) -> int:
    given = function.args
    return len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)


def is_public(name: str, function: str) -> bool:
    """A command of the command line, or what ``import DGMSegmentationLib as dgm`` offers."""
    command = name.startswith("DGMSegmentationLib/cli/") and not function.startswith("_")
    return command or function in dir(DGMSegmentationLib)


def test_only_public_functions_have_many_parameters(sources):
    many = [
        f"{name}: {node.name} has {parameters(node)}"
        for name, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and parameters(node) > MOST_PARAMETERS
        and not is_public(name, node.name)
    ]
    assert many == []


def test_files_are_read_in_one_go(sources):
    assert [name for name, text in sources.items() if text.count("\n") > LONGEST_FILE] == []


def test_no_two_files_of_tests_share_a_name(repository):
    """A room run alone does not notice; the whole suite stops at the second."""
    names = Counter(file.name for file in (repository / "Testing").rglob("test_*.py"))
    assert not [name for name, count in names.items() if count > 1]


def test_few_values_are_of_any_type(sources):
    lines = [
        line
        for name, text in sources.items()
        if name.startswith("DGMSegmentationLib/")
        for line in text.splitlines()
        if re.search(r"\bAny\b", line) and not re.match(r"\s*(from|import) ", line)
    ]
    assert sum("NDArray[Any]" not in line for line in lines) <= MOST_ANY
    assert sum(text.count("dict[str, Any]") for text in sources.values()) <= MOST_DICTS
