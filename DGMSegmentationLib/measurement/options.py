"""What a measurement is told besides labels and image, and what its rows carry."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MeasureOptions:
    """The options of measuring one image with one segmentation."""

    subject: str = ""
    image_name: str = ""
    """As tables name the image."""
    reference: str = "none"
    """What ``mean_referenced_ppb`` is relative to: "none", "brain", a number in ppb, or the file of a mask
    ("csf.nii.gz", "aseg.nii.gz:4,43", "csf_prob.nii.gz>0.9")."""
    erode_voxels: int = 0
    """Layers of voxels to peel off every structure first (flag ``eroded``)."""
    edited: bool | frozenset[int] = False
    """The segmentation was corrected by hand: all of it, or the structures with these labels."""
    model: str = ""
    """Name and version of the model that made the labels; empty for others."""
    codes: tuple[str, ...] = ()
    """Flag codes that every row carries from the start, for what the caller did to the labels."""

    def is_edited(self, label: int) -> bool:
        """Whether a structure was corrected by hand."""
        return self.edited if isinstance(self.edited, bool) else label in self.edited
