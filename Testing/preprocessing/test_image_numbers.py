"""Images in memory: what nibabel gives and takes, the box of a structure, the kernel that coarsens."""

import nibabel
import numpy as np
import pytest

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image, axis_weights, bounding_box, picture_of
from DGMSegmentationLib.structures import STANDARD

AFFINE = np.diag([1.0, 2.0, 3.0, 1.0])


def test_one_volume_more_than_three_dimensions_is_taken_and_two_are_refused():
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    for shape in ((2, 3, 4), (2, 3, 4, 1), (2, 3, 4, 1, 1)):
        image = Image.from_nibabel(nibabel.Nifti1Image(values.reshape(shape), AFFINE))
        assert np.array_equal(image.data, values) and image.spacing == (1.0, 2.0, 3.0)
    for shape in ((1, 3, 4, 2), (2, 3, 4)):
        complex_or_many = np.zeros(shape, np.float32 if len(shape) == 4 else np.complex64)
        with pytest.raises(InputError) as refused:
            Image.from_nibabel(nibabel.Nifti1Image(complex_or_many, AFFINE))
        assert refused.value.code == "image_not_3d"


@pytest.mark.parametrize(
    "given, kept", [("bool", "uint8"), ("int64", "int32"), ("uint64", "int32"), ("int16", "int16"), ("float32", "float32")]
)  # fmt: skip
def test_types_that_nifti_readers_lack_are_not_written(given, kept):
    written = Image(np.ones((2, 3, 4), given), AFFINE).to_nibabel()
    assert written.get_data_dtype() == kept and np.asarray(written.dataobj).sum() == 24
    assert int(written.header["sform_code"]) == 1 and written.header.get_xyzt_units()[0] == "mm"


def test_the_box_holds_the_first_and_the_last_voxel():
    inside = np.zeros((4, 5, 6), bool)
    assert bounding_box(inside) is None
    inside[0, 0, 0] = True
    assert bounding_box(inside) == (slice(0, 1), slice(0, 1), slice(0, 1))
    inside[3, 4, 5] = True
    assert bounding_box(inside) == (slice(0, 4), slice(0, 5), slice(0, 6))


@pytest.mark.parametrize("scale", [1.3, 2.0, 2.7, 3.5])
@pytest.mark.parametrize("offset", [0.0, 0.4])
def test_a_coarser_grid_keeps_a_constant_inside_and_fades_it_at_the_border(scale, offset):
    weights = axis_weights(60, 1.0, int(50 / scale), scale, offset, True)
    positions = offset + scale * np.arange(len(weights))
    inner = (positions >= scale) & (positions <= 59 - scale)
    assert inner.sum() > 5 and weights[inner].sum(axis=1) == pytest.approx(1.0, abs=1e-6)
    assert 0.5 <= weights[0].sum() <= 1.0 and (offset or weights[0].sum() < 1.0), (
        "what falls outside the source is background"
    )


def test_labels_are_drawn_in_their_colours_and_an_image_in_grey():
    values = np.arange(8000, dtype=np.float32).reshape(20, 20, 20)
    inside = np.zeros(values.shape, bool)
    inside[5:15, 5:15, 5:15] = True
    labels = Image(np.where(inside, 7, 0).astype(np.uint8), np.eye(4), label_set=STANDARD)
    plain, alone, both = (
        picture_of(Image(values, np.eye(4))),
        picture_of(labels),
        picture_of(Image(values, np.eye(4)), labels),
    )
    assert len({plain, alone, both}) == 3 and "float32" in plain and "labels of standard" in alone
