"""Window, grey levels, scale, coordinates and crop of the article."""

import numpy as np
import pytest

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image
from DGMSegmentationLib.preprocessing.grid import Preprocessing, labels_to_grid, prepare, window_to_network


def test_the_articles_window_and_scale():
    pre = Preprocessing()
    seen = window_to_network(np.array([-500.0, -200.0, 0.0, 200.0, 999.0]), pre)
    np.testing.assert_allclose(seen, (np.array([0, 0, 128, 255, 255]) - 127) / 128, atol=1e-6)
    assert pre.shape == (160, 220, 48) and pre.spacing_mm == (1.0, 1.0, 3.0)


def test_256_grey_levels_and_none():
    values = np.linspace(-200, 200, 5001)
    assert len(np.unique(window_to_network(values, Preprocessing()))) == 256
    assert len(np.unique(window_to_network(values, Preprocessing(levels=None)))) == 5001


def test_part_2_coordinates_are_mm_from_the_mask_centroid():
    data = np.ones((60, 60, 20), np.float32)
    mask = np.zeros(data.shape, bool)
    mask[10:51, 10:51, 5:16] = True  # centroid (30, 30, 10)
    pre = Preprocessing(spacing_mm=(2, 2, 6), shape=(60, 60, 20), crop_centre="volume", coordinates=True)
    prepared = prepare([Image(data, np.diag([2.0, 2, 6, 1]))], mask, pre)
    grey = prepared.coordinates * 128 + 127
    assert prepared.coordinates.shape == (3, 60, 60, 20)
    np.testing.assert_allclose(grey[0, 30, 0, 0], 127.5, atol=0.01)
    np.testing.assert_allclose(
        grey[0, 40, 0, 0], 127.5 + 20 * 2.55, atol=0.01
    )  # 10 voxels of 2 mm, 100 mm = 255
    np.testing.assert_allclose(grey[0, 59, 0, 0], 255.0, atol=0.01)  # 58 mm, clipped to 50
    np.testing.assert_allclose(grey[2, 0, 0, 5], 127.5 - 30 * 2.55, atol=0.01)


def test_nan_and_what_lies_outside_the_mask_never_reach_the_network():
    data = np.full((30, 30, 30), 50.0, np.float32)
    data[10, 10, 10] = np.nan
    data[:5] = 1e6
    mask = np.zeros(data.shape, bool)
    mask[6:25, 6:25, 6:25] = True
    pre = Preprocessing(spacing_mm=(1, 1, 1), shape=(30, 30, 30))
    prepared = prepare([Image(data, np.eye(4))], mask, pre)
    assert np.isfinite(prepared.inputs).all()
    inside = window_to_network(np.array([50.0]), pre)[0]
    assert prepared.inputs.max() == pytest.approx(inside)
    assert prepared.inputs[0, 0, 0, 0] == pytest.approx(pre.background())


def test_a_grid_from_the_mask_when_the_model_states_no_shape():
    mask = np.zeros((50, 50, 50), bool)
    mask[10:40, 5:45, 20:30] = True
    pre = Preprocessing(spacing_mm=(2, 2, 2), shape=None)
    prepared = prepare([Image(mask * 10.0, np.eye(4))], mask, pre)
    assert all(n >= m for n, m in zip(prepared.grid.shape, (15, 20, 5), strict=True))
    assert prepared.mask.sum() * 8 == pytest.approx(mask.sum(), rel=0.15)


def test_linear_and_nearest_labels():
    labels = np.zeros((24, 24, 24), np.uint8)
    labels[4:12, 4:20, 4:20] = 5
    labels[12:20, 4:20, 4:20] = 6
    image = Image(labels, np.eye(4))
    mask = np.ones(labels.shape, bool)
    pre = Preprocessing(spacing_mm=(1, 1, 1), shape=(24, 24, 24))
    grid = prepare([Image(labels * 1.0, np.eye(4))], mask, pre).grid
    for method in ("linear", "nearest"):
        np.testing.assert_array_equal(labels_to_grid(image, grid, pre, method), labels)


@pytest.mark.parametrize(
    "wrong",
    [
        {"axes": "RRS"},
        {"axes": "RA"},
        {"axes": "XYZ"},
        {"spacing_mm": (1, 1, 0)},
        {"shape": (10, 0, 10)},
        {"crop_centre": "middle"},
        {"windows": ((5, -5),)},
        {"levels": 1},
        {"back": "cubic"},
        {"colour": 3},
        {"spacing_mm": "wide"},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError):
        Preprocessing.from_dict(wrong)


def test_settings_travel_as_json():
    pre = Preprocessing(
        axes="LAI", shape=None, levels=None, windows=((-250, 250), (0, 100)), coordinates=True
    )
    assert Preprocessing.from_dict(pre.to_dict()) == pre


def test_the_number_of_channels_must_fit():
    image = Image(np.ones((20, 20, 20), np.float32), np.eye(4))
    with pytest.raises(InputError, match="2 input channel"):
        prepare([image], image.data > 0, Preprocessing(windows=((-200, 200), (0, 1))))
