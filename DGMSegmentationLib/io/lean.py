"""Imports that a process of our own does without what it does not need; in a user's process nothing is kept out."""

import sys


def import_nibabel() -> None:
    """Import nibabel without pydicom, of which it uses one header extension that no run of ours reads.

    pydicom itself can be imported afterwards as ever; it takes a third of the time of all that is imported for reading a NIfTI.
    """
    if "nibabel" in sys.modules or "pydicom" in sys.modules:
        return
    sys.modules["pydicom"] = None  # type: ignore[assignment]
    try:
        import nibabel  # noqa: F401 (for its own sake)
    finally:
        del sys.modules["pydicom"]
