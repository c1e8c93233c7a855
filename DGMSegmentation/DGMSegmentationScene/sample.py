"""The volume that ships with the project, for the Sample Data module and for first steps."""

from pathlib import Path


def sample_file() -> Path | None:
    """The bundled sample QSM, or None when this build has none."""
    from DGMSegmentationLib.resources import resource_path

    try:
        return resource_path("Sample", "sub-sample_Chimap.nii.gz")
    except FileNotFoundError:
        return None


def checksum(path: Path) -> str:
    """A file's checksum as Slicer's Sample Data module wants it: ``SHA256:<digest>``."""
    import hashlib

    return f"SHA256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
