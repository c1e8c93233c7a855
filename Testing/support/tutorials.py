"""The blocks of the documentation's pages, as they are written."""

import os
import re
import subprocess
import sys

import pytest

BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(repository, page):
    """The kind and text of each block of a page that is marked sh or python."""
    return BLOCK.findall((repository / "Docs" / page).read_text(encoding="utf-8"))


def shell(text, folder, repository):
    """A block in bash, with this Python and this checkout's dgmseg."""
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
        for kind, text in blocks(repository, page):
            if kind == "sh":
                shell(text, folder, repository)
            else:
                exec(compile(text, page, "exec"), names)
    finally:
        os.chdir(before)
    return names
