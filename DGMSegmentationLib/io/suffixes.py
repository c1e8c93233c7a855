"""What image files that are read may end with, in one place. DICOM files may be called anything."""

LABEL_SUFFIXES = (".nii.gz", ".nii", ".seg.nrrd", ".nrrd", ".nhdr")
"""Of label maps; of two that fit the first one counts."""
IMAGE_SUFFIXES = tuple(suffix for suffix in LABEL_SUFFIXES if not suffix.startswith(".seg"))


def without_suffix(name: str) -> str:
    """A file's name without the suffix of an image or of labels."""
    found = next((suffix for suffix in LABEL_SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(found)]
