"""A 3-D image as an array and an affine, and the changes of grid that the pipeline needs.

Arrays are indexed (i, j, k); the 4x4 affine maps voxel indices to RAS+ millimetres, as in nibabel. An axis code such
as "LAI" says where each array axis runs: towards Left, Anterior, Inferior.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nibabel import orientations
from numpy.typing import NDArray

from .errors import InputError, Remark

if TYPE_CHECKING:
    from nibabel.nifti1 import Nifti1Image
    from nibabel.spatialimages import SpatialImage

    from .structures import LabelSet

Affine = NDArray[np.float64]
Box = tuple[slice, slice, slice]


@dataclass(frozen=True, eq=False)
class Grid:
    """The voxel lattice of an image: shape (i, j, k) and the affine to RAS+ mm.

    Example:
        >>> grid = Grid((4, 5, 6), np.diag([-1.0, 1.0, 2.5, 1.0]))
        >>> grid.axis_codes, grid.spacing, grid.voxel_volume_mm3
        ('LAS', (1.0, 1.0, 2.5), 2.5)
    """

    shape: tuple[int, int, int]
    affine: Affine

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel edge lengths in mm, one per array axis."""
        x, y, z = np.sqrt((self.affine[:3, :3] ** 2).sum(axis=0))
        return float(x), float(y), float(z)

    @property
    def axis_codes(self) -> str:
        """The closest anatomical direction of each array axis, e.g. "RAS"."""
        return "".join(orientations.aff2axcodes(self.affine))

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel, |det| of the affine: right for sheared affines too."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def same_as(self, other: "Grid", tolerance_mm: float = 1e-3) -> bool:
        """True when both grids have one shape and their corner voxels lie within the tolerance."""
        if self.shape != other.shape:
            return False
        corners = np.array(np.meshgrid(*[(0, n - 1) for n in self.shape])).reshape(3, -1)
        homogeneous = np.vstack([corners, np.ones(corners.shape[1])])
        return bool(np.abs((self.affine - other.affine) @ homogeneous).max() <= tolerance_mm)

    def cropped(self, box: Sequence[slice]) -> "Grid":
        """The part of the grid that a box holds, whose slices say where they begin and end."""
        affine = self.affine.copy()
        affine[:3, 3] += affine[:3, :3] @ np.array([s.start for s in box], float)
        x, y, z = (int(s.stop - s.start) for s in box)
        return Grid((x, y, z), affine)

    def interlocks(self, other: "Grid", tolerance_mm: float = 1e-3) -> bool:
        """True when the voxels of both coincide where they overlap: one is a crop of the other, or its axes are flipped
        or swapped. Labels go from one to the other without a change.
        """
        step = np.rint(np.linalg.inv(other.affine) @ self.affine)
        turn = np.abs(step[:3, :3])
        if not ((turn.sum(axis=0) == 1).all() and (turn.sum(axis=1) == 1).all()):
            return False
        return Grid(self.shape, other.affine @ step).same_as(self, tolerance_mm)


