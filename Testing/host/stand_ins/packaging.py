"""Stands in for slicer.packaging: the same questions, and an installation that only records what was asked."""

import importlib.metadata
from pathlib import Path
from typing import Any

import slicer
from packaging.requirements import Requirement

installed: list[str] = []


def load_requirements(path: Any) -> list[Requirement]:
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def pip_check(requirement: Any) -> bool:
    if isinstance(requirement, list):
        return all(pip_check(one) for one in requirement)
    wanted = requirement if isinstance(requirement, Requirement) else Requirement(str(requirement))
    if wanted.marker and not wanted.marker.evaluate():
        return True
    try:
        return wanted.specifier.contains(importlib.metadata.version(wanted.name), prereleases=True)
    except importlib.metadata.PackageNotFoundError:
        return False


def pip_install(requirements: list[str], **_: Any) -> None:
    """Only records what was asked; a test lets it fail as pip does without a network (CalledProcessError)."""
    installed.extend(requirements)


def pip_ensure(requirements: Any, requester: str | None = None, **_: Any) -> None:
    missing = [str(r) for r in requirements if not pip_check(r)]
    if not missing or slicer.app.testingEnabled():
        return
    text = f"{len(missing)} Python packages need to be installed. Continue?"
    if not slicer.util.confirmOkCancelDisplay(text, f"{requester} - Install Python Packages"):
        raise RuntimeError("User declined package installation")
    pip_install(missing, requester=requester)
