"""The volume that ships with the project, for the Sample Data module and for first steps."""

from pathlib import Path


def sample_file() -> Path | None:
    """The bundled sample QSM, or None when this build has none."""
    from DGMSegmentationLib.resources import resource_path

    try:
        folder = resource_path("Sample")
    except FileNotFoundError:
        return None
    return next(iter(sorted(folder.glob("*_Chimap.nii.gz"))), None)
