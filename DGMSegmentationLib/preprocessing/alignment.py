"""Where the voxels of one image lie in another: the one rule for labels, masks and further maps of a head.

Affines decide. Two images of one array shape at different places are the exception: programs that re-save a file take the
other one of its two forms (sform, qform), or lose its place. Where a form of one is that of the other, or one of them says
nothing of its place, their voxels are taken as the same, with a remark.
"""

import numpy as np

from ..errors import InputError, Remark
from ..image import Grid, Image

_VOXEL_SHARE = 0.5
"""Of a voxel's edge, by which forms that are the same may differ: they are rounded in many ways."""


def aligned(
    moving: Image, fixed: Image, called: str = "The segmentation"
) -> tuple[Image, tuple[Remark, ...]]:
    """An image with the affine by which its voxels lie in another one, and what was doubtful about that.

    Args:
        moving: labels, a mask, or a map of the same head.
        fixed: the image that is measured.
        called: what ``moving`` is in a sentence, if it has no file.

    Raises:
        InputError: when the moving image says nothing of its place and has another shape.
    """
    if moving.grid.same_as(fixed.grid):
        return moving, ()
    name = moving.path.name if moving.path else called
    other = fixed.path.name if fixed.path else "the image"
    if moving.shape != fixed.shape:
        if not moving.placed:
            raise InputError("labels_unplaced", path=moving.path or name, image=other)
        return moving, ()
    if not (moving.placed and fixed.placed):
        unsaid = name if not moving.placed else other
        return _on(fixed, moving), (Remark("aligned_by_shape", name=name, image=other, unsaid=unsaid),)
    for one in _forms(moving):
        for two in _forms(fixed):
            if _same(one, two):
                return _on(fixed, moving), (Remark("aligned_by_other_form", name=name, image=other),)
    return moving, _doubts(moving.grid, fixed.grid, name, other)


def _on(fixed: Image, moving: Image) -> Image:
    """With the place of the other image; what the file's header said of its own is of no concern any more."""
    kept = tuple(remark for remark in moving.warnings if remark.code not in _OF_PLACE)
    return moving.replace(affine=fixed.affine, placed=True, other_affine=None, warnings=kept)


DOUBTED_PLACES = ("labels_shifted", "labels_mirrored")
"""Remarks on affines that both say where their voxels lie, and contradict the arrays' equal shapes."""
_OF_PLACE = ("orientation_unsaid", "sform_qform_differ", "space_unsaid")


def _forms(image: Image) -> list[Grid]:
    affines = [image.affine] if image.other_affine is None else [image.affine, image.other_affine]
    return [Grid(image.shape, affine) for affine in affines]


def _same(one: Grid, two: Grid) -> bool:
    return one.same_as(two, _VOXEL_SHARE * min(two.spacing))


def _doubts(moving: Grid, fixed: Grid, name: str, other: str) -> tuple[Remark, ...]:
    """A remark where an array of the same shape has the other's directions at another place, or with axes turned round."""
    middle = np.array([*((np.array(fixed.shape) - 1) / 2), 1.0])
    shift = float(np.linalg.norm(((moving.affine - fixed.affine) @ middle)[:3]))
    step = np.linalg.inv(fixed.affine[:3, :3]) @ moving.affine[:3, :3]
    reach = _VOXEL_SHARE * 2 / max(fixed.shape)
    if np.abs(step - np.eye(3)).max() <= reach:
        return (Remark("labels_shifted", name=name, image=other, shift=shift),)
    if np.abs(np.abs(step) - np.eye(3)).max() <= reach:
        return (Remark("labels_mirrored", name=name, image=other),)
    return ()
