"""Models that a study's corrections made: they lie in the folder ``models`` of its results, under names that people gave."""

import re
from pathlib import Path

from ..errors import InputError

FOLDER, SUFFIX = "models", ".safetensors"
_NAME = re.compile(r"[\w][\w .-]{0,60}", re.UNICODE)


def site_models(results: Path) -> list[Path]:
    """The models of a study, by name."""
    return sorted((results / FOLDER).glob(f"*{SUFFIX}"))


def model_file(results: Path, name: str) -> Path:
    """Where a new model of this name lies.

    Raises InputError for a name that is none of a file, of a bundled model, and of one that the study has.
    """
    from ..models.model import bundled_models

    name = name.strip()
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise InputError("adapt_name", name=name[:60])
    path = results / FOLDER / f"{name}{SUFFIX}"
    taken = {found.stem.casefold() for found in site_models(results)} | set(bundled_models())
    if name.casefold() in taken:
        raise InputError("adapt_name_taken", name=name)
    return path
