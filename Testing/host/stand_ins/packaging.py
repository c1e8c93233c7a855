"""Stands in for slicer.packaging: the same questions, and an installation that only records what was asked."""

import importlib.metadata
from pathlib import Path
from typing import Any

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


def pip_ensure(requirements: Any, requester: str | None = None, **_: Any) -> None:
    installed.extend(str(r) for r in requirements if not pip_check(r))