@dataclass(frozen=True, eq=False, repr=False)
class Image:
    """A 3-D array with its affine and what the reader knew about it.

    Example:
        >>> import numpy as np
        >>> image = Image(np.zeros((4, 5, 6), np.float32), np.diag([2.0, 2.0, 3.0, 1.0]), unit="ppb")
        >>> image
        Image(4 x 5 x 6, 2 x 2 x 3 mm, RAS, float32, ppb)
        >>> Image.from_nibabel(image.to_nibabel()).grid.same_as(image.grid)
        True
    """

    data: NDArray[Any]
    """(i, j, k)"""
    affine: Affine
    """4x4, from voxel indices to RAS+ mm."""
    path: Path | None = None
    kind: str = "array"
    """How it was read: "nifti", "nrrd", "dicom", or "array" for one made in memory."""
    unit: str | None = None
    """Of the values, where it is known: "ppm" or "ppb"."""
    warnings: tuple[Remark, ...] = field(default=())
    placed: bool = True
    """Whether the file says where its voxels lie; else the affine is a guess."""
    other_affine: Affine | None = None
    """What the file's other form says, where sform and qform disagree."""
    label_set: "LabelSet | None" = None
    """Of a label image: what its values mean. None stands for the standard set; see :func:`label_set_of`."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels per axis."""
        i, j, k = self.data.shape
        return i, j, k

    @property
    def grid(self) -> Grid:
        """The lattice without the values."""
        return Grid(self.shape, self.affine)

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel edge lengths in mm."""
        return self.grid.spacing

    def replace(self, **changes: Any) -> "Image":
        """A copy with some fields changed."""
        return replace(self, **changes)

    @classmethod
    def from_nibabel(cls, image: "SpatialImage") -> "Image":
        """A nibabel image of three dimensions, values as nibabel scales them.

        Raises InputError when it has other dimensions, or an affine that is none. :func:`read_image` takes nibabel images
        too, and looks for contradictions in their headers.
        """
        data, affine = np.asanyarray(image.dataobj), np.asarray(image.affine, np.float64)
        name = image.get_filename()
        if data.ndim > 3 and max(data.shape[3:]) == 1:
            data = data.reshape(data.shape[:3])
        if data.ndim != 3 or data.dtype.kind not in "iufb":
            raise InputError("image_not_3d", path=name or "The image", dimensions=data.ndim, size=data.shape)
        if affine.shape != (4, 4) or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
            raise InputError("image_no_positions", path=name or "The image")
        return cls(data, affine, Path(name) if name else None)

    def to_nibabel(self) -> "Nifti1Image":
        """As a nibabel NIfTI image (i, j, k) with the affine as sform, in RAS+ mm."""
        from nibabel.nifti1 import Nifti1Image

        data = self.data
        if data.dtype == bool:
            data = data.astype(np.uint8)
        elif data.dtype.kind in "iu" and data.dtype.itemsize == 8:
            data = data.astype(np.int32)
        made = Nifti1Image(data, self.affine)
        made.set_sform(self.affine, code="scanner")
        made.header.set_xyzt_units("mm")
        return made

    def __repr__(self) -> str:
        size, edges = " x ".join(map(str, self.shape)), " x ".join(f"{s:.4g}" for s in self.spacing)
        parts = [size, f"{edges} mm", self.grid.axis_codes, str(self.data.dtype)]
        if self.label_set is not None:
            parts.append(f"labels of {self.label_set.name}")
        parts += [self.unit] if self.unit else []
        parts += [repr(self.path.name)] if self.path is not None else []
        return f"Image({', '.join(parts)})"

    def _repr_html_(self) -> str:
        return picture_of(self)


def label_set_of(labels: Image) -> "LabelSet":
    """The structures that the values of a label image stand for: its own set, or else the standard one."""
    from .structures import STANDARD

    return STANDARD if labels.label_set is None else labels.label_set


def picture_of(image: Image, labels: Image | None = None, caption: str = "") -> str:
    """Three slices as HTML for a notebook, with labels drawn over them; of a label image the labels alone.

    ``labels`` lie on the image's grid.
    """
    from .picture import figure, three_slices

    if labels is None and (image.label_set is not None or image.data.dtype.kind == "u"):
        labels, image = image, image.replace(data=np.zeros(image.shape, np.uint8))
    turned = reorient(image, "RAS")
    drawn = None if labels is None else reorient(labels, "RAS").data
    colours = {} if labels is None else {s.label: s.rgb for s in label_set_of(labels)}
    return figure(three_slices(turned.data, turned.spacing, drawn, colours), caption or repr(labels or image))


def bounding_box(inside: NDArray[np.bool_]) -> Box | None:
    """The smallest box of a 3-D array that holds every true voxel; None when there is none."""
    spans = [slice(None)] * 3
    for axis in range(3):
        used = np.flatnonzero(
            inside[tuple(spans)].any(axis=tuple(other for other in range(3) if other != axis))
        )
        if used.size == 0:
            return None
        spans[axis] = slice(int(used[0]), int(used[-1]) + 1)
    return spans[0], spans[1], spans[2]


def shifted(box: Box, within: Box) -> Box:
    """A box of a part of an array as one of the whole: ``within`` says where the part is."""
    x, y, z = (slice(a.start + b.start, a.start + b.stop) for a, b in zip(within, box, strict=True))
    return x, y, z


def union(one: tuple[slice, ...], other: tuple[slice, ...]) -> Box:
    """The smallest box that holds both; an empty one holds nothing."""
    if any(s.start >= s.stop for s in one):
        x, y, z = other
    elif any(s.start >= s.stop for s in other):
        x, y, z = one
    else:
        x, y, z = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one, other, strict=True))
    return x, y, z


def orientation_change(affine: Affine, codes: str) -> NDArray[np.float64]:
    """The nibabel orientation transform that brings an array with this affine to the given axis codes."""
    return orientations.ornt_transform(orientations.io_orientation(affine), orientations.axcodes2ornt(codes))


def reorient(image: Image, codes: str) -> Image:
    """Flip and permute the axes so that they run as ``codes`` says; values and world positions stay exact."""
    change = orientation_change(image.affine, codes)
    affine = image.affine @ orientations.inv_ornt_aff(change, image.shape)
    return image.replace(
        data=orientations.apply_orientation(image.data, change), affine=affine, other_affine=None
    )


def restore_orientation(data: NDArray[Any], original: Grid, codes: str) -> NDArray[Any]:
    """Undo :func:`reorient`: bring an array in ``codes`` axes back to the axes of the original grid."""
    inverse = orientations.ornt_transform(
        orientations.axcodes2ornt(codes), orientations.io_orientation(original.affine)
    )
    return orientations.apply_orientation(data, inverse)


def axis_weights(
    n_source: int, source_spacing: float, n_target: int, target_spacing: float, offset: float, antialias: bool
) -> NDArray[np.float32]:
    """Linear interpolation along one axis as a matrix (n_target, n_source).

    ``offset`` is the position of the first target sample in source voxels. When the target is coarser and
    ``antialias`` is set, the triangle kernel is widened to the target's spacing, so that every source voxel counts.
    Positions outside the source get rows that sum to less than one (zero far outside): the value there is background.
    """
    scale = target_spacing / source_spacing
    positions = offset + scale * np.arange(n_target)
    width = max(1.0, scale) if antialias else 1.0
    distance = np.abs(np.arange(n_source)[None, :] - positions[:, None]) / width
    weights = np.clip(1.0 - distance, 0.0, None)
    if width > 1.0:
        # Normalise by the full kernel, the part that falls outside the source included: background stays background.
        reach = int(np.ceil(width)) + 1
        base = np.floor(positions)[:, None] + np.arange(-reach, reach + 2)[None, :]
        total = np.clip(1.0 - np.abs(base - positions[:, None]) / width, 0.0, None).sum(axis=1)
        weights /= total[:, None]
    return weights.astype(np.float32)


def grid_weights(source: Grid, target: Grid, antialias: bool) -> list[NDArray[np.float32]]:
    """The three axis matrices that resample from ``source`` to ``target``; their axes must be parallel."""
    to_source = np.linalg.inv(source.affine) @ target.affine
    off_diagonal = to_source[:3, :3] - np.diag(np.diag(to_source[:3, :3]))
    reach = np.abs(off_diagonal) @ np.array(target.shape, float)
    if reach.max() > 0.05:
        raise ValueError("the two grids are rotated against each other; use resample_to")
    return [
        axis_weights(
            source.shape[axis],
            1.0,
            target.shape[axis],
            float(to_source[axis, axis]),
            float(to_source[axis, 3]),
            antialias,
        )
        for axis in range(3)
    ]


def apply_weights(data: NDArray[Any], weights: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Apply axis matrices to the last three axes of ``data``, the most shrinking axis first."""
    result = np.asarray(data, dtype=np.float32)
    lead = result.ndim - 3
    for axis in sorted(range(3), key=lambda a: weights[a].shape[0] / weights[a].shape[1]):
        moved = np.moveaxis(result, lead + axis, -1)
        # One product per axis: a stack of matrices is many small ones, whose threads wait for each other on a busy machine.
        rows = np.ascontiguousarray(moved).reshape(-1, moved.shape[-1])
        product = (rows @ weights[axis].T).reshape(*moved.shape[:-1], -1)
        result = np.moveaxis(product, -1, lead + axis)
    return np.ascontiguousarray(result)


def resample_separable(
    data: NDArray[Any], source: Grid, target: Grid, antialias: bool = True
) -> NDArray[np.float32]:
    """Resample (..., x, y, z) from one grid to a parallel one by (anti-aliased) linear interpolation."""
    return apply_weights(data, grid_weights(source, target, antialias))


def resample_to(data: NDArray[Any], source: Grid, target: Grid, order: int = 1) -> NDArray[Any]:
    """Resample a 3-D array to any other grid (rotated, sheared); order 0 is nearest neighbour, outside is 0."""
    from scipy import ndimage

    to_source = np.linalg.inv(source.affine) @ target.affine
    return ndimage.affine_transform(
        data,
        to_source[:3, :3],
        offset=to_source[:3, 3],
        output_shape=target.shape,
        order=order,
        mode="constant" if order else "grid-constant",  # a voxel ends at its faces, not at its centre
        cval=0,
    )
