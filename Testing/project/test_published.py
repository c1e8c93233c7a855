"""Workflows, container and descriptor name what is there: targets of the Makefile, files, options of dgmseg-bids."""

import json
import re

import pytest

from DGMSegmentationLib import __version__
from DGMSegmentationLib.cli.bids_app import words_of


def test_workflows_call_targets_that_exist(repository):
    targets = set(
        re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    workflows = [
        path.read_text(encoding="utf-8") for path in (repository / ".github" / "workflows").glob("*.yml")
    ]
    called = {target for text in workflows for target in re.findall(r"run: make ([a-z-]+)", text)}
    assert {"lint", "test", "test-app", "docs", "wheel"} <= called <= targets


def test_the_workflows_are_yaml_with_steps(repository):
    yaml = pytest.importorskip("yaml", reason="PyYAML reads the workflows")
    for path in (repository / ".github").rglob("*.yml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert content
        for job in content.get("jobs", {}).values():
            assert "uses" in job or all("uses" in step or "run" in step for step in job["steps"]), path


@pytest.mark.parametrize("recipe", ["Dockerfile", "dgmseg.def"])
def test_the_recipes_take_files_that_exist(repository, recipe):
    text = (repository / "Resources" / "Container" / recipe).read_text(encoding="utf-8")
    if recipe == "Dockerfile":
        copied = [line.split()[1:-1] for line in text.splitlines() if re.match(r"COPY (?!--from)", line)]
        names = {name for these in copied for name in these}
        last = text.rpartition("\nFROM ")[2]
        assert re.search(r"^USER (?!root)", last, re.MULTILINE) and 'ENTRYPOINT ["dgmseg-bids"]' in last
        ignored = (repository / "Resources" / "Container" / "Dockerfile.dockerignore").read_text().split()
        assert names <= {name.removeprefix("!") for name in ignored}
    else:
        names = set(re.findall(r"^    (\S+) /src/", text, re.MULTILINE))
        assert "exec dgmseg-bids" in text
    assert "DGMSegmentationLib" in names and all((repository / name).exists() for name in names)


def test_the_descriptor_speaks_as_the_app(repository):
    told = json.loads((repository / "Resources" / "Container" / "boutiques.json").read_text(encoding="utf-8"))
    assert told["tool-version"] == __version__
    keys = [one["value-key"] for one in told["inputs"]]
    assert told["command-line"].split()[1:] == keys
    flags = [one["command-line-flag"] for one in told["inputs"] if "command-line-flag" in one]
    words = words_of(["in", "out", "participant", *(word for flag in flags for word in (flag, "1"))])
    own = {"--participant-label": "--participant", "--n-cpus": "--workers"}
    assert all(own.get(flag, flag) in words for flag in flags)
