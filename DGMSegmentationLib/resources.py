"""Where the data that ships with the project lies: label sets, models, sample, templates."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

# In a wheel and in an installed Slicer extension Resources/ lies inside the package, in a checkout beside it.
_ROOTS = (_PACKAGE / "Resources", _PACKAGE.parent / "Resources")


def resource_path(*parts: str) -> Path:
    """Return the path of a shipped resource, e.g. ``resource_path("Labels", "standard.tsv")``.

    Raises FileNotFoundError when no installed copy of Resources/ holds it.
    """
    for root in _ROOTS:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"{'/'.join(parts)} is missing from {_ROOTS[-1]}: reinstall DGMSegmentation")
